"""DuckDB: tables in memory, asked with SQL."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any, Final

import duckdb
import pyarrow as pa

__all__ = ["Duck", "Lent"]

Row = dict[str, Any]


class Duck:
    """Tables in a DuckDB of their own; safe to ask from several threads."""

    dialect: Final = "duckdb"

    def __init__(self) -> None:
        self._keeping, self._kept = Lock(), set[str]()
        self._database = duckdb.connect(":memory:")
        # it would be printed where answers are
        self._database.execute("SET enable_progress_bar = false")

    def rows(self, sql: str, inputs: Mapping[str, object] | None = None) -> list[Row]:
        """Run one of our own SELECT statements; rows by column name, amounts as Decimal."""
        names, found = self._run(sql, inputs)
        return [dict(zip(names, row, strict=True)) for row in found]

    def tuples(self, sql: str, inputs: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one of our own SELECT statements; rows as tuples, for results of many rows."""
        return self._run(sql, inputs)[1]

    def keep(self, name: str, sql: str) -> None:
        """Make a table of a SELECT statement under that name, unless it is there already."""
        with self._keeping:
            if name not in self._kept:
                self._database.execute(f"CREATE TABLE {name} AS {sql}")
                self._kept.add(name)

    def _run(self, sql: str, inputs: Mapping[str, object] | None) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self._database.cursor() as cursor:
            cursor.execute(sql, dict(inputs or {}))
            return [column[0] for column in cursor.description or []], cursor.fetchall()


@cache
def _lender() -> duckdb.DuckDBPyConnection:
    """Give a database without tables, opened once: opening one takes longer than most questions."""
    database = duckdb.connect(":memory:")
    database.execute("SET enable_progress_bar = false")
    return database


class Lent:
    """Arrow tables that are lent to DuckDB for each question; safe to ask from several threads."""

    dialect: Final = "duckdb"

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = dict(tables)

    def tuples(self, sql: str, inputs: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one of our own SELECT statements; rows as tuples."""
        with _lender().cursor() as cursor:
            for name, table in self._tables.items():
                cursor.register(name, table)
            found: list[tuple[Any, ...]] = cursor.execute(sql, dict(inputs or {})).fetchall()
            return found
