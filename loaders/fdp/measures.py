"""Measures: how far the money of a column of amounts has come, and which columns sum up others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from loaders.fdp.package import Measure
from loaders.fdp.roles import words
from loaders.fdp.totals import is_sum, says_total

__all__ = ["PHASES", "phase_by_name", "sum_of_others", "superseded"]

PHASES: Final[Mapping[str, str]] = {
    "proposed": "planned",
    "approved": "planned",
    "adjusted": "committed",
    "executed": "paid",
}
"""The phases of the standard, and ours."""
_NAMES: Final = (
    (r"\b(?:paid|payments?|executed|disbursed|spent|actual|outturn)\b", "paid"),
    (r"\b(?:committed|contracted|commitments?)\b", "committed"),
    (r"\b(?:planned|proposed|approved|budgeted)\b", "planned"),
)


def phase_by_name(name: str) -> str:
    """Give the phase that a name says; "" where it says none, or several.

    >>> phase_by_name("Total Paid"), phase_by_name("amount"), phase_by_name("paid of committed")
    ('paid', '', '')
    """
    found = {phase for pattern, phase in _NAMES if re.search(pattern, words(name))}
    return found.pop() if len(found) == 1 else ""


def superseded(phases: Iterable[str]) -> bool:
    """Say whether what was proposed stands beside what was approved: planned twice."""
    return {"proposed", "approved"} <= set(phases)


def sum_of_others(
    measures: Sequence[Measure], rows: Iterable[Sequence[Decimal | None]], units: Sequence[Decimal]
) -> int | None:
    """Give the number of the measure that is, in every row, the sum of all others; None where none is.

    Its name has to say total, the currency has to be one, and there must be two others or more.
    """
    named = [number for number, each in enumerate(measures) if _says_total(each)]
    if len(measures) < 3 or len({each.currency for each in measures}) > 1 or len(named) != 1:
        return None
    (total,) = named
    several = False
    for amounts in rows:
        parts = [amount or Decimal(0) for number, amount in enumerate(amounts) if number != total]
        if not is_sum(amounts[total] or Decimal(0), sum(parts, Decimal(0)), len(parts), max(units)):
            return None
        several = several or sum(map(bool, parts)) > 1
    return total if several else None


def _says_total(measure: Measure) -> bool:
    return any(says_total(word) for name in (measure.name, measure.column) for word in words(name).split())
