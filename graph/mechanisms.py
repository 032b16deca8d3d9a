"""Mechanisms of coordination: which of them a place has, and which levels they tie."""

from __future__ import annotations

from graph.facts import Facts
from graph.snapshot import Snapshot

__all__ = ["levels_of", "mechanisms_in", "spots_of"]


def mechanisms_in(snapshot: Snapshot, facts: Facts, place: str) -> list[str]:
    """Give the mechanisms of a place, or of one that lies in it, in the field and years asked for; by IRI, sorted."""
    return [
        each
        for each in snapshot.instances("gov:CoordinationMechanism")
        if facts.asked(each) and any(facts.lies_in(place, spot) for spot in spots_of(facts, each))
    ]


def spots_of(facts: Facts, mechanism: str) -> set[str]:
    """Give the territories that a mechanism is over; where none is stated, those of the bodies that take part."""
    stated = facts.all("gov:over").get(mechanism)
    if stated:
        return set(stated)
    seats = facts.all("gov:jurisdiction")
    return {spot for body in facts.all("gov:participant").get(mechanism, []) for spot in seats.get(body, [])}


def levels_of(facts: Facts, mechanism: str) -> frozenset[str]:
    """Give the levels of the bodies that take part; those at no stated level count for none."""
    bodies = facts.all("gov:participant").get(mechanism, [])
    return frozenset(level for body in bodies for level in facts.words("gov:level", body))
