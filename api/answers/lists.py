"""List documents: the plain tables of the graph, page by page."""

from __future__ import annotations

from api.answers.document import Document, filters_of, not_applied, page_of, sources_of
from graph.filters import Filters
from graph.lists import LISTS, NOT_APPLIED, TYPE_SCHEMES, list_query, list_rows
from graph.snapshot import Snapshot

__all__ = ["LISTS", "NOT_APPLIED", "TYPE_SCHEMES", "list_document", "list_query", "list_rows"]


def list_document(
    snapshot: Snapshot, name: str, filters: Filters, limit: int | None = None, offset: int = 0
) -> Document:
    """Give one page of a list as a document."""
    rows = list_rows(snapshot, name, filters)
    page, after = page_of(rows, limit, offset)
    return Document(
        data=page,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(rows),
        next=after,
        query=list_query(name, filters),
        sources=sources_of(snapshot, page),
        filters=filters_of(filters),
        not_applied=not_applied(filters, NOT_APPLIED.get(name, {})),
    )
