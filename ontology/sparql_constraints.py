"""SPARQL constraints of the shapes, each asked once of the whole graph.

SHACL asks a constraint anew for every thing, with `$this` bound to it; parsing alone makes that a matter of minutes.
Our constraints name `$this` in their outermost pattern, so that one question with `$this` unbound has the same answers;
those about things that the shape does not aim at are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.query import ResultRow
from rdflib.term import Node

from ontology.violation import Violation

__all__ = ["SparqlConstraints"]

_TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf)


class SparqlConstraints:
    """The SPARQL constraints of a graph of shapes, and the graphs that they are asked of, as one."""

    def __init__(self, shapes: Graph, *data: Graph) -> None:
        self._shapes = shapes
        self._data = Graph(store="Oxigraph", bind_namespaces="none")
        for rdf in data:
            self._data.addN((*triple, self._data) for triple in rdf)

    def violations(self) -> Iterator[Violation]:
        """Give what does not meet them; the cost is that of one query a constraint."""
        for shape, constraint in self._shapes.subject_objects(SH.sparql):
            yield from self._answers(shape, constraint)

    def _answers(self, shape: Node, constraint: Node) -> Iterator[Violation]:
        path = self._shapes.value(shape, SH.path)
        select = str(self._shapes.value(constraint, SH.select))
        if isinstance(path, URIRef):
            select = re.sub(r"[$?]PATH\b", path.n3(), select)
        severity = str(self._shapes.value(shape, SH.severity, default=SH.Violation)).rsplit("#", 1)[-1].lower()
        message = str(self._shapes.value(constraint, SH.message) or self._shapes.value(shape, SH.message))
        targets = self._targets(shape)
        for row in self._data.query(select, initNs=self._prefixes):
            assert isinstance(row, ResultRow)
            found = {name: str(value) for name, value in row.asdict().items()}
            if row["this"] in targets:
                # a node shape is about the thing itself, unless the query names a value
                value = found.get("value", "" if path is not None else found["this"])
                yield Violation(found["this"], str(path or ""), value, severity, _filled(message, found))

    def _targets(self, shape: Node) -> set[Node]:
        aims = shape if any((shape, aim, None) in self._shapes for aim in _TARGETS) else None
        if aims is None:
            aims = next(self._shapes.subjects(SH.property, shape))
        found: set[Node] = set()
        for wanted in self._shapes.objects(aims, SH.targetClass):
            for below in self._data.transitive_subjects(RDFS.subClassOf, wanted):
                found.update(self._data.subjects(RDF.type, below))
        for predicate in self._shapes.objects(aims, SH.targetSubjectsOf):
            found.update(self._data.subjects(predicate, None))
        return found

    @cached_property
    def _prefixes(self) -> Mapping[str, str]:
        return {
            str(self._shapes.value(declared, SH.prefix)): str(self._shapes.value(declared, SH.namespace))
            for declared in self._shapes.objects(None, SH.declare)
        }


def _filled(message: str, found: Mapping[str, str]) -> str:
    """Put what a query found into the places of a message.

    >>> _filled("It ends at {?end}.", {"end": "2006"})
    'It ends at 2006.'
    """
    return re.sub(r"\{[?$](\w+)\}", lambda place: found.get(place[1], place[0]), message)
