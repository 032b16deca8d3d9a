"""The list of actors with what it is sorted by: names, levels, and the number of ties that statements make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args

from api.answers.document import Document, Row, filters_of, page_of, sources_of
from api.answers.lists import list_query, list_rows
from graph.filters import Filters
from graph.neighbours import stated_ties
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.vocabulary import vocabulary

__all__ = ["SORTS", "Sort", "actors_document"]

Sort = Literal["name", "level", "ties"]
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)


def actors_document(
    snapshot: Snapshot,
    filters: Filters,
    words: str = "",
    sort: Sort | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Document:
    """Give the actors that the filters let through and whose names have all of the words, sorted.

    `ties` of a row are those that a statement makes, in all years: money from or to a named body, coordination,
    hierarchy; not duties that two bodies share. `sort` None keeps the order of IRIs.
    """
    rows = _sorted(snapshot, filters, " ".join(words.casefold().split()), sort)
    page, after = page_of(rows, limit, offset)
    return Document(
        data=page,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(rows),
        next=after,
        query=list_query("actors", filters),
        sources=sources_of(snapshot, page),
        filters=filters_of(filters),
        more={"undated": sum(row["begin"] is None and row["end"] is None for row in rows)},
    )


@remembered(32)
def _sorted(snapshot: Snapshot, filters: Filters, words: str, sort: Sort | None) -> tuple[Row, ...]:
    ties = stated_ties(snapshot)
    rows = [
        {**row, "ties": ties.get(row["actor"], 0)}
        for row in list_rows(snapshot, "actors", filters)
        if _named(row, words.split())
    ]
    return tuple(sorted(rows, key=_keys()[sort])) if sort else tuple(rows)


def _named(row: Mapping[str, Any], words: list[str]) -> bool:
    names = " ".join([row["label"] or "", *row["names"]]).casefold()
    return all(word in names for word in words)


def _keys() -> Mapping[Sort, Callable[[Row], tuple[Any, ...]]]:
    levels = {concept.notation: concept.rank for concept in vocabulary().schemes["level"].values()}

    def name(row: Row) -> tuple[Any, ...]:
        return ((row["label"] or "").casefold(), row["actor"])

    return {
        "name": name,
        "level": lambda row: (levels.get(row["level"] or "", 99), *name(row)),
        "ties": lambda row: (-row["ties"], *name(row)),
    }
