"""SHACL: what the shapes say of a graph, in words a policy officer understands."""

from __future__ import annotations

from typing import Final

from pyoxigraph import NamedNode
from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.term import Node

from ontology.identifiers import expand
from ontology.sparql_constraints import SparqlConstraints
from ontology.violation import Violation
from ontology.vocabulary import FOLDER, ontology_quads

__all__ = ["Violation", "shapes", "terms", "validate"]

_LOOKED_UP: Final = tuple(map(expand, ("gov:valuesFrom", "rdfs:subClassOf", "skos:broader", "skos:inScheme")))
_TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf)


def shapes() -> Graph:
    """Read the shapes."""
    rdf = Graph(bind_namespaces="none")
    for path in sorted((FOLDER / "shapes").glob("*.ttl")):
        rdf.parse(path, format="turtle")
    return rdf


def terms() -> Graph:
    """Read of the ontology what the shapes look up: schemes of properties and of concepts, what is below what."""
    rdf = Graph(bind_namespaces="none")
    for quad in ontology_quads():
        if quad.predicate.value in _LOOKED_UP and isinstance(quad.object, NamedNode):
            assert isinstance(quad.subject, NamedNode)
            rdf.add((URIRef(quad.subject.value), URIRef(quad.predicate.value), URIRef(quad.object.value)))
    return rdf


def validate(rdf: Graph) -> list[Violation]:
    """Check a graph against the shapes; [] where it meets all of them, as an empty graph does.

    The cost grows with the number of things; the casebook takes a few seconds.
    """
    wanted = shapes()
    return sorted({*SparqlConstraints(wanted, rdf, terms()).violations(), *_core_violations(wanted, rdf)})


def _core_violations(wanted: Graph, data: Graph) -> set[Violation]:
    """Check all that is no SPARQL constraint with pyshacl."""
    import pyshacl

    _, report, _ = pyshacl.validate(data, shacl_graph=_flat(wanted), advanced=False, inference="none", inplace=True)
    assert isinstance(report, Graph)
    return {_violation(report, node) for node in report.subjects(RDF.type, SH.ValidationResult)}


def _flat(wanted: Graph) -> Graph:
    """Give each property shape the targets of its node shape, and leave SPARQL constraints out.

    pyshacl walks through a property shape with targets once, and through one inside a node shape once for every thing.
    """
    flat = Graph(bind_namespaces="none")
    for triple in wanted:
        if triple[1] not in (SH.sparql, SH.property):
            flat.add(triple)
    for shape, part in wanted.subject_objects(SH.property):
        flat.add((part, RDF.type, SH.PropertyShape))
        for aim in _TARGETS:
            for target in wanted.objects(shape, aim):
                flat.add((part, aim, target))
    return flat


def _violation(report: Graph, node: Node) -> Violation:
    def one(predicate: Node) -> str:
        found = report.value(node, predicate)
        # a path of several properties is a blank node, whose name says nothing
        return "" if found is None or isinstance(found, BNode) else str(found)

    return Violation(
        focus=one(SH.focusNode),
        path=one(SH.resultPath),
        value=one(SH.value),
        severity=one(SH.resultSeverity).rsplit("#", 1)[-1].lower(),
        message="; ".join(sorted(str(message) for message in report.objects(node, SH.resultMessage))),
    )
