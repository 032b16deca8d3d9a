"""What a store on a server says of itself: its generation, its graphs, how many statements each has.

Where Subsidia writes it keeps a generation in a graph of its own: one number for the store and one for each graph that
it changed. Where there is none, the number of statements stands for it: cheap to ask, and blind to a change that
leaves it the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from graph.remote.engine import Engine
from ontology.identifiers import expand, graph_name

__all__ = ["STAGE", "STATE", "GraphState", "State", "counts", "numbers", "state_of", "state_update"]

STATE: Final = graph_name("state")
STAGE: Final = f"{STATE}/"
_SOON: Final = 5.0
_NUMBER: Final = expand("owl:versionInfo")
_IDENTITY: Final = expand("dcterms:identifier")
_NUMBERS: Final = f"SELECT ?of ?value {{ GRAPH <{STATE}> {{ ?of ?says ?value }} }}"
_COUNTS: Final = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
# what Virtuoso has in every database, its own and what it brings along
_VIRTUOSO: Final = (
    "http://www.openlinksw.com/",
    "http://localuriqaserver/",
    "http://www.w3.org/ns/ldp#",
    "http://www.w3.org/2002/07/owl#",
    "urn:activitystreams",
    "urn:core:services:",
    "urn:rules.",
    "virtrdf-",
    "virtpivot:",
    "b3sonto",
    "b3sifp",
    "dbprdf-label",
)
_VIRTUOSO_FILES: Final = re.compile(r"https?://[^/]+/DAV/")


@dataclass(frozen=True, slots=True)
class GraphState:
    """One graph: the generation that changed it last (0 where none is told), and how many statements it has."""

    number: int
    count: int


@dataclass(frozen=True, slots=True)
class State:
    """A store as it is: its generation, what tells it from every other ("" where none is kept), its graphs.

    `kept` says that the generation is a number that is kept there, not that of the statements.
    """

    generation: int
    identity: str
    graphs: dict[str, GraphState] = field(default_factory=dict)
    kept: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON can hold it."""
        graphs = {iri: [each.number, each.count] for iri, each in sorted(self.graphs.items())}
        return {"generation": self.generation, "identity": self.identity, "kept": self.kept, "graphs": graphs}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> State:
        """Read what `as_json` gave; KeyError, TypeError or ValueError for anything else."""
        graphs = {str(iri): GraphState(int(number), int(count)) for iri, (number, count) in found["graphs"].items()}
        return cls(int(found["generation"]), str(found["identity"]), graphs, bool(found["kept"]))


def numbers(engine: Engine) -> tuple[dict[str, int], str]:
    """Ask for the generations that are kept in the graph of ours, and the identity; the cost is a moment."""
    found, identity = dict[str, int](), ""
    for of, value in engine.rows(_NUMBERS, [STATE], wait=_SOON):
        if value.value.isdigit():
            found[of.value] = int(value.value)
        else:
            identity = value.value
    return found, identity


def counts(engine: Engine) -> dict[str, int]:
    """Ask how many statements each graph has that is meant; the server reads them all for it."""
    meant = engine.address.graphs
    return {
        graph.value: int(count.value)
        for graph, count in engine.rows(_COUNTS)
        if graph is not None and not _is_own(graph.value) and (not meant or graph.value.startswith(meant))
    }


def state_of(engine: Engine) -> State:
    """Ask for everything."""
    kept, identity = numbers(engine)
    found = counts(engine)
    graphs = {iri: GraphState(kept.get(iri, 0), count) for iri, count in found.items()}
    return State(kept.get(STATE, sum(found.values())), identity, graphs, STATE in kept)


def state_update(generation: int, identity: str, changed: Iterable[str]) -> list[str]:
    """Give the operations that note a generation, for the store and the graphs that it changed."""
    things = [STATE, *sorted(changed)]
    told = [f"<{iri}> <{_NUMBER}> {generation} ." for iri in things]
    told.append(f'<{STATE}> <{_IDENTITY}> "{identity}" .')
    forget = [f"DELETE WHERE {{ GRAPH <{STATE}> {{ <{iri}> <{_NUMBER}> ?before }} }}" for iri in things]
    return [*forget, f"INSERT DATA {{ GRAPH <{STATE}> {{ {' '.join(told)} }} }}"]


def _is_own(graph: str) -> bool:
    return graph == STATE or graph.startswith((STAGE, *_VIRTUOSO)) or _VIRTUOSO_FILES.match(graph) is not None
