"""Genericode: code lists as OASIS writes them in XML, such as the authority tables of the EU Publications Office."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from lxml import etree

from loaders.places.countries import ALPHA_2
from loaders.places.files import refuse, regular
from loaders.records import Record, RecordRefused
from ontology.errors import CellProblem
from ontology.identifiers import slugified

__all__ = ["LANGUAGES", "GenericodeReader"]

LANGUAGES: Final[Mapping[str, str]] = {
    "bul": "bg",
    "ces": "cs",
    "dan": "da",
    "deu": "de",
    "ell": "el",
    "eng": "en",
    "est": "et",
    "fin": "fi",
    "fra": "fr",
    "gle": "ga",
    "hrv": "hr",
    "hun": "hu",
    "ita": "it",
    "lav": "lv",
    "lit": "lt",
    "mlt": "mt",
    "nld": "nl",
    "pol": "pl",
    "por": "pt",
    "ron": "ro",
    "slk": "sk",
    "slv": "sl",
    "spa": "es",
    "swe": "sv",
}
"""The official languages of the Union, as the lists name them (ISO 639-3) and as language tags do."""
_MOST_BYTES: Final = 256 * 1024 * 1024
_MOST_LETTERS: Final = 1_000_000
_MOST_COLUMNS: Final = 500
_FIRST: Final = ("Table", "Version", "Code", "Key", "IRI", "Name", "Country", "First year", "Last year")
_CODE, _NAME, _LABEL = "code", "Name", "_label"
_KNOWN: Final = frozenset({*_FIRST, *LANGUAGES.values()})
_TABLE_IRI: Final = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_YEARS: Final = re.compile(r"\(([0-9]{4})\s*[/–-]\s*([0-9]{4})\)\s*$")
_IRI_END: Final = re.compile(r"[^\s<>\"{}|\\^`/?#%]+")


class GenericodeReader:
    """A code list.

    It gives a record of the kind `code` for each row: Table is the last part of the list's identifier (country),
    Version its version, Key the code as it can end an IRI (ESF_PLUS as esf-plus), IRI the identifier and the code, Name
    the name that the list itself prefers. Country is the code in two letters where it is that of a country in three,
    First year and Last year are those that the name ends in, as programmes' do: (2014/2020). Then come the names in
    each official language, called by its tag (bg, cs, …), and the list's other columns by their own names.
    """

    def __init__(self, path: Path) -> None:
        """Read what the list says of itself and its columns; InputRefused for what is no code list in genericode.

        A document type is refused, as entities come with it, and nothing is fetched from anywhere.
        """
        self._path = path
        self._size = regular(path, _MOST_BYTES)
        self._stream: IO[bytes] | None = None
        self._share = 0.0
        self._list_id, self._version, self._columns = self._head()
        named = {language + _LABEL for language in LANGUAGES}
        self._others = tuple(name for name in self._columns if name not in named)
        self._remarks = [f"list {self._list_id or '(without an identifier)'}, version {self._version or 'not stated'}"]

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The columns of a code."""
        others = [f"column {name}" if name in _KNOWN else name for name in self._others]
        return {"code": (*_FIRST, *LANGUAGES.values(), *others)}

    @property
    def remarks(self) -> Sequence[str]:
        """Which list it is."""
        return tuple(self._remarks)

    def progress(self) -> float:
        """Say how much of the file the pass under way has read."""
        if self._stream is not None and not self._stream.closed and self._size:
            self._share = min(1.0, self._stream.tell() / self._size)
        return self._share

    def records(self) -> Iterator[Record | RecordRefused]:
        """Give the codes in the order of the list."""
        table = self._list_id.rpartition("/")[2]
        seen: dict[str, str] = {}
        for element in self._elements("Row"):
            cells = {str(value.get("ColumnRef")): _value(value) for value in element.iter("{*}Value")}
            place, code = element.sourceline or 0, cells.get(_CODE, "").strip()
            key = slugified(code)
            reason = self._problem(code, cells, seen.get(key))
            seen.setdefault(key, code)
            if reason:
                yield RecordRefused(CellProblem(str(self._path), place, _CODE, code[:80], reason))
                continue
            iri = f"{self._list_id}/{code}" if self._list_id and _IRI_END.fullmatch(code) else ""
            name = cells.get(_NAME) or cells.get(f"eng{_LABEL}", "")
            years = _YEARS.search(name)
            country = ALPHA_2.get(code, "") if table == "country" else ""
            first = (table, self._version, code, key, iri, name, country, *(years.groups() if years else ("", "")))
            names = (cells.get(language + _LABEL, "") for language in LANGUAGES)
            yield Record("code", place, (*first, *names, *(cells.get(other, "") for other in self._others)))
        self._share = 1.0

    def _problem(self, code: str, cells: Mapping[str, str], earlier: str | None) -> str | None:
        if not code:
            return "the row has no code"
        if earlier is not None:
            return f"the list has the code {earlier[:80]!r} already, which ends an IRI in the same way"
        unknown = [name for name in cells if name not in (_CODE, _NAME) and name not in self._columns]
        if unknown:
            return f"the row has a value for {unknown[0][:80]!r}, which is no column of the list"
        return (
            "a value is longer than a million letters" if any(len(v) > _MOST_LETTERS for v in cells.values()) else None
        )

    def _head(self) -> tuple[str, str, tuple[str, ...]]:
        """Read the identifier, the version and the columns, which stand before the rows."""
        found: dict[str, str] = {}
        columns: list[str] = []
        for element in self._elements("LongName", "Version", "Column", "SimpleCodeList", ends_at="SimpleCodeList"):
            tag = etree.QName(element).localname
            if tag == "LongName" and element.get("Identifier") == "listId":
                found["listId"] = (element.text or "").strip()
            elif tag == "Version":
                found.setdefault("version", (element.text or "").strip())
            elif tag == "Column":
                columns.append(str(element.get("Id")))
        if _CODE not in columns:
            refuse(self._path, "expected a genericode list with a column that is called code")
        if len(columns) > _MOST_COLUMNS or len(set(columns)) != len(columns):
            refuse(self._path, f"its columns are more than {_MOST_COLUMNS}, or two have one name")
        identifier = found.get("listId", "").rstrip("/")
        if identifier and not _TABLE_IRI.fullmatch(identifier):
            refuse(self._path, "the identifier of the list is no IRI", value=identifier)
        return identifier, found.get("version", ""), tuple(name for name in columns if name not in (_CODE, _NAME))

    def _elements(self, *tags: str, ends_at: str = "") -> Iterator[Any]:
        """Give the elements of these names, whole, each forgotten when the next is asked for."""
        root: Any = None
        try:
            with self._path.open("rb") as stream:
                self._stream = stream
                events = etree.iterparse(
                    stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
                    huge_tree=False, remove_comments=True, remove_pis=True,
                )  # fmt: skip
                for event, element in events:
                    if root is None:
                        root = self._root(element)
                    local = etree.QName(element).localname
                    if event == "start":
                        if local == ends_at:
                            return
                    elif local in tags:
                        yield element
                        _forget(element)
        except etree.XMLSyntaxError as error:
            refuse(self._path, f"not well-formed XML: {error.msg}"[:300], error.lineno or 0)
        except (OSError, ValueError, LookupError) as error:
            refuse(self._path, f"cannot be read ({error})"[:300])
        if root is None:
            refuse(self._path, "the file is empty")

    def _root(self, element: Any) -> Any:
        document = element.getroottree().docinfo
        if document.doctype or document.internalDTD is not None:
            refuse(self._path, "has a document type (DOCTYPE), which no code list needs; take it out")
        if etree.QName(element).localname != "CodeList":
            refuse(self._path, f"expected a genericode CodeList, not {etree.QName(element).localname[:40]}")
        return element


def _value(value: Any) -> str:
    return next((simple.text or "" for simple in value.iter("{*}SimpleValue")), "")


def _forget(element: Any) -> None:
    """Free what has been read, so that memory does not grow with the list."""
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]
