"""Source documents: what each source supports, statement by statement, and which of its lines nothing rests on yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from api.answers.document import Document, Row, page_of
from graph.coverage import SourceCoverage, coverage
from graph.mentions import MENTION_KINDS
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import mint, slug

__all__ = ["coverage_document", "source_document", "source_kinds", "sources_document", "totals"]

_COUNTS: Final = ("lines", "covered", "explained", "open")
_QUERY: Final = """\
PREFIX gov: <https://w3id.org/subsidia/def/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#>

SELECT ?statement ?passage
WHERE {
  ?statement prov:hadPrimarySource ?passage .
  OPTIONAL { ?passage oa:hasSource ?document }
  FILTER (COALESCE(?document, ?passage) = <%s>)
}
ORDER BY ?passage ?statement
"""


def sources_document(snapshot: Snapshot, folder: Path | None = None) -> Document:
    """List the sources with how much of each is covered; `folder` holds copies of the documents, if any."""
    rows = [_row(snapshot, found) for found in _coverage(snapshot, folder)]
    return Document(rows, snapshot.generation, rows=len(rows), sources=snapshot.instances("gov:Source"))


def coverage_document(snapshot: Snapshot, name: str, folder: Path | None = None) -> Document | None:
    """Give the coverage of one source: by kind of mention, by country, and line by line; None for no such source."""
    iri = mint("source", name)
    found = next((each for each in _coverage(snapshot, folder) if each.source == iri), None)
    if found is None:
        return None
    data = {
        **_row(snapshot, found),
        "countries": [asdict(each) for each in found.countries],
        "uncovered": [asdict(line) for line in found.lines if line.state != "covered"],
    }
    return Document(data, snapshot.generation, rows=len(data["uncovered"]), query=_QUERY % iri, sources=[iri])


def source_document(
    snapshot: Snapshot, name: str, limit: int | None = None, offset: int = 0, kind: str | None = None
) -> Document | None:
    """Give the statements that rest on a source, in the order of its text; None for no such source.

    `kind` keeps those of one kind, as `flow`: the last part but one of their IRIs.
    """
    iri = mint("source", name)
    if iri not in snapshot.instances("gov:Source"):
        return None
    rows = [row for row in _statements(snapshot, iri) if kind is None or row["kind"] == kind]
    page, after = page_of(rows, limit, offset)
    return Document(page, snapshot.generation, rows=len(rows), next=after, query=_QUERY % iri, sources=[iri])


def source_kinds(snapshot: Snapshot, name: str) -> dict[str, int]:
    """Count the statements that rest on a source by their kind, the most frequent first; {} for no such source."""
    found = Counter(row["kind"] for row in _statements(snapshot, mint("source", name)))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@remembered(4)
def _coverage(snapshot: Snapshot, folder: Path | None) -> tuple[SourceCoverage, ...]:
    return tuple(coverage(snapshot, folder))


def _row(snapshot: Snapshot, found: SourceCoverage) -> Row:
    def first(curie: str) -> str | None:
        return snapshot.values(curie).get(found.source, [None])[0]

    row: Row = {
        "source": found.source,
        "slug": slug(found.source),
        "title": first("dcterms:title"),
        "creators": snapshot.values("dcterms:creator").get(found.source, []),
        "issued": first("dcterms:issued"),
        "statements": found.statements,
        "passages": found.passages,
        "characters": found.characters,
        "cited": found.cited,
        "read": found.read,
    }
    for kind in MENTION_KINDS:
        tally = found.tallies.get(kind)
        row.update({f"{kind}_{count}": getattr(tally, count) if tally else None for count in _COUNTS})
    return row


@remembered(16)
def _statements(snapshot: Snapshot, source: str) -> tuple[Row, ...]:
    """List the statements of a source, each with the first place in the text that it rests on."""
    documents, starts = snapshot.passage_sources, snapshot.values("oa:start")
    selectors = {passage: values[0] for passage, values in snapshot.values("oa:hasSelector").items()}
    basis = snapshot.values("gov:basis")
    places: dict[str, list[tuple[float, str]]] = {}
    for statement, passages in snapshot.values("prov:hadPrimarySource").items():
        for passage in passages:
            if documents.get(passage) == source:
                start = starts.get(selectors.get(passage, ""))
                places.setdefault(statement, []).append((int(start[0]) if start else float("inf"), passage))
    ordered = sorted((min(found), statement, found) for statement, found in places.items())
    return tuple(
        {
            "statement": statement,
            "kind": statement.split("/")[-2],
            "label": snapshot.label(statement),
            "basis": slug(basis.get(statement, [""])[0]) or None,
            "evidence": [passage for _, passage in sorted(found)],
        }
        for _, statement, found in ordered
    )


def totals(rows: Iterable[Row]) -> Row:
    """Add the counts of several sources up; what no source gives stays unknown.

    >>> totals([{"figure_lines": 2}, {"figure_lines": None}])["figure_lines"]
    2
    """
    found = list(rows)
    names = [f"{kind}_{count}" for kind in MENTION_KINDS for count in _COUNTS]
    known = {name: [row[name] for row in found if row.get(name) is not None] for name in names}
    return {name: sum(values) if values else None for name, values in known.items()}
