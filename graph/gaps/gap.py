"""Gaps: all coordination gaps of a snapshot, with their evidence, and the four states of each country and field."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal as Word

from pyoxigraph import Literal

from graph.facts import Facts
from graph.filters import Filters
from graph.gaps.excerpt import asker
from graph.gaps.rules import Rule, RuleRefused, rules
from graph.mechanisms import levels_of, spots_of
from graph.places import places
from graph.queries import bind, query_text
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.time import holds, year
from ontology.identifiers import mint, short_name, slug
from ontology.vocabulary import vocabulary

__all__ = [
    "Gap",
    "GapCell",
    "State",
    "cell_state",
    "find_gaps",
    "gap_matrix",
    "gap_queries",
    "researched_fields",
    "rules_asked",
    "telling",
]

State = Word["reported", "indicated", "coordinated", "not-assessed"]
Told = Callable[[int, int, str], None]

_told: ContextVar[Told | None] = ContextVar("told", default=None)


@dataclass(frozen=True, slots=True)
class Gap:
    """One coordination gap.

    `state` is reported where a source states it and indicated where `rule` found its pattern; `fields` are its policy
    fields, `about` the measures, programmes or flows that it is about, `severity` is 0..1 and None for reported gaps
    and where a rule cannot know it, `evidence` the passages, `closes` what would end it.
    """

    id: str
    type: str
    rule: str | None
    state: State
    label: str
    between: tuple[str, ...]
    about: tuple[str, ...]
    levels: tuple[str, ...]
    country: str | None
    fields: tuple[str, ...]
    severity: float | None
    evidence: tuple[str, ...]
    explanation: str
    closes: str | None


@dataclass(frozen=True, slots=True)
class GapCell:
    """What is known of coordination in one country and field.

    `state` is the strongest of what is known: reported before indicated before coordinated; `reported` and
    `indicated` count the gaps of each kind. `researched` says that a source was read for presence and absence;
    without it, no tie found means nothing.
    """

    country: str
    field: str
    state: State
    reported: int
    indicated: int
    types: tuple[str, ...]
    gaps: tuple[str, ...]
    ties: int
    researched: bool


def gap_queries(filters: Filters, more: tuple[Rule, ...] = ()) -> dict[str, str]:
    """Give the SPARQL behind the gaps, by rule (and `reported`), with the year bound; `more` as in find_gaps."""
    at = {"at": Literal(filters.at) if filters.at is not None else None}
    queries = {"reported": bind(query_text("reported-gaps"), at)}
    queries.update({rule.id: bind(rule.query, at) for rule in (*rules(), *more)})
    return queries


def find_gaps(snapshot: Snapshot, filters: Filters, more: tuple[Rule, ...] = ()) -> list[Gap]:
    """Find the gaps that the filters let through: reported first, then indicated by severity, then by identifier.

    `more` are rules to ask beside the built-in ones; RuleRefused where one of them gives what is no gap.
    `type` is a gap type, `actor` keeps the gaps that the actor is part of, `level` those that touch the level,
    `basis=stated` keeps the reported ones. An empty graph has no gap.
    """
    # what sources state is read in a moment; the rules take seconds
    known = _stated_gaps(snapshot, filters.at) if filters.basis == "stated" else _all_gaps(snapshot, filters.at, more)
    found = [gap for gap in known if _passes(gap, filters)]
    return sorted(found, key=lambda gap: (gap.state != "reported", -(gap.severity or 0), gap.id))


@contextmanager
def telling(told: Told) -> Iterator[None]:
    """Within it, `told` hears of each rule that was answered: its number, of how many, and its identifier.

    What is remembered already is not asked again, and so not told of.
    """
    before = _told.set(told)
    try:
        yield
    finally:
        _told.reset(before)


@remembered(64)
def _stated_gaps(snapshot: Snapshot, at: int | None) -> tuple[Gap, ...]:
    return tuple(_reported(snapshot, snapshot.select(gap_queries(Filters(at=at))["reported"])))


@remembered(64)
def _all_gaps(snapshot: Snapshot, at: int | None, more: tuple[Rule, ...]) -> tuple[Gap, ...]:
    queries = gap_queries(Filters(at=at), more)
    asked = rules_asked(snapshot, more)
    levels = {actor: slug(values[0]) for actor, values in snapshot.values("gov:level").items()}
    ask = asker(snapshot, tuple(rule.query for rule in rules()))
    # Oxigraph lets other threads work while it answers
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        stated = pool.submit(_stated_gaps, snapshot, at)
        # a partner's rule may name graphs, and properties that no other does
        answers = {pool.submit(snapshot.select if rule in more else ask, queries[rule.id]): rule for rule in asked}
        if told := _told.get():
            for number, answer in enumerate(as_completed(answers), start=1):
                told(number, len(asked), answers[answer].id)
        indicated = [gap for answer, rule in answers.items() for gap in _indicated(rule, answer.result(), levels)]
        reported = stated.result()
    return (*reported, *indicated)


def rules_asked(snapshot: Snapshot, more: tuple[Rule, ...] = ()) -> list[Rule]:
    """Give the rules, `more` of a partner with them, whose kind of tie some scope was searched for.

    A rule asks only inside such scopes: without one there is nothing to ask, and that it finds nothing says nothing.
    """
    searched = {slug(tie) for ties in snapshot.values("gov:tie").values() for tie in ties}
    return [rule for rule in (*rules(), *more) if rule.scope in searched]


def _reported(snapshot: Snapshot, rows: Iterable[Mapping[str, str | None]]) -> Iterator[Gap]:
    for row in rows:
        iri = row["gap"] or ""
        if not iri:
            continue
        yield Gap(
            id=iri,
            type=row["type"] or "",
            rule=None,
            state="reported",
            label=snapshot.label(iri),
            between=_split(row["between"]),
            about=(),
            levels=_by_rank(_split(row["levels"])),
            country=row["country"],
            fields=_split(row["field"]),
            severity=None,
            evidence=_split(row["evidence"]),
            explanation=row["note"] or "",
            closes=None,
        )


def _indicated(rule: Rule, rows: Iterable[Mapping[str, str | None]], levels: Mapping[str, str]) -> Iterator[Gap]:
    for row in rows:
        between = tuple((row["between"] or "").split())
        about = tuple((row.get("about") or "").split())
        severity = _severity(rule, row["severity"])
        for field in _split(row["field"]):
            yield Gap(
                id=_iri(rule, between, about, field, row["country"]),
                type=rule.type,
                rule=rule.id,
                state="indicated",
                label=rule.label,
                between=between,
                about=about,
                levels=_by_rank({levels[actor] for actor in between if actor in levels}),
                country=row["country"],
                fields=(field,),
                severity=severity,
                evidence=_split(row["evidence"]),
                explanation=row["explanation"] or "",
                closes=rule.closes,
            )


def _iri(rule: Rule, between: tuple[str, ...], about: tuple[str, ...], field: str, country: str | None) -> str:
    """Mint the IRI of a gap: names to read, and a digest, as names in a row may be divided in several ways."""
    words = [rule.id, *(short_name(thing) for thing in (*between, *about)), short_name(field)]
    parts = "\n".join([rule.id, " ".join(between), " ".join(about), field, country or ""])
    return mint("gap", "-".join([*words, sha256(parts.encode()).hexdigest()[:8]]))


def _severity(rule: Rule, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        number = round(float(value), 4)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise RuleRefused(rule.file, f"severity {value!r} is not a number from 0 to 1")
    return number


def _split(value: str | None) -> tuple[str, ...]:
    return tuple(sorted(set((value or "").split())))


def _by_rank(levels: Iterable[str]) -> tuple[str, ...]:
    return tuple(vocabulary().ordered("level", levels))


def _passes(gap: Gap, filters: Filters) -> bool:
    below = vocabulary().narrower("field", filters.field) if filters.field else None
    return (
        (filters.country is None or gap.country == filters.country)
        and (below is None or bool(below & set(gap.fields)))
        and (filters.type is None or gap.type == filters.type)
        and (filters.level is None or filters.level in gap.levels)
        and (filters.actor is None or mint("actor", filters.actor) in gap.between)
        and (filters.basis is None or (filters.basis == "stated") == (gap.state == "reported"))
    )


@remembered(64)
def gap_matrix(snapshot: Snapshot, filters: Filters) -> tuple[GapCell, ...]:
    """Give the state of each country and field that the graph knows anything of.

    reported: a source states a gap; indicated: a rule found one; coordinated: researched, no gap, and a mechanism
    between levels is there; not-assessed: all the rest, whatever is or is not in the graph. Sorted by country and
    field.
    """
    gaps: dict[tuple[str, str], list[Gap]] = defaultdict(list)
    for gap in find_gaps(snapshot, filters):
        for field in gap.fields:
            if gap.country:
                gaps[gap.country, field].append(gap)
    troubled = {(gap.country, field) for gap in find_gaps(snapshot, Filters(at=filters.at)) for field in gap.fields}
    ties = _ties(snapshot, filters)
    researched = researched_fields(snapshot, filters)
    cells = []
    for country, field in sorted({*gaps, *ties, *researched}):
        if filters.country not in (None, country):
            continue
        if filters.field and field not in vocabulary().narrower("field", filters.field):
            continue
        here = gaps.get((country, field), [])
        known = (country, field) in researched
        cells.append(
            GapCell(
                country=country,
                field=field,
                state=cell_state(here, ties.get((country, field), 0), known and (country, field) not in troubled),
                reported=sum(gap.state == "reported" for gap in here),
                indicated=sum(gap.state == "indicated" for gap in here),
                types=tuple(sorted({gap.type for gap in here})),
                gaps=tuple(gap.id for gap in here),
                ties=ties.get((country, field), 0),
                researched=known,
            )
        )
    return tuple(cells)


def cell_state(gaps: list[Gap], ties: int, clear: bool) -> State:
    """Name the state; `clear` says that the place was researched and has no gap of any other type either."""
    if any(gap.state == "reported" for gap in gaps):
        return "reported"
    if gaps:
        return "indicated"
    return "coordinated" if clear and ties else "not-assessed"


def _ties(snapshot: Snapshot, filters: Filters) -> dict[tuple[str, str], int]:
    """Count the mechanisms between levels of each country and field.

    The country is that of the place they are over, else those of the bodies that take part.
    """
    facts = Facts(snapshot, Filters(at=filters.at, since=filters.since, until=filters.until))
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for mechanism in snapshot.instances("gov:CoordinationMechanism"):
        if len(levels_of(facts, mechanism)) > 1 and facts.asked(mechanism):
            for country in {facts.places.country(spot) for spot in spots_of(facts, mechanism)} - {None}:
                for field in facts.words("gov:field", mechanism):
                    counts[str(country), field] += 1
    return dict(counts)


def researched_fields(snapshot: Snapshot, filters: Filters) -> set[tuple[str, str]]:
    """Give the countries and fields that a source was read for, for coordination that is there and that is not."""
    where = places(snapshot)
    over, fields = snapshot.values("gov:over"), snapshot.values("gov:field")
    ties = snapshot.values("gov:tie")
    begin, end = snapshot.values("gov:validFrom"), snapshot.values("gov:validTo")
    found = set()
    for scope in snapshot.instances("gov:ResearchedScope"):
        ends = (year(begin.get(scope, [None])[0]), year(end.get(scope, [None])[0]))
        if "coordination" in {slug(tie) for tie in ties.get(scope, [])} and holds(*ends, *filters.span):
            for place in over.get(scope, []):
                country = where.country(place)
                if country:
                    found |= {(country, slug(field)) for field in fields.get(scope, [])}
    return found
