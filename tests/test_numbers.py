"""Numbers as each country writes them: read exactly in the style of their column, and in no other."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.numbers import NUMBERS, NumberRefused, find_style, number_reader, styles_of

# The thousands' sign and the decimal sign of each style, as a person would write them out.
MARKS = {
    "1234.56": ("", "."),
    "1,234.56": (",", "."),
    "1.234,56": (".", ","),
    "1 234,56": (" ", ","),
    "1'234.56": ("'", "."),
    "1234,56": ("", ","),
}


def written(value: Decimal, style: str) -> str:
    thousands, point = MARKS[style]
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).zfill(1 - exponent)
    whole, decimals = (text[:exponent], text[exponent:]) if exponent else (text, "")
    groups: list[str] = []
    while thousands and len(whole) > 3:
        whole, group = whole[:-3], whole[-3:]
        groups.insert(0, group)
    return ("-" if sign else "") + thousands.join([whole, *groups]) + (point + decimals if decimals else "")


VALUES = st.builds(
    lambda digits, places, sign: sign * Decimal(digits).scaleb(-places),
    st.integers(0, 10**24),
    st.integers(0, 9),
    st.sampled_from([1, -1]),
)


@given(VALUES, st.sampled_from(NUMBERS))
def test_a_number_that_is_written_in_a_style_is_read_as_itself(value: Decimal, style: str) -> None:
    assert number_reader(style)(written(value, style)) == value
    assert style in styles_of(written(value, style))


@given(VALUES, st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
def test_a_reader_reads_what_styles_of_names_and_nothing_else(value: Decimal, one: str, other: str) -> None:
    cell = written(value, one)
    if other in styles_of(cell):
        number_reader(other)(cell)
    else:
        with pytest.raises(NumberRefused, match=f"expected a number written as {other}"):
            number_reader(other)(cell)


@given(st.text(max_size=80), st.sampled_from(NUMBERS))
def test_no_text_breaks_a_reader(cell: str, style: str) -> None:
    try:
        value = number_reader(style)(cell)
    except NumberRefused:
        assert style not in styles_of(cell)
    else:
        assert value.is_finite()
        assert style in styles_of(cell)
    find_style([cell])


@pytest.mark.parametrize(
    ("style", "cell", "value"),
    [
        ("1.234,56", "5.172.338,50", "5172338.50"),  # Bavaria
        ("1.234,56", "90.388,44 €", "90388.44"),  # Berlin
        ("1.234,56", "49,92%", "0.4992"),
        ("1234,56", "1580,38", "1580.38"),  # Saxony
        ("1,234.56", "2,390,607", "2390607"),  # United Kingdom
        ("1,234.56", "£2,390,607.10", "2390607.10"),
        ("1,234.56", "(1,000)", "-1000"),
        ("1,234.56", "£ (1,000.25)", "-1000.25"),
        ("1,234.56", "(€1,000.25)", "-1000.25"),  # Ireland, Malta
        ("1,234.56", "-$5", "-5"),
        ("1,234.56", "$-5", "-5"),
        ("1 234,56", "1\u202f234\u202f567,89\u00a0€", "1234567.89"),  # France
        ("1 234,56", "1\u00a0234,50 Kč", "1234.50"),  # Czechia
        ("1 234,56", "12 345 zł", "12345"),  # Poland
        ("1 234,56", "1 000 000 Ft", "1000000"),  # Hungary
        ("1 234,56", "\u2212 3 500,5 kr", "-3500.5"),  # Sweden
        ("1 234,56", "3 500,50 лв.", "3500.50"),  # Bulgaria
        ("1 234,56", "1\u2009234 EUR", "1234"),  # Finland, Estonia, Latvia, Lithuania, Slovakia
        ("1.234,56", "kr. 1.234,50", "1234.50"),  # Denmark
        ("1.234,56", "kr.1.234,50", "1234.50"),
        ("1.234,56", "1.234.567 lei", "1234567"),  # Romania
        ("1.234,56", "1.234,56 RON", "1234.56"),
        ("1.234,56", "€ 1.234", "1234"),  # the Netherlands, Italy, Spain, Portugal, Greece, Slovenia, Belgium
        ("1.234,56", "1.234,56 kn", "1234.56"),  # Croatia
        ("1'234.56", "CHF 1’234’567.80", "1234567.80"),  # Switzerland
        ("1'234.56", "1'234", "1234"),
        ("1234.56", "1234.5", "1234.5"),
        ("1234.56", ".5", "0.5"),
        ("1234.56", "-.5", "-0.5"),
        ("1234.56", "  12  ", "12"),
        ("1234.56", "+12", "12"),
        ("1234.56", "007", "7"),
        ("1234.56", "100%", "1"),
        ("1234.56", "12.5 %", "0.125"),
    ],
)
def test_each_country_writes_its_own_way(style: str, cell: str, value: str) -> None:
    assert number_reader(style)(cell) == Decimal(value)


@pytest.mark.parametrize("style", NUMBERS)
@pytest.mark.parametrize(
    "cell",
    [
        *[
            "",
            "-",
            "- 5 -",
            "--5",
            "-(5)",
            "(5",
            "5)",
            "5-",
            "5,-",
            "5.",
            "1,",
            "1..5",
            "1.2.3",
            "12,34,567",
            "5 000 00",
        ],
        *["inf", "nan", "NaN", "Infinity", "1e5", "1E5", "0x10", "1_000", "1.000,00.5", "٣", "１２", "²", "½"],
        *["€5€", "€ 5 EUR", "5 apples", "a 5 b 6 c", "€.5", "kr.", "5%%", "5% €", "%", "€", "n/a", "#N/A", "#REF!"],
        *["1/2", "2014-01-01", "12:30", "5\x00", "\ufeff5", "5\n6"],
    ],
)
def test_what_is_no_number_is_refused_in_each_style(cell: str, style: str) -> None:
    with pytest.raises(NumberRefused):
        number_reader(style)(cell)


def test_groups_are_of_three_and_of_one_sign() -> None:
    for cell in ["1.23,5", "1234.567,5", "1.2345", "0.123,5", "01.234", "1.234 567", "1.234.56"]:
        with pytest.raises(NumberRefused):
            number_reader("1.234,56")(cell)


def test_a_refusal_says_how_the_cell_is_written() -> None:
    with pytest.raises(NumberRefused, match=r"expected a number written as 1\.234,56; this is written as 1,234\.56"):
        number_reader("1.234,56")("1,234.50")
    with pytest.raises(ValueError, match=r"expected one of: 1234\.56 \| 1,234\.56"):
        number_reader("1_234.56")


def test_numbers_of_any_size_are_exact_and_longer_cells_are_refused() -> None:
    assert str(number_reader("1234.56")("9" * 50 + ".1")) == "9" * 50 + ".1"
    assert number_reader("1234.56")("9" * 50 + "%") == Decimal("9" * 50 + "e-2")
    for cell in ["9" * 61, "9" * 10_000_000]:
        with pytest.raises(NumberRefused):
            number_reader("1234.56")(cell)


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["1.234", "5,6"], "1.234,56"),
        (["1.234", "5.6"], "1234.56"),
        (["1.234", "1.234.567"], "1.234,56"),
        (["1,234", "1,234,567"], "1,234.56"),
        (["1,234", "5,60"], "1234,56"),
        (["0.123", "1.234"], "1234.56"),  # thousands do not begin with 0
        (["1 234"], "1 234,56"),
        (["1'234"], "1'234.56"),
        (["12", "7"], "1234.56"),
        ([], "1234.56"),
        (["", "  ", "5,5"], "1234,56"),
        (["49,92%", "50%"], "1234,56"),
        (["294,455,198", "9,999"], "1,234.56"),
    ],
)
def test_the_cells_that_one_style_alone_reads_decide(cells: list[str], style: str) -> None:
    found = find_style(cells)
    assert (found.style, found.doubtful, found.not_read) == (style, "", 0)
    assert found.read == sum(bool(cell.strip()) for cell in cells)


def test_a_column_that_two_styles_read_differently_is_doubtful() -> None:
    assert find_style(["12", "1.234"]).doubtful == "1.234 is 1.234 as 1234.56, and 1234 as 1.234,56"
    assert find_style(["1,234"]).doubtful == "1,234 is 1.234 as 1234,56, and 1234 as 1,234.56"


def test_cells_that_contradict_each_other_decide_nothing() -> None:
    assert find_style(["1.234", "5,6", "5.6"]).doubtful
    assert not find_style(["5,6", "5.6", "5,7"]).doubtful  # no cell with two readings: one of them is just refused
    assert find_style(["5,6", "5.6", "5,7"]).refused == ("5.6",)


def test_a_text_among_numbers_is_refused_and_decides_nothing() -> None:
    found = find_style(["1.234,5", "total", "n/a", "x" * 1000])
    assert (found.style, found.read, found.not_read) == ("1.234,56", 1, 3)
    assert found.refused == ("total", "n/a", "x" * 61)


def test_millions_of_cells_are_looked_through_in_little_memory() -> None:
    found = find_style(f"{n % 977},{n % 89:02}" for n in range(200_000))
    assert (found.style, found.read) == ("1234,56", 200_000)


LISTS = Path(__file__).parents[2] / "shared" / "data" / "esif_beneficiaries"


@pytest.mark.sources
@pytest.mark.skipif(not LISTS.is_dir(), reason="no published lists beside the checkout")
@pytest.mark.parametrize(
    ("name", "column", "style", "thousands", "point"),
    [
        ("de_bayern_esf_2014_2020.csv", 5, "1.234,56", ".", ","),
        ("de_berlin_esf_2014_2020.csv", 5, "1.234,56", ".", ","),
        ("de_sachsen_esf_2014_2020.csv", 5, "1234,56", "", ","),
        ("ro_erdf_2007_2013.csv", 10, "1234,56", "", ","),
        ("it_programmes_2014_2020.csv", 12, "1,234.56", ",", "."),
        ("uk_2007_2013.csv", 4, "1234.56", "", "."),
        ("fi_erdf_2007_2013.csv", 11, "1234.56", "", "."),
    ],
)
def test_the_amounts_of_published_lists_come_to_their_sum(
    name: str, column: int, style: str, thousands: str, point: str
) -> None:
    with (LISTS / name).open(encoding="utf-8", newline="") as text:
        cells = [row[column] for row in csv.reader(text)][1:]
    bare = [re.sub(r"[^0-9.,-]", "", cell) for cell in cells]
    cents = sum(round(float(cell.replace(thousands or "_", "").replace(point, ".")) * 100) for cell in bare)
    found = find_style(cells)
    assert (found.style, found.doubtful, found.not_read) == (style, "", 0)
    assert sum(map(number_reader(style), cells)) * 100 == cents
