"""What a reader process runs: one query on one generation, its result as bytes.

Imported by child processes only for its functions; it imports little, so that a reader starts quickly.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph
from pyoxigraph import NamedNode, QueryResultsFormat, RdfFormat

from graph.guard import names_dataset

__all__ = ["Answer", "Question", "answer", "prepare"]

SOLUTIONS: Final[dict[str, QueryResultsFormat]] = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
TRIPLES: Final[dict[str, RdfFormat]] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query and what is asked of its result.

    `solutions` and `triples` are the media types for the two kinds of result, None where the asker accepts none.
    """

    folder: str
    query: str
    solutions: str | None
    triples: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    result_bytes: int = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a question: a body with its media type, or the kind of failure and its words.

    `folder` is the generation that could not be opened, where that is what failed.
    """

    body: bytes = b""
    media_type: str = ""
    failure: str = ""
    message: str = ""
    folder: str = ""


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
_memory: list[int] = []


def prepare(memory: int) -> None:
    """Note the memory limit; it is set when a generation is open, as opening one needs address space."""
    _memory.append(memory)


def _database(folder: str) -> pyoxigraph.Store:
    if folder not in _open:
        _open.clear()
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        _open[folder] = pyoxigraph.Store.read_only(str(Path(folder) / "graph"))
        if _memory:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + _memory[0], most))
    return _open[folder]


def answer(question: Question) -> Answer:
    """Run one query; every failure that Oxigraph reports comes back as words, never as an exception."""
    try:
        _database(question.folder)
    except OSError as error:
        return Answer(failure="store", message=str(error), folder=question.folder)
    try:
        results = _run(question)
        return _serialise(results, question)
    except SyntaxError as error:
        return Answer(failure="syntax", message=str(error))
    except _Full:
        return Answer(failure="size", message=f"the result is larger than {question.result_bytes:,} bytes")
    except MemoryError:
        return Answer(failure="memory", message="the query needs more memory than a reader may have")
    except (OSError, RuntimeError, ValueError) as error:
        return Answer(failure="evaluation", message=str(error))


def _run(question: Question) -> Any:
    database = _database(question.folder)
    if question.default_graphs or question.named_graphs:
        return database.query(
            question.query,
            default_graph=[NamedNode(iri) for iri in question.default_graphs],
            named_graphs=[NamedNode(iri) for iri in question.named_graphs],
        )
    return database.query(question.query, use_default_graph_as_union=not names_dataset(question.query))


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
        sink.write(b"true\n" if results else b"false\n")
    else:
        results.serialize(sink, format=SOLUTIONS[media_type])
    return Answer(body=b"".join(sink.parts), media_type=media_type)
