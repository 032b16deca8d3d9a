"""Pages: what people see. Each shows the documents of the API, for the same filters."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.routers.pages import actors, compare, flows, gaps, guide, home, network, sources, timeline, whatif
from api.routers.pages import map as map_page

__all__ = ["MODULES", "router"]

MODULES: Final = (home, flows, network, map_page, gaps, actors, sources, timeline, compare, whatif, guide)

router = APIRouter()
for _page in MODULES:
    router.include_router(_page.router)
