"""Report: what of a file went in, what was skipped and set aside, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ontology.errors import CellProblem

__all__ = ["Report"]

_SHOWN = 20


@dataclass(slots=True)
class Report:
    """The account of one load.

    `records` are those of the file, `skipped` those that are no data by the mapping, by reason; `aside` those that
    could not be read, with the `first` problems; `things` what was described, by section; `left_out` flows that the
    mapping leaves out, with the reason; `money` and `money_aside` the amounts that went in and that were set aside, by
    section and currency, in units of the currency.
    """

    records: int = 0
    statements: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    aside: int = 0
    first: list[CellProblem] = field(default_factory=list)
    things: Counter[str] = field(default_factory=Counter)
    without_amount: Counter[str] = field(default_factory=Counter)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    persons: int = 0
    differing: int = 0
    money: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    money_aside: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    @property
    def data(self) -> int:
        """How many records are data: all that the mapping does not skip."""
        return self.records - self.skipped.total()

    @property
    def share_aside(self) -> float:
        """The share of the data that was set aside, from 0 to 1; 0 where there are none."""
        return self.aside / self.data if self.data else 0.0

    def set_aside(self, problem: CellProblem) -> None:
        """Note a record that could not be read."""
        self.aside += 1
        if len(self.first) < _SHOWN:
            self.first.append(problem)

    def lines(self) -> list[str]:
        """Give the account as lines for people.

        >>> Report(records=10, aside=1, things=Counter({"flows.grant": 9})).lines()[0]
        '9 of 10 records went in (90 %); 1 was set aside'
        """
        put_in = self.data - self.aside
        share = f"{100 * put_in / self.data:.4g} %" if self.data else "none"
        was = "was" if self.aside == 1 else "were"
        found = [f"{put_in:,} of {self.data:,} records went in ({share}); {self.aside:,} {was} set aside"]
        found += [f"{count:,} skipped: {reason}" for reason, count in sorted(self.skipped.items())]
        found.append(
            "described: " + (", ".join(f"{n:,} {name}" for name, n in sorted(self.things.items())) or "nothing")
        )
        found += [self._money_line(key) for key in sorted({*self.money, *self.money_aside})]
        found += [f"{n:,} {name} without an amount" for name, n in sorted(self.without_amount.items()) if n]
        found += [f"{n:,} {name} left out: {reason}" for (name, reason), n in sorted(self.left_out.items())]
        if self.persons:
            found.append(f"{self.persons:,} records name a private person; neither name nor address was kept")
        if self.differing:
            found.append(
                f"{self.differing:,} things are described differently by later records; the first description counts"
            )
        return found

    def _money_line(self, key: tuple[str, str]) -> str:
        put_in, aside = self.money.get(key, Decimal(0)), self.money_aside.get(key, Decimal(0))
        line = f"{key[0]}: {put_in:,f} {key[1]} went in"
        if aside:
            line += f", {aside:,f} {key[1]} set aside ({100 * aside / (put_in + aside):.4g} % of the money)"
        return line

    def as_json(self) -> dict[str, Any]:
        """Give the account as data; amounts as text, so that no digit is lost."""
        return {
            "records": self.records,
            "skipped": dict(sorted(self.skipped.items())),
            "aside": self.aside,
            "statements": self.statements,
            "things": dict(sorted(self.things.items())),
            "without_amount": dict(sorted(self.without_amount.items())),
            "left_out": [
                {"section": name, "reason": reason, "records": n} for (name, reason), n in sorted(self.left_out.items())
            ],
            "persons": self.persons,
            "money": _rows(self.money),
            "money_aside": _rows(self.money_aside),
        }


def _rows(money: Mapping[tuple[str, str], Decimal]) -> list[dict[str, str]]:
    return [{"section": key[0], "currency": key[1], "amount": f"{money[key]:f}"} for key in sorted(money)]
