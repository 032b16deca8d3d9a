"""Dates as each country writes them: read in the patterns of their column, with the precision that is written."""

from __future__ import annotations

import csv
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.dates import DATES, DateRefused, date_reader, find_pattern
from loaders.months import MonthRefused, month_of

SEPTEMBER = "September Sept. sep. septembre septembris septembrī syyskuuta Σεπτεμβρίου септември wrzesień września"
JANUARY = "januar Jänner janvier enero gennaio styczeń stycznia leden ledna siječnja január januára tammikuuta jaanuar"


def written(day: date, pattern: str) -> str:
    """Write a date in a pattern of digits, by the words of strftime."""
    words = {"yyyy": f"{day:%Y}", "yy": f"{day:%y}", "mm": f"{day:%m}", "dd": f"{day:%d}"}
    for token, value in words.items():
        pattern = pattern.replace(token, value)
    return pattern


FULL = [pattern for pattern in DATES if "mmm" not in pattern and "dd" in pattern and "'" not in pattern]


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)), st.sampled_from(FULL))
def test_a_date_that_is_written_in_a_pattern_is_read_as_itself(day: date, pattern: str) -> None:
    assert date_reader(pattern)(written(day, pattern)) == day.isoformat()


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)), st.sampled_from(["d.m.yyyy", "d/m/yy", "m/d/yyyy", "yyyy-m-d"]))
def test_days_and_months_may_have_one_digit_where_the_pattern_says_so(day: date, pattern: str) -> None:
    texts = {"yyyy": str(day.year), "yy": f"{day:%y}", "m": str(day.month), "d": str(day.day)}
    cell = pattern
    for token, value in texts.items():
        cell = cell.replace(token, value)
    assert date_reader(pattern)(cell) == day.isoformat()


@given(st.lists(st.dates(date(1970, 1, 1), date(2069, 12, 31)), min_size=1), st.sampled_from(FULL))
def test_what_is_found_reads_the_column_as_it_was_written_or_is_doubtful(days: list[date], pattern: str) -> None:
    cells = [written(day, pattern) for day in days]
    found = find_pattern(cells)
    if not found.doubtful:
        read = date_reader(found.pattern)
        readable = [(day, cell) for day, cell in zip(days, cells, strict=True) if cell not in found.refused]
        if pattern not in ("yy/mm/dd", "yy-mm-dd", "yy.mm.dd", "ddmmyyyy"):
            assert [read(cell) for _, cell in readable] == [day.isoformat() for day, _ in readable]


@given(st.text(max_size=40), st.sampled_from(DATES))
def test_no_text_breaks_a_reader(cell: str, pattern: str) -> None:
    try:
        value = date_reader(pattern)(cell)
    except DateRefused:
        value = "2000"
    assert date.fromisoformat(value + "-01-01"[: 10 - len(value)] if len(value) == 4 else value[:7] + "-01")
    find_pattern([cell])


@pytest.mark.parametrize(
    ("pattern", "cell", "iso"),
    [
        ("dd/mm/yyyy", "01/04/2010", "2010-04-01"),  # United Kingdom, France, Spain, Italy, Portugal, Belgium, Ireland
        ("mm/dd/yyyy", "01/04/2010", "2010-01-04"),
        ("dd.mm.yyyy", "14.09.2015", "2015-09-14"),  # Germany, Austria, Poland, Romania, Latvia
        ("d.m.yyyy", "1.4.2008", "2008-04-01"),  # Finland, Estonia, Czechia, Slovakia, Slovenia
        ("d. m. yyyy", "1. 4. 2008", "2008-04-01"),
        ("d.m.yyyy.", "1.4.2008.", "2008-04-01"),  # Croatia
        ("dd-mm-yyyy", "31-12-2014", "2014-12-31"),  # the Netherlands, Denmark
        ("yyyy-mm-dd", "2014-12-31", "2014-12-31"),  # Sweden, Lithuania
        ("yyyy.mm.dd.", "2014.12.31.", "2014-12-31"),  # Hungary
        ("yyyy. mmm d.", "2014. december 31.", "2014-12-31"),
        ("yyyy. 'gada' d. mmm", "2015. gada 1. janvāris", "2015-01-01"),  # Latvia
        ("yyyy 'm.' mmm d 'd.'", "2015 m. sausio 1 d.", "2015-01-01"),  # Lithuania
        ("d mmm yyyy 'г.'", "1 януари 2015 г.", "2015-01-01"),  # Bulgaria
        ("d mmm yyyy", "1 Μαΐου 2015", "2015-05-01"),  # Greece, Cyprus
        ("d 'de' mmm 'de' yyyy", "1 de enero de 2015", "2015-01-01"),
        ("d 'de' mmm 'de' yyyy", "1 de março de 2015", "2015-03-01"),
        ("d mmm yyyy", "1 Deireadh Fómhair 2015", "2015-10-01"),
        ("d. mmm yyyy", "1. März 2015", "2015-03-01"),
        ("d mmm yyyy", "1 août 2015", "2015-08-01"),
        ("d. mmm yy", "01. Nov 15", "2015-11-01"),  # England 2014-2020
        ("d-mmm-yyyy", "01-Nov-2015", "2015-11-01"),
        ("mmm d, yyyy", "Nov. 1, 2015", "2015-11-01"),
        ("dd/mm/yy", "01/04/69", "2069-04-01"),
        ("dd/mm/yy", "01/04/70", "1970-04-01"),
        ("mm/yyyy", "03/2010", "2010-03"),
        ("mmm yyyy", "březen 2010", "2010-03"),
        ("yyyy", "2010", "2010"),
        ("yyyy-mm", "2010-03", "2010-03"),
        ("yyyymmdd", "20100314", "2010-03-14"),
        ("yyyy-mm-dd", "2010-03-14T23:59:59.999Z", "2010-03-14"),
        ("yyyy-mm-dd", "2010-03-14 00:00:00+01:00", "2010-03-14"),
        ("dd/mm/yyyy", "14/03/2010 9:30 PM", "2010-03-14"),
        ("dd/mm/yyyy", " 14/03/2010 ", "2010-03-14"),
        ("yyyy-mm-dd", "2000-02-29", "2000-02-29"),
    ],
)
def test_each_country_writes_its_own_way(pattern: str, cell: str, iso: str) -> None:
    assert date_reader(pattern)(cell) == iso


@pytest.mark.parametrize(
    ("pattern", "cell", "reason"),
    [
        ("dd/mm/yyyy", "30/02/2010", "no day 30 in 2010-02"),
        ("dd/mm/yyyy", "01/13/2010", "no month 13"),
        ("dd/mm/yyyy", "1/4/2010", "expected a date written as dd/mm/yyyy"),
        ("dd/mm/yyyy", "01//04/2010", "expected a date"),
        ("dd/mm/yyyy", "01/04/10", "expected a date"),
        ("yyyy-mm-dd", "1900-02-29", "no day 29"),
        ("yyyy-mm-dd", "0000-01-01", "no year 0000"),
        ("yyyy-mm-dd", "2010-03-14T25:00", "expected a date"),
        ("yyyy-mm-dd", "٢٠١٠-٠٣-١٤", "expected a date"),
        ("yyyy", "2010-2013", "expected a date"),
        ("yyyy", "", "expected a date"),
        ("d mmm yyyy", "1 Smarch 2010", "expected the name of a month, not 'Smarch'"),
        ("d mmm yyyy", "1 listopada 2010", "can be the month 10 (hr) or 11 (pl)"),
        ("yyyy", "9" * 10_000_000, "expected a date"),
    ],
)
def test_what_is_no_date_in_the_pattern_is_refused(pattern: str, cell: str, reason: str) -> None:
    with pytest.raises(DateRefused) as refused:
        date_reader(pattern)(cell)
    assert reason in str(refused.value)


def test_several_patterns_read_what_one_of_them_reads_and_never_guess() -> None:
    read = date_reader(["dd/mm/yyyy", "mm/dd/yyyy", "yyyy"])
    assert [read(cell) for cell in ["31/01/2010", "01/31/2010", "03/03/2010", "2010"]] == [
        *["2010-01-31", "2010-01-31", "2010-03-03", "2010"]
    ]
    with pytest.raises(DateRefused, match=r"can be 2010-04-01 \(dd/mm/yyyy\) or 2010-01-04 \(mm/dd/yyyy\)"):
        read("01/04/2010")


@pytest.mark.parametrize("pattern", ["", "dd/mm", "ddd/mm/yyyy", "dd/mm/yyy", "dd/dd/yyyy", "dd/yyyy", "%d/%m/%Y", []])
def test_what_is_no_pattern_is_refused(pattern: str | list[str]) -> None:
    with pytest.raises(ValueError, match=r"pattern|part of a date"):
        date_reader(pattern)


def test_months_have_their_names_in_each_language() -> None:
    assert {month_of(name) for name in SEPTEMBER.split()} == {9}
    assert {month_of(name) for name in JANUARY.split()} == {1}
    with pytest.raises(MonthRefused, match=r"'lip' can be the month 06 \(hr\) or 07 \(pl\)"):
        month_of("lip")
    assert (month_of("lip", "pl"), month_of("lip", "hr"), month_of("May", "pl")) == (7, 6, 5)
    assert date_reader("d mmm yyyy", language="pl")("1 listopada 2010") == "2010-11-01"


@pytest.mark.parametrize(
    ("cells", "pattern"),
    [
        (["01/04/2010", "31/07/2011"], "dd/mm/yyyy"),
        (["01/04/2010", "07/31/2011"], "mm/dd/yyyy"),
        (["1/4/2010", "31/07/2011"], "d/m/yyyy"),
        (["01/04/2010", "31/07/2011", "2006", "03/2010", "01/04/10"], "dd/mm/yyyy | yyyy | mm/yyyy | dd/mm/yy"),
        (["03/03/2010"], "dd/mm/yyyy"),  # either order gives the same day
        (["01.04.2010"], "dd.mm.yyyy"),  # nobody writes the month first with dots
        (["1.4.2008", "31.12.2010", "2014"], "d.m.yyyy | yyyy"),
        (["2010-04-01", "2010-04-01T10:00:00Z"], "yyyy-mm-dd"),
        (["01. Nov 15", "01-Nov-2015"], "d. mmm yy | d-mmm-yyyy"),
        (["20101231"], "yyyymmdd"),
        (["31122010", "01022010"], "ddmmyyyy"),
        (["", " ", "2010"], "yyyy"),
        ([], "yyyy-mm-dd"),
    ],
)
def test_the_cells_of_a_column_decide_its_patterns(cells: list[str], pattern: str) -> None:
    found = find_pattern(cells)
    assert (found.pattern, found.doubtful, found.refused) == (pattern, "", ())
    read = date_reader(found.pattern)
    for cell in cells:
        assert not cell.strip() or read(cell)


@pytest.mark.parametrize(
    "cells",
    [
        ["01/04/2010"],
        ["01/04/2010", "2006", "31.12.2010"],
        ["01/04/2010", "31/12/2010", "12/31/2010"],  # the cells contradict each other
        ["01/04/10"],
    ],
)
def test_where_no_cell_decides_the_order_the_column_is_doubtful(cells: list[str]) -> None:
    assert cells[0] in find_pattern(cells).doubtful


def test_what_is_no_date_is_counted_and_shown() -> None:
    found = find_pattern(["2010", "unknown", "01//04/2010", "1204", "x" * 100])
    assert (found.pattern, found.read, found.not_read) == ("yyyy", 1, 4)
    assert found.refused == ("unknown", "01//04/2010", "1204", "x" * 61)


def standard(cell: str, form: str) -> str:
    try:
        return time.strftime("%Y-%m-%d", time.strptime(cell, form))
    except ValueError:
        return ""


LISTS = Path(__file__).parents[2] / "shared" / "data" / "esif_beneficiaries"


@pytest.mark.sources
@pytest.mark.skipif(not LISTS.is_dir(), reason="no published lists beside the checkout")
@pytest.mark.parametrize(
    ("name", "column", "pattern", "form"),
    [
        ("de_berlin_esf_2014_2020.csv", 3, "dd.mm.yyyy", "%d.%m.%Y"),
        ("fi_erdf_2007_2013.csv", 8, "d.m.yyyy", "%d.%m.%Y"),
        ("england_esif_2014_2020.csv", 5, "d. mmm yy", "%d. %b %y"),
        ("uk_2007_2013.csv", 7, "dd/mm/yyyy | dd/mm/yy | yyyy | mm/yyyy", "%d/%m/%Y"),
    ],
)
def test_the_dates_of_published_lists_are_read_as_the_standard_library_reads_them(
    name: str, column: int, pattern: str, form: str
) -> None:
    with (LISTS / name).open(encoding="utf-8", newline="") as text:
        cells = [row[column].strip() for row in csv.reader(text)][1:]
    found = find_pattern(cells)
    assert (found.pattern, found.doubtful) == (pattern, "")
    assert found.not_read <= 1
    read = date_reader(found.pattern)
    expected = {cell: day for cell in cells if (day := standard(cell, form))}
    assert len(expected) > 20
    assert {cell: read(cell) for cell in expected} == expected
