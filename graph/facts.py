"""Facts: statements read property by property, and whether a thing lies in the place, field and years asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph.duty import DutyKind, kind_of_duty
from graph.filters import Filters
from graph.places import places
from graph.snapshot import Snapshot
from graph.time import holds, year
from ontology.identifiers import slug
from ontology.vocabulary import vocabulary

__all__ = ["Facts"]


class Facts:
    """The statements that comparisons read, one scan a property, and whether a thing is within what is asked."""

    def __init__(self, snapshot: Snapshot, filters: Filters) -> None:
        """Read nothing yet; of `filters` field and years narrow."""
        self._snapshot = snapshot
        self._values: dict[str, Mapping[str, Sequence[str]]] = {}
        self.filters = filters
        self.places = places(snapshot)
        self._span = filters.span
        self._fields = vocabulary().narrower("field", filters.field) if filters.field else None

    def all(self, curie: str) -> Mapping[str, Sequence[str]]:
        """Give the values of a property, by thing."""
        if curie not in self._values:
            self._values[curie] = self._snapshot.values(curie)
        return self._values[curie]

    def words(self, curie: str, thing: str) -> list[str]:
        """Give the notations of the concepts that a property of a thing names."""
        return [slug(value) for value in self.all(curie).get(thing, [])]

    def word(self, curie: str, thing: str) -> str:
        """Give the first of them, or nothing."""
        return next(iter(self.words(curie, thing)), "")

    def kind_of_duty(self, competence: str) -> DutyKind:
        """Say whether a competence is a duty, a known absence or a norm."""
        return kind_of_duty(self.word("gov:modality", competence), self.word("gov:nature", competence))

    def years(self, thing: str) -> tuple[int | None, int | None]:
        """Give the first and the last year of a thing; None for open or unknown."""
        first, last = (self.all(curie).get(thing, [None])[0] for curie in ("gov:validFrom", "gov:validTo"))
        return year(first), year(last)

    def asked(self, thing: str) -> bool:
        """Say whether the thing holds in the years, and is in the field, that are asked for."""
        in_field = self._fields is None or any(map(self.in_field, self.words("gov:field", thing)))
        return in_field and holds(*self.years(thing), *self._span)

    def in_field(self, field: str) -> bool:
        """Say whether a field is the one asked for, or lies below it."""
        return self._fields is None or field in self._fields

    def inside(self, place: str, thing: str, curie: str = "gov:over") -> bool:
        """Say whether a thing is over the place, or over one that lies in it."""
        return any(self.lies_in(place, each) for each in self.all(curie).get(thing, []))

    def lies_in(self, outer: str, inner: str) -> bool:
        """Say whether a place is or lies in another; the Union stands for itself, not for all that lies in it."""
        return inner == outer if self.places.code.get(outer) == "EU" else self.places.contains(outer, inner)

    def seated(self, place: str) -> set[str]:
        """Give the bodies whose jurisdiction is the place or lies in it."""
        return {actor for actor in self.all("gov:jurisdiction") if self.inside(place, actor, "gov:jurisdiction")}
