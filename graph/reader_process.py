"""What a reader process runs: one query on one generation, its result as bytes.

It imports little, so that a reader starts quickly and weighs little.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any, Final

import pyoxigraph
from pyoxigraph import NamedNode

from graph.errors import QueryRefused, SyntaxRefused
from graph.guard import check_query, lasts, names_dataset
from graph.questions import SOLUTIONS, TRIPLES, Answer, Question
from graph.sandbox import limit_memory
from ontology.identifiers import BASE

__all__ = ["SOLUTIONS", "TRIPLES", "Answer", "Question", "answer", "open_generation", "syntax_refused"]

_WORTH_COMPRESSING: Final = 1024


class _Full(Exception):
    """The result grew past its limit."""


class _Bounded:
    """A sink for bytes that refuses to grow past a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > self.limit:
            raise _Full
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


_open: dict[str, pyoxigraph.Store] = {}


def open_generation(folder: str, memory: int | None = None) -> pyoxigraph.Store:
    """Open a generation, and then allow so many bytes of memory more: opening one needs address space of its own."""
    if folder not in _open:
        _open.clear()
        if memory is not None:
            limit_memory(None)
        _open[folder] = pyoxigraph.Store.read_only(str(Path(folder) / "graph"))
        if memory is not None:
            limit_memory(memory)
    return _open[folder]


def answer(question: Question, memory: int | None = None) -> Answer:
    """Run one query; every failure that Oxigraph reports comes back as words, never as an exception."""
    try:
        database = open_generation(question.folder, memory)
    except OSError as error:
        return Answer(failure="store", message=str(error), folder=question.folder)
    try:
        check_query(question.query, most=len(question.query), hosts=question.hosts)
        return _serialise(_run(database, question), question)
    except SyntaxRefused as error:
        return Answer(failure="syntax", message=str(error), line=error.line, column=error.column)
    except QueryRefused as error:
        return Answer(failure="refused", message=str(error))
    except SyntaxError as error:
        refused = syntax_refused(str(error))
        return Answer(failure="syntax", message=str(refused), line=refused.line, column=refused.column)
    except _Full:
        return Answer(failure="size", message=f"the result is larger than {question.result_bytes:,} bytes")
    except MemoryError:
        return Answer(failure="memory", message="the query needs more memory than a reader may have")
    except (OSError, RuntimeError, ValueError) as error:
        return Answer(failure="evaluation", message=str(error))


def _run(database: pyoxigraph.Store, question: Question) -> Any:
    """Evaluate over the dataset that the protocol names, else the query, else all graphs or the nameless one."""
    if question.default_graphs or question.named_graphs:
        return database.query(
            question.query,
            base_iri=BASE,
            default_graph=[NamedNode(iri) for iri in question.default_graphs],
            named_graphs=[NamedNode(iri) for iri in question.named_graphs],
        )
    union = question.union and not names_dataset(question.query)
    return database.query(question.query, base_iri=BASE, use_default_graph_as_union=union)


def _serialise(results: Any, question: Question) -> Answer:
    graph = isinstance(results, pyoxigraph.QueryTriples)
    media_type = question.triples if graph else question.solutions
    if media_type is None:
        kinds = ", ".join(TRIPLES if graph else SOLUTIONS)
        return Answer(failure="acceptable", message=f"this query's result can be had as {kinds}")
    sink = _Bounded(question.result_bytes)
    if graph:
        results.serialize(sink, format=TRIPLES[media_type])
    elif isinstance(results, pyoxigraph.QueryBoolean) and media_type in ("text/csv", "text/tab-separated-values"):
        # the formats have no boolean results (SPARQL 1.1 CSV and TSV, section 1): one line with the word, no header
        sink.write(b"true\n" if results else b"false\n")
    else:
        results.serialize(sink, format=SOLUTIONS[media_type])
    body, encoding = b"".join(sink.parts), ""
    if question.gzip and len(body) >= _WORTH_COMPRESSING:
        body, encoding = gzip.compress(body, 5, mtime=0), "gzip"
    return Answer(body=body, media_type=media_type, encoding=encoding, lasting=lasts(question.query))


def syntax_refused(message: str) -> SyntaxRefused:
    """Read line and column out of Oxigraph's words.

    >>> syntax_refused("error at 2:11: expected a variable").line
    2
    """
    match = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not match:
        return SyntaxRefused(message, None, None)
    line, column, reason = int(match[1]), int(match[2]), match[3]
    if "Prefix not found" in reason:
        reason = "the prefix is not declared (PREFIX name: <iri>)"
    elif len(reason) > 200:
        reason = reason[:200].rsplit(",", 1)[0] + ", …"
    return SyntaxRefused(f"line {line}, column {column}: {reason}", line, column)
