"""Jurisdictions: how near the bodies of a place are to the two types of multilevel governance.

Hooghe, L. and Marks, G. (2003). Unraveling the central state, but how? Types of multi-level governance. American
Political Science Review 97(2), 233–243. Type I: a few bodies for many tasks, whose memberships do not intersect. Type
II: many bodies for one task each, whose jurisdictions overlap. The figures place what is recorded between the two; no
type is told, as bodies of which one duty is recorded may have others.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from graph.places import Places
from graph.profiles.reading import Reading

__all__ = ["Jurisdictions", "jurisdictions_at", "overlap"]


@dataclass(frozen=True, slots=True)
class Jurisdictions:
    """The bodies of one level in one place.

    `fields_per_body` is the mean number of fields that a body has a duty in, `one_field` the share of bodies with one
    (0..1). `overlap` is the mean overlap coefficient of the fields of two bodies of the level over one territory, or
    over one that lies in the other's (0 none shared, 1 all of the smaller set shared); None where `pairs` is 0.
    """

    level: str
    bodies: int
    fields_per_body: float
    one_field: float
    pairs: int
    overlap: float | None
    evidence: tuple[str, ...]


def jurisdictions_at(reading: Reading, places: Places) -> list[Jurisdictions]:
    """Measure the bodies of each level that has one, by name of level; [] where no duty is recorded.

    The cost grows with the square of the number of bodies of a level.
    """
    fields: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    territories: dict[str, set[str]] = defaultdict(set)
    evidence: dict[str, set[str]] = defaultdict(set)
    for duty in reading.duties:
        if not duty.absent and duty.level and duty.fields:
            fields[duty.level][duty.holder] |= duty.fields
            territories[duty.holder].add(duty.territory)
            evidence[duty.level].update(duty.evidence)
    found = []
    for level, held in sorted(fields.items()):
        shared = [
            overlap(held[one], held[other])
            for one, other in combinations(sorted(held), 2)
            if _meet(territories[one], territories[other], places)
        ]
        found.append(
            Jurisdictions(
                level=level,
                bodies=len(held),
                fields_per_body=fmean(map(len, held.values())),
                one_field=sum(len(each) == 1 for each in held.values()) / len(held),
                pairs=len(shared),
                overlap=fmean(shared) if shared else None,
                evidence=tuple(sorted(evidence[level])),
            )
        )
    return found


def overlap(one: set[str], other: set[str]) -> float:
    """Give the overlap coefficient (Szymkiewicz–Simpson) of two sets that are not empty: shared of the smaller, 0..1.

    >>> overlap({"housing", "health"}, {"health"}), overlap({"housing"}, {"health"})
    (1.0, 0.0)
    """
    return len(one & other) / min(len(one), len(other))


def _meet(ones: set[str], others: set[str], places: Places) -> bool:
    return any(places.contains(one, other) or places.contains(other, one) for one in ones for other in others)
