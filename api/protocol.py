"""The SPARQL 1.1 Protocol: the query or the update that a request sends, read from its address and body.

Section 2.1 is the query operation, 2.2 the update. How the bytes of a body come in is api.body's; the filters of the
data API are read by api.parameters.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from fastapi import Request
from pyoxigraph import NamedNode

from api.body import BodyRefused, charset_of, media_type_of, read_body
from api.parameters import ParameterRefused
from graph.questions import SOLUTIONS, TRIPLES
from graph.write_task import Document, Task

__all__ = ["DIRECT", "FORM", "UPDATE", "Asked", "read_asked", "read_update"]

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_ROOM: Final = 64 * 2**10  # for graph names and the format beside a query
_LARGE: Final = 16 * 2**10
_ESCAPED: Final = 3  # bytes that one byte takes when it is escaped in a form
_FORMATS: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
# what SPARQLWrapper sends beside Accept, and the media types themselves, as Virtuoso takes them
_OTHER_NAMES: Final = {
    "rdf+xml": "application/rdf+xml",
    "rdf": "application/rdf+xml",
    "n3": "text/turtle",
    "json-ld": "application/ld+json",
    **{name: name for name in [*SOLUTIONS, *TRIPLES]},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A query operation: the query, None where there is none; its dataset; the Accept header or what overrides it."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    accept: str | None
    chosen: bool


async def read_asked(request: Request, length: int, seconds: float) -> Asked:
    """Read a query operation.

    Parameters
    ----------
    length
        How many bytes the query may have.
    seconds
        How long the body may take to arrive.

    Raises
    ------
    BodyRefused
        Not UTF-8, several queries, an update, a graph name that is no absolute IRI, or a POST without a query.
    BodyTooLarge, BodyTooSlow, MediaTypeRefused
        As their names say.
    ParameterRefused
        An unknown `format`.
    """
    pairs = await _pairs(request.scope["query_string"])
    if request.method == "POST":
        pairs += await _in_body(request, length, seconds)
    if any(name == "update" for name, _ in pairs):
        raise BodyRefused("an update is sent to /update, and never together with a query")
    queries = [value for name, value in pairs if name == "query"]
    graphs = {name: _graphs(pairs, name) for name in ("default-graph-uri", "named-graph-uri")}
    if len(queries) > 1 or (not queries and (request.method == "POST" or any(graphs.values()))):
        raise BodyRefused("send exactly one parameter `query`, as in /sparql?query=ASK%20%7B%7D")
    form = next((value for name, value in pairs if name == "format"), None)
    chosen = _FORMATS.get(form or "", _OTHER_NAMES.get(form or ""))
    if form is not None and chosen is None:
        raise ParameterRefused("format", form, f"one of {', '.join(_FORMATS)}")
    return Asked(
        query=queries[0] if queries else None,
        default_graphs=graphs["default-graph-uri"],
        named_graphs=graphs["named-graph-uri"],
        accept=f"{chosen}, */*;q=0.1" if chosen else request.headers.get("accept"),
        chosen=form is not None,
    )


async def _in_body(request: Request, length: int, seconds: float) -> list[tuple[str, str]]:
    header = request.headers.get("content-type", "")
    other = charset_of(header)
    if other is not None:
        raise BodyRefused(f"charset {other}: a query is sent in UTF-8")
    if media_type_of(header, [DIRECT, FORM]) == FORM:
        return await _pairs(await read_body(request, _ESCAPED * length + _ROOM, seconds))
    return [("query", _text(await read_body(request, length, seconds), "the body"))]


async def read_update(request: Request, most: int, seconds: float) -> Task:
    """Read an update operation, of at most `most` bytes that arrive in at most so many seconds.

    Raises BodyRefused where it is not UTF-8, not one update, a query, or names a graph that is no absolute IRI;
    BodyTooLarge, BodyTooSlow and MediaTypeRefused as their names say.
    """
    kind = media_type_of(request.headers.get("content-type", ""), [UPDATE, FORM])
    pairs = await _pairs(request.scope["query_string"])
    if any(name in ("update", "query") for name, _ in pairs):
        raise BodyRefused("send the update in the body of the request, and queries to /sparql")
    body = await read_body(request, most, seconds)
    pairs += await _pairs(body) if kind == FORM else [("update", _text(body, "the body"))]
    if any(name == "query" for name, _ in pairs):
        raise BodyRefused("a query is sent to /sparql, and never together with an update")
    updates = [value for name, value in pairs if name == "update"]
    if len(updates) != 1:
        raise BodyRefused("send exactly one parameter `update`")
    using, named = (_graphs(pairs, name) for name in ("using-graph-uri", "using-named-graph-uri"))
    return Task("update", (Document(UPDATE, updates[0].encode()),), using=using, using_named=named)


async def _pairs(form: bytes) -> list[tuple[str, str]]:
    """Decode a form; a large one in a thread, as a query of two million escaped characters takes its time."""
    return await asyncio.to_thread(decoded_pairs, form) if len(form) > _LARGE else decoded_pairs(form)


def decoded_pairs(form: bytes) -> list[tuple[str, str]]:
    """Decode a form, each escape exactly once; BodyRefused for what is not UTF-8.

    >>> decoded_pairs(b"query=ASK+%7B%7D&a=%2525&empty")
    [('query', 'ASK {}'), ('a', '%25'), ('empty', '')]
    """
    found = []
    for part in form.split(b"&"):
        if part:
            name, _, value = part.replace(b"+", b" ").partition(b"=")
            key = _text(unquote_to_bytes(name), "the name of a parameter")
            found.append((key, _text(unquote_to_bytes(value), f"parameter {key[:40]}")))
    return found


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BodyRefused(f"{what} is not UTF-8 (byte {error.start})") from error


def _graphs(pairs: list[tuple[str, str]], name: str) -> tuple[str, ...]:
    """Give the graphs that a parameter names, each an absolute IRI."""
    found = [value for each, value in pairs if each == name]
    for iri in found:
        try:
            NamedNode(iri)
        except ValueError as error:
            raise BodyRefused(f"{name}={iri[:200]}: not an absolute IRI ({error})") from error
    return tuple(found)
