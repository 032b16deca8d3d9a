"""IRIs: how things, concepts and graphs are named. The same input gives the same IRI on any machine."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

from ontology.errors import SubsidiaError

__all__ = [
    "BASE",
    "CURRENCIES",
    "DEF",
    "GRAPH",
    "ID",
    "PREFIXES",
    "MalformedName",
    "compact",
    "concept",
    "currency",
    "expand",
    "graph_name",
    "is_slug",
    "mint",
    "notation",
    "short_name",
    "slug",
    "slugified",
]

BASE: Final = "https://w3id.org/subsidia/"
DEF: Final = "https://w3id.org/subsidia/def/"
ID: Final = "https://w3id.org/subsidia/id/"
GRAPH: Final = "https://w3id.org/subsidia/graph/"
CURRENCIES: Final = "http://publications.europa.eu/resource/authority/currency/"

PREFIXES: Final[dict[str, str]] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "gov": DEF,
    "locn": "http://www.w3.org/ns/locn#",
    "m8g": "http://data.europa.eu/m8g/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "void": "http://rdfs.org/ns/void#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class MalformedName(SubsidiaError):
    """A name that cannot end an IRI."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name!r} cannot name a thing: use lower-case letters, digits and single hyphens")


def is_slug(name: str) -> bool:
    """Say whether `name` can end an IRI as it is.

    >>> is_slug("es-integration-fund"), is_slug("Zürich")
    (True, False)
    """
    return _SLUG.fullmatch(name) is not None


def slugified(words: str) -> str:
    """Make words into a name that can end an IRI; "unnamed" where no letter or digit of them can.

    >>> slugified("Our Tables_2"), slugified("…")
    ('our-tables-2', 'unnamed')
    """
    return re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-") or "unnamed"


def short_name(iri: str) -> str:
    """Give a name for a thing that can be a part of ours: its own where it has one, else one made of its whole IRI.

    >>> short_name("https://w3id.org/subsidia/id/actor/es-state"), short_name("http://example.org/x#A")
    ('es-state', 'http-example-org-x-a-5e05d493')
    """
    name = slug(iri)
    return name if is_slug(name) else f"{slugified(iri)}-{sha256(iri.encode()).hexdigest()[:8]}"


def mint(kind: str, name: str) -> str:
    """Give the IRI of the thing of that kind and name.

    >>> mint("actor", "es-state")
    'https://w3id.org/subsidia/id/actor/es-state'
    """
    if not is_slug(name):
        raise MalformedName(name)
    return f"{ID}{kind}/{name}"


def graph_name(name: str) -> str:
    """Give the IRI of the named graph of that name.

    >>> graph_name("casebook")
    'https://w3id.org/subsidia/graph/casebook'
    """
    if not is_slug(name):
        raise MalformedName(name)
    return GRAPH + name


def concept(scheme: str, notation: str) -> str:
    """Give the IRI of a concept.

    >>> concept("level", "local")
    'https://w3id.org/subsidia/def/level/local'
    """
    return f"{DEF}{scheme}/{notation}"


def currency(code: str) -> str:
    """Give the EU authority's IRI of an ISO 4217 code.

    >>> currency("EUR")
    'http://publications.europa.eu/resource/authority/currency/EUR'
    """
    return CURRENCIES + code


def slug(iri: str) -> str:
    """Give the last part of an IRI, which is the name it was minted from.

    >>> slug("https://w3id.org/subsidia/id/actor/es-state")
    'es-state'
    """
    return iri.rsplit("/", 1)[-1]


notation = slug


def expand(curie: str) -> str:
    """Turn a prefixed name into an IRI; KeyError for a prefix that is not ours.

    >>> expand("gov:payer")
    'https://w3id.org/subsidia/def/payer'
    """
    prefix, _, local = curie.partition(":")
    return PREFIXES[prefix] + local


def compact(iri: str) -> str:
    """Turn an IRI into a prefixed name where a prefix fits, else give it back.

    >>> compact("https://w3id.org/subsidia/def/payer"), compact("http://example.org/x")
    ('gov:payer', 'http://example.org/x')
    """
    for prefix, base in PREFIXES.items():
        local = iri.removeprefix(base)
        if local != iri and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", local):
            return f"{prefix}:{local}"
    return iri
