"""Numbers as people read them: amounts, ranges, shares."""

from __future__ import annotations

__all__ = ["amount", "money", "share"]


def amount(value: float | None) -> str:
    """Write an amount with its thousands told apart; a dash for None.

    >>> amount(182400000), amount(7200.5), amount(None)
    ('182,400,000', '7,200.50', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def money(low: float | None, high: float | None, currency: str | None) -> str:
    """Write an amount or a range with its currency; 'amount unknown' where there is none.

    >>> money(30000000, 35000000, "EUR"), money(None, 7200, "EUR"), money(None, None, None)
    ('30,000,000–35,000,000 EUR', 'up to 7,200 EUR', 'amount unknown')
    """
    unit = f" {currency}" if currency else ""
    if high is None:
        return "amount unknown"
    if low is None:
        return f"up to {amount(high)}{unit}"
    return f"{amount(low)}{unit}" if low == high else f"{amount(low)}–{amount(high)}{unit}"


def share(value: float | None) -> str:
    """Write a share as a percentage; a dash for None.

    >>> share(0.4), share(0.125)
    ('40 %', '12.5 %')
    """
    return "–" if value is None else f"{value * 100:g} %"
