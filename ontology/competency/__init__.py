"""Competency questions: what the graph must be able to answer, each with an answer worked out by hand.

A question is two files of one name: `NAME.rq`, a query that runs as it stands over the union of all graphs and tells on
top who asks what and how the answer was found in the documents, and `NAME.csv`, the rows that it must give, in order.
There IRIs are short (`id/actor/es-state`, `def/level/local`, `currency/EUR`), and an empty cell is an unbound variable.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ontology.errors import SubsidiaError, UnknownTerm
from ontology.identifiers import CURRENCIES, DEF, GRAPH, ID

__all__ = ["KINDS", "READERS", "CompetencyQuestion", "QuestionIncomplete", "cell", "questions"]

READERS: Final = ("researcher", "policymaker", "partner")

KINDS: Final = (
    "unknown",
    "two readings",
    "year",
    "norm",
    "absence",
    "range",
    "chain",
    "nothing twice",
    "identity",
    "scope",
    "evidence",
    "mechanism",
    "measure",
    "target group",
    "event",
    "gap",
    "territory",
    "programme",
    "name",
)

_HEADERS: Final = ("Question", "Reader", "Kind", "Answer", "Worked", "Columns")
_HEADER: Final = re.compile(r"# (\w+): (.*)")
_NUMBER: Final = re.compile(r"(-?\d+)\.(\d+)")
_SHORT: Final = ((DEF, "def/"), (ID, "id/"), (GRAPH, "graph/"), (CURRENCIES, "currency/"))


class QuestionIncomplete(SubsidiaError):
    """A question without something that every question has; `file` and `missing` say where and what."""

    def __init__(self, file: str, missing: str) -> None:
        self.file = file
        self.missing = missing
        super().__init__(f"{file}: {missing}")


@dataclass(frozen=True, slots=True)
class CompetencyQuestion:
    """A question that the graph must answer, in a reader's words, with the query and the rows that it must give."""

    name: str
    question: str
    reader: str
    kind: str
    answer: str
    worked: str
    columns: tuple[str, ...]
    query: str
    expected: tuple[tuple[str, ...], ...]


def cell(value: str | None) -> str:
    """Write one value of a result as the expected rows have it, so that stores which write a number otherwise agree.

    >>> cell("https://w3id.org/subsidia/id/actor/es-state"), cell("0.30"), cell("12000.0"), cell(None)
    ('id/actor/es-state', '0.3', '12000', '')
    """
    if value is None:
        return ""
    for long, short in _SHORT:
        if value.startswith(long):
            return short + value.removeprefix(long)
    return value.rstrip("0").rstrip(".") if _NUMBER.fullmatch(value) else value


def questions(folder: Path | None = None) -> list[CompetencyQuestion]:
    """Read all questions, in the order of their names.

    Parameters
    ----------
    folder
        Where they stand; without one, beside this module.

    Raises
    ------
    QuestionIncomplete
        A query without one of its header lines or without its table, a table without its query, with other columns than
        the query names, or with a row of another length.
    UnknownTerm
        A reader or kind that is none of ours.
    """
    place = folder or Path(__file__).parent
    tables = {path.stem for path in place.glob("*.csv")}
    paths = sorted(place.glob("*.rq"))
    for name in sorted(tables - {path.stem for path in paths}):
        raise QuestionIncomplete(f"{name}.csv", f"there is no query {name}.rq beside it")
    return [_read(path) for path in paths]


def _read(path: Path) -> CompetencyQuestion:
    query = path.read_text(encoding="utf-8")
    told = _headers(query)
    for header in _HEADERS:
        if not told.get(header):
            raise QuestionIncomplete(path.name, f"no line '# {header}: …' on top")
    if told["Reader"] not in READERS:
        raise UnknownTerm(f"reader in {path.name}", told["Reader"], READERS)
    if told["Kind"] not in KINDS:
        raise UnknownTerm(f"kind in {path.name}", told["Kind"], KINDS)
    columns = tuple(told["Columns"].split(", "))
    return CompetencyQuestion(
        name=path.stem,
        question=told["Question"],
        reader=told["Reader"],
        kind=told["Kind"],
        answer=told["Answer"],
        worked=told["Worked"],
        columns=columns,
        query=query,
        expected=_rows(path.with_suffix(".csv"), columns),
    )


def _headers(query: str) -> dict[str, str]:
    """Read the comment lines on top; a line that begins with '#' and spaces goes on with the one above."""
    told: dict[str, str] = {}
    current = ""
    for line in query.splitlines():
        if not line.startswith("#"):
            break
        if match := _HEADER.fullmatch(line):
            current = match[1]
            told[current] = match[2].strip()
        elif current:
            told[current] += " " + line.removeprefix("#").strip()
    return told


def _rows(path: Path, columns: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    if not path.is_file():
        raise QuestionIncomplete(path.name, f"the table of expected rows is not beside {path.stem}.rq")
    with path.open(encoding="utf-8", newline="") as lines:
        header, *rows = [tuple(row) for row in csv.reader(lines)] or [()]
    if header != columns:
        raise QuestionIncomplete(path.name, f"its columns must be {', '.join(columns)}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise QuestionIncomplete(path.name, f"row {number} must have {len(columns)} cells, and has {len(row)}")
    return tuple(rows)
