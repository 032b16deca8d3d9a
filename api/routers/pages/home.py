"""The front page, what is found by name, and the palette."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

from babel.dates import format_datetime
from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.gaps import gap_matrix_document
from api.answers.overview import search_document, stats_document
from api.dependencies import SnapshotGiven, not_modified
from api.descriptions.common import when
from api.page import page
from api.routers.pages.guides import guides
from api.routers.pages.parts import GET
from api.routers.pages.query import first_query
from graph.filters import Filters
from graph.snapshot import Snapshot
from visualisations.language import gettext as _
from visualisations.language import locale
from visualisations.matrix import gap_grid
from visualisations.palette import css

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/palette.css", methods=GET)
def palette(request: Request) -> Response:
    """Give the palette as CSS."""
    tag = f'"{sha256(css().encode()).hexdigest()[:16]}"'
    cached = not_modified(request, tag)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    return cached if cached is not None else Response(css(), media_type="text/css; charset=utf-8", headers=headers)


@router.api_route("/", methods=GET)
def home(request: Request, snapshot: SnapshotGiven) -> Response:
    """Show three questions answered, and what is in here."""
    context = {
        "stats": stats_document(snapshot).as_dict()["data"],
        "guides": guides(snapshot),
        "grid": gap_grid(gap_matrix_document(snapshot, Filters()).data),
        "changed": _changed(snapshot),
        "kinds": _kinds(),
        "first_query": first_query(snapshot),
    }
    return page(request, snapshot, "home.html", context)


def _changed(snapshot: Snapshot) -> str:
    """Write when the generation was made, in the reader's language."""
    return str(format_datetime(when(snapshot).toPython(), "long", locale=locale()))


def _kinds() -> dict[str, str]:
    """Name the kinds of things that are counted and found."""
    return {
        "actor": _("bodies"),
        "programme": _("programmes and funds"),
        "territory": _("places"),
        "competence": _("duties, stated absences and norms"),
        "flow": _("funding flows"),
        "mechanism": _("mechanisms of coordination"),
        "measure": _("measures"),
        "event": _("events"),
        "gap": _("reported gaps"),
        "scope": _("researched scopes"),
        "source": _("sources"),
        "passage": _("passages"),
        "mention": _("lines that mention money, years or organisations"),
    }


@router.api_route("/search", methods=GET)
def search(request: Request, snapshot: SnapshotGiven, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Find actors, programmes, fields, places and other named things."""
    words = q.strip()
    found = search_document(snapshot, words, 100).as_dict() if words else None
    kinds = {
        "actor": _("body"),
        "programme": _("programme or fund"),
        "territory": _("place"),
        "measure": _("measure"),
        "mechanism": _("mechanism of coordination"),
        "event": _("event"),
        "gap": _("reported gap"),
        "source": _("source"),
        "field": _("policy field"),
    }
    return page(request, snapshot, "search.html", {"words": words, "found": found, "kinds": kinds})
