"""Made-up governance for the made-up flows, so that every gap rule has something to ask: towns, scopes, duties, ties.

The places and fields of the flows are all researched for competences, money and coordination; for evaluations only two
countries and two fields, as every payment there that nobody evaluates is a gap. One body in fourteen of the local ones
has a town of its own and duties there; a state and regional bodies stand above it. The same seed gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from ontology.identifiers import concept, expand, graph_name, mint
from tests.bench.generate import COUNTRIES, Actor, actors

__all__ = ["write_governance"]

_FIELDS: Final = ("integration", "newcomer-reception", "civic-integration", "education", "employment", "housing")
_TIES: Final = ("coordination", "competence", "funding", "evaluation")
_GROUPS: Final = ("third-country-nationals", "refugees-asylum-seekers", "eu-citizens", "women", "youth")
_EVALUATED: Final = (("LU", "MT"), ("education", "housing"))
_ASPECTS: Final = ("delivery", "delivery", "coordination", "framing", "monitoring")

T = TypeVar("T")
_Fact = tuple[str, str, str]


def write_governance(path: Path, count: int, seed: int, programmes: int) -> int:
    """Write the governance that goes with `count` flows as N-Quads; gives the number of statements.

    `programmes` is how many of the programmes of the flows get a target group, a place and somebody who runs them.
    """
    graph, written = f"<{graph_name('bench-governance')}>", 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for subject, predicate, value in _facts(actors(count, seed), Random(f"governance {seed}"), programmes):
            file.write(f"<{subject}> <{expand(predicate)}> {value} {graph} .\n")
            written += 1
    return written


def _facts(bodies: Sequence[Actor], rng: Random, programmes: int) -> Iterator[_Fact]:
    states = {body.country: body for body in reversed(bodies) if body.level == "national"}
    regions = [body for body in bodies if body.level == "regional"][: len(bodies) // 300]
    towns = [body for body in bodies if body.level == "local"][: len(bodies) // 20]
    yield from _places(regions, towns)
    yield from _scopes()
    yield from _duties(states, regions, towns, rng)
    yield from _offers(states, towns, rng, programmes)


def _places(regions: Sequence[Actor], towns: Sequence[Actor]) -> Iterator[_Fact]:
    for level, found in (("regional", regions), ("local", towns)):
        for body in found:
            larger = next((r for r in regions if level == "local" and r.country == body.country), None)
            outer = _seat(larger) if larger else mint("territory", body.country.lower())
            yield from _thing(_seat(body), "gov:Territory", f"Place {body.number}")
            yield _seat(body), "gov:within", _node(outer)
            yield _seat(body), "gov:level", _node(concept("level", level))


def _scopes() -> Iterator[_Fact]:
    for code in COUNTRIES:
        for tie in _TIES:
            scope = mint("scope", f"bench-{code.lower()}-{tie}")
            yield from _thing(scope, "gov:ResearchedScope", f"{tie} in {code}")
            yield scope, "gov:tie", _node(concept("tie", tie))
            yield scope, "gov:over", _node(mint("territory", code.lower()))
            for field in _FIELDS if tie != "evaluation" else _EVALUATED[1] if code in _EVALUATED[0] else ():
                yield scope, "gov:field", _node(concept("field", field))
            yield from _years(scope, 2000, 2020)


def _duties(
    states: Mapping[str, Actor], regions: Sequence[Actor], towns: Sequence[Actor], rng: Random
) -> Iterator[_Fact]:
    for state in states.values():
        for field in _FIELDS:
            yield from _duty(state, mint("territory", state.country.lower()), field, "framing", _nature(rng), rng)
    for region in regions:
        yield from _duty(region, _seat(region), _one(rng, _FIELDS), "financing", _nature(rng), rng)
    for town in towns:
        for field in sorted({_one(rng, _FIELDS), _one(rng, _FIELDS)}):
            yield from _duty(town, _seat(town), field, _one(rng, _ASPECTS), _nature(rng), rng)


def _duty(body: Actor, place: str, field: str, aspect: str, nature: str, rng: Random) -> Iterator[_Fact]:
    duty = mint("competence", f"bench-{body.number}-{field}")
    yield from _thing(duty, "gov:Competence", f"{aspect} of {field} by {body.number}")
    yield duty, "gov:holder", _node(_actor(body))
    yield duty, "gov:field", _node(concept("field", field))
    yield duty, "gov:aspect", _node(concept("aspect", aspect))
    yield duty, "gov:nature", _node(concept("nature", nature))
    yield duty, "gov:modality", _node(concept("modality", "is"))
    yield duty, "gov:over", _node(place)
    begin = 2000 + int(rng.random() * 15)
    yield from _years(duty, begin, begin + int(rng.random() * 10))


def _offers(states: Mapping[str, Actor], towns: Sequence[Actor], rng: Random, programmes: int) -> Iterator[_Fact]:
    """Give mechanisms of state and towns, measures of the towns, what the programmes are for, and cuts of some."""
    for number in range(programmes):
        programme, code = mint("programme", f"bench-{number}"), _one(rng, sorted(states))
        yield programme, "gov:field", _node(concept("field", _one(rng, _FIELDS)))
        yield programme, "gov:targetGroup", _node(concept("targetGroup", _one(rng, _GROUPS)))
        yield programme, "gov:operatedBy", _node(_actor(states[code]))
        yield programme, "gov:over", _node(mint("territory", code.lower()))
        if number % 10 == 0:
            event = mint("event", f"bench-{number}")
            yield from _thing(event, "gov:PolicyEvent", f"Cut of programme {number}")
            yield event, "gov:eventType", _node(concept("eventType", "funding-cut"))
            yield event, "gov:affects", _node(programme)
    for number, town in enumerate(towns[::2]):
        field, state = _one(rng, _FIELDS), states.get(town.country)
        measure = mint("measure", f"bench-{number}")
        yield from _thing(measure, "gov:Measure", f"Measure {number}")
        yield measure, "gov:implementer", _node(_actor(town))
        yield measure, "gov:initiator", _node(_actor(state if state and number % 2 else town))
        yield measure, "gov:over", _node(_seat(town))
        yield measure, "gov:field", _node(concept("field", field))
        yield measure, "gov:targetGroup", _node(concept("targetGroup", _one(rng, _GROUPS)))
        if state and number % 3 == 0:
            mechanism = mint("mechanism", f"bench-{number}")
            yield from _thing(mechanism, "gov:CoordinationMechanism", f"Table {number}")
            yield mechanism, "gov:field", _node(concept("field", field))
            for body in (state, town, _one(rng, towns)):
                yield mechanism, "gov:participant", _node(_actor(body))


def _thing(iri: str, kind: str, name: str) -> Iterator[_Fact]:
    yield iri, "rdf:type", _node(expand(kind))
    yield iri, "skos:prefLabel", f'"{name}"@en'
    yield iri, "prov:hadPrimarySource", _node(mint("passage", "bench-0"))


def _years(iri: str, begin: int, end: int) -> Iterator[_Fact]:
    for curie, year in (("gov:validFrom", begin), ("gov:validTo", end)):
        yield iri, curie, f'"{year}"^^<{expand("xsd:gYear")}>'


def _nature(rng: Random) -> str:
    found = rng.random()
    return "none" if found < 0.1 else "exclusive" if found < 0.4 else "shared"


def _node(iri: str) -> str:
    return f"<{iri}>"


def _actor(body: Actor) -> str:
    return mint("actor", f"bench-{body.number}")


def _seat(body: Actor) -> str:
    return mint("territory", f"bench-{body.number}")


def _one(rng: Random, values: Sequence[T]) -> T:
    return values[int(rng.random() * len(values))]
