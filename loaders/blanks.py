"""Blanks: words and signs that stand where a table has nothing, such as a dash, read as empty cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from loaders.records import Reader, Record, RecordRefused

__all__ = ["without_blanks"]


def without_blanks(reader: Reader, blanks: Sequence[str]) -> Reader:
    """Give a reader whose records have an empty cell for each one that is such a word and nothing else."""
    return _Blanked(reader, frozenset(blanks)) if blanks else reader


class _Blanked:
    def __init__(self, reader: Reader, blanks: frozenset[str]) -> None:
        self._reader = reader
        self._blanks = blanks

    @property
    def path(self) -> Path:
        return self._reader.path

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        return self._reader.columns

    @property
    def remarks(self) -> Sequence[str]:
        return self._reader.remarks

    def records(self) -> Iterator[Record | RecordRefused]:
        for record in self._reader.records():
            if isinstance(record, Record) and not self._blanks.isdisjoint(map(str.strip, record.cells)):
                cells = ["" if cell.strip() in self._blanks else cell for cell in record.cells]
                yield record._replace(cells=cells)
            else:
                yield record

    def progress(self) -> float:
        return self._reader.progress()
