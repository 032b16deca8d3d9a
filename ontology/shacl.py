"""SHACL: what the shapes say of a graph, in words a policy officer understands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rdflib import RDF, SH, BNode, Graph, URIRef

from ontology.identifiers import expand
from ontology.vocabulary import FOLDER, ontology_files

__all__ = ["Violation", "shapes", "validate"]

_NEEDED: Final = (expand("skos:inScheme"), expand("rdfs:subClassOf"), expand("gov:rank"))


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One constraint that a thing does not meet; `path` is the property, "" where it is none or several, `value` what
    stands there, "" where nothing does."""

    focus: str
    path: str
    value: str
    severity: str
    message: str


def shapes() -> Graph:
    """Read the shapes."""
    rdf = Graph()
    for path in sorted((FOLDER / "shapes").glob("*.ttl")):
        rdf.parse(path, format="turtle")
    return rdf


def _schemes() -> Graph:
    """Read of the ontology what the shapes look up: which concept is in which scheme, which class below which."""
    rdf = Graph()
    for path in ontology_files():
        whole = Graph().parse(Path(path), format="turtle")
        for predicate in _NEEDED:
            for triple in whole.triples((None, URIRef(predicate), None)):
                rdf.add(triple)
    return rdf


def validate(rdf: Graph) -> list[Violation]:
    """Check a graph against the shapes; [] where it meets all of them, as an empty graph does.

    The cost grows with the number of things; the casebook takes some seconds.
    """
    import pyshacl

    _, report, _ = pyshacl.validate(rdf + _schemes(), shacl_graph=shapes(), advanced=False, inference="none")
    assert isinstance(report, Graph)
    return sorted(_violation(report, node) for node in report.subjects(RDF.type, SH.ValidationResult))


def _violation(report: Graph, node: Any) -> Violation:
    def one(predicate: Any) -> str:
        found = report.value(node, predicate)
        # a path of several properties is a blank node, whose name says nothing
        return "" if found is None or isinstance(found, BNode) else str(found)

    messages = sorted(str(message) for message in report.objects(node, SH.resultMessage))
    return Violation(
        focus=one(SH.focusNode),
        path=one(SH.resultPath),
        value=one(SH.value),
        severity=one(SH.resultSeverity).rsplit("#", 1)[-1].lower(),
        message="; ".join(messages),
    )
