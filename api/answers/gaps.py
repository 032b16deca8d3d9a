"""Gap documents: the gaps, and the matrix of country and field with its four states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final, Literal, get_args

from api.answers.document import Document, Row, filters_of, not_applied, page_of, sources_of
from graph.filters import Filters
from graph.gaps.actors import actor_gap_matrix
from graph.gaps.gap import Gap, find_gaps, gap_matrix, gap_queries
from graph.gaps.rules import Rule, rules
from graph.snapshot import Snapshot

__all__ = [
    "GAP_DIMENSIONS",
    "Dimension",
    "gap_matrix_document",
    "gap_row",
    "gaps_document",
    "named_gap_queries",
    "rules_data",
]

Dimension = Literal["country", "actor"]
GAP_DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)

_NOT_APPLIED: Final[Mapping[str, str]] = {
    "programme": "a gap lies between bodies, levels and fields; the graph does not tie it to a programme",
    "from": "a gap is asked at one year: use at",
    "to": "a gap is asked at one year: use at",
}


def gap_row(gap: Gap) -> Row:
    """Give a gap as the API prints it: `field` is its first field, `fields` all of them."""
    row: Row = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(gap).items()}
    row["field"] = gap.fields[0] if gap.fields else None
    return row


def gaps_document(
    snapshot: Snapshot, filters: Filters, limit: int | None = None, offset: int = 0, more: tuple[Rule, ...] = ()
) -> Document:
    """Give the gaps that the filters let through, reported first, then by severity; `more` are rules of a partner."""
    rows = [gap_row(gap) for gap in find_gaps(snapshot, filters, more)]
    page, after = page_of(rows, limit, offset)
    queries = gap_queries(filters, more)
    states = Counter(row["state"] for row in rows)
    return Document(
        data=page,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(rows),
        next=after,
        query=queries["reported"],
        sources=sources_of(snapshot, page),
        filters=filters_of(filters),
        not_applied=not_applied(filters, _NOT_APPLIED),
        more={"queries": queries, "states": dict(sorted(states.items())), "rules": rules_data(more)},
    )


def named_gap_queries(filters: Filters) -> dict[str, str]:
    """Give the SPARQL behind the gaps by names that tell them from other queries: `gaps: reported`, and each rule."""
    return {f"gaps: {name}": text for name, text in gap_queries(filters).items()}


def gap_matrix_document(snapshot: Snapshot, filters: Filters, by: Dimension = "country") -> Document:
    """Give the state of each country and field, or of each actor and field."""
    cells = gap_matrix(snapshot, filters) if by == "country" else actor_gap_matrix(snapshot, filters)
    data = [
        {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(cell).items()}
        for cell in cells
    ]
    return Document(
        data=data,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(data),
        query=gap_queries(filters)["reported"],
        sources=sources_of(snapshot, [gap_row(gap) for gap in find_gaps(snapshot, filters)]),
        filters=filters_of(filters),
        not_applied=not_applied(filters, _NOT_APPLIED),
        more={"queries": gap_queries(filters), "by": by},
    )


def rules_data(more: tuple[Rule, ...] = ()) -> list[Row]:
    """Give the rules with their definitions, without their queries and files."""
    return [
        {key: value for key, value in asdict(rule).items() if key not in ("query", "file")}
        for rule in (*rules(), *more)
    ]
