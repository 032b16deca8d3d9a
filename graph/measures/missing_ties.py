"""Missing ties: pairs of actors without a tie, by the multilevel motifs that a tie between them would close."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from heapq import nsmallest
from math import comb, nan, sqrt
from typing import Any

import networkx as nx

from graph.measures.null_model import null_samples
from graph.measures.projection import Network, simple_of, ties_in

__all__ = ["MissingTies", "missing_ties"]

_Pair = tuple[str, str]
_Neighbours = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class MissingTies:
    """The ranked pairs, and what they were chosen from.

    `kind` is the kind of tie that they lack; `missing` counts all pairs without it, `closing` those of them whose tie
    would close a triangle; `pairs` are the rows, see `missing_ties`.
    """

    kind: str
    missing: int
    closing: int
    samples: int
    seed: int
    pairs: list[dict[str, Any]]

    def whole(self) -> dict[str, Any]:
        """Say what was ranked: all but the rows, and how many these are."""
        counts = {"kind": self.kind, "missing": self.missing, "closing": self.closing, "given": len(self.pairs)}
        return {**counts, "samples": self.samples, "seed": self.seed}


@dataclass(frozen=True, slots=True)
class _Gaps:
    """Who is tied to whom at all, by the kind that may be missing, and through that kind in its direction."""

    kind: str
    graph: nx.Graph[str]
    tied: _Neighbours
    of_kind: _Neighbours
    receivers: _Neighbours


def missing_ties(
    network: Network, *, kind: str | None = None, samples: int = 20, seed: int = 0, most: int = 500
) -> MissingTies:
    """Rank the pairs without a tie of one kind by the triangles that it would close, against the null model.

    Nodes are actors, edges ties of any kind. A pair is missing where no tie of `kind` joins it in any direction; a
    tie would close a triangle with each third actor that is tied to both, by ties of any kind. `closes` counts these
    and `motifs` says at which levels the third actors are. `expected` is the mean count for the same two actors in
    `samples` networks with the same levels and degrees (see `null_model`), and `z` the excess over it in standard
    deviations; one below one triangle counts as one triangle, so that a single triangle between two actors of few
    ties does not outrank many. The unit is triangles; the order is by z, then closes, then IRI.

    `bridged` says whether a third actor passes between the two already by the same kind of tie (for ties with
    direction, from one on to the other), and `bridged_by` who: such a pair is less in need of a tie. `tied_by` are
    the other kinds of tie that join the two: a pair that shares a field or money and does not coordinate.

    Parameters
    ----------
    kind
        The kind of tie that may be missing: coordination by default, where the network has it, else its most
        frequent kind.
    samples
        Networks drawn from the null model; without any, `expected` and `z` are NaN and the order is by `closes`.
    most
        How many pairs are compared with the null model and given: those with the greatest excess over
        d_i d_j Σ d_k (d_k - 1) / (2 m)², the expectation without levels. `closing` says out of how many.

    Returns
    -------
    MissingTies
        Its `pairs` have `actor`, `other`, `closes`, `expected`, `z`, `motifs`, `bridged`, `bridged_by` and `tied_by`;
        none for an empty graph. Cost O(sum of squared degrees + samples × (ties + most)).

    References
    ----------
    Guerrero, A. M. et al. (2015). Achieving social-ecological fit through bottom-up collaborative governance. Ecology
    and Society 20(4), 41. Bodin, Ö. (2017). Collaborative environmental governance. Science 357, eaan1114. Third
    parties: Kininmonth, S., Bergsten, A. and Bodin, Ö. (2015). Closing the collaborative gap. Ambio 44, 138-148.
    """
    gaps = _gaps(network, kind)
    counts = _closings(gaps)
    chosen = _shortlist(gaps, counts, most)
    drawn = _drawn(gaps.graph, chosen, samples, seed)
    rows = [_row(gaps, network, pair, counts[pair], drawn.get(pair)) for pair in chosen]
    rows.sort(key=lambda row: (-row["z"] if samples else 0.0, -row["closes"], row["actor"], row["other"]))
    present = sum(len(others) for others in gaps.of_kind.values()) // 2
    return MissingTies(gaps.kind, comb(len(gaps.graph), 2) - present, len(counts), samples, seed, rows)


def _gaps(network: Network, kind: str | None) -> _Gaps:
    graph = simple_of(network)
    kinds = Counter(facts.get("kind") or "tie" for _, _, _, facts in ties_in(network))
    usual = (
        "coordination" if kinds["coordination"] else max(sorted(kinds), key=kinds.__getitem__, default="coordination")
    )
    chosen = kind or usual
    of_kind: _Neighbours = defaultdict(set)
    receivers: _Neighbours = defaultdict(set)
    for one, other, directed, facts in ties_in(network):
        if (facts.get("kind") or "tie") == chosen:
            of_kind[one].add(other)
            of_kind[other].add(one)
            receivers[one].add(other)
            if not directed:
                receivers[other].add(one)
    return _Gaps(chosen, graph, {actor: set(graph.adj[actor]) for actor in graph}, of_kind, receivers)


def _closings(gaps: _Gaps) -> dict[_Pair, int]:
    """Count, for each pair without a tie of the kind, the third actors that both are tied to."""
    found: dict[_Pair, int] = {}
    for actor in gaps.graph:
        counts: Counter[str] = Counter()
        for third in gaps.tied[actor]:
            counts.update(gaps.tied[third])
        there = gaps.of_kind.get(actor, set())
        found.update(((actor, other), n) for other, n in counts.items() if other > actor and other not in there)
    return found


def _shortlist(gaps: _Gaps, counts: dict[_Pair, int], most: int) -> list[_Pair]:
    degrees = {actor: len(others) for actor, others in gaps.tied.items()}
    ends = sum(degrees.values())
    scale = sum(degree * (degree - 1) for degree in degrees.values()) / ends**2 if ends else 0.0
    scored = ((n - scale * degrees[pair[0]] * degrees[pair[1]], pair) for pair, n in counts.items())
    return [pair for _, pair in nsmallest(most, ((-score, pair) for score, pair in scored))]


def _drawn(graph: nx.Graph[str], chosen: list[_Pair], samples: int, seed: int) -> dict[_Pair, tuple[float, float]]:
    """Give the mean and the standard deviation of each pair's triangles in the null model."""
    sums: dict[_Pair, int] = dict.fromkeys(chosen, 0)
    squares: dict[_Pair, int] = dict.fromkeys(chosen, 0)
    if not chosen or not samples:
        return {}
    number = {actor: index for index, actor in enumerate(graph)}
    wanted = {actor for pair in chosen for actor in pair}
    for ties in null_samples(graph, samples=samples, seed=seed):
        # partners as the bits of a number: common partners are then counted fastest
        partners = dict.fromkeys(wanted, 0)
        for one, other in ties:
            if one in wanted:
                partners[one] |= 1 << number[other]
            if other in wanted:
                partners[other] |= 1 << number[one]
        for pair in chosen:
            count = (partners[pair[0]] & partners[pair[1]]).bit_count()
            sums[pair] += count
            squares[pair] += count * count
    means = {pair: total / samples for pair, total in sums.items()}
    return {pair: (mean, sqrt(max(squares[pair] / samples - mean * mean, 1.0))) for pair, mean in means.items()}


def _row(gaps: _Gaps, network: Network, pair: _Pair, closes: int, drawn: tuple[float, float] | None) -> dict[str, Any]:
    one, other = pair
    thirds = gaps.tied[one] & gaps.tied[other]
    levels = Counter(gaps.graph.nodes[third]["level"] or "unknown" for third in thirds)
    onward = {
        third
        for third in gaps.of_kind.get(one, set()) & gaps.of_kind.get(other, set())
        if (third in gaps.receivers[one] and other in gaps.receivers[third])
        or (third in gaps.receivers[other] and one in gaps.receivers[third])
    }
    expected, spread = drawn or (nan, nan)
    return {
        "actor": one,
        "other": other,
        "closes": closes,
        "expected": expected,
        "z": (closes - expected) / spread,
        "motifs": dict(sorted(levels.items())),
        "bridged": bool(onward),
        "bridged_by": sorted(onward),
        "tied_by": _kinds(network, one, other),
    }


def _kinds(network: Network, one: str, other: str) -> list[str]:
    ends = ((one, other), (other, one)) if network.is_directed() else ((one, other),)
    found: set[str] = set()
    for tail, head in ends:
        facts: Any = network.get_edge_data(tail, head)
        if facts is not None:
            ties = facts.values() if network.is_multigraph() else [facts]
            found.update(tie.get("kind") or "tie" for tie in ties)
    return sorted(found)
