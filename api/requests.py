"""Requests: each has an id, is counted and timed, and where the operator wants it, logged as one line of JSON.

A line has the path and never the query of an address, no header and no client: a query may hold what a person typed.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics

__all__ = [
    "LOGGER",
    "Requests",
    "Routes",
    "note_route",
    "prepare_log",
    "request_id",
    "route_noted",
    "with_own_notes",
]

LOGGER: Final = logging.getLogger("subsidia.requests")
_GIVEN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FOUND: Final = "subsidia.found"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_id: ContextVar[str] = ContextVar("request", default="")


def request_id() -> str:
    """Give the id of the request that is being answered; "" outside of one."""
    return _id.get()


def prepare_log(logger: logging.Logger) -> None:
    """Let a log's lines be written to standard error, unless whoever runs the service has said where to."""
    logger.setLevel(logging.INFO)
    if not logger.hasHandlers():
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)


class Requests:
    """Gives each request its id (X-Request-ID, the one that came where it is plain), counts it, and logs it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: bool) -> None:
        self.app = app
        self.metrics = metrics
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _GIVEN.fullmatch(given) else token_hex(8)
        found: dict[str, Any] = {"status": 500, "bytes": 0}

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                found["status"] = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = name
            elif message["type"] == "http.response.body":
                found["bytes"] += len(message.get("body", b""))
            await send(message)

        before, begun = _id.set(name), time.perf_counter()
        try:
            await self.app({**scope, _FOUND: found}, receive, note)
        finally:
            _id.reset(before)
            self._tell(scope, name, found, time.perf_counter() - begun)

    def _tell(self, scope: Scope, name: str, found: dict[str, Any], seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = found.get("route") or ("/sparql" if scope["path"] == "/sparql" else "none")
        self.metrics.note(method, route, found["status"], seconds)
        if self.log:
            when = datetime.now(UTC).isoformat(timespec="milliseconds")
            facts = {"method": method, "path": scope["path"], "route": route, "status": found["status"]}
            line = {"event": "request", "when": when, "id": name, **facts, "bytes": found["bytes"]}
            LOGGER.info(json.dumps({**line, "seconds": round(seconds, 4)}, ensure_ascii=False))


class Routes:
    """The innermost layer: notes which route answered a request, as layers outside see only its path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        try:
            await self.app(scope, receive, send)
        finally:
            if scope["type"] == "http":
                note_route(scope, getattr(scope.get("route"), "path", None) or _mounted(scope))


def note_route(scope: Scope, route: str | None) -> None:
    """Note which route answers a request, for its line in the log and its place in the metrics."""
    found = scope.get(_FOUND)
    if found is not None:
        found["route"] = route


def route_noted(scope: Scope) -> str | None:
    """Give the route that was noted of a request; None where none was."""
    found: dict[str, Any] = scope.get(_FOUND, {})
    return found.get("route")


def with_own_notes(scope: Scope) -> Scope:
    """Give the scope of a request that is made for others, whose notes are its own."""
    return {**scope, _FOUND: {}}


def _mounted(scope: Scope) -> str | None:
    return "/static" if "/static/" in scope["path"] else None
