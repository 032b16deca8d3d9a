"""Writes: what the routes hand to the writer, one after the other and each logged, beside the requests that read."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Annotated, Final

from fastapi import Depends, Request

from api.requests import prepare_log
from api.write_log import LOGGER, log_done, log_refused
from graph.store import Store, StoreBusy
from graph.write_task import Changed, Task
from graph.writer import WriteLimits, Writer
from ontology.errors import SubsidiaError

__all__ = ["Writes", "WritesGiven"]

_MOST_WAITING: Final = 32


class Writes:
    """The writer of one web process, with a thread of its own; close() ends it.

    Threads that wait for a writer are thus never those that answer queries.
    """

    def __init__(self, store: Store, limits: WriteLimits) -> None:
        self._writer = Writer(store, limits)
        self._thread = ThreadPoolExecutor(1, "writer")
        self._waiting = 0
        prepare_log(LOGGER)

    async def do(self, who: str, task: Task) -> Changed:
        """Do a task when those before it are done, and log it; raises what Writer.write raises."""
        if self._waiting >= _MOST_WAITING:
            raise StoreBusy(f"{self._waiting} writes are waiting already; nothing was changed")
        self._waiting += 1
        try:
            # with the context of the request, so that the log names it
            work = partial(copy_context().run, self._write, who, task)
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the write under way and those that wait for it."""
        self._writer.close()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _write(self, who: str, task: Task) -> Changed:
        try:
            changed = self._writer.write(task)
        except SubsidiaError as error:
            log_refused(who, task, error)
            raise
        log_done(who, task, changed)
        return changed


def _writes(request: Request) -> Writes:
    writes: Writes = request.app.state.writes
    return writes


WritesGiven = Annotated[Writes, Depends(_writes)]
