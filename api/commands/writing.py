"""Commands that change a store or check what would: load, validate, template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import typer

from api.answers.document import Document
from api.commands.common import AsJson, StorePath, note, print_document, print_table, store_at, store_or_draft
from api.commands.shapes import origins_of, refuse_violations, violation_row, violations_of
from api.known import InStore
from api.parameters import ParameterRefused
from api.stores import missing_ontology
from graph.columns import columns_of
from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.base import Statements
from loaders.sources import KNOWN_FORMATS, load_source
from loaders.tables.document import guide
from loaders.tables.template import write_template
from ontology.errors import CellProblem, InputRefused, near_matches
from ontology.identifiers import graph_name, is_slug, slug
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
    with store_or_draft(store, empty=empty, draft=dry_run) as opened:
        _load(opened, _Asked(source, form, graph, encoding), replace=replace, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be read, and how."""

    sources: list[Path]
    form: str | None = None
    graph: str | None = None
    encoding: str | None = None


def _load(opened: Store, asked: _Asked, *, replace: bool, dry_run: bool) -> None:
    snapshot = opened.snapshot()
    statements = read_sources(snapshot, asked, replace=replace)
    _keep_ours(statements)
    graphs = sorted({name for found in statements for name in found.graphs}) if replace else []
    refuse_violations(snapshot, statements, graphs)
    for found in statements:
        for remark in found.remarks:
            note(remark)
        rows = ", ".join(f"{count:,} {table}" for table, count in found.rows.items() if count)
        print(f"{found.name}: {rows}; {len(found.quads):,} statements")
    if graphs:
        taken = sum(1 for name in graphs for _ in snapshot.graph(name))
        note(f"{taken:,} statements of {', '.join(map(slug, graphs))} are replaced")
    if dry_run:
        print("nothing was changed (--dry-run)")
        return
    loaded = chain(missing_ontology(snapshot), *(found.quads for found in statements))
    generation = opened.load(loaded, replace=graphs)
    after = opened.snapshot()
    columns_of(after)
    change = after.size - snapshot.size
    print(f"generation {generation}, {after.size:,} statements in all, {change:+,}")


def read_sources(snapshot: Snapshot, asked: _Asked, *, replace: bool = False) -> list[Statements]:
    """Read every source before anything is written; the problems of all of them are told together.

    With `replace` the graphs that will be emptied count as not there.
    """
    if asked.encoding is not None:
        _check_encoding(asked.encoding)
    if not replace:
        return _read(InStore(snapshot), asked)
    first = _read(InStore(snapshot, everything=True), asked)
    return _read(InStore(snapshot, [name for found in first for name in found.graphs]), asked)


def _read(known: InStore, asked: _Asked) -> list[Statements]:
    found, problems = [], list[CellProblem]()
    for path in asked.sources:
        try:
            found.append(load_source(path, asked.form, asked.graph, known, asked.encoding))
        except InputRefused as error:
            problems += error.problems
    if problems:
        raise InputRefused(problems)
    return found


def _keep_ours(statements: Iterable[Statements]) -> None:
    """Refuse statements for the graphs that the program itself writes."""
    for found in statements:
        for name in ("ontology", "derived"):
            if graph_name(name) in found.graphs:
                reason = f"the graph {name!r} is written by Subsidia itself; name another with --graph"
                raise InputRefused([CellProblem(found.name, 0, "", name, reason)])


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError as error:
        raise ParameterRefused("encoding", encoding, "the name of a text encoding, as cp1252 or utf-8") from error


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
        statements = read_sources(snapshot, _Asked(source, encoding=encoding), replace=True)
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
