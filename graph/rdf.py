"""rdflib on the store: a Dataset over a snapshot, for whoever works with rdflib's tools."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph
from oxrdflib import OxigraphStore
from rdflib import BNode, Dataset, Graph, Literal, URIRef

from graph.snapshot import Snapshot
from ontology.identifiers import PREFIXES

__all__ = ["dataset", "to_rdflib"]


class _ReadOnlyStore(OxigraphStore):
    """Oxigraph's store for rdflib, of a database that cannot be written."""

    def add_graph(self, graph: Graph) -> None:
        """Do nothing: rdflib announces every graph that is asked for, also for reading."""


def dataset(snapshot: Snapshot) -> Dataset:
    """Give an rdflib Dataset that reads the snapshot in place; its default graph is the union of all graphs.

    Nothing is copied: a pattern costs what it costs in Oxigraph. It cannot be written.
    """
    rdf = Dataset(store=_ReadOnlyStore(store=snapshot.database), default_union=True)
    for prefix, base in PREFIXES.items():
        rdf.bind(prefix, base)
    return rdf


def to_rdflib(quads: Iterable[pyoxigraph.Quad]) -> Graph:
    """Copy statements into an rdflib graph with our prefixes, dropping which graph each is in."""
    rdf = Graph(bind_namespaces="none")
    for prefix, base in PREFIXES.items():
        rdf.bind(prefix, base)
    for quad in quads:
        rdf.add((_term(quad.subject), URIRef(quad.predicate.value), _term(quad.object)))
    return rdf


def _term(term: object) -> URIRef | BNode | Literal:
    """Turn one of Oxigraph's terms into rdflib's."""
    if isinstance(term, pyoxigraph.NamedNode):
        return URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    if isinstance(term, pyoxigraph.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        plain = datatype == "http://www.w3.org/2001/XMLSchema#string"
        return Literal(term.value, datatype=None if plain else URIRef(datatype), normalize=False)
    raise ValueError(f"Unexpected term {term!r}")
