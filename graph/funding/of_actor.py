"""The money of one actor: in and out by period, like added to like."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from graph.columns import Columns, where
from graph.filters import Filters
from graph.funding.matrix import SUMMABLE, period_sql
from ontology.identifiers import mint

__all__ = ["ActorSum", "Side", "actor_money"]

Side = Literal["in", "out"]
_SIDES: Final[dict[Side, str]] = {"in": "recipient", "out": "payer"}


@dataclass(frozen=True, slots=True)
class ActorSum:
    """What an actor receives (`in`) or pays (`out`) of one kind in one period.

    `minimum` and `maximum` are None where none of the flows has an amount, and where `summable` is false: unit rates,
    ceilings, stocks, loans, earmarks, fines and fees are counted only. `begin` and `end` are the first and last year,
    None where the source gives none; `bases` says on what the flows rest.
    """

    side: Side
    quantity: str | None
    per: str | None
    phase: str | None
    currency: str | None
    period: str
    begin: int | None
    end: int | None
    passed_on: bool
    summable: bool
    minimum: Decimal | None
    maximum: Decimal | None
    flows: int
    with_amount: int
    bases: tuple[str, ...]


def actor_money(columns: Columns, filters: Filters) -> list[ActorSum]:
    """Add up the money of the actor that the filters name, by side, kind, phase, currency and period.

    Money passed on (a part of another flow) makes sums of its own. A flow from the actor to itself is on both sides.
    An actor without flows, and filters without an actor, give []. The cost is one scan of the columns.
    """
    if filters.actor is None:
        return []
    condition, inputs = where(filters)
    inputs["body"] = mint("actor", filters.actor)
    sides = " UNION ALL ".join(
        f"SELECT '{side}' AS side, * FROM flows WHERE {column} = $body AND {condition}"
        for side, column in _SIDES.items()
    )
    rows = columns.tuples(f"{_sums(filters.at)} FROM ({sides}) {_ORDER}", inputs)
    return [_sum(row) for row in rows]


_ORDER: Final = (
    "GROUP BY ALL ORDER BY side, begin NULLS LAST, finish NULLS LAST, period, kind, rate, stage, money, passed_on"
)


def _sums(at: int | None) -> str:
    quantities = ", ".join(f"'{name}'" for name in SUMMABLE)
    return f"""
        SELECT side, CAST(quantity AS VARCHAR) AS kind, CAST(per AS VARCHAR) AS rate, CAST(phase AS VARCHAR) AS stage,
               CAST(currency AS VARCHAR) AS money, {period_sql(at)} AS period, begin_year AS begin, end_year AS finish,
               part_of IS NOT NULL AS passed_on,
               coalesce(quantity IN ({quantities}) AND per IN ('total', 'year'), FALSE) AS summable,
               sum(amount_min) AS minimum, sum(amount_max) AS maximum, count(*) AS flows,
               count(amount_max) AS with_amount, list_sort(list(DISTINCT CAST(basis AS VARCHAR))) AS bases
    """


def _sum(row: tuple[Any, ...]) -> ActorSum:
    *keys, low, high, flows, with_amount, bases = row
    summable = keys[-1]
    values: tuple[Any, ...] = (low, high) if summable and with_amount else (None, None)
    return ActorSum(*(*keys, *values, flows, with_amount, tuple(word for word in bases if word)))
