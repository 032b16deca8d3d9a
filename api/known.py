"""Known: a snapshot as loaders ask it, without the graphs that a load is about to replace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode

from graph.snapshot import Snapshot
from ontology.identifiers import ID, slug

__all__ = ["InStore"]

_CLASSES = {
    "source": "gov:Source",
    "passage": "gov:Passage",
    "mention": "gov:Mention",
    "territory": "gov:Territory",
    "actor": "gov:Actor",
    "programme": "gov:Programme",
    "competence": "gov:Competence",
    "flow": "gov:FundingFlow",
    "mechanism": "gov:CoordinationMechanism",
    "measure": "gov:Measure",
    "event": "gov:PolicyEvent",
    "gap": "gov:ReportedGap",
    "identity": "gov:IdentityClaim",
    "scope": "gov:ResearchedScope",
}


class InStore:
    """What a snapshot holds outside of the graphs that will be replaced."""

    def __init__(self, snapshot: Snapshot, replaced: Iterable[str] = (), *, everything: bool = False) -> None:
        """Leave out the graphs in `replaced`; with `everything` nothing of what is there can contradict a row."""
        self._snapshot = snapshot
        self._replaced = frozenset(replaced)
        self._everything = everything

    def has(self, iri: str) -> bool:
        """Say whether anything is stated about the thing."""
        return bool(self._described(iri)) if self._replaced else self._snapshot.has(iri)

    def keys(self, kind: str) -> list[str]:
        """Give the keys of all things of a kind."""
        found = self._snapshot.instances(_CLASSES[kind]) if kind in _CLASSES else []
        return [slug(iri) for iri in found if iri.startswith(f"{ID}{kind}/")]

    def label(self, iri: str) -> str | None:
        """Give the English name of a thing, or None where it has none."""
        return self._snapshot.labels.get(iri)

    def described(self, iri: str) -> Mapping[str, frozenset[NamedNode | Literal]]:
        """Give what is stated about a thing, by property IRI."""
        return {} if self._everything else self._described(iri)

    def _described(self, iri: str) -> Mapping[str, frozenset[NamedNode | Literal]]:
        found: dict[str, set[NamedNode | Literal]] = defaultdict(set)
        for quad in self._snapshot.quads(subject=iri):
            if getattr(quad.graph_name, "value", "") not in self._replaced and isinstance(
                quad.object, NamedNode | Literal
            ):
                found[quad.predicate.value].add(quad.object)
        return {name: frozenset(values) for name, values in found.items()}
