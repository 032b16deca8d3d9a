"""Survey: what has to be found out from all rows of a package before the first one can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from loaders.delimited import Delimited
from loaders.fdp.columns import Cells, Columns
from loaders.fdp.measures import sum_of_others
from loaders.fdp.package import Field, Package
from loaders.fdp.periods import Period, PeriodDoubtful, period_reader
from loaders.fdp.roles import Roles, words
from loaders.fdp.totals import Line, Totals, find_totals, finest
from loaders.numbers import find_style, number_reader
from loaders.records import Record
from ontology.errors import CellProblem, InputRefused

__all__ = ["Survey", "survey"]

_STANDARD: Final = "1234.56"
_DISTINCT: Final = 100_000  # different dates that are looked at
_FACTS: Final = ("fact", "other")  # numbers and remarks of single rows, by which nothing is summed up
_TEXT: Final = frozenset({"", "string", "any"})


@dataclass(frozen=True, slots=True)
class Survey:
    """How the amounts and dates of a package are read, which rows are totals, and which measure sums up the others."""

    number: Callable[[str], Decimal]
    period: Callable[[str], Period]
    totals: Totals
    total_measure: int | None
    words: frozenset[str] = field(default=frozenset())
    remarks: tuple[str, ...] = ()


def survey(package: Package, table: Delimited, columns: Columns, roles: Roles, phase: Callable[[Cells], str]) -> Survey:
    """Read all rows of a package, some times over, and find out what is needed; `phase` gives the phase of a row.

    Raises InputRefused where the amounts or the dates can be read in two ways.
    """
    remarks: list[str] = []
    facts = package.resources[package.facts]
    places = [columns.place(measure.column) for measure in package.measures]
    described = [facts.fields.get(measure.column, Field("")) for measure in package.measures]
    number = number_reader(_style(package, table, places, described, remarks))
    period, phases = _periods(package, table, columns, roles, phase)

    def amounts(cells: Cells) -> list[Decimal | None]:
        return [_read(number, cells[place]) for place in places]

    units = _units(amounts(cells) for _, cells in _rows(table))
    total = sum_of_others(package.measures, (amounts(cells) for _, cells in _rows(table)), units)
    groups, besides = _labels(package, columns, roles)

    def lines() -> Iterator[Line]:
        for place, cells in _rows(table):
            labels = [" ".join(dict.fromkeys(cells[part].strip() for part in group)).strip() for group in groups]
            yield place, labels, amounts(cells)

    totals = find_totals(lines, besides, units, blank=package.granularity != "transactional")
    if totals.alone:
        remarks.append(f"{totals.alone} rows are called a total and stand alone; they are kept")
    if not totals.complete:
        remarks.append("too many rows may be totals by their labels; not all of them were looked at")
    return Survey(number, period, totals, total, frozenset(phases), tuple(remarks))


def _rows(table: Delimited) -> Iterator[tuple[int, Cells]]:
    return ((record.place, record.cells) for record in table.records() if isinstance(record, Record))


def _read(number: Callable[[str], Decimal], cell: str) -> Decimal | None:
    try:
        return number(cell) if cell.strip() else None
    except ValueError:
        return None


def _style(
    package: Package, table: Delimited, places: Sequence[int], described: Sequence[Field], remarks: list[str]
) -> str:
    """Give the style of the amounts: the declared one, or the standard's, or else what all cells decide."""
    declared = {(each.thousands, each.point) for each in described if each.point or each.thousands}
    if len(declared) == 1:
        thousands, point = declared.pop()
        sample = f"1{thousands}234{point or '.'}56"
        try:
            number_reader(sample)
        except ValueError as error:
            raise InputRefused([CellProblem(str(package.path), 0, "resources", sample, str(error))]) from error
        return sample
    standard = number_reader(_STANDARD)
    cells = (row[place] for _, row in _rows(table) for place in places)
    if all(not cell.strip() or _read(standard, cell) is not None for cell in cells):
        return _STANDARD
    found = find_style(row[place] for _, row in _rows(table) for place in places)
    if found.doubtful:
        reason = f"its numbers can be read in two ways ({found.doubtful}); declare decimalChar and groupChar"
        raise InputRefused([CellProblem(str(table.path), 0, package.measures[0].column, "", reason)])
    if found.style != _STANDARD:
        remarks.append(f"amounts are read as {found.style}, other than the standard has them")
    return found.style


def _periods(
    package: Package, table: Delimited, columns: Columns, roles: Roles, phase: Callable[[Cells], str]
) -> tuple[Callable[[str], Period], set[str]]:
    """Give what reads the dates, and the phases that rows say."""
    get = columns.of(roles.day.key) if roles.day else None
    days: dict[str, None] = {}
    phases: set[str] = set()
    for _, cells in _rows(table):
        if get is not None and len(days) < _DISTINCT:
            days[get(cells)] = None
        if len(phases) < _DISTINCT:
            phases.add(phase(cells))
    described = None
    if roles.day:
        described = package.resources[roles.day.key.resource].fields.get(roles.day.key.column)
    try:
        return period_reader(described, days), phases
    except PeriodDoubtful as error:
        column = roles.day.key.column if roles.day else ""
        reason = f"its dates can be read in two ways ({error}); declare the format of the field"
        raise InputRefused([CellProblem(str(table.path), 0, column, "", reason)]) from error


def _units(rows: Iterator[list[Decimal | None]]) -> list[Decimal]:
    """Give the unit that each measure is rounded to."""
    units: list[Decimal] = []
    for amounts in rows:
        units = units or [Decimal("1E+12")] * len(amounts)
        units = [min(unit, finest([amount])) if amount else unit for unit, amount in zip(units, amounts, strict=True)]
    return units


def _labels(package: Package, columns: Columns, roles: Roles) -> tuple[list[list[int]], list[int]]:
    """Give the columns that tell rows apart, those of a dimension together, and which of them say nothing of sums."""
    mapped: list[list[int]] = []
    besides: list[int] = []
    for each in roles.dimensions:
        own = [part for part in each.attributes if part.column and part.resource == package.facts]
        if own and each.type in _FACTS:
            besides.append(len(mapped))
        if own:
            mapped.append([columns.place(part.column) for part in own])
    used = {place for group in mapped for place in group} | {columns.place(each.column) for each in package.measures}
    fields = {words(name): described for name, described in package.resources[package.facts].fields.items()}
    others = [
        place
        for place, name in enumerate(columns.names)
        if place not in used and fields.get(words(name), Field("")).type in _TEXT
    ]
    besides += range(len(mapped), len(mapped) + len(others))
    return [*mapped, *([place] for place in others)], besides
