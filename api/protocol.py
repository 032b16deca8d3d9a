"""The SPARQL 1.1 Protocol: what a request asks for, read from its address and body (sections 2.1 and 2.2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from fastapi import Request
from pyoxigraph import NamedNode

from api.body import BodyRefused, media_type_of, parameter, read_body
from api.parameters import ParameterRefused
from graph.questions import SOLUTIONS, TRIPLES

__all__ = ["DIRECT", "FORM", "Asked", "decoded_pairs", "read_asked"]

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
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
_CHARSETS: Final = ("utf-8", "utf8", "us-ascii", "ascii")


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
    address = request.scope["query_string"]
    # a query of two million escaped characters would take its time
    pairs = decoded_pairs(address) if len(address) < _LARGE else await asyncio.to_thread(decoded_pairs, address)
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
    kind = media_type_of(header.partition(";")[0], [DIRECT, FORM])
    charset = parameter(header, "charset") or "utf-8"
    if charset.lower() not in _CHARSETS:
        raise BodyRefused(f"charset {charset}: a query is sent in UTF-8")
    if kind == FORM:
        body = await read_body(request, _ESCAPED * length + _ROOM, seconds)
        return await asyncio.to_thread(decoded_pairs, body) if len(body) > _LARGE else decoded_pairs(body)
    body = await read_body(request, length, seconds)
    return [("query", _text(body, "the body"))]


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
