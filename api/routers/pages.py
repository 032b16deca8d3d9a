"""Pages: what people see. Each shows the documents of the API, for the same filters."""

from __future__ import annotations

from fastapi import APIRouter

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
