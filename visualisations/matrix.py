"""Matrices: the cells of a document as rows and columns of a table. Cells are placed, never added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ontology.vocabulary import vocabulary
from visualisations.palette import STATES

__all__ = ["GRIDS", "GapGrid", "Grid", "funding_grid", "gap_grid"]

Row = Mapping[str, Any]
GRIDS: Final = ("level", "country")
"""The dimensions that are few enough for a grid; the others are listed."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Payers down, recipients across; `cells` holds the sums of each pair, of which there may be several kinds."""

    payers: tuple[str | None, ...]
    recipients: tuple[str | None, ...]
    cells: Mapping[tuple[str | None, str | None], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class GapGrid:
    """Fields down, countries across.

    `counts` says how many places of the grid are in each state, `both` in how many of the reported ones a rule
    indicates a gap too.
    """

    fields: tuple[str, ...]
    countries: tuple[str, ...]
    cells: Mapping[tuple[str, str], Row]
    counts: Mapping[str, int]
    both: int


def funding_grid(cells: Iterable[Row], by: str) -> Grid:
    """Place the cells of the funding matrix; levels in their order, other keys by name, what is not stated last."""
    rank = {name: place for place, name in enumerate(vocabulary().schemes["level"])} if by == "level" else {}

    def order(key: str | None) -> tuple[bool, int, str]:
        return (key is None, rank.get(key or "", 0), key or "")

    found: dict[tuple[str | None, str | None], list[Row]] = defaultdict(list)
    for cell in cells:
        found[cell["payer"], cell["recipient"]].append(cell)
    payers = tuple(sorted({payer for payer, _ in found}, key=order))
    recipients = tuple(sorted({recipient for _, recipient in found}, key=order))
    return Grid(payers, recipients, dict(found))


def gap_grid(cells: Iterable[Row]) -> GapGrid:
    """Place the cells of the gap matrix; a place without a cell is not assessed.

    >>> gap_grid([]).counts["reported"]
    0
    """
    found = {(cell["country"], cell["field"]): cell for cell in cells}
    countries = tuple(sorted({country for country, _ in found}))
    fields = tuple(name for name in vocabulary().schemes["field"] if any(field == name for _, field in found))
    counts = Counter(cell["state"] for cell in found.values())
    counts["not-assessed"] += len(countries) * len(fields) - len(found)
    both = sum(bool(cell["reported"] and cell["indicated"]) for cell in found.values())
    return GapGrid(fields, countries, found, {state: counts[state] for state in STATES}, both)
