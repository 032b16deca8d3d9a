"""Intervals: an amount or a ratio with both its ends, equal where it is exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Interval", "exact", "total"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A number that lies between `low` and `high`, both included; neither is below zero here."""

    low: Decimal
    high: Decimal

    def __add__(self, other: Interval) -> Interval:
        """Add end to end.

        >>> exact(5) + Interval(Decimal(30), Decimal(35))
        Interval(low=Decimal('35'), high=Decimal('40'))
        """
        return Interval(self.low + other.low, self.high + other.high)

    def less(self, other: Interval) -> Interval:
        """Give what is left of this when the other is taken away, never below zero.

        >>> exact(100).less(Interval(Decimal(30), Decimal(45)))
        Interval(low=Decimal('55'), high=Decimal('70'))
        """
        zero = Decimal(0)
        return Interval(max(zero, self.low - other.high), max(zero, self.high - other.low))

    def over(self, other: Interval) -> Interval | None:
        """Give the ratio of two numbers that are independent within their ends; None where the other may be zero.

        >>> exact(40).over(Interval(Decimal(80), Decimal(100)))
        Interval(low=Decimal('0.4'), high=Decimal('0.5'))
        """
        return None if other.low <= 0 else Interval(self.low / other.high, self.high / other.low)

    def times(self, other: Interval) -> Interval:
        """Give the product, end by end.

        >>> exact(100).times(Interval(Decimal("0.3"), Decimal("0.5")))
        Interval(low=Decimal('30.0'), high=Decimal('50.0'))
        """
        return Interval(self.low * other.low, self.high * other.high)


def exact(value: Decimal | int) -> Interval:
    """Give the interval of a number that is known exactly."""
    return Interval(Decimal(value), Decimal(value))


def total(parts: Iterable[Interval]) -> Interval:
    """Add intervals end to end; nothing gives zero.

    >>> total([])
    Interval(low=Decimal('0'), high=Decimal('0'))
    """
    return sum(parts, exact(0))
