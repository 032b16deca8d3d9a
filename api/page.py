"""Pages: what every page is given besides its own data, and the response that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from api.parameters import countries
from graph.snapshot import Snapshot
from ontology.vocabulary import vocabulary
from visualisations.render import render

__all__ = ["FILTER_NAMES", "page"]

FILTER_NAMES = ("country", "field", "level", "programme", "actor", "type", "basis", "at", "from", "to")


def page(
    request: Request, snapshot: Snapshot, template: str, context: Mapping[str, Any], *, status: int = 200
) -> Response:
    """Render a page with the frame: filter bar, generation, links that keep the state."""
    root = request.scope.get("root_path", "").rstrip("/")
    state = {name: value for name, value in request.query_params.items() if value}
    filters = {name: state[name] for name in FILTER_NAMES if name in state}

    def link(path: str, **changes: Any) -> str:
        """Give the address of a page with today's filters, some changed; None takes one out."""
        kept = {name: value for name, value in {**filters, **changes}.items() if value not in (None, "")}
        return f"{root}{path}{'?' + urlencode(sorted(kept.items())) if kept else ''}"

    def local(iri: str) -> str:
        """Give the address here of one of our IRIs; an IRI of others stays as it is."""
        home = "https://w3id.org/subsidia/"
        return f"{root}/{iri.removeprefix(home)}" if iri.startswith(home) else iri

    frame = {
        "root": root,
        "path": request.url.path.removeprefix(root),
        "state": state,
        "filters": filters,
        "link": link,
        "local": local,
        "generation": snapshot.generation,
        "countries": countries(snapshot),
        "fields": vocabulary().schemes["field"],
        "levels": vocabulary().schemes["level"],
        "bases": vocabulary().schemes["basis"],
        "label": snapshot.label,
    }
    return HTMLResponse(render(template, {**frame, **context}), status, headers={"Vary": "Accept"})
