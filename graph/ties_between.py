"""Ties between places: the flows and mechanisms that join two countries, or two places, counted pair by pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from graph.columns import columns_of, where
from graph.filters import Filters
from graph.lists import list_rows
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.spread import seats_of

__all__ = ["BETWEEN", "TIES", "Tie", "Ties", "ties_between"]

TIES: Final = ("flows", "mechanisms")
BETWEEN: Final = ("countries", "places")


@dataclass(frozen=True, slots=True)
class Tie:
    """How many flows run from `source` to `target`, or how many mechanisms tie the two (then in order of names).

    The ends are codes of countries (EU for the Union) or IRIs of places. `with_amount` of the flows have an amount;
    None for mechanisms, which have none.
    """

    source: str
    target: str
    count: int
    with_amount: int | None


@dataclass(frozen=True, slots=True)
class Ties:
    """Ties from the most to the least, and what joins no two: `within` one place, `unplaced` with an unknown end."""

    ties: tuple[Tie, ...]
    total: int
    within: int
    unplaced: int


@remembered(32)
def ties_between(snapshot: Snapshot, what: str, between: str, filters: Filters) -> Ties:
    """Count flows or mechanisms between countries or places, in what the filters let through.

    A body is where its jurisdiction is; of several places the first in order of IRIs counts. With a country, one end
    of each pair is in it. An empty graph has no ties. The cost is one scan of the flow columns, or that of the list of
    mechanisms.
    """
    counts = _flows(snapshot, between, filters) if what == "flows" else _mechanisms(snapshot, between, filters)
    found = [
        Tie(source, target, count, amounts if what == "flows" else None)
        for (source, target), (count, amounts) in counts.pairs.items()
    ]
    found.sort(key=lambda tie: (-tie.count, tie.source, tie.target))
    return Ties(tuple(found), counts.total, counts.within, counts.unplaced)


@dataclass(frozen=True, slots=True)
class _Counts:
    pairs: Mapping[tuple[str, str], tuple[int, int]]
    total: int
    within: int
    unplaced: int


def _flows(snapshot: Snapshot, between: str, filters: Filters) -> _Counts:
    condition, inputs = where(filters)
    if between == "countries":
        sql = (
            "SELECT CAST(payer_country AS VARCHAR) AS one, CAST(recipient_country AS VARCHAR) AS other, count(*), "
            f"count(amount_max) FROM flows WHERE {condition} GROUP BY ALL"
        )
    else:
        bodies, spots = seats_of(snapshot).pairs(around=False)
        inputs = {**inputs, "bodies": bodies, "spots": spots}
        sql = f"""
            WITH seat AS (SELECT unnest($bodies::VARCHAR[]) AS body, unnest($spots::VARCHAR[]) AS spot)
            SELECT one.spot, other.spot, count(*), count(amount_max) FROM flows
            LEFT JOIN seat AS one ON payer = one.body LEFT JOIN seat AS other ON recipient = other.body
            WHERE {condition} GROUP BY ALL
        """
    rows = columns_of(snapshot).tuples(sql, inputs)
    return _Counts(
        pairs={(one, other): (count, known) for one, other, count, known in rows if one and other and one != other},
        total=sum(count for *_, count, _ in rows),
        within=sum(count for one, other, count, _ in rows if one and one == other),
        unplaced=sum(count for one, other, count, _ in rows if not one or not other),
    )


def _mechanisms(snapshot: Snapshot, between: str, filters: Filters) -> _Counts:
    seats = seats_of(snapshot)
    pairs = Counter[tuple[str, str]]()
    total = within = unplaced = 0
    for row in list_rows(snapshot, "mechanisms", filters):
        spots = {spot for body in row["participants"] for spot in seats.of.get(body, [])[:1]}
        ends = seats.codes(spots) if between == "countries" else spots
        total += 1
        within += len(ends) == 1
        unplaced += not ends
        own = {end for end in ends if filters.country in (None, end, *seats.codes([end]))}
        pairs.update(pair for pair in combinations(sorted(ends), 2) if own.intersection(pair))
    return _Counts({pair: (count, 0) for pair, count in pairs.items()}, total, within, unplaced)
