"""The page of gaps, and a selection as a report to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.answers.gaps import GAP_DIMENSIONS, Dimension, gap_matrix_document, gaps_document
from api.answers.measures import measure_document
from api.answers.report import report_document, report_title
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import page
from api.parameters import ParameterRefused, countries, one_of, read_filters
from api.routers.pages.parts import GET, PartGiven, scheme
from graph.filters import Filters
from graph.gaps.gap import Gap, find_gaps
from graph.snapshot import Snapshot
from ontology.identifiers import ID, mint, slug
from visualisations.matrix import gap_grid
from visualisations.network_page import number_words, tie_word
from visualisations.palette import STATES
from visualisations.report import report_html

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_ROWS_SHOWN: Final = 25
_TIES_SHOWN: Final = 25


@router.api_route("/gaps", methods=GET)
def gaps(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    part: PartGiven,
    rows: str = "country",
    whole: str = "",
    ties: str = "",
) -> Response:
    """Show where coordination fails: the matrix, the gaps behind a cell, and the missing ties where asked for."""
    filters = read_filters(snapshot, raw, "gapType")
    by: Dimension = one_of("rows", rows, GAP_DIMENSIONS)
    document = gaps_document(snapshot, filters, part.limit, part.offset).as_dict()
    kept = filters.without("country", "field") if by == "country" else filters.without("actor", "field")
    matrix = gap_matrix_document(snapshot, kept, by).as_dict()
    grid = gap_grid(matrix["data"], by)
    chosen = mint("actor", filters.actor) if filters.actor else None
    shown = [row for n, row in enumerate(grid.rows) if by == "country" or whole or n < _ROWS_SHOWN or row == chosen]
    types = Counter(gap.type for gap in find_gaps(snapshot, filters.without("type")))
    context = {
        "document": document,
        "matrix": matrix,
        "grid": grid,
        "rows": by,
        "shown": shown,
        "slug": slug,
        "states": STATES,
        "types": scheme("gapType"),
        "by_type": sorted(types.items(), key=lambda item: (-item[1], item[0])),
        "rules": {rule["id"]: rule for rule in document["meta"]["rules"]},
        "undated": sum(gap["state"] == "reported" and not _dated(snapshot, gap["id"]) for gap in document["data"]),
        "offset": part.offset,
        "selected": filters,
        "chosen": filters.country if by == "country" else chosen,
        "ranking": _ranking(snapshot, filters, ties) if ties else None,
        "number_words": number_words,
        "tie_word": tie_word,
    }
    return page(request, snapshot, "gaps.html", context)


def _dated(snapshot: Snapshot, iri: str) -> bool:
    return any(snapshot.values_of(iri, curie) for curie in ("gov:validFrom", "gov:validTo"))


def _ranking(snapshot: Snapshot, filters: Filters, asked: str) -> dict[str, Any]:
    """Rank the missing ties of the selection, or those of the bodies that one gap lies between.

    `asked` is `all` or the last part of a gap's IRI. The numbers are those that the API gives for `filters` without
    the type, which is of gaps and not of actors.
    """
    gap = _gap(snapshot, filters, asked) if asked != "all" else None
    applied = filters.without("type")
    try:
        document = measure_document(snapshot, applied, "missing-ties").as_dict()
    except ParameterRefused as error:
        return {"gap": gap, "refused": str(error), "rows": []}
    found = [{"rank": rank, **row} for rank, row in enumerate(document["data"], 1)]
    if gap:
        ends = set(gap.between)
        # between two bodies of the gap first, then from one of them to a third
        found = [row for row in found if ends & {row["actor"], row["other"]["actor"]}]
        found.sort(key=lambda row: (-len(ends & {row["actor"], row["other"]["actor"]}), row["rank"]))
    return {
        "gap": gap,
        "refused": None,
        "rows": found[:_TIES_SHOWN],
        "inside": sum(_inside(row, gap) for row in found) if gap else 0,
        "whole": document["meta"]["whole"],
        "measure": document["meta"]["measure"],
        "query": document["meta"]["query"],
    }


def _inside(row: Mapping[str, Any], gap: Gap) -> bool:
    return row["actor"] in gap.between and row["other"]["actor"] in gap.between


def _gap(snapshot: Snapshot, filters: Filters, name: str) -> Gap:
    wanted = f"{ID}gap/{name}"
    found = next((gap for gap in find_gaps(snapshot, Filters(at=filters.at)) if gap.id == wanted), None)
    if found is None:
        raise ParameterRefused("ties", name, "all, or the last part of the IRI of a gap")
    return found


@router.api_route("/report", methods=GET)
def report(snapshot: SnapshotGiven, raw: FiltersGiven) -> Response:
    """Show a selection as a report to print, whole in one file; the same that the command writes."""
    filters = read_filters(snapshot, raw)
    names = countries(snapshot)
    found = report_document(snapshot, filters).as_dict()
    html = report_html(found, report_title(filters, names), snapshot.label, names, version("subsidia"))
    return HTMLResponse(html, headers={"Vary": "Accept"})
