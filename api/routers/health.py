"""Health: whether the service lives, and whether it can answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.dependencies import SnapshotGiven

__all__ = ["router"]

router = APIRouter(prefix="/health", tags=["health"])
_PROBLEM: dict[int | str, dict[str, Any]] = {
    503: {"description": "the store cannot be read", "content": {"application/problem+json": {}}}
}


@router.get("/live")
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "live"}


@router.get("/ready", responses=_PROBLEM)
def ready(snapshot: SnapshotGiven) -> dict[str, str | int]:
    """Say that the store can be read, and its generation."""
    return {"status": "ready", "generation": snapshot.generation}
