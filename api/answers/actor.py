"""The actor's document: one body with all that the graph says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from pyoxigraph import NamedNode

from api.answers.document import Document, Row, filters_of, not_applied, sources_of
from api.answers.funding import flows_document
from api.answers.gaps import gaps_document
from api.answers.lists import list_query, list_rows
from graph.actors import actor_row
from graph.filters import Filters
from graph.snapshot import Snapshot
from ontology.identifiers import expand, mint

__all__ = ["HELD_BY", "NOT_APPLIED", "about", "actor_document", "held_by", "is_actor", "parts_of"]

_PARTS: Final = ("competences", "mechanisms", "measures", "events")
_ONE: Final = "the page is about one body, whatever its country, level and type"
NOT_APPLIED: Final[Mapping[str, str]] = {
    "country": _ONE,
    "level": _ONE,
    "type": _ONE,
    "programme": "it narrows money, duties, measures and events; mechanisms and gaps belong to no programme here",
    "from": "it narrows all but the gaps, which are asked at one year",
    "to": "it narrows all but the gaps, which are asked at one year",
}

HELD_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "competences": ("gov:holder",),
    "mechanisms": ("gov:participant",),
    "measures": ("gov:initiator", "gov:implementer", "gov:evaluatedBy"),
    "events": ("gov:actor",),
    "programmes": ("gov:operatedBy",),
}
"""By list, the properties that name the actor of a statement: where none does, the list need not be asked for."""


def actor_document(snapshot: Snapshot, name: str, filters: Filters) -> Document | None:
    """Give everything about the actor of that slug: money in and out, duties, ties, measures, events, gaps.

    The filters narrow the statements, not the actor; None where no actor has that name.
    """
    if not is_actor(snapshot, name):
        return None
    iri = mint("actor", name)
    row = actor_row(snapshot, iri)
    only = about(filters, name)
    flows = flows_document(snapshot, only).data
    lists = {part: held_by(snapshot, part, only, iri) for part in _PARTS}
    gaps = gaps_document(snapshot, only)
    data: Row = {
        **row,
        "money_in": [flow for flow in flows if flow["recipient"] == iri],
        "money_out": [flow for flow in flows if flow["payer"] == iri],
        **lists,
        "gaps": gaps.data,
        "parts": parts_of(snapshot, iri),
        "names_of": _names(snapshot, flows, lists["mechanisms"], iri),
    }
    parts: Iterable[list[dict[str, Any]]] = (value for value in data.values() if isinstance(value, list))
    evidence = [item for part in parts for item in part if isinstance(item, dict)]
    queries = {"actor": list_query("actors", Filters(actor=name))}
    queries |= {part: list_query(part, only) for part in ("flows", *_PARTS)}
    # the rules that found none of its gaps would make the answer several times as long
    found = {"reported", *(gap["rule"] for gap in gaps.data)}
    queries |= {f"gaps: {name}": text for name, text in gaps.more["queries"].items() if name in found}
    return Document(
        data=data,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(evidence),
        query=queries["actor"],
        sources=sources_of(snapshot, [row, *evidence]),
        filters=filters_of(filters),
        not_applied=not_applied(filters, NOT_APPLIED),
        more={"queries": queries},
    )


def is_actor(snapshot: Snapshot, name: str) -> bool:
    """Say whether the graph has an actor of that slug."""
    kinds = snapshot.quads(mint("actor", name), expand("rdf:type"), expand("gov:Actor"))
    return next(kinds, None) is not None


def about(filters: Filters, name: str) -> Filters:
    """Give filters for the statements about one actor, whatever its country, level and type."""
    return replace(filters, country=None, level=None, type=None, actor=name)


def held_by(snapshot: Snapshot, part: str, filters: Filters, iri: str) -> list[Row]:
    """Give the rows of a list that are about an actor; where no statement names it the list is not asked for."""
    if all(next(snapshot.quads(predicate=expand(curie), object_=iri), None) is None for curie in HELD_BY[part]):
        return []
    return list(list_rows(snapshot, part, filters))


def parts_of(snapshot: Snapshot, iri: str) -> list[str]:
    """List the bodies that belong to an actor."""
    found = snapshot.quads(predicate=expand("org:subOrganizationOf"), object_=iri)
    return sorted({quad.subject.value for quad in found if isinstance(quad.subject, NamedNode)})


def _names(snapshot: Snapshot, flows: list[Row], mechanisms: Iterable[Row], iri: str) -> dict[str, str]:
    """Name the other bodies that the document mentions, so that a reader need not ask for each."""
    others = {flow[side] for flow in flows for side in ("payer", "recipient") if flow[side]}
    others.update(actor for mechanism in mechanisms for actor in mechanism["participants"])
    return {other: snapshot.label(other) for other in sorted(others - {iri})}
