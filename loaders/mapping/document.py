"""Document: a mapping as it is written, read from TOML and checked for words that nothing knows."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from loaders.mapping.refusals import mapping_refused
from loaders.tables.schema import CASEBOOK_TABLES, Table, table_named
from ontology.errors import near_matches

__all__ = ["MappingDocument", "Section", "parse_mapping", "read_mapping"]

_TOP: Final = ("source", "read", "skip", "words")
_SOURCE: Final = ("key", "title", "creator", "publisher", "issued", "language", "identifier", "note")
_READ: Final = ("encoding", "delimiter", "header", "sheet", "blank", "numbers", "dates", "vintage", "geometry")
_SKIP: Final = ("of", "when", "column", "is", "not", "matches", "empty", "because")
_TABLES: Final = {
    table.name: table for table in CASEBOOK_TABLES if table.name not in ("sources", "passages", "mentions")
}
_ANY_SECTION: Final = ("of", "when", "required", "key", "id", "known", "reference", "method", "language")
_OF_TABLE: Final = {
    "flows": ("amount", "empty", "zero", "negative", "label"),
    "actors": ("person", "private"),
    "competences": ("label",),
}
_MADE: Final = ("key", "passage")


@dataclass(frozen=True, slots=True)
class Section:
    """One section: what a record of a kind says about one thing. `cells` are the columns of the table that it fills."""

    name: str
    table: Table
    options: Mapping[str, Any]
    cells: Mapping[str, Any]

    @property
    def place(self) -> str:
        """Where it stands in the mapping, for people."""
        return f"{self.table.name}.{self.name}"


@dataclass(frozen=True, slots=True)
class MappingDocument:
    """A mapping: of which source, how its file is read, what is skipped, lists of words, and the sections in order."""

    file: str
    digest: str
    source: Mapping[str, str]
    read: Mapping[str, Any]
    skip: Sequence[Mapping[str, Any]]
    words: Mapping[str, Mapping[str, str]]
    sections: Sequence[Section]
    remarks: Sequence[str] = field(default=())


def read_mapping(path: Path) -> MappingDocument:
    """Read a mapping; InputRefused for a file that cannot be read, is no TOML, or has words that nothing knows."""
    try:
        content = path.read_bytes()
        given = tomllib.loads(content.decode())
    except OSError as error:
        raise mapping_refused(str(path), "", None, f"the mapping cannot be read ({error.strerror or error})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise mapping_refused(str(path), "", None, f"the mapping is not well-formed TOML: {error}") from error
    return parse_mapping(given, str(path), content)


def parse_mapping(given: Mapping[str, Any], file: str, content: bytes) -> MappingDocument:
    """Check a mapping that has been read or made; `content` is what its digest is of."""
    _check_words(file, "", given, [*_TOP, *_TABLES], "section")
    source = _table(file, "source", given.get("source", {}), _SOURCE)
    skip = given.get("skip", [])
    if not isinstance(skip, list):
        raise mapping_refused(file, "skip", skip, "expected [[skip]] sections")
    for number, entry in enumerate(skip, start=1):
        _check_words(file, f"skip {number}", entry, _SKIP, "word")
    sections = [
        _section(file, _TABLES[name], section, cells)
        for name in _TABLES
        for section, cells in _table(file, name, given.get(name, {})).items()
    ]
    if not sections:
        raise mapping_refused(file, "", None, f"it says nothing: expected sections such as [flows.grant] of {_names()}")
    return MappingDocument(
        file,
        f"sha256:{sha256(content).hexdigest()}",
        {name: str(value) for name, value in source.items()},
        _read(file, _table(file, "read", given.get("read", {}), _READ)),
        skip,
        {name: _words(file, name, words) for name, words in _table(file, "words", given.get("words", {})).items()},
        sections,
    )


def _read(file: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse what cannot say how a table is written; whether the table has it is found when it is opened."""
    fits: Mapping[str, tuple[Callable[[Any], bool], str]] = {
        "header": (lambda row: type(row) is int and row > 0, "the number of a row, 1 or more, without quotes"),
        "delimiter": (lambda sign: isinstance(sign, str) and len(sign) == 1 and sign not in '"\r\n', "one sign, as ;"),
        "sheet": (lambda name: isinstance(name, str), "the name of a sheet, in quotes"),
        "encoding": (lambda name: isinstance(name, str), "the name of an encoding, as utf-8"),
        "blank": (_are_words, 'a list of words or signs, as ["–", "n/a"]'),
    }
    for word, (fit, expected) in fits.items():
        if word in given and not fit(given[word]):
            raise mapping_refused(file, f"read.{word}", given[word], f"expected {expected}")
    return given


def _are_words(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(word, str) and word.strip() == word for word in given)


def _names() -> str:
    return ", ".join(_TABLES)


def _table(file: str, place: str, given: Any, known: Sequence[str] | None = None) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise mapping_refused(file, place, given, "expected a section")
    if known is not None:
        _check_words(file, place, given, known, "word")
    return given


def _check_words(file: str, place: str, given: Any, known: Sequence[str], what: str) -> None:
    for name in _table(file, place, given):
        if name not in known:
            near = near_matches(name, known)
            hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
            raise mapping_refused(file, f"{place}.{name}".lstrip("."), None, f"no such {what}; {hint}")


def _words(file: str, name: str, words: Any) -> dict[str, str]:
    given = _table(file, f"words.{name}", words)
    return {" ".join(word.split()): str(meaning) for word, meaning in given.items()}


def _section(file: str, table: Table, name: str, given: Any) -> Section:
    place = f"{table.name}.{name}"
    columns = [column.name for column in table.columns if column.name not in _MADE]
    options = (*_ANY_SECTION, *_OF_TABLE.get(table.name, ()))
    _check_words(file, place, given, (*options, *columns), "column")
    section = Section(
        name,
        table_named(table.name),
        {word: value for word, value in given.items() if word in options},
        {word: value for word, value in given.items() if word not in options},
    )
    _check_whole(file, section)
    return section


def _check_whole(file: str, section: Section) -> None:
    """Refuse a section that leaves out a column which every row of its table has."""
    told = {*section.cells, *section.options, *_MADE, "basis"}
    if section.options.get("reference") or ("known" in section.options and not section.cells):
        return
    for column in section.table.columns:
        if (
            column.required
            and column.name not in told
            and not (column.name == "label" and section.table.name == "flows")
        ):
            raise mapping_refused(file, section.place, None, f"{column.name} is missing: {column.meaning}")
    if told & {"amount", "amount_min", "amount_max"} and "currency" not in told:
        raise mapping_refused(file, section.place, None, "currency is missing: an amount needs one, as EUR")
    ends = told & {"amount_min", "amount_max"}
    if "amount" not in told and len(ends) == 1:
        (other,) = {"amount_min", "amount_max"} - ends
        raise mapping_refused(file, section.place, None, f"{other} is missing: a range has two ends; one sum is amount")
