"""Commands about evidence: whether passages are found, what of the documents they cover, where words stand."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.answers.document import Document
from api.answers.sources import coverage_document, sources_document
from api.commands.common import AsJson, StorePath, note, print_document, print_table, store_at
from api.commands.files import write_whole
from api.parameters import ParameterRefused
from graph.coverage import coverage
from graph.evidence import check_evidence, describe, locate
from graph.snapshot import Snapshot
from ontology.errors import SubsidiaError, near_matches
from ontology.identifiers import slug

__all__ = ["evidence"]

evidence = typer.Typer(
    no_args_is_help=True, help="Check passages against the documents, see what they cover, find words."
)


class NotFound(SubsidiaError):
    """What was looked for is not there."""


SourcesFolder = Annotated[Path, typer.Option("--sources", help="folder with copies of the documents")]


@evidence.command("check")
def evidence_check(
    sources: SourcesFolder,
    source: Annotated[str | None, typer.Option(help="the key of one source: its passages only")] = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Look for every passage that has offsets in the documents, and compare digests.

    It fails where a copy is at hand and a passage is not found in it, or where no copy is at hand at all.
    """
    snapshot = store_at(store).snapshot()
    known = [slug(iri) for iri in snapshot.instances("gov:Source")]
    if source is not None and source not in known:
        raise ParameterRefused("source", source, "the key of a source", near_matches(source, known))
    findings = [each for each in check_evidence(snapshot, sources) if source in (None, slug(each.source))]
    found = [finding for finding in findings if finding.state == "found"]
    bare = [finding for finding in findings if finding.state == "no offsets"]
    absent = Counter(slug(finding.source) for finding in findings if finding.state == "document absent")
    bad = [finding for finding in findings if finding.state not in ("found", "no offsets", "document absent")]
    if json:
        rows = [
            {"passage": f.passage, "source": f.source, "start": f.start, "end": f.end, "state": f.state}
            for f in findings
        ]
        print_document(Document(rows, snapshot.generation, rows=len(rows)))
    for finding in bad:
        note(describe(finding))
    for name, count in sorted(absent.items()):
        note(f"{name}: no copy in {sources}, {count} passages not looked up")
    note(f"{len(found)} of {len(findings)} passages found")
    if bare:
        note(f"{len(bare)} name a page or section only, for a reader to look up")
    if bad or (absent and not found):
        raise typer.Exit(1)


@evidence.command("coverage")
def evidence_coverage(
    sources: Annotated[
        Path | None, typer.Option("--sources", help="folder with copies of the documents: their lines are read anew")
    ] = None,
    source: Annotated[str | None, typer.Option(help="the key of one source: its lines that nothing rests on")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="fail where a line on money is open")] = False,
    write: Annotated[Path | None, typer.Option(help="write the lines as a mentions table, reasons kept")] = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Say which lines on money, years and organisations the statements cover or the casebook explains."""
    snapshot = store_at(store).snapshot()
    listed = sources_document(snapshot, sources)
    known = {row["slug"]: row for row in listed.data}
    if source is not None and source not in known:
        raise ParameterRefused("source", source, "the key of a source", near_matches(source, known))
    if write is not None:
        write_whole(write, _mentions_table(snapshot, sources, source, _reasons_in(write)).encode())
        note(f"{write}: written")
    wanted = [source] if source else list(known)
    documents = {name: coverage_document(snapshot, name, sources) for name in wanted}
    if json:
        print_document(documents[source] or listed if source else listed)
    else:
        for row in listed.data:
            if row["slug"] in wanted:
                note(_covered(row))
        lines = [
            {"source": name, **line}
            for name, document in documents.items()
            if document
            for line in document.data["uncovered"]
            if line["state"] == "open"
        ]
        print_table(lines, ["source", "line", "kind", "start", "end"])
    unread = [name for name in wanted if not known[name]["read"] and known[name]["characters"]]
    open_lines = sum(known[name]["figure_open"] or 0 for name in wanted)
    if strict and (unread or open_lines):
        note(f"{open_lines} lines on money are open, {len(unread)} sources were not read for them")
        raise typer.Exit(1)


def _reasons_in(path: Path) -> dict[str, str]:
    """Read the reasons that a mentions table holds already; {} where there is no such file."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["key"]: row["reason"] for row in csv.DictReader(file) if row.get("key") and row.get("reason")}


def _mentions_table(snapshot: Snapshot, folder: Path | None, only: str | None, reasons: Mapping[str, str]) -> str:
    """Write every line that mentions something as a row of mentions.csv; of one source, or of all.

    A reason that was written down already wins over the one that was loaded.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["key", "source", "kind", "line", "start", "end", "reason"])
    for found in coverage(snapshot, folder):
        name = slug(found.source)
        for line in found.lines if only in (None, name) else ():
            key = f"{name}-{line.kind}-{line.line}"
            writer.writerow(
                [key, name, line.kind, line.line, line.start, line.end, reasons.get(key) or line.reason or ""]
            )
    return text.getvalue()


def _covered(row: Mapping[str, Any]) -> str:
    """Say in a line what of a source is covered.

    >>> _covered({"slug": "a", "statements": 2, "passages": 1, "read": False, "characters": 9})
    'a: 2 statements on 1 passages; its lines were not registered, and no copy of it was given'
    """
    head = f"{row['slug']}: {row['statements']} statements on {row['passages']} passages"
    if not row["read"] and not row["characters"]:
        return f"{head}; cited by page or section, no text of it is known"
    if not row["read"]:
        return f"{head}; its lines were not registered, and no copy of it was given"
    words = {"figure": "money", "event": "a year", "organisation": "an organisation"}
    said = [
        f"{row[f'{kind}_lines']} lines name {word}: {row[f'{kind}_covered']} covered, "
        f"{row[f'{kind}_explained']} explained, {row[f'{kind}_open']} open"
        for kind, word in words.items()
    ]
    return "; ".join([head, *said])


@evidence.command("locate")
def evidence_locate(
    text: Annotated[str, typer.Argument(help="words of a document")],
    sources: SourcesFolder,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Find words in the documents: document, offsets and digest, for whoever fills the tables."""
    del store  # taken as by every command; the documents are not in it
    places = locate(text, sources)
    if not places:
        raise NotFound(f"these words stand in no document of {sources}")
    rows = [
        {"document": p.document, "start": p.start, "end": p.end, "line": p.line, "digest": p.digest} for p in places
    ]
    if json:
        print_document(Document(rows, 0, rows=len(rows)))
    else:
        for row in rows:
            print(f"{row['document']},{row['start']},{row['end']},{row['digest']}  (line {row['line']})")
        note("as a row of passages.csv: KEY,SOURCE,start,end,digest,LOCATOR,")
