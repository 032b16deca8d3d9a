"""Commands for those who write tables: a template to begin with, and the checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from api.answers.document import Document
from api.commands.common import AsJson, StorePath, note, print_document, print_table, store_at
from api.commands.loading import Asked, Encoding, read_sources
from api.commands.shapes import origins_of, violation_row, violations_of
from api.parameters import ParameterRefused
from graph.rdf import to_rdflib
from loaders.mapped import MappedFile
from loaders.tables.document import guide
from loaders.tables.template import write_template
from ontology.errors import CellProblem, InputRefused, near_matches
from ontology.shacl import validate as validate_shapes

__all__ = ["template", "validate"]

_SEVERITIES: Final = ("violation", "warning", "info")


def template(
    folder: Annotated[Path | None, typer.Argument(help="a new folder")] = None,
    columns: Annotated[bool, typer.Option("--columns", help="print what each column of each table holds")] = False,
    store: StorePath = None,
) -> None:
    """Write empty governance tables with a worked example and a guide, to add a country with."""
    del store  # taken as by every command; nothing is read from it
    if columns:
        print(guide())
    elif folder is None:
        raise typer.BadParameter("name a new folder, or ask for --columns", param_hint="FOLDER")
    else:
        for path in write_template(folder):
            print(path)
        note(f"read {folder / 'README.md'} first")


def validate(
    source: Annotated[list[Path] | None, typer.Argument(help="sources to check; none: the store")] = None,
    encoding: Encoding = None,
    severity: Annotated[str, typer.Option(help="the least that is shown: violation, warning or info")] = "warning",
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Check sources, or the whole store, against the shapes; only violations are refused."""
    if severity not in _SEVERITIES:
        near = near_matches(severity, _SEVERITIES)
        raise ParameterRefused("severity", severity, f"one of {', '.join(_SEVERITIES)}", near)
    snapshot = store_at(store).snapshot()
    if source:
        statements, mapped = read_sources(snapshot, Asked(source, encoding=encoding), replace=True)
        _refuse_mapped(mapped)
        replaced = {name for each in statements for name in each.graphs}
        found, origins = violations_of(snapshot, statements, replaced), origins_of(statements)
    else:
        found, origins = validate_shapes(to_rdflib(snapshot.quads())), {}
    found.sort(key=lambda item: (_SEVERITIES.index(item.severity), item))
    counts = Counter(item.severity for item in found)
    shown = [item for item in found if _SEVERITIES.index(item.severity) <= _SEVERITIES.index(severity)]
    rows = [violation_row(item, origins.get(item.focus)) for item in shown]
    if json:
        more = {"severities": {name: counts[name] for name in _SEVERITIES}}
        print_document(Document(rows, snapshot.generation, rows=len(rows), more=more))
    elif rows:
        print_table(rows, ["severity", "file", "row", "column", "thing", "value", "message"])
    note(_told(counts, len(found) - len(shown)))
    if counts["violation"]:
        raise typer.Exit(1)


def _refuse_mapped(mapped: Iterable[MappedFile]) -> None:
    """Mapped files make only what the shapes allow: each record is checked as it is loaded, and may be set aside."""
    for found in mapped:
        reason = "a file with a mapping is checked by loading it: subsidia load --dry-run"
        raise InputRefused([CellProblem(str(found.reader.path), 0, "", "", reason)])


def _told(counts: Counter[str], hidden: int) -> str:
    """Say how many constraints are not met, by severity.

    >>> _told(Counter(violation=1, info=12), 12)
    '1 violation, 0 warnings, 12 infos; 12 are not shown: --severity info shows all'
    >>> _told(Counter(), 0)
    'all constraints are met'
    """
    if not counts.total():
        return "all constraints are met"
    said = ", ".join(f"{counts[name]} {name}{'' if counts[name] == 1 else 's'}" for name in _SEVERITIES)
    return said if not hidden else f"{said}; {hidden} are not shown: --severity info shows all"
