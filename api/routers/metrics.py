"""The route of the metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.metrics import MEDIA_TYPE, Metrics

__all__ = ["router"]

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Give the metrics of the web process that answers, for Prometheus."""
    found: Metrics = request.app.state.metrics
    return Response(found.text(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
