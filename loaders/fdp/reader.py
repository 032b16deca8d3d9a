"""Reader: the amounts of a Fiscal Data Package, one record for each row and measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from pathlib import Path
from typing import Final

from loaders.fdp.columns import Cells, Columns, open_table
from loaders.fdp.descriptor import read_package
from loaders.fdp.measures import PHASES, phase_by_name, superseded
from loaders.fdp.package import Measure
from loaders.fdp.periods import Period, fiscal_year
from loaders.fdp.roles import Named, find_roles, words
from loaders.fdp.states import country_of, holds_states
from loaders.fdp.survey import survey
from loaders.records import Record, RecordRefused
from ontology.errors import CellProblem

__all__ = ["COLUMNS", "PROPOSED", "TOTAL_MEASURE", "TOTAL_ROW", "FiscalDataPackage"]

COLUMNS: Final = (
    "measure",
    "amount",
    "currency",
    "direction",
    "phase",
    "starts",
    "ends",
    "payer id",
    "payer",
    "payee id",
    "payee",
    "payee country",
    "programme id",
    "programme",
    "classification",
    "location",
    "not counted",
)
"""What every package gives, in the same way; the columns of its own file follow."""
TOTAL_ROW: Final = "total row"
TOTAL_MEASURE: Final = "total measure"
PROPOSED: Final = "proposed beside approved"
_AFTER_PAYEE: Final = COLUMNS.index("payee country") - COLUMNS.index("payer id")
_EXACT: Final = Context(prec=100)


class FiscalDataPackage:
    """The amounts of a package, each a record of the kind `line`; its place is the row of the file that it stands in.

    `amount` is in units of the currency, `phase` one of ours, `starts` and `ends` are dates of the tables, and
    `not counted` says why an amount must be added to no other. The columns of the file follow as they are written,
    after "own" where one bears a name of ours.

    Raises InputRefused where the descriptor or a file cannot be read, or the two do not fit. A file without rows gives
    no records.
    """

    def __init__(self, path: Path) -> None:
        """Open a package: its folder, or the descriptor in it."""
        self.package = read_package(path)
        self._table = open_table(self.package.resources[self.package.facts])
        columns = Columns(self.package, self._table)
        self.roles = find_roles(self.package, columns.names)
        stated = next((each for each in self.roles.dimensions if words(each.name) in ("phase", "budget phase")), None)
        by_row = columns.of(stated.attributes[0]) if stated else None
        self._stated_phase: Callable[[Cells], str] = (
            (lambda cells: by_row(cells).strip().casefold()) if by_row else lambda cells: ""
        )
        self._survey = survey(self.package, self._table, columns, self.roles, self._stated_phase)
        self._own = [f"own {name}" if name in COLUMNS else name for name in columns.names]
        self._named = [_both(columns, each) for each in (self.roles.payer, self.roles.payee, self.roles.programme)]
        self._joined = [
            [columns.of(each.label) for each in many] for many in (self.roles.classification, self.roles.location)
        ]
        self._to_states = self.roles.payee is not None and holds_states(self.roles.payee)
        self._day = columns.of(self.roles.day.key) if self.roles.day else None
        self._measures = [(each, columns.place(each.column)) for each in self.package.measures]
        self._phases = [self._phase(each) for each in self.package.measures]
        self._years = self._measured_years()

    @property
    def path(self) -> Path:
        """The file with the amounts."""
        return self._table.path

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """Our columns, and those of the file."""
        return {"line": (*COLUMNS, *self._own)}

    @property
    def remarks(self) -> Sequence[str]:
        """What had to be found out, or is doubtful in the descriptor."""
        found = [*self._table.remarks]
        found += [f"{self.package.path.name}: {each}" for each in (*self.roles.remarks, *self._survey.remarks)]
        total = self._survey.total_measure
        if total is not None:
            name = self.package.measures[total].name
            found.append(f"{self.package.path.name}: the measure {name} is in every row the sum of the others")
        for measure, (phase, name) in zip(self.package.measures, self._phases, strict=True):
            if name:
                found.append(
                    f"{self.package.path.name}: the measure {measure.name} is taken for {phase}, as {name} says"
                )
        if self.roles.payee and not self._to_states:
            reason = (
                "nothing says which of those who are paid are private persons: look through the names before publishing"
            )
            found.append(f"{self.package.path.name}: {reason}")
        return list(dict.fromkeys(found))

    def records(self) -> Iterator[Record | RecordRefused]:
        """Give the amounts in the order of the file; a row that is doubtful as a whole is given once, as refused."""
        for record in self._table.records():
            if not isinstance(record, Record):
                yield record
                continue
            try:
                shared = self._shared(record)
            except ValueError as error:
                day = self.roles.day
                yield self._refused(record, day.key.column if day else "", self._day_cell(record.cells), str(error))
                continue
            if self._survey.totals.verdicts.get(record.place) == "doubtful":
                yield self._refused(record, "", "", "it is called a total, and is not the sum of the rows beside it")
                continue
            for number, (measure, place) in enumerate(self._measures):
                yield self._line(record, number, measure, record.cells[place], shared)

    def progress(self) -> float:
        """Say how much of the file has been read by the pass under way."""
        return self._table.progress()

    def _phase(self, measure: Measure) -> tuple[str, str]:
        """Give our phase of a measure, and the name that says it where it is not stated: its own, or its total's."""
        total = self._survey.total_measure
        names = [measure.name, measure.column, self.roles.day.dimension if self.roles.day else ""]
        if total is not None:
            names.append(self.package.measures[total].name)
        if measure.phase:
            return PHASES[measure.phase], ""
        return next(((found, name) for name in names if (found := phase_by_name(name))), ("", ""))

    def _measured_years(self) -> list[Period]:
        """Give the period of each measure: the year that its name is, else the package's."""
        years = [fiscal_year(each.name) for each in self.package.measures]
        if all(years) and self.roles.day is None:
            return [year or ("", "") for year in years]
        plain = [each.name.strip() for each in self.package.measures]
        if self.roles.day is None and all(len(name) == 4 and name.isdecimal() for name in plain):
            return [(name, name) for name in plain]
        return [self.package.period] * len(plain)

    def _day_cell(self, cells: Cells) -> str:
        return self._day(cells) if self._day else ""

    def _shared(self, record: Record) -> tuple[Period, list[str], str]:
        """Give what all amounts of a row share: its period, names and phase; ValueError for a date that is none."""
        cells = record.cells
        period = self._survey.period(self._day_cell(cells)) if self._day else ("", "")
        named = [get(cells).strip() for pair in self._named for get in pair]
        joined = [
            "; ".join(dict.fromkeys(found for get in many if (found := get(cells).strip()))) for many in self._joined
        ]
        named.insert(_AFTER_PAYEE, country_of(named[_AFTER_PAYEE - 1]) if self._to_states else "")
        return period, [*named, *joined], self._stated_phase(cells)

    def _line(
        self, record: Record, number: int, measure: Measure, cell: str, shared: tuple[Period, list[str], str]
    ) -> Record | RecordRefused:
        (starts, ends), named, phase = shared
        try:
            amount = _times(self._survey.number(cell), measure.factor) if cell.strip() else ""
        except ValueError as error:
            return self._refused(record, measure.column, cell, str(error))
        if phase and phase not in PHASES:
            return self._refused(record, "phase", phase, f"expected one of {', '.join(PHASES)}")
        if not starts and self._day is None:
            starts, ends = self._years[number]
        ours = PHASES[phase] if phase else self._phases[number][0]
        counted = self._not_counted(record.place, number, phase or measure.phase)
        line = (measure.name, amount, measure.currency, measure.direction, ours, starts, ends, *named, counted)
        return Record("line", record.place, (*line, *record.cells))

    def _not_counted(self, place: int, number: int, phase: str) -> str:
        if place in self._survey.totals.verdicts:
            return TOTAL_ROW
        if number == self._survey.total_measure:
            return TOTAL_MEASURE
        stated = {*self._survey.words, *(each.phase for each in self.package.measures)}
        return PROPOSED if phase == "proposed" and superseded(stated) else ""

    def _refused(self, record: Record, column: str, value: str, reason: str) -> RecordRefused:
        return RecordRefused(CellProblem(str(self.path), record.place, column, value, reason))


def _both(columns: Columns, named: Named | None) -> tuple[Callable[[Cells], str], Callable[[Cells], str]]:
    """Give what gives the key and the label of a thing; nothing where no dimension names it."""
    if named is None:
        return (lambda cells: ""), (lambda cells: "")
    return columns.of(named.key), columns.of(named.label)


def _times(number: Decimal, factor: Decimal) -> str:
    """Multiply without rounding, and write the number without an exponent.

    >>> _times(Decimal("1.50"), Decimal(1000)), _times(Decimal("0.1"), Decimal(1))
    ('1500.00', '0.1')
    """
    return f"{_EXACT.multiply(number, factor):f}"
