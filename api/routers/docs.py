"""Docs: Swagger UI for the API, from files of our own, so that it works offline."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from visualisations.language import language
from visualisations.render import render

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.api_route("/docs", methods=["GET", "HEAD"], response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Show the API with forms to try it."""
    root = request.scope.get("root_path", "").rstrip("/")
    return HTMLResponse(render("docs.html", {"root": root, "language": language}))
