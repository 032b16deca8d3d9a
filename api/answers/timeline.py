"""The timeline document: what is recorded with its years, and what is recorded without any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from api.answers.document import Document, Row, filters_of, not_applied, page_of, reasons_of, sources_of
from api.answers.funding import flows_document
from api.answers.lists import list_document
from api.parameters import one_of
from graph.duty import kind_of_duty
from graph.filters import Filters
from graph.snapshot import Snapshot
from graph.time import year

__all__ = ["DEFAULT_KINDS", "TIMELINE_KINDS", "country_of", "read_kinds", "timeline_document"]

TIMELINE_KINDS: Final = ("event", "duty", "flow", "mechanism", "programme", "measure")
DEFAULT_KINDS: Final = ("event", "duty", "flow", "mechanism")
MOST_FLOWS: Final = 10_000
"""As many flows are told, in the order of their IRIs; `meta.cut` says how many more there are."""
_NOT_APPLIED: Final = {"type": "statements of several kinds are told, each with types of its own"}
_LISTS: Final = {"event": "events", "duty": "competences"}


def read_kinds(given: str | None) -> tuple[str, ...]:
    """Read kinds of statements, divided by commas, in their order; the usual ones where none is given.

    Raises ParameterRefused naming `kind` for a word that is none.

    >>> read_kinds("flow,event"), read_kinds(None) == DEFAULT_KINDS
    (('event', 'flow'), True)
    """
    asked = {one_of("kind", word.strip(), TIMELINE_KINDS) for word in (given or "").split(",") if word.strip()}
    return tuple(kind for kind in TIMELINE_KINDS if kind in asked) or DEFAULT_KINDS


def timeline_document(
    snapshot: Snapshot,
    filters: Filters,
    kinds: Sequence[str] = DEFAULT_KINDS,
    limit: int | None = None,
    offset: int = 0,
) -> Document:
    """Give statements in the order of their years, those without any last.

    Each row has `begin` and `end` as a source gives them, and `open`, the end that is not known (`begin`, `end`, None).
    An event has no open end: its two dates are how long it took, or the years that it lies between. An explicit absence
    is told as `absence`; a norm of an author is no fact and left out. `meta.counts` counts by kind, dated or not, and
    `meta.cut` says what is left out for its number. An empty graph gives no rows.
    """
    given, filters = filters, filters.without("type")
    documents = {kind: _list(snapshot, kind, filters) for kind in kinds}
    rows = [
        row
        for kind, document in documents.items()
        for row in (_row(kind, each) for each in document.data)
        if row["kind"] != "norm"
    ]
    rows.sort(key=_order)
    page, after = page_of(rows, limit, offset)
    queries = {kind: document.query for kind, document in documents.items()}
    counts = Counter((row["kind"], _is_dated(row)) for row in rows)
    return Document(
        data=page,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(rows),
        next=after,
        query=next(iter(queries.values())),
        sources=sources_of(snapshot, page),
        filters=filters_of(given),
        not_applied={**reasons_of(documents.values()), **not_applied(given, _NOT_APPLIED)},
        more={
            "queries": queries,
            "cut": _cut(documents),
            "counts": [
                {"kind": kind, "dated": counts[kind, True], "undated": counts[kind, False]}
                for kind in dict.fromkeys(name for name, _ in sorted(counts))
            ],
        },
    )


def _cut(documents: Mapping[str, Document]) -> list[str]:
    flows = documents.get("flow")
    more = (flows.rows or 0) - len(flows.data) if flows else 0
    return [f"{more} more flows are recorded and not told here: narrow by country, field or programme"] if more else []


def country_of(row: Row) -> str | None:
    """Give the country of a row of any list; that of a flow is where its money arrives, else where it comes from."""
    found: str | None = row.get("country") or row.get("recipient_country") or row.get("payer_country")
    return found


def _list(snapshot: Snapshot, kind: str, filters: Filters) -> Document:
    if kind == "flow":
        return flows_document(snapshot, filters, MOST_FLOWS)
    return list_document(snapshot, _LISTS.get(kind, f"{kind}s"), filters)


def _row(kind: str, row: Row) -> Row:
    event = kind == "event"
    begin, end = (row["date"], row["dateEnd"]) if event else (row["begin"], row["end"])
    first, last = year(begin), year(end)
    unknown = "begin" if first is None and last is not None else "end" if last is None and first is not None else None
    return {
        "statement": row["competence" if kind == "duty" else kind],
        "kind": kind_of_duty(row["modality"], row["nature"]) if kind == "duty" else kind,
        "label": row["label"],
        "begin": begin,
        "end": end,
        "open": None if event else unknown,
        "country": country_of(row),
        "fields": row["fields"],
        "basis": row["basis"],
        "evidence": row["evidence"],
        "note": row["note"],
    }


def _is_dated(row: Row) -> bool:
    return year(row["begin"]) is not None or year(row["end"]) is not None


def _order(row: Row) -> tuple[bool, int, str, str, str]:
    first = year(row["begin"]) or year(row["end"]) or 0
    return (not _is_dated(row), first, row["begin"] or row["end"] or "", row["kind"], row["statement"])
