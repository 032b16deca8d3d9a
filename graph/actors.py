"""Actors: the rows of the list of actors, read property by property, so that a hundred thousand are no matter.

`graph/queries/actors.rq` says the same in SPARQL, for whoever asks; it joins every actor with all that it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graph.filters import Filters
from graph.lists import list_rows
from graph.places import Places, places
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.time import holds, year
from ontology.identifiers import mint, slug

__all__ = ["ActorName", "actor_row", "actors_found"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ActorName:
    """An actor with what lists are searched and sorted by."""

    actor: str
    label: str
    names: tuple[str, ...]
    level: str | None
    type: str | None
    country: str | None


def actor_row(snapshot: Snapshot, iri: str) -> Row:
    """Give the row of one actor, as the list of actors has it."""

    def one(curie: str) -> str | None:
        return next(iter(snapshot.values_of(iri, curie)), None)

    def word(curie: str) -> str | None:
        value = one(curie)
        return slug(value) if value else None

    territory = one("gov:jurisdiction")
    return {
        "actor": iri,
        "label": snapshot.labels.get(iri),
        "names": snapshot.values_of(iri, "skos:altLabel"),
        "level": word("gov:level"),
        "type": word("gov:actorType"),
        "territory": territory,
        "country": _country(places(snapshot), territory),
        "collective": bool(snapshot.values_of(iri, "gov:collective")),
        "partOf": one("org:subOrganizationOf"),
        "begin": one("gov:validFrom"),
        "end": one("gov:validTo"),
        "basis": word("gov:basis"),
        "evidence": snapshot.values_of(iri, "prov:hadPrimarySource"),
        "note": one("skos:note"),
    }


def _country(where: Places, territory: str | None) -> str | None:
    """Give the country of a place; the Union only for the Union itself, not for what lies in it and in no country."""
    code = where.country(territory)
    return None if code == "EU" and where.code.get(territory or "") != "EU" else code


def actors_found(snapshot: Snapshot, filters: Filters) -> list[ActorName]:
    """Give the actors that the filters let through, by IRI; [] for an empty graph.

    The cost is one scan a property, once for a generation; a field or a programme is asked for in SPARQL.
    """
    found = _every(snapshot)
    if filters.field or filters.programme:
        active = {row["actor"] for row in list_rows(snapshot, "actors", filters)}
        return [actor for actor in found if actor.actor in active]
    return [actor for actor in found if _passes(snapshot, actor, filters)]


def _passes(snapshot: Snapshot, actor: ActorName, filters: Filters) -> bool:
    for name in ("country", "level", "type"):
        asked = getattr(filters, name)
        if asked is not None and getattr(actor, name) != asked:
            return False
    if filters.actor is not None and actor.actor != mint("actor", filters.actor):
        return False
    if filters.basis and filters.basis not in {slug(value) for value in snapshot.values_of(actor.actor, "gov:basis")}:
        return False
    if filters.span == (None, None):
        return True
    begin, end = (
        next(iter(snapshot.values_of(actor.actor, curie)), None) for curie in ("gov:validFrom", "gov:validTo")
    )
    return holds(year(begin), year(end), *filters.span)


@remembered(2)
def _every(snapshot: Snapshot) -> tuple[ActorName, ...]:
    where = places(snapshot)
    labels, aliases = snapshot.labels, snapshot.values("skos:altLabel")
    levels, types, spots = (_first(snapshot, curie) for curie in ("gov:level", "gov:actorType", "gov:jurisdiction"))
    return tuple(
        ActorName(
            iri,
            labels.get(iri, slug(iri)),
            tuple(aliases.get(iri, ())),
            slug(levels[iri]) if iri in levels else None,
            slug(types[iri]) if iri in types else None,
            _country(where, spots.get(iri)),
        )
        for iri in snapshot.instances("gov:Actor")
    )


def _first(snapshot: Snapshot, curie: str) -> dict[str, str]:
    return {subject: values[0] for subject, values in snapshot.values(curie).items()}
