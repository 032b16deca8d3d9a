"""The guide: the documents as pages, and the files that they name."""

from __future__ import annotations

from hashlib import sha256

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from api.dependencies import SnapshotGiven, not_modified
from api.documents import GUIDE, beside, contents, document, file_of
from api.page import page
from api.routers.pages.parts import GET
from graph.snapshot import Snapshot
from visualisations.language import LANGUAGES

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route(GUIDE, methods=GET)
def guide(request: Request, snapshot: SnapshotGiven) -> Response:
    """Show what the guide holds: a start, tutorials, how-to guides, reference, explanation."""
    return _shown(request, snapshot, "")


@router.api_route(GUIDE + "/{name:path}", methods=GET)
def guide_page(request: Request, snapshot: SnapshotGiven, name: str) -> Response:
    """Show a document of the guide; a name with an ending gives the file as it is."""
    if "." in name.rpartition("/")[2]:
        path, media_type = file_of(name)
        return FileResponse(path, media_type=media_type, headers={"Cache-Control": "no-cache"})
    return _shown(request, snapshot, name)


def _shown(request: Request, snapshot: Snapshot, name: str) -> Response:
    root = request.scope.get("root_path", "").rstrip("/")
    chosen = request.query_params.get("lang")
    query = f"?lang={chosen}" if chosen in LANGUAGES else ""
    groups = contents(root, query)
    address = f"{root}{GUIDE}{f'/{name}' if name else ''}{query}"
    before, after = beside(groups, address)
    context = {
        "text": document(name, root, query),
        "name": name,
        "groups": groups,
        "current": address,
        "before": before,
        "after": after,
    }
    shown = page(request, snapshot, "guide.html", context, lasting=False)
    tag = f'"{sha256(bytes(shown.body)).hexdigest()[:16]}"'
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    shown.headers.update({"ETag": tag, "Cache-Control": "no-cache"})
    return shown
