"""Records: what every reader of a file gives, whatever its format, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from ontology.errors import CellProblem

__all__ = ["Reader", "RealNumber", "Record", "RecordRefused"]


class RealNumber(str):
    """A cell that holds a number and no text: written as 1234.56, whatever the style of the texts beside it."""

    __slots__ = ()


class Record(NamedTuple):
    """One record of a file.

    `kind` says what it is (a `row` of a table, a `transaction` of an activity), `place` where it stands, counted as a
    person would: the row of a spreadsheet, the line of an XML file, the number of an item in a list. `cells` are its
    values as text, exactly as written, one for each column that the reader names for the kind; "" where there is none.
    """

    kind: str
    place: int
    cells: Sequence[str]


class RecordRefused(ValueError):
    """A record that cannot be read as it should; it is set aside, and the reading goes on with the next."""

    def __init__(self, problem: CellProblem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class Reader(Protocol):
    """A file that gives records, in one pass and in memory that does not grow with it.

    A reader is told by its path, opens it in its constructor as far as is needed to know the columns, and raises
    ontology.errors.InputRefused for what cannot be read at all.
    """

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The names of the columns of each kind of record, in the order of a record's cells."""
        ...

    @property
    def remarks(self) -> Sequence[str]:
        """What had to be found out to read the file, such as its encoding, for its owner to check."""
        ...

    def records(self) -> Iterator[Record | RecordRefused]:
        """Give all records in the order of the file, from the beginning each time it is asked.

        A record that is broken in itself is given as a RecordRefused, so that the reading can go on; a file that
        cannot be read further raises InputRefused with the place.
        """
        ...

    def progress(self) -> float:
        """Say how much of the file has been read by the pass under way, from 0 to 1."""
        ...
