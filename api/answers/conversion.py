"""Conversion of a document: each amount in one currency as well, beside the stated one, with its rate and day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from api.answers.document import Document, Row, number
from api.parameters import ParameterRefused
from graph.funding.conversion import SOURCE, ConversionRefused, currencies, rate_on

__all__ = ["Conversion", "converted", "read_conversion"]

_ENDS: Final = {"min": ("amount_min", "min"), "max": ("amount_max", "max")}


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was asked for: the currency, and the day whose rates are used."""

    to: str
    on: date


def read_conversion(to: str | None, on: str | None) -> Conversion | None:
    """Read a currency and a day; None where neither is given. Raises ParameterRefused for one without the other."""
    if not to and not on:
        return None
    code = (to or "").upper()
    if code not in currencies():
        raise ParameterRefused("convert", to or "", "an ISO 4217 code with rates, as EUR")
    try:
        return Conversion(code, date.fromisoformat(on or ""))
    except ValueError as error:
        raise ParameterRefused("on", on or "", "the day whose rates are used, as 2006-12-29") from error


def converted(document: Document, conversion: Conversion | None) -> Document:
    """Give the document with `converted_min`, `converted_max`, `converted_to`, `rate` and `rate_day` in each row.

    They are null where a row has no amount, or its currency no rate; `meta.not_converted` says why. What is stated
    stays beside it, and nothing is added across currencies.
    """
    if conversion is None:
        return document
    refused: dict[str, str] = {}
    rows = [_row(row, conversion, refused) for row in _rows(document.data)]
    facts = {"to": conversion.to, "on": conversion.on.isoformat(), "rates": SOURCE}
    return replace(document, data=rows, more={**document.more, "conversion": facts, "not_converted": refused})


def _rows(data: Any) -> Iterable[Row]:
    return data if isinstance(data, list) else []


def _row(row: Row, conversion: Conversion, refused: dict[str, str]) -> Row:
    found: Row = dict.fromkeys(("converted_min", "converted_max", "converted_to", "rate", "rate_day"))
    ends = {end: next((row[name] for name in names if name in row), None) for end, names in _ENDS.items()}
    currency = row.get("currency")
    if currency and any(value is not None for value in ends.values()):
        try:
            rate = rate_on(currency, conversion.to, conversion.on)
        except ConversionRefused as error:
            refused[currency] = str(error)
        else:
            amounts = {end: None if value is None else rate.convert(Decimal(str(value))) for end, value in ends.items()}
            found |= {f"converted_{end}": number(value) for end, value in amounts.items()}
            found |= {"converted_to": rate.to, "rate": float(rate.value), "rate_day": rate.day.isoformat()}
    return {**row, **found}
