"""The indicators document: what the recorded money says of an actor, a programme or a selection, one row a figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from api.answers.document import Document, Row, filters_of, number, sources_of
from api.answers.lists import list_query
from api.answers.trace import kind_row
from api.parameters import ParameterRefused
from graph.columns import columns_of, where
from graph.filters import Filters
from graph.funding.concentration import Side, concentrations
from graph.funding.interval import Interval
from graph.funding.ledger import Flow, Kind, read_flows
from graph.funding.maxflow import max_flow
from graph.funding.passing import conservation, pass_through
from graph.funding.ratios import absorption, cofinancing, leverage
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.tabular.choice import flow_engine
from ontology.identifiers import mint

__all__ = ["MOST_FLOWS", "indicators_document"]

MOST_FLOWS: Final = 20_000
_LARGEST: Final = "share of the largest of them, 0..1"
_HERFINDAHL: Final = "sum of the squared shares, 1/n to 1 (Herfindahl 1950; Hirschman 1964)"
_DEFINITIONS: Final = {
    "absorption": "paid / committed, of a programme, currency and period (European Court of Auditors 2018, report 17)",
    "co-financing": "the rate as stated; of the grant it adds rate × grant, of the total grant × rate / (1 − rate)",
    "conservation": "money out / money in, where more goes out than came in: a finding, not an error (Ahuja, Magnanti "
    "& Orlin 1993, ch. 1)",
    "dependency-payers": _LARGEST,
    "dependency-recipients": _LARGEST,
    "herfindahl-payers": _HERFINDAHL,
    "herfindahl-recipients": _HERFINDAHL,
    "leverage": "total / EU share, 1 and above (after Regulation (EU, Euratom) 2018/1046, art. 2(38))",
    "max-flow": "maximum flow of stated amounts from one actor to the other, the minimum cut (Ford & Fulkerson 1956)",
    "pass-through": "money passed on / money received, of the money received whose parts are recorded",
}


def indicators_document(snapshot: Snapshot, filters: Filters, toward: str | None = None) -> Document:
    """Give the indicators of the flows that the filters let through, and those of the actor where one is asked for.

    With `toward` (an actor's slug) the maximum flow from the actor to it too. `min` and `max` are the ends of each
    figure, `numerator_…` and `denominator_…` those of what was divided; only like kinds of money are in one figure.
    """
    flows = _flows(snapshot, filters)
    rows = [*_of_programmes(flows), *_of_flows(flows, filters)]
    if filters.actor:
        actor = mint("actor", filters.actor)
        rows = [*_of_actor(flows, actor), *_concentrated(snapshot, filters, actor), *rows]
        if toward:
            every = _flows(snapshot, filters.without("actor"))
            rows += _between(every, actor, mint("actor", toward))
    queries = {"flows": list_query("flows", filters)}
    if filters.actor:
        # what passes on its money, and leads to the other, is paid by others too
        queries["flows of all actors"] = list_query("flows", filters.without("actor"))
    for row in rows:
        row["label"] = snapshot.label(row["about"])
    return Document(
        data=rows,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(rows),
        query=queries["flows"],
        sources=sources_of(snapshot, [{"evidence": flow.passages} for flow in flows]),
        filters=filters_of(filters),
        more={
            "queries": queries,
            "definitions": _DEFINITIONS,
            "flows": len(flows),
            "toward": mint("actor", toward) if toward else None,
        },
    )


@remembered(4)
def _flows(snapshot: Snapshot, filters: Filters) -> tuple[Flow, ...]:
    """Read the flows of the selection, and with an actor those that pass on the money that it received."""
    columns = columns_of(snapshot)
    condition, inputs = where(filters)
    if filters.actor:
        condition = f"({condition}) OR part_of IN (SELECT flow FROM flows WHERE {condition} AND recipient = $actor)"
    flows = read_flows(columns, condition, inputs, filters.at, MOST_FLOWS + 1)
    if len(flows) > MOST_FLOWS:
        expected = f"an actor, a year, a field or a programme: more than {MOST_FLOWS:,} flows are not weighed at once"
        raise ParameterRefused("actor", filters.actor or "", expected)
    return flows


def _row(indicator: str, about: str, kind: Kind | None, value: Interval | None, **more: Any) -> Row:
    parts: Row = {}
    for name in ("numerator", "denominator"):
        part = more.pop(name, None)
        parts[f"{name}_min"] = number(part.low) if part else None
        parts[f"{name}_max"] = number(part.high) if part else None
    return {
        "indicator": indicator,
        "about": about,
        "label": "",
        "min": number(value.low) if value else None,
        "max": number(value.high) if value else None,
        **(kind_row(kind) if kind else dict.fromkeys(("quantity", "currency", "phase", "period"))),
        **parts,
        "flows": more.pop("flows", None),
        "with_amount": more.pop("with_amount", None),
        "note": more.pop("note", None),
    }


def _of_actor(flows: Sequence[Flow], actor: str) -> list[Row]:
    rows = []
    for item in pass_through(flows, actor):
        note = f"{item.unknown} parts without an amount" if item.unknown else None
        counts = {"flows": item.flows + item.parts, "with_amount": item.flows + item.parts - item.unknown}
        parts = {"numerator": item.passed_on, "denominator": item.received}
        rows.append(_row("pass-through", actor, item.kind, item.ratio, **parts, **counts, note=note))
    return rows


def _concentrated(snapshot: Snapshot, filters: Filters, actor: str) -> list[Row]:
    sides: dict[Side, str] = {"payer": "payers", "recipient": "recipients"}
    rows = []
    for side, name in sides.items():
        for found in concentrations(flow_engine(snapshot), filters, side, actor).get(actor, ()):
            counts = {"flows": found.flows, "with_amount": found.with_amount}
            note = f"{found.parties} {name} with a known amount; {found.not_stated} flows name none"
            rows.append(_row(f"herfindahl-{name}", actor, found.kind, found.herfindahl, **counts, note=note))
            note = f"share of {found.largest}"
            rows.append(_row(f"dependency-{name}", actor, found.kind, found.dependency, **counts, note=note))
    return rows


def _of_programmes(flows: Iterable[Flow]) -> list[Row]:
    rows = []
    chosen = list(flows)
    for lever in leverage(chosen):
        counts = {"flows": lever.flows, "with_amount": lever.with_amount}
        rows.append(
            _row(
                "leverage",
                lever.programme,
                lever.kind,
                lever.ratio,
                numerator=lever.total,
                denominator=lever.union,
                **counts,
            )
        )
    for item in absorption(chosen):
        kind = Kind("transfer", item.currency, "paid", item.period)
        counts = {"flows": item.flows, "with_amount": item.with_amount}
        note = f"of what was committed as {item.committed_as}"
        parts = {"numerator": item.paid, "denominator": item.committed}
        rows.append(_row("absorption", item.programme, kind, item.ratio, **parts, **counts, note=note))
    return rows


def _of_flows(flows: Sequence[Flow], filters: Filters) -> list[Row]:
    rows = []
    for flow in flows:
        for reading in cofinancing(flow):
            note = f"rate of the {reading.of}; derived, in no sum"
            ratio = Interval(reading.rate, reading.rate)
            parts = {
                "numerator": reading.added,
                "denominator": flow.amount if reading.of == "grant" else reading.together,
            }
            rows.append(_row("co-financing", flow.iri, flow.kind, ratio, **parts, flows=1, note=note))
    bodies = not filters.without("actor", "at", "since", "until").given()
    actor = mint("actor", filters.actor) if filters.actor else None
    for item in conservation(flows):
        # a body is weighed only where all that it pays and receives is at hand
        if item.at == "flow" or (bodies and actor in (None, item.thing)):
            note = "more goes out than came in" if item.certain else "more may go out than came in, within the ranges"
            parts = {"numerator": item.went_out, "denominator": item.came_in}
            rows.append(
                _row("conservation", item.thing, item.kind, item.went_out.over(item.came_in), **parts, note=note)
            )
    return rows


def _between(flows: Iterable[Flow], source: str, sink: str) -> list[Row]:
    rows = []
    for item in max_flow(flows, source, sink):
        cut = ", ".join(f"{payer.rpartition('/')[2]} → {recipient.rpartition('/')[2]}" for payer, recipient in item.cut)
        note = f"bottleneck: {cut}" if cut else "no path of stated amounts: not known, which is not zero"
        rows.append(
            _row("max-flow", source, item.kind, item.value, flows=item.edges, with_amount=item.with_amount, note=note)
        )
    return rows
