"""First shown: which actors of a large network are drawn first, and how their measure becomes a size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import zip_longest
from math import sqrt

import networkx as nx

from ontology.vocabulary import vocabulary

__all__ = ["first_shown", "sizes_of"]

_SMALLEST, _LARGEST = 8.0, 32.0


def first_shown(
    network: nx.MultiDiGraph[str], values: Mapping[str, float | None], most: int, always: Collection[str] = ()
) -> list[str]:
    """Choose at most `most` actors: the highest of each level by their value, level by level in turn.

    Each level is thus seen, from the Union to the town, and none crowds out another; those of one value come in the
    order of their IRIs, those without a value last. The actors of `always` come first and count, however many.
    """
    levels: dict[str, list[str]] = defaultdict(list)
    for actor, facts in network.nodes.items():
        levels[facts.get("level") or ""].append(str(actor))

    def order(actor: str) -> tuple[bool, float, str]:
        value = values.get(actor)
        return value is None, -(value or 0.0), actor

    columns = [sorted(levels[level], key=order) for level in vocabulary().ordered("level", levels)]
    in_turn = [actor for row in zip_longest(*columns) for actor in row if actor is not None]
    first = sorted({actor for actor in always if actor in network})
    given = set(first)
    return [*first, *(actor for actor in in_turn if actor not in given)][: max(most, len(first))]


def sizes_of(values: Mapping[str, float | None]) -> dict[str, float]:
    """Give each actor a radius whose area grows with its value; unknown, undefined and 0 have the smallest.

    >>> sizes_of({"a": 4.0, "b": 1.0, "c": None})
    {'a': 32.0, 'b': 20.0, 'c': 8.0}
    """
    most = max((value for value in values.values() if value), default=0.0)
    return {
        actor: round(_SMALLEST + (_LARGEST - _SMALLEST) * sqrt(max(value or 0.0, 0.0) / most), 2)
        if most > 0
        else _SMALLEST
        for actor, value in values.items()
    }
