"""The front page, what is found by name, and the palette."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.gaps import gaps_document
from api.answers.headline import funding_headline
from api.answers.overview import search_document, stats_document
from api.dependencies import SnapshotGiven, not_modified
from api.descriptions.examples import example
from api.page import page
from api.parameters import countries
from api.routers.pages.parts import GET
from api.routers.pages.query import FIRST
from graph.filters import Filters
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
    """Show what is in here, and three questions answered."""
    known = countries(snapshot)
    money = Filters(country="ES", at=2006) if "ES" in known else None
    ended = Filters(country="NL", type="discontinuity") if "NL" in known else None
    context = {
        "stats": stats_document(snapshot).as_dict()["data"],
        "money": funding_headline(snapshot, money) if money else None,
        "ended": gaps_document(snapshot, ended).as_dict() if ended else None,
        "example": (example(FIRST).question, example(FIRST).query),
    }
    return page(request, snapshot, "home.html", context)


@router.api_route("/search", methods=GET)
def search(request: Request, snapshot: SnapshotGiven, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Find actors, programmes, fields, places and other named things."""
    words = q.strip()
    found = search_document(snapshot, words, 100).as_dict() if words else None
    return page(request, snapshot, "search.html", {"words": words, "found": found})
