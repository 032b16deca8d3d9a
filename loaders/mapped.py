"""Mapped files: the records of a file as statements, by a mapping, in memory that does not grow with the file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from loaders.blanks import without_blanks
from loaders.known import NOTHING, Known
from loaders.mapping.document import MappingDocument
from loaders.mapping.formats import find_formats
from loaders.mapping.maker import Maker
from loaders.mapping.refusals import ValueRefused, mapping_refused
from loaders.mapping.report import Report
from loaders.mapping.terms import identifier, iri, literal, predicate
from loaders.mapping.things import Home
from loaders.records import Reader, Record, RecordRefused
from loaders.tables.cells import CellRefused, parse_cell
from loaders.tables.schema import table_named
from ontology.errors import CellProblem, InputRefused
from ontology.identifiers import expand, graph_name, is_slug, mint

__all__ = ["Allowance", "MappedFile", "allowance"]

_CHUNK: Final = 32 * 2**20
_BLOCK: Final = 2**20
_COLUMNS: Final = ("title", "creator", "publisher", "issued", "language", "identifier", "note")
Progress = Callable[[float, Report], None]


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many records may be set aside: at most `most` of them, or at most the share `share` of the data."""

    most: int | None
    share: float

    def exceeded(self, report: Report) -> bool:
        """Say whether more were set aside."""
        if self.most is not None:
            return report.aside > self.most
        return report.share_aside > self.share

    def __str__(self) -> str:
        return f"{self.most:,}" if self.most is not None else f"{100 * self.share:g} %"


def allowance(given: str) -> Allowance:
    """Read an allowance: a number of records, or a share of the data.

    >>> str(allowance("1%")), str(allowance("25")), allowance("0").most
    ('1 %', '25', 0)
    """
    if given.endswith("%"):
        share = float(given[:-1])
        if not 0 <= share <= 100:
            raise ValueError(given)
        return Allowance(None, share / 100)
    if not given.isdecimal():
        raise ValueError(given)
    return Allowance(int(given), 0)


class MappedFile:
    """A file with its mapping: checked when it is made, read when `chunks` is asked for.

    `remarks` say what had to be found out to read it, `key` names the source, `graph` is the IRI of the graph that its
    statements stand in.
    """

    def __init__(
        self, reader: Reader, document: MappingDocument, name: str | None = None, known: Known = NOTHING
    ) -> None:
        """Check that the mapping fits the file; InputRefused where it does not.

        `name` names the source and its graph, in place of the mapping's key or the file's name; `known` is what others
        describe.
        """
        self._known = known
        self.reader, self.document = without_blanks(reader, document.read.get("blank", [])), document
        self.key = name or document.source.get("key") or identifier(reader.path.stem)
        if not is_slug(self.key):
            raise mapping_refused(document.file, "source.key", self.key, "expected lower-case letters, digits, hyphens")
        self.graph = graph_name(self.key)
        self.source = mint("source", self.key)
        self._formats = find_formats(document, self.reader)
        self.remarks = (*reader.remarks, *self._formats.remarks)
        self.digest = _digest(reader.path)
        self._description = self._described()
        self.report = Report()
        self._maker()

    def check_against(self, known: Known) -> None:
        """Take what others describe as `known` says from now on; InputRefused where the mapping does not fit that."""
        self._known = known
        self._maker()

    def chunks(
        self, allowed: Allowance, rejects: Path | None = None, progress: Progress | None = None
    ) -> Iterator[bytes]:
        """Give all statements as N-Triples, in pieces of some 32 MB, and the account of them in `report`.

        Records that cannot be read are set aside, into the file `rejects` if one is named; it is written only where
        there are any. Raises InputRefused at the end where they are more than is allowed, and on the way where the
        file cannot be read further: whoever takes the pieces must keep none of them then.
        """
        maker = self._maker()
        self.report = maker.report
        texts, size = list(self._description), 0
        with _Rejects(rejects) as aside:
            for record in self.reader.records():
                if made := self._made(maker, record, aside):
                    texts.append(made)
                    size += len(made)
                if size > _CHUNK:
                    yield "".join(texts).encode()
                    texts, size = [], 0
                if progress and not maker.report.records % 2000:
                    progress(self.reader.progress(), maker.report)
        if allowed.exceeded(maker.report):
            raise InputRefused([self._refusal(maker.report, allowed), *maker.report.first])
        yield "".join(texts).encode()

    def _maker(self) -> Maker:
        language = self.document.source.get("language", "en")
        home = Home(self.key, language, iri(self.source))
        return Maker(self.document, self.reader, self._formats, home, self._known)

    def _made(self, maker: Maker, record: Record | RecordRefused, aside: _Rejects) -> str:
        if isinstance(record, RecordRefused):
            maker.report.records += 1
            aside.add(record.problem, maker.report)
            return ""
        try:
            return maker.make(record)
        except ValueRefused as error:
            maker.aside(record)
            problem = CellProblem(str(self.reader.path), record.place, error.column, error.value, error.reason)
            aside.add(problem, maker.report)
            return ""

    def _refusal(self, report: Report, allowed: Allowance) -> CellProblem:
        reason = (
            f"{report.aside:,} of {report.data:,} records cannot be read, more than the {allowed} "
            f"that may be set aside (--max-rejects); the first of them follow"
        )
        return CellProblem(str(self.reader.path), 0, "", "", reason)

    def _described(self) -> list[str]:
        """Describe the source: which file, with which digests, by which mapping."""
        given = {"title": self.reader.path.stem, **self.document.source}
        pairs = [
            (predicate("rdf:type"), iri(expand("gov:Source"))),
            (predicate("gov:fileName"), literal(self.reader.path.name)),
            (predicate("gov:fileDigest"), literal(self.digest)),
            (predicate("gov:mappingDigest"), literal(self.document.digest)),
        ]
        for name in _COLUMNS:
            value = given.get(name, "").replace("{file}", self.reader.path.stem)
            column = table_named("sources").column(name)
            if value:
                try:
                    pairs.append((predicate(column.property), str(parse_cell(column, value))))
                except CellRefused as error:
                    raise mapping_refused(self.document.file, f"source.{name}", value, str(error)) from error
        return [f"{iri(self.source)} {property_} {term} .\n" for property_, term in pairs]


class _Rejects:
    """The file of what was set aside, made with its first row."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> _Rejects:
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, problem: CellProblem, report: Report) -> None:
        """Set a record aside."""
        report.set_aside(problem)
        if self._path is None:
            return
        if self._file is None:
            try:
                self._file = self._path.open("w", encoding="utf-8", newline="")
            except OSError as error:
                reason = f"what is set aside cannot be written there ({error.strerror}); name another file: --rejects"
                raise InputRefused([CellProblem(str(self._path), 0, "", "", reason)]) from error
            csv.writer(self._file).writerow(["file", "row", "column", "value", "reason"])
        csv.writer(self._file).writerow([problem.file, problem.row, problem.column, problem.value, problem.reason])


def _digest(path: Path) -> str:
    """Give the digest of a file's bytes, or of a folder's files in the order of their names."""
    found = sha256()
    for part in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if part.is_file():
            with part.open("rb") as file:
                while block := file.read(_BLOCK):
                    found.update(block)
    return f"sha256:{found.hexdigest()}"
