"""The E-I index: how far ties go between levels rather than stay within them."""

from __future__ import annotations

from collections import Counter
from math import comb, nan
from operator import ne
from random import Random
from typing import Any

from graph.measures.projection import Network, arcs_of, levels_of
from graph.tabular.engine import answered
from graph.tabular.ties import tie_engine

__all__ = ["ei_by_actor", "ei_index"]


def ei_by_actor(network: Network, *, master: str = "") -> dict[str, float]:
    """Give the E-I index of each actor: (external - internal) / (external + internal) over its partners.

    Nodes are actors, edges dyads: two actors tied in any direction, by however many ties, are one; self-loops and
    partners without level do not count. From -1 (all partners at its own level) to 1 (all at others), without unit;
    NaN for an actor that has no level or no such partner. An empty graph gives an empty mapping. Cost O(ties).

    References
    ----------
    Krackhardt, D. and Stern, R. N. (1988). Informal networks and organizational crises: an experimental simulation.
    Social Psychology Quarterly 51, 123-140.
    """
    from graph.measures.tie_questions import partners

    levels = levels_of(network)
    actors, found = list(levels), dict.fromkeys(levels, nan)
    for actor, count, external in answered(tie_engine(levels, arcs_of(network), master), partners):
        found[actors[actor]] = _index(external, count)
    return found


def ei_index(network: Network, *, permutations: int = 999, seed: int = 0, master: str = "") -> dict[str, Any]:
    """Give the E-I index of the network, rescaled to what its level sizes and ties allow, and its permutation test.

    Nodes and edges as for `ei_by_actor`. Of T dyads, E are external; `index` is (E - I) / T, from -1 to 1.
    `minimum` and `maximum` are what T dyads can reach at most, given the sizes of the levels; `rescaled` maps that
    range onto -1..1 and is NaN where only one value is possible. `expected` is the mean over all assignments of the
    levels to the actors. `p` is the share of `permutations` random assignments, the observed one included, that are
    at least as far from it; `p_lower` and `p_higher` are the shares at most and at least as high as observed.
    Without dyads, or permutations, what would need them is NaN. Cost O(permutations × dyads).

    References
    ----------
    Krackhardt and Stern (1988), as above; the rescaling as UCINET 6 documents it (Network > Cohesion > E-I index).
    """
    from graph.measures.tie_questions import dyads as dyads_asked

    every = levels_of(network)
    rows = answered(tie_engine(every, arcs_of(network), master), dyads_asked)
    known = [place for place, level in enumerate(every.values()) if level is not None]
    number = {place: index for index, place in enumerate(known)}
    labels = [level for level in every.values() if level is not None]
    dyads = [(number[one], number[other]) for one, other, _ in rows]
    external = sum(differ for *_, differ in rows)
    total, pairs = len(dyads), comb(len(labels), 2)
    inner = sum(comb(size, 2) for size in Counter(labels).values())
    if not total:
        names = ("index", "rescaled", "minimum", "maximum", "expected", "p", "p_lower", "p_higher")
        return {"external": 0, "internal": 0, **dict.fromkeys(names, nan), "permutations": permutations, "seed": seed}
    index = _index(external, total)
    low, high = _index(max(0, total - inner), total), _index(min(total, pairs - inner), total)
    expected = 1 - 2 * inner / pairs
    return {
        "external": external,
        "internal": total - external,
        "index": index,
        "rescaled": 2 * (index - low) / (high - low) - 1 if high > low else nan,
        "minimum": low,
        "maximum": high,
        "expected": expected,
        **_tested(dyads, labels, external, expected, permutations, seed),
        "permutations": permutations,
        "seed": seed,
    }


def _index(external: int, total: int) -> float:
    return (2 * external - total) / total


def _tested(
    dyads: list[tuple[int, int]], labels: list[str], external: int, expected: float, permutations: int, seed: int
) -> dict[str, float]:
    random, shuffled, total = Random(seed), list(labels), len(dyads)
    ones, others = [one for one, _ in dyads], [other for _, other in dyads]
    drawn = []
    for _ in range(permutations):
        random.shuffle(shuffled)
        drawn.append(sum(map(ne, map(shuffled.__getitem__, ones), map(shuffled.__getitem__, others))))
    distance = abs(_index(external, total) - expected) - 1e-12
    beyond = {
        "p": sum(abs(_index(found, total) - expected) >= distance for found in drawn),
        "p_lower": sum(found <= external for found in drawn),
        "p_higher": sum(found >= external for found in drawn),
    }
    return {name: (1 + count) / (1 + permutations) if permutations else nan for name, count in beyond.items()}
