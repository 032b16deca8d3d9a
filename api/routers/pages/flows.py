"""The page of flows: who pays whom."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.answers.funding import flows_document, matrix_document, sankey_document
from api.answers.headline import funding_headline
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import page
from api.parameters import one_of, read_currency, read_filters
from api.routers.pages.parts import GET, PartGiven, scheme
from graph.funding.matrix import DIMENSIONS, SUMMABLE, Dimension
from visualisations.matrix import GRIDS, funding_grid
from visualisations.sankey import KIND_WORDS, sankey_chart

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/flows", methods=GET)
def flows(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    part: PartGiven,
    by: str = "level",
    quantity: str = "transfer",
    currency: str | None = None,
) -> Response:
    """Show who pays whom: the chain, the matrix, every flow."""
    filters = read_filters(snapshot, raw, "quantity")
    dimension: Dimension = one_of("by", by, DIMENSIONS)
    drawn = filters.type if filters.type in SUMMABLE else one_of("quantity", quantity, SUMMABLE)
    chain = sankey_document(snapshot, filters, drawn, read_currency(currency)).as_dict()
    matrix = matrix_document(snapshot, filters, dimension).as_dict()
    chart = sankey_chart(chain["data"]["nodes"], chain["data"]["links"], chain["meta"]["currency"])
    context = {
        "by": by,
        "dimensions": DIMENSIONS,
        "quantity": drawn,
        "quantities": SUMMABLE,
        "types": scheme("quantity"),
        "headline": funding_headline(snapshot, filters),
        "chain": chain,
        "chart": chart,
        "names": {node["id"]: node["label"] for node in chain["data"]["nodes"]},
        "kind_words": KIND_WORDS,
        "matrix": matrix,
        "grid": funding_grid(matrix["data"], by) if by in GRIDS else None,
        "list": flows_document(snapshot, filters, part.limit, part.offset).as_dict(),
        "offset": part.offset,
    }
    return page(request, snapshot, "flows.html", context)
