"""The ledger: funding flows as records with what may be added to what, read from the columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.columns import Columns
from graph.funding.interval import Interval
from graph.funding.matrix import SUMMABLE, period_sql

__all__ = ["NOT_MONEY", "Flow", "Kind", "read_flows"]

NOT_MONEY: Final = {
    "unit-rate": "a unit rate is a price, not money on its way",
    "ceiling": "a ceiling says what may be paid at most, not what is paid",
    "stock": "a stock (endowment, assets) is not paid to anybody",
    "earmark": "an earmark is a purpose within money that has a row of its own",
}
"""Quantities that are no money on its way, each with the reason."""
_NAMES: Final = (
    "flow label payer payer_label payer_level payer_type recipient recipient_label recipient_level recipient_type "
    "programme programme_label fields amount_min amount_max currency quantity per phase share share_of part_of "
    "cofinancing_rate cofinancing_of condition begin_year end_year basis passages"
)
_COLUMNS: Final = tuple(_NAMES.split())


@dataclass(frozen=True, slots=True)
class Kind:
    """What amounts must have in common to be added: rule 2 of the model."""

    quantity: str
    currency: str | None
    phase: str | None
    period: str

    @property
    def order(self) -> tuple[str, str, str, str]:
        """Something to sort by."""
        return (self.quantity, self.currency or "", self.phase or "", self.period)


@dataclass(frozen=True, slots=True)
class Flow:
    """One funding flow. `amount` is None where no source gives one; `begin` and `end` are years, None open or unknown.

    `wholes` are the flows whose money it passes on: the one that it is part of, the one that this is part of, and so
    on.
    """

    iri: str
    label: str
    payer: str | None
    payer_label: str | None
    payer_level: str | None
    payer_type: str | None
    recipient: str | None
    recipient_label: str | None
    recipient_level: str | None
    recipient_type: str | None
    programme: str | None
    programme_label: str | None
    fields: tuple[str, ...]
    amount: Interval | None
    kind: Kind
    per: str
    share: Interval | None
    share_of: str | None
    part_of: str | None
    wholes: tuple[str, ...]
    cofinancing_rate: Interval | None
    cofinancing_of: tuple[str, ...]
    condition: str | None
    begin: int | None
    end: int | None
    basis: str | None
    passages: tuple[str, ...]

    @property
    def is_money(self) -> bool:
        """Whether it is money that somebody pays, and not a price, a limit, an endowment or a purpose."""
        return self.kind.quantity not in NOT_MONEY

    @property
    def is_lump(self) -> bool:
        """Whether its amount is the whole of it, and not a yearly rate over several years."""
        return self.per == "total" or (self.begin is not None and self.begin == self.end)

    @property
    def summable(self) -> bool:
        """Whether it may enter a sum of its kind: no rate, ceiling, stock, loan, earmark, fine or fee does."""
        return self.kind.quantity in SUMMABLE and self.per in ("total", "year")


def read_flows(
    columns: Columns,
    condition: str = "TRUE",
    inputs: Mapping[str, object] | None = None,
    at: int | None = None,
    most: int | None = None,
) -> tuple[Flow, ...]:
    """Read the flows that meet a condition as `graph.columns.where` gives one, by IRI, at most `most` of them.

    `at` names the year for which yearly rates count. An empty graph gives none. The cost is one scan of the columns,
    and one more for each further step of money passed on.
    """
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    sql = f"SELECT {names}, {period_sql(at)} AS period FROM flows WHERE {condition} ORDER BY flow"
    sql += f" LIMIT {most:d}" if most is not None else ""
    rows = columns.rows(sql, inputs)
    part_of = _wholes(columns, rows)
    return tuple(_flow(row, part_of) for row in rows)


def _wholes(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give, for the flows and for all that they are part of, the flow that each is part of."""
    found = {row["flow"]: row["part_of"] for row in rows if row["part_of"]}
    asked: set[str] = set(found)
    while wanted := set(found.values()) - asked:
        asked |= wanted
        sql = "SELECT flow, part_of FROM flows WHERE part_of IS NOT NULL AND flow IN (SELECT unnest($flows::VARCHAR[]))"
        found.update(columns.tuples(sql, {"flows": sorted(wanted)}))
    return found


def _chain(iri: str, part_of: Mapping[str, str]) -> tuple[str, ...]:
    found: list[str] = []
    while iri in part_of and part_of[iri] not in found:
        iri = part_of[iri]
        found.append(iri)
    return tuple(found)


def _flow(row: Mapping[str, Any], part_of: Mapping[str, str]) -> Flow:
    same = {name: row[name] for name in _COLUMNS if name in Flow.__slots__}
    return Flow(
        **{
            **same,
            "fields": _tuple(row["fields"]),
            "cofinancing_of": _tuple(row["cofinancing_of"]),
            "passages": _tuple(row["passages"]),
            "share": _exact(row["share"]),
            "cofinancing_rate": _exact(row["cofinancing_rate"]),
        },
        iri=row["flow"],
        amount=_amount(row),
        kind=Kind(row["quantity"] or "", row["currency"], row["phase"], row["period"]),
        wholes=_chain(row["flow"], part_of),
        begin=row["begin_year"],
        end=row["end_year"],
    )


def _tuple(values: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(values or ())


def _exact(value: Any) -> Interval | None:
    return None if value is None else Interval(value, value)


def _amount(row: Mapping[str, Any]) -> Interval | None:
    """Give both ends of an amount; where only the upper one is known the lower is zero, as money is never below."""
    high, low = row["amount_max"], row["amount_min"]
    return None if high is None else Interval(high * 0 if low is None else low, high)
