"""Ratios of sums: leverage, co-financing and absorption, each over one kind of money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from graph.funding.interval import Interval, exact
from graph.funding.ledger import Flow, Kind
from graph.funding.sums import sums, without_parts

__all__ = ["Absorption", "Cofinancing", "Leverage", "absorption", "cofinancing", "leverage", "readings"]


@dataclass(frozen=True, slots=True)
class Leverage:
    """How much money a programme has in all for each unit that comes from the Union, in one kind of money.

    `with_amount` of the programme's `flows` have an amount of this kind; others without one may be of any kind.
    """

    programme: str
    kind: Kind
    total: Interval
    union: Interval
    ratio: Interval | None
    flows: int
    with_amount: int


def leverage(flows: Iterable[Flow]) -> tuple[Leverage, ...]:
    """Give the leverage of each programme that the Union pays for: total / EU share, 1 and above, without unit.

    A flow belongs to the Union where its payer is of the level `eu`. Money passed on is not counted again, so what a
    state hands on of the Union's money does not count as its own. Where both sides are ranges the ratio is
    1 + rest / EU share at both ends. It rests on known amounts only; it is None where the EU share may be zero, and
    where others pay too but none of their amounts of this kind is known. A graph without such programmes, as an empty
    one, gives none. The cost grows with the number of flows. Source: European Commission (2018), Regulation (EU,
    Euratom) 2018/1046, art. 2(38), leverage effect.
    """
    found = []
    for programme, members in _by_programme(without_parts(flow for flow in flows if flow.summable)):
        union = {item.kind: item for item in sums(flow for flow in members if flow.payer_level == "eu")}
        rest = {item.kind: item for item in sums(flow for flow in members if flow.payer_level != "eu")}
        blank = sum(flow.amount is None for flow in members)
        for kind, item in union.items():
            if item.amount is None:
                continue
            other = rest.get(kind)
            own = other.amount if other else None
            more = own if rest else exact(0)
            ratio = more.over(item.amount) if more else None
            found.append(
                Leverage(
                    programme=programme,
                    kind=kind,
                    total=item.amount + (own or exact(0)),
                    union=item.amount,
                    ratio=None if ratio is None else ratio + exact(1),
                    flows=item.with_amount + (other.with_amount if other else 0) + blank,
                    with_amount=item.with_amount + (other.with_amount if other else 0),
                )
            )
    return tuple(found)


def _by_programme(flows: Iterable[Flow]) -> list[tuple[str, list[Flow]]]:
    groups: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.programme:
            groups[flow.programme].append(flow)
    return sorted(groups.items())


@dataclass(frozen=True, slots=True)
class Cofinancing:
    """One reading of a co-financing rate: what must be added to the flow, and grant and addition together.

    `of` is the whole that the rate is a share of; both amounts are None where the flow has none, or where no amount
    follows (a rate of 1 of the total).
    """

    of: Literal["grant", "total"]
    rate: Decimal
    added: Interval | None
    together: Interval | None


def cofinancing(flow: Flow) -> tuple[Cofinancing, ...]:
    """Give each reading of a flow's co-financing rate; where a source leaves open which is meant, both.

    Of the grant the addition is rate × grant; of the total it is grant × rate / (1 − rate). In the flow's currency,
    derived, to the cent, and in no sum. A flow without a rate gives none. Source: Regulation (EU) 2021/1060, art. 112,
    sets rates of the total; other funds state them of the grant.
    """
    if flow.cofinancing_rate is None:
        return ()
    return readings(flow.cofinancing_rate.low, flow.cofinancing_of, flow.amount)


def readings(rate: Decimal, of: Iterable[str], grant: Interval | None) -> tuple[Cofinancing, ...]:
    """Give each reading of a rate, 0..1, that is a share of the grant, of the total, or of either; see `cofinancing`.

    >>> [reading.added for reading in readings(Decimal("0.3"), ["grant"], exact(100))]
    [Interval(low=Decimal('30.00'), high=Decimal('30.00'))]
    """
    chosen, found = set(of), []
    both: tuple[Literal["grant", "total"], ...] = ("grant", "total")
    for reading in both:
        if chosen and reading not in chosen:
            continue
        factor = rate if reading == "grant" else rate / (1 - rate) if rate < 1 else None
        added = None if factor is None or grant is None else grant.times(exact(factor))
        added = added and Interval(round(added.low, 2), round(added.high, 2))
        found.append(Cofinancing(reading, rate, added, grant + added if grant and added else None))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Absorption:
    """How much of what was committed under a programme was paid, over one period, in one currency.

    `committed_as` is the quantity of what was committed. The ratio rests on the `with_amount` flows of the two kinds;
    `flows` counts those of the programme too that are committed or paid and have no amount.
    """

    programme: str
    currency: str
    period: str
    committed_as: str
    paid: Interval
    committed: Interval
    ratio: Interval | None
    flows: int
    with_amount: int


def absorption(flows: Iterable[Flow]) -> tuple[Absorption, ...]:
    """Give paid / committed of each programme, by currency, period and the quantity committed; without unit.

    Paid are the transfers of the phase `paid`, committed the sums of the phase `committed`, each quantity apart; what
    is passed on within a phase counts once, and a payment that is part of a commitment counts as paid. 0 and above:
    it passes 1 where more was paid than committed. None where the committed amount may be zero. A programme with only
    one of the two, as in an empty graph, gives none. The cost grows with the number of flows. Source: European Court
    of Auditors (2018), Special report 17/2018, on absorption.
    """
    found = []
    for programme, members in _by_programme(flow for flow in flows if flow.summable):
        blank = sum(flow.amount is None and flow.kind.phase in ("committed", "paid") for flow in members)
        committed, paid = (
            sums(flow for flow in members if flow.kind.phase == phase) for phase in ("committed", "paid")
        )
        for item in committed:
            if item.amount is None or item.kind.currency is None:
                continue
            for out in (each for each in paid if each.kind.quantity == "transfer"):
                like = (out.kind.currency, out.kind.period) == (item.kind.currency, item.kind.period)
                if like and out.amount is not None:
                    found.append(
                        Absorption(
                            programme=programme,
                            currency=item.kind.currency,
                            period=item.kind.period,
                            committed_as=item.kind.quantity,
                            paid=out.amount,
                            committed=item.amount,
                            ratio=out.amount.over(item.amount),
                            flows=item.with_amount + out.with_amount + blank,
                            with_amount=item.with_amount + out.with_amount,
                        )
                    )
    return tuple(found)
