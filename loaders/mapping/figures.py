"""Figures: expressions that make a number of a record's cells, turned into functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from loaders.mapping.refusals import ValueRefused, mapping_refused
from loaders.mapping.texts import Cells, Scope
from loaders.numbers import NumberRefused
from loaders.records import RealNumber

__all__ = ["Figure", "figure", "figure_columns", "to_cents"]

Readers = Mapping[str, Callable[[str], Decimal]]
"""How the numbers of each column are read."""
_ONE: Final = re.compile(r"\s*\{([^{}]*)\}\s*(%?)\s*")
_SIGNS: Final = {"sum": " + ", "difference": " − ", "product": " × "}
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Figure:
    """A function from a record's cells to a number, None where a cell that it needs is empty.

    `worked` says how it is worked out from several cells; "" where it stands in the file as it is.
    """

    columns: tuple[str, ...]
    of: Callable[[Cells], Decimal | None]
    worked: str


def to_cents(number: Decimal) -> Decimal:
    """Round to two decimals, half up, as money that was worked out is rounded."""
    return number.quantize(_CENT, ROUND_HALF_UP)


def figure_columns(given: Any) -> list[str]:
    """Give the columns that an expression reads numbers from; [] for one that is none.

    >>> figure_columns({"product": ["{Total}", "{Rate}%"]})
    ['Total', 'Rate']
    """
    if isinstance(given, str):
        match = _ONE.fullmatch(given)
        return [" ".join(match[1].split())] if match else []
    if isinstance(given, dict):
        parts = [part for value in given.values() for part in (value if isinstance(value, list) else [value])]
        return [column for part in parts for column in figure_columns(part)]
    return []


def figure(given: Any, scope: Scope, place: str, readers: Readers, *, money: bool = False) -> Figure:
    """Turn an expression into a function.

    It is one cell ("{Total}", "{Rate}%"), a number, a cell in thousands or millions (`{ number = "{Total}", times =
    1000 }`), the first of several that is not empty, or the sum, difference or product of several. What is empty is
    unknown and not zero, so nothing is worked out with it. Each product of `money` is rounded to cents, half up, so
    that parts add up to their whole. Raises InputRefused for what is none of them; the function raises ValueRefused for
    a cell that is no number.
    """
    if isinstance(given, str) and (match := _ONE.fullmatch(given)):
        return _cell(" ".join(match[1].split()), bool(match[2]), scope, place, readers)
    if isinstance(given, str | int) and not isinstance(given, bool):
        return _number(given, scope, place)
    if isinstance(given, dict) and set(given) == {"number", "times"}:
        number = figure(given["number"], scope, place, readers, money=money)
        return _product([number, _number(given["times"], scope, place)], "", money=False)
    if isinstance(given, dict) and len(given) == 1:
        (kind,) = given
        if kind in (*_SIGNS, "first") and isinstance(given[kind], list) and given[kind]:
            parts = [figure(each, scope, place, readers, money=money) for each in given[kind]]
            return _combined(kind, parts, money=money)
    reason = (
        "expected a cell such as {Total}, { number = …, times = … }, or first, sum, difference or product of several"
    )
    raise mapping_refused(scope.file, place, given, reason)


def _cell(column: str, percent: bool, scope: Scope, place: str, readers: Readers) -> Figure:
    index, read = scope.index(column, place), readers[column]

    def of(cells: Cells) -> Decimal | None:
        given = cells[index]
        if isinstance(given, RealNumber):
            return Decimal(given).scaleb(-2) if percent else Decimal(given)
        cell = given.strip()
        if not cell:
            return None
        try:
            return read(f"{cell}%" if percent and not cell.endswith("%") else cell)
        except NumberRefused as error:
            raise ValueRefused(column, cell, f"{error}{_without_digits(cell)}") from error

    return Figure((column,), of, "")


def _without_digits(cell: str) -> str:
    """Say what can be done about a word or sign that stands where a number should, such as a dash or n/a."""
    if any(map(str.isdigit, cell)):
        return ""
    return f'; if it means that there is none, say so in the mapping ([read]: blank = ["{cell}"])'


def _number(given: object, scope: Scope, place: str) -> Figure:
    try:
        number = Decimal(str(given))
    except InvalidOperation as error:
        raise mapping_refused(scope.file, place, given, "expected a number, or a cell such as {Total}") from error
    return Figure((), lambda cells: number, "")


def _combined(kind: str, parts: list[Figure], *, money: bool) -> Figure:
    columns = tuple(column for part in parts for column in part.columns)
    if kind == "first":
        return Figure(columns, lambda cells: next((n for part in parts if (n := part.of(cells)) is not None), None), "")
    worked = _SIGNS[kind].join(part.worked or ", ".join(part.columns) or "a number" for part in parts)
    if kind == "product":
        return _product(parts, worked, money=money)

    def of(cells: Cells) -> Decimal | None:
        found = [part.of(cells) for part in parts]
        numbers = [number for number in found if number is not None]
        if len(numbers) < len(found):
            return None
        return sum(numbers, Decimal(0)) if kind == "sum" else numbers[0] - sum(numbers[1:], Decimal(0))

    return Figure(columns, of, worked)


def _product(parts: list[Figure], worked: str, *, money: bool) -> Figure:
    def of(cells: Cells) -> Decimal | None:
        result = Decimal(1)
        for part in parts:
            number = part.of(cells)
            if number is None:
                return None
            result *= number
        return to_cents(result) if money else result

    return Figure(tuple(column for part in parts for column in part.columns), of, worked)
