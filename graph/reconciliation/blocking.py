"""Blocking: which names are worth comparing, so that not every one is compared with every other.

Two names are compared where they share one of their rarest words, or a pair of them, or all letters in their order. A
rare word counts also as the commonest word that it is one letter from (one left out, put in, changed or swapped), so
that a misspelt name meets the one that it is a misspelling of. Names that share a key with very many others are
compared with their neighbours in alphabetical order only.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from graph.reconciliation.alike import Weights
from graph.reconciliation.names import Name

__all__ = ["pairs"]

_LARGEST: Final = 60  # names that share a key and are all compared
_WINDOW: Final = 8  # neighbours that are compared where more share one
_WORDS: Final = 4
_LEAST_LETTERS: Final = 4


def pairs(names: Sequence[Name], weights: Weights) -> Iterator[tuple[int, list[int]]]:
    """Give, for each name, the later ones that it is to be compared with, by their places in the sequence.

    Names without words are compared with none. The cost grows with the number of names, not with its square: each
    meets at most some hundred others.
    """
    small, large = _blocks(names, weights)
    windows = _windows(large, names)
    of_name: dict[int, list[list[int]]] = defaultdict(list)
    for block in small:
        for place in block:
            of_name[place].append(block)
    for place in range(len(names)):
        found = set(windows.get(place, ()))
        for block in of_name.pop(place, ()):
            found.update(block[bisect_right(block, place) :])
        if found:
            yield place, sorted(found)


def _blocks(names: Sequence[Name], weights: Weights) -> tuple[list[list[int]], list[list[int]]]:
    """Give the places of the names that share a key: in small blocks, and in large ones."""
    numbers = {word: number for number, word in enumerate(sorted(weights.counts))}
    meant = _meant(weights)
    members: dict[int | str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        for key in _keys(name, weights, numbers, meant):
            members[key].append(place)
    blocks = [block for block in members.values() if len(block) > 1]
    return [b for b in blocks if len(b) <= _LARGEST], [b for b in blocks if len(b) > _LARGEST]


def _keys(name: Name, weights: Weights, numbers: Mapping[str, int], meant: Mapping[str, str]) -> set[int | str]:
    chosen = sorted(set(name.words), key=lambda word: (weights.counts[word], word))[:_WORDS]
    keys: set[int | str] = {name.joined} if chosen else set()
    for words in (chosen, [meant.get(word, word) for word in chosen]):
        found = [numbers[word] for word in words]
        keys.update(found[:3])
        keys.update(min(pair) * len(numbers) + max(pair) + len(numbers) for pair in combinations(found, 2))
    return keys


def _meant(weights: Weights) -> dict[str, str]:
    """Give, for each word that may be misspelt, the commonest other word that it is one letter from."""
    best: dict[str, str] = {}
    order = sorted(weights.counts, key=lambda word: (-weights.counts[word], word))
    for word in order:
        if len(word) >= _LEAST_LETTERS and not word.isdigit():
            for variant in _variants(word):
                best.setdefault(variant, word)
    found = {}
    for word in order:
        if len(word) >= _LEAST_LETTERS and not word.isdigit():
            others = {other for other in map(best.__getitem__, _variants(word)) if other != word}
            others = {other for other in others if weights.misspelt(word, other)}
            if others:
                found[word] = min(others, key=lambda other: (-weights.counts[other], other))
    return found


def _variants(word: str) -> Iterable[str]:
    """Give a word and what is left of it without each of its letters: two words one letter apart share one of them."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _windows(blocks: Iterable[list[int]], names: Sequence[Name]) -> dict[int, set[int]]:
    """Give, for each name of large blocks, the later names among its neighbours in alphabetical order."""
    found: dict[int, set[int]] = defaultdict(set)
    for block in blocks:
        order = sorted(block, key=lambda place: (names[place].core, place))
        for here, place in enumerate(order):
            for other in order[here + 1 : here + 1 + _WINDOW]:
                found[min(place, other)].add(max(place, other))
    return found
