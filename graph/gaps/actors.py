"""Gaps by actor: the four states of each actor and field."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from graph.facts import Facts
from graph.filters import Filters
from graph.gaps.gap import Gap, State, cell_state, find_gaps, researched_fields
from graph.mechanisms import levels_of
from graph.places import places
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import mint
from ontology.vocabulary import vocabulary

__all__ = ["ActorCell", "actor_gap_matrix"]


@dataclass(frozen=True, slots=True)
class ActorCell:
    """What is known of coordination for one actor in one field; as a GapCell, whose country is the actor's own."""

    actor: str
    country: str | None
    field: str
    state: State
    reported: int
    indicated: int
    types: tuple[str, ...]
    gaps: tuple[str, ...]
    ties: int
    researched: bool


@remembered(64)
def actor_gap_matrix(snapshot: Snapshot, filters: Filters) -> tuple[ActorCell, ...]:
    """Give the state of each actor and field that the graph knows a gap or a mechanism between levels of.

    reported and indicated: the actor is one of those that the gap is between; coordinated: no gap, the field was
    researched in the actor's country, and it takes part in a mechanism between levels; not-assessed: all the rest.
    An actor without jurisdiction has no country, and so is never called coordinated. Sorted by actor and field.
    """
    gaps = _by_actor(find_gaps(snapshot, filters))
    troubled = _by_actor(find_gaps(snapshot, Filters(at=filters.at)))
    ties = _ties(snapshot, filters)
    researched = researched_fields(snapshot, filters)
    where = places(snapshot)
    over = snapshot.values("gov:jurisdiction")
    below = vocabulary().narrower("field", filters.field) if filters.field else None
    cells = []
    for actor, field in sorted({*gaps, *ties}):
        country = where.country(over[actor][0]) if actor in over else None
        here, count = gaps.get((actor, field), []), ties.get((actor, field), 0)
        asked = (below is None or field in below) and (
            bool(here)
            or (filters.country in (None, country) and (filters.actor is None or mint("actor", filters.actor) == actor))
        )
        if asked:
            known = country is not None and (country, field) in researched
            cells.append(
                ActorCell(
                    actor=actor,
                    country=country,
                    field=field,
                    state=cell_state(here, count, known and (actor, field) not in troubled),
                    reported=sum(gap.state == "reported" for gap in here),
                    indicated=sum(gap.state == "indicated" for gap in here),
                    types=tuple(sorted({gap.type for gap in here})),
                    gaps=tuple(gap.id for gap in here),
                    ties=count,
                    researched=known,
                )
            )
    return tuple(cells)


def _by_actor(gaps: list[Gap]) -> dict[tuple[str, str], list[Gap]]:
    found: dict[tuple[str, str], list[Gap]] = defaultdict(list)
    for gap in gaps:
        for actor in gap.between:
            for field in gap.fields:
                found[actor, field].append(gap)
    return found


def _ties(snapshot: Snapshot, filters: Filters) -> dict[tuple[str, str], int]:
    """Count the mechanisms between levels of each actor and field."""
    facts = Facts(snapshot, Filters(at=filters.at, since=filters.since, until=filters.until))
    counts: dict[tuple[str, str], int] = defaultdict(int)
    participants = snapshot.values("gov:participant")
    for mechanism in snapshot.instances("gov:CoordinationMechanism"):
        if len(levels_of(facts, mechanism)) > 1 and facts.asked(mechanism):
            for actor in participants.get(mechanism, []):
                for field in facts.words("gov:field", mechanism):
                    counts[actor, field] += 1
    return dict(counts)
