"""Known: what is there already where a source is loaded into, as far as a loader has to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from pyoxigraph import Literal, NamedNode

__all__ = ["NOTHING", "Described", "Known"]

Term = NamedNode | Literal


class Known(Protocol):
    """The things that a store describes."""

    def has(self, iri: str) -> bool:
        """Say whether anything is stated about the thing."""
        ...

    def keys(self, kind: str) -> Iterable[str]:
        """Give the keys of all things of a kind (actor, passage …)."""
        ...

    def label(self, iri: str) -> str | None:
        """Give the English name of a thing, or None where it has none."""
        ...

    def described(self, iri: str) -> Mapping[str, frozenset[Term]]:
        """Give what is stated about a thing, by property IRI; {} for an unknown one."""
        ...


class _Nothing:
    """A store that knows nothing."""

    def has(self, iri: str) -> bool:
        del iri
        return False

    def keys(self, kind: str) -> Iterable[str]:
        del kind
        return ()

    def label(self, iri: str) -> str | None:
        del iri
        return None

    def described(self, iri: str) -> Mapping[str, frozenset[Term]]:
        del iri
        return {}


NOTHING: Known = _Nothing()


class Described:
    """What is there already, with what the sources that are loaded together describe before each other."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._added: set[str] = set()

    def add(self, iri: str) -> None:
        """Note that a source describes the thing."""
        self._added.add(iri)

    def has(self, iri: str) -> bool:
        """Say whether anything is stated about the thing."""
        return iri in self._added or self._known.has(iri)

    def keys(self, kind: str) -> Iterable[str]:
        """Give the keys of all things of a kind that were there before."""
        return self._known.keys(kind)

    def label(self, iri: str) -> str | None:
        """Give the English name that a thing had before."""
        return self._known.label(iri)

    def described(self, iri: str) -> Mapping[str, frozenset[Term]]:
        """Give what was stated about a thing before."""
        return self._known.described(iri)
