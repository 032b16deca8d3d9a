"""Dates: cells of a table read as ISO dates of the precision that is written, each in the patterns of its column.

A pattern is made of d, dd, m, mm, mmm (the name of the month), yy, yyyy and what stands between them, such as
`dd/mm/yyyy` or `d. mmm yy`; letters that are no part of a date stand in quotes (`d 'de' mmm`). Nothing is guessed: a
cell that no pattern reads, or that two read as different dates, is refused, and a column that can be read day first
and month first is doubtful until somebody decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, TypeAlias

from loaders.date_patterns import CERTAIN, DATES, ORDERS, pattern_form
from loaders.months import MonthRefused, month_of

__all__ = ["DATES", "DateRefused", "FoundPattern", "date_reader", "find_pattern"]

_LONGEST: Final = 60  # characters of a cell
_REMEMBERED: Final = 65_536  # cells; the dates of a column are few
_SHOWN: Final = 5  # examples of refused cells
_YEARS: Final = range(1900, 2101)  # that a cell may be of where its pattern is not known

_Fit: TypeAlias = tuple[tuple[str, int], ...]


class DateRefused(ValueError):
    """A cell that is no date in the patterns of its column; the message says what was expected."""


def date_reader(pattern: str | Iterable[str], *, language: str = "") -> Callable[[str], str]:
    """Give what reads a cell as 2006, 2006-03 or 2006-03-14, the precision that is written.

    Parameters
    ----------
    pattern
        one or several, as a list or divided by `|`. d and m have one or two digits, dd and mm two; mmm is a month's
        name, full or abbreviated, in any of the 24 languages of the European Union; a year of two digits is of 2000
        to 2069 or of 1970 to 1999. After a day a time may follow; it is checked and left out, the day is the one that
        is written, whatever the zone.
    language
        of the names of months, two letters; only needed where languages use a name for different months, such as
        listopad, which is October in Croatia and November in Poland.

    Raises
    ------
    ValueError
        where a pattern is none. The reader raises DateRefused for a cell that no pattern reads or that two patterns
        read as different dates.

    >>> read = date_reader("dd/mm/yyyy | yyyy | d. mmm yy")
    >>> read("01/04/2010"), read("2006"), read("01. Nov 15")
    ('2010-04-01', '2006', '2015-11-01')
    """
    patterns = _listed(pattern)
    forms = [pattern_form(one) for one in patterns]
    if not forms:
        raise ValueError("no pattern of dates is given")

    @lru_cache(maxsize=_REMEMBERED)
    def read(cell: str) -> str:
        return _read(cell, patterns, forms, language)

    return read


def _listed(pattern: str | Iterable[str]) -> list[str]:
    given = pattern.split("|") if isinstance(pattern, str) else [one for part in pattern for one in part.split("|")]
    return list(dict.fromkeys(one.strip() for one in given if one.strip()))


def _read(cell: str, patterns: list[str], forms: list[re.Pattern[str]], language: str = "") -> str:
    text = cell.strip()
    reasons: list[str] = []
    readings: dict[str, str] = {}
    for pattern, form in zip(patterns, forms, strict=True):
        found = form.fullmatch(text) if len(text) <= _LONGEST else None
        if found:
            try:
                readings.setdefault(_date(found, language), pattern)
            except DateRefused as refusal:
                reasons.append(str(refusal))
    if len(readings) > 1:
        both = " or ".join(f"{value} ({pattern})" for value, pattern in readings.items())
        raise DateRefused(f"can be {both}")
    if not readings:
        raise DateRefused(reasons[0] if reasons else f"expected a date written as {' or '.join(patterns)}")
    return next(iter(readings))


def _date(found: re.Match[str], language: str) -> str:
    """Give the ISO text of a cell that has the form of a pattern; DateRefused where there is no such day."""
    parts = found.groupdict()
    if parts.get("yy"):
        short = int(parts["yy"])
        year = short + (2000 if short < 70 else 1900)
    else:
        year = int(parts["y"])
    if year == 0:
        raise DateRefused("there is no year 0000")
    if not (parts.get("m") or parts.get("name")):
        return f"{year:04}"
    month = int(parts["m"]) if parts.get("m") else _month(parts["name"], language)
    if not 1 <= month <= 12:
        raise DateRefused(f"there is no month {month}")
    if not parts.get("d"):
        return f"{year:04}-{month:02}"
    try:
        return date(year, month, int(parts["d"])).isoformat()
    except ValueError:
        raise DateRefused(f"there is no day {int(parts['d'])} in {year:04}-{month:02}") from None


def _month(name: str, language: str) -> int:
    try:
        return month_of(name, language)
    except MonthRefused as refusal:
        raise DateRefused(str(refusal)) from None


@dataclass(frozen=True, slots=True)
class FoundPattern:
    """How the dates of a column are written.

    `pattern` has all patterns that are needed, divided by ` | `, as date_reader takes them; `read` says how many cells
    they read (with none it says nothing), `refused` gives some of the others and `not_read` their number. `doubtful` is
    empty where the order of day and month is certain; else it names a cell that can be read in two ways.
    """

    pattern: str
    doubtful: str
    refused: tuple[str, ...]
    read: int
    not_read: int


def find_pattern(cells: Iterable[str]) -> FoundPattern:
    """Find out in which patterns a column is written; blank cells are passed over.

    Whether the day or the month stands first is decided, for each sign between them, by the cells that only one order
    can read; it is doubtful where none decides or where cells contradict each other, unless both orders give the same
    dates. Only years from 1900 to 2100 count.

    >>> find_pattern(["01/04/2010", "31/07/2011", "2006"]).pattern
    'dd/mm/yyyy | yyyy'
    >>> find_pattern(["01/04/2010"]).doubtful
    '01/04/2010 is 2010-04-01 as dd/mm/yyyy, and 2010-01-04 as mm/dd/yyyy'
    """
    counts: Counter[_Fit] = Counter()
    examples: dict[_Fit, list[str]] = {}
    for cell in cells:
        if text := cell.strip()[: _LONGEST + 1]:
            fit = _fit(text)
            counts[fit] += 1
            kept = examples.setdefault(fit, [])
            if len(kept) < _SHOWN:
                kept.append(text)
    chosen, doubtful = set(CERTAIN), ""
    for orders in ORDERS.values():
        order, doubt = _order(orders, counts, examples)
        chosen.update(order)
        doubtful = doubtful or doubt
    used: dict[str, None] = {}
    refused: list[str] = []
    for fit, kept in examples.items():
        patterns = [pattern for pattern, _ in fit if pattern in chosen]
        used.update(dict.fromkeys(patterns[:1]))
        refused += [] if patterns else kept
    not_read = sum(count for fit, count in counts.items() if not any(pattern in chosen for pattern, _ in fit))
    needed = [pattern for pattern in used if pattern == _wide(pattern) or _wide(pattern) not in used]
    pattern = " | ".join(needed) or DATES[0]
    return FoundPattern(pattern, doubtful, tuple(refused[:_SHOWN]), counts.total() - not_read, not_read)


def _wide(pattern: str) -> str:
    """Give the pattern that also takes days and months of one digit."""
    return re.sub("(?<!m)mm(?!m)", "m", pattern.replace("dd", "d"))


@lru_cache(maxsize=_REMEMBERED)
def _fit(text: str) -> _Fit:
    """Give the patterns that read a cell, each with a number: those with the same number give the same date."""
    found: dict[str, str] = {}
    for pattern in _fitting(re.sub("[0-9]", "1", text)):
        try:
            value = _read(text, [pattern], [pattern_form(pattern)])
        except DateRefused:
            continue
        if int(value[:4]) in _YEARS:
            found[pattern] = value
    values = list(dict.fromkeys(found.values()))
    return tuple((pattern, values.index(value)) for pattern, value in found.items())


@lru_cache(maxsize=_REMEMBERED)
def _fitting(shape: str) -> tuple[str, ...]:
    """Give the patterns that can read a cell whatever its digits are; each digit is written as 1."""
    if "1" not in shape:
        return ()
    return tuple(pattern for pattern in DATES if pattern_form(pattern).fullmatch(shape))


def _order(
    orders: Sequence[Sequence[str]], counts: Mapping[_Fit, int], examples: Mapping[_Fit, list[str]]
) -> tuple[Sequence[str], str]:
    """Choose the order that reads the most cells, and say which cell another one reads otherwise and as well."""
    readings = {fit: [_reading(fit, order) for order in orders] for fit in counts}
    totals = [sum(counts[fit] for fit, read in readings.items() if read[place]) for place in range(len(orders))]
    best = totals.index(max(totals))
    for rival in range(len(orders)):
        pairs = {fit: (read[best], read[rival]) for fit, read in readings.items()}
        only_best = any(one and not other for one, other in pairs.values())
        only_rival = any(other and not one for one, other in pairs.values())
        for fit, (one, other) in pairs.items():
            if one and other and one[1] != other[1] and (only_rival or not only_best):
                cell = examples[fit][0]
                return orders[best], f"{cell} is {_words(cell, one[0])}, and {_words(cell, other[0])}"
    return orders[best], ""


def _reading(fit: _Fit, order: Sequence[str]) -> tuple[str, int] | None:
    return next((one for one in fit if one[0] in order), None)


def _words(cell: str, pattern: str) -> str:
    return f"{_read(cell, [pattern], [pattern_form(pattern)])} as {pattern}"
