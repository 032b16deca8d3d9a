"""Places: which territory lies in which, and which country each belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pyoxigraph
from pyoxigraph import Literal, NamedNode

from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import expand

__all__ = ["Lookup", "Places", "places"]


@dataclass(frozen=True, slots=True)
class Places:
    """The hierarchy of territories; `within` and `code` by IRI."""

    within: Mapping[str, str]
    code: Mapping[str, str]

    def chain(self, territory: str | None) -> list[str]:
        """Give the territory and all that it lies in, smallest first; [] for None. A circle is walked once."""
        found: list[str] = []
        while territory and territory not in found:
            found.append(territory)
            territory = self.within.get(territory)
        return found

    def country(self, territory: str | None) -> str | None:
        """Give the code of the country (EU for the Union) that the territory is or lies in; None outside of any."""
        return next((self.code[place] for place in self.chain(territory) if place in self.code), None)

    def contains(self, outer: str, inner: str) -> bool:
        """Say whether `inner` is `outer` or lies in it."""
        return outer in self.chain(inner)


@remembered(1)
def places(snapshot: Snapshot) -> Places:
    """Read the hierarchy of territories, once for a generation; an empty graph gives one without places."""
    within = {subject: values[0] for subject, values in snapshot.values("gov:within").items()}
    code = {subject: values[0] for subject, values in snapshot.values("gov:countryCode").items()}
    return Places(within, code)


class Lookup:
    """The countries of a few places, each looked up when it is asked for: for those of one load, say."""

    def __init__(self, database: pyoxigraph.Store) -> None:
        self._database = database
        self.country = cache(self._country)

    def _country(self, territory: str | None) -> str | None:
        """Give the code of the country that the territory is or lies in, as Places does; None outside of any."""
        seen = set[str]()
        while territory and territory not in seen:
            seen.add(territory)
            code = self._first(territory, "gov:countryCode")
            if code is not None:
                return code
            territory = self._first(territory, "gov:within")
        return None

    def _first(self, territory: str, curie: str) -> str | None:
        quads = self._database.quads_for_pattern(NamedNode(territory), NamedNode(expand(curie)), None)
        values = [quad.object.value for quad in quads if isinstance(quad.object, NamedNode | Literal)]
        return min(values, default=None)
