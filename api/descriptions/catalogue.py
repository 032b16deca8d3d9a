"""The DCAT catalogue: the dataset, how it can be had, and the documents that it was read from."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from rdflib import DCAT, DCTERMS, FOAF, PROV, RDF, RDFS, VOID, Graph, Literal, URIRef

from api.descriptions.casebook import add_casebook
from api.descriptions.common import LICENCE, MEDIA, VERSION, Site, new_graph, number, publish, when
from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from graph.statistics import graph_counts
from loaders.editions import CREATOR
from ontology.identifiers import DEF, expand, slug

__all__ = ["catalogue"]

_TITLE: Final = "Subsidia: multilevel governance knowledge graph"
_ABOUT: Final = "Who may act, who pays and who coordinates, each statement with its evidence."


def catalogue(snapshot: Snapshot, root: str, federated: bool) -> Graph:
    """Describe the catalogue, the dataset as it is in this generation, its parts, services and source documents."""
    del federated
    site, rdf = Site(root), new_graph()
    rdf.add((site.publisher, RDF.type, FOAF.Agent))
    rdf.add((site.publisher, FOAF.name, Literal(CREATOR)))
    for node, kind in ((site.catalogue, DCAT.Catalog), (site.dataset, DCAT.Dataset)):
        publish(rdf, node, kind, _TITLE, _ABOUT, site)
        rdf.add((node, DCTERMS.issued, when(snapshot)))
        rdf.add((node, DCTERMS.modified, when(snapshot)))
    rdf.add((site.catalogue, FOAF.homepage, URIRef(f"{root}/")))
    rdf.add((site.catalogue, DCAT.dataset, site.dataset))
    rdf.add((site.dataset, VERSION, Literal(f"{version('subsidia')}, generation {snapshot.generation}")))
    rdf.add((site.dataset, DCAT.landingPage, URIRef(f"{root}/")))
    rdf.add((site.dataset, DCTERMS.conformsTo, URIRef(DEF)))
    for theme in ("multilevel governance", "migrant integration", "public funding"):
        rdf.add((site.dataset, DCAT.keyword, Literal(theme, lang="en")))
    _add_services(rdf, site)
    _add_parts(rdf, snapshot, site)
    _add_sources(rdf, snapshot, site)
    add_casebook(rdf, snapshot, site)
    return rdf


def _add_services(rdf: Graph, site: Site) -> None:
    """Add what serves the data: the endpoint and the data API, each as a service and as a distribution."""
    openapi = URIRef(f"{site.root}/openapi.json")
    services = (
        ("sparql", "SPARQL endpoint", site.endpoint, site.endpoint, "application/sparql-results+json"),
        ("api", "Data API", URIRef(f"{site.root}/api/v1"), openapi, "application/json"),
    )
    for name, title, address, description, media_type in services:
        service, way = URIRef(f"{site.catalogue}#{name}"), URIRef(f"{site.catalogue}#{name}-distribution")
        rdf.add((service, RDF.type, DCAT.DataService))
        rdf.add((service, DCTERMS.title, Literal(title, lang="en")))
        rdf.add((service, DCAT.endpointURL, address))
        rdf.add((service, DCAT.endpointDescription, description))
        rdf.add((service, DCAT.servesDataset, site.dataset))
        rdf.add((site.catalogue, DCAT.service, service))
        rdf.add((site.dataset, DCAT.distribution, way))
        rdf.add((way, DCAT.accessURL, address))
        rdf.add((way, DCAT.accessService, service))
        _describe_way(rdf, way, title, media_type)


def _describe_way(rdf: Graph, way: URIRef, title: str, media_type: str) -> None:
    rdf.add((way, RDF.type, DCAT.Distribution))
    rdf.add((way, DCTERMS.title, Literal(title, lang="en")))
    rdf.add((way, DCTERMS.license, LICENCE))
    rdf.add((way, DCAT.mediaType, MEDIA[media_type]))


def _add_parts(rdf: Graph, snapshot: Snapshot, site: Site) -> None:
    """Add each named graph as a part of the dataset, with its dumps."""
    for count in graph_counts(snapshot):
        part = site.part(count.iri)
        rdf.add((site.dataset, DCTERMS.hasPart, part))
        rdf.add((part, RDF.type, DCAT.Dataset))
        rdf.add((part, DCTERMS.title, Literal(slug(count.iri))))
        rdf.add((part, VOID.triples, number(count.triples)))
        for media_type, address in site.dumps(count.iri).items():
            way = site.file(count.iri, address)
            rdf.add((part, DCAT.distribution, way))
            rdf.add((way, DCAT.accessURL, address))
            rdf.add((way, DCAT.downloadURL, address))
            _describe_way(rdf, way, slug(count.iri), media_type)


def _add_sources(rdf: Graph, snapshot: Snapshot, site: Site) -> None:
    """Add the documents that statements rest on, with what the data say of each."""
    for iri in snapshot.instances("gov:Source"):
        source = URIRef(iri)
        rdf.add((site.dataset, DCTERMS.source, source))
        rdf.add((site.dataset, PROV.wasDerivedFrom, source))
        rdf.add((source, RDFS.label, Literal(snapshot.label(iri))))
        for curie in ("dcterms:title", "dcterms:creator", "dcterms:issued", "dcterms:publisher"):
            for statement in to_rdflib(snapshot.quads(subject=iri, predicate=expand(curie))):
                rdf.add(statement)
