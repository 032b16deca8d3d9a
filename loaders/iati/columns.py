"""Columns: the names of the columns of each kind of record that IATI files give.

`…-as-written` is the cell as it stands in the file, beside the word that codes of all versions come out as. An
organisation takes several columns: `provider` is what tells it apart, `provider-name` its name, which another element
of the file may give, `provider-identifier` its reference where that is the organisation's own, `provider-from` whether
the file states it or the standard assumes it. `same-body` says that one organisation is both sides, `also-reported`
that the other side reports the money in the same file, `superseded` that a revised plan of its period replaces it.
`country` is the code of the country that all is for, where one is; `countries` is all that is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["COLUMNS"]


def _party(name: str) -> tuple[str, ...]:
    parts = ("", "-name", "-identifier", "-ref", "-name-as-written", "-type", "-type-as-written")
    return tuple(f"{name}{part}" for part in parts)


def _side(name: str) -> tuple[str, ...]:
    return (*_party(name), f"{name}-activity", f"{name}-from")


_ACTIVITY: Final = (
    "version",
    "activity",
    "activity-title",
    "activity-name",
    "activity-language",
    "activity-within",
    "hierarchy",
    "status",
    "status-as-written",
    "start",
    "end",
    "planned-start",
    "actual-start",
    "planned-end",
    "actual-end",
    "default-currency",
    "country",
    "country-name",
    "countries",
    "regions",
    "sectors",
    *_party("reporting"),
    "secondary-reporter",
)
_VALUE: Final = ("value", "currency", "currency-from", "value-date")
_PERIOD: Final = ("period-start", "period-end", *_VALUE)
_BUDGET: Final = ("budget-type", "budget-type-as-written", "budget-status", "budget-status-as-written", "superseded")
_ORGANISATION: Final = ("version", *_party("organisation"), "default-currency", *_party("reporting"))
_FORWARD: Final = (*_ORGANISATION, "budget-status", "budget-status-as-written", *_PERIOD)

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "activity": _ACTIVITY,
    "participating-org": (*_ACTIVITY, "role", "role-as-written", *_party("organisation"), "organisation-activity"),
    "transaction": (
        *_ACTIVITY,
        "ref",
        "type",
        "type-as-written",
        "date",
        "date-as-written",
        *_VALUE,
        "finance",
        "finance-as-written",
        *_side("provider"),
        *_side("receiver"),
        "same-body",
        "also-reported",
        "transaction-country",
        "transaction-country-name",
        "transaction-countries",
        "transaction-regions",
        "transaction-sectors",
    ),
    "budget": (*_ACTIVITY, *_BUDGET, *_PERIOD),
    "planned-disbursement": (
        *_ACTIVITY,
        *_BUDGET,
        *_PERIOD,
        *_side("provider"),
        *_side("receiver"),
        "same-body",
    ),
    "organisation": _ORGANISATION,
    "total-budget": _FORWARD,
    "recipient-org-budget": (*_FORWARD, *_party("receiver")),
    "recipient-country-budget": (*_FORWARD, "country"),
    "recipient-region-budget": (*_FORWARD, "region"),
    "total-expenditure": _FORWARD,
}
"""The columns of each kind of record, those of activity files first."""
