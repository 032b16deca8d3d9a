"""Terms: every class, property and concept with all that a reader of the ontology wants to know of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from ontology.identifiers import DEF, compact, expand
from ontology.vocabulary import FOLDER, ontology_quads

__all__ = ["Alignment", "Term", "terms", "version"]

KINDS: Final[Mapping[str, str]] = {
    "owl:Class": "class",
    "owl:ObjectProperty": "property",
    "owl:DatatypeProperty": "property",
    "owl:AnnotationProperty": "property",
    "skos:ConceptScheme": "scheme",
    "skos:Concept": "concept",
}
_SCHEMA: Final = "https://schema.org/"  # no prefix of ours
_ALIGNING: Final = (
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
    "owl:equivalentClass",
    "owl:equivalentProperty",
    "skos:exactMatch",
    "skos:closeMatch",
    "skos:broadMatch",
    "skos:narrowMatch",
    "skos:relatedMatch",
)


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a term relates to a term of another vocabulary, or to a broader term of ours."""

    relation: str
    iri: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term: `kind` is class, property, scheme or concept; `scheme` the notation of a concept's scheme.

    `used_with` are the classes that a property is meant for, `values` what it holds, `values_from` the notation of the
    scheme that its values are from; `notes` remarks, such as why a term is defined and not used.
    """

    iri: str
    name: str
    kind: str
    label: str
    definition: str
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    scheme: str | None
    used_with: tuple[str, ...]
    values: tuple[str, ...]
    values_from: str | None
    broader: str | None
    alignments: tuple[Alignment, ...]


@cache
def terms() -> Mapping[str, Term]:
    """Read all terms of the ontology and their alignments, in the order of their IRIs."""
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in [*ontology_quads(), *_alignment_quads()]:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            known = facts[quad.subject.value][compact(quad.predicate.value)]
            if quad.object.value not in known:
                known.append(quad.object.value)
    found = {}
    for iri, values in sorted(facts.items()):
        kind = next((KINDS[name] for name in map(compact, values["rdf:type"]) if name in KINDS), None)
        if kind and iri.startswith(DEF):
            found[iri] = _term(iri, kind, values)
    return MappingProxyType(found)


def version() -> str:
    """Give the version of the ontology."""
    header = next(quad for quad in ontology_quads() if quad.predicate.value == expand("owl:versionInfo"))
    return getattr(header.object, "value", "")


def _alignment_quads() -> Iterator[Quad]:
    yield from parse(path=FOLDER / "alignments.ttl", format=RdfFormat.TURTLE)


def _term(iri: str, kind: str, values: Mapping[str, list[str]]) -> Term:
    def all_of(*names: str) -> tuple[str, ...]:
        return tuple(value for name in names for value in values.get(name, ()))

    def first(*names: str) -> str | None:
        return next(iter(all_of(*names)), None)

    name = iri.removeprefix(DEF)
    from_scheme = first("gov:valuesFrom")
    return Term(
        iri=iri,
        name=name,
        kind=kind,
        label=first("rdfs:label", "skos:prefLabel") or name,
        definition=first("skos:definition") or "",
        sources=all_of("dcterms:source"),
        notes=all_of("skos:scopeNote", "skos:editorialNote", "skos:note"),
        scheme=name.partition("/")[0] if kind == "concept" else None,
        used_with=all_of(f"{_SCHEMA}domainIncludes"),
        values=all_of(f"{_SCHEMA}rangeIncludes"),
        values_from=from_scheme.rpartition("/")[2] if from_scheme else None,
        broader=first("skos:broader"),
        alignments=tuple(Alignment(relation, other) for relation in _ALIGNING for other in values.get(relation, ())),
    )
