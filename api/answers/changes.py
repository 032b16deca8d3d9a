"""The changes document: what began, ended and changed hands between two years, and the events in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from typing import Final

from api.answers.document import Document, Row, filters_of, sources_of
from api.answers.funding import flows_document
from api.answers.lists import list_document
from api.parameters import ParameterRefused
from graph.changes import Held, change_of, handovers
from graph.duty import kind_of_duty
from graph.filters import Filters
from graph.snapshot import Snapshot
from graph.time import year

__all__ = ["changes_document"]

_KINDS: Final = ("competences", "mechanisms", "measures", "programmes")


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
    rows: list[Row] = []
    duties: list[Held] = []
    queries: Row = {}
    for name in _KINDS:
        document = list_document(snapshot, name, filters)
        queries[name] = document.query
        for row in document.data:
            kind = name.removesuffix("s") if name != "competences" else kind_of_duty(row["modality"], row["nature"])
            if kind != "norm":
                rows.append(_changed(row[name.removesuffix("s")], kind, row, since, until))
            if kind == "duty" and row["holder"] and row["territory"]:
                duties += [
                    Held(
                        row["competence"],
                        row["holder"],
                        (row["territory"], field, row["aspect"]),
                        year(row["begin"]),
                        year(row["end"]),
                    )
                    for field in row["fields"]
                ]
    flows = flows_document(snapshot, filters)
    rows += [_changed(row["flow"], "flow", row, since, until) for row in flows.data]
    counts = Counter((row["kind"], row["change"]) for row in rows)
    changed = [row for row in rows if row["change"] not in ("held", "undated", "outside")]
    events = list_document(snapshot, "events", replace(filters, since=since + 1)) if until > since else None
    # an event without a date, or one that had begun by the first year, is none of these years' changes
    told = [row for row in events.data if (year(row["date"]) or since) > since] if events else []
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
        query=flows.query,
        sources=sources_of(snapshot, [*changed, *told]),
        filters=filters_of(filters),
        more={"queries": {**queries, "flows": flows.query, **({"events": events.query} if events else {})}},
    )


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
        "country": row.get("country"),
        "fields": row["fields"],
        "basis": row["basis"],
        "evidence": row["evidence"],
    }
