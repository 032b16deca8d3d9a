"""Waiting: a page that takes long to make is announced to a browser at once, and comes by itself when it is made.

Only who opens a page in a browser is told so, by status 202: programs, scripts and frames get the page, however long it
takes. It is made on meanwhile, once, and whoever asks for it again waits for that.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.languages import language_asked
from api.page import waiting_page
from visualisations.language import speaking

__all__ = ["Waiting"]

_PAGES: Final = frozenset({"", "actors", "compare", "flows", "gaps", "map", "network", "sources", "timeline", "whatif"})
"""The first parts of the addresses of pages: neither files, which may be long, nor what programs ask for."""
_LOG: Final = logging.getLogger("subsidia.waiting")
_Key = tuple[Any, ...]


class _Making:
    """The making of one page: what it sends goes to who asked, unless that one was told to wait before it began."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._asked = False
        self.begun = asyncio.Event()
        self.late = False

    async def receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.begun.wait()
        return await self._receive()

    async def send(self, message: Message) -> None:
        if not self.late:
            self.begun.set()
            await self._send(message)


class Waiting:
    """Tells a browser to wait for a page that has not begun after so many seconds; 0: never."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds
        self._making: dict[_Key, asyncio.Task[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer it where that takes long."""
        key = self._key(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        opened = Headers(scope=scope).get("sec-fetch-dest") == "document"
        task = self._making.get(key)
        if task is not None:
            await asyncio.wait({task}, timeout=self.seconds if opened else None)
            if not task.done():
                await self._announce(scope, receive, send)
                return
        if opened:
            await self._make(key, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _make(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> None:
        making = _Making(receive, send)
        task = asyncio.create_task(self._run(scope, making))
        try:
            await asyncio.wait_for(making.begun.wait(), self.seconds)
        except TimeoutError:
            making.late = True
            self._making[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
            await self._announce(scope, receive, send)
        else:
            await task

    async def _run(self, scope: Scope, making: _Making) -> None:
        try:
            # what layers note of this request is not what they note of the one that was told to wait
            await self.app({**scope, "state": dict(scope.get("state", {}))}, making.receive, making.send)
        finally:
            if not making.late:
                making.begun.set()

    def _done(self, key: _Key, task: asyncio.Task[None]) -> None:
        del self._making[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("a page that a browser waits for failed", exc_info=error)

    async def _announce(self, scope: Scope, receive: Receive, send: Send) -> None:
        with speaking(language_asked(scope)):
            answer = waiting_page(Request(scope))
        await answer(scope, receive, send)

    def _key(self, scope: Scope) -> _Key | None:
        """Give what two requests for one page have in common; None for what is no page."""
        if scope["type"] != "http" or scope["method"] != "GET" or not self.seconds:
            return None
        path = scope["path"].removeprefix(scope.get("root_path", "").rstrip("/"))
        headers = Headers(scope=scope)
        if path.removeprefix("/").partition("/")[0] not in _PAGES or "text/html" not in headers.get("accept", ""):
            return None
        told = (headers.get(name, "") for name in ("host", "accept-language"))
        return scope["path"], scope["query_string"], scope["scheme"], *told
