"""Networks: projections of the graph onto actors. The only bridge to networkx.

A projection is a directed multigraph of actor IRIs. Nodes carry `label`, `level`, `country`, `type`; edges carry
`kind`, `iri` (the flow, mechanism or duty they come from), `label`, `fields`, `begin`, `end`, `basis`, and for
funding `amount_min`, `amount_max`, `currency`, `quantity`, `programme`. A tie without direction (coordination) is one
edge, from the actor whose IRI comes first, with `directed` false.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Literal, get_args

import networkx as nx

from graph.duty import kind_of_duty, sole
from graph.filters import Filters
from graph.places import Places, places
from graph.snapshot import Snapshot
from graph.time import holds, year
from ontology.errors import UnknownTerm
from ontology.identifiers import mint, slug
from ontology.vocabulary import vocabulary

__all__ = ["KINDS", "Kind", "actors_of", "network_of", "ties_of"]

Kind = Literal["competence", "funding", "coordination", "hierarchy"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What every projection reads: validity, fields and basis of the things that make edges."""

    begin: Mapping[str, int | None]
    end: Mapping[str, int | None]
    fields: Mapping[str, list[str]]
    basis: Mapping[str, str]
    labels: Mapping[str, str]
    places: Places


def network_of(snapshot: Snapshot, filters: Filters, kinds: Iterable[Kind] = KINDS) -> nx.MultiDiGraph[str]:
    """Project the part of the graph that the filters let through.

    `country` and `level` keep edges that touch an actor of that country or level, `actor` the edges of that actor,
    `field`, `basis` and the span keep edges by the statement they come from, `programme` the funding through it.
    Actors without an edge are left out.
    An empty graph gives a network without nodes. The cost is one scan a property used. Raises UnknownTerm for a kind
    that there is no projection of.
    """
    wanted = frozenset(kinds)
    for unknown in sorted(wanted.difference(KINDS)):
        raise UnknownTerm("kind of tie", unknown, KINDS)
    facts = _facts(snapshot)
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for kind, edges in _PROJECTIONS.items():
        if kind in wanted:
            for one, other, iri, attributes in edges(snapshot, facts):
                if _passes(iri, attributes, filters, facts):
                    _add(network, one, other, {"kind": kind, "iri": iri, **attributes})
    for actor in network.nodes:
        network.nodes[actor].update(label=snapshot.label(actor), level=None, country=None, type=None)
    _describe(snapshot, network, facts.places)
    _narrow(network, filters)
    return network


def _add(network: nx.MultiDiGraph[str], one: str, other: str, attributes: dict[str, Any]) -> None:
    """Add a tie; the same tie in another field is one tie with both fields."""
    key = f"{attributes['kind']} {attributes['iri']} {one} {other}"
    if network.has_edge(one, other, key):
        fields = {*network.edges[one, other, key]["fields"], *attributes["fields"]}
        network.edges[one, other, key]["fields"] = sorted(fields)
    else:
        network.add_edge(one, other, key=key, **attributes)


def actors_of(network: nx.MultiDiGraph[str]) -> list[tuple[str, dict[str, Any]]]:
    """List the actors with their attributes, by IRI."""
    return sorted(((str(actor), dict(facts)) for actor, facts in network.nodes.items()), key=lambda actor: actor[0])


def ties_of(network: nx.MultiDiGraph[str]) -> list[tuple[str, str, str, dict[str, Any]]]:
    """List the ties as (one, other, key, attributes), in a fixed order."""
    ties = ((str(one), str(other), str(key), dict(facts)) for (one, other, key), facts in network.edges.items())
    return sorted(ties, key=lambda tie: tie[:3])


def _facts(snapshot: Snapshot) -> _Facts:
    def first(curie: str) -> dict[str, str]:
        return {subject: values[0] for subject, values in snapshot.values(curie).items()}

    return _Facts(
        begin={subject: year(value) for subject, value in first("gov:validFrom").items()},
        end={subject: year(value) for subject, value in first("gov:validTo").items()},
        fields={subject: [slug(v) for v in values] for subject, values in snapshot.values("gov:field").items()},
        basis={subject: slug(value) for subject, value in first("gov:basis").items()},
        labels=snapshot.labels,
        places=places(snapshot),
    )


_Edge = tuple[str, str, str, dict[str, Any]]


def _attributes(iri: str, facts: _Facts, **more: Any) -> dict[str, Any]:
    return {
        "label": facts.labels.get(iri, slug(iri)),
        "fields": facts.fields.get(iri, []),
        "begin": facts.begin.get(iri),
        "end": facts.end.get(iri),
        "basis": facts.basis.get(iri),
        "directed": True,
        **more,
    }


def _funding(snapshot: Snapshot, facts: _Facts) -> Iterator[_Edge]:
    payer, recipient = snapshot.values("gov:payer"), snapshot.values("gov:recipient")
    low, high = snapshot.values("gov:amountMin"), snapshot.values("gov:amountMax")
    currency, quantity = snapshot.values("gov:currency"), snapshot.values("gov:quantity")
    programme = snapshot.values("gov:programme")
    for flow in sorted(payer.keys() & recipient.keys()):
        amounts = {
            "amount_min": low.get(flow, [None])[0],
            "amount_max": high.get(flow, [None])[0],
            "currency": slug(currency[flow][0]) if flow in currency else None,
            "quantity": slug(quantity[flow][0]) if flow in quantity else None,
            "programme": programme.get(flow, [None])[0],
        }
        yield payer[flow][0], recipient[flow][0], flow, _attributes(flow, facts, **amounts)


def _coordination(snapshot: Snapshot, facts: _Facts) -> Iterator[_Edge]:
    for mechanism, participants in sorted(snapshot.values("gov:participant").items()):
        for one, other in combinations(participants, 2):
            yield one, other, mechanism, _attributes(mechanism, facts, directed=False)


def _hierarchy(snapshot: Snapshot, facts: _Facts) -> Iterator[_Edge]:
    for curie in ("org:subOrganizationOf", "gov:memberOfCollective"):
        for actor, wholes in sorted(snapshot.values(curie).items()):
            for whole in wholes:
                yield actor, whole, actor, _attributes(actor, facts)


def _competence(snapshot: Snapshot, facts: _Facts) -> Iterator[_Edge]:
    """Tie the holders of a duty in one field in nested territories, from the larger place to the smaller.

    Explicit absences and norms are no duties and make no edge.
    """
    nature, modality = snapshot.values("gov:nature"), snapshot.values("gov:modality")
    over, holder = snapshot.values("gov:over"), snapshot.values("gov:holder")
    duties: dict[str, list[tuple[str, str, str]]] = {}
    for duty in sorted(holder.keys() & over.keys()):
        if kind_of_duty(sole(modality.get(duty, [])), sole(nature.get(duty, []))) != "duty":
            continue
        for field in facts.fields.get(duty, []):
            duties.setdefault(field, []).append((duty, holder[duty][0], over[duty][0]))
    for field, found in sorted(duties.items()):
        by_place: dict[str, list[tuple[str, str, str]]] = {}
        for entry in found:
            by_place.setdefault(entry[2], []).append(entry)
        for duty, lower, place in found:
            for outer in facts.places.chain(place):
                for other, upper, _ in by_place.get(outer, []):
                    if lower != upper and (outer != place or other < duty):
                        begin, end = _common(facts, duty, other)
                        if begin is None or end is None or begin <= end:
                            yield upper, lower, duty, _attributes(duty, facts, fields=[field], begin=begin, end=end)


def _common(facts: _Facts, one: str, other: str) -> tuple[int | None, int | None]:
    """Give the years that two duties share: the later begin and the earlier end."""
    begins = [facts.begin[duty] for duty in (one, other) if facts.begin.get(duty) is not None]
    ends = [facts.end[duty] for duty in (one, other) if facts.end.get(duty) is not None]
    return max(begins, default=None), min(ends, default=None)  # type: ignore[type-var]


_PROJECTIONS: Final = {
    "competence": _competence,
    "funding": _funding,
    "coordination": _coordination,
    "hierarchy": _hierarchy,
}


def _passes(iri: str, attributes: Mapping[str, Any], filters: Filters, facts: _Facts) -> bool:
    if filters.field and not vocabulary().narrower("field", filters.field) & set(attributes["fields"]):
        return False
    if filters.basis and facts.basis.get(iri) != filters.basis:
        return False
    if filters.programme and attributes.get("programme") != mint("programme", filters.programme):
        return False
    return holds(attributes["begin"], attributes["end"], *filters.span)


def _describe(snapshot: Snapshot, network: nx.MultiDiGraph[str], where: Places) -> None:
    for name, curie in (("level", "gov:level"), ("type", "gov:actorType"), ("country", "gov:jurisdiction")):
        for actor, values in snapshot.values(curie).items():
            if actor in network:
                value = where.country(values[0]) if name == "country" else slug(values[0])
                network.nodes[actor][name] = value


def _narrow(network: nx.MultiDiGraph[str], filters: Filters) -> None:
    """Keep the edges that touch what is asked for, then drop the actors that have none left."""
    asked: dict[str, str] = {
        name: value
        for name, value in (("country", filters.country), ("level", filters.level), ("type", filters.type))
        if value
    }
    actor = mint("actor", filters.actor) if filters.actor else None

    def keeps(one: str, other: str) -> bool:
        touched = all(value in (network.nodes[one][name], network.nodes[other][name]) for name, value in asked.items())
        return touched and (actor is None or actor in (one, other))

    dropped = [(one, other, key) for one, other, key in network.edges(keys=True) if not keeps(one, other)]
    network.remove_edges_from(dropped)
    network.remove_nodes_from([node for node, degree in list(network.degree()) if degree == 0])
