"""Repeats: a query or a page that was answered is answered again without going through the application.

What was sent is kept with the address, the Accept headers and the generation that it answers, where the application
says that the answer rests on nothing else; a page also with the host by which it was asked, as it names its own
address. A store on a server is not asked here, as that may take time.

After a write every page must be made anew, and many readers would wait for all of them. So a page that is not made anew
soon is sent as it was, in the generation that it names, and so is every page while another is being made; behind that
they are made one after another. An answer to a query is never late (docs/decisions/0011).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
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
_GENERATIONS: Final = 100
"""How many generations are remembered by when they were last seen to be the newest."""
_SOON: Final = 0.4
"""For how many seconds a page is waited for that could be sent as it was before."""
_PAGES: Final = 4096
"""How many pages are remembered by the generation that they were last made of."""

_LOG: Final = logging.getLogger("subsidia.repeats")
_Key = tuple[Any, ...]
_Generation = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Sent:
    """An answer as it was sent: the message that begins it, and its body."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    failure: str = ""
    lasting: bool = True


def allow_repeats(scope: Scope, *, late: bool = False) -> None:
    """Say that the answer to a request rests on its address, its Accept headers and the generation alone.

    `late` says that it may be sent for a while after its generation, as it names the generation that it shows.
    """
    scope.setdefault("state", {})[_ALLOWED] = "late" if late else "at once"


class Repeats:
    """Keeps what was sent for GET, where that was allowed, within so many bytes; 0: nothing.

    `state` has the store; `late` is for how many seconds after a write a page may be sent as it was before; 0: never.
    """

    def __init__(self, app: ASGIApp, state: State, most: int, late: float = 0.0) -> None:
        self.app = app
        self.state = state
        self.late = late
        self.kept: AnswerCache[_Sent] = AnswerCache(most)
        state.repeats = self.kept
        self._newest: _Generation | None = None
        self._seen = 0.0
        self._over: dict[_Generation, float] = {}
        self._made: OrderedDict[_Key, _Generation] = OrderedDict()
        self._making: dict[_Key, asyncio.Task[None]] = {}
        self._first: dict[_Key, asyncio.Event] = {}
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a repeat; pass every other request on."""
        key = self._key(scope)
        generation = self._generation() if key else None
        if key is None or generation is None:
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})  # the same for layers inside that copy the scope
        if found := self.kept.find((generation, *key)):
            await _send_again(found, send)
            return
        before = self._before(key, generation)
        if before is not None and await self._made_soon(key, scope):
            before = self.kept.glance((self._made.get(key), *key))
        if before is None and (first := self._first.get(key)):
            await first.wait()
            before = self.kept.glance((generation, *key))
        if before is None:
            await self._answer(key, generation, scope, receive, send)
        else:
            await _send_again(before, send)

    def _before(self, key: _Key, generation: _Generation) -> _Sent | None:
        """Give a page as it was before the newest generation; None where that is too long ago, or it is no page."""
        made = self._made.get(key, generation)
        over = self._over.get(made)
        if not self.late or over is None or time.monotonic() - over > self.late:
            return None
        return self.kept.glance((made, *key))

    async def _made_soon(self, key: _Key, scope: Scope) -> bool:
        """Have a page made anew, and say whether that was done soon; nobody waits while any is being made already."""
        if key in self._making:
            return False
        making = asyncio.create_task(self._make(key, {**scope, "state": dict(scope["state"])}))
        self._making[key] = making
        making.add_done_callback(lambda task: self._made_behind(key, task))
        if len(self._making) == 1:
            await asyncio.wait({making}, timeout=_SOON)
        return making.done()

    async def _make(self, key: _Key, scope: Scope) -> None:
        """Make a page anew when its turn comes, for whoever asks next."""
        async with self._turn:
            generation = self._generation()
            if generation is not None and not self.kept.glance((generation, *key)):
                await self._answer(key, generation, scope, _nothing_more, _to_nobody)

    def _made_behind(self, key: _Key, task: asyncio.Task[None]) -> None:
        del self._making[key]
        if not task.cancelled() and (error := task.exception()):
            _LOG.error("a page that nobody waited for failed", exc_info=error)

    async def _answer(self, key: _Key, generation: _Generation, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the application answer, and keep what it sends where that is allowed."""
        begun: list[Message] = []
        done = asyncio.Event()
        if _is_page(scope):
            self._first.setdefault(key, done)

        async def note(message: Message) -> None:
            allowed = scope.get("state", {}).get(_ALLOWED)
            if message["type"] == "http.response.start":
                if not allowed or message["status"] != 200:
                    self._made.pop(key, None)
                begun.append({**message, "headers": list(message["headers"])})
            elif begun and not message.get("more_body") and allowed:
                self._keep(key, generation, begun.pop(), message, late=allowed == "late")
            else:
                begun.clear()
            if not begun:
                self._end(key, done)
            await send(message)

        try:
            await self.app(scope, receive, note)
        except Exception:
            self._made.pop(key, None)
            raise
        finally:
            self._end(key, done)

    def _end(self, key: _Key, done: asyncio.Event) -> None:
        """Let those go on who wait for one who asked first."""
        done.set()
        if self._first.get(key) is done:
            del self._first[key]

    def _keep(self, key: _Key, generation: _Generation, start: Message, end: Message, *, late: bool) -> None:
        if start["status"] != 200:
            return
        length = sum(len(part) for part in key if isinstance(part, str | bytes))
        self.kept.keep((generation, *key), length, _Sent(tuple(start["headers"]), end.get("body", b"")))
        if late:
            self._made[key] = generation
            if len(self._made) > _PAGES:
                self._made.popitem(last=False)

    def _key(self, scope: Scope) -> _Key | None:
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
        return scope["query_string"], scope["path"], scope["scheme"], scope.get("root_path", ""), *told.values()

    def _generation(self) -> _Generation | None:
        """Give the newest generation, and note when one was over; None where the application must say what is wrong."""
        try:
            snapshot = self.state.store.snapshot()
        except StoreUnreachable:
            return None
        newest = snapshot.identity, snapshot.generation
        if self._newest is not None and newest != self._newest:
            # the write came after this; how long after, is not known
            self._over[self._newest] = self._seen
            for oldest in list(self._over)[:-_GENERATIONS]:
                del self._over[oldest]
        self._newest, self._seen = newest, time.monotonic()
        return newest


def _is_page(scope: Scope) -> bool:
    """Say whether HTML is asked for: what many ask for at once is then made for one of them, and the same for all."""
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


async def _send_again(sent: _Sent, send: Send) -> None:
    # whoever stands outside adds headers to the list that it is given
    await send({"type": "http.response.start", "status": 200, "headers": list(sent.headers)})
    await send({"type": "http.response.body", "body": sent.body})


async def _nothing_more() -> Message:
    await asyncio.Event().wait()
    raise AssertionError("nobody disconnects")


async def _to_nobody(message: Message) -> None:
    pass
