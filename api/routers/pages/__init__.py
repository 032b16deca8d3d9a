"""Pages: what people see. Each shows the documents of the API, for the same filters."""

from __future__ import annotations

from fastapi import APIRouter

from api.routers.pages import actors, flows, gaps, home, network, sources, timeline

__all__ = ["router"]

router = APIRouter()
for _page in (home, flows, network, gaps, actors, sources, timeline):
    router.include_router(_page.router)
