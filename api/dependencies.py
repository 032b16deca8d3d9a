"""What handlers are given: the store's current snapshot, the filters, the page, the settings."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.responses import Response

from api.parameters import ParameterRefused, RawFilters
from api.settings import Settings
from graph.readers import Readers
from graph.snapshot import Snapshot
from graph.store import Store

__all__ = [
    "FiltersGiven",
    "PageAsked",
    "PageGiven",
    "ReadersGiven",
    "SettingsGiven",
    "SnapshotGiven",
    "etag",
    "not_modified",
    "read_cursor",
]


async def _settings(request: Request) -> Settings:  # what waits for nothing needs no thread
    settings: Settings = request.app.state.settings
    return settings


async def _readers(request: Request) -> Readers:
    readers: Readers = request.app.state.readers
    return readers


async def _snapshot(request: Request) -> Snapshot:
    store: Store = request.app.state.store
    # a server may have to be asked for its generation; a folder is read in no time
    return await asyncio.to_thread(store.snapshot) if store.remote else store.snapshot()


async def _filters(
    country: Annotated[str | None, Query(description="ISO 3166-1 alpha-2 code; EU for the Union")] = None,
    field: Annotated[str | None, Query(description="policy field, or a broader one")] = None,
    level: Annotated[str | None, Query(description="level of government")] = None,
    programme: Annotated[str | None, Query(description="slug of a programme")] = None,
    actor: Annotated[str | None, Query(description="slug of an actor")] = None,
    kind: Annotated[str | None, Query(alias="type", description="type, by its concept scheme")] = None,
    basis: Annotated[str | None, Query(description="stated, derived or inferred")] = None,
    at: Annotated[str | None, Query(description="a year: what held then")] = None,
    since: Annotated[str | None, Query(alias="from", description="first year")] = None,
    until: Annotated[str | None, Query(alias="to", description="last year")] = None,
) -> RawFilters:
    return RawFilters(country, field, level, programme, actor, kind, basis, at, since, until)


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which part of a list: at most `limit` rows from `offset` on."""

    limit: int
    offset: int


async def _page(
    limit: Annotated[int, Query(ge=1, le=10_000, description="rows a page")] = 1000,
    cursor: Annotated[str | None, Query(description="meta.next of the page before")] = None,
) -> PageAsked:
    return PageAsked(limit, read_cursor(cursor))


def read_cursor(cursor: str | None) -> int:
    """Give the place of the first row of a page, 0 without a cursor; ParameterRefused for what no page has given."""
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 12):
        raise ParameterRefused("cursor", cursor, "the value of meta.next of the page before")
    return int(cursor or 0)


SettingsGiven = Annotated[Settings, Depends(_settings)]
ReadersGiven = Annotated[Readers, Depends(_readers)]
SnapshotGiven = Annotated[Snapshot, Depends(_snapshot)]
FiltersGiven = Annotated[RawFilters, Depends(_filters)]
PageGiven = Annotated[PageAsked, Depends(_page)]


def etag(request: Request, generation: int, *parts: str | None) -> str:
    """Give the entity tag of an answer: the generation, of this store, as this version of the program shows it.

    A store that is made anew counts its generations from 1 again, so the number alone would let a browser keep answers
    of another store.
    """
    words = (str(generation), request.app.state.edition, *(part or "" for part in parts))
    return f'"{"-".join(words)}"'


def not_modified(request: Request, tag: str) -> Response | None:
    """Give a 304 where the client has this very version already, else None."""
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers={"ETag": tag})
    return None
