"""Money by country and place: what bodies of each pay or receive, in one kind of sum.

Only like adds to like: one quantity, currency, phase and period. Money passed on is not added to the money that it
comes from, and ranges keep both ends.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from graph.columns import columns_of, where
from graph.filters import Filters
from graph.funding.interval import Interval, exact
from graph.funding.matrix import SUMMABLE, Cell, funding_matrix, period_sql
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.spread import seats_of
from graph.tabular.choice import flow_engine

__all__ = ["SIDES", "Kind", "Money", "MoneySpread", "money_spread"]

Side = Literal["paid", "received"]
SIDES: Final[Mapping[Side, str]] = {"paid": "payer", "received": "recipient"}


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """What may be added: amounts of one quantity, currency, phase ("" where none is stated) and period."""

    quantity: str
    currency: str
    phase: str
    period: str


@dataclass(frozen=True, slots=True)
class Money:
    """A sum with both its ends, None where no flow of the kind has an amount.

    `flows` are those of the quantity that may be summed, of any currency, phase and period, with or without an
    amount; `with_amount` those that are in the sum.
    """

    amount: Interval | None
    flows: int
    with_amount: int


@dataclass(frozen=True, slots=True)
class MoneySpread:
    """Sums by country and by place (with all that lies in it), in one kind; None where there is nothing to add.

    `kinds` are all that could be chosen, each with the number of countries that have an amount of it. `passed_on`
    counts the flows left out because their money is counted where it comes from, `nowhere` those of the kind whose
    payer, or recipient, is in no stated country.
    """

    kind: Kind | None
    kinds: tuple[tuple[Kind, int], ...]
    countries: Mapping[str, Money]
    places: Mapping[str, Money]
    passed_on: int
    nowhere: int


@remembered(64)
def money_spread(
    snapshot: Snapshot,
    side: Side,
    filters: Filters,
    currency: str | None = None,
    phase: str | None = None,
    period: str | None = None,
) -> MoneySpread:
    """Add up what bodies of each country and place pay, or receive.

    `currency`, `phase` ("" for none stated) and `period` choose the kind, as does the quantity in `filters.type`;
    of several that fit, transfers come first, then the kind with amounts of most countries, then the latest. An empty
    graph gives no sums. The cost is two scans of the flow columns.
    """
    cells = funding_matrix(flow_engine(snapshot), filters, "country").cells
    own = [cell for cell in cells if not cell.passed_on]
    kinds = _kinds(own, side)
    asked = (("currency", currency), ("phase", phase), ("period", period))
    fitting = [kind for kind, _ in kinds if all(value in (None, getattr(kind, name)) for name, value in asked)]
    kind = fitting[0] if fitting else None
    countries = _countries(own, side, kind)
    return MoneySpread(
        kind=kind,
        kinds=kinds,
        countries={code: money for code, money in countries.items() if code},
        places=_places(snapshot, side, filters, kind) if kind else {},
        passed_on=sum(cell.flows for cell in cells if cell.passed_on and kind and cell.quantity == kind.quantity),
        nowhere=sum(money.with_amount for code, money in countries.items() if not code),
    )


def _kind(cell: Cell) -> Kind:
    return Kind(cell.quantity, cell.currency or "", cell.phase or "", cell.period)


def _kinds(cells: Iterable[Cell], side: Side) -> tuple[tuple[Kind, int], ...]:
    countries: dict[Kind, set[str]] = defaultdict(set)
    for cell in cells:
        code = getattr(cell, SIDES[side])
        if cell.maximum is not None and code:
            countries[_kind(cell)].add(code)
    counts = {kind: len(codes) for kind, codes in countries.items()}
    latest = sorted(counts, reverse=True, key=lambda kind: (kind.period[:4].isdigit(), kind.period, kind))
    order = sorted(latest, key=lambda kind: (SUMMABLE.index(kind.quantity) > 0, -counts[kind]))
    return tuple((kind, counts[kind]) for kind in order)


def _countries(cells: Iterable[Cell], side: Side, kind: Kind | None) -> dict[str | None, Money]:
    flows, with_amount = Counter[str | None](), Counter[str | None]()
    amounts: dict[str | None, Interval] = {}
    for cell in cells:
        code = getattr(cell, SIDES[side])
        if kind is None or cell.quantity == kind.quantity:
            flows[code] += cell.flows
        if cell.maximum is not None and _kind(cell) == kind:
            with_amount[code] += cell.with_amount
            amounts[code] = amounts.get(code, exact(0)) + Interval(cell.minimum or Decimal(0), cell.maximum)
    return {code: Money(amounts.get(code), flows[code], with_amount[code]) for code in flows}


def _places(snapshot: Snapshot, side: Side, filters: Filters, kind: Kind) -> dict[str, Money]:
    """Add up by place in columns, since there may be as many places as flows."""
    bodies, spots = seats_of(snapshot).pairs(around=True)
    condition, inputs = where(filters)
    same = (
        f"currency = $currency AND coalesce(CAST(phase AS VARCHAR), '') = $phase AND {period_sql(filters.at)} = $period"
        " AND amount_max IS NOT NULL"
    )
    rows = columns_of(snapshot).tuples(
        f"""
        WITH seat AS (SELECT unnest($bodies::VARCHAR[]) AS body, unnest($spots::VARCHAR[]) AS spot)
        SELECT spot, CAST(sum(coalesce(amount_min, 0)) FILTER (WHERE {same}) AS VARCHAR),
               CAST(sum(amount_max) FILTER (WHERE {same}) AS VARCHAR), count(*), count(*) FILTER (WHERE {same})
        FROM flows JOIN seat ON {SIDES[side]} = body
        WHERE {condition} AND quantity = $quantity AND per IN ('total', 'year') AND part_of IS NULL
        GROUP BY spot
        """,
        {**inputs, "bodies": bodies, "spots": spots, "quantity": kind.quantity}
        | {"currency": kind.currency, "phase": kind.phase, "period": kind.period},
    )
    return {
        spot: Money(Interval(Decimal(low), Decimal(high)) if high is not None else None, flows, with_amount)
        for spot, low, high, flows, with_amount in rows
    }
