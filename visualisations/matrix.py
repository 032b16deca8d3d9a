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
    """Countries or actors down, fields across.

    `cells` are by row and field; `counts` says how many places of the grid are in each state, `both` in how many of
    the reported ones a rule indicates a gap too, `gaps` how many gaps a row has (one in two fields counts once).
    """

    rows: tuple[str, ...]
    fields: tuple[str, ...]
    cells: Mapping[tuple[str, str], Row]
    counts: Mapping[str, int]
    both: int
    gaps: Mapping[str, int]


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


def gap_grid(cells: Iterable[Row], rows: str = "country") -> GapGrid:
    """Place the cells of the gap matrix, `rows` being what they are of; a place without a cell is not assessed.

    Countries come by their code. Actors come by their number of gaps, then by IRI, and only those that have a gap or
    a tie that is known to be enough: of most others nothing can be said.

    >>> gap_grid([]).counts["reported"]
    0
    """
    found = {(cell[rows], cell["field"]): cell for cell in cells}
    gaps: dict[str, set[str]] = defaultdict(set)
    for (row, _), cell in found.items():
        gaps[row] |= set(cell["gaps"])
    if rows == "actor":
        said = {row for (row, _), cell in found.items() if cell["state"] != "not-assessed"}
        found = {key: cell for key, cell in found.items() if key[0] in said}
    order = sorted({row for row, _ in found}, key=lambda row: (-len(gaps[row]) if rows == "actor" else 0, row))
    fields = tuple(name for name in vocabulary().schemes["field"] if any(field == name for _, field in found))
    counts = Counter(cell["state"] for cell in found.values())
    counts["not-assessed"] += len(order) * len(fields) - len(found)
    both = sum(bool(cell["reported"] and cell["indicated"]) for cell in found.values())
    counted = {row: len(gaps[row]) for row in order}
    return GapGrid(tuple(order), fields, found, {state: counts[state] for state in STATES}, both, counted)
