"""Usage: how often the data use each term of the ontology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.queries import query_text
from graph.remember import remembered
from graph.snapshot import Snapshot

__all__ = ["Usage", "term_usage"]


@dataclass(frozen=True, slots=True)
class Usage:
    """In how many statements a term stands, as class, property or concept, and one thing that uses it."""

    uses: int
    example: str | None


@remembered(2)
def term_usage(snapshot: Snapshot) -> Mapping[str, Usage]:
    """Give the usage of every term that the data use, by IRI; a term that is not in the result is not used.

    The ontology's own graph does not count. The cost is one scan of the store.
    """
    rows = snapshot.select(query_text("term-usage"))
    return {row["term"]: Usage(int(row["uses"] or 0), row["example"]) for row in rows if row["term"]}
