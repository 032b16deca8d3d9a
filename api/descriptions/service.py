"""The SPARQL 1.1 Service Description of the endpoint."""

from __future__ import annotations

from typing import Final

from rdflib import DCTERMS, RDF, RDFS, VOID, Graph, Literal, URIRef

from api.descriptions.common import FORMATS, LICENCE, SD, Site, new_graph, number
from graph.snapshot import Snapshot
from graph.statistics import graph_counts

__all__ = ["service_description"]

_RESULTS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)


def service_description(snapshot: Snapshot, root: str, federated: bool) -> Graph:
    """Describe the endpoint and its dataset: all graphs, and which is the default graph; nothing is dereferenced.

    Updates have an address of their own, so they are a service of their own.
    """
    site, rdf = Site(root), new_graph()
    service, updates = URIRef(f"{site.endpoint}#service"), URIRef(f"{site.update}#service")
    rdf.add((service, RDF.type, SD.Service))
    rdf.add((service, SD.endpoint, site.endpoint))
    rdf.add((service, RDFS.label, Literal("Subsidia, SPARQL 1.1 query", lang="en")))
    rdf.add((service, SD.supportedLanguage, SD.SPARQL10Query))
    rdf.add((service, SD.supportedLanguage, SD.SPARQL11Query))
    for name in _RESULTS:
        rdf.add((service, SD.resultFormat, FORMATS[name]))
    if snapshot.union:
        rdf.add((service, SD.feature, SD.UnionDefaultGraph))
    if federated:
        rdf.add((service, SD.feature, SD.BasicFederatedQuery))
    rdf.add((service, DCTERMS.license, LICENCE))
    rdf.add((service, RDFS.seeAlso, site.void))
    rdf.add((service, RDFS.seeAlso, site.examples))
    rdf.add((updates, RDF.type, SD.Service))
    rdf.add((updates, SD.endpoint, site.update))
    rdf.add((updates, RDFS.label, Literal("Subsidia, SPARQL 1.1 update, with a token", lang="en")))
    rdf.add((updates, SD.supportedLanguage, SD.SPARQL11Update))
    dataset = URIRef(f"{site.endpoint}#dataset")
    for each in (service, updates):
        rdf.add((each, SD.defaultDataset, dataset))
    rdf.add((service, SD.availableGraphs, dataset))
    _describe_dataset(rdf, snapshot, site, dataset)
    return rdf


def _describe_dataset(rdf: Graph, snapshot: Snapshot, site: Site, dataset: URIRef) -> None:
    counts = graph_counts(snapshot)
    nameless = snapshot.size - sum(count.triples for count in counts)
    default = URIRef(f"{site.endpoint}#{'union' if snapshot.union else 'default'}")
    rdf.add((dataset, RDF.type, SD.Dataset))
    rdf.add((dataset, RDF.type, SD.GraphCollection))
    rdf.add((dataset, SD.defaultGraph, default))
    rdf.add((default, RDF.type, SD.Graph))
    rdf.add((default, VOID.triples, number(snapshot.size if snapshot.union else nameless)))
    for count in counts:
        part = site.part(count.iri)
        named = URIRef(f"{site.endpoint}#{str(part).rpartition('#')[2]}")
        rdf.add((dataset, SD.namedGraph, named))
        rdf.add((named, RDF.type, SD.NamedGraph))
        rdf.add((named, SD.name, URIRef(count.iri)))
        rdf.add((named, SD.graph, part))
        rdf.add((part, RDF.type, SD.Graph))
        rdf.add((part, VOID.triples, number(count.triples)))
