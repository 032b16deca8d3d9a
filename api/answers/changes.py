"""The changes document: what began, ended and changed hands between two years, and the events in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from typing import Final

from api.answers.document import Document, Row, filters_of, not_applied, reasons_of, sources_of
from api.answers.funding import flows_document
from api.answers.lists import list_document
from api.answers.timeline import country_of
from api.parameters import ParameterRefused
from graph.changes import Held, change_of, handovers
from graph.duty import kind_of_duty
from graph.filters import Filters
from graph.snapshot import Snapshot
from graph.time import year

__all__ = ["changes_document"]

_KINDS: Final = ("competences", "mechanisms", "measures", "programmes")
_NOT_APPLIED: Final = {"type": "statements of several kinds are told, each with types of its own"}


def changes_document(snapshot: Snapshot, filters: Filters) -> Document:
    """Compare two years, the filters' `from` and `to`.

    `data` holds `statements` (each with its `kind`, `change` and `open`, the end of its validity that is not known),
    `handovers`, `events` after the first year until the second, and `counts` by kind. Competences are facts: an
    explicit absence is told as `absence`, a norm of an author is left out. An empty graph gives empty lists.

    Raises ParameterRefused where one of the two years is not given.
    """
    since, until = filters.since, filters.until
    if since is None or until is None or filters.at is not None:
        raise ParameterRefused("from", str(since or ""), "two years, as from=2006 and to=2013, without `at`")
    given, filters = filters, filters.without("type")
    documents = {name: list_document(snapshot, name, filters) for name in _KINDS}
    documents["flows"] = flows_document(snapshot, filters)
    statements = [(name, _kind(name, row), row) for name, document in documents.items() for row in document.data]
    rows = [
        _changed(row[name.removesuffix("s")], kind, row, since, until)
        for name, kind, row in statements
        if kind != "norm"
    ]
    duties = [held for _, kind, row in statements if kind == "duty" for held in _held(row)]
    counts = Counter((row["kind"], row["change"]) for row in rows)
    changed = [row for row in rows if row["change"] not in ("held", "undated", "outside")]
    if until > since:
        documents["events"] = list_document(snapshot, "events", replace(filters, since=since + 1))
    # an event without a date, or one that had begun by the first year, is none of these years' changes
    told = [row for row in documents["events"].data if (year(row["date"]) or since) > since] if until > since else []
    queries = {name: document.query for name, document in documents.items()}
    return Document(
        data={
            "statements": sorted(changed, key=lambda row: (row["kind"], row["change"], row["statement"])),
            "handovers": [asdict(each) for each in handovers(duties, since, until)],
            "events": told,
            "counts": [
                {"kind": kind, "change": change, "statements": count}
                for (kind, change), count in sorted(counts.items())
            ],
        },
        generation=snapshot.generation,
        rows=len(changed),
        query=queries["competences"],
        sources=sources_of(snapshot, [*changed, *told]),
        filters=filters_of(given),
        not_applied={**reasons_of(documents.values()), **not_applied(given, _NOT_APPLIED)},
        more={"queries": queries},
    )


def _kind(name: str, row: Row) -> str:
    """Name what a row of a list tells: a competence by what it is, all else by the list."""
    return kind_of_duty(row["modality"], row["nature"]) if name == "competences" else name.removesuffix("s")


def _held(row: Row) -> list[Held]:
    """Give a duty once for each of its fields; none where no territory is stated."""
    if not row["territory"]:
        return []
    begin, end = year(row["begin"]), year(row["end"])
    return [
        Held(row["competence"], row["holder"], (row["territory"], field, row["aspect"]), begin, end)
        for field in row["fields"]
    ]


def _changed(iri: str, kind: str, row: Row, since: int, until: int) -> Row:
    begin, end = year(row["begin"]), year(row["end"])
    unknown = "begin" if begin is None and end is not None else "end" if end is None and begin is not None else None
    return {
        "statement": iri,
        "kind": kind,
        "change": change_of(begin, end, since, until),
        "label": row["label"],
        "begin": row["begin"],
        "end": row["end"],
        "open": unknown,
        "country": country_of(row),
        "fields": row["fields"],
        "basis": row["basis"],
        "evidence": row["evidence"],
    }
