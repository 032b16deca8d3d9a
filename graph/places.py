"""Places: which territory lies in which, and which country each belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.snapshot import Snapshot

__all__ = ["Places", "places"]


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


def places(snapshot: Snapshot) -> Places:
    """Read the hierarchy of territories; an empty graph gives one without places."""
    within = {subject: values[0] for subject, values in snapshot.values("gov:within").items()}
    code = {subject: values[0] for subject, values in snapshot.values("gov:countryCode").items()}
    return Places(within, code)
