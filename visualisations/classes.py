"""Classes: the values of a map in few groups, of about as many countries each."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

__all__ = ["MOST_CLASSES", "class_of", "classes"]

MOST_CLASSES: Final = 5
Class = tuple[float, float]
"""The lowest and the highest value in it."""


def classes(values: Iterable[float], most: int = MOST_CLASSES) -> list[Class]:
    """Divide values into classes of about as many each, from the lowest; like values stay together.

    No values give no classes.

    >>> classes([1, 1, 1, 2, 3, 4, 5, 5, 10, 12])
    [(1, 1), (2, 3), (4, 5), (10, 10), (12, 12)]
    >>> classes([7]), classes([])
    ([(7, 7)], [])
    """
    counts = sorted(Counter(values).items())
    left, room, found, held = sum(count for _, count in counts), min(most, len(counts)), list[Class](), 0
    first: float | None = None
    for place, (value, count) in enumerate(counts):
        first = value if first is None else first
        held += count
        enough = held >= left / max(1, room - len(found))
        if enough or place == len(counts) - 1:
            found.append((first, value))
            left, held, first = left - held, 0, None
    return found


def class_of(value: float, found: Sequence[Class]) -> int:
    """Give the number of a value's class, from 1; one between two classes belongs to the lower.

    >>> class_of(2, [(1, 1), (2, 3)]), class_of(9, [(1, 1), (2, 3)]), class_of(0, [(1, 1)])
    (2, 2, 1)
    """
    return max(1, bisect_right([low for low, _ in found], value))
