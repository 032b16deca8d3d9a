"""The page of gaps, and a selection as a report to print."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.answers.gaps import gap_matrix_document, gaps_document
from api.answers.report import report_document, report_title
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import page
from api.parameters import countries, read_filters
from api.routers.pages.parts import GET, PartGiven, scheme
from visualisations.matrix import gap_grid
from visualisations.palette import STATES
from visualisations.report import report_html

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/gaps", methods=GET)
def gaps(request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, part: PartGiven) -> Response:
    """Show where coordination fails: the matrix of country and field, and the gaps behind a cell."""
    filters = read_filters(snapshot, raw, "gapType")
    document = gaps_document(snapshot, filters, part.limit, part.offset).as_dict()
    matrix = gap_matrix_document(snapshot, filters.without("country", "field")).as_dict()
    dated = {**snapshot.values("gov:validFrom"), **snapshot.values("gov:validTo")}
    context = {
        "document": document,
        "matrix": matrix,
        "grid": gap_grid(matrix["data"]),
        "states": STATES,
        "types": scheme("gapType"),
        "rules": {rule["id"]: rule for rule in document["meta"]["rules"]},
        "undated": sum(gap["state"] == "reported" and gap["id"] not in dated for gap in document["data"]),
        "offset": part.offset,
        "selected": filters,
    }
    return page(request, snapshot, "gaps.html", context)


@router.api_route("/report", methods=GET)
def report(snapshot: SnapshotGiven, raw: FiltersGiven) -> Response:
    """Show a selection as a report to print, whole in one file; the same that the command writes."""
    filters = read_filters(snapshot, raw)
    names = countries(snapshot)
    found = report_document(snapshot, filters).as_dict()
    html = report_html(found, report_title(filters, names), snapshot.label, names, version("subsidia"))
    return HTMLResponse(html, headers={"Vary": "Accept"})
