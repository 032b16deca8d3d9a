"""Researched scopes: where sources were read for presence and absence, so that "none found" means something."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from graph.facts import Facts
from graph.snapshot import Snapshot
from ontology.vocabulary import vocabulary

__all__ = ["Coverage", "Scope", "coverage_of", "scopes_of"]

Coverage = Literal["researched", "partly", "not-assessed"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a source was read for, presence and absence: fields, kinds of tie, years; `whole` where all of the place."""

    iri: str
    fields: tuple[str, ...]
    ties: tuple[str, ...]
    begin: int | None
    end: int | None
    whole: bool


def scopes_of(snapshot: Snapshot, facts: Facts, place: str) -> tuple[Scope, ...]:
    """Give the scopes over a place, over what it lies in within its country, or over a part of it (not `whole`)."""
    around = {each for each in facts.places.chain(place) if facts.places.code.get(each) != "EU" or each == place}
    found = []
    for iri in snapshot.instances("gov:ResearchedScope"):
        whole = bool(around.intersection(facts.all("gov:over").get(iri, [])))
        if (whole or facts.inside(place, iri)) and facts.asked(iri):
            fields, ties = (tuple(facts.words(curie, iri)) for curie in ("gov:field", "gov:tie"))
            found.append(Scope(iri, fields, ties, *facts.years(iri), whole))
    return tuple(found)


def coverage_of(scopes: Iterable[Scope], tie: str, fields: Sequence[str]) -> Coverage:
    """Say how far a kind of tie was researched in some fields: all of them, some (or in a part of the place), or none.

    >>> coverage_of([Scope("s", ("housing",), ("funding",), None, None, True)], "funding", ["housing", "health"])
    'partly'
    """
    read = [scope for scope in scopes if tie in scope.ties]
    if set(fields) <= {field for scope in read if scope.whole for field in scope.fields}:
        return "researched"
    below = {each for field in fields for each in vocabulary().narrower("field", field)}
    return "partly" if any(below.intersection(scope.fields) for scope in read) else "not-assessed"
