"""Sources: which loader reads what is given."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from loaders.base import Statements
from loaders.known import NOTHING, Known
from loaders.rdf import FORMATS, load_rdf
from loaders.tables.statements import load_tables
from ontology.errors import CellProblem, InputRefused, near_matches

__all__ = ["KNOWN_FORMATS", "load_source"]

KNOWN_FORMATS: Final = ("tables", "rdf")


def load_source(
    path: Path,
    form: str | None = None,
    name: str | None = None,
    known: Known = NOTHING,
    encoding: str | None = None,
) -> Statements:
    """Read a source: a folder of governance tables, or an RDF file, told apart by what it is unless `form` says so.

    `encoding` is that of the tables, where it is not UTF-8.

    Raises InputRefused for what cannot be read, with every place that is wrong.
    """
    if form is not None and form not in KNOWN_FORMATS:
        near = near_matches(form, KNOWN_FORMATS)
        raise _refused(path, f"unknown format {form!r}; known: {', '.join(KNOWN_FORMATS)}{_hint(near)}")
    if not path.exists():
        raise _refused(path, "there is no such file or folder")
    if form == "tables" or (form is None and path.is_dir()):
        return load_tables(path, name, known, encoding)
    if path.suffix in FORMATS and path.is_file():
        return load_rdf(path, name)
    endings = ", ".join(FORMATS)
    raise _refused(path, f"expected a folder of governance tables or an RDF file ({endings})")


def _hint(near: list[str]) -> str:
    return f"; did you mean {near[0]}?" if near else ""


def _refused(path: Path, reason: str) -> InputRefused:
    return InputRefused([CellProblem(str(path), 0, "", "", reason)])
