"""Money: the amount of a flow, and whether the record says that there is such a flow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, NamedTuple

from loaders.mapping.document import Section
from loaders.mapping.figures import Figure, Readers, figure, to_cents
from loaders.mapping.refusals import ValueRefused, mapping_refused
from loaders.mapping.texts import Cells, Scope
from loaders.tables.cells import canonical

__all__ = ["Amount", "Money"]

_EMPTY: Final = ("refuse", "leave out", "unknown")
_ZERO: Final = ("leave out", "keep")
_NEGATIVE: Final = ("refuse", "return", "leave out")
_MOST: Final = Decimal(10) ** 15
_DECIMALS: Final = 4


class Amount(NamedTuple):
    """An amount: both ends, None where it is unknown; `returned` where the file has it below zero: it goes back."""

    low: Decimal | None
    high: Decimal | None
    returned: bool = False


class Money:
    """The amount of one section's flows. `worked` says by which arithmetic it is made; "" where it is stated."""

    def __init__(self, section: Section, scope: Scope, readers: Readers) -> None:
        """Compile the section's amount; InputRefused for what is none."""
        self._place = section.place
        self._empty = _option(section, "empty", _EMPTY, scope)
        self._zero = _option(section, "zero", _ZERO, scope)
        self._negative = _option(section, "negative", _NEGATIVE, scope)
        both = section.options.get("amount")
        low, high = (section.cells.get(name, both) for name in ("amount_min", "amount_max"))
        self._low = self._figure(low, scope, readers)
        self._high = self._low if high is low or high == low else self._figure(high, scope, readers)
        self.worked = next((part.worked for part in (self._low, self._high) if part and part.worked), "")

    def _figure(self, given: Any, scope: Scope, readers: Readers) -> Figure | None:
        return None if given is None else figure(given, scope, f"{self._place}.amount", readers, money=True)

    def of(self, cells: Cells) -> Amount | str:
        """Give the amount of a record, or why the mapping leaves such a flow out.

        Raises ValueRefused for a cell that is no number, and for one that is empty or below zero where the mapping
        does not say what that means.
        """
        if self._low is None or self._high is None:
            return Amount(None, None)
        low = self._low.of(cells)
        high = low if self._high is self._low else self._high.of(cells)
        if low is None or high is None:
            return self._without(low, high)
        if low < 0 or high < 0:
            return self._below_zero(low, high)
        if high == 0 and self._zero == "leave out":
            return "the amount is 0"
        if low > high:
            raise ValueRefused(self._columns(), f"{low} to {high}", "the lower end is above the upper end")
        return Amount(self._checked(low), self._checked(high))

    def _without(self, low: Decimal | None, high: Decimal | None) -> Amount | str:
        if self._empty == "leave out":
            return "the amount is empty"
        if self._empty == "unknown":
            return Amount(low, high)
        reason = f'it is empty; say what that means in the mapping ({self._place}: empty = "leave out" or "unknown")'
        raise ValueRefused(self._columns(), "", reason)

    def _below_zero(self, low: Decimal, high: Decimal) -> Amount | str:
        if self._negative == "leave out":
            return "the amount is below zero"
        if self._negative == "return" and low <= high <= 0:
            return Amount(self._checked(-high), self._checked(-low), returned=True)
        reason = f'it is below zero; say what that means in the mapping ({self._place}: negative = "return")'
        raise ValueRefused(self._columns(), canonical(low), reason)

    def _checked(self, number: Decimal) -> Decimal:
        """Round what was worked out to cents; refuse what does not fit."""
        exact = to_cents(number) if self.worked else number
        if exact >= _MOST:
            raise ValueRefused(self._columns(), f"{exact:f}", "it is above a thousand million million")
        exponent = exact.normalize().as_tuple().exponent
        if isinstance(exponent, int) and exponent < -_DECIMALS:
            raise ValueRefused(self._columns(), f"{exact:f}", f"it has more than {_DECIMALS} decimals")
        return exact

    def _columns(self) -> str:
        names = [name for part in (self._low, self._high) if part for name in part.columns]
        return ", ".join(dict.fromkeys(names))


def _option(section: Section, name: str, known: tuple[str, ...], scope: Scope) -> str:
    given = section.options.get(name, known[0])
    if given not in known:
        reason = f"expected one of {', '.join(known)}"
        raise mapping_refused(scope.file, f"{section.place}.{name}", given, reason)
    return str(given)
