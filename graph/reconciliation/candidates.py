"""Candidates: pairs of bodies that may be one, by an identifier that both have or by names that are alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from graph.reconciliation.alike import alike, weights_of
from graph.reconciliation.apart import doubts, kept_apart, same_identifiers
from graph.reconciliation.blocking import pairs
from graph.reconciliation.bodies import Body
from graph.reconciliation.names import Name

__all__ = ["BY_IDENTIFIER", "BY_NAME", "LEAST", "Candidate", "candidates"]

BY_IDENTIFIER: Final = "reconciliation-identifier"
BY_NAME: Final = "reconciliation-name"
LEAST: Final = 90.0
"""The score from which two bodies are proposed as one."""

_CONTRADICTED: Final = 95.0  # one identifier, and something that keeps bodies of one name apart
_SHARED_BY: Final = 20  # bodies of one identifier that are all paired; more of them are paired with the first


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two bodies that may be one: `one` comes before `other` in the order of their IRIs; `score` is from 0 to 100."""

    one: str
    other: str
    score: float
    method: str
    note: str


def candidates(found: Sequence[Body], least: float = LEAST, *, within: bool = False) -> list[Candidate]:
    """Find the pairs of bodies that may be one, the most alike first.

    Parameters
    ----------
    found
        The bodies.
    least
        The least score that is given, from 50 to 100.
    within
        Compare also the bodies of one source. A source that names two bodies tells them apart, unless it is a list
        that writes one body's name in several ways.

    Returns
    -------
    list[Candidate]
        Pairs that share an identifier, and pairs that nothing known keeps apart and whose names are alike. A name that
        bodies of two countries have does not say which of them a body without a country is. [] for no bodies.
    """
    ordered = sorted(found, key=lambda body: body.iri)
    best: dict[tuple[str, str], Candidate] = {}
    for candidate in (*_by_identifier(ordered, within), *_by_name(ordered, least, within)):
        pair = candidate.one, candidate.other
        if candidate.score >= least and (pair not in best or candidate.score > best[pair].score):
            best[pair] = candidate
    return sorted(best.values(), key=lambda each: (-each.score, each.one, each.other))


def _by_identifier(found: Sequence[Body], within: bool) -> Iterator[Candidate]:
    members: dict[str, list[Body]] = defaultdict(list)
    for body in found:
        for identifier in body.identifiers:
            members[identifier].append(body)
    for _, sharing in sorted(members.items()):
        for here, one in enumerate(sharing if len(sharing) <= _SHARED_BY else sharing[:1]):
            for other in sharing[here + 1 :]:
                if _compared(one, other, within):
                    yield _same_entry(one, other)


def _same_entry(one: Body, other: Body) -> Candidate:
    against = kept_apart(one, other)
    note = f"both are {', '.join(same_identifiers(one, other))} of another list"
    return _candidate(
        one, other, _CONTRADICTED if against else 100.0, BY_IDENTIFIER, f"{note}; but {against}" if against else note
    )


def _by_name(found: Sequence[Body], least: float, within: bool) -> Iterator[Candidate]:
    named = [(name, body) for body in found for name in body.names]
    names = [name for name, _ in named]
    weights, countries = weights_of(names), _countries(named)
    apart: dict[tuple[str, str], bool] = {}
    for place, others in pairs(names, weights):
        name, one = named[place]
        for each in others:
            like, other = named[each]
            if one is other or not _compared(one, other, within):
                continue
            score = alike(name, like, weights, least)
            if not score:
                continue
            pair = one.iri, other.iri
            if pair not in apart:
                apart[pair] = kept_apart(one, other) is not None
            if apart[pair] or _means_several(one, other, countries[name.core] | countries[like.core]):
                continue
            less, why = doubts(one, other, (name, like))
            if score - less >= least:
                yield _candidate(one, other, round(score - less, 1), BY_NAME, _note(name, like, why))


def _compared(one: Body, other: Body, within: bool) -> bool:
    return within or not one.sources & other.sources


def _countries(named: Sequence[tuple[Name, Body]]) -> dict[str, set[str]]:
    """Give the countries of the bodies that have a name."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, body in named:
        found[name.core].update({body.country} if body.country else ())
    return found


def _means_several(one: Body, other: Body, countries: set[str]) -> bool:
    return not (one.country and other.country) and len(countries) > 1


def _note(name: Name, like: Name, why: Sequence[str]) -> str:
    words = f"“{name.text}” and “{like.text}” are {'one name' if name.core == like.core else 'names that are alike'}"
    return "; ".join([words, *why])


def _candidate(one: Body, other: Body, score: float, method: str, note: str) -> Candidate:
    return Candidate(one.iri, other.iri, score, method, note)
