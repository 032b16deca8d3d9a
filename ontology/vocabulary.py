"""The ontology as the program sees it: classes, properties and concepts, read once from the Turtle files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from ontology.errors import UnknownTerm
from ontology.identifiers import DEF, expand, notation

__all__ = ["FOLDER", "Concept", "Vocabulary", "ontology_files", "ontology_quads", "vocabulary"]

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept of a scheme: its notation, its English name, the names it may be typed as, its place."""

    iri: str
    scheme: str
    notation: str
    label: str
    definition: str
    names: tuple[str, ...]
    broader: str | None
    rank: int | None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All terms: `terms` maps each class and property to its English label, `schemes` each scheme to its concepts."""

    terms: Mapping[str, str]
    schemes: Mapping[str, Mapping[str, Concept]]

    def concept(self, scheme: str, word: str) -> Concept:
        """Give the concept that `word` names: by notation, label or other name, in any case.

        Raises UnknownTerm with near matches.
        """
        concepts = self.schemes[scheme]
        if word in concepts:
            return concepts[word]
        folded = word.casefold().strip()
        for candidate in concepts.values():
            if folded in candidate.names:
                return candidate
        raise UnknownTerm(scheme, word, concepts)

    def narrower(self, scheme: str, notation: str) -> frozenset[str]:
        """Give the notations of the concept and of all below it."""
        found = {notation}
        while True:
            below = {c.notation for c in self.schemes[scheme].values() if c.broader in found}
            if below <= found:
                return frozenset(found)
            found |= below

    def ordered(self, scheme: str, words: Iterable[str]) -> list[str]:
        """Give words in the order of a scheme, each once; words that are no concept of it come last, and "" after them.

        >>> vocabulary().ordered("level", ["", "local", "parish", "eu"])
        ['eu', 'local', 'parish', '']
        """
        rank = {notation: place for place, notation in enumerate(self.schemes[scheme])}
        return sorted(set(words), key=lambda word: (rank.get(word, len(rank)), not word, word))

    def label(self, iri: str) -> str:
        """Give the English name of a concept or term; the end of the IRI where it is not ours."""
        scheme, _, rest = iri.removeprefix(DEF).partition("/")
        if rest and rest in self.schemes.get(scheme, {}):
            return self.schemes[scheme][rest].label
        return self.terms.get(iri, notation(iri))


def ontology_files() -> list[Path]:
    """List the Turtle files of the core ontology and its concept schemes, in a fixed order."""
    return [FOLDER / "core.ttl", *sorted((FOLDER / "schemes").glob("*.ttl"))]


def ontology_quads() -> Iterator[Quad]:
    """Give every triple of the core ontology and the schemes."""
    for path in ontology_files():
        yield from parse(path=path, format=RdfFormat.TURTLE)


@cache
def vocabulary() -> Vocabulary:
    """Read the ontology; the result is shared and cannot be changed."""
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in ontology_quads():
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            facts[quad.subject.value][quad.predicate.value].append(quad.object.value)
    terms = {
        iri: values[expand("rdfs:label")][0]
        for iri, values in sorted(facts.items())
        if iri.startswith(DEF) and values.get(expand("rdfs:label"))
    }
    schemes: dict[str, dict[str, Concept]] = defaultdict(dict)
    for iri, values in sorted(facts.items()):
        if expand("skos:Concept") in values[expand("rdf:type")] and iri.startswith(DEF):
            concept = _concept(iri, values)
            schemes[concept.scheme][concept.notation] = concept
    ordered = {
        name: MappingProxyType(dict(sorted(found.items(), key=_scheme_order)))
        for name, found in sorted(schemes.items())
    }
    return Vocabulary(MappingProxyType(terms), MappingProxyType(ordered))


def _scheme_order(item: tuple[str, Concept]) -> tuple[int, str]:
    return (item[1].rank if item[1].rank is not None else 0, item[0])


def _concept(iri: str, values: Mapping[str, list[str]]) -> Concept:
    scheme, _, name = iri.removeprefix(DEF).partition("/")

    def first(curie: str) -> str | None:
        return next(iter(values.get(expand(curie), [])), None)

    labels = values.get(expand("skos:prefLabel"), []) + values.get(expand("skos:altLabel"), [])
    broader, rank = first("skos:broader"), first("gov:rank")
    return Concept(
        iri=iri,
        scheme=scheme,
        notation=name,
        label=first("skos:prefLabel") or name,
        definition=first("skos:definition") or "",
        names=tuple(label.casefold() for label in labels),
        broader=notation(broader) if broader else None,
        rank=int(rank) if rank is not None else None,
        facts={key.removeprefix(DEF): found[0] for key, found in values.items() if key.startswith(DEF)},
    )
