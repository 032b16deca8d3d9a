"""Labels: the names of things in a language, where the graph has them in it."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import expand

__all__ = ["label_in"]


def label_in(snapshot: Snapshot, iri: str, language: str) -> str:
    """Name a thing in a language (a code as `nl`), else as `Snapshot.label` does: in English, or what there is."""
    return _labels(snapshot, language).get(iri) or snapshot.label(iri)


@remembered(6)
def _labels(snapshot: Snapshot, language: str) -> dict[str, str]:
    """Give the names that are tagged with a language, with any region; of several the first in alphabetical order."""
    if language == "en":
        return {}
    found: dict[str, str] = {}
    for quad in snapshot.quads(predicate=expand("skos:prefLabel")):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            tag = (quad.object.language or "").partition("-")[0]
            if tag == language:
                known = found.get(quad.subject.value)
                found[quad.subject.value] = min(known, quad.object.value) if known else quad.object.value
    return found
