"""Spark: the tables that it reads, asked with its own SQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from graph.handover import PLAIN
from graph.tabular.master import SparkMissing, SparkUnreachable

__all__ = ["Spark", "SparkFlows", "spark_over"]

_VIEWS: Final = {
    "flows": "SELECT *, nullif(array_join(array_sort(fields), '|'), '') AS field_set FROM handed_over",
    "field_members": "SELECT DISTINCT field_set, explode(fields) AS field FROM flows",
}


class Spark:
    """Tables in a Spark; safe to ask from several threads."""

    dialect: Final = "spark"

    def __init__(self, master: str, tables: Mapping[str, pa.Table] | None = None) -> None:
        """Begin to ask, tables being sent along; SparkMissing without a Java, SparkUnreachable without a master."""
        self.master = master
        self._keeping, self._kept = Lock(), set[str]()
        # its views are its own, its machines those of all sessions of the process
        self._session = _connected(master).newSession()
        for name, table in (tables or {}).items():
            with self._told():
                self._session.createDataFrame(table).createOrReplaceTempView(name)

    def tuples(self, sql: str, inputs: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one of our own SELECT statements; rows as tuples, amounts as Decimal."""
        with self._told():
            return [tuple(row) for row in self._session.sql(sql, args=dict(inputs or {})).collect()]

    def keep(self, name: str, sql: str) -> None:
        """Make a table of a SELECT statement under that name, unless it is there already."""
        with self._keeping:
            if name not in self._kept:
                self._view(name, sql)
                self._session.catalog.cacheTable(name)
                self._kept.add(name)

    def _view(self, name: str, sql: str) -> None:
        with self._told():
            self._session.sql(sql).createOrReplaceTempView(name)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (Py4JError, PySparkException) as error:
            raise SparkUnreachable(self.master, _first_line(error)) from error


class SparkFlows(Spark):
    """The flows that were handed over in a folder, as tables of a Spark: `flows` and `field_members`.

    All workers must see the folder under the same path.
    """

    def __init__(self, master: str, folder: Path) -> None:
        """Begin to ask; SparkMissing without a Java, SparkUnreachable where the master does not answer."""
        super().__init__(master)
        self._words: dict[str, list[str]] = {}
        with self._told():
            flows = self._session.read.schema(from_arrow_schema(PLAIN)).parquet(str(folder.resolve()))
            flows.createOrReplaceTempView("handed_over")
        for name, sql in _VIEWS.items():
            self._view(name, sql)

    def words(self, name: str) -> list[str]:
        """Give the values of a column of few words of the flows, in alphabetical order."""
        if name not in self._words:
            found = self.tuples(f"SELECT DISTINCT {name} FROM flows WHERE {name} IS NOT NULL ORDER BY {name}")
            self._words[name] = [word for (word,) in found]
        return self._words[name]


@lru_cache(maxsize=2)
def spark_over(master: str, folder: Path) -> SparkFlows:
    """Give the tables of a folder in a Spark; those of the last two folders are kept."""
    return SparkFlows(master, folder)


_connecting = Lock()


def _connected(master: str) -> SparkSession:
    """Give the session of this process, begun when it is first asked for: a process has one Spark."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise SparkMissing(master, "there is no Java runtime: install one, 17 or newer")
    settings = SparkSession.builder.appName("subsidia").master(master).config("spark.ui.enabled", "false")
    settings = settings.config("spark.ui.showConsoleProgress", "false").config("spark.sql.session.timeZone", "UTC")
    if master.startswith("local"):
        settings = settings.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        # Spark's own 200 are for many machines: in one process they take longer than what they divide
        settings = settings.config("spark.sql.shuffle.partitions", "8")
    try:
        with _connecting:
            return settings.getOrCreate()
    except (Py4JError, PySparkException, RuntimeError) as error:
        raise SparkUnreachable(master, _first_line(error)) from error


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
