"""The funding chain: who pays whom in one kind of money, as nodes and links that can be drawn without a lie.

One answer holds one currency, one quantity, one phase and amounts of single years only, since a drawing adds up
whatever runs into a node: planned is never added to paid. What does not fit is listed beside it. Nodes are keyed by
actor and level; money passed on, amounts that no source gives, and what a chain does not account for ("not traced") are
each told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import networkx as nx

from graph.columns import Columns, where
from graph.filters import Filters
from graph.funding.matrix import SUMMABLE, period_sql
from ontology.vocabulary import vocabulary

__all__ = [
    "LAST_COLUMN",
    "NOT_STATED",
    "NOT_TRACED",
    "PROVIDERS",
    "Chain",
    "Link",
    "Node",
    "Omitted",
    "circles",
    "funding_chain",
    "lane_column",
    "main_phase",
    "reason_to_omit",
]

NOT_STATED: Final = "not-stated"
NOT_TRACED: Final = "not-traced"
LAST_COLUMN: Final = 6
"""Where providers and ends stand in a drawing, right of all levels."""
_PHASES: Final = (None, "planned", "committed", "paid")
PROVIDERS: Final = frozenset(
    {"ngo", "migrant-organisation", "foundation", "company", "social-partner", "research-body", "consortium", "project"}
    | {"persons", "public-service-provider", "education-institution", "health-institution"}
)


@dataclass(frozen=True, slots=True)
class Node:
    """One end of links: an actor at a level; `column` orders the drawing, the Union first, providers last."""

    id: str
    actor: str | None
    label: str
    level: str | None
    column: int


@dataclass(frozen=True, slots=True)
class Link:
    """All flows of one kind from node to node; amounts are None where none of them has one.

    `kind` is `direct` for money from its payer to its recipient, `passed-on` for money that comes from another flow,
    `not-traced` for the part of a flow that no recorded flow passes on.
    """

    source: str
    target: str
    kind: str
    basis: str | None
    minimum: Decimal | None
    maximum: Decimal | None
    flows: tuple[str, ...]
    with_amount: int
    in_cycle: bool = False


@dataclass(frozen=True, slots=True)
class Omitted:
    """A flow that the drawing leaves out, and why."""

    flow: str
    label: str
    reason: str
    period: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Nodes and links of one currency, quantity and phase, what was left out, and the circles that were found.

    `phase` is None where the amounts are of no stated phase, or there is none.
    """

    currency: str | None
    quantity: str
    phase: str | None
    years: tuple[str, ...]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    omitted: tuple[Omitted, ...]
    cycles: tuple[tuple[str, ...], ...]


def funding_chain(columns: Columns, filters: Filters, quantity: str = "transfer", currency: str | None = None) -> Chain:
    """Give the chain of the flows that the filters let through.

    Without `currency` the one with most amounts is taken, and likewise the phase: of several with as many the one
    nearest to payment, and no stated phase last. An empty graph gives a chain without nodes. The cost is one
    scan of the columns and a search for circles over the links.
    """
    condition, inputs = where(filters)
    rows = columns.rows(
        f"""
        SELECT flow, label, payer, payer_label, payer_level, payer_type, recipient, recipient_label, recipient_level,
               recipient_type, amount_min, amount_max, currency, quantity, per, phase, part_of, basis,
               {period_sql(filters.at)} AS period
        FROM flows WHERE {condition} ORDER BY flow
        """,
        inputs,
    )
    chosen = currency or _main_currency(rows, quantity)
    phase = main_phase(rows, quantity, chosen)
    drawn: list[dict[str, Any]] = []
    omitted: list[Omitted] = []
    for row in rows:
        reason = reason_to_omit(row, quantity, chosen, phase)
        if reason:
            omitted.append(Omitted(row["flow"], row["label"], reason, row["period"]))
        else:
            drawn.append(row)
    nodes: dict[str, Node] = {}
    links = _links(drawn, nodes)
    links += _remainders(drawn, nodes)
    cycles = circles((link.source, link.target) for link in links)
    circling = {(a, b) for cycle in cycles for a, b in zip(cycle, cycle[1:] + cycle[:1], strict=True)}
    links = [replace(link, in_cycle=(link.source, link.target) in circling) for link in links]
    return Chain(
        currency=chosen,
        quantity=quantity,
        phase=phase,
        years=tuple(sorted({row["period"] for row in drawn if row["amount_max"] is not None})),
        nodes=tuple(sorted(nodes.values(), key=lambda node: (node.column, node.id))),
        links=tuple(sorted(links, key=lambda link: (link.source, link.target, link.kind, link.basis or ""))),
        omitted=tuple(omitted),
        cycles=tuple(cycles),
    )


def _main_currency(rows: list[dict[str, Any]], quantity: str) -> str | None:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["quantity"] == quantity and row["amount_max"] is not None:
            counts[row["currency"]] += 1
    return min(counts, key=lambda code: (-counts[code], code)) if counts else None


def main_phase(rows: list[dict[str, Any]], quantity: str, currency: str | None) -> str | None:
    """Give the phase of most of the amounts that can be drawn; a row may stand for several `flows`."""
    counts: dict[str | None, int] = defaultdict(int)
    for row in rows:
        if row["amount_max"] is not None and reason_to_omit(row, quantity, currency, row["phase"]) is None:
            counts[row["phase"]] += row.get("flows", 1)
    return max(counts, key=lambda phase: (counts[phase], _PHASES.index(phase))) if counts else None


def reason_to_omit(row: dict[str, Any], quantity: str, currency: str | None, phase: str | None) -> str | None:
    """Say why flows of a kind do not stand in a drawing of one quantity, currency and phase; None where they do."""
    if row["quantity"] != quantity:
        kind = vocabulary().schemes["quantity"][row["quantity"]].label.lower() if row["quantity"] else "of no kind"
        if row["quantity"] in SUMMABLE:
            return f"{kind}: not added to {quantity}s"
        return f"{kind}: enters no total"
    if row["per"] not in ("total", "year"):
        return f"a rate per {row['per']}"
    if row["amount_max"] is None:
        return None
    if row["currency"] != currency:
        return f"in {row['currency']}: not added to {currency} without a stated rate"
    if not row["period"].isdigit():
        return f"amount for {row['period']}: not added to amounts of one year"
    if row["phase"] != phase:
        return f"{row['phase'] or 'of no stated phase'}: not added to what is {phase or 'of no stated phase'}"
    return None


def _node(nodes: dict[str, Node], row: dict[str, Any], side: str) -> str:
    actor, level = row[side], row[f"{side}_level"]
    if actor is None:
        name = f"{NOT_STATED}-{side}"
        nodes.setdefault(
            name, Node(name, None, f"{side.capitalize()} not stated", None, 0 if side == "payer" else LAST_COLUMN)
        )
        return name
    name = f"{actor}@{level}"
    provider = row[f"{side}_type"] in PROVIDERS and side == "recipient"
    known = nodes.get(name)
    column = LAST_COLUMN if provider and known is None else lane_column(level)
    if known is None or (known.column != column and side == "payer"):
        nodes[name] = Node(name, actor, row[f"{side}_label"], level, column)
    return name


def lane_column(level: str | None) -> int:
    """Give the column of a level, the Union's before the national one; the last one for none."""
    found = vocabulary().schemes["level"].get(level or "")
    return found.rank if found is not None and found.rank is not None else LAST_COLUMN


def _links(rows: list[dict[str, Any]], nodes: dict[str, Node]) -> list[Link]:
    groups: dict[tuple[str, str, str, str | None], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        kind = "passed-on" if row["part_of"] else "direct"
        ends = (_node(nodes, row, "payer"), _node(nodes, row, "recipient"))
        groups[(*ends, kind, row["basis"])].append(row)
    links = []
    for (source, target, kind, basis), members in groups.items():
        known = [row for row in members if row["amount_max"] is not None]
        links.append(
            Link(
                source=source,
                target=target,
                kind=kind,
                basis=basis,
                minimum=sum((row["amount_min"] for row in known), Decimal(0)) if known else None,
                maximum=sum((row["amount_max"] for row in known), Decimal(0)) if known else None,
                flows=tuple(row["flow"] for row in members),
                with_amount=len(known),
            )
        )
    return links


def _remainders(rows: list[dict[str, Any]], nodes: dict[str, Node]) -> list[Link]:
    """Give, for each flow that is known to be passed on in part, the part that no recorded flow accounts for."""
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["part_of"]:
            parts[row["part_of"]].append(row)
    low: dict[str, Decimal] = defaultdict(Decimal)
    high: dict[str, Decimal] = defaultdict(Decimal)
    flows: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        passed_on = parts.get(row["flow"], [])
        if not passed_on or row["amount_max"] is None or any(part["amount_max"] is None for part in passed_on):
            continue
        name = _node(nodes, row, "recipient")
        low[name] += max(Decimal(0), row["amount_min"] - sum(part["amount_max"] for part in passed_on))
        high[name] += max(Decimal(0), row["amount_max"] - sum(part["amount_min"] for part in passed_on))
        flows[name].append(row["flow"])
    links = []
    for name in sorted(high):
        if high[name] > 0:
            target = f"{NOT_TRACED}-{name}"
            nodes[target] = Node(target, None, f"Not traced beyond {nodes[name].label}", None, LAST_COLUMN)
            link = Link(
                name, target, "not-traced", "derived", low[name], high[name], tuple(flows[name]), len(flows[name])
            )
            links.append(link)
    return links


def circles(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Find the circles among links from node to node: strongly connected nodes, and links from a node to itself."""
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_edges_from(pairs)
    found = []
    for component in nx.strongly_connected_components(network):
        if len(component) > 1:
            cycle = nx.find_cycle(network.subgraph(component))
            found.append(_from_smallest(tuple(edge[0] for edge in cycle)))
    found += [(node,) for node in nx.nodes_with_selfloops(network)]
    return sorted(found)


def _from_smallest(cycle: tuple[str, ...]) -> tuple[str, ...]:
    start = cycle.index(min(cycle))
    return cycle[start:] + cycle[:start]
