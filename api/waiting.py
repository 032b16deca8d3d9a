"""Waiting: a page that takes long to make is announced to a browser at once, and comes by itself when it is made.

Only who opens a page in a browser is told so, by status 202: programs, scripts and frames get the page, however long it
takes. It is made once for all who ask meanwhile; where nobody waits at its end, who asks next gets what was made.
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
from api.requests import note_route, route_noted, with_own_notes
from visualisations.language import speaking

__all__ = ["Waiting"]

_PAGES: Final = frozenset({"", "actors", "compare", "flows", "gaps", "map", "network", "sources", "timeline", "whatif"})
"""The first parts of the addresses of pages: neither files, which may be long, nor what programs ask for."""
_TELLING: Final = ("host", "accept-encoding", "accept-language")
_ALONE: Final = ("authorization", "if-match", "if-none-match", "range")
"""The headers that make a request one of its own."""
_MOST: Final = 64
"""How many pages are being made, or lie here made: whoever opens one more is not told, and waits for it."""
_LEFT: Final = 30.0
"""For how many seconds a page that nobody waited for in the end is there for who asks next."""
_LOG: Final = logging.getLogger("subsidia.waiting")
_Key = tuple[Any, ...]


class _Making:
    """The making of one page for all who ask for it, and what is sent to them."""

    def __init__(self, scope: Scope) -> None:
        # what layers note of this request is not what they note of those that wait for it
        self.scope = with_own_notes({**scope, "state": dict(scope.get("state", {}))})
        self.told = False
        self.waiting = 0
        self._asked = False
        self._sent: list[Message] = []

    async def run(self, app: ASGIApp) -> None:
        """Have the application make the page; whoever leaves does not end what others wait for."""
        await app(self.scope, self._receive, self._send)

    async def sent_to(self, scope: Scope, send: Send) -> None:
        """Send the page, when it is made, to one who asked for it."""
        note_route(scope, route_noted(self.scope))
        for message in self._sent:
            # layers outside add headers to the list that they are given
            await send({**message, "headers": list(message["headers"])} if "headers" in message else message)

    async def _receive(self) -> Message:
        if self._asked:
            await asyncio.Event().wait()
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Message) -> None:
        self._sent.append(message)


class Waiting:
    """Tells a browser to wait for a page that is not made after so many seconds; 0: never."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds
        self._making: dict[_Key, tuple[_Making, asyncio.Task[None]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or have its page made once for all who ask, and tell those who would wait long."""
        key = self._key(scope)
        opened = key is not None and Headers(scope=scope).get("sec-fetch-dest") == "document"
        if key is None or (key not in self._making and (not opened or len(self._making) >= _MOST)):
            await self.app(scope, receive, send)
            return
        making, task = self._making.get(key) or self._begin(key, scope)
        making.waiting += 1
        try:
            await asyncio.wait({task}, timeout=self.seconds if opened else None)
        finally:
            making.waiting -= 1
        if not task.done():
            making.told = True
            await _announce(scope, receive, send)
            return
        self._forget(key, task)
        task.result()
        await making.sent_to(scope, send)

    def _begin(self, key: _Key, scope: Scope) -> tuple[_Making, asyncio.Task[None]]:
        making = _Making(scope)
        task = asyncio.create_task(making.run(self.app))
        self._making[key] = making, task
        task.add_done_callback(lambda done: self._made(key, making, done))
        return making, task

    def _made(self, key: _Key, making: _Making, task: asyncio.Task[None]) -> None:
        """Leave a page that nobody waits for just now to who was told of it, but not one that failed."""
        error = None if task.cancelled() else task.exception()
        if making.told and not making.waiting and not error and not task.cancelled():
            asyncio.get_running_loop().call_later(_LEFT, self._forget, key, task)
            return
        self._forget(key, task)
        if error and making.told:
            _LOG.error("a page that a browser waits for failed", exc_info=error)

    def _forget(self, key: _Key, task: asyncio.Task[None]) -> None:
        if key in self._making and self._making[key][1] is task:
            del self._making[key]

    def _key(self, scope: Scope) -> _Key | None:
        """Give what two requests for one page have in common; None for what is no page."""
        if scope["type"] != "http" or scope["method"] != "GET" or not self.seconds:
            return None
        path = scope["path"].removeprefix(scope.get("root_path", "").rstrip("/"))
        headers = Headers(scope=scope)
        if path.removeprefix("/").partition("/")[0] not in _PAGES or any(name in headers for name in _ALONE):
            return None
        if not headers.get("accept", "").startswith("text/html"):
            return None
        told = (headers.get(name, "") for name in _TELLING)
        return scope["path"], scope["query_string"], scope["scheme"], *told


async def _announce(scope: Scope, receive: Receive, send: Send) -> None:
    note_route(scope, "waiting")
    with speaking(language_asked(scope)):
        answer = waiting_page(Request(scope))
    await answer(scope, receive, send)
