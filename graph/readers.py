"""Readers: strangers' queries, each in a child process that can be stopped.

Oxigraph has no time limit and no way to cancel, and some short queries take all memory or end the process. So a query
runs in a reader on an immutable generation; a reader that takes too long, takes too much or dies is replaced, and
whoever asked is told which limit was hit.
"""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Final

from graph.errors import QueryRefused, StoreUnreachable, SyntaxRefused
from graph.guard import QueryTooLong
from graph.limits import Busy, Interrupted, Limits, NotAcceptable, OverMemory, OverSize, OverTime
from graph.questions import Answer, Question
from graph.reader_pool import ReaderPool
from ontology.errors import SubsidiaError

__all__ = [
    "Busy",
    "Interrupted",
    "Limits",
    "NotAcceptable",
    "OverMemory",
    "OverSize",
    "OverTime",
    "Readers",
    "raise_failure",
]


class Readers:
    """Reader processes in two lanes; close() ends them. `folder` is what they open before they are asked."""

    def __init__(self, limits: Limits, folder: str = "") -> None:
        self.limits = limits
        self._pool = ReaderPool(limits, folder)

    def submit(self, question: Question) -> Future[Answer]:
        """Start a query and give its future, which gives an Answer.

        QueryTooLong for what is not even started, Interrupted after close().
        """
        if len(question.query) > self.limits.length:
            length, most = len(question.query), self.limits.length
            raise QueryTooLong(f"the query has {length:,} characters; {most:,} are allowed")
        return self._pool.submit(question)

    def ask(self, question: Question) -> Answer:
        """Run a query and wait for it; raises what `raise_failure` raises, and the errors of `graph.limits`."""
        return self.outcome(self.submit(question))

    def outcome(self, future: Future[Answer]) -> Answer:
        """Wait for a future and give its answer, or raise for the limit that it hit."""
        try:
            found = future.result()
        except CancelledError as error:
            raise Interrupted("the query was given up before it was answered") from error
        raise_failure(found)
        return found

    def give_up(self, future: Future[Answer]) -> None:
        """Stop a query that nobody waits for; its future raises Interrupted, or gives what was found just before."""
        self._pool.give_up(future)

    def occupation(self) -> dict[str, tuple[int, int, int]]:
        """Give, for the lanes `short` and `long`, how many readers are ready and at work, and how many queries wait."""
        return self._pool.occupation()

    def ended(self) -> dict[str, int]:
        """Count the readers that were ended so far, by why: done (a long query's reader is never used again), time,
        memory, depth, others waited, nobody waited, shutdown."""
        return dict(self._pool.ended)

    def processes(self) -> list[int]:
        """Give the process numbers of the readers."""
        return self._pool.processes()

    def close(self) -> None:
        """End the readers, whatever they are doing."""
        self._pool.close()


def raise_failure(found: Answer) -> None:
    """Raise the error that an answer's failure stands for; nothing for an answer with a body."""
    if found.failure == "syntax":
        raise SyntaxRefused(found.message, found.line, found.column)
    if found.failure == "store":
        raise StoreUnreachable(Path(found.folder), f"it cannot be opened, or is no longer kept ({found.message})")
    if found.failure:
        raise _FAILURES[found.failure](found.message)


_FAILURES: Final[dict[str, type[SubsidiaError]]] = {
    "size": OverSize,
    "memory": OverMemory,
    "acceptable": NotAcceptable,
    "evaluation": QueryRefused,
    "refused": QueryRefused,
}
