"""The flow columns of one generation in DuckDB, for sums."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

import duckdb

from graph.filters import Filters
from graph.flows import flow_table
from graph.snapshot import Snapshot
from ontology.identifiers import mint
from ontology.vocabulary import vocabulary

__all__ = ["Columns", "columns_of", "where"]

Row = dict[str, Any]


class Columns:
    """The flows of one generation as a DuckDB table `flows`; safe to ask from several threads."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.generation = snapshot.generation
        self._database = duckdb.connect(":memory:")
        arrow = flow_table(snapshot)
        self._database.register("arrow_flows", arrow)
        self._database.execute("CREATE TABLE flows AS SELECT * FROM arrow_flows ORDER BY flow")
        self._database.unregister("arrow_flows")

    def rows(self, sql: str, inputs: Mapping[str, object] | None = None) -> list[Row]:
        """Run one of our own SELECT statements; rows by column name, amounts as Decimal."""
        with self._database.cursor() as cursor:
            cursor.execute(sql, dict(inputs or {}))
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_cache: dict[str, Columns] = {}
_lock = Lock()


def columns_of(snapshot: Snapshot) -> Columns:
    """Give the columns of a generation, made once and kept while it is the newest one asked for."""
    key = str(snapshot.folder.parent)
    with _lock:
        found = _cache.get(key)
        if found is None or found.generation != snapshot.generation:
            found = _cache[key] = Columns(snapshot)
        return found


def where(filters: Filters) -> tuple[str, dict[str, object]]:
    """Give the condition on `flows` that the filters make, and its inputs.

    A country, level or actor is met by either end of a flow; a field by itself or one below it; a span by any
    year that it shares with the flow, an absent end being open or unknown.
    """
    conditions, inputs = ["TRUE"], dict[str, object]()
    for name in ("country", "level"):
        value = getattr(filters, name)
        if value is not None:
            conditions.append(f"(payer_{name} = ${name} OR recipient_{name} = ${name})")
            inputs[name] = value
    if filters.actor is not None:
        conditions.append("(payer = $actor OR recipient = $actor)")
        inputs["actor"] = mint("actor", filters.actor)
    if filters.programme is not None:
        conditions.append("programme = $programme")
        inputs["programme"] = mint("programme", filters.programme)
    if filters.type is not None:
        conditions.append("quantity = $type")
        inputs["type"] = filters.type
    if filters.field is not None:
        conditions.append("list_has_any(fields, $fields)")
        inputs["fields"] = sorted(vocabulary().narrower("field", filters.field))
    if filters.basis is not None:
        conditions.append("basis = $basis")
        inputs["basis"] = filters.basis
    since, until = filters.span
    if until is not None:
        conditions.append("(begin_year IS NULL OR begin_year <= $until)")
        inputs["until"] = until
    if since is not None:
        conditions.append("(end_year IS NULL OR end_year >= $since)")
        inputs["since"] = since
    return " AND ".join(conditions), inputs
