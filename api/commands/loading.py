"""The command that loads: folders of tables and RDF files as they are, all other files by a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import StorePath, note, store_or_draft
from api.commands.progress import shown_progress
from api.commands.shapes import refuse_violations
from api.known import InStore
from api.parameters import ParameterRefused
from api.stores import missing_ontology
from graph.flows import keep_flow_table
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.base import Statements
from loaders.known import Described, Known
from loaders.mapped import Allowance, MappedFile, allowance
from loaders.sources import KNOWN_FORMATS, format_of, load_source, open_mapped
from ontology.errors import CellProblem, InputRefused, near_matches
from ontology.identifiers import expand, graph_name, is_slug, slug

__all__ = ["Asked", "Encoding", "Sources", "load", "read_sources"]

Encoding = Annotated[
    str | None, typer.Option("--encoding", help="of tables that are not UTF-8, as cp1252 for Excel in Western Europe")
]
Sources = Annotated[list[Path], typer.Argument(help="folders of governance tables, RDF files, tables with a mapping")]
_ONE_PERCENT = Allowance(None, 0.01)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read, and how."""

    sources: list[Path]
    form: str | None = None
    graph: str | None = None
    encoding: str | None = None
    mapping: str | None = None
    rejects: Path | None = None
    allowed: Allowance = _ONE_PERCENT


def load(
    source: Sources,
    form: Annotated[str | None, typer.Option("--format", help=" or ".join(KNOWN_FORMATS))] = None,
    mapping: Annotated[
        str | None, typer.Option("--mapping", help="a TOML file, or the name of a mapping that comes along")
    ] = None,
    graph: Annotated[str | None, typer.Option(help="name of the graph for all statements")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="empty the graphs that are loaded into first")] = False,
    encoding: Encoding = None,
    max_rejects: Annotated[
        str, typer.Option("--max-rejects", help="records that may be set aside: a number, or a share such as 1%")
    ] = "1%",
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", help="where they are written, for one source [KEY.rejects.csv in this folder]"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="read and check, change nothing")] = False,
    empty: Annotated[bool, typer.Option("--empty", help="make a new store without the casebook")] = False,
    store: StorePath = None,
) -> None:
    """Load sources, all of them or none."""
    if form is not None and form not in KNOWN_FORMATS:
        raise ParameterRefused("format", form, f"one of {', '.join(KNOWN_FORMATS)}", near_matches(form, KNOWN_FORMATS))
    if graph is not None and not is_slug(graph):
        raise ParameterRefused("graph", graph, "lower-case letters, digits and single hyphens")
    try:
        allowed = allowance(max_rejects)
    except ValueError as error:
        raise ParameterRefused("max-rejects", max_rejects, "a number of records, as 25, or a share, as 1%") from error
    with store_or_draft(store, empty=empty, draft=dry_run) as opened:
        asked = Asked(source, form, graph, encoding, mapping, rejects, allowed)
        _load(opened, asked, replace=replace, dry_run=dry_run)


def _load(opened: Store, asked: Asked, *, replace: bool, dry_run: bool) -> None:
    snapshot = opened.snapshot()
    statements, mapped = read_sources(snapshot, asked, replace=replace)
    mapped = _without_loaded(snapshot, mapped, replace=replace)
    if not statements and not mapped:
        return
    _keep_ours([(found.name, found.graphs) for found in statements] + [(found.key, [found.graph]) for found in mapped])
    graphs = {name for found in statements for name in found.graphs} | {found.graph for found in mapped}
    replaced = sorted(graphs) if replace else []
    refuse_violations(snapshot, statements, replaced)
    _tell(statements, mapped)
    if replaced:
        taken = sum(1 for name in replaced for _ in snapshot.graph(name))
        note(f"{taken:,} statements of {', '.join(map(slug, replaced))} are replaced")
    texts = _texts(mapped, asked)
    if dry_run:
        for _ in texts:
            pass
        _report(mapped)
        print("nothing was changed (--dry-run)")
        return
    loaded = chain(missing_ontology(snapshot), *(found.quads for found in statements))
    if mapped:
        generation = opened.load_texts(loaded, texts, replace=replaced)
        _report(mapped)
    else:
        generation = opened.load(loaded, replace=replaced)
    after = opened.snapshot()
    keep_flow_table(after)
    change = after.size - snapshot.size
    print(f"generation {generation}, {after.size:,} statements in all, {change:+,}")


def read_sources(
    snapshot: Snapshot, asked: Asked, *, replace: bool = False
) -> tuple[list[Statements], list[MappedFile]]:
    """Read or open every source before anything is written; the problems of all of them are told together.

    With `replace` the graphs that will be emptied count as not there.
    """
    if asked.encoding is not None:
        _check_encoding(asked.encoding)
    if not replace:
        return _read(InStore(snapshot), asked)
    first, mapped = _read(InStore(snapshot, everything=True), asked)
    emptied = [name for found in first for name in found.graphs] + [found.graph for found in mapped]
    return _read(InStore(snapshot, emptied), asked, {found.reader.path: found for found in mapped})


def _read(
    known: Known, asked: Asked, opened: Mapping[Path, MappedFile] | None = None
) -> tuple[list[Statements], list[MappedFile]]:
    """Read or open the sources; files in `opened` are not looked through again, only held against `known`."""
    found, mapped, problems = list[Statements](), list[MappedFile](), list[CellProblem]()
    together = Described(known)
    for path in asked.sources:
        try:
            form = format_of(path, asked.form)
            if form in ("tables", "rdf"):
                found.append(load_source(path, form, asked.graph, known, asked.encoding))
            else:
                mapped.append(_mapped(path, form, asked, together, opened or {}))
        except InputRefused as error:
            problems += error.problems
    if asked.rejects is not None and len(mapped) > 1:
        raise ParameterRefused(
            "rejects", str(asked.rejects), "one source: the rows of several would overwrite each other"
        )
    problems += _of_one_source(mapped)
    if problems:
        raise InputRefused(problems)
    return found, mapped


def _mapped(path: Path, form: str, asked: Asked, known: Known, opened: Mapping[Path, MappedFile]) -> MappedFile:
    found = opened.get(path)
    if found is None:
        return open_mapped(path, form, asked.mapping, asked.graph, known, asked.encoding)
    found.check_against(known)
    return found


def _of_one_source(mapped: Iterable[MappedFile]) -> Iterator[CellProblem]:
    """Tell files that would be one source: keys tell records apart in one file only, and would run together."""
    first: dict[str, str] = {}
    for found in mapped:
        path = str(found.reader.path)
        if found.key in first:
            reason = (
                f"{first[found.key]} is the source {found.key} already; leave the key out of the mapping, or load them"
            )
            yield CellProblem(path, 0, "", found.key, f"{reason} them one by one, each with a --graph of its own")
        first.setdefault(found.key, path)


def _without_loaded(snapshot: Snapshot, mapped: list[MappedFile], *, replace: bool) -> list[MappedFile]:
    """Leave out the files that are loaded already; refuse another version of one, unless it replaces it."""
    kept = []
    for found in mapped:
        there = InStore(snapshot).described(found.source)
        values = {
            name: {term.value for term in there.get(expand(f"gov:{name}"), ())}
            for name in ("fileDigest", "mappingDigest")
        }
        if values == {"fileDigest": {found.digest}, "mappingDigest": {found.document.digest}}:
            print(f"{found.key}: this very file is loaded already, by this mapping; nothing was changed")
        elif there and not replace:
            reason = (
                f"the store holds another version of {found.key}, or by another mapping; take its place with --replace"
            )
            raise InputRefused([CellProblem(str(found.reader.path), 0, "", "", reason)])
        else:
            kept.append(found)
    return kept


def _tell(statements: Iterable[Statements], mapped: Iterable[MappedFile]) -> None:
    for found in statements:
        for remark in found.remarks:
            note(remark)
        rows = ", ".join(f"{count:,} {table}" for table, count in found.rows.items() if count)
        print(f"{found.name}: {rows}; {len(found.quads):,} statements")
    for file in mapped:
        for remark in file.remarks:
            note(remark)


def _texts(mapped: Iterable[MappedFile], asked: Asked) -> Iterator[tuple[str, bytes]]:
    """Give the statements of all mapped files, piece by piece, each with its graph, with the progress shown."""
    for found in mapped:
        with shown_progress(found.key) as progress:
            for text in found.chunks(asked.allowed, _rejects(found, asked), progress):
                yield found.graph, text


def _rejects(found: MappedFile, asked: Asked) -> Path:
    return asked.rejects or Path(f"{found.key}.rejects.csv")


def _report(mapped: Iterable[MappedFile]) -> None:
    for found in mapped:
        print(f"{found.key}: {found.report.statements:,} statements")
        for line in found.report.lines():
            print(f"  {line}")


def _keep_ours(graphs: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Refuse statements for the graphs that the program itself writes."""
    for source, names in graphs:
        for name in ("ontology", "derived", "reconciliation"):
            if graph_name(name) in names:
                reason = f"the graph {name!r} is written by Subsidia itself; name another with --graph"
                raise InputRefused([CellProblem(source, 0, "", name, reason)])


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError as error:
        raise ParameterRefused("encoding", encoding, "the name of a text encoding, as cp1252 or utf-8") from error
