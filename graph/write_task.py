"""What is written: a task for the child process that evaluates it, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ontology.identifiers import graph_name

__all__ = ["PROTECTED", "RDF_TYPES", "Changed", "Document", "Task"]

PROTECTED: Final = tuple(graph_name(name) for name in ("ontology", "derived", "reconciliation"))
"""The graphs that no write over HTTP may change: the first is a part of the program, the second is computed,
the third is what comparisons proposed and what was decided about it."""

RDF_TYPES: Final = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of an RDF document or an update, with its media type and what its relative IRIs are relative to."""

    media_type: str
    body: bytes = field(repr=False)
    base: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One write.

    `kind` is "update", or what becomes of a graph: "put", "post" or "delete". `graph` is its IRI, None for the default
    graph. An update has one document; `using` and `using_named` are its dataset where the request names one.
    """

    kind: str
    documents: tuple[Document, ...] = ()
    graph: str | None = None
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """What a write changed: the generations before and after, whether it made the graph, and statements by graph.

    `graphs` gives, for each named graph whose number of statements changed, by how many; "" is the default graph.
    `added` and `removed` are the statements; where `exact` is False only their difference is known, and each
    is at least what is said.
    """

    before: int
    after: int
    created: bool
    added: int
    removed: int
    exact: bool
    graphs: Mapping[str, int]
