"""What the pages share: methods, rows of a part, and the words of a scheme as choices."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Query

from api.dependencies import PageAsked, read_cursor
from visualisations.words import choices as scheme

__all__ = ["GET", "ROWS", "PartGiven", "scheme"]

GET: Final = ["GET", "HEAD"]
ROWS: Final = 200


async def _part(cursor: Annotated[str | None, Query()] = None) -> PageAsked:
    return PageAsked(ROWS, read_cursor(cursor))


PartGiven = Annotated[PageAsked, Depends(_part)]
