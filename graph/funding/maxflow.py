"""Maximum flow: how much recorded money can get from one actor to another, and which flows are the bottleneck."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import networkx as nx

from graph.funding.interval import Interval
from graph.funding.ledger import Flow, Kind
from graph.funding.sums import sums

__all__ = ["MaxFlow", "max_flow"]

_UNITS: Final = 10_000
"""Amounts have four decimals: the algorithm is given whole numbers, so that nothing is rounded."""


@dataclass(frozen=True, slots=True)
class MaxFlow:
    """The maximum flow of one kind of money between two actors.

    `value` is None where no path of stated amounts leads from one to the other: that is not zero. `cut` names the
    payers and recipients of the bottleneck at the upper ends. Of the `edges` on ways between the two `with_amount`
    have a stated amount of this kind, and `unknown` have flows without one, which may carry more: such an amount is
    neither zero nor without limit.
    """

    kind: Kind
    value: Interval | None
    cut: tuple[tuple[str, str], ...]
    edges: int
    with_amount: int
    unknown: int


def max_flow(flows: Iterable[Flow], source: str, sink: str) -> tuple[MaxFlow, ...]:
    """Give the maximum flow, which is the minimum cut, from an actor to another, by kind of money.

    Edges are directed, from payer to recipient, and carry the sum of the stated amounts between the two; a part is
    not added to its whole on the same edge. In units of the currency, 0 and above. Flows without an amount count as
    unknown under each kind that has amounts, as they may be of any. Where the amounts are ranges, the value for the
    lower and for the upper ends. An empty graph gives none. The cost is that of preflow-push, O(n² √m), for each
    kind. Source: Ford & Fulkerson (1956), Maximal Flow Through a Network, Canadian Journal of Mathematics 8.
    """
    chosen = [flow for flow in flows if flow.summable and flow.payer and flow.recipient]
    between = _on_paths(chosen, source, sink)
    kinds = sorted({flow.kind for flow in between if flow.amount}, key=lambda kind: kind.order)
    blank = [flow for flow in between if flow.amount is None]
    return tuple(_of_kind(kind, between, blank, source, sink) for kind in kinds)


def _on_paths(flows: Sequence[Flow], source: str, sink: str) -> list[Flow]:
    """Keep the flows that lie on a way from source to sink, whatever is known of their amounts."""
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_nodes_from((source, sink))
    network.add_edges_from((flow.payer or "", flow.recipient or "") for flow in flows)
    after = nx.descendants(network, source) | {source}
    before = nx.ancestors(network, sink) | {sink}
    return [flow for flow in flows if flow.payer in after and flow.recipient in before]


def _of_kind(kind: Kind, flows: Sequence[Flow], blank: Sequence[Flow], source: str, sink: str) -> MaxFlow:
    pairs: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.kind == kind and flow.amount is not None:
            pairs[flow.payer or "", flow.recipient or ""].append(flow)
    edges = {pair: found[0].amount for pair, members in pairs.items() if (found := sums(members))}
    low, _ = _solve({pair: amount.low for pair, amount in edges.items() if amount}, source, sink)
    high, cut = _solve({pair: amount.high for pair, amount in edges.items() if amount}, source, sink)
    value = None if high is None else Interval(low or Decimal(0), high)
    every = set(pairs) | {(flow.payer or "", flow.recipient or "") for flow in blank}
    unknown = {(flow.payer, flow.recipient) for flow in blank}
    return MaxFlow(kind, value, cut, len(every), len(pairs), len(unknown))


def _solve(
    capacity: dict[tuple[str, str], Decimal], source: str, sink: str
) -> tuple[Decimal | None, tuple[tuple[str, str], ...]]:
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_nodes_from((source, sink))
    for (payer, recipient), amount in capacity.items():
        if payer != recipient:
            network.add_edge(payer, recipient, capacity=int(amount * _UNITS))
    if source == sink or not nx.has_path(network, source, sink):
        return None, ()
    value, (near, _) = nx.minimum_cut(network, source, sink)
    cut = sorted((payer, recipient) for payer, recipient in network.edges if payer in near and recipient not in near)
    return Decimal(value) / _UNITS, tuple(cut)
