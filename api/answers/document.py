"""The document: data with what it rests on, and the numbers in it as JSON can hold them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from graph.filters import Filters
from graph.snapshot import Snapshot

__all__ = ["Document", "as_json", "filters_of", "not_applied", "number", "page_of", "reasons_of", "sources_of"]

Row = dict[str, Any]
T = TypeVar("T")


def number(value: Decimal | float | int | str | None) -> int | float | None:
    """Give a number as JSON has it: whole where it is whole; None for None and for what is not a number (NaN).

    >>> number(Decimal("120000000.0000")), number(Decimal("0.5")), number(float("nan"))
    (120000000, 0.5, None)
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() else float(exact)


@dataclass(frozen=True, slots=True)
class Document:
    """One answer.

    `data` is what was asked for, `rows` how many there are in all, `next` the cursor of the next page, `query` the
    SPARQL behind it, `sources` the IRIs of the documents it rests on, `filters` what was asked to narrow it,
    `not_applied` those of them that say nothing about such data, each with the reason, `more` further facts. Where
    several queries are behind it, `more` has `queries`, each by name, of which `query` is the first.
    """

    data: Any
    generation: int
    at: int | None = None
    rows: int | None = None
    next: str | None = None
    query: str | None = None
    sources: Sequence[str] = ()
    filters: Mapping[str, str | int] = field(default_factory=dict)
    not_applied: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> Row:
        """Give the document as the API prints it."""
        meta: Row = {
            "generation": self.generation,
            "at": self.at,
            "rows": self.rows,
            "next": self.next,
            "filters": dict(self.filters),
            "not_applied": dict(self.not_applied),
            "query": self.query,
            "sources": list(self.sources),
        }
        return {"data": self.data, "meta": {**meta, **self.more}}


def as_json(document: Document) -> str:
    """Write a document as JSON; a number that JSON does not have is an error, never NaN."""
    return json.dumps(document.as_dict(), ensure_ascii=False, allow_nan=False, indent=1)


def page_of(rows: Sequence[T], limit: int | None, offset: int) -> tuple[list[T], str | None]:
    """Cut a page out of ordered rows: the page, and the cursor of the next one (None at the end)."""
    if limit is None:
        return list(rows[offset:]), None
    after = offset + limit
    return list(rows[offset:after]), str(after) if after < len(rows) else None


def sources_of(snapshot: Snapshot, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Give the documents that the rows' evidence is in, sorted."""
    documents = snapshot.passage_sources
    found = {documents[passage] for row in rows for passage in row.get("evidence", ()) if passage in documents}
    return sorted(found)


def filters_of(filters: Filters) -> dict[str, str | int]:
    """Give the filters by the names that a request uses (from, to)."""
    names = {"since": "from", "until": "to"}
    return {names.get(name, name): value for name, value in filters.given().items()}


def not_applied(filters: Filters, reasons: Mapping[str, str]) -> dict[str, str]:
    """Give the reasons for those filters that are set and cannot narrow the data at hand.

    >>> not_applied(Filters(country="ES", programme="eif"), {"programme": "a tie belongs to no programme"})
    {'programme': 'a tie belongs to no programme'}
    """
    return {name: reasons[name] for name in filters_of(filters) if name in reasons}


def reasons_of(documents: Iterable[Document]) -> dict[str, str]:
    """Give the reasons of several documents for the filters that some of them could not be narrowed by.

    >>> one, other = Document([], 1, not_applied={"programme": "why"}), Document([], 1, not_applied={"programme": "so"})
    >>> reasons_of([one, other, one])
    {'programme': 'why; so'}
    """
    found: dict[str, list[str]] = {}
    for document in documents:
        for name, reason in document.not_applied.items():
            found.setdefault(name, []).append(reason)
    return {name: "; ".join(dict.fromkeys(reasons)) for name, reasons in found.items()}
