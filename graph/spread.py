"""Spread: how what is recorded spreads over countries and places, counted as the lists of the graph count it.

A thing of two countries counts in both, so the counts add up to more than the things. Where nothing is recorded there
is no count at all: it is never zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from graph.columns import columns_of, where
from graph.duty import kind_of_duty
from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.lists import list_rows
from graph.places import Places, places
from graph.remember import remembered
from graph.researched import searches_asked
from graph.snapshot import Snapshot

__all__ = ["COUNTED", "Seats", "Spread", "seats_of", "spread_of"]

COUNTED: Final = ("reported-gaps", "indicated-gaps", "duties", "mechanisms", "flows", "scopes")
Item = tuple[set[str], set[str]]
"""The countries and the places of one thing."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Counts by the code of the country (EU for the Union) and by the IRI of the place, with all that lies in it.

    `total` things were counted, `nowhere` of them belong to no country that the graph states.
    """

    countries: Mapping[str, int]
    places: Mapping[str, int]
    total: int
    nowhere: int


@dataclass(frozen=True, slots=True)
class Seats:
    """Where bodies are: the places of their jurisdiction, by IRI."""

    places: Places
    of: Mapping[str, Sequence[str]]

    def codes(self, spots: Iterable[str]) -> set[str]:
        """Give the countries of places; the Union is only that of its own place, not of what lies in it."""
        found = {(self.places.country(spot), self.places.code.get(spot)) for spot in spots}
        return {code for code, own in found if code and (code != "EU" or own == "EU")}

    def around(self, spots: Iterable[str]) -> set[str]:
        """Give places with all that they lie in, short of countries and the Union."""
        return {place for spot in spots for place in self.places.chain(spot) if place not in self.places.code}

    def pairs(self, *, around: bool) -> tuple[list[str], list[str]]:
        """Give bodies and their places as two columns; `around` adds what the places lie in, and drops countries."""
        found = {
            (body, spot) for body, spots in self.of.items() for spot in (self.around(spots) if around else spots[:1])
        }
        ordered = sorted(found)
        return [body for body, _ in ordered], [spot for _, spot in ordered]


@remembered(2)
def seats_of(snapshot: Snapshot) -> Seats:
    """Read where the bodies are; an empty graph has none."""
    return Seats(places(snapshot), snapshot.values("gov:jurisdiction"))


@remembered(64)
def spread_of(snapshot: Snapshot, measure: str, filters: Filters) -> Spread:
    """Count one of COUNTED by country and place, in what the filters let through.

    Raises KeyError for another measure. An empty graph gives no counts. The cost is that of the list of such things,
    once; flows are counted in columns.
    """
    if measure == "flows":
        return _flows(snapshot, filters)
    countries, spots = Counter[str](), Counter[str]()
    total = nowhere = 0
    for codes, where_ in _ITEMS[measure](snapshot, seats_of(snapshot), filters):
        total += 1
        nowhere += not codes
        countries.update(codes)
        spots.update(where_)
    return Spread(dict(countries), dict(spots), total, nowhere)


def _gaps(state: str) -> Callable[[Snapshot, Seats, Filters], Iterator[Item]]:
    def items(snapshot: Snapshot, seats: Seats, filters: Filters) -> Iterator[Item]:
        # without the rules, where only what sources state is counted
        asked = replace(filters, basis="stated") if (state, filters.basis) == ("reported", None) else filters
        for gap in find_gaps(snapshot, asked):
            if gap.state == state:
                spots = {spot for body in gap.between for spot in seats.of.get(body, [])}
                yield ({gap.country} if gap.country else set()), seats.around(spots)

    return items


def _duties(snapshot: Snapshot, seats: Seats, filters: Filters) -> Iterator[Item]:
    for row in list_rows(snapshot, "competences", filters):
        if kind_of_duty(row["modality"], row["nature"]) == "duty":
            spots = [row["territory"]] if row["territory"] else []
            yield ({row["country"]} if row["country"] else set()), seats.around(spots)


def _mechanisms(snapshot: Snapshot, seats: Seats, filters: Filters) -> Iterator[Item]:
    for row in list_rows(snapshot, "mechanisms", filters):
        spots = {spot for body in row["participants"] for spot in seats.of.get(body, [])}
        codes = seats.codes(spots) | ({row["country"]} if row["country"] else set())
        yield codes, seats.around(spots | ({row["territory"]} if row["territory"] else set()))


def _scopes(snapshot: Snapshot, seats: Seats, filters: Filters) -> Iterator[Item]:
    for each in searches_asked(snapshot, filters):
        codes = seats.codes(each.spots)
        if filters.country in (None, *codes):
            yield codes, seats.around(each.spots)


_ITEMS: Final[Mapping[str, Callable[[Snapshot, Seats, Filters], Iterator[Item]]]] = {
    "reported-gaps": _gaps("reported"),
    "indicated-gaps": _gaps("indicated"),
    "duties": _duties,
    "mechanisms": _mechanisms,
    "scopes": _scopes,
}


def _flows(snapshot: Snapshot, filters: Filters) -> Spread:
    """Count the flows that a body of the country, or place, pays or receives: one that it does both counts once."""
    columns = columns_of(snapshot)
    condition, inputs = where(filters)
    pairs = columns.tuples(
        "SELECT CAST(payer_country AS VARCHAR), CAST(recipient_country AS VARCHAR), count(*) "
        f"FROM flows WHERE {condition} GROUP BY ALL",
        inputs,
    )
    countries = Counter[str]()
    for payer, recipient, count in pairs:
        for code in {payer, recipient} - {None}:
            countries[code] += count
    bodies, spots = seats_of(snapshot).pairs(around=True)
    found = columns.tuples(
        f"""
        WITH seat AS (SELECT unnest($bodies::VARCHAR[]) AS body, unnest($spots::VARCHAR[]) AS spot),
             chosen AS (SELECT payer, recipient FROM flows WHERE {condition}),
             counts AS (
                 SELECT spot, count(*) AS n FROM chosen JOIN seat ON payer = body GROUP BY spot
                 UNION ALL
                 SELECT spot, count(*) AS n FROM chosen JOIN seat ON recipient = body GROUP BY spot
                 UNION ALL
                 SELECT one.spot, -count(*) AS n FROM chosen JOIN seat AS one ON payer = one.body
                 JOIN seat AS other ON recipient = other.body AND one.spot = other.spot GROUP BY one.spot)
        SELECT spot, CAST(sum(n) AS BIGINT) FROM counts GROUP BY spot
        """,
        {**inputs, "bodies": bodies, "spots": spots},
    )
    total = sum(count for *_, count in pairs)
    nowhere = sum(count for payer, recipient, count in pairs if payer is None and recipient is None)
    return Spread(dict(countries), dict(found), total, nowhere)
