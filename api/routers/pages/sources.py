"""The pages of sources."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.answers.sources import (
    coverage_document,
    source_document,
    source_kinds,
    sources_document,
    totals,
)
from api.dependencies import SnapshotGiven
from api.page import page
from api.parameters import one_of
from api.problems import NotFound
from api.routers.pages.parts import GET, PartGiven
from graph.evidence import line_words, passage_words
from ontology.identifiers import is_slug, mint

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/sources", methods=GET)
def sources(request: Request, snapshot: SnapshotGiven) -> Response:
    """List the sources, and how much of each the statements cover."""
    folder = request.app.state.settings.sources
    document = sources_document(snapshot, folder).as_dict()
    context = {"document": document, "totals": totals(document["data"])}
    return page(request, snapshot, "sources.html", context, lasting=folder is None)


@router.api_route("/sources/{name}", methods=GET)
def source_page(
    request: Request, name: str, snapshot: SnapshotGiven, part: PartGiven, kind: str | None = None
) -> Response:
    """Show what a source supports, statement by statement, and what of it is not covered."""
    folder = request.app.state.settings.sources
    kinds = source_kinds(snapshot, name) if is_slug(name) else {}
    chosen: str | None = one_of("kind", kind, list(kinds)) if kind else None
    document = source_document(snapshot, name, part.limit, part.offset, chosen) if is_slug(name) else None
    covered = coverage_document(snapshot, name, folder) if document else None
    if document is None or covered is None:
        raise NotFound(f"no source is called {name}")
    passages = (passage for row in document.data for passage in row["evidence"])
    context: dict[str, Any] = {
        "document": document.as_dict(),
        "coverage": covered.as_dict(),
        "words": line_words(snapshot, mint("source", name), folder) if folder else {},
        "passages": passage_words(snapshot, passages, folder) if folder else {},
        "held": folder is not None,
        "kinds": kinds,
        "kind": chosen,
        "offset": part.offset,
    }
    return page(request, snapshot, "source.html", context, lasting=folder is None)
