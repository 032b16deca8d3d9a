"""The VoID description: what is in the dataset, by named graph."""

from __future__ import annotations

from urllib.parse import quote

from rdflib import DCTERMS, FOAF, RDF, VOID, Graph, Literal, URIRef

from api.descriptions.common import FORMATS, LICENCE, Site, number, when
from api.descriptions.examples import query_examples
from graph.snapshot import Snapshot
from graph.statistics import GraphCount, graph_counts
from ontology.identifiers import ID, slug

__all__ = ["void_description"]


def void_description(snapshot: Snapshot, root: str, federated: bool) -> Graph:
    """Describe the dataset and each of its graphs, with the classes, properties and vocabularies used, and examples."""
    site, rdf = Site(root), query_examples(snapshot, root, federated)
    counts = graph_counts(snapshot)
    rdf.add((site.void, RDF.type, VOID.DatasetDescription))
    rdf.add((site.void, FOAF.primaryTopic, site.dataset))
    rdf.add((site.dataset, RDF.type, VOID.Dataset))
    rdf.add((site.dataset, DCTERMS.title, Literal("Subsidia: multilevel governance knowledge graph", lang="en")))
    rdf.add((site.dataset, DCTERMS.license, LICENCE))
    rdf.add((site.dataset, DCTERMS.modified, when(snapshot)))
    rdf.add((site.dataset, FOAF.homepage, URIRef(f"{root}/")))
    rdf.add((site.dataset, VOID.sparqlEndpoint, site.endpoint))
    rdf.add((site.dataset, VOID.uriSpace, Literal(ID)))
    rdf.add((site.dataset, VOID.triples, number(sum(count.triples for count in counts))))
    for name in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD"):
        rdf.add((site.dataset, VOID.feature, FORMATS[name]))
    for vocabulary in sorted({iri for count in counts for iri in count.vocabularies}):
        rdf.add((site.dataset, VOID.vocabulary, URIRef(vocabulary)))
    for count in counts:
        rdf.add((site.dataset, VOID.subset, site.part(count.iri)))
        _describe_part(rdf, site, count)
    return rdf


def _describe_part(rdf: Graph, site: Site, count: GraphCount) -> None:
    part = site.part(count.iri)
    rdf.add((part, RDF.type, VOID.Dataset))
    rdf.add((part, DCTERMS.title, Literal(slug(count.iri))))
    rdf.add((part, DCTERMS.identifier, URIRef(count.iri)))
    rdf.add((part, VOID.triples, number(count.triples)))
    rdf.add((part, VOID.distinctSubjects, number(count.subjects)))
    rdf.add((part, VOID.distinctObjects, number(count.objects)))
    rdf.add((part, VOID.classes, number(len(count.classes))))
    rdf.add((part, VOID.properties, number(len(count.properties))))
    for iri in count.vocabularies:
        rdf.add((part, VOID.vocabulary, URIRef(iri)))
    for iri in count.examples:
        rdf.add((part, VOID.exampleResource, URIRef(iri)))
    for address in site.dumps(count.iri).values():
        rdf.add((part, VOID.dataDump, address))
    for kind in count.classes:
        node = _partition(part, kind.iri)
        rdf.add((part, VOID.classPartition, node))
        rdf.add((node, VOID["class"], URIRef(kind.iri)))
        rdf.add((node, VOID.entities, number(kind.entities)))
    for each in count.properties:
        node = _partition(part, each.iri)
        rdf.add((part, VOID.propertyPartition, node))
        rdf.add((node, VOID.property, URIRef(each.iri)))
        rdf.add((node, VOID.triples, number(each.triples)))
        rdf.add((node, VOID.distinctSubjects, number(each.subjects)))
        rdf.add((node, VOID.distinctObjects, number(each.objects)))


def _partition(part: URIRef, iri: str) -> URIRef:
    """Name a partition, so that a description is the same however often it is made."""
    return URIRef(f"{part}-{quote(iri, safe='')}")
