"""The questions of concentration, as expressions over the flows that any tabular engine runs."""

from __future__ import annotations

from typing import Any, Final

import ibis

from graph.funding.matrix import SUMMABLE
from graph.tabular.flows import FLOWS, passing, period
from graph.tabular.question import asked_text, asked_year

__all__ = ["leaps", "party_sums", "reached", "stated_wholes", "wholes_counted"]

_WHOLES: Final = {"flow": "string", "whole": "string"}


def stated_wholes() -> Any:
    """Give each flow that is part of another, with that one."""
    return FLOWS.filter(FLOWS.part_of.notnull()).select("flow", whole=FLOWS.part_of)


def leaps(known: str) -> Any:
    """Give for each flow what is twice as far as in a table of such leaps; one row a flow, as a flow has one whole."""
    one = ibis.table(_WHOLES, name=known)
    other = one.view()
    return one.join(other, one.whole == other.flow).select(flow=one.flow, whole=other.whole)


def reached(known: str, leap: str) -> Any:
    """Give what a table of flows and their wholes says, and the wholes of what each flow leaps to."""
    near, far = ibis.table(_WHOLES, name=known), ibis.table(_WHOLES, name=leap)
    beyond = far.join(near, far.whole == near.flow).select(flow=far.flow, whole=near.whole)
    return near.union(beyond).distinct()


def wholes_counted(known: str) -> Any:
    """Count the rows of a table of flows and their wholes."""
    return ibis.table(_WHOLES, name=known).aggregate(lambda known: known.count())


def party_sums(side: str, given: tuple[str, ...], at: bool, one: bool, wholes: str) -> Any:
    """Add up what bodies receive from each payer (side `payer`), or pay to each recipient (side `recipient`).

    Columns: body, party, quantity, currency, phase, period, low, high, flows, with_amount. A flow that passes on,
    directly or through others, the money of another of the same body is left out; `wholes` is the table of all that
    flows are part of. With `at` the year asked for is an input, with `one` the body.
    """
    facing = "recipient" if side == "payer" else "payer"
    chosen = passing(FLOWS, given)
    chosen = chosen.filter(chosen.quantity.isin(SUMMABLE), chosen.per.isin(("total", "year")), chosen[facing].notnull())
    if one:
        chosen = chosen.filter(chosen[facing] == asked_text("body"))
    linked, whole = ibis.table(_WHOLES, name=wholes), chosen.select(whole=chosen.flow, body=chosen[facing])
    within = linked.join(whole, linked.whole == whole.whole).select(linked.flow, whole.body)
    mine = chosen.anti_join(within, [chosen.flow == within.flow, chosen[facing] == within.body])
    mine = mine.mutate(period=period(mine, asked_year("at").cast(str) if at else None))
    # where only the upper end is known the lower is zero, as money is never below
    low = mine.amount_max.notnull().ifelse(mine.amount_min.coalesce(mine.amount_max - mine.amount_max), ibis.null())
    return mine.group_by(
        body=mine[facing],
        party=mine[side],
        **{name: mine[name] for name in ("quantity", "currency", "phase", "period")},
    ).agg(low=low.sum(), high=mine.amount_max.sum(), flows=mine.count(), with_amount=mine.amount_max.count())
