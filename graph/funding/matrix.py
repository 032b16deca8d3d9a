"""The funding matrix: sums from level to level (or country, field, programme, actor), like added to like.

What may be added, and to what, is rule 2 of the model: amounts add within one quantity, phase, currency and kind of
period; money passed on is never added to the money it comes from; ranges keep both ends. Rates, ceilings, stocks,
loans, earmarks, fines and fees enter no sum and are counted in what was left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from itertools import starmap
from typing import Any, Final, Literal, get_args

from graph.columns import inputs_of
from graph.filters import Filters
from graph.tabular.engine import FlowEngine, answered

__all__ = ["DIMENSIONS", "SUMMABLE", "Cell", "Dimension", "LeftOut", "Matrix", "funding_matrix", "period_sql"]

Dimension = Literal["level", "country", "field", "programme", "actor"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)

SUMMABLE: Final = ("transfer", "allocation", "commitment", "budget-line", "own-contribution")
"""Quantities whose amounts may be added among themselves; only transfers make a funding total."""


@dataclass(slots=True)
class Cell:
    """One sum: who to whom, of what kind, over which period, with both ends and what it rests on.

    `payer` and `recipient` are keys of the dimension, None where no source states them. `minimum` and `maximum` are
    None where none of the flows has an amount. `pair_flows` and `pair_with_amount` count all flows between the two
    keys that may be summed, whatever their currency and period. Not frozen, which would make it three times as slow
    to make, and there may be ten thousand; nobody changes one all the same.
    """

    payer: str | None
    recipient: str | None
    currency: str | None
    phase: str | None
    quantity: str
    period: str
    passed_on: bool
    minimum: Decimal | None
    maximum: Decimal | None
    flows: int
    with_amount: int
    bases: tuple[str, ...]
    pair_flows: int
    pair_with_amount: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Flows that are in no sum, with the reason."""

    reason: str
    quantity: str
    flows: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cells, what was left out and why, and how many of the flows that may be summed have an amount."""

    by: Dimension
    cells: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...]
    flows: int
    with_amount: int


def period_sql(at: int | None) -> str:
    """Give the SQL expression for the kind of period of a flow, which `graph.tabular.flows.period` defines."""
    from graph.tabular.flows import periods
    from graph.tabular.question import condition_of

    return condition_of(periods, at)


def funding_matrix(engine: FlowEngine, filters: Filters, by: Dimension = "level") -> Matrix:
    """Sum the flows that the filters let through, from key to key of a dimension.

    A flow of several fields has them together as its key in the dimension `field`, so that its money is counted
    once. An empty graph gives a matrix without cells. The cost is one scan of the flows, or of their sums by level
    where these tell enough.
    """
    from graph.funding.matrix_question import cells, left_out, level_sums
    from graph.tabular.question import sql_of

    inputs = inputs_of(filters)
    from_levels = by == "level" and not filters.without(*_OF_LEVEL_SUMS).given()
    if from_levels:
        engine.keep("level_sums", sql_of(engine.dialect, level_sums))
    shape = (by, tuple(inputs), from_levels)
    words = engine.words("basis")
    asked = inputs if filters.at is None else {**inputs, "at": filters.at}
    rows = answered(engine, cells, *shape, tuple(words), filters.at is not None, inputs=asked)
    found = _cells(rows, words)
    return Matrix(
        by=by,
        cells=found,
        left_out=_left_out(answered(engine, left_out, *shape, inputs=inputs)),
        flows=sum(cell.flows for cell in found),
        with_amount=sum(cell.with_amount for cell in found),
    )


_OF_LEVEL_SUMS: Final = ("level", "type", "basis", "at", "since", "until")
"""The filters that flows which are added up by level can still be narrowed by."""


def _cells(rows: list[tuple[Any, ...]], words: list[str]) -> tuple[Cell, ...]:
    """Make the cells of rows that have the values of a Cell in their order: amounts as text, bases as bits for words.

    There may be ten thousand: Python reads a decimal from text several times faster than DuckDB hands one over.
    """
    bases = {
        bits: tuple(word for place, word in enumerate(words) if (bits or 0) >> place & 1)
        for bits in {row[11] for row in rows}
    }
    values = (
        (*keys, _decimal(low), _decimal(high), flows, with_amount, bases[bits], pair_flows, pair_with_amount)
        for *keys, low, high, flows, with_amount, bits, pair_flows, pair_with_amount in rows
    )
    return tuple(starmap(Cell, values))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _left_out(rows: list[tuple[Any, ...]]) -> tuple[LeftOut, ...]:
    found: Counter[tuple[str, str]] = Counter()
    for quantity, per, flows in rows:
        if quantity in SUMMABLE:
            reason = f"a rate per {per} is no sum of money"
        else:
            reason = _REASONS.get(quantity, "not a kind of figure that may be summed")
        found[reason, quantity] += flows
    return tuple(LeftOut(reason, quantity, flows) for (reason, quantity), flows in sorted(found.items()))


_REASONS: Final = {
    "unit-rate": "a unit rate is a price, not a sum of money",
    "ceiling": "a ceiling says what may be paid at most, not what is paid",
    "stock": "a stock (endowment, assets) is not paid to anybody",
    "loan": "a loan is to be paid back",
    "earmark": "an earmark is a share of money that is already counted",
    "fine": "a fine is a penalty, not funding",
    "fee": "a fee is paid for a service or a permit",
}
