"""Totals: rows that sum up others, which must not be added to them.

A row is taken for a total only where that can be shown: one of its labels says total, or is empty, and each of its
amounts equals, within rounding, the sum of the rows that agree with it in all that it says besides. A row that calls
itself a total and is not the sum of those rows is doubtful: it can be neither added nor left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

__all__ = ["Line", "Totals", "Verdict", "find_totals", "finest", "is_sum", "says_total"]

Line = tuple[int, Sequence[str], Sequence[Decimal | None]]
"""The place of a row, its labels, and its amounts; None for one that is empty or no number."""
Verdict = Literal["total", "doubtful"]

_WORDS: Final = (
    "total|totals|grand total|sub ?total|all|sum|overall|gesamt|insgesamt|summe|zusammen|total general|totale|totaal|"
    "suma|razem|ogolem|celkem|spolu|osszesen|skupaj|ukupno|yhteensa|i alt|totalt|kokku|kopa|is viso|synolo"
)
_TOTAL: Final = re.compile(rf"(?:{_WORDS})", re.I)
_BEGINS: Final = re.compile(r"(?:grand |sub)?total\b|all\b|sum of\b", re.I)
_UNION: Final = re.compile(r"EU[ -]?[0-9]{2}|European Union|euro area", re.I)
_MOST: Final = 200_000  # rows that are looked at as possible totals
_FORMS: Final = 32  # combinations of labels that are total or empty; each row is looked at once for each
_SLACK: Final = Decimal("0.005")  # the share of a sum that rounding may make up at most


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals and the doubtful rows, by their places; how many stand alone; whether all rows were looked at."""

    verdicts: dict[int, Verdict]
    alone: int = 0
    complete: bool = True


@dataclass(slots=True)
class _Group:
    """The rows that a total would sum up: their number, how many have an amount, and the sum of each measure."""

    rows: int = 0
    filled: int = 0
    sums: list[Decimal] = field(default_factory=list)


def says_total(label: str) -> bool:
    """Say whether a label is a word for a total and nothing else, but for a unit in brackets.

    >>> says_total("Total (€)"), says_total("TOTAL"), says_total("Total Energies SE"), says_total("")
    (True, True, False, False)
    """
    return _TOTAL.fullmatch(re.sub(r"\([^()]*\)|[^\w ]", "", label).strip()) is not None


def _may_be_total(label: str) -> bool:
    return says_total(label) or bool(_BEGINS.match(label.strip()) or _UNION.fullmatch(label.strip()))


def finest(amounts: Iterable[Decimal]) -> Decimal:
    """Give the unit that amounts are rounded to: the largest power of ten that divides them all; 1 without any.

    >>> finest([Decimal("23208000000"), Decimal("2242400000")]), finest([Decimal("7507247.40")])
    (Decimal('1E+5'), Decimal('0.1'))
    """
    return Decimal(1).scaleb(
        min((int(number.normalize().as_tuple().exponent) for number in amounts if number), default=0)
    )


def is_sum(total: Decimal, parts: Decimal, number: int, unit: Decimal) -> bool:
    """Say whether an amount is the sum of others, all of them rounded to a unit.

    Each of the `number` parts and the total itself may be half a unit off; together not more than five in a thousand.

    >>> is_sum(Decimal(77567), Decimal("77566.9"), 8, Decimal("0.1")), is_sum(Decimal(11), Decimal(10), 2, Decimal(1))
    (True, False)
    """
    return abs(total - parts) <= min(unit * (number + 1) / 2, _SLACK * abs(parts))


def find_totals(
    lines: Callable[[], Iterable[Line]], besides: Sequence[int], units: Sequence[Decimal], *, blank: bool
) -> Totals:
    """Find the rows that sum up others; reads all lines twice, and holds only those that may be totals.

    Parameters
    ----------
    lines
        gives all lines, from the beginning each time.
    besides
        the places of labels that need not agree between a total and its parts: columns that the model does not use.
    units
        the unit that each measure is rounded to.
    blank
        whether a row with an empty label may be a total as well; not so among payments.
    """
    found, complete = _candidates(lines(), frozenset(besides), blank)
    if not found:
        return Totals({}, complete=complete)
    groups = _groups(lines(), found)
    verdicts: dict[int, Verdict] = {}
    alone = 0
    for place, (labels, amounts, options) in found.items():
        named = any(says_total(label) for label in labels)
        judged = [_judged(amounts, groups[option], units, any(map(_may_be_total, labels))) for option in options]
        if True in judged:
            verdicts[place] = "total"
        elif named and False in judged:
            verdicts[place] = "doubtful"
        elif named:
            alone += 1
    return Totals(verdicts, alone, complete)


_Key = tuple[frozenset[int], tuple[str, ...]]
"""The labels by which a total may differ from its parts, and what the others say."""
_Candidates = dict[int, tuple[Sequence[str], Sequence[Decimal | None], list[_Key]]]


def _candidates(lines: Iterable[Line], besides: frozenset[int], blank: bool) -> tuple[_Candidates, bool]:
    """Give the rows that may be totals, and whether these are all."""
    found: _Candidates = {}
    forms: dict[bool, set[frozenset[int]]] = {True: set(), False: set()}
    complete = True
    for place, labels, amounts in lines:
        named = frozenset(number for number, label in enumerate(labels) if _may_be_total(label))
        empty = frozenset(number for number, label in enumerate(labels) if not label.strip())
        if not (named or (blank and empty - besides)) or not any(amounts):
            continue
        free = named | empty
        forms[bool(named)].add(free)
        if len(found) >= _MOST or len(forms[bool(named)]) > _FORMS:
            forms[bool(named)].discard(free)
            complete = False
            continue
        options = dict.fromkeys((_key(labels, free), _key(labels, free | besides) if named else _key(labels, free)))
        found[place] = (labels, amounts, list(options))
    return found, complete


def _key(labels: Sequence[str], free: frozenset[int]) -> _Key:
    return free, tuple(label.strip() for number, label in enumerate(labels) if number not in free)


def _groups(lines: Iterable[Line], candidates: _Candidates) -> dict[_Key, _Group]:
    """Sum up, for each possible total, the rows that it may be the total of."""
    groups = {option: _Group() for _, _, options in candidates.values() for option in options}
    patterns = list(dict.fromkeys(free for free, _ in groups))
    for _, labels, amounts in lines:
        for free in patterns:
            group = groups.get(_key(labels, free))
            if group is None or any(_may_be_total(labels[number]) for number in free):
                continue
            if free and all(not labels[number].strip() for number in free):
                continue  # the possible total itself, or one like it
            _add(group, amounts)
    return groups


def _add(group: _Group, amounts: Sequence[Decimal | None]) -> None:
    group.rows += 1
    group.filled += any(amounts)
    group.sums = group.sums or [Decimal(0)] * len(amounts)
    group.sums = [done + (amount or 0) for done, amount in zip(group.sums, amounts, strict=True)]


def _judged(amounts: Sequence[Decimal | None], group: _Group, units: Sequence[Decimal], named: bool) -> bool | None:
    """Say whether the amounts that there are are the sums of a group; None where there is nothing to tell it by."""
    if not group.rows or (not named and group.filled < 2):
        return None
    return all(
        amount is None or is_sum(amount, done, group.rows, unit)
        for amount, done, unit in zip(amounts, group.sums, units, strict=True)
    )
