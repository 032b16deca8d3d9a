"""Mainstreaming of a field: from specific to generic, and from state-centric to polycentric.

Scholten, P., Collett, E. and Petrovic, M. (2017). Mainstreaming migrant integration? A critical analysis of a new trend
in integration governance. International Review of Administrative Sciences 83(2), 283–302. The figures are of what is
recorded, and say nothing where little is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2

from graph.profiles.reading import Reading

__all__ = ["Mainstreaming", "entropy", "mainstreaming_in"]


@dataclass(frozen=True, slots=True)
class Mainstreaming:
    """One field of one place.

    `measures` are those recorded, `with_targeting` those of which a source says how they are targeted, `not_targeted`
    the share of these that is for everybody or for areas (0..1, None for none known). `bodies` and `levels` count who
    has a duty or a part in a measure; the entropies, in bits, say how evenly these parts are spread over bodies
    (0 .. log2 of bodies) and over levels (0 .. log2 of levels), None for no part.
    """

    field: str
    measures: int
    with_targeting: int
    not_targeted: float | None
    bodies: int
    levels: int
    body_entropy: float | None
    level_entropy: float | None
    evidence: tuple[str, ...]


def mainstreaming_in(reading: Reading, field: str) -> Mainstreaming:
    """Measure how far a field is mainstreamed; a field of which nothing is recorded has zeros and None."""
    measures = [each for each in reading.measures if field in each.fields]
    duties = [each for each in reading.duties if field in each.fields and not each.absent]
    known = [each for each in measures if each.targeting]
    parts = [(duty.holder, duty.level) for duty in duties] + [part for each in measures for part in each.bodies]
    by_body = Counter(body for body, _ in parts)
    by_level = Counter(level for _, level in parts if level)
    generic = sum(each.targeting != "targeted" for each in known)
    evidence = {iri for each in measures for iri in each.evidence} | {iri for each in duties for iri in each.evidence}
    return Mainstreaming(
        field=field,
        measures=len(measures),
        with_targeting=len(known),
        not_targeted=generic / len(known) if known else None,
        bodies=len(by_body),
        levels=len(by_level),
        body_entropy=entropy(by_body.values()),
        level_entropy=entropy(by_level.values()),
        evidence=tuple(sorted(evidence)),
    )


def entropy(counts: Iterable[int]) -> float | None:
    """Give Shannon's entropy in bits: 0 where all is with one, log2 of their number where evenly spread; None for none.

    >>> entropy([2, 2]), entropy([5]), entropy([])
    (1.0, 0.0, None)
    """
    sizes = [count for count in counts if count]
    total = sum(sizes)
    return -sum(size / total * log2(size / total) for size in sizes) + 0.0 if sizes else None
