"""Commands that change a store or check what would: load, validate."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

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
from loaders.tables.reader import Row, read_tables
from ontology.errors import CellProblem, InputRefused, near_matches
from ontology.identifiers import compact, expand, graph_name, is_slug
from ontology.shacl import Violation
from ontology.shacl import validate as validate_shapes

__all__ = ["load", "validate"]

Sources = Annotated[list[Path], typer.Argument(help="folders of governance tables, RDF files")]


def load(
    source: Sources,
    form: Annotated[str | None, typer.Option("--format", help=" or ".join(KNOWN_FORMATS))] = None,
    graph: Annotated[str | None, typer.Option(help="name of the graph for all statements")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="empty the graphs that are loaded into first")] = False,
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
    statements = _read(snapshot, source, form, graph)
    for found in statements:
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


def _read(snapshot: Snapshot, sources: Iterable[Path], form: str | None, graph: str | None) -> list[Statements]:
    """Read every source before anything is written; the problems of all of them are told together."""
    found, problems = [], list[CellProblem]()
    for path in sources:
        try:
            found.append(load_source(path, form, graph, snapshot.has))
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


def validate(
    source: Annotated[list[Path] | None, typer.Argument(help="sources to check; none: the store")] = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Check sources, or the whole store, against the shapes."""
    snapshot = store_at(store).snapshot()
    quads: list[Quad] = list(snapshot.quads())
    places: dict[str, Row] = {}
    mine: set[str] | None = None
    if source:
        statements = _read(snapshot, source, None, None)
        added = [quad for found in statements for quad in found.quads]
        mine = {_subject(quad) for quad in added}
        quads = [quad for quad in quads if _subject(quad) not in mine] + added
        for path in source:
            if path.is_dir():
                places.update({row.iri: row for row in read_tables(path, snapshot.has)})
    found = [item for item in validate_shapes(to_rdflib(quads)) if mine is None or item.focus in mine]
    rows = [_violation(item, places.get(item.focus)) for item in found]
    document = Document(rows, snapshot.generation, rows=len(rows))
    if json:
        print_document(document)
    elif rows:
        print_table(rows, ["severity", "file", "row", "column", "thing", "value", "message"])
    note(f"{len(rows)} constraints are not met" if rows else "all constraints are met")
    if any(row["severity"] == "violation" for row in rows):
        raise typer.Exit(1)


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
