"""What the descriptions share: names, the addresses of the site, and when a generation was made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from rdflib import DCAT, DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SH, VOID, XSD, Graph, Literal, Namespace, URIRef

from graph.snapshot import Snapshot
from ontology.identifiers import DEF, GRAPH, ID, slug

__all__ = ["FORMATS", "LICENCE", "MEDIA", "SCHEMA", "SD", "VERSION", "Site", "new_graph", "number", "publish", "when"]

SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")
SCHEMA: Final = Namespace("https://schema.org/")
MEDIA: Final = Namespace("https://www.iana.org/assignments/media-types/")
LICENCE: Final = URIRef("https://creativecommons.org/licenses/by/4.0/")
"""Of the casebook; sources keep theirs."""
VERSION: Final = URIRef("http://www.w3.org/ns/dcat#version")  # of DCAT 3, which rdflib does not know
_ENGLISH: Final = URIRef("http://publications.europa.eu/resource/authority/language/ENG")

_PREFIXES: Final = {
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "formats": FORMATS,
    "gov": DEF,
    "id": ID,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sd": SD,
    "sh": SH,
    "void": VOID,
    "xsd": XSD,
}


class Site:
    """The addresses of a site; `root` is its address without a slash at the end."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.endpoint = URIRef(f"{root}/sparql")
        self.update = URIRef(f"{root}/update")
        self.void = URIRef(f"{root}/.well-known/void")
        self.catalogue = URIRef(f"{root}/dcat")
        self.examples = URIRef(f"{root}/.well-known/sparql-examples")
        self.dataset = URIRef(f"{self.void}#dataset")
        self.publisher = URIRef(f"{root}/dcat#publisher")
        self.casebook = URIRef(f"{root}/dcat#casebook")

    def part(self, graph: str) -> URIRef:
        """Give the IRI of the description of a named graph."""
        return URIRef(f"{self.void}#{slug(graph)}")

    def dumps(self, graph: str) -> dict[str, URIRef]:
        """Give the addresses where a named graph can be fetched, by media type; none for one that is not ours."""
        if not graph.startswith(GRAPH):
            return {}
        base = f"{self.root}/graph/{graph.removeprefix(GRAPH)}"
        endings = {
            "text/turtle": "ttl",
            "application/n-triples": "nt",
            "application/rdf+xml": "rdf",
            "application/ld+json": "jsonld",
        }
        return {media_type: URIRef(f"{base}.{ending}") for media_type, ending in endings.items()}

    def file(self, graph: str, dump: URIRef) -> URIRef:
        """Give the IRI of the description of a named graph as a file, by the address of the file."""
        return URIRef(f"{self.part(graph)}-{dump.rpartition('.')[2]}")


def publish(rdf: Graph, node: URIRef, kind: URIRef, title: str, about: str, site: Site) -> None:
    """Add what is said of everything that is published: its kind, title, description, licence, publisher, language."""
    rdf.add((node, RDF.type, kind))
    rdf.add((node, DCTERMS.title, Literal(title, lang="en")))
    rdf.add((node, DCTERMS.description, Literal(about, lang="en")))
    rdf.add((node, DCTERMS.license, LICENCE))
    rdf.add((node, DCTERMS.publisher, site.publisher))
    rdf.add((node, DCTERMS.language, _ENGLISH))


def new_graph() -> Graph:
    """Make an empty graph with the prefixes that the descriptions use."""
    rdf = Graph(bind_namespaces="none")
    for prefix, base in _PREFIXES.items():
        rdf.bind(prefix, base)
    return rdf


def number(value: int) -> Literal:
    """Write a count."""
    return Literal(value, datatype=XSD.integer)


def when(snapshot: Snapshot) -> Literal:
    """Give the time at which a generation was made; it never changes afterwards."""
    made = (snapshot.folder / "graph" / "CURRENT").stat().st_mtime
    return Literal(datetime.fromtimestamp(int(made), UTC).isoformat(), datatype=XSD.dateTime)
