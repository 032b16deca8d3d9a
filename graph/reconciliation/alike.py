"""Alike: how alike two names are, by their letters and by their words, where a rare word says more than a common one.

A word counts by how few names have it (inverse document frequency), so that two names which share "ministry" and differ
in "education" are unlike. A misspelt word is rare: two words that are each well known are two words, however like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from graph.reconciliation.names import Name

__all__ = ["Weights", "alike", "weights_of"]

_LIKE_WORDS: Final = 0.75
_RARE: Final = 3
_RARER: Final = 50
_MOVED: Final = 90
_LEAST_LETTERS: Final = 4


@dataclass(frozen=True, slots=True)
class Weights:
    """How many names have each word, and how many names there are."""

    counts: Mapping[str, int]
    names: int

    def of(self, word: str) -> float:
        """Give what a word counts for: at least 0.1, the more the fewer names have it."""
        return max(0.1, log((self.names + 1) / (self.counts.get(word, 0) + 0.5)))

    def misspelt(self, one: str, other: str) -> bool:
        """Say whether one of two words is so rare, by itself or beside the other, that it may be the other misspelt."""
        fewer, more = sorted((self.counts.get(one, 0), self.counts.get(other, 0)))
        return fewer <= _RARE or fewer * _RARER <= more


def weights_of(names: Iterable[Name]) -> Weights:
    """Count the words of names."""
    counts, total = Counter[str](), 0
    for name in names:
        counts.update(set(name.words))
        total += 1
    return Weights(counts, total)


def alike(one: Name, other: Name, weights: Weights, least: float = 0.0) -> float:
    """Give how alike two names are, from 0 to 100 for the same words; 0 for what is below `least`.

    Half of it is the share of letters that the two have in common (Indel similarity), their words in alphabetical
    order, as written, or with the common ones first, whichever suits them best; half the weight of the words that they
    have in common. Legal forms are not looked at.

    >>> from graph.reconciliation.names import name_of
    >>> town, other = name_of("Stadt Graz"), name_of("Linz")
    >>> alike(town, name_of("graz, STADT"), weights_of([town])), alike(town, other, weights_of([town]), least=50)
    (100.0, 0.0)
    """
    if not one.words or not other.words:
        return 0.0
    if one.core == other.core or one.joined == other.joined:
        return 100.0
    enough = max(0.0, 2 * least - 100)
    letters = _letters(one, other, enough)
    if not letters:
        return 0.0
    found = (letters + 100 * _shared(one.words, other.words, weights)) / 2
    return found if found >= least else 0.0


def _letters(one: Name, other: Name, enough: float) -> float:
    found = fuzz.ratio(one.core, other.core, score_cutoff=enough)
    found = max(found, fuzz.ratio(one.joined, other.joined, score_cutoff=max(enough, found)))
    common = sorted(set(one.words).intersection(other.words))
    if common and found < _MOVED:  # a letter at the start of a word may have moved it
        rows = [" ".join([*common, *(word for word in name.words if word not in common)]) for name in (one, other)]
        found = max(found, fuzz.ratio(rows[0], rows[1], score_cutoff=max(enough, found)))
    return found


def _shared(one: tuple[str, ...], other: tuple[str, ...], weights: Weights) -> float:
    """Give the weight of the words that two names share, as a part of that of all their words."""
    left, right = Counter(one), Counter(other)
    common = left & right
    total = sum(map(weights.of, one)) + sum(map(weights.of, other))
    shared = 2 * sum(weights.of(word) * count for word, count in common.items())
    rest, others = list((left - common).elements()), list((right - common).elements())
    likes = sorted(((_like(a, b, weights), a, b) for a in rest for b in others), key=lambda item: (-item[0], *item[1:]))
    for like, a, b in likes:
        if like and a in rest and b in others:
            rest.remove(a)
            others.remove(b)
            shared += like * (weights.of(a) + weights.of(b))
    return shared / total


def _like(one: str, other: str, weights: Weights) -> float:
    """Give how alike two different words are, 0 where neither can be the other misspelt."""
    if min(len(one), len(other)) < _LEAST_LETTERS or not weights.misspelt(one, other):
        return 0.0
    if one.isdigit() or other.isdigit():
        return 0.0
    return Indel.normalized_similarity(one, other, score_cutoff=_LIKE_WORDS)
