"""The trace document: paths of money, step by step, with what is known at each and where the trail breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from api.answers.document import Document, Row, filters_of, not_applied, number, sources_of
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.interval import Interval
from graph.funding.ledger import Flow
from graph.funding.trace import MOST_PATHS, REASONS, Path, Started, Step, Trace, trace
from graph.funding.trail import Direction
from graph.queries import bind, query_text
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import mint

__all__ = ["flow_row", "interval_row", "kind_row", "step_rows", "trace_document"]

_WHOLE: Final = "a trace follows money wherever it goes; narrow it by year"
_NOT_APPLIED: Final[Mapping[str, str]] = dict.fromkeys(
    ("country", "field", "level", "programme", "type", "basis"), _WHOLE
)


@remembered(64)
def _trace(snapshot: Snapshot, filters: Filters, direction: Direction, most: int) -> Trace:
    return trace(columns_of(snapshot), filters, direction, most)


def trace_document(
    snapshot: Snapshot, filters: Filters, direction: Direction = "down", most: int = MOST_PATHS
) -> Document:
    """Give every path of money from (down) or to (up) `filters.actor`, at most `most` of them."""
    asked = filters.without("country", "field", "level", "programme", "type", "basis")
    found = _trace(snapshot, asked, direction, most)
    paths = [_path(path) for path in found.paths]
    actor = mint("actor", filters.actor or "")
    return Document(
        data={
            "actor": actor,
            "label": snapshot.label(actor),
            "direction": direction,
            "started": [_started(item) for item in found.started],
            "paths": paths,
            "cycles": [[{"actor": body, "label": snapshot.label(body)} for body in cycle] for cycle in found.cycles],
            "left_out": [{"flow": flow.iri, "label": flow.label, "reason": why} for flow, why in found.left_out],
        },
        generation=snapshot.generation,
        at=filters.at,
        rows=len(paths),
        query=_query(filters, direction),
        sources=sources_of(snapshot, (step for path in paths for step in path["steps"])),
        filters=filters_of(filters),
        not_applied=not_applied(filters, _NOT_APPLIED),
        more={"cut": list(found.cut), "reasons": dict(REASONS)},
    )


def step_rows(document: Document) -> list[Row]:
    """Give the steps of all paths as the rows of one table; `end` says why a path ends, at its last step."""
    rows = []
    for place, path in enumerate(document.data["paths"], 1):
        for order, step in enumerate(path["steps"], 1):
            last = order == len(path["steps"])
            rows.append({"path": place, "step": order, **step, "path_end": path["end"] if last else None})
    return rows


def _query(filters: Filters, direction: Direction) -> str:
    since, until = filters.span
    return bind(
        query_text(f"trace-{direction}"),
        {
            "actor": NamedNode(mint("actor", filters.actor or "")),
            "since": Literal(since) if since is not None else None,
            "until": Literal(until) if until is not None else None,
        },
    )


def interval_row(value: Interval | None) -> Row | None:
    """Give both ends of an amount or ratio; None for what is unknown."""
    return None if value is None else {"min": number(value.low), "max": number(value.high)}


def kind_row(kind: object) -> Row:
    """Give what amounts have in common that may be added."""
    return {name: getattr(kind, name) for name in ("quantity", "currency", "phase", "period")}


def flow_row(flow: Flow) -> Row:
    """Give a flow as a row: who pays whom, how much of what kind, and its evidence."""
    return {
        "flow": flow.iri,
        "label": flow.label,
        **{name: getattr(flow, name) for name in ("payer", "payer_label", "payer_level")},
        **{name: getattr(flow, name) for name in ("recipient", "recipient_label", "recipient_level")},
        "min": number(flow.amount.low) if flow.amount else None,
        "max": number(flow.amount.high) if flow.amount else None,
        **kind_row(flow.kind),
        "per": flow.per,
        "programme": flow.programme,
        "fields": list(flow.fields),
        "begin": flow.begin,
        "end": flow.end,
        "part_of": flow.part_of,
        "basis": flow.basis,
        "evidence": list(flow.passages),
    }


def _path(path: Path) -> Row:
    last = path.steps[-1].flow
    return {
        "steps": [_step(step) for step in path.steps],
        "breaks": [{"flow": item.flow, "reason": item.reason, "words": REASONS[item.reason]} for item in path.breaks],
        "end": path.end,
        "share": interval_row(path.share),
        "not_traced": interval_row(path.not_traced),
        "currency": last.kind.currency,
    }


def _step(step: Step) -> Row:
    return {
        **flow_row(step.flow),
        "relation": step.relation,
        "share_min": number(step.share.low) if step.share else None,
        "share_max": number(step.share.high) if step.share else None,
        "share_from": step.share_from,
    }


def _started(item: Started) -> Row:
    return {
        **kind_row(item.kind),
        "amount": interval_row(item.amount),
        "passed_on": interval_row(item.passed_on),
        "not_traced": interval_row(item.not_traced),
        **{name: getattr(item, name) for name in ("flows", "with_amount", "unknown_parts")},
    }
