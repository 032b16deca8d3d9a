"""Ontology rows: the terms with their definitions, alignments, and how often the data use them."""

from __future__ import annotations

from collections.abc import Iterable

from api.answers.document import Document, Row
from graph.queries import query_text
from graph.snapshot import Snapshot
from graph.usage import term_usage
from ontology.identifiers import compact
from ontology.terms import Term, terms

__all__ = ["ontology_document", "term_row"]


def term_row(snapshot: Snapshot, term: Term) -> Row:
    """Give a term as the API prints it."""
    usage = term_usage(snapshot).get(term.iri)
    return {
        "term": term.iri,
        "name": term.name,
        "kind": term.kind,
        "label": term.label,
        "definition": term.definition,
        "sources": list(term.sources),
        "notes": list(term.notes),
        "scheme": term.scheme,
        "used_with": [compact(iri) for iri in term.used_with],
        "values": [compact(iri) for iri in term.values],
        "values_from": term.values_from,
        "broader": term.broader,
        "alignments": [f"{alignment.relation} {compact(alignment.iri)}" for alignment in term.alignments],
        "uses": usage.uses if usage else 0,
        "example": usage.example if usage else None,
    }


def ontology_document(snapshot: Snapshot, only: Iterable[str] | None = None) -> Document:
    """List the terms of the ontology, or those of the IRIs given."""
    chosen = terms() if only is None else {iri: terms()[iri] for iri in only}
    rows = [term_row(snapshot, term) for term in chosen.values()]
    return Document(rows, snapshot.generation, rows=len(rows), query=query_text("term-usage"))
