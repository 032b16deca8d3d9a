"""Conversion: an amount in another currency, at the reference rate of a stated day. Only on request, and shown as such.

The rates are the euro reference rates of the European Central Bank (daily since 1999), as the package
`currencyconverter` ships them; nothing is fetched. A day without a rate, as a Sunday, takes that of the last day before
which had one. Nothing is extrapolated: a currency or a day without rates is refused.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Any, Final

from ontology.errors import SubsidiaError

__all__ = ["SOURCE", "ConversionRefused", "Rate", "currencies", "rate_on"]

SOURCE: Final = "European Central Bank, euro foreign exchange reference rates"
_MOST_DAYS: Final = 10  # without a rate; holidays are shorter
_CENT: Final = Decimal("0.01")


class ConversionRefused(SubsidiaError):
    """A currency that has no rates, or none on that day."""

    def __init__(self, currency: str, reason: str) -> None:
        self.currency = currency
        super().__init__(f"{currency}: {reason}")


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency was worth in another: `value`, on the `day` that the rate is of."""

    of: str
    to: str
    value: Decimal
    day: date

    def convert(self, amount: Decimal | None) -> Decimal | None:
        """Give an amount in the other currency, to the cent, half to even; None for an unknown amount."""
        return None if amount is None else (amount * self.value).quantize(_CENT, ROUND_HALF_EVEN)


def rate_on(of: str, to: str, on: date) -> Rate:
    """Give the rate from one currency to another on a day, or on the last day before that had one.

    Raises ConversionRefused for a currency that is not known, or for a day outside its rates.
    """
    for code in (of, to):
        if code not in currencies():
            raise ConversionRefused(code, "no rates are known; expected a code of ISO 4217 as EUR, GBP or SEK")
    if of == to:
        return Rate(of, to, Decimal(1), on)
    for back in range(_MOST_DAYS):
        day = on - timedelta(days=back)
        values = [Decimal(1) if code == "EUR" else _rates(code).get(day) for code in (of, to)]
        if values[0] is not None and values[1] is not None:
            return Rate(of, to, values[1] / values[0], day)
    days = sorted(day for code in (of, to) if code != "EUR" for day in _rates(code))
    raise ConversionRefused(of, f"no rate to {to} for {on}; there are rates from {days[0]} to {days[-1]}")


def currencies() -> frozenset[str]:
    """Give the codes (ISO 4217) of the currencies that have rates on some day."""
    return frozenset(_converter().currencies)


@cache
def _rates(code: str) -> dict[date, Decimal]:
    """Give the units of a currency that a euro was worth, by day."""
    from currency_converter import RateNotFoundError

    found = {}
    first, last = _converter().bounds[code]
    for passed in range((last - first).days + 1):
        day = first + timedelta(days=passed)
        with suppress(RateNotFoundError):
            found[day] = _converter().convert(Decimal(1), "EUR", code, date=day)
    return found


@cache
def _converter() -> Any:
    # reading a quarter of a century of rates takes a while: only whoever converts pays for it
    from currency_converter import CurrencyConverter

    return CurrencyConverter(decimal=True)
