"""Completions: what the query editor can complete, from the ontology and from what VoID counts in the store."""

from __future__ import annotations

from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.statistics import graph_counts
from ontology.terms import terms

__all__ = ["completions"]

Completion = tuple[str, str]


@remembered(1)
def completions(snapshot: Snapshot) -> dict[str, list[Completion]]:
    """Give classes, properties and concepts, each as its IRI and its label, in the order of IRIs.

    Ours come with their labels, used or not; those of others only where the store uses them, without a label. An empty
    store has ours alone.
    """
    found: dict[str, dict[str, str]] = {"class": {}, "property": {}, "concept": {}}
    for count in graph_counts(snapshot):
        found["class"] |= {kind.iri: "" for kind in count.classes}
        found["property"] |= {each.iri: "" for each in count.properties}
    for term in terms().values():
        kind = "concept" if term.kind == "scheme" else term.kind
        found[kind][term.iri] = term.label
    return {kind: sorted(labels.items()) for kind, labels in found.items()}
