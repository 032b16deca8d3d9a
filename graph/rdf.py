"""rdflib on the store: a Dataset over a snapshot, for whoever works with rdflib's tools."""

from __future__ import annotations

from oxrdflib import OxigraphStore
from rdflib import Dataset

from graph.snapshot import Snapshot
from ontology.identifiers import PREFIXES

__all__ = ["dataset"]


def dataset(snapshot: Snapshot) -> Dataset:
    """Give an rdflib Dataset that reads the snapshot in place; its default graph is the union of all graphs.

    Nothing is copied: a pattern costs what it costs in Oxigraph. It cannot be written.
    """
    rdf = Dataset(store=OxigraphStore(store=snapshot.database), default_union=True)
    for prefix, base in PREFIXES.items():
        rdf.bind(prefix, base)
    return rdf
