"""Reader: the records of an IATI file, of activities or organisations, version 1.01 to 2.03."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from loaders.iati.cells import activity_records, organisation_records
from loaders.iati.columns import COLUMNS
from loaders.iati.stream import reports, root_of
from loaders.iati.survey import Survey
from loaders.records import Record, RecordRefused

__all__ = ["IatiReader"]


class IatiReader:
    """A file of the International Aid Transparency Initiative, as loaders.records.Reader.

    The file is read twice: once to know the organisations (loaders.iati.survey), before the first record is given, and
    so that a file which is cut off gives none; then for its records. It takes as much memory as its largest activity,
    and what the survey keeps.
    """

    def __init__(self, path: Path) -> None:
        """Open the file as far as its root; InputRefused where it is no IATI file."""
        self._path = path
        self._progress = 0.0
        self._survey: Survey | None = None
        self._root = root_of(path)

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The columns of each kind of record, also of those that this file has none of."""
        return COLUMNS

    @property
    def remarks(self) -> Sequence[str]:
        """What the owner of the file may want to check; InputRefused where it cannot be read to its end."""
        return self._surveyed().remarks

    def records(self) -> Iterator[Record | RecordRefused]:
        """Give all records; see loaders.records.Reader. A file without activities gives none."""
        survey = self._surveyed()
        for element in reports(self._path, lambda read: self._tell(0.5 + read / 2)):
            if element.tag == "iati-activity":
                yield from activity_records(element, survey, self._path)
            else:
                yield from organisation_records(element, survey)

    def progress(self) -> float:
        """Say how much has been read, from 0 to 1; the survey is the first half."""
        return self._progress

    def _surveyed(self) -> Survey:
        if self._survey is None:
            self._survey = Survey(self._path, lambda read: self._tell(read / 2))
        return self._survey

    def _tell(self, progress: float) -> None:
        self._progress = progress
