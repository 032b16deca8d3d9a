"""Published totals: whether the rows and columns of a published table add up to what it says.

For whoever enters such a table, from Python, before its rows become flows; tests/test_published.py holds the tables of
the AMIF 2014–2020 and the EIF 2007–2009 with it. No answer of the service calls it: that a total has more to it than
its recorded parts is no mistake there, as parts may be missing; that parts exceed their whole is told by
graph.funding.passing.conservation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["ColumnCheck", "RowProblem", "check_columns", "check_rows"]

Amounts = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row whose parts do not add up to its total: `summed` − `published` = `difference`."""

    row: str
    summed: Decimal
    published: Decimal
    difference: Decimal


@dataclass(frozen=True, slots=True)
class ColumnCheck:
    """The sum of a column beside the published total.

    `rounded` says that they differ by less than the unit that the total is published in, so that rounding explains
    it; `agrees` that they are equal or so explained.
    """

    column: str
    summed: Decimal
    published: Decimal
    difference: Decimal
    rounded: bool

    @property
    def agrees(self) -> bool:
        """Whether the table adds up."""
        return self.difference == 0 or self.rounded


def check_rows(rows: Mapping[str, Amounts], parts: Sequence[str], total: str) -> tuple[RowProblem, ...]:
    """Give the rows in which the columns `parts` do not add up exactly to the column `total`; none is what to expect.

    Amounts are in the unit of the table. A table without rows has no problem. The cost is one pass.
    """
    found = []
    for name, row in rows.items():
        summed = sum((row[part] for part in parts), Decimal(0))
        if summed != row[total]:
            found.append(RowProblem(name, summed, row[total], summed - row[total]))
    return tuple(found)


def check_columns(
    rows: Mapping[str, Amounts], published: Amounts, unit: Decimal = Decimal(1)
) -> tuple[ColumnCheck, ...]:
    """Compare the sum of each column with its published total, which is rounded to `unit`.

    A table without rows sums to 0. The cost is one pass a column.

    >>> rows = {"one": {"total": Decimal("1000600")}, "other": {"total": Decimal("1000402")}}
    >>> [(c.difference, c.agrees) for c in check_columns(rows, {"total": Decimal(2001000)}, Decimal(1000))]
    [(Decimal('2'), True)]
    """
    found = []
    for column, total in published.items():
        summed = sum((row[column] for row in rows.values()), Decimal(0))
        difference = summed - total
        found.append(ColumnCheck(column, summed, total, difference, difference != 0 and abs(difference) < unit))
    return tuple(found)
