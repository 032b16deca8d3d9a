"""Sources: which loader reads what is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from loaders.base import Statements
from loaders.known import NOTHING, Known
from loaders.mapped import MappedFile
from loaders.mapping.document import MappingDocument, read_mapping
from loaders.mapping.texts import named_columns
from loaders.rdf import FORMATS, load_rdf
from loaders.records import Reader
from loaders.tables.statements import load_tables
from ontology.errors import CellProblem, InputRefused, near_matches

__all__ = ["KNOWN_FORMATS", "MAPPINGS", "format_of", "load_source", "open_mapped", "shipped_mappings"]

MAPPINGS: Final = Path(__file__).parent / "mappings"
"""The folder of the mappings that come with the program."""
KNOWN_FORMATS: Final = ("tables", "rdf", "csv", "iati", "fdp", "360giving", "nuts", "authority")
_ENDINGS: Final = {
    **dict.fromkeys(FORMATS, "rdf"),
    **dict.fromkeys((".csv", ".tsv", ".txt", ".xlsx"), "csv"),
    ".xml": "iati",
    ".gc": "authority",
    ".geojson": "nuts",
}


def format_of(path: Path, form: str | None = None) -> str:
    """Say what a source is: `form`, or what its name tells.

    Raises InputRefused for a format that there is none of, a source that is not there, and one whose name tells
    nothing.
    """
    if form is not None and form not in KNOWN_FORMATS:
        near = near_matches(form, KNOWN_FORMATS)
        raise _refused(path, f"unknown format {form!r}; known: {', '.join(KNOWN_FORMATS)}{_hint(near)}")
    if not path.exists():
        raise _refused(path, "there is no such file or folder")
    if form is not None:
        return form
    if path.is_dir():
        return "fdp" if (path / "datapackage.json").exists() else "tables"
    if path.name == "datapackage.json":
        return "fdp"
    found = _ENDINGS.get(path.suffix.lower())
    if found is None:
        endings = ", ".join(_ENDINGS)
        raise _refused(path, f"its name does not tell what it is ({endings} do); say it with --format")
    return found


def load_source(
    path: Path,
    form: str | None = None,
    name: str | None = None,
    known: Known = NOTHING,
    encoding: str | None = None,
) -> Statements:
    """Read a source that is read whole: a folder of governance tables, or an RDF file.

    `encoding` is that of the tables, where it is not UTF-8. Raises InputRefused for what cannot be read, with every
    place that is wrong.
    """
    found = format_of(path, form)
    if found == "tables":
        return load_tables(path, name, known, encoding)
    if found == "rdf" and path.suffix in FORMATS and path.is_file():
        return load_rdf(path, name)
    endings = ", ".join(FORMATS)
    raise _refused(path, f"expected a folder of governance tables or an RDF file ({endings})")


def open_mapped(
    path: Path,
    form: str | None = None,
    mapping: str | None = None,
    name: str | None = None,
    known: Known = NOTHING,
    encoding: str | None = None,
) -> MappedFile:
    """Open a source that is read record by record, with its mapping.

    `mapping` is a file, or the name of a mapping that comes with the program; a table needs one, the other formats
    have their own. `name` names the graph, `known` is what others describe, `encoding` goes before the mapping's.
    Raises InputRefused for what cannot be read, and for a source that is read whole.
    """
    found = format_of(path, form)
    document = _mapping(mapping) if mapping is not None else None
    if found == "csv":
        return MappedFile(*_tabular(path, document, encoding), name, known)
    if found not in _OWN:
        raise _refused(path, f"{found} are read whole, without a mapping")
    reader, shipped = _OWN[found](path, document.read if document else {})
    return MappedFile(reader, document or shipped, name, known)


def shipped_mappings() -> Mapping[str, Path]:
    """Give the mappings that come with the program, by name."""
    return {path.stem: path for path in sorted(MAPPINGS.glob("*.toml"))}


def _mapping(given: str) -> MappingDocument:
    shipped = shipped_mappings()
    if not Path(given).exists() and given in shipped:
        return read_mapping(shipped[given])
    if not Path(given).exists():
        near = near_matches(given, shipped)
        known = ", ".join(shipped)
        raise _refused(Path(given), f"there is no such mapping; those that come along: {known}{_hint(near)}")
    return read_mapping(Path(given))


def _tabular(path: Path, document: MappingDocument | None, encoding: str | None) -> tuple[Reader, MappingDocument]:
    from loaders.tabular import tabular

    declared = {"encoding": encoding} if encoding else {}
    if document is not None:
        return tabular(path, {**document.read, **declared}), document
    reader = tabular(path, declared)
    fitting = [name for name, file in shipped_mappings().items() if _fits(read_mapping(file), reader)]
    reason = "a table needs a mapping that says what its columns mean: --mapping FILE (docs/how-to/load-a-table.md)"
    if fitting:
        reason += f"; one that comes along fits: --mapping {fitting[0]}"
    raise _refused(path, reason)


def _fits(document: MappingDocument, reader: Reader) -> bool:
    """Say whether all columns that a mapping names are there."""
    named = set(named_columns([{**section.cells, **section.options} for section in document.sections]))
    return bool(named) and all(named <= {" ".join(name.split()) for name in names} for names in reader.columns.values())


# Readers are imported when they are asked for: the libraries for XML and workbooks take longer than most commands.


def _iati(path: Path, read: Mapping[str, Any]) -> tuple[Reader, MappingDocument]:
    from loaders.iati.reader import IatiReader

    del read
    return IatiReader(path), read_mapping(MAPPINGS / "iati.toml")


def _package(path: Path, read: Mapping[str, Any]) -> tuple[Reader, MappingDocument]:
    from loaders.fdp.mapping import open_package

    del read
    return open_package(path)


def _grants(path: Path, read: Mapping[str, Any]) -> tuple[Reader, MappingDocument]:
    from loaders.threesixty import ThreeSixtyGiving

    del read
    return ThreeSixtyGiving(path), read_mapping(MAPPINGS / "360giving.toml")


def _places(path: Path, read: Mapping[str, Any]) -> tuple[Reader, MappingDocument]:
    from loaders.places.choice import open_places

    geometry = read.get("geometry")
    reader, mapping = open_places(path, read.get("vintage"), path.parent / geometry if geometry else None)
    return reader, read_mapping(MAPPINGS / f"{mapping}.toml")


def _authority(path: Path, read: Mapping[str, Any]) -> tuple[Reader, MappingDocument]:
    from loaders.genericode import GenericodeReader

    del read
    return GenericodeReader(path), read_mapping(MAPPINGS / "authority.toml")


_OWN: Final[dict[str, Callable[[Path, Mapping[str, Any]], tuple[Reader, MappingDocument]]]] = {
    "iati": _iati,
    "fdp": _package,
    "360giving": _grants,
    "nuts": _places,
    "authority": _authority,
}
"""The formats that have a mapping of their own: how each is opened, by what another mapping may declare of reading."""


def _hint(near: list[str]) -> str:
    return f"; did you mean {near[0]}?" if near else ""


def _refused(path: Path, reason: str) -> InputRefused:
    return InputRefused([CellProblem(str(path), 0, "", "", reason)])
