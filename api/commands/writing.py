"""Commands that change a store or check what would: load, validate, template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pyoxigraph import Quad

from api.answers.document import Document
from api.commands.common import AsJson, StorePath, note, print_document, print_table, store_at
from api.parameters import ParameterRefused
from graph.columns import columns_of
from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from loaders.base import Statements
from loaders.sources import KNOWN_FORMATS, load_source
from loaders.tables.document import guide
from loaders.tables.reader import Row, read_tables
from loaders.tables.template import write_template
from ontology.errors import CellProblem, InputRefused, near_matches
from ontology.identifiers import compact, expand, graph_name, is_slug
from ontology.shacl import Violation
from ontology.shacl import validate as validate_shapes

__all__ = ["load", "template", "validate"]

_SEVERITIES: Final = ("violation", "warning", "info")
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="of tables that are not UTF-8, as cp1252 for Excel in Western Europe")
]
Sources = Annotated[list[Path], typer.Argument(help="folders of governance tables, RDF files")]


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


def load(
    source: Sources,
    form: Annotated[str | None, typer.Option("--format", help=" or ".join(KNOWN_FORMATS))] = None,
    graph: Annotated[str | None, typer.Option(help="name of the graph for all statements")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="empty the graphs that are loaded into first")] = False,
    encoding: Encoding = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="read and check, change nothing")] = False,
    empty: Annotated[bool, typer.Option("--empty", help="make a new store without the casebook")] = False,
    store: StorePath = None,
) -> None:
    """Load sources, all of them or none."""
    if form is not None and form not in KNOWN_FORMATS:
        raise ParameterRefused("format", form, f"one of {', '.join(KNOWN_FORMATS)}", near_matches(form, KNOWN_FORMATS))
    if graph is not None and not is_slug(graph):
        raise ParameterRefused("graph", graph, "lower-case letters, digits and single hyphens")
    opened = store_at(store, empty=empty)
    snapshot = opened.snapshot()
    statements = _read(snapshot, source, form, graph, encoding)
    for found in statements:
        for remark in found.remarks:
            note(remark)
        rows = ", ".join(f"{count:,} {table}" for table, count in found.rows.items() if count)
        print(f"{found.name}: {rows}; {len(found.quads):,} statements")
    if dry_run:
        print("nothing was changed (--dry-run)")
        return
    _keep_ours(statements)
    graphs = sorted({name for found in statements for name in found.graphs}) if replace else []
    generation = opened.load((quad for found in statements for quad in found.quads), replace=graphs)
    columns_of(opened.snapshot())
    print(f"generation {generation}, {opened.snapshot().size:,} statements in all")


def _read(
    snapshot: Snapshot, sources: Iterable[Path], form: str | None, graph: str | None, encoding: str | None
) -> list[Statements]:
    """Read every source before anything is written; the problems of all of them are told together."""
    if encoding is not None:
        _check_encoding(encoding)
    found, problems = [], list[CellProblem]()
    for path in sources:
        try:
            found.append(load_source(path, form, graph, snapshot.has, encoding))
        except InputRefused as error:
            problems += error.problems
    if problems:
        raise InputRefused(problems)
    return found


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError as error:
        raise ParameterRefused("encoding", encoding, "the name of a text encoding, as cp1252 or utf-8") from error


def _keep_ours(statements: Iterable[Statements]) -> None:
    """Refuse statements for the graphs that the program itself writes."""
    for found in statements:
        for name in ("ontology", "derived"):
            if graph_name(name) in found.graphs:
                reason = f"the graph {name!r} is written by Subsidia itself; name another with --graph"
                raise InputRefused([CellProblem(found.name, 0, "", name, reason)])


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
    quads: list[Quad] = list(snapshot.quads())
    places: dict[str, Row] = {}
    mine: set[str] | None = None
    if source:
        statements = _read(snapshot, source, None, None, encoding)
        added = [quad for found in statements for quad in found.quads]
        mine = {_subject(quad) for quad in added}
        quads = [quad for quad in quads if _subject(quad) not in mine] + added
        for path in source:
            if path.is_dir():
                places.update({row.iri: row for row in read_tables(path, snapshot.has, encoding)})
    found = [item for item in validate_shapes(to_rdflib(quads)) if mine is None or item.focus in mine]
    found.sort(key=lambda item: (_SEVERITIES.index(item.severity), item))
    counts = Counter(item.severity for item in found)
    shown = [item for item in found if _SEVERITIES.index(item.severity) <= _SEVERITIES.index(severity)]
    rows = [_violation(item, places.get(item.focus)) for item in shown]
    if json:
        more = {"severities": {name: counts[name] for name in _SEVERITIES}}
        print_document(Document(rows, snapshot.generation, rows=len(rows), more=more))
    elif rows:
        print_table(rows, ["severity", "file", "row", "column", "thing", "value", "message"])
    note(_told(counts, len(found) - len(shown)))
    if counts["violation"]:
        raise typer.Exit(1)


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


def _subject(quad: Quad) -> str:
    return str(getattr(quad.subject, "value", quad.subject))


def _violation(item: Violation, row: Row | None) -> dict[str, Any]:
    column = ""
    if row is not None:
        column = next((c.name for c in row.table.columns if c.property and expand(c.property) == item.path), "")
    return {
        "severity": item.severity,
        "file": row.file if row else None,
        "row": row.number if row else None,
        "column": column or compact(item.path),
        "thing": item.focus,
        "value": item.value,
        "message": item.message,
    }
