"""A snapshot: one generation of the store, open for reading."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from weakref import finalize

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad

from graph.errors import StoreUnreachable
from ontology.identifiers import expand, graph_name, slug

__all__ = ["Snapshot"]

_KEPT: Final = 100_000
"""How many values that were read are kept, over all properties: some 35 MB."""


class Snapshot:
    """One immutable generation. Many threads and processes may hold it; no commit removes it before all let go."""

    def __init__(self, folder: Path, generation: int, spark_master: str = "") -> None:
        """Open the generation in that folder; StoreUnreachable where Oxigraph cannot read it.

        `spark_master` is the Spark that sums its flows, or nothing for DuckDB.
        """
        self.folder = folder
        try:
            finalize(self, os.close, _hold(folder))
            database = pyoxigraph.Store.read_only(str(folder / "graph"))
        except OSError as error:
            raise StoreUnreachable(folder, f"Oxigraph cannot read it: {error}") from error
        self._begin(database, generation, spark_master)

    def _begin(self, database: pyoxigraph.Store, generation: int, spark_master: str = "") -> None:
        """Set all that a snapshot has besides its folder, so that one of statements in memory has no less."""
        self.database = database
        self.generation = generation
        self.memory: dict[str, Callable[..., Any]] = {}
        self.spark_master = spark_master
        self._values: dict[str, Mapping[str, Sequence[str]]] = {}
        self._room = _KEPT

    def quads(
        self, subject: str | None = None, predicate: str | None = None, object_: str | None = None
    ) -> Iterator[Quad]:
        """Give the statements that match: IRIs for what must be, None for anything; in all graphs."""
        terms = [NamedNode(iri) if iri else None for iri in (subject, predicate, object_)]
        return self.database.quads_for_pattern(terms[0], terms[1], terms[2])

    def graph(self, iri: str) -> Iterator[Quad]:
        """Give the statements of one named graph; none where there is no such graph."""
        return self.database.quads_for_pattern(None, None, None, NamedNode(iri))

    def values(self, curie: str) -> Mapping[str, Sequence[str]]:
        """Give, for each subject that has the property, its values as plain strings, sorted.

        The cost is one scan of the property, and nothing when it is asked for again, while there is room to keep it;
        a property that nothing has gives an empty mapping.
        """
        kept = self._values.get(curie)
        if kept is not None:
            return kept
        found = self._read(curie)
        size = sum(map(len, found.values()))
        if size <= self._room:
            self._room -= size
            self._values[curie] = found
        return found

    def _read(self, curie: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for quad in self.quads(predicate=expand(curie)):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                values = found.setdefault(quad.subject.value, [])
                if quad.object.value not in values:
                    values.append(quad.object.value)
        for values in found.values():
            values.sort()
        return found

    def values_of(self, iri: str, curie: str) -> list[str]:
        """Give the values of a property of one thing as plain strings, sorted; nothing else is read."""
        terms = (quad.object for quad in self.quads(subject=iri, predicate=expand(curie)))
        return sorted({term.value for term in terms if isinstance(term, NamedNode | Literal)})

    def instances(self, curie: str) -> list[str]:
        """Give the IRIs of the things of a class, sorted."""
        quads = self.quads(predicate=expand("rdf:type"), object_=expand(curie))
        return sorted({quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)})

    def has(self, iri: str) -> bool:
        """Say whether anything is stated about the thing."""
        return next(self.quads(subject=iri), None) is not None

    def select(self, query: str) -> list[dict[str, str | None]]:
        """Run one of our own SELECT queries over the union of all graphs; rows of plain strings, None for unbound.

        Not for strangers' queries: those go through graph.readers, which can be stopped.
        """
        solutions: Any = self.database.query(query, use_default_graph_as_union=True)
        names = [variable.value for variable in solutions.variables]
        return [{name: getattr(solution[name], "value", None) for name in names} for solution in solutions]

    @cached_property
    def has_ontology(self) -> bool:
        """Whether the words that the data are written in are in the store, as in every store of governance data."""
        return next(self.graph(graph_name("ontology")), None) is not None

    @property
    def union(self) -> bool:
        """Whether a query that names no graph is about all of them: in a store with the ontology, and in no other.

        Governance data stands in graphs with names, one a source. A store without the ontology is a plain dataset, as
        SPARQL has it: the graph without a name is the default graph.
        """
        return self.has_ontology

    @cached_property
    def labels(self) -> dict[str, str]:
        """The name of each thing: its English label, else the first in alphabetical order."""
        found: dict[str, tuple[bool, str]] = {}
        for quad in self.quads(predicate=expand("skos:prefLabel")):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                candidate = (quad.object.language != "en", quad.object.value)
                if quad.subject.value not in found or candidate < found[quad.subject.value]:
                    found[quad.subject.value] = candidate
        return {iri: label for iri, (_, label) in found.items()}

    def label(self, iri: str) -> str:
        """Give the name of one thing, or the end of its IRI where it has none."""
        return self.labels.get(iri, slug(iri))

    @cached_property
    def passage_sources(self) -> dict[str, str]:
        """The document that each passage is in; a document that is cited as a whole is its own."""
        found = {passage: values[0] for passage, values in self.values("oa:hasSource").items()}
        return {**{source: source for source in self.instances("gov:Source")}, **found}

    @cached_property
    def identity(self) -> str:
        """What tells this store from every other, in all its generations: the number its database was given."""
        return (self.folder / "graph" / "IDENTITY").read_text().strip()

    @cached_property
    def size(self) -> int:
        """How many statements there are, over all graphs."""
        return len(self.database)


def _hold(folder: Path) -> int:
    """Lock a generation against being removed, together with all who read it; gives the descriptor to close."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
