"""Statistics: what is in each named graph, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.queries import query_text
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import PREFIXES

__all__ = ["ClassCount", "GraphCount", "PropertyCount", "graph_counts", "namespace"]


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many things of a class there are, and the IRI of one of them, if any has one."""

    iri: str
    entities: int
    example: str | None


@dataclass(frozen=True, slots=True)
class PropertyCount:
    """How many statements a property makes, about how many things, with how many values."""

    iri: str
    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True, slots=True)
class GraphCount:
    """The size of a named graph, with its classes and properties in the order of their IRIs."""

    iri: str
    triples: int
    subjects: int
    objects: int
    classes: tuple[ClassCount, ...]
    properties: tuple[PropertyCount, ...]

    @property
    def vocabularies(self) -> list[str]:
        """The namespaces of its classes and properties, sorted."""
        iris = [*(each.iri for each in self.classes), *(each.iri for each in self.properties)]
        return sorted({namespace(iri) for iri in iris})

    @property
    def examples(self) -> list[str]:
        """One thing of each class, sorted."""
        return sorted({each.example for each in self.classes if each.example})


@remembered(1)
def graph_counts(snapshot: Snapshot) -> Sequence[GraphCount]:
    """Count each named graph, in the order of their IRIs; a store without any gives none.

    The cost is three scans of the store.
    """
    classes: dict[str, list[ClassCount]] = {}
    for row in snapshot.select(query_text("graph-classes")):
        found = ClassCount(row["class"] or "", int(row["entities"] or 0), row["example"])
        classes.setdefault(row["graph"] or "", []).append(found)
    properties: dict[str, list[PropertyCount]] = {}
    for row in snapshot.select(query_text("graph-properties")):
        made = PropertyCount(row["property"] or "", *_sizes(row))
        properties.setdefault(row["graph"] or "", []).append(made)
    return [
        GraphCount(iri, *_sizes(row), tuple(classes.get(iri, [])), tuple(properties.get(iri, [])))
        for row in snapshot.select(query_text("graph-sizes"))
        if (iri := row["graph"] or "")
    ]


def _sizes(row: dict[str, str | None]) -> tuple[int, int, int]:
    return int(row["triples"] or 0), int(row["subjects"] or 0), int(row["objects"] or 0)


def namespace(iri: str) -> str:
    """Give the namespace that a term is in: one that we know, else what is before its last # or /.

    >>> namespace("http://purl.org/dc/terms/title"), namespace("http://example.org/a#b")
    ('http://purl.org/dc/terms/', 'http://example.org/a#')
    """
    for known in PREFIXES.values():
        if iri.startswith(known):
            return known
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] or iri
