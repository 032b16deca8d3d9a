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

from graph.columns import Columns, where
from graph.filters import Filters

__all__ = ["DIMENSIONS", "SUMMABLE", "Cell", "Dimension", "LeftOut", "Matrix", "funding_matrix", "period_sql"]

Dimension = Literal["level", "country", "field", "programme", "actor"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)

SUMMABLE: Final = ("transfer", "allocation", "commitment", "budget-line", "own-contribution")
"""Quantities whose amounts may be added among themselves; only transfers make a funding total."""

_KEYS: Final[dict[Dimension, tuple[str, str]]] = {
    "level": ("payer_level", "recipient_level"),
    "country": ("payer_country", "recipient_country"),
    "actor": ("payer", "recipient"),
    "programme": ("programme", "programme"),
    "field": ("field_set", "field_set"),
}


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
    """Give the SQL expression for the kind of period of a flow.

    A year (2006): a one-year amount, or a yearly rate that holds at the year asked for. 2007–2013: one amount
    over several years, never split. `yearly 2000–2004`: a yearly rate over several years. `undated`,
    `yearly, undated`: the source gives no year. Only like periods are added.
    """
    span = (
        "CASE WHEN begin_year IS NOT NULL AND end_year IS NOT NULL THEN begin_year || '–' || end_year "
        "WHEN begin_year IS NOT NULL THEN 'from ' || begin_year "
        "WHEN end_year IS NOT NULL THEN 'until ' || end_year ELSE 'undated' END"
    )
    yearly = f"CASE WHEN begin_year IS NULL AND end_year IS NULL THEN 'yearly, undated' ELSE 'yearly ' || {span} END"
    asked = f"WHEN per = 'year' AND (begin_year IS NOT NULL OR end_year IS NOT NULL) THEN '{at}' " if at else ""
    return (
        "CASE WHEN begin_year = end_year THEN CAST(begin_year AS VARCHAR) "
        f"{asked}WHEN per = 'year' THEN {yearly} ELSE {span} END"
    )


def funding_matrix(columns: Columns, filters: Filters, by: Dimension = "level") -> Matrix:
    """Sum the flows that the filters let through, from key to key of a dimension.

    A flow of several fields has them together as its key in the dimension `field`, so that its money is counted
    once. An empty graph gives a matrix without cells. The cost is one scan of the columns, or of their sums by level
    where these tell enough.
    """
    condition, inputs = where(filters)
    quantities = ", ".join(f"'{name}'" for name in SUMMABLE)
    summable = f"quantity IN ({quantities}) AND per IN ('total', 'year')"
    groups = _groups(filters, by, condition)
    rows = columns.tuples(
        f"""
        WITH sums AS (
            SELECT payer, recipient, currency, phase, quantity, {period_sql(filters.at)} AS period, passed_on,
                   sum(minimum) AS minimum, sum(maximum) AS maximum,
                   CAST(sum(flows) AS BIGINT) AS flows, CAST(sum(with_amount) AS BIGINT) AS with_amount,
                   bit_or(1 << enum_code(basis)) AS bases
            FROM ({groups}) WHERE {summable}
            GROUP BY ALL
        )
        SELECT * REPLACE (CAST(minimum AS VARCHAR) AS minimum, CAST(maximum AS VARCHAR) AS maximum),
               CAST(sum(flows) OVER pair AS BIGINT) AS pair_flows,
               CAST(sum(with_amount) OVER pair AS BIGINT) AS pair_with_amount
        FROM sums WINDOW pair AS (PARTITION BY payer, recipient)
        ORDER BY payer, recipient, currency, phase, quantity, period, passed_on
        """,
        inputs,
    )
    cells = _cells(rows, columns.words("basis"))
    return Matrix(
        by=by,
        cells=cells,
        left_out=_left_out(columns, groups, inputs, summable),
        flows=sum(cell.flows for cell in cells),
        with_amount=sum(cell.with_amount for cell in cells),
    )


def _groups(filters: Filters, by: Dimension, condition: str) -> str:
    """Give the SQL for the flows that pass, added up by all that cells tell apart, before periods have their words."""
    told_apart = "currency, phase, quantity, per, begin_year, end_year, basis"
    if by == "level" and not filters.without("level", "type", "basis", "at", "since", "until").given():
        return (
            f"SELECT payer_level AS payer, recipient_level AS recipient, {told_apart}, passed_on, minimum, maximum, "
            f"flows, with_amount FROM level_sums WHERE {condition}"
        )
    payer, recipient = _KEYS[by]
    return (
        f"SELECT {payer} AS payer, {recipient} AS recipient, {told_apart}, part_of IS NOT NULL AS passed_on, "
        "sum(amount_min) AS minimum, sum(amount_max) AS maximum, count(*) AS flows, count(amount_max) AS with_amount "
        f"FROM flows WHERE {condition} GROUP BY ALL"
    )


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


def _left_out(columns: Columns, groups: str, inputs: dict[str, object], summable: str) -> tuple[LeftOut, ...]:
    rows = columns.rows(
        f"""
        SELECT CAST(quantity AS VARCHAR) AS quantity, CAST(per AS VARCHAR) AS per, CAST(sum(flows) AS BIGINT) AS flows
        FROM ({groups}) WHERE NOT ({summable})
        GROUP BY ALL ORDER BY ALL
        """,
        inputs,
    )
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["quantity"] in SUMMABLE:
            reason = f"a rate per {row['per']} is no sum of money"
        else:
            reason = _REASONS.get(row["quantity"], "not a kind of figure that may be summed")
        found[reason, row["quantity"]] += row["flows"]
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
