"""The page of flows: who pays whom, as a chain, a matrix and a list; and the trace of one body's money."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.chain import chain_document
from api.answers.funding import flows_document, matrix_document
from api.answers.headline import funding_headline
from api.answers.trace import trace_document
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import page
from api.parameters import one_of, read_currency, read_filters
from api.routers.pages.parts import GET, PartGiven, scheme
from graph.funding.grain import GRAINS, READABLE, Grain
from graph.funding.matrix import DIMENSIONS, SUMMABLE, Dimension
from ontology.identifiers import ID, slug
from visualisations.chain_words import (
    coverage_said,
    grain_words,
    kind_words,
    legend_words,
    node_names,
    period_said,
    phases_said,
    quantity_words,
    with_unknown,
    years_said,
)
from visualisations.matrix import GRIDS, funding_grid
from visualisations.sankey import LEGEND, compact_id, pick_of, sankey_chart
from visualisations.trace_words import break_words, rest_words, started_headline, step_words

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS: Final = 50
"""Flows and cells on one page: each flow takes several lines."""
DIRECTIONS: Final = ("down", "up")
PATHS: Final = 40
"""Paths of a trace that are shown in full; all are in the files."""


@router.api_route("/flows", methods=GET)
def flows(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    part: PartGiven,
    by: str = "level",
    quantity: str = "transfer",
    currency: str | None = None,
    grain: str | None = None,
    pick: Annotated[str | None, Query(max_length=600)] = None,
) -> Response:
    """Show who pays whom: the chain, the matrix, every flow."""
    filters = read_filters(snapshot, raw, "quantity")
    dimension: Dimension = one_of("by", by, DIMENSIONS)
    drawn = filters.type if filters.type in SUMMABLE else one_of("quantity", quantity, SUMMABLE)
    asked: Grain | None = one_of("grain", grain, GRAINS) if grain else None
    chain = chain_document(snapshot, filters, drawn, read_currency(currency), asked).as_dict()
    nodes, links = chain["data"]["nodes"], chain["data"]["links"]
    matrix = matrix_document(snapshot, filters, dimension).as_dict()
    mark = request.query_params.get("mark")
    chart = sankey_chart(nodes, links, chain["meta"]["currency"], marked=f"{ID}{mark}" if mark else None)
    context = {
        "by": by,
        "dimensions": DIMENSIONS,
        "quantity": drawn,
        "quantities": SUMMABLE,
        "types": scheme("quantity"),
        "headline": funding_headline(snapshot, filters),
        "chain": chain,
        "grain": chain["meta"]["grain"],
        "grains": GRAINS,
        "grain_chosen": asked is not None,
        "readable": READABLE,
        "chart": chart,
        "samples": [LEGEND[kind] for kind in chart.legend],
        "samples_said": [legend_words()[kind] for kind in chart.legend],
        "picked": _picked(nodes, links, chain["meta"]["grain"], pick) if pick else None,
        "matrix": matrix,
        "grid": funding_grid(matrix["data"], by) if by in GRIDS else None,
        "list": flows_document(snapshot, filters, min(part.limit, ROWS), part.offset).as_dict(),
        "offset": part.offset,
        "rows": ROWS,
        "ends": {node["id"]: node for node in nodes},
        "names": node_names(nodes),
        "mark_of": _mark_of,
        "link_mark": _link_mark,
        **_words(),
    }
    return page(request, snapshot, "flows.html", context)


def _words() -> dict[str, Any]:
    return {
        "kind_words": kind_words(),
        "legend": LEGEND,
        "legend_words": legend_words(),
        "grain_words": grain_words(),
        "quantity_words": quantity_words(),
        "period_said": period_said,
        "phases_said": phases_said,
        "years_said": years_said,
        "coverage_said": coverage_said,
        "with_unknown": with_unknown,
        "pick_of": pick_of,
        "compact_id": compact_id,
    }


def _mark_of(node: dict[str, Any]) -> str | None:
    """Give what is selected with a node on all pages: its body or programme; None for a group of several."""
    iri = node["actor"] or node["programme"]
    return iri.removeprefix(ID) if iri and iri.startswith(ID) else None


def _link_mark(link: dict[str, Any]) -> str | None:
    """Give what is selected with a link on all pages: its flow, where it has one alone."""
    alone = link["flows"][0] if link["count"] == 1 else None
    return alone.removeprefix(ID) if alone and alone.startswith(ID) else None


def _picked(nodes: list[Any], links: list[Any], grain: str, pick: str) -> dict[str, Any]:
    """Find what was picked in the drawing: a node, or all links between two; empty where it is not in this one."""
    node = next((node for node in nodes if compact_id(node["id"]) == pick), None)
    if node is not None:
        return {"node": node, "drill": _drill(node, grain), "links": []}
    between = [link for link in links if pick_of(link) == pick]
    return {"node": None, "drill": None, "links": between}


def _drill(node: dict[str, Any], grain: str) -> dict[str, Any] | None:
    """Give the parameters of the next finer drawing of what a node stands for; None where there is none."""
    if node["role"] in ("not-stated", "not-traced"):
        return None
    level = {"level": node["level"]} if node["level"] and node["role"] == "group" else {}
    if grain == "level":
        return {"grain": "country", **level}
    if grain == "country":
        return {"grain": "programme", "country": node["country"], **level}
    if node["role"] == "programme":
        return {"grain": "actor", "programme": slug(node["programme"])}
    if grain == "programme":
        return {"grain": "actor", "country": node["country"], **level}
    return {"grain": "actor", "actor": slug(node["actor"])} if node["actor"] else None


@router.api_route("/flows/trace", methods=GET)
def trace(request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, direction: str = "down") -> Response:
    """Show the money of one body step by step, and where the trail breaks; without one, ask for it."""
    filters = read_filters(snapshot, raw, "any")
    way = one_of("direction", direction, DIRECTIONS)
    document = trace_document(snapshot, filters, way) if filters.actor else None
    found = document.as_dict() if document else None
    context = {
        "document": found,
        "direction": way,
        "headline": started_headline(found["data"]) if found else None,
        "paths": found["data"]["paths"][:PATHS] if found else [],
        "rest_words": rest_words,
        "step_words": step_words,
        "break_words": break_words(),
        "period_said": period_said,
        "years_said": years_said,
    }
    return page(request, snapshot, "trace.html", context)
