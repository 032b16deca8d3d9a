"""Repeats: a query or a page that was answered is answered again without going through the application.

What was sent is kept with the address, the Accept headers and the generation that it answers, where the application
says that the answer rests on nothing else; a page also with the host by which it was asked, as it names its own
address. A store on a server is not asked here, as that may take time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.answer_cache import AnswerCache
from graph.errors import StoreUnreachable
from graph.store import Store

__all__ = ["Repeats", "allow_repeats"]

_TELLING: Final = (b"accept", b"accept-encoding", b"accept-language", b"host")
_PASSED: Final = frozenset((b"if-none-match", b"if-match", b"range", b"authorization"))
_ALLOWED: Final = "subsidia.lasting"
_NEVER: Final = ("/static/", "/api/", "/health/", "/metrics")
"""Where nothing is ever allowed to be kept, so that the store need not be asked for its generation."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """An answer as it was sent: the message that begins it, and its body."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    failure: str = ""
    lasting: bool = True


def allow_repeats(scope: Scope) -> None:
    """Say that the answer to a request rests on its address, its Accept headers and the generation alone."""
    scope.setdefault("state", {})[_ALLOWED] = True


class Repeats:
    """Keeps what was sent for GET, where that was allowed, within so many bytes; 0: nothing. `state` has the store."""

    def __init__(self, app: ASGIApp, state: State, most: int) -> None:
        self.app = app
        self.state = state
        self.kept: AnswerCache[_Sent] = AnswerCache(most)
        state.repeats = self.kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a repeat; pass every other request on."""
        key = self._key(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})  # the same for layers inside that copy the scope
        found = self.kept.find(key)
        if found is not None:
            # whoever stands outside adds headers to the list that it is given
            await send({"type": "http.response.start", "status": 200, "headers": list(found.headers)})
            await send({"type": "http.response.body", "body": found.body})
            return
        begun: list[Message] = []

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append({**message, "headers": list(message["headers"])})
            elif begun and not message.get("more_body") and scope.get("state", {}).get(_ALLOWED):
                start = begun.pop()
                if start["status"] == 200:
                    length = sum(len(part) for part in key if isinstance(part, str | bytes))
                    self.kept.keep(key, length, _Sent(tuple(start["headers"]), message.get("body", b"")))
            else:
                begun.clear()
            await send(message)

        await self.app(scope, receive, note)

    def _key(self, scope: Scope) -> tuple[Any, ...] | None:
        """Give what an answer is kept under; None for a request whose answer is not kept."""
        store: Store | None = getattr(self.state, "store", None)
        if scope["type"] != "http" or scope["method"] != "GET" or not self.kept.most or store is None or store.remote:
            return None
        if scope["path"].removeprefix(scope.get("root_path", "").rstrip("/")).startswith(_NEVER):
            return None
        told = dict.fromkeys(_TELLING, b"")
        for name, value in scope["headers"]:
            if name in _PASSED or told.get(name):
                return None
            if name in told:
                told[name] = value
        try:
            snapshot = store.snapshot()
        except StoreUnreachable:  # the application says so, as it says all else
            return None
        place = (scope["path"], scope["scheme"], scope.get("root_path", ""))
        return snapshot.identity, snapshot.generation, scope["query_string"], *place, *told.values()
