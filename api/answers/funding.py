"""Funding documents: the flows, their matrix and their chain."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal

from api.answers.document import Document, Row, filters_of, number, sources_of
from api.answers.lists import list_query
from graph.columns import columns_of, where
from graph.filters import Filters
from graph.funding.chain import Chain, funding_chain
from graph.funding.interval import Interval
from graph.funding.matrix import Cell, Dimension, Matrix, funding_matrix
from graph.funding.of_actor import Side
from graph.funding.ratios import readings
from graph.queries import bind, query_text
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.tabular.choice import flow_engine

__all__ = ["cofinancing", "flow_page", "flows_document", "matrix_document", "matrix_query", "sankey_document"]

_COLUMNS = [
    "flow",
    "label",
    "payer",
    "payer_label",
    "payer_level",
    "payer_country",
    "recipient",
    "recipient_label",
    "recipient_level",
    "recipient_country",
    "programme",
    "programme_label",
    "fields",
    "amount_min",
    "amount_max",
    "currency",
    "quantity",
    "per",
    "phase",
    "share",
    "share_of",
    "part_of",
    "cofinancing_rate",
    "cofinancing_of",
    "condition",
    "begin",
    "end",
    "basis",
    "passages",
    "note",
]
_QUOTED = ", ".join(f'"{name}"' for name in _COLUMNS)


def flows_document(snapshot: Snapshot, filters: Filters, limit: int | None = None, offset: int = 0) -> Document:
    """Give the flows that the filters let through, each as what it is."""
    columns = columns_of(snapshot)
    condition, inputs = where(filters)
    total = columns.rows(f"SELECT count(*) AS n FROM flows WHERE {condition}", inputs)[0]["n"]
    cut = f"LIMIT {limit:d} OFFSET {offset:d}" if limit is not None else f"OFFSET {offset:d}"
    rows = columns.rows(f"SELECT {_QUOTED} FROM flows WHERE {condition} ORDER BY flow {cut}", inputs)
    data = [_flow(row) for row in rows]
    after = offset + len(data)
    return Document(
        data=data,
        generation=snapshot.generation,
        at=filters.at,
        rows=total,
        next=str(after) if limit is not None and after < total else None,
        query=list_query("flows", filters),
        sources=sources_of(snapshot, data),
        filters=filters_of(filters),
    )


def flow_page(snapshot: Snapshot, filters: Filters, side: Side, limit: int, offset: int = 0) -> list[Row]:
    """Give some of the flows that the actor of the filters receives (`in`) or pays (`out`), in the order of IRIs."""
    condition, inputs = where(filters)
    mine = "recipient" if side == "in" else "payer"
    asked = f"{mine} = $actor AND {condition} ORDER BY flow LIMIT {limit:d} OFFSET {offset:d}"
    return [_flow(row) for row in columns_of(snapshot).rows(f"SELECT {_QUOTED} FROM flows WHERE {asked}", inputs)]


def _flow(row: dict[str, Any]) -> Row:
    found = {name: number(value) if isinstance(value, Decimal) else value for name, value in row.items()}
    found["evidence"] = found.pop("passages")
    found["cofinancing"] = cofinancing(row)
    return found


def cofinancing(row: dict[str, Any]) -> list[Row]:
    """Give each reading of a co-financing rate and the amount that it would add, both ends; neither enters a sum."""
    rate, low, high = row["cofinancing_rate"], row["amount_min"], row["amount_max"]
    if rate is None:
        return []
    found = readings(rate, row["cofinancing_of"] or (), None if high is None else Interval(low or Decimal(0), high))
    return [
        {
            "of": item.of,
            "rate": number(item.rate),
            "min": number(item.added.low) if item.added else None,
            "max": number(item.added.high) if item.added else None,
            "basis": "derived",
        }
        for item in found
    ]


def matrix_query(filters: Filters, by: Dimension) -> str:
    """Give the SPARQL that gives the matrix's cells."""
    bound = list_query("flows", filters)
    values = [line for line in bound.splitlines() if line.strip().startswith("VALUES")]
    text = query_text("funding-matrix")
    for line in values:
        name = line.split("?")[1].split()[0]
        text = text.replace(f"VALUES ?{name} {{ UNDEF }}", line.strip())
    return bind(text, {"by": Literal(by)})


@remembered(128)
def _matrix(snapshot: Snapshot, filters: Filters, by: Dimension) -> Matrix:
    return funding_matrix(flow_engine(snapshot), filters, by)


def matrix_document(snapshot: Snapshot, filters: Filters, by: Dimension = "level") -> Document:
    """Give the funding matrix with its coverage, what was left out, and totals of transfers.

    A total adds the transfers of one currency, phase and period that are not money passed on.
    """
    matrix = _matrix(snapshot, filters, by)
    return Document(
        data=[_cell(cell) for cell in matrix.cells],
        generation=snapshot.generation,
        at=filters.at,
        rows=len(matrix.cells),
        query=matrix_query(filters, by),
        sources=flow_sources(snapshot, filters),
        filters=filters_of(filters),
        more={
            "by": by,
            "coverage": {"flows": matrix.flows, "with_amount": matrix.with_amount},
            "left_out": [asdict(item) for item in matrix.left_out],
            "totals": _totals(matrix),
        },
    )


def _cell(cell: Cell) -> Row:
    row: Row = asdict(cell)
    row["min"], row["max"] = number(row.pop("minimum")), number(row.pop("maximum"))
    row["bases"] = list(cell.bases)
    return row


def _totals(matrix: Matrix) -> list[Row]:
    sums: dict[tuple[str, str | None, str], list[Decimal]] = {}
    for cell in matrix.cells:
        if cell.quantity == "transfer" and not cell.passed_on and cell.minimum is not None and cell.maximum is not None:
            total = sums.setdefault((cell.currency or "", cell.phase, cell.period), [Decimal(0), Decimal(0)])
            total[0] += cell.minimum
            total[1] += cell.maximum
    return [
        {"currency": currency, "phase": phase, "period": period, "min": number(low), "max": number(high)}
        for (currency, phase, period), (low, high) in sorted(sums.items(), key=lambda item: tuple(map(str, item[0])))
    ]


def flow_sources(snapshot: Snapshot, filters: Filters) -> list[str]:
    """Give the documents that the flows of a selection come from, sorted."""
    condition, inputs = where(filters)
    rows = columns_of(snapshot).rows(
        f"SELECT DISTINCT unnest(passages) AS passage FROM flows WHERE {condition}", inputs
    )
    return sources_of(snapshot, [{"evidence": [row["passage"] for row in rows]}])


def sankey_document(
    snapshot: Snapshot, filters: Filters, quantity: str = "transfer", currency: str | None = None
) -> Document:
    """Give the funding chain as nodes and links."""
    chain = _chain(snapshot, filters, quantity, currency)
    return Document(
        data={
            "nodes": [asdict(node) for node in chain.nodes],
            "links": [
                {
                    **{key: value for key, value in asdict(link).items() if key not in ("minimum", "maximum")},
                    "min": number(link.minimum),
                    "max": number(link.maximum),
                    "flows": list(link.flows),
                }
                for link in chain.links
            ],
        },
        generation=snapshot.generation,
        at=filters.at,
        rows=len(chain.links),
        query=list_query("flows", filters),
        sources=flow_sources(snapshot, filters),
        filters=filters_of(filters),
        more={
            "currency": chain.currency,
            "quantity": chain.quantity,
            "phase": chain.phase,
            "years": list(chain.years),
            "left_out": [asdict(item) for item in chain.omitted],
            "cycles": [list(cycle) for cycle in chain.cycles],
        },
    )


@remembered(64)
def _chain(snapshot: Snapshot, filters: Filters, quantity: str, currency: str | None) -> Chain:
    return funding_chain(columns_of(snapshot), filters, quantity, currency)
