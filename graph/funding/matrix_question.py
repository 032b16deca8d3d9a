"""The questions of the funding matrix, as expressions over the flows that any tabular engine runs."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any, Final

import ibis

from graph.funding.matrix import SUMMABLE
from graph.tabular.flows import FLOWS, passing, period
from graph.tabular.question import asked_year

__all__ = ["cells", "left_out", "level_sums"]

_TOLD_APART: Final = ("currency", "phase", "quantity", "per", "begin_year", "end_year", "basis")
_CELL: Final = ("payer", "recipient", "currency", "phase", "quantity", "period", "passed_on")
_KEYS: Final = {
    "level": ("payer_level", "recipient_level"),
    "country": ("payer_country", "recipient_country"),
    "actor": ("payer", "recipient"),
    "programme": ("programme", "programme"),
    "field": ("field_set", "field_set"),
}


def level_sums() -> Any:
    """Give the flows added up by everything that sums from level to level tell apart, so that these read no flow."""
    return _added(FLOWS, "level").rename(payer_level="payer", recipient_level="recipient")


def cells(by: str, given: tuple[str, ...], from_levels: bool, words: tuple[str, ...], at: bool) -> Any:
    """Give a row a cell, in the order of `graph.funding.matrix.Cell`, amounts as text.

    `given` names the filters, `from_levels` reads `level_sums`. The kinds of basis of the flows are one number, which
    has a bit for each of `words`. With `at` the year asked for is an input.
    """
    groups = _groups(by, given, from_levels)
    summed = groups.filter(_summable(groups))
    summed = summed.mutate(period=period(summed, asked_year("at").cast(str) if at else None))
    bits = [(summed.basis == word).ifelse(1 << place, 0).max() for place, word in enumerate(words)]
    found = summed.group_by(_CELL).agg(
        minimum=summed.minimum.sum(),
        maximum=summed.maximum.sum(),
        flows=summed.flows.sum(),
        with_amount=summed.with_amount.sum(),
        bases=reduce(add, bits) if bits else ibis.literal(0),
    )
    pair = ibis.window(group_by=[found.payer, found.recipient])
    return found.mutate(
        minimum=found.minimum.cast(str),
        maximum=found.maximum.cast(str),
        pair_flows=found.flows.sum().over(pair),
        pair_with_amount=found.with_amount.sum().over(pair),
    ).order_by(_CELL)


def left_out(by: str, given: tuple[str, ...], from_levels: bool) -> Any:
    """Give how many flows are in no cell, by quantity and by what their amounts are per."""
    groups = _groups(by, given, from_levels)
    rest = groups.filter(~_summable(groups))
    return rest.group_by("quantity", "per").agg(flows=rest.flows.sum()).order_by("quantity", "per")


def _groups(by: str, given: tuple[str, ...], from_levels: bool) -> Any:
    """Give the flows that pass, added up by all that cells tell apart, before periods have their words."""
    if from_levels:
        sums = ibis.table(level_sums().schema(), name="level_sums")
        return passing(sums, given).rename(payer="payer_level", recipient="recipient_level")
    return _added(passing(FLOWS, given), by)


def _added(flows: Any, by: str) -> Any:
    payer, recipient = _KEYS[by]
    return flows.group_by(
        payer=flows[payer],
        recipient=flows[recipient],
        **{name: flows[name] for name in _TOLD_APART},
        passed_on=flows.part_of.notnull(),
    ).agg(
        minimum=flows.amount_min.sum(),
        maximum=flows.amount_max.sum(),
        flows=flows.count(),
        with_amount=flows.amount_max.count(),
    )


def _summable(groups: Any) -> Any:
    return groups.quantity.isin(SUMMABLE) & groups.per.isin(("total", "year"))
