"""Spark: the tables that it reads, asked with its own SQL."""

from __future__ import annotations

import os
import shutil
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
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

__all__ = ["Spark", "SparkFlows", "forget_spark", "spark_over"]

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

    def let_go(self) -> None:
        """Free what the machines hold of the tables that were kept: these are made again when they are asked for."""
        with suppress(Py4JError, PySparkException, OSError):
            for name in self._kept:
                self._session.catalog.uncacheTable(name)

    def _view(self, name: str, sql: str) -> None:
        with self._told():
            self._session.sql(sql).createOrReplaceTempView(name)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (Py4JError, PySparkException) as error:
            # whoever asks next begins anew
            forget_spark()
            reason = "it has stopped" if _has_stopped(self._session) else _cause(error)
            raise SparkUnreachable(self.master, reason) from error


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


_FOLDERS: Final = 2
_held: OrderedDict[tuple[str, Path], SparkFlows] = OrderedDict()
_holding = Lock()


def spark_over(master: str, folder: Path) -> SparkFlows:
    """Give the tables of a folder in a Spark; those of the last two folders are kept, and what Spark holds of them."""
    with _holding:
        if found := _held.get((master, folder)):
            _held.move_to_end((master, folder))
            return found
    made = SparkFlows(master, folder)
    with _holding:
        found = _held.setdefault((master, folder), made)
        oldest = _held.popitem(last=False)[1] if len(_held) > _FOLDERS else None
    if oldest:
        oldest.let_go()
    return found


def forget_spark() -> None:
    """Keep the tables of no folder: who asks next begins anew."""
    with _holding:
        _held.clear()


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
            session = settings.getOrCreate()
            if _has_stopped(session):
                session.stop()
                session = settings.getOrCreate()
            return session
    except (Py4JError, PySparkException, RuntimeError) as error:
        raise SparkUnreachable(master, _cause(error)) from error


def _has_stopped(session: SparkSession) -> bool:
    """Say whether Spark has stopped by itself, as when no master answered for long; its sessions do not notice."""
    try:
        return bool(session.sparkContext._jsc.sc().isStopped())
    except (Py4JError, AttributeError):
        return True


def _cause(error: Exception) -> str:
    """Give the line that says what is wrong: of Java's errors what caused them, and not the method that was called."""
    lines = [line.strip().removeprefix(": ") for line in str(error).splitlines() if line.strip()]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    told = [line for line in lines if not line.startswith("An error occurred while calling ")]
    return next(iter([*reversed(causes), *told, *lines]), type(error).__name__)
