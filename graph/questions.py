"""Questions and answers: what is put to a reader process and what comes back, and how both are sent over a socket."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from typing import Any, Final

from pyoxigraph import QueryResultsFormat, RdfFormat

__all__ = [
    "SOLUTIONS",
    "TRIPLES",
    "Answer",
    "Frames",
    "Question",
    "answer_frame",
    "frame",
    "question_frame",
    "read_answer",
    "read_question",
]

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
_LENGTHS: Final = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class Question:
    """A query and what is asked of its result.

    `solutions` and `triples` are the media types for the two kinds of result, None where the asker accepts none. With
    `gzip` a body of some size comes compressed. `hosts` are those that the query may call by SERVICE. A query that
    names no graph is about all of them together, or without `union` about the one that has no name.
    """

    folder: str
    query: str
    solutions: str | None
    triples: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    result_bytes: int = 64 * 2**20
    gzip: bool = False
    hosts: tuple[str, ...] = ()
    union: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a question: a body with its media type, or the kind of failure and its words.

    `folder` is the generation that could not be opened, `line` and `column` where a syntax error is, where that is what
    failed. `lasting` says that the same question on the same generation would be answered the same.
    """

    body: bytes = b""
    media_type: str = ""
    encoding: str = ""
    lasting: bool = False
    failure: str = ""
    message: str = ""
    folder: str = ""
    line: int | None = None
    column: int | None = None


def frame(words: dict[str, Any], body: bytes = b"") -> bytes:
    """Put facts and a body into one message: two lengths, the facts as JSON, the body.

    >>> Frames().feed(frame({"a": 1}, b"body"))
    [({'a': 1}, b'body')]
    """
    head = json.dumps(words).encode()
    return _LENGTHS.pack(len(head), len(body)) + head + body


class Frames:
    """Gathers messages out of pieces as they come."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[tuple[dict[str, Any], bytes]]:
        """Take a piece, and give the messages that it completes."""
        self._held += data
        found = []
        while len(self._held) >= _LENGTHS.size:
            head, body = _LENGTHS.unpack_from(self._held)
            start, end = _LENGTHS.size + head, _LENGTHS.size + head + body
            if len(self._held) < end:
                break
            view = memoryview(self._held)
            words = json.loads(bytes(view[_LENGTHS.size : start]))
            content = bytes(view[start:end])
            view.release()
            del self._held[:end]
            found.append((words, content))
        return found


def read_question(words: dict[str, Any]) -> Question:
    """Make a question of the facts of a message."""
    lists = {name: tuple(value) for name, value in words.items() if isinstance(value, list)}
    return Question(**{**words, **lists})


def read_answer(words: dict[str, Any], body: bytes) -> Answer:
    """Make an answer of the facts and the body of a message."""
    return Answer(body=body, **words)


def question_frame(question: Question) -> bytes:
    """Put a question into a message."""
    return frame(asdict(question))


def answer_frame(answer: Answer) -> bytes:
    """Put an answer into a message."""
    facts = asdict(answer)
    return frame({name: value for name, value in facts.items() if name != "body"}, answer.body)
