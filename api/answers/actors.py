"""The list of actors with what it is sorted by: names, levels, and the number of ties that statements make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args

from api.answers.document import Document, filters_of, page_of, sources_of
from api.answers.lists import list_query
from graph.actors import ActorName, actor_row, actors_found
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
    found = _sorted(snapshot, filters, " ".join(words.casefold().split()), sort)
    part, after = page_of(found, limit, offset)
    ties = stated_ties(snapshot)
    page = [{**actor_row(snapshot, each.actor), "ties": ties.get(each.actor, 0)} for each in part]
    return Document(
        data=page,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(found),
        next=after,
        query=list_query("actors", filters),
        sources=sources_of(snapshot, page),
        filters=filters_of(filters),
        more={"undated": sum(row["begin"] is None and row["end"] is None for row in page)},
    )


@remembered(32)
def _sorted(snapshot: Snapshot, filters: Filters, words: str, sort: Sort | None) -> tuple[ActorName, ...]:
    found = [each for each in actors_found(snapshot, filters) if _named(each, words.split())]
    return tuple(sorted(found, key=_keys(stated_ties(snapshot))[sort])) if sort else tuple(found)


def _named(actor: ActorName, words: list[str]) -> bool:
    names = " ".join([actor.label, *actor.names]).casefold()
    return all(word in names for word in words)


def _keys(ties: Mapping[str, int]) -> Mapping[Sort, Callable[[ActorName], tuple[Any, ...]]]:
    levels = {concept.notation: concept.rank for concept in vocabulary().schemes["level"].values()}

    def name(actor: ActorName) -> tuple[Any, ...]:
        return (actor.label.casefold(), actor.actor)

    def level(actor: ActorName) -> tuple[Any, ...]:
        rank = levels.get(actor.level or "")
        return (rank is None, rank or 0, *name(actor))

    def most_ties(actor: ActorName) -> tuple[Any, ...]:
        return (-ties.get(actor.actor, 0), *name(actor))

    return {"name": name, "level": level, "ties": most_ties}
