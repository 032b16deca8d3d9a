"""Readers: strangers' queries, each in a child process that can be stopped.

Oxigraph has no time limit and no way to cancel, and some short queries take all memory or end the process. So a query
runs in a reader on an immutable generation; a reader that takes too long, takes too much or dies is replaced, and
whoever asked is told which limit was hit.
"""

from __future__ import annotations

import multiprocessing
import re
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from pebble import CONSTS, ProcessExpired, ProcessPool

from graph.errors import QueryRefused, StoreUnreachable, SyntaxRefused
from graph.guard import check_query
from graph.reader_process import Answer, Question, answer, prepare
from ontology.errors import SubsidiaError

__all__ = ["Interrupted", "Limits", "NotAcceptable", "OverMemory", "OverSize", "OverTime", "Readers", "raise_failure"]

CONSTS.term_timeout = 0.2  # seconds between SIGTERM and SIGKILL for a reader past its time


class OverTime(SubsidiaError):
    """The query ran into the time limit."""


class OverMemory(SubsidiaError):
    """The query ran into the memory limit, or ended its reader."""


class OverSize(SubsidiaError):
    """The result ran into the size limit."""


class Interrupted(SubsidiaError):
    """The query was not answered, through no fault of its own: the readers ended."""


class NotAcceptable(SubsidiaError):
    """The result cannot be had in any of the asked formats."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take: `time` in seconds, `memory` and `result` in bytes; `readers` run side by side."""

    time: float = 10.0
    memory: int = 2**30
    result: int = 64 * 2**20
    readers: int = 2


class Readers:
    """A pool of reader processes; close() ends them."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._lock = Lock()
        self._closed = False
        self._waiting: set[Any] = set()
        self._pool = self._start()

    def _start(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["graph.reader_process"])
        limits = self.limits
        return ProcessPool(max_workers=limits.readers, initializer=prepare, initargs=[limits.memory], context=context)

    def submit(self, question: Question) -> Any:
        """Start a query and give its future, which gives an Answer.

        QueryRefused for what is not even started, Interrupted after close().
        """
        check_query(question.query)
        with self._lock:
            if self._closed:
                raise Interrupted("the readers are closed")
            if not self._pool.active:
                # Pebble gives up the whole pool when a process dies that had nothing to do, as when memory is short
                self._end()
                self._pool = self._start()
            future = self._pool.schedule(answer, args=[question], timeout=self.limits.time)
            self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    def ask(self, question: Question) -> Answer:
        """Run a query and wait for it; raises what `raise_failure` raises."""
        return self.outcome(self.submit(question))

    def outcome(self, future: Any) -> Answer:
        """Wait for a future and give its answer, or raise for the limit that it hit."""
        try:
            found: Answer = future.result()
        except FutureTimeout as error:
            raise OverTime(f"the query took longer than {self.limits.time:g} s") from error
        except ProcessExpired as error:
            memory = f"{self.limits.memory / 2**20:,.0f} MiB"
            raise OverMemory(f"the query ended its reader: it may take {memory} and must not nest too deep") from error
        except (BrokenProcessPool, CancelledError) as error:
            raise Interrupted("the readers ended before the query was answered; ask again") from error
        raise_failure(found)
        return found

    def close(self) -> None:
        """End the readers, whatever they are doing."""
        with self._lock:
            self._closed = True
            self._end()

    def _end(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        # Pebble leaves some of them unanswered, and who waits for them would wait for ever
        for future in list(self._waiting):
            future.cancel()


def raise_failure(found: Answer) -> None:
    """Raise the error that an answer's failure stands for; nothing for an answer with a body."""
    if found.failure == "syntax":
        raise _syntax(found.message)
    if found.failure == "store":
        raise StoreUnreachable(Path(found.folder), f"it cannot be opened, or is no longer kept ({found.message})")
    if found.failure:
        raise _FAILURES[found.failure](found.message)


_FAILURES: dict[str, type[SubsidiaError]] = {
    "size": OverSize,
    "memory": OverMemory,
    "acceptable": NotAcceptable,
    "evaluation": QueryRefused,
}


def _syntax(message: str) -> SyntaxRefused:
    """Read line and column out of Oxigraph's words ("error at 2:11: expected …")."""
    match = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not match:
        return SyntaxRefused(message, None, None)
    line, column, reason = int(match[1]), int(match[2]), match[3]
    if "Prefix not found" in reason:
        reason = "the prefix is not declared (PREFIX name: <iri>)"
    elif len(reason) > 200:
        reason = reason[:200].rsplit(",", 1)[0] + ", …"
    return SyntaxRefused(f"line {line}, column {column}: {reason}", line, column)
