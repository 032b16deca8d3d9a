"""Answering: a question through the cache and the readers, given up when nobody waits for it any more."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final

from fastapi import Request

from graph.answer_cache import AnswerCache
from graph.questions import Answer, Question
from graph.readers import Readers
from graph.snapshot import Snapshot

__all__ = ["answered"]

_SOON: Final = 0.3  # seconds after which it is worth watching whether the client is still there


async def answered(request: Request, snapshot: Snapshot, question: Question) -> Answer:
    """Give the answer to a question, kept or new; raises what Readers.outcome raises."""
    cache: AnswerCache[Answer] = request.app.state.answers
    readers: Readers = request.app.state.readers
    key = (snapshot.identity, snapshot.generation, question)
    found = cache.find(key)
    if found is None:
        future = readers.submit(question)
        await _done_or_left(request, readers, future)
        found = readers.outcome(future)
        cache.keep(key, len(question.query), found)
    return found


async def _done_or_left(request: Request, readers: Readers, future: Future[Answer]) -> None:
    """Wait for an answer, or for the client to go, whose query is then stopped."""
    waiting = asyncio.wrap_future(future)
    done, _ = await asyncio.wait({waiting}, timeout=_SOON)
    if not done:
        leaving = asyncio.ensure_future(_left(request))
        either: set[asyncio.Future[Any]] = {waiting, leaving}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
        if not waiting.done():
            readers.give_up(future)
    with suppress(Exception, asyncio.CancelledError):
        await waiting


async def _left(request: Request) -> None:
    """Wait until the client has closed its connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
