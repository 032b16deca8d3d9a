"""Derived results: what was computed, as RDF in the graph `derived`, with its method, parameters and generation.

A computation is a prov:Activity with gov:method, gov:parameters (JSON, sorted keys) and gov:generation. Each number
that it gave is a prov:Entity: prov:value, prov:wasGeneratedBy the activity, dcterms:subject what it is about (an actor,
two actors of a pair, nothing for the network as a whole), and dcterms:identifier which of several numbers it is.
IRIs are made of the method, the parameters and the subject: the same computation gives the same statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad

from graph.store import Store
from ontology.identifiers import expand, graph_name, mint

__all__ = ["DERIVED", "Computation", "Number", "Result", "publish", "put", "statements_of"]

DERIVED: Final = graph_name("derived")
Number = int | float
_DOUBLE: Final = NamedNode(expand("xsd:double"))


@dataclass(frozen=True, slots=True)
class Result:
    """One number: what it is about, which of several it is, and its value."""

    subjects: tuple[str, ...]
    part: str
    value: Number


@dataclass(frozen=True, slots=True)
class Computation:
    """What was run: the name of the method, what it is in words, its citation, its parameters, and on which data."""

    method: str
    label: str
    definition: str
    citation: str
    parameters: Mapping[str, Any]
    generation: int

    @property
    def iri(self) -> str:
        """The IRI of the activity, made of the method and the parameters."""
        return mint("activity", f"{self.method}-{_digest(self.method, self._given())}")

    def _given(self) -> str:
        return json.dumps(dict(self.parameters), sort_keys=True, ensure_ascii=False, allow_nan=False)

    def facts(self) -> list[tuple[str, Literal | NamedNode]]:
        """Give what is said of the activity: predicates as CURIEs, with their objects."""
        return [
            ("rdf:type", NamedNode(expand("prov:Activity"))),
            ("skos:prefLabel", Literal(self.label, language="en")),
            ("dcterms:description", Literal(self.definition, language="en")),
            ("dcterms:bibliographicCitation", Literal(self.citation)),
            ("gov:method", Literal(self.method)),
            ("gov:parameters", Literal(self._given())),
            ("gov:generation", Literal(self.generation)),
        ]


def statements_of(computation: Computation, results: Iterable[Result]) -> list[Quad]:
    """Give the statements about a computation and its results, in a fixed order."""
    activity, found = computation.iri, list[Quad]()
    for curie, value in computation.facts():
        found.append(_quad(activity, curie, value))
    for result in results:
        iri = mint("result", f"{computation.method}-{_digest(activity, *result.subjects, '', result.part)}")
        found.append(_quad(iri, "rdf:type", NamedNode(expand("prov:Entity"))))
        found.append(_quad(iri, "prov:wasGeneratedBy", NamedNode(activity)))
        found += [_quad(iri, "dcterms:subject", NamedNode(subject)) for subject in result.subjects]
        if result.part:
            found.append(_quad(iri, "dcterms:identifier", Literal(result.part)))
        found.append(_quad(iri, "prov:value", _number(result.value)))
    return found


def publish(store: Store, computation: Computation, results: Iterable[Result]) -> bool:
    """Put a computation into the graph `derived`, in the place of an earlier run of it; says whether anything changed.

    An earlier run with the same results is kept as it is, generation included, and no commit is made. Raises
    StoreUnreachable where the store cannot be written.
    """
    return put(store, {computation.iri: statements_of(computation, results)})


def put(store: Store, new: Mapping[str, Sequence[Quad]]) -> bool:
    """Put the statements of activities, by IRI, in the place of all that each has given before; in one commit or none.

    Activities whose statements are there already, but for the generation, are left as they are.
    """
    database = store.snapshot().database
    changed = {}
    for activity, statements in new.items():
        # what Oxigraph makes of a number may be written otherwise than Python does: compare like with like
        stored = pyoxigraph.Store()
        stored.extend(statements)
        if _lasting(_of_activity(database, activity)) != _lasting(set(stored)):
            changed[activity] = statements
    if not changed:
        return False

    def change(database: pyoxigraph.Store) -> None:
        for activity, statements in changed.items():
            for quad in _of_activity(database, activity):
                database.remove(quad)
            database.extend(statements)

    store.commit(change)
    return True


def _of_activity(database: pyoxigraph.Store, activity: str) -> set[Quad]:
    graph, generated = NamedNode(DERIVED), NamedNode(expand("prov:wasGeneratedBy"))
    found = set(database.quads_for_pattern(NamedNode(activity), None, None, graph))
    for result in list(database.quads_for_pattern(None, generated, NamedNode(activity), graph)):
        found.update(database.quads_for_pattern(result.subject, None, None, graph))
    return found


def _lasting(quads: set[Quad]) -> set[Quad]:
    """Leave out the generation: all that a run on other data with the same results would say otherwise."""
    return {quad for quad in quads if quad.predicate.value != expand("gov:generation")}


def _quad(subject: str, curie: str, value: Literal | NamedNode) -> Quad:
    return Quad(NamedNode(subject), NamedNode(expand(curie)), value, NamedNode(DERIVED))


def _number(value: Number) -> Literal:
    return Literal(repr(value), datatype=_DOUBLE) if isinstance(value, float) else Literal(value)


def _digest(*words: str) -> str:
    return sha256("\n".join(words).encode()).hexdigest()[:16]
