"""The chain document: the funding chain at a grain, as groups and links that can be drawn, and what is not in it."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Final

from api.answers.document import Document, Row, filters_of, number
from api.answers.funding import flow_sources
from api.answers.lists import list_query
from api.parameters import countries
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.chain import NOT_STATED, NOT_TRACED
from graph.funding.grain import Grain, GrainChain, Group, Strand, grain_chain
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.vocabulary import vocabulary

__all__ = ["MOST_LINKS", "chain_document"]

MOST_LINKS: Final = 400
"""Links that one answer holds at most; the smallest are left out, and counted."""


def chain_document(
    snapshot: Snapshot,
    filters: Filters,
    quantity: str = "transfer",
    currency: str | None = None,
    grain: Grain | None = None,
    most: int = MOST_LINKS,
) -> Document:
    """Give the funding chain as nodes and links, added up at a grain; without one at the finest that is readable.

    `received` and `paid` of a node add the links given that run into it and out of it, in the drawing's currency.
    """
    chain = _chain(snapshot, filters, quantity, currency, grain, most)
    links = [_link(strand) for strand in chain.strands]
    return Document(
        data={"nodes": [_node(snapshot, group, links) for group in chain.groups], "links": links},
        generation=snapshot.generation,
        at=filters.at,
        rows=len(links) + chain.beyond,
        query=list_query("flows", filters),
        sources=flow_sources(snapshot, filters),
        filters=filters_of(filters),
        more={
            "grain": chain.grain,
            "currency": chain.currency,
            "currencies": {choice.currency: choice.flows for choice in chain.choices},
            "quantity": chain.quantity,
            "phase": chain.phase,
            "years": list(chain.years),
            "left_out": [asdict(item) for item in chain.omissions],
            "cycles": [list(cycle) for cycle in chain.cycles],
            "beyond": chain.beyond,
        },
    )


@remembered(64)
def _chain(
    snapshot: Snapshot, filters: Filters, quantity: str, currency: str | None, grain: Grain | None, most: int
) -> GrainChain:
    return grain_chain(columns_of(snapshot), filters, quantity, currency, grain, most)


def _node(snapshot: Snapshot, group: Group, links: list[Row]) -> Row:
    where = group.who is not None and "/" not in group.who
    iri = None if where else group.who
    return {
        "id": group.id,
        "role": group.role,
        "label": _label(snapshot, group),
        "name": group.label or (countries(snapshot).get(group.who, group.who) if where and group.who else None),
        "actor": iri if group.role in ("group", "provider") else None,
        "programme": iri if group.role == "programme" else None,
        "country": group.who if where else None,
        "level": group.level,
        "column": group.column,
        "received": _sum([link for link in links if link["target"] == group.id]),
        "paid": _sum([link for link in links if link["source"] == group.id]),
    }


def _label(snapshot: Snapshot, group: Group) -> str:
    if group.role == NOT_STATED:
        return "Payer not stated" if group.id.endswith("-payer") else "Recipient not stated"
    name = group.label or countries(snapshot).get(group.who or "", group.who)
    concept = vocabulary().schemes["level"].get(group.level or "")
    level = concept.label if concept else "level not stated"
    if group.role == NOT_TRACED:
        return f"Not traced beyond {group.label or (f'{name}, {level}' if name else level)}"
    if group.label:
        return group.label
    lane = "providers" if group.role == "provider" else level
    return f"{name}, {lane}" if name else lane[:1].upper() + lane[1:]


def _link(strand: Strand) -> Row:
    since, until = strand.years
    return {
        "source": strand.source,
        "target": strand.target,
        "kind": strand.kind,
        "basis": strand.basis,
        "min": number(strand.minimum),
        "max": number(strand.maximum),
        "count": strand.count,
        "with_amount": strand.with_amount,
        "flows": list(strand.flows),
        "phases": list(strand.phases),
        "begin": since,
        "end": until,
        "within": strand.within,
        "in_cycle": strand.in_cycle,
    }


def _sum(links: list[Row]) -> Row:
    """Add links up, exactly; money within the group neither reaches nor leaves it."""
    across = [link for link in links if not link["within"]]
    known = [link for link in across if link["max"] is not None]
    return {
        "min": number(sum(Decimal(str(link["min"])) for link in known)) if known else None,
        "max": number(sum(Decimal(str(link["max"])) for link in known)) if known else None,
        "count": sum(link["count"] for link in across),
        "with_amount": sum(link["with_amount"] for link in across),
    }
