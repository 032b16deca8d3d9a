"""Numbers as people read them, in the locale of the language spoken: amounts, ranges, shares, counts."""

from __future__ import annotations

from babel.numbers import format_decimal

from visualisations.language import gettext, locale

__all__ = ["amount", "decimal", "money", "share"]


def amount(value: float | None) -> str:
    """Write an amount with its thousands told apart; a dash for None.

    >>> amount(182400000), amount(7200.5), amount(None)
    ('182,400,000', '7,200.50', '–')
    """
    if value is None:
        return "–"
    return decimal(value, 0) if value == int(value) else decimal(value, 2)


def decimal(value: float, places: int) -> str:
    """Write a number with so many decimal places.

    >>> decimal(0.25, 2), decimal(1234, 0)
    ('0.25', '1,234')
    """
    pattern = f"#,##0.{'0' * places}" if places else "#,##0"
    return str(format_decimal(value, format=pattern, locale=locale()))


def money(low: float | None, high: float | None, currency: str | None) -> str:
    """Write an amount or a range with its currency; 'amount unknown' where there is none.

    >>> money(30000000, 35000000, "EUR"), money(None, 7200, "EUR"), money(None, None, None)
    ('30,000,000–35,000,000 EUR', 'up to 7,200 EUR', 'amount unknown')
    """
    unit = f" {currency}" if currency else ""
    if high is None:
        return gettext("amount unknown")
    if low is None:
        return gettext("up to %(amount)s", amount=f"{amount(high)}{unit}")
    return f"{amount(low)}{unit}" if low == high else f"{amount(low)}–{amount(high)}{unit}"


def share(value: float | None) -> str:
    """Write a share as a percentage; a dash for None.

    >>> share(0.4), share(0.125)
    ('40 %', '12.5 %')
    """
    return (
        "–"
        if value is None
        else f"{format_decimal(float(f'{value * 100:g}'), format='#,##0.######', locale=locale())} %"
    )
