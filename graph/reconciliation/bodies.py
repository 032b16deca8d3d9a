"""Bodies: the actors of the graph with what tells them apart: names, identifiers, country, level, kind, place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from graph.places import Places, places
from graph.reconciliation.names import Name, folded, name_of
from graph.snapshot import Snapshot
from ontology.identifiers import BASE, expand, slug

__all__ = ["IDENTIFIERS", "Body", "bodies", "comparable", "identifiers", "names_of"]

IDENTIFIERS: Final = ("skos:exactMatch", "owl:sameAs", "dcterms:identifier", "org:identifier")
"""The properties whose value names one thing in a list of somebody else's."""

_NAMES: Final = ("skos:prefLabel", "skos:altLabel")


@dataclass(frozen=True, slots=True)
class Body:
    """An actor as it is compared; None and the empty set for what is not known.

    `identifiers` are those of other lists, its own IRI among them where that is not one of ours; `levels` all levels at
    which it acts; `around` its place and all that this lies in, by code where they have one; `sources` the named graphs
    that call it an actor; `part_of` the bodies that it is a part of.
    """

    iri: str
    names: tuple[Name, ...]
    identifiers: frozenset[str] = frozenset()
    country: str | None = None
    levels: frozenset[str] = frozenset()
    type: str | None = None
    collective: bool = False
    around: tuple[str, ...] = ()
    sources: frozenset[str] = frozenset()
    part_of: frozenset[str] = frozenset()


def bodies(snapshot: Snapshot) -> list[Body]:
    """Read the actors, in the order of their IRIs; [] for an empty graph. The cost is one scan of each property."""
    names, listed = names_of(snapshot), identifiers(snapshot)
    levels = [snapshot.values(curie) for curie in ("gov:level", "gov:alsoLevel")]
    kinds, collective = snapshot.values("gov:actorType"), snapshot.values("gov:collective")
    wholes = snapshot.values("org:subOrganizationOf")
    homes, sources = snapshot.values("gov:jurisdiction"), _sources(snapshot)
    where, codes = places(snapshot), _codes(snapshot)
    return [
        Body(
            iri=iri,
            names=names.get(iri, ()),
            identifiers=listed.get(iri, frozenset()) | ({comparable(iri)} if not iri.startswith(BASE) else set()),
            country=where.country(homes.get(iri, [None])[0]),
            levels=frozenset(slug(level) for found in levels for level in found.get(iri, ())),
            type=slug(kinds[iri][0]) if iri in kinds else None,
            collective=collective.get(iri) == ["true"],
            around=_around(where, codes, homes.get(iri, [None])[0]),
            sources=frozenset(sources[iri]),
            part_of=frozenset(wholes.get(iri, ())),
        )
        for iri in sorted(sources)
    ]


def names_of(snapshot: Snapshot) -> dict[str, tuple[Name, ...]]:
    """Give the names of each thing, in all languages, each once as it is compared."""
    found: dict[str, dict[tuple[str, frozenset[str]], Name]] = defaultdict(dict)
    for curie in _NAMES:
        for iri, values in snapshot.values(curie).items():
            for value in values:
                name = name_of(value)
                if name.words:
                    found[iri].setdefault((name.joined, name.forms), name)
    return {iri: tuple(names.values()) for iri, names in found.items()}


def identifiers(snapshot: Snapshot) -> dict[str, frozenset[str]]:
    """Give the identifiers of each thing in other lists, written so that they can be compared."""
    found: dict[str, set[str]] = defaultdict(set)
    for curie in IDENTIFIERS:
        for iri, values in snapshot.values(curie).items():
            found[iri].update(map(comparable, values))
    return {iri: frozenset(values - {""}) for iri, values in found.items()}


def comparable(identifier: str) -> str:
    """Write an identifier as it is compared: without scheme, `www.` and the end's slash, Wikidata's pages as entities.

    >>> comparable("https://www.wikidata.org/wiki/Q42"), comparable("http://www.wikidata.org/entity/Q42/")
    ('wikidata.org/entity/Q42', 'wikidata.org/entity/Q42')
    >>> comparable(" GB-COH-00123456 ")
    'GB-COH-00123456'
    """
    text = identifier.strip()
    address = re.fullmatch(r"(?i:https?)://(?:www\.)?([^/]*)(.*?)/?", text)
    if address is None:
        return text
    host, path = address[1].lower(), address[2]
    return host + (path.replace("/wiki/", "/entity/", 1) if host == "wikidata.org" else path)


def _sources(snapshot: Snapshot) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for quad in snapshot.quads(predicate=expand("rdf:type"), object_=expand("gov:Actor")):
        if isinstance(quad.subject, NamedNode):
            found[quad.subject.value].add(getattr(quad.graph_name, "value", ""))
    return found


def _codes(snapshot: Snapshot) -> dict[str, str]:
    """Give what each place is the same as in every source: its code, else its country's and its own name."""
    where = places(snapshot)
    found = {}
    for iri in snapshot.instances("gov:Territory"):
        name = snapshot.labels.get(iri)
        found[iri] = f"{where.country(iri)} {folded(name)}" if name else iri
    for curie in ("gov:lauCode", "gov:nutsCode", "gov:countryCode"):
        found.update({iri: f"{curie} {values[0]}" for iri, values in snapshot.values(curie).items()})
    return found


def _around(where: Places, codes: Mapping[str, str], home: str | None) -> tuple[str, ...]:
    return tuple(_unique(codes.get(place, place) for place in where.chain(home)))


def _unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
