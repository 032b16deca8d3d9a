"""Periods: what a date, a year or a fiscal year of a row covers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from loaders.dates import date_reader, find_pattern
from loaders.fdp.package import Field

__all__ = ["Period", "PeriodDoubtful", "fiscal_year", "period_reader"]

Period = tuple[str, str]
"""The first and the last day, month or year; both empty where nothing is said."""
_TWO_YEARS: Final = re.compile(r"([0-9]{4})\s?[-/–]\s?([0-9]{4}|[0-9]{2})")
_STANDARD: Final = ("yyyy-mm-dd", "yyyy-mm", "yyyy")
_SIGNS: Final = {"%Y": "yyyy", "%y": "yy", "%m": "mm", "%d": "dd", "%b": "mmm", "%B": "mmm"}


class PeriodDoubtful(ValueError):
    """Dates that can be read in two ways; the message says which."""


def fiscal_year(text: str) -> Period | None:
    """Read a year that begins in one calendar year and ends in the next; None for anything else.

    >>> fiscal_year("2014-15"), fiscal_year("2014/2015"), fiscal_year("2014-12")
    (('2014', '2015'), ('2014', '2015'), None)
    """
    match = _TWO_YEARS.fullmatch(text.strip())
    if match and (int(match[1]) + 1) % (10 ** len(match[2])) == int(match[2]):
        return match[1], str(int(match[1]) + 1)
    return None


def period_reader(described: Field | None, cells: Iterable[str]) -> Callable[[str], Period]:
    """Give what reads the cells of a column of dates.

    A format that the descriptor declares counts; without one they are fiscal years where all cells are, or ISO dates,
    as the standard has them, or else what all cells together decide. An empty cell gives an empty period. Raises
    PeriodDoubtful where they decide nothing; the reader raises ValueError for a cell that is no such date.
    """
    found = list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
    if found and all(fiscal_year(cell) for cell in found):
        return lambda cell: fiscal_year(cell) or ("", "")
    read = _day_reader(described, found)

    def period(cell: str) -> Period:
        return (read(cell), read(cell)) if cell.strip() else ("", "")

    return period


def _day_reader(described: Field | None, cells: list[str]) -> Callable[[str], str]:
    declared = (described.format if described else "").removeprefix("fmt:").strip()
    for sign, part in _SIGNS.items():
        declared = declared.replace(sign, part)
    if declared.lower() not in ("", "default", "any", "datetime", "date", "year"):
        try:
            return date_reader(declared.lower())
        except ValueError:
            pass  # a format that is none is like one that is not declared: the cells decide
    standard = date_reader(_STANDARD)
    if all(_reads(standard, cell) for cell in cells):
        return standard
    best = find_pattern(cells)
    if best.doubtful:
        raise PeriodDoubtful(best.doubtful)
    return date_reader(best.pattern)


def _reads(read: Callable[[str], str], cell: str) -> bool:
    try:
        read(cell)
    except ValueError:
        return False
    return True
