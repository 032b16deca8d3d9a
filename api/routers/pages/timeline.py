"""The page of time: lifetimes and events, and what changed between two years."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.changes import changes_document
from api.answers.document import Row
from api.answers.timeline import DEFAULT_KINDS, TIMELINE_KINDS, read_kinds, timeline_document
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import page
from api.parameters import one_of, read_filters
from api.routers.pages.parts import GET, ROWS, PartGiven
from graph.filters import Filters
from graph.snapshot import Snapshot
from graph.time import year
from visualisations.timeline import GROUPINGS, busiest_year, timeline_chart

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/timeline", methods=GET)
def timeline(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    part: PartGiven,
    kind: Annotated[list[str] | None, Query()] = None,
    by: str = "country",
) -> Response:
    """Show events and lifetimes along the years; with two years, what began, ended and changed hands between them."""
    filters = read_filters(snapshot, raw, "any")
    kinds = read_kinds(",".join(kind or []))
    document = timeline_document(snapshot, filters, kinds).as_dict()
    dated, undated = _divided(document["data"])
    since, until = filters.span
    chart = timeline_chart(
        dated, one_of("by", by, GROUPINGS), *((since, until) if filters.at is None else (None, None))
    )
    context: dict[str, Any] = {
        "document": document,
        "by": by,
        "groupings": GROUPINGS,
        "kinds": TIMELINE_KINDS,
        "chosen": kinds,
        "usual": DEFAULT_KINDS,
        "chart": chart,
        "dated": dated,
        "rows": dated[part.offset : part.offset + ROWS],
        "offset": part.offset,
        "next": part.offset + ROWS if part.offset + ROWS < len(dated) else None,
        "undated": undated,
        "most_undated": ROWS,
        "busiest": busiest_year(dated),
        "changes": _changes(snapshot, filters),
        "selected": filters,
    }
    return page(request, snapshot, "timeline.html", context)


def _divided(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Divide rows into those with a year and those without."""
    parts: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        parts[year(row["begin"]) is None and year(row["end"]) is None].append(row)
    return parts


def _changes(snapshot: Snapshot, filters: Filters) -> dict[str, Any] | None:
    """Give what changed between the two years that are asked for; None where they are not, or are one."""
    if filters.since is None or filters.until is None or filters.since == filters.until:
        return None
    document = changes_document(snapshot, filters.without("at")).as_dict()
    counts: dict[str, dict[str, int]] = {}
    for row in document["data"]["counts"]:
        counts.setdefault(row["kind"], {})[row["change"]] = row["statements"]
    statements = document["data"]["statements"]
    return {
        "document": document,
        "counts": counts,
        "totals": {
            change: sum(row["change"] == change for row in statements) for change in ("began", "ended", "came-and-went")
        },
        "statements": {row["statement"]: row for row in statements},
    }
