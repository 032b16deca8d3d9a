"""The flows as a table that expressions are made of: its columns, which flows pass filters, and their periods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import ibis

from graph.tabular.question import asked_text, asked_texts, asked_year

__all__ = ["FIELD_MEMBERS", "FLOWS", "passed", "passing", "period", "periods"]

_AMOUNT: Final = "decimal(22, 4)"
FLOWS: Final = ibis.table(
    {
        **dict.fromkeys(("flow", "part_of", "payer", "recipient", "programme", "field_set"), "string"),
        **{f"{end}_{fact}": "string" for end in ("payer", "recipient") for fact in ("level", "country", "type")},
        **dict.fromkeys(("currency", "quantity", "per", "phase", "basis"), "string"),
        **dict.fromkeys(("amount_min", "amount_max"), _AMOUNT),
        **dict.fromkeys(("begin_year", "end_year"), "int16"),
    },
    name="flows",
)
"""What expressions use of the flows. `field_set` holds the fields of a flow as one word."""
FIELD_MEMBERS: Final = ibis.table({"field_set": "string", "field": "string"}, name="field_members")
"""The fields in each `field_set`, one a row."""


def passing(flows: Any, given: tuple[str, ...]) -> Any:
    """Give the flows that filters let through; `given` names the inputs that `graph.columns.inputs_of` gives.

    A country, level or actor is met by either end of a flow; a field by itself or one below it; a span by any
    year that it shares with the flow, an absent end being open or unknown.
    """
    return flows.filter([_PASSES[name](flows) for name in given]) if given else flows


def _fields(flows: Any) -> Any:
    asked = FIELD_MEMBERS.filter(asked_texts("fields").contains(FIELD_MEMBERS.field))
    return flows.field_set.isin(asked.field_set)


_PASSES: Final[dict[str, Callable[[Any], Any]]] = {
    "country": lambda flows: (
        (flows.payer_country == asked_text("country")) | (flows.recipient_country == asked_text("country"))
    ),
    "level": lambda flows: (flows.payer_level == asked_text("level")) | (flows.recipient_level == asked_text("level")),
    "actor": lambda flows: (flows.payer == asked_text("actor")) | (flows.recipient == asked_text("actor")),
    "programme": lambda flows: flows.programme == asked_text("programme"),
    "type": lambda flows: flows.quantity == asked_text("type"),
    "fields": _fields,
    "basis": lambda flows: flows.basis == asked_text("basis"),
    "until": lambda flows: flows.begin_year.isnull() | (flows.begin_year <= asked_year("until")),
    "since": lambda flows: flows.end_year.isnull() | (flows.end_year >= asked_year("since")),
}


def period(flows: Any, at: Any = None) -> Any:
    """Give the kind of period of each flow, in words; only like periods are added. `at` is the year asked for, as text.

    A year (2006): a one-year amount, or a yearly rate that holds at the year asked for. 2007–2013: one amount
    over several years, never split. `yearly 2000–2004`: a yearly rate over several years. `undated`,
    `yearly, undated`: the source gives no year.
    """
    begin, end = flows.begin_year.cast(str), flows.end_year.cast(str)
    begins, ends, yearly = flows.begin_year.notnull(), flows.end_year.notnull(), flows.per == "year"
    span = ibis.cases(
        (begins & ends, begin + "–" + end), (begins, "from " + begin), (ends, "until " + end), else_="undated"
    )
    asked = [] if at is None else [(yearly & (begins | ends), at)]
    return ibis.cases(
        (flows.begin_year == flows.end_year, begin),
        *asked,
        (yearly & ~(begins | ends), "yearly, undated"),
        (yearly, "yearly " + span),
        else_=span,
    )


def passed(given: tuple[str, ...]) -> Any:
    """Give whether each flow passes, as a column by itself."""
    return FLOWS.select(passed=ibis.and_(*(_PASSES[name](FLOWS) for name in given)))


def periods(at: int | None) -> Any:
    """Give the period of each flow, as a column by itself."""
    return FLOWS.select(period=period(FLOWS, None if at is None else str(at)))
