"""Sums of flows: only like adds to like, both ends of ranges are kept, and no total holds a flow and its part."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from graph.funding.interval import Interval, total
from graph.funding.ledger import Flow, Kind

__all__ = ["Sum", "sums", "without_parts"]


@dataclass(frozen=True, slots=True)
class Sum:
    """The flows of one kind added up; `amount` is None where none of them has one.

    `flows` are counted in it, `with_amount` of them have an amount; `parts` more pass on the money of a flow of the
    same selection, and are not added.
    """

    kind: Kind
    amount: Interval | None
    flows: int
    with_amount: int
    parts: int = 0


def without_parts(flows: Iterable[Flow]) -> list[Flow]:
    """Leave out the flows that pass on, directly or through others, the money of another flow of the selection."""
    chosen = list(flows)
    here = {flow.iri for flow in chosen}
    return [flow for flow in chosen if not here.intersection(flow.wholes)]


def sums(flows: Iterable[Flow]) -> tuple[Sum, ...]:
    """Add up flows, one sum a kind (quantity, currency, phase, period), in the order of kinds.

    Money passed on is not added to the money it comes from, whatever their kinds; rates, ceilings, stocks, loans,
    earmarks, fines and fees are in no sum. Amounts are in units of their currency. Flows without an amount have no
    currency: they make a kind of their own, whose amount is None. No flows give no sums. The cost grows with the
    number of flows.
    """
    summable = [flow for flow in flows if flow.summable]
    every = Counter(flow.kind for flow in summable)
    counted: dict[Kind, list[Flow]] = defaultdict(list)
    for flow in without_parts(summable):
        counted[flow.kind].append(flow)
    found = []
    for kind in sorted(every, key=lambda kind: kind.order):
        known = [flow.amount for flow in counted[kind] if flow.amount is not None]
        here = len(counted[kind])
        found.append(Sum(kind, total(known) if known else None, here, len(known), every[kind] - here))
    return tuple(found)
