"""The casebook in the catalogue: a dataset with a version of its own, where a store holds it as it was published."""

from __future__ import annotations

from itertools import chain
from typing import Final

from rdflib import DCAT, DCTERMS, RDF, XSD, Graph, Literal, Namespace, URIRef

from api.descriptions.common import VERSION, Site, publish
from graph.extent import extent
from graph.remember import remembered
from graph.snapshot import Snapshot
from loaders.digest import quads_digest
from loaders.editions import DESCRIPTION, KEYWORDS, TITLE, Edition, casebook_graphs, editions

__all__ = ["add_casebook", "edition_held"]

_ADMS: Final = Namespace("http://www.w3.org/ns/adms#")
_SPDX: Final = Namespace("http://spdx.org/rdf/terms#")
_COUNTRIES: Final = "http://publications.europa.eu/resource/authority/country/"


@remembered(1)
def edition_held(snapshot: Snapshot) -> Edition | None:
    """Give the edition of the casebook that a store holds to the letter; None where it was changed, or is not there.

    The cost is that of sorting the casebook's statements, once a generation.
    """
    digest = quads_digest(chain.from_iterable(map(snapshot.graph, casebook_graphs())))
    return next((known for known in editions() if known.digest == digest), None)


def add_casebook(rdf: Graph, snapshot: Snapshot, site: Site) -> None:
    """Add the casebook with its version, extent and files; nothing where the store does not hold it.

    Where statements were added to its graphs or taken out of them it has no version, and a note says so.
    """
    graphs = [iri for iri in casebook_graphs() if next(snapshot.graph(iri), None)]
    if not graphs:
        return
    rdf.bind("adms", _ADMS)
    node = site.casebook
    rdf.add((site.catalogue, DCAT.dataset, node))
    rdf.add((site.dataset, DCTERMS.hasPart, node))
    publish(rdf, node, DCAT.Dataset, TITLE, DESCRIPTION, site)
    rdf.add((node, DCTERMS.creator, site.publisher))
    for word in KEYWORDS:
        rdf.add((node, DCAT.keyword, Literal(word, lang="en")))
    _add_version(rdf, edition_held(snapshot), node)
    _add_extent(rdf, snapshot, tuple(graphs), node)
    for graph in graphs:
        rdf.add((node, DCTERMS.hasPart, site.part(graph)))
        for address in site.dumps(graph).values():
            rdf.add((node, DCAT.distribution, site.file(graph, address)))


def _add_version(rdf: Graph, edition: Edition | None, node: URIRef) -> None:
    if edition is None:
        words = f"changed in this store: it is not version {editions()[-1].version} nor an earlier one"
        rdf.add((node, _ADMS.versionNotes, Literal(words, lang="en")))
        return
    rdf.bind("spdx", _SPDX)
    rdf.add((node, VERSION, Literal(edition.version)))
    rdf.add((node, DCTERMS.issued, Literal(edition.issued)))
    checksum = URIRef(f"{node}-sha256")
    rdf.add((node, _SPDX.checksum, checksum))
    rdf.add((checksum, RDF.type, _SPDX.Checksum))
    rdf.add((checksum, _SPDX.algorithm, _SPDX.checksumAlgorithm_sha256))
    rdf.add((checksum, _SPDX.checksumValue, Literal(edition.digest, datatype=XSD.hexBinary)))


def _add_extent(rdf: Graph, snapshot: Snapshot, graphs: tuple[str, ...], node: URIRef) -> None:
    found = extent(snapshot, graphs)
    for iri in found.countries:
        known = (each for each in snapshot.values_of(iri, "skos:exactMatch") if each.startswith(_COUNTRIES))
        rdf.add((node, DCTERMS.spatial, URIRef(next(known, iri))))
    if found.years:
        period = URIRef(f"{node}-period")
        rdf.add((node, DCTERMS.temporal, period))
        rdf.add((period, RDF.type, DCTERMS.PeriodOfTime))
        for property_, number in zip((DCAT.startDate, DCAT.endDate), found.years, strict=True):
            rdf.add((period, property_, Literal(str(number), datatype=XSD.gYear)))
