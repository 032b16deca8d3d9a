"""Reading: the statements on one place that its profiles are made from."""

from __future__ import annotations

from dataclasses import dataclass

from graph.facts import Facts
from graph.mechanisms import levels_of, mechanisms_in
from graph.researched import Scope, scopes_of
from graph.snapshot import Snapshot

__all__ = ["BELOW", "Duty", "Initiative", "Reading", "Tie", "read_place"]

BELOW = frozenset(("regional", "local", "sublocal"))
"""The levels below the state."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What a body does in some fields (`absent`: what a source says it does not do), in a territory."""

    iri: str
    holder: str
    level: str
    territory: str
    fields: frozenset[str]
    aspect: str
    absent: bool
    evidence: tuple[str, ...]
    begin: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """A mechanism of coordination: the levels of those who take part, and its fields."""

    iri: str
    levels: frozenset[str]
    fields: frozenset[str]
    evidence: tuple[str, ...]
    begin: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Initiative:
    """A measure: how it is targeted ("" where no source says), its fields, and each body with a part, by its level."""

    iri: str
    targeting: str
    fields: frozenset[str]
    bodies: tuple[tuple[str, str], ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is recorded of one place, in the years asked for; norms of an author are left out, as they are no facts."""

    place: str
    duties: tuple[Duty, ...]
    ties: tuple[Tie, ...]
    measures: tuple[Initiative, ...]
    scopes: tuple[Scope, ...]

    @property
    def fields(self) -> list[str]:
        """The fields of which anything is recorded, sorted."""
        found = {field for duty in self.duties for field in duty.fields}
        found |= {field for tie in self.ties for field in tie.fields}
        return sorted(found | {field for measure in self.measures for field in measure.fields})


def read_place(snapshot: Snapshot, facts: Facts, place: str) -> Reading:
    """Read what is over a place or over one in it, in the field and years that `facts` are asked for.

    A mechanism without a place is one of the place where a body seated in it takes part. The cost grows with all that
    is recorded anywhere; a place of which nothing is recorded gives an empty reading.
    """
    passages = facts.all("prov:hadPrimarySource")

    def fields(thing: str) -> frozenset[str]:
        return frozenset(filter(facts.in_field, facts.words("gov:field", thing)))

    def evidence(thing: str) -> tuple[str, ...]:
        return tuple(sorted(passages.get(thing, [])))

    def level(body: str) -> str:
        return facts.word("gov:level", body)

    duties = [
        Duty(
            iri=each,
            holder=holder,
            level=level(holder),
            territory=territory,
            fields=fields(each),
            aspect=facts.word("gov:aspect", each),
            absent=facts.kind_of_duty(each) == "absence",
            evidence=evidence(each),
            begin=facts.years(each)[0],
            end=facts.years(each)[1],
        )
        for each in snapshot.instances("gov:Competence")
        if facts.kind_of_duty(each) != "norm" and facts.asked(each) and facts.inside(place, each)
        for holder in facts.all("gov:holder").get(each, [])[:1]
        for territory in facts.all("gov:over").get(each, [])[:1]
    ]
    ties = [
        Tie(each, levels_of(facts, each), fields(each), evidence(each), *facts.years(each))
        for each in mechanisms_in(snapshot, facts, place)
    ]
    measures = [
        Initiative(each, facts.word("gov:targeting", each), fields(each), _bodies(facts, each), evidence(each))
        for each in snapshot.instances("gov:Measure")
        if facts.asked(each) and facts.inside(place, each)
    ]
    return Reading(place, tuple(duties), tuple(ties), tuple(measures), scopes_of(snapshot, facts.filters, place))


def _bodies(facts: Facts, measure: str) -> tuple[tuple[str, str], ...]:
    bodies = {body for role in ("gov:initiator", "gov:implementer") for body in facts.all(role).get(measure, [])}
    return tuple(sorted((body, facts.word("gov:level", body)) for body in bodies))
