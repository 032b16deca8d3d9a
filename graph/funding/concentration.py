"""Concentration: on how few payers a body depends, and to how few recipients it pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from graph.columns import inputs_of
from graph.filters import Filters
from graph.funding.interval import Interval, total
from graph.funding.ledger import Kind
from graph.tabular.engine import FlowEngine, answered

__all__ = ["Concentration", "Side", "concentrations", "herfindahl"]

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


def concentrations(
    engine: FlowEngine, filters: Filters, side: Side, body: str | None = None
) -> dict[str, tuple[Concentration, ...]]:
    """Give the concentration of those who pay each body (side `payer`), or whom it pays (side `recipient`).

    Of the flows that the filters let through; one result a kind of money, and none for a body of which no amount is
    known, as for an empty graph. With `body`, an IRI, only for that one. A flow and its part are never both counted.
    The cost is some scans of the flows, a sum a body, party and kind, and what all flows are part of (`_wholes`).
    Source: see `herfindahl`.
    """
    from graph.funding.concentration_question import party_sums

    inputs = inputs_of(filters)
    asked = {**inputs, **{name: given for name, given in (("at", filters.at), ("body", body)) if given is not None}}
    shape = side, tuple(inputs), filters.at is not None, body is not None
    rows = answered(engine, party_sums, *shape, _wholes(engine), inputs=asked)
    bodies: dict[str, list[_Party]] = defaultdict(list)
    for who, party, quantity, currency, phase, period, low, high, flows, with_amount in rows:
        amount = Interval(low, high) if with_amount else None
        bodies[who].append(_Party(party, Kind(quantity, currency, phase, period), amount, flows, with_amount))
    found = {who: tuple(_concentrations(side, parties)) for who, parties in sorted(bodies.items())}
    return {who: results for who, results in found.items() if results}


@dataclass(frozen=True, slots=True)
class _Party:
    """What one payer or recipient (None: not stated) has of the money of a body, in one kind."""

    party: str | None
    kind: Kind
    amount: Interval | None
    flows: int
    with_amount: int


def _wholes(engine: FlowEngine) -> str:
    """Give the name of the table of all flows that each flow is part of, directly or through others.

    Each step doubles how far it reaches, so that a chain of a thousand flows takes ten. The cost grows with its rows:
    half a million for such a chain.
    """
    from graph.funding.concentration_question import leaps, reached, stated_wholes, wholes_counted
    from graph.tabular.question import sql_of

    name, leap, step, before = "wholes_0", "leaps_0", 0, -1
    for first in (name, leap):
        engine.keep(first, sql_of(engine.dialect, stated_wholes))
    while (count := answered(engine, wholes_counted, name)[0][0]) > before:
        before, step = count, step + 1
        engine.keep(f"wholes_{step}", sql_of(engine.dialect, reached, name, leap))
        engine.keep(f"leaps_{step}", sql_of(engine.dialect, leaps, leap))
        name, leap = f"wholes_{step}", f"leaps_{step}"
    return name


def _concentrations(side: Side, parties: Iterable[_Party]) -> Iterator[Concentration]:
    kinds: dict[Kind, list[_Party]] = defaultdict(list)
    blank = 0
    for each in parties:
        blank += each.flows - each.with_amount
        if each.amount is not None:
            kinds[each.kind].append(each)
    for kind in sorted(kinds, key=lambda kind: kind.order):
        known = {each.party: each.amount for each in kinds[kind] if each.party is not None and each.amount is not None}
        known = dict(sorted(known.items()))
        shares = _shares(known)
        if not shares:
            continue
        counted = {each.party: each.with_amount for each in kinds[kind]}
        yield Concentration(
            side=side,
            kind=kind,
            herfindahl=herfindahl(known.values()),
            largest=max(shares, key=lambda party: (known[party].high, known[party].low, party)),
            dependency=Interval(
                max(share.low for share in shares.values()), max(share.high for share in shares.values())
            ),
            parties=len(shares),
            flows=sum(counted.values()) + blank,
            with_amount=sum(count for party, count in counted.items() if party is not None),
            not_stated=counted.get(None, 0),
        )


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
