"""Query examples, in the form of the SIB's collections: the competency questions, each with its query."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from rdflib import OWL, RDF, RDFS, SH, XSD, Graph, Literal, URIRef

from api.descriptions.common import SCHEMA, Site, new_graph
from graph.snapshot import Snapshot
from ontology.competency import READERS, CompetencyQuestion, questions
from ontology.identifiers import PREFIXES

__all__ = ["example", "examples_by_reader", "names", "query_examples"]

_FORM: Final = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT)\b", re.IGNORECASE | re.MULTILINE)
_EXECUTABLE: Final = {
    "SELECT": (SH.SPARQLSelectExecutable, SH.select),
    "ASK": (SH.SPARQLAskExecutable, SH.ask),
    "CONSTRUCT": (SH.SPARQLConstructExecutable, SH.construct),
}


def query_examples(snapshot: Snapshot, root: str, federated: bool) -> Graph:
    """Give the competency questions as examples for the endpoint; their text runs as it stands."""
    del snapshot, federated  # as every description has them
    site, rdf = Site(root), new_graph()
    prefixes = URIRef(f"{site.examples}#prefixes")
    rdf.add((prefixes, RDF.type, OWL.Ontology))
    for prefix, base in PREFIXES.items():
        declared = URIRef(f"{prefixes}-{prefix}")
        rdf.add((prefixes, SH.declare, declared))
        rdf.add((declared, SH.prefix, Literal(prefix)))
        rdf.add((declared, SH.namespace, Literal(base, datatype=XSD.anyURI)))
    for question in _questions():
        _add(rdf, site, prefixes, question)
    return rdf


def example(name: str) -> CompetencyQuestion | None:
    """Give the competency question of that name; None where there is none."""
    return next((question for question in _questions() if question.name == name), None)


def names() -> list[str]:
    """List the names of the competency questions, sorted."""
    return [question.name for question in _questions()]


def examples_by_reader() -> dict[str, list[CompetencyQuestion]]:
    """Give the competency questions by who asks them: policymakers first, each group in the order of its words."""
    order = ("policymaker", "researcher", "partner")
    assert set(order) == set(READERS)
    found = sorted(_questions(), key=lambda question: question.question.casefold())
    return {reader: [question for question in found if question.reader == reader] for reader in order}


@cache
def _questions() -> tuple[CompetencyQuestion, ...]:
    return tuple(questions())


def _add(rdf: Graph, site: Site, prefixes: URIRef, question: CompetencyQuestion) -> None:
    match = _FORM.search(question.query)
    if match is None:
        raise ValueError(f"Unexpected form of query in {question.name}")
    kind, holds = _EXECUTABLE[match[1].upper()]
    node = URIRef(f"{site.examples}#{question.name}")
    rdf.add((node, RDF.type, SH.SPARQLExecutable))
    rdf.add((node, RDF.type, kind))
    rdf.add((node, RDFS.comment, Literal(question.question, lang="en")))
    rdf.add((node, SH.prefixes, prefixes))
    rdf.add((node, holds, Literal(question.query)))
    rdf.add((node, SCHEMA.target, site.endpoint))
    rdf.add((node, SCHEMA.keywords, Literal(question.kind, lang="en")))
