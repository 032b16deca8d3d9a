"""Searched: how far each place was read for a kind of tie, from the scopes alone.

The same as graph.researched says of one place after reading whole properties; scopes are few, so that asking for each
country of a large graph takes a moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.filters import Filters
from graph.places import Places, places
from graph.remember import remembered
from graph.researched import Coverage, Scope, coverage_of
from graph.snapshot import Snapshot
from graph.time import holds, year
from ontology.identifiers import expand, slug
from ontology.vocabulary import vocabulary

__all__ = ["Search", "searches", "searches_asked", "tie_coverage"]


@dataclass(frozen=True, slots=True)
class Search:
    """One researched scope: where, in which fields, for which ties, in which years; None for open or unknown."""

    iri: str
    spots: tuple[str, ...]
    fields: tuple[str, ...]
    ties: tuple[str, ...]
    begin: int | None
    end: int | None
    passages: tuple[str, ...]


@remembered(2)
def searches(snapshot: Snapshot) -> tuple[Search, ...]:
    """Read the researched scopes, by IRI; an empty graph has none. The cost grows with the scopes, not the graph."""
    return tuple(_read(snapshot, iri) for iri in snapshot.instances("gov:ResearchedScope"))


def _read(snapshot: Snapshot, iri: str) -> Search:
    def values(curie: str) -> list[str]:
        return sorted({getattr(quad.object, "value", "") for quad in snapshot.quads(iri, expand(curie))})

    first, last = (next(iter(values(curie)), None) for curie in ("gov:validFrom", "gov:validTo"))
    return Search(
        iri=iri,
        spots=tuple(values("gov:over")),
        fields=tuple(map(slug, values("gov:field"))),
        ties=tuple(map(slug, values("gov:tie"))),
        begin=year(first),
        end=year(last),
        passages=tuple(values("prov:hadPrimarySource")),
    )


def searches_asked(snapshot: Snapshot, filters: Filters) -> list[Search]:
    """Give the scopes in the field and years that are asked for, of any place."""
    below = vocabulary().narrower("field", filters.field) if filters.field else None
    return [
        each
        for each in searches(snapshot)
        if (below is None or below.intersection(each.fields)) and holds(each.begin, each.end, *filters.span)
    ]


def tie_coverage(snapshot: Snapshot, territories: Sequence[str], tie: str, filters: Filters) -> Mapping[str, Coverage]:
    """Say for each place how far it was searched for a kind of tie, in the field (or all) and years asked for.

    Scopes over a place that it lies in within its country count whole, those over a part of it do not; the Union
    stands for itself.
    """
    where = places(snapshot)
    found = searches_asked(snapshot, filters)
    fields = [filters.field] if filters.field else list(vocabulary().schemes["field"])
    return {place: coverage_of(_scopes(where, found, place), tie, fields) for place in territories}


def _scopes(where: Places, found: Sequence[Search], place: str) -> list[Scope]:
    around = {each for each in where.chain(place) if where.code.get(each) != "EU" or each == place}
    union = where.code.get(place) == "EU"
    scopes = []
    for each in found:
        whole = bool(around.intersection(each.spots))
        if whole or (not union and any(where.contains(place, spot) for spot in each.spots)):
            scopes.append(Scope(each.iri, each.fields, each.ties, each.begin, each.end, whole))
    return scopes
