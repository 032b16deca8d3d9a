"""Small ledgers for tests: funding flows as records, without a store."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from graph.funding.interval import Interval
from graph.funding.ledger import Flow, Kind

__all__ = ["between", "ledger", "paid"]


def between(low: str | int, high: str | int) -> Interval:
    """Give the interval of two numbers."""
    return Interval(Decimal(low), Decimal(high))


def paid(iri: str, payer: str | None, recipient: str | None, low: Any = None, high: Any = None, **more: Any) -> Flow:
    """Give a transfer of 2010 in euros; without an amount it has no currency either, as the tables want it."""
    kind = Kind(
        more.pop("quantity", "transfer"),
        more.pop("currency", "EUR" if low is not None else None),
        more.pop("phase", None),
        more.pop("period", "2010"),
    )
    flow = Flow(
        iri=iri,
        label=iri,
        payer=payer,
        payer_label=payer,
        payer_level=more.pop("payer_level", None),
        payer_type=None,
        recipient=recipient,
        recipient_label=recipient,
        recipient_level=None,
        recipient_type=None,
        programme=more.pop("programme", None),
        programme_label=None,
        fields=(),
        amount=None if low is None else between(low, low if high is None else high),
        kind=kind,
        per="total",
        share=None,
        share_of=None,
        part_of=None,
        wholes=(),
        cofinancing_rate=None,
        cofinancing_of=(),
        condition=None,
        begin=2010,
        end=2010,
        basis="stated",
        passages=(),
    )
    return replace(flow, **more)


def ledger(*flows: Flow) -> list[Flow]:
    """Give the flows with the chain of flows that each is part of, as reading them from the columns does."""
    part_of = {flow.iri: flow.part_of for flow in flows if flow.part_of}

    def chain(iri: str) -> tuple[str, ...]:
        found: list[str] = []
        while iri in part_of and part_of[iri] not in found:
            iri = part_of[iri]
            found.append(iri)
        return tuple(found)

    return [replace(flow, wholes=chain(flow.iri)) for flow in flows]
