"""The flow columns of one generation in DuckDB, for sums."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any, Final

import duckdb

from graph.filters import Filters
from graph.flows import flow_table
from graph.snapshot import Snapshot
from ontology.identifiers import mint
from ontology.vocabulary import vocabulary

__all__ = ["Columns", "columns_of", "where"]

Row = dict[str, Any]

_WORDS: Final = (
    "payer_level",
    "payer_country",
    "payer_type",
    "recipient_level",
    "recipient_country",
    "recipient_type",
    "programme",
    "currency",
    "quantity",
    "per",
    "phase",
    "basis",
)
_LEVEL_SUMS: Final = """
    CREATE TABLE level_sums AS
    SELECT payer_level, recipient_level, currency, phase, quantity, per, begin_year, end_year, basis,
           part_of IS NOT NULL AS passed_on, sum(amount_min) AS minimum, sum(amount_max) AS maximum,
           count(*) AS flows, count(amount_max) AS with_amount
    FROM flows GROUP BY ALL
"""
_FIELD_SETS: Final = """
    CREATE TABLE field_sets AS
    SELECT DISTINCT list_sort(fields) AS fields, array_to_string(list_sort(fields), '|') AS field_set
    FROM arrow_flows WHERE len(fields) > 0
"""


class Columns:
    """The flows of one generation in DuckDB; safe to ask from several threads.

    The table `flows` holds one row a flow, in the order of their IRIs, its few-valued words as ENUMs, which group
    several times faster than strings, and `field_set`, its fields as one word; `field_sets` has the fields of each
    such word. `level_sums` adds them up by everything that the sums from level to level
    tell apart, so that those need not read every flow.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.generation = snapshot.generation
        self._database = duckdb.connect(":memory:")
        # it would be printed where answers are
        self._database.execute("SET enable_progress_bar = false")
        arrow = flow_table(snapshot)
        self._database.register("arrow_flows", arrow)
        for name in _WORDS:
            words = f"SELECT DISTINCT CAST({name} AS VARCHAR) AS word FROM arrow_flows WHERE {name} IS NOT NULL"
            self._database.execute(f"CREATE TYPE {name}_word AS ENUM ({words} ORDER BY word)")
        self._database.execute(_FIELD_SETS)
        self._database.execute("CREATE TYPE field_word AS ENUM (SELECT field_set FROM field_sets ORDER BY field_set)")
        coded = ", ".join(f"CAST({name} AS {name}_word) AS {name}" for name in _WORDS)
        field_set = "CAST(nullif(array_to_string(list_sort(fields), '|'), '') AS field_word) AS field_set"
        self._database.execute(f"CREATE TABLE flows AS SELECT * REPLACE ({coded}), {field_set} FROM arrow_flows")
        self._database.unregister("arrow_flows")
        self._database.execute(_LEVEL_SUMS)

    def rows(self, sql: str, inputs: Mapping[str, object] | None = None) -> list[Row]:
        """Run one of our own SELECT statements; rows by column name, amounts as Decimal."""
        names, found = self._run(sql, inputs)
        return [dict(zip(names, row, strict=True)) for row in found]

    def tuples(self, sql: str, inputs: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one of our own SELECT statements; rows as tuples, for results of many rows."""
        return self._run(sql, inputs)[1]

    def words(self, name: str) -> list[str]:
        """Give the values of a column of few words in alphabetical order, which is the order of their codes."""
        found = self.tuples(f"SELECT unnest(enum_range(NULL::{name}_word))")
        return [word for (word,) in found]

    def _run(self, sql: str, inputs: Mapping[str, object] | None) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self._database.cursor() as cursor:
            cursor.execute(sql, dict(inputs or {}))
            return [column[0] for column in cursor.description or []], cursor.fetchall()


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
        conditions.append("field_set IN (SELECT field_set FROM field_sets WHERE list_has_any(fields, $fields))")
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
