"""Comparison: the same indicators of several countries or places, each with what was researched there.

A count is of what the graph records. Where a place was not researched for a kind of tie, a low count says nothing
about the place: its coverage says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from graph.columns import columns_of, where
from graph.duty import DUTY_KINDS
from graph.facts import Facts
from graph.filters import Filters
from graph.funding.ledger import Flow, read_flows
from graph.funding.sums import Sum, sums
from graph.gaps.gap import find_gaps
from graph.mechanisms import levels_of, mechanisms_in
from graph.remember import remembered
from graph.researched import Coverage, Scope, coverage_of, scopes_of
from graph.snapshot import Snapshot
from ontology.vocabulary import vocabulary

__all__ = ["PENNINX", "TIES", "Aspect", "Profile", "profiles"]

PENNINX: Final = ("framing", "financing", "delivery")
"""Penninx (2009): content is framing, instruments are financing and delivery."""
TIES: Final = ("competence", "funding", "coordination", "evaluation")


@dataclass(frozen=True, slots=True)
class Aspect:
    """At which levels one aspect of a field is held as a fact, and where a source states that it is not held.

    `statements` are the duties and absences that say so, by IRI.
    """

    field: str
    aspect: str
    levels: tuple[str, ...]
    absent: tuple[str, ...]
    coverage: Coverage
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """One country or place. Counts are by notation; `sums` add only like to like, never a flow and its part.

    `coverage` says for each kind of tie how far sources were read for it in the place, in the field (or all fields)
    and years asked for; `gaps` are by state and type.
    """

    place: str
    duties_by_aspect: Mapping[str, int]
    duties_by_nature: Mapping[str, int]
    absences: int
    norms: int
    aspects: tuple[Aspect, ...]
    flows: int
    flows_with_amount: int
    sums: tuple[Sum, ...]
    mechanisms: int
    mechanisms_between_levels: int
    measures: Mapping[str, int]
    gaps: Mapping[str, Mapping[str, int]]
    scopes: tuple[Scope, ...]
    coverage: Mapping[str, Coverage]
    evidence: tuple[str, ...]


@remembered(16)
def profiles(snapshot: Snapshot, places: tuple[str, ...], filters: Filters) -> tuple[Profile, ...]:
    """Give the indicators of territories, each with all that lies in it; the Union stands for itself.

    `filters` narrow by field and years. A territory of which nothing is recorded has zeros, and is not assessed. The
    cost is a scan of each property read, and that of finding the gaps of the year.
    """
    facts = Facts(snapshot, filters)
    return tuple(_profile(snapshot, facts, place, filters) for place in places)


def _profile(snapshot: Snapshot, facts: Facts, place: str, filters: Filters) -> Profile:
    duties = [each for each in snapshot.instances("gov:Competence") if facts.inside(place, each) and facts.asked(each)]
    kinds = {duty: facts.kind_of_duty(duty) for duty in duties}
    held, absent, norms = ([duty for duty in duties if kinds[duty] == kind] for kind in DUTY_KINDS)
    scopes = scopes_of(snapshot, filters, place)
    asked = [filters.field] if filters.field else list(vocabulary().schemes["field"])
    flows = _flows(snapshot, facts.seated(place), filters)
    summable = [flow for flow in flows if flow.summable]
    mechanisms = mechanisms_in(snapshot, facts, place)
    measures = [each for each in snapshot.instances("gov:Measure") if facts.inside(place, each) and facts.asked(each)]
    passages = facts.all("prov:hadPrimarySource")
    counted = [*duties, *mechanisms, *measures, *(scope.iri for scope in scopes)]
    evidence = {passage for thing in counted for passage in passages.get(thing, [])}
    return Profile(
        place=place,
        duties_by_aspect=_count(facts.word("gov:aspect", duty) for duty in held),
        duties_by_nature=_count(facts.word("gov:nature", duty) or "not-stated" for duty in held),
        absences=len(absent),
        norms=len(norms),
        aspects=_aspects(facts, held, absent, scopes),
        flows=len(summable),
        flows_with_amount=sum(flow.amount is not None for flow in summable),
        sums=sums(summable),
        mechanisms=len(mechanisms),
        mechanisms_between_levels=sum(len(levels_of(facts, each)) > 1 for each in mechanisms),
        measures=_count(facts.word("gov:targeting", each) or "not-stated" for each in measures),
        gaps=_gaps(snapshot, facts, place, filters),
        scopes=scopes,
        coverage={tie: coverage_of(scopes, tie, asked) for tie in TIES},
        evidence=tuple(sorted(evidence | {passage for flow in flows for passage in flow.passages})),
    )


def _count(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _aspects(facts: Facts, held: Iterable[str], absent: Iterable[str], scopes: tuple[Scope, ...]) -> tuple[Aspect, ...]:
    """Give Penninx's three aspects of each field of which a duty or an absence is recorded."""
    levels: dict[str, dict[tuple[str, str], set[str]]] = {"held": defaultdict(set), "absent": defaultdict(set)}
    statements: dict[tuple[str, str], set[str]] = defaultdict(set)
    fields = set()
    for state, duties in (("held", held), ("absent", absent)):
        for duty in duties:
            holder = next(iter(facts.all("gov:holder").get(duty, [])), "")
            for field in filter(facts.in_field, facts.words("gov:field", duty)):
                fields.add(field)
                levels[state][field, facts.word("gov:aspect", duty)] |= set(facts.words("gov:level", holder))
                statements[field, facts.word("gov:aspect", duty)].add(duty)
    ordered = vocabulary().ordered
    return tuple(
        Aspect(
            field=field,
            aspect=aspect,
            levels=tuple(ordered("level", levels["held"][field, aspect])),
            absent=tuple(ordered("level", levels["absent"][field, aspect])),
            coverage=coverage_of(scopes, "competence", [field]),
            statements=tuple(sorted(statements[field, aspect])),
        )
        for field in sorted(fields)
        for aspect in PENNINX
    )


def _flows(snapshot: Snapshot, bodies: set[str], filters: Filters) -> tuple[Flow, ...]:
    """Read the flows that a body of the place pays or receives, in the field and years asked for."""
    condition, inputs = where(
        replace(Filters(), field=filters.field, at=filters.at, since=filters.since, until=filters.until)
    )
    side = "payer IN (SELECT unnest($bodies::VARCHAR[])) OR recipient IN (SELECT unnest($bodies::VARCHAR[]))"
    return read_flows(
        columns_of(snapshot), f"{condition} AND ({side})", {**inputs, "bodies": sorted(bodies)}, filters.at
    )


def _gaps(snapshot: Snapshot, facts: Facts, place: str, filters: Filters) -> dict[str, dict[str, int]]:
    """Count the gaps by state and type: a country's by the country they lie in, another place's by its bodies."""
    code = facts.places.code.get(place)
    asked = Filters(country=code, field=filters.field, at=filters.at)
    found: dict[str, Counter[str]] = {"reported": Counter(), "indicated": Counter()}
    for gap in find_gaps(snapshot, asked):
        if code or any(facts.inside(place, body, "gov:jurisdiction") for body in gap.between):
            found[gap.state][gap.type] += 1
    return {state: dict(sorted(counts.items())) for state, counts in found.items()}
