"""Asking: a stranger's query, sent on to the server of the store, within the limits of any other query.

Only where the address says so (`sparql=engine`): most servers cannot be told to stop, and what they answer differs (see
docs/reference/engines.md). SELECT and ASK are sent on; CONSTRUCT and DESCRIBE are answered from the copy, as a server
can cut their results without saying so.
"""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any, Final

import pyoxigraph
from pyoxigraph import QueryResultsFormat

from graph.errors import QueryRefused
from graph.guard import WORDS, check_query, names_dataset
from graph.limits import Busy, Limits, NotAcceptable, OverSize, OverTime
from graph.questions import SOLUTIONS, Answer, Question
from graph.remote.engine import Engine, EngineRefused, LongestAnswer, OverDeadline
from graph.remote.store import RemoteSnapshot

__all__ = ["ask_remote", "is_forwarded"]

_WORTH_COMPRESSING: Final = 1024
_ASKED: Final = "__ASK_RETVAL"
_FORM: Final = re.compile(r"(?<![\w:?$.-])(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![\w:-])", re.IGNORECASE)
_DEFINE: Final = re.compile(r"(?<![\w:?$.-])DEFINE(?![\w:-])", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OWN_FUNCTIONS: Final = re.compile(r"<\s*(?:bif|sql):", re.IGNORECASE)

_places: dict[str, BoundedSemaphore] = {}
_lock: Final = Lock()


def is_forwarded(snapshot: object, question: Question) -> bool:
    """Say whether the server answers this question: its address asks for it, and the query is a SELECT or ASK."""
    if not isinstance(snapshot, RemoteSnapshot) or not snapshot.engine.address.forwards:
        return False
    form = _FORM.search(WORDS.sub(_kept, question.query))
    return form is not None and form[1].upper() in ("SELECT", "ASK")


def ask_remote(snapshot: RemoteSnapshot, question: Question, limits: Limits) -> Answer:
    """Let the server answer a question, and write its answer in the format that is asked for.

    A query without a dataset of its own is asked over all graphs of the snapshot. Raises QueryRefused for what the
    guard or the server refuses (with its words), NotAcceptable, OverTime, OverSize, Busy where as many queries are
    under way as there may be readers and more wait, StoreUnreachable, EngineFailed. The server is not told to stop:
    it may go on.
    """
    check_forwarded(question.query)
    if question.solutions is None:
        raise NotAcceptable(f"this query's result can be had as {', '.join(SOLUTIONS)}")
    engine = snapshot.engine
    try:
        with _place(engine, limits):
            return _ask(engine, snapshot, question, question.solutions, limits.time)
    except OverDeadline as error:
        raise OverTime(f"the query took longer than {limits.time:g} s") from error
    except LongestAnswer as error:
        raise OverSize(f"the result is cut off: {error.reason}") from error
    except EngineRefused as error:
        if error.status in (408, 504):
            raise OverTime(f"the query took longer than the server allows: {error.words}") from error
        if error.status < 500:
            raise QueryRefused(f"{engine.address.name} refuses it: {error.words}") from error
        raise


def check_forwarded(query: str) -> None:
    """Raise QueryRefused for what the guard refuses, read with its escapes too, and for Virtuoso's own language.

    A server may decode `\\u0053ERVICE` before it reads the words of a query, where Oxigraph does not.

    >>> check_forwarded("SELECT * { ?s ?p 'DEFINE' }")
    """
    decoded = _ESCAPE.sub(lambda match: chr(min(int(match[1] or match[2], 16), 0x10FFFF)), query)
    for text in {query, decoded}:
        check_query(text)
        if _DEFINE.search(WORDS.sub(_kept, text)) or _OWN_FUNCTIONS.search(text):
            raise QueryRefused("DEFINE, bif: and sql: are not SPARQL: this endpoint does not send them on")


@contextmanager
def _place(engine: Engine, limits: Limits) -> Iterator[None]:
    """Hold one of the places for queries under way at a server."""
    with _lock:
        places = _places.setdefault(engine.address.query, BoundedSemaphore(limits.readers + limits.queue))
    if not places.acquire(blocking=False):
        raise Busy("the server is busy with other queries; ask again in a moment")
    try:
        yield
    finally:
        places.release()


def _ask(engine: Engine, snapshot: RemoteSnapshot, question: Question, media_type: str, wait: float) -> Answer:
    graphs: list[str] | None = sorted(snapshot.state.graphs)
    fields: dict[str, Any] = {"query": question.query}
    if question.default_graphs or question.named_graphs:
        fields |= {"default-graph-uri": list(question.default_graphs), "named-graph-uri": list(question.named_graphs)}
        graphs = None
    elif names_dataset(question.query):
        graphs = None
    sink = _Bounded(question.result_bytes, wait)
    with engine.results(fields, graphs, wait=wait, whole=True) as results:
        _write(_meant(results), media_type, sink)
    body, encoding = b"".join(sink.parts), ""
    if question.gzip and len(body) >= _WORTH_COMPRESSING:
        body, encoding = gzip.compress(body, 5, mtime=0), "gzip"
    return Answer(body=body, media_type=media_type, encoding=encoding)


def _meant(results: Any) -> Any:
    """Give the boolean that Virtuoso means where it answers ASK with a table."""
    if isinstance(results, pyoxigraph.QueryBoolean) or [each.value for each in results.variables] != [_ASKED]:
        return results
    truth = any(solution[0].value in ("1", "true") for solution in results)
    written = b'{"head":{},"boolean":true}' if truth else b'{"head":{},"boolean":false}'
    return pyoxigraph.parse_query_results(written, format=QueryResultsFormat.JSON)


def _write(results: Any, media_type: str, sink: _Bounded) -> None:
    if isinstance(results, pyoxigraph.QueryBoolean) and media_type in ("text/csv", "text/tab-separated-values"):
        sink.write(b"true\n" if results else b"false\n")
    else:
        results.serialize(sink, format=SOLUTIONS[media_type])


class _Bounded:
    """A sink for bytes that refuses to grow past a limit, in bytes or in seconds."""

    def __init__(self, limit: int, wait: float) -> None:
        self.parts: list[bytes] = []
        self._left = limit
        self._limit = limit
        self._until = time.monotonic() + wait
        self._wait = wait

    def write(self, data: bytes) -> int:
        """Take bytes; OverSize or OverTime past the limit."""
        self._left -= len(data)
        if self._left < 0:
            raise OverSize(f"the result is larger than {self._limit:,} bytes")
        if time.monotonic() > self._until:
            raise OverTime(f"the query took longer than {self._wait:g} s")
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _kept(match: re.Match[str]) -> str:
    return f" {match['word'] or ''} "
