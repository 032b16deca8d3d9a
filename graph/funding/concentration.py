"""Concentration: on how few payers a body depends, and to how few recipients it pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from graph.funding.interval import Interval, total
from graph.funding.ledger import Flow, Kind
from graph.funding.sums import without_parts

__all__ = ["Concentration", "Side", "concentration", "herfindahl"]

Side = Literal["payer", "recipient"]


@dataclass(frozen=True, slots=True)
class Concentration:
    """The Herfindahl index of the payers or recipients (`side`) of a body, in one kind of money.

    `largest` is the one with the largest sum and `dependency` its share. `parties` are those with a known amount, and
    `with_amount` their flows, on which the index rests. `flows` counts these, those of the kind that name no such
    party (`not_stated`), and those without an amount, which may be of any kind.
    """

    side: Side
    kind: Kind
    herfindahl: Interval
    largest: str
    dependency: Interval
    parties: int
    flows: int
    with_amount: int
    not_stated: int


def concentration(flows: Iterable[Flow], actor: str, side: Side) -> tuple[Concentration, ...]:
    """Give the concentration of those who pay an actor (side `payer`), or whom it pays (side `recipient`).

    One result a kind of money; kinds of which no amount is known give none, as does an empty graph. A flow and its
    part are never both counted. The cost grows with the number of flows. Source: see `herfindahl`.
    """
    facing = "recipient" if side == "payer" else "payer"
    mine = without_parts(flow for flow in flows if flow.summable and getattr(flow, facing) == actor)
    groups: dict[Kind, list[Flow]] = defaultdict(list)
    for flow in mine:
        if flow.amount is not None:
            groups[flow.kind].append(flow)
    blank = sum(flow.amount is None for flow in mine)
    found = []
    for kind in sorted(groups, key=lambda kind: kind.order):
        amounts: dict[str, list[Interval]] = defaultdict(list)
        for flow in groups[kind]:
            party = getattr(flow, side)
            if party is not None and flow.amount is not None:
                amounts[party].append(flow.amount)
        known = {party: total(values) for party, values in sorted(amounts.items())}
        shares = _shares(known)
        if not shares:
            continue
        largest = max(shares, key=lambda party: (known[party].high, known[party].low, party))
        found.append(
            Concentration(
                side=side,
                kind=kind,
                herfindahl=herfindahl(known.values()),
                largest=largest,
                dependency=Interval(
                    max(share.low for share in shares.values()), max(share.high for share in shares.values())
                ),
                parties=len(shares),
                flows=len(groups[kind]) + blank,
                with_amount=sum(len(values) for values in amounts.values()),
                not_stated=sum(getattr(flow, side) is None for flow in groups[kind]),
            )
        )
    return tuple(found)


def _shares(amounts: dict[str, Interval]) -> dict[str, Interval]:
    """Give the share of each party, both ends; none where all amounts may be zero."""
    whole = total(amounts.values())
    if whole.low <= 0:
        return {}
    found = {}
    for party, amount in amounts.items():
        least, most = amount.low + whole.high - amount.high, amount.high + whole.low - amount.low
        found[party] = Interval(amount.low / least if least else Decimal(0), amount.high / most if most else Decimal(1))
    return found


def herfindahl(amounts: Iterable[Interval]) -> Interval:
    """Give the Herfindahl index of amounts: the sum of the squared shares, 1/n (all equal) to 1 (one has all).

    For ranges an enclosure: the squares of the ends of each share, within 1/n and 1; exact where amounts are. No
    amount above zero gives 0. Source: Herfindahl (1950); Hirschman (1964), The Paternity of an Index, American
    Economic Review 54(5).

    >>> from graph.funding.interval import exact
    >>> herfindahl([exact(60), exact(30), exact(10)])  # 0.36 + 0.09 + 0.01
    Interval(low=Decimal('0.46'), high=Decimal('0.46'))
    """
    shares = list(_shares({str(place): amount for place, amount in enumerate(amounts)}).values())
    if not shares:
        return Interval(Decimal(0), Decimal(0))
    low = sum((share.low**2 for share in shares), Decimal(0))
    high = sum((share.high**2 for share in shares), Decimal(0))
    if low == high:
        return Interval(low, high)
    return Interval(max(low, 1 / Decimal(len(shares))), min(high, Decimal(1)))
