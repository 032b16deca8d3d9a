"""The tasks of a write on an open database: an update, and what the Graph Store Protocol does to one graph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat

from graph.update_text import Operations, check_update, clear_silently, with_dataset, without_silent_loads
from graph.write_task import Document, Task
from ontology.identifiers import BASE

__all__ = ["Absent", "Done", "Malformed", "run"]

_FORMATS: Final = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
_BULK: Final = 4 * 2**20
_DOCTYPE: Final = re.compile(rb"<!doctype", re.IGNORECASE)
_PLACE: Final = re.compile(r"^Parser error at line \d+[^:]*: | \(line \d+\)$")


class Absent(Exception):
    """The graph that is to be deleted is not there."""


class Malformed(Exception):
    """A document that is not what its media type says, with line and column (from 1) where they can be told."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        self.line = line
        self.column = column
        place = f"line {line}, column {column}: " if line else ""
        super().__init__(place + reason)


@dataclass(frozen=True, slots=True)
class Done:
    """Whether a graph was made, and whether any part of the task may have added, or removed, statements."""

    created: bool
    operations: Operations


def run(task: Task, database: pyoxigraph.Store) -> Done:
    """Do the task. Raises QueryRefused, SyntaxError, Malformed or Absent; what it left half done is thrown away."""
    if task.kind == "update":
        return Done(False, _update(task, database))
    graph = NamedNode(task.graph) if task.graph is not None else DefaultGraph()
    there = isinstance(graph, DefaultGraph) or database.contains_named_graph(graph)
    if task.kind == "delete":
        if not there:
            raise Absent(f"there is no graph {task.graph} in the store")
        database.remove_graph(graph)
        return Done(False, Operations(False, True))
    if task.kind == "put":
        database.clear_graph(graph)
    if not there and isinstance(graph, NamedNode):
        database.add_graph(graph)
    for document in task.documents:
        _add(document, database, graph)
    return Done(not there, Operations(True, task.kind == "put"))


def _update(task: Task, database: pyoxigraph.Store) -> Operations:
    text = without_silent_loads(task.documents[0].body.decode("utf-8"))
    operations = check_update(text)
    changed = clear_silently(text)
    if task.using or task.using_named:
        changed = with_dataset(changed, task.using, task.using_named)
    if changed != text:
        _check_syntax(text)
    database.update(changed, base_iri=BASE)
    return operations


def _check_syntax(text: str) -> None:
    """Raise SyntaxError for what is no update, with its place in the text as it was sent."""
    try:
        pyoxigraph.Store().update(text, base_iri=BASE)
    except RuntimeError:
        # it is one, and cannot be done on an empty store, as DROP GRAPH
        return


def _add(document: Document, database: pyoxigraph.Store, graph: NamedNode | DefaultGraph) -> None:
    """Add a document's statements to a graph; its blank nodes become new ones."""
    form, base = _FORMATS[document.media_type], document.base or None
    if form == RdfFormat.RDF_XML and _DOCTYPE.search(document.body):
        raise Malformed("a DOCTYPE is not allowed in RDF/XML here, as its entities can grow without end")
    try:
        if form == RdfFormat.JSON_LD:
            parsed = pyoxigraph.parse(
                document.body, form, base_iri=base, without_named_graphs=True, rename_blank_nodes=True
            )
            database.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed)
        elif len(document.body) > _BULK:
            database.bulk_load(document.body, form, base_iri=base, to_graph=graph)
        else:
            database.load(document.body, form, base_iri=base, to_graph=graph)
    except SyntaxError as error:
        raise _malformed(error, document) from error


def _malformed(error: SyntaxError, document: Document) -> Malformed:
    reason = _PLACE.sub("", str(error.msg))
    if "LoadDocumentCallback" in reason:
        return Malformed("a JSON-LD @context at another address is not fetched; put the context into the document")
    if error.lineno is None and document.media_type == "application/rdf+xml":
        parser = expat.ParserCreate()
        try:
            parser.Parse(document.body, True)
        except expat.ExpatError as place:
            return Malformed(reason, place.lineno, place.offset + 1)
    return Malformed(reason, error.lineno, error.offset)
