"""Neighbours: who has ties with one actor, and of which kinds; the same ties that the whole network has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pyoxigraph import NamedNode

from graph.columns import columns_of, where
from graph.duty import kind_of_duty, sole
from graph.filters import Filters
from graph.network import Kind
from graph.places import Places, places
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.time import holds, year
from ontology.identifiers import expand, mint, slug
from ontology.vocabulary import vocabulary

__all__ = ["TIE_COLUMNS", "Direction", "Neighbour", "neighbours_of", "stated_ties"]

Direction = Literal["to", "from", "with"]
TIE_COLUMNS: Final[Mapping[str, tuple[Kind, Direction]]] = {
    "pays": ("funding", "to"),
    "paid_by": ("funding", "from"),
    "coordinates": ("coordination", "with"),
    "part_of": ("hierarchy", "to"),
    "has_part": ("hierarchy", "from"),
    "duty_above": ("competence", "to"),
    "duty_below": ("competence", "from"),
}
"""The counts of a neighbour by their names: kind of tie and direction, as seen from the other."""
_WHOLES: Final = ("org:subOrganizationOf", "gov:memberOfCollective")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An actor that has ties with another; `ties` counts them by kind and direction, as seen from that other."""

    actor: str
    ties: Mapping[tuple[Kind, Direction], int]

    def count(self, kind: Kind) -> int:
        """Count the ties of one kind, whatever their direction."""
        return sum(number for (name, _), number in self.ties.items() if name == kind)


def neighbours_of(snapshot: Snapshot, filters: Filters) -> list[Neighbour]:
    """Give the neighbours of the actor that the filters name, by IRI; [] for none, and for filters without an actor.

    The ties are those of `graph.network.network_of` for the same filters, but only what touches the actor is read,
    so that one actor among half a million flows is a matter of milliseconds. `country`, `level` and `type` are not
    looked at: the question is about one actor.
    """
    if filters.actor is None:
        return []
    actor = mint("actor", filters.actor)
    found: dict[str, Counter[tuple[Kind, Direction]]] = defaultdict(Counter)
    for other, direction, number in _funding(snapshot, filters, actor):
        found[other]["funding", direction] += number
    if filters.programme is None:
        for other, _ in _coordination(snapshot, filters, actor):
            found[other]["coordination", "with"] += 1
        for other, direction in _hierarchy(snapshot, filters, actor):
            found[other]["hierarchy", direction] += 1
        for other, direction in _competence(snapshot, filters, actor):
            found[other]["competence", direction] += 1
    return [Neighbour(other, dict(sorted(ties.items()))) for other, ties in sorted(found.items())]


def _funding(snapshot: Snapshot, filters: Filters, actor: str) -> Iterator[tuple[str, Direction, int]]:
    condition, inputs = where(filters.without("country", "level", "type"))
    sides: tuple[tuple[str, str, Direction], ...] = (("payer", "recipient", "to"), ("recipient", "payer", "from"))
    for mine, theirs, direction in sides:
        sql = (
            f"SELECT {theirs}, count(*) FROM flows WHERE {mine} = $actor AND {theirs} IS NOT NULL AND {condition} "
            "GROUP BY ALL"
        )
        for other, number in columns_of(snapshot).tuples(sql, inputs):
            if other != actor:
                yield str(other), direction, number


def _first(snapshot: Snapshot, iri: str, curie: str) -> str | None:
    return next(iter(snapshot.values_of(iri, curie)), None)


def _subjects(snapshot: Snapshot, curie: str, value: str) -> list[str]:
    """Give the things that have a value of a property, sorted."""
    quads = snapshot.quads(predicate=expand(curie), object_=value)
    return sorted({quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)})


def _passes(snapshot: Snapshot, iri: str, filters: Filters) -> bool:
    """Say whether the filters let the ties of one statement through."""
    if filters.field:
        fields = {slug(value) for value in snapshot.values_of(iri, "gov:field")}
        if not vocabulary().narrower("field", filters.field) & fields:
            return False
    if filters.basis and slug(_first(snapshot, iri, "gov:basis") or "") != filters.basis:
        return False
    begin, end = (_first(snapshot, iri, curie) for curie in ("gov:validFrom", "gov:validTo"))
    return holds(year(begin) if begin else None, year(end) if end else None, *filters.span)


def _coordination(snapshot: Snapshot, filters: Filters, actor: str) -> Iterator[tuple[str, str]]:
    for mechanism in _subjects(snapshot, "gov:participant", actor):
        if _passes(snapshot, mechanism, filters):
            for other in snapshot.values_of(mechanism, "gov:participant"):
                if other != actor:
                    yield other, mechanism


def _hierarchy(snapshot: Snapshot, filters: Filters, actor: str) -> Iterator[tuple[str, Direction]]:
    """Tie the actor to its wholes and to its parts; the same whole by two properties is one tie."""
    wholes = {whole for curie in _WHOLES for whole in snapshot.values_of(actor, curie)}
    parts = {part for curie in _WHOLES for part in _subjects(snapshot, curie, actor)}
    if _passes(snapshot, actor, filters):
        yield from ((whole, "to") for whole in sorted(wholes - {actor}))
    for part in sorted(parts - {actor}):
        if _passes(snapshot, part, filters):
            yield part, "from"


@dataclass(frozen=True, slots=True)
class _Duty:
    iri: str
    holder: str
    place: str
    begin: int | None
    end: int | None
    basis: str | None


@remembered(2)
def _duties(snapshot: Snapshot) -> dict[str, dict[str, list[_Duty]]]:
    """Give the duties by field and place, in the order of their IRIs; absences and norms are none."""
    nature, modality = snapshot.values("gov:nature"), snapshot.values("gov:modality")
    over, holder = snapshot.values("gov:over"), snapshot.values("gov:holder")
    found: dict[str, dict[str, list[_Duty]]] = defaultdict(lambda: defaultdict(list))
    for iri in sorted(holder.keys() & over.keys()):
        if kind_of_duty(sole(modality.get(iri, [])), sole(nature.get(iri, []))) != "duty":
            continue
        begin, end = (_first(snapshot, iri, curie) for curie in ("gov:validFrom", "gov:validTo"))
        basis = _first(snapshot, iri, "gov:basis")
        years = (year(begin) if begin else None, year(end) if end else None)
        duty = _Duty(iri, holder[iri][0], over[iri][0], *years, slug(basis) if basis else None)
        for value in snapshot.values_of(iri, "gov:field"):
            found[slug(value)][duty.place].append(duty)
    return {field: dict(by_place) for field, by_place in found.items()}


def _competence(snapshot: Snapshot, filters: Filters, actor: str) -> Iterator[tuple[str, Direction]]:
    """Tie the actor to those who hold a duty of one field in a place around or within its own."""
    wanted = vocabulary().narrower("field", filters.field) if filters.field else None
    seen: set[tuple[str, str, str]] = set()
    for field, by_place in sorted(_duties(snapshot).items()):
        if wanted is not None and field not in wanted:
            continue
        for upper, lower in _pairs(by_place, actor, places(snapshot)):
            tie = (lower.iri, upper.holder, lower.holder)
            if tie not in seen and _shared(upper, lower, filters):
                seen.add(tie)
                yield (lower.holder, "to") if upper.holder == actor else (upper.holder, "from")


def _pairs(by_place: Mapping[str, list[_Duty]], actor: str, where_: Places) -> Iterator[tuple[_Duty, _Duty]]:
    """Give the duties of one field, upper and lower, of which one is the actor's and their places are nested."""
    mine = {place for place, duties in by_place.items() if any(duty.holder == actor for duty in duties)}
    if not mine:
        return
    for place, duties in by_place.items():
        chain = where_.chain(place)
        if place not in mine and not mine.intersection(chain):
            continue
        for outer in chain:
            for upper in by_place.get(outer, []):
                for lower in duties:
                    touched = actor in (upper.holder, lower.holder) and upper.holder != lower.holder
                    if touched and (outer != place or upper.iri < lower.iri):
                        yield upper, lower


def _shared(upper: _Duty, lower: _Duty, filters: Filters) -> bool:
    """Say whether two duties share years, and the filters let the tie between them through."""
    if filters.basis and lower.basis != filters.basis:
        return False
    begins = [duty.begin for duty in (upper, lower) if duty.begin is not None]
    ends = [duty.end for duty in (upper, lower) if duty.end is not None]
    begin, end = max(begins, default=None), min(ends, default=None)
    if begin is not None and end is not None and begin > end:
        return False
    return holds(begin, end, *filters.span)


@remembered(2)
def stated_ties(snapshot: Snapshot) -> dict[str, int]:
    """Count the ties of each actor that a statement makes: money, coordination, hierarchy; not shared duties.

    An actor without any is left out. The cost is one scan of the flow columns and of three properties.
    """
    found: Counter[str] = Counter()
    named = "FROM flows WHERE payer IS NOT NULL AND recipient IS NOT NULL"
    ends = f"SELECT payer AS actor {named} UNION ALL SELECT recipient AS actor {named}"
    for actor, number in columns_of(snapshot).tuples(f"SELECT actor, count(*) FROM ({ends}) GROUP BY ALL"):
        found[str(actor)] += number
    for participants in snapshot.values("gov:participant").values():
        for participant in participants:
            found[participant] += len(participants) - 1
    wholes: dict[str, set[str]] = defaultdict(set)
    for curie in _WHOLES:
        for part, others in snapshot.values(curie).items():
            wholes[part].update(others)
    for part, others_of in wholes.items():
        for whole in others_of:
            found[part] += 1
            found[whole] += 1
    return dict(found)
