"""Missing ties: pairs of actors without a tie, by the multilevel triangles that a tie between them would close."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from math import comb, nan, sqrt
from typing import Any, Final

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graph.measures.motifs import triad_names
from graph.measures.null_model import null_ties
from graph.measures.projection import Network, simple_of, ties_in
from graph.network import KINDS
from ontology.errors import UnknownTerm

__all__ = ["MissingTies", "missing_ties"]

_PAIRS: Final = 100_000
"""How many pairs are weighed at once."""
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
    tie would close a triangle with each third actor that is tied to both, by ties of any kind. `closes` counts these,
    and `motifs` names them by the levels of the three and the direction of the ties that are there, as
    `motifs.triad_counts` does. The unit is triangles.

    `expected` is the mean count for the same two actors in `samples` networks with the same levels and degrees (see
    `null_model`). `z` is 2 (√closes - √expected): for counts of things that are each rare, as these are, it has about
    the variance 1 whatever is expected. So it needs no variance drawn from the samples, which is zero for many pairs,
    and one triangle where none is expected (z = 2) does not outrank eight where one is (z = 3.7). `p` is the share of
    the samples, the observed network included, with as many triangles or more: it can be no less than
    1 / (samples + 1). Of many pairs some are high by chance: z and p put pairs in order, and prove no single one.
    The order is by z, then closes, then IRI.

    `bridged` says whether a third actor passes between the two already by the same kind of tie (for ties with
    direction, from one on to the other), and `bridged_by` who: such a pair is less in need of a tie. `tied_by` are
    the other kinds of tie that join the two: a pair that shares a field or money and does not coordinate.

    Parameters
    ----------
    kind
        The kind of tie that may be missing: coordination by default, where the network has it, else its most
        frequent kind.
    samples
        Networks drawn from the null model; without any, `expected`, `z` and `p` are NaN and the order is by `closes`.
    most
        How many pairs are compared with the null model and given: those of the highest z, reckoned with what random
        ends of ties would give. That is Σ over levels l of d_il d_jl Σ_k d_ki (d_kj - [i and j are at one level]) /
        (m_il m_jl), with d_il the ties of i to level l, m_il those of all of its level, and k the actors of level l.
        `closing` says out of how many.

    Returns
    -------
    MissingTies
        Its `pairs` have `actor`, `other`, `closes`, `expected`, `z`, `p`, `motifs`, `bridged`, `bridged_by` and
        `tied_by`; none for an empty graph. Cost O(sum of squared degrees + samples × (ties + most)).

    Raises
    ------
    UnknownTerm
        No tie of the network is of that kind, and no projection has it.

    References
    ----------
    Guerrero, A. M. et al. (2015). Achieving social-ecological fit through bottom-up collaborative governance. Ecology
    and Society 20(4), 41. Bodin, Ö. (2017). Collaborative environmental governance. Science 357, eaan1114. The
    statistic: Freeman, M. F. and Tukey, J. W. (1950). Transformations related to the angular and the square root.
    Annals of Mathematical Statistics 21, 607-611. The share: Phipson, B. and Smyth, G. K. (2010). Permutation p-values
    should never be zero. Statistical Applications in Genetics and Molecular Biology 9, 39. Third parties: Kininmonth,
    S., Bergsten, A. and Bodin, Ö. (2015). Closing the collaborative gap. Ambio 44, 138-148.
    """
    gaps = _gaps(network, kind)
    counts = _closings(gaps)
    chosen = _shortlist(gaps, counts, most)
    drawn = _drawn(gaps.graph, {pair: counts[pair] for pair in chosen}, samples, seed)
    thirds = {pair: sorted(gaps.tied[pair[0]] & gaps.tied[pair[1]]) for pair in chosen}
    names = triad_names(network, [(*pair, third) for pair in chosen for third in thirds[pair]])
    motifs = {pair: Counter(next(names) for _ in thirds[pair]) for pair in chosen}
    rows = [_row(gaps, network, pair, motifs[pair], drawn.get(pair, (nan, nan))) for pair in chosen]
    rows.sort(key=lambda row: (-row["z"] if samples else 0.0, -row["closes"], row["actor"], row["other"]))
    present = sum(len(others) for others in gaps.of_kind.values()) // 2
    return MissingTies(gaps.kind, comb(len(gaps.graph), 2) - present, len(counts), samples, seed, rows)


def _gaps(network: Network, kind: str | None) -> _Gaps:
    graph = simple_of(network)
    kinds = Counter(facts.get("kind") or "tie" for _, _, _, facts in ties_in(network))
    if kind is not None and kind not in kinds and kind not in KINDS:
        raise UnknownTerm("kind of tie", kind, {*KINDS, *kinds})
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


def _excess(closes: int, expected: float) -> float:
    """Give the residual of a count whose variance is about its mean.

    >>> _excess(4, 1.0), _excess(0, 0.0)
    (2.0, 0.0)
    """
    return 2 * (sqrt(closes) - sqrt(expected))


def _shortlist(gaps: _Gaps, counts: dict[_Pair, int], most: int) -> list[_Pair]:
    """Choose the pairs to compare with the null model; all of them where there are no more than that."""
    if len(counts) <= most:
        return sorted(counts)
    pairs = sorted(counts)
    scored = ((-_excess(counts[pair], mean), pair) for pair, mean in zip(pairs, _by_degrees(gaps, pairs), strict=True))
    return [pair for _, pair in nsmallest(most, scored)]


def _by_degrees(gaps: _Gaps, pairs: list[_Pair]) -> Iterator[float]:
    """Give what levels and degrees alone let expect for each pair, were the ends of ties joined at random."""
    level = {actor: facts["level"] or "" for actor, facts in gaps.graph.nodes.items()}
    number = {name: index for index, name in enumerate(sorted(set(level.values())))}
    place = {actor: index for index, actor in enumerate(gaps.graph)}
    levels = np.array([number[level[actor]] for actor in gaps.graph], dtype=np.intp)
    degrees = np.zeros((len(place), len(number)))
    for actor, others in gaps.tied.items():
        for other in others:
            degrees[place[actor], levels[place[other]]] += 1
    scale = _scale(levels, degrees)
    for start in range(0, len(pairs), _PAIRS):
        part = pairs[start : start + _PAIRS]
        ones, others = np.array([(place[one], place[other]) for one, other in part], dtype=np.intp).T
        yield from (degrees[ones] * scale[levels[ones], levels[others]] * degrees[others]).sum(axis=1).tolist()


def _scale(levels: NDArray[np.intp], degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give, by level of one, level of the other and level l: paths through actors of l over pairs of ends there."""
    count = degrees.shape[1]
    scale = np.zeros((count, count, count))
    for at in range(count):
        there = degrees[levels == at]
        ends = there.sum(axis=0)
        paths = there.T @ there - np.diag(ends)
        joined = np.outer(ends, ends)
        np.divide(paths, joined, out=scale[:, :, at], where=joined > 0)
    return scale


def _drawn(
    graph: nx.Graph[str], observed: dict[_Pair, int], samples: int, seed: int
) -> dict[_Pair, tuple[float, float]]:
    """Give the mean of each pair's triangles in the null model, and the share of samples with as many as observed."""
    if not observed or not samples:
        return {}
    place = {actor: index for index, actor in enumerate(graph)}
    wanted = sorted({place[actor] for pair in observed for actor in pair})
    row = np.full(len(place), len(wanted))  # who is in no pair has the last row, which nobody reads
    row[wanted] = np.arange(len(wanted))
    ones, others = row[np.array([(place[one], place[other]) for one, other in observed], dtype=np.intp).T]
    closes = np.array(list(observed.values()))
    sums, reached = np.zeros_like(closes), np.ones_like(closes)
    for ties in null_ties(graph, samples=samples, seed=seed):
        partners = np.zeros((len(wanted) + 1, len(place)), dtype=bool)
        partners[row[ties[:, 0]], ties[:, 1]] = True
        partners[row[ties[:, 1]], ties[:, 0]] = True
        bits = np.packbits(partners, axis=1)
        counts = np.bitwise_count(bits[ones] & bits[others]).sum(axis=1, dtype=np.int64)
        sums += counts
        reached += counts >= closes
    found = zip((sums / samples).tolist(), (reached / (samples + 1)).tolist(), strict=True)
    return dict(zip(observed, found, strict=True))


def _row(
    gaps: _Gaps, network: Network, pair: _Pair, motifs: Counter[str], drawn: tuple[float, float]
) -> dict[str, Any]:
    one, other = pair
    onward = {
        third
        for third in gaps.of_kind.get(one, set()) & gaps.of_kind.get(other, set())
        if (third in gaps.receivers[one] and other in gaps.receivers[third])
        or (third in gaps.receivers[other] and one in gaps.receivers[third])
    }
    expected, share = drawn
    return {
        "actor": one,
        "other": other,
        "closes": motifs.total(),
        "expected": expected,
        "z": _excess(motifs.total(), expected),
        "p": share,
        "motifs": dict(sorted(motifs.items())),
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
