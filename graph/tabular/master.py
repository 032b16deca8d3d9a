"""The master: which Spark runs the sums, where one is asked for."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Final

from ontology.errors import SubsidiaError

__all__ = ["SparkMissing", "SparkUnreachable", "read_master"]

_MASTER: Final = re.compile(r"local\[([1-9][0-9]*|\*)\]|spark://[^\s,:/]+:[0-9]{1,5}(,[^\s,:/]+:[0-9]{1,5})*")


class SparkMissing(SubsidiaError):
    """Spark is asked for where it, or the Java that it runs on, is not installed."""

    def __init__(self, master: str, reason: str) -> None:
        self.master = master
        super().__init__(f"SUBSIDIA_ENGINE={master}: {reason}")


class SparkUnreachable(SubsidiaError):
    """A Spark master does not answer, or lost what it was asked to do."""

    def __init__(self, master: str, reason: str) -> None:
        self.master = master
        super().__init__(f"SUBSIDIA_ENGINE={master}: {reason}")


def read_master(value: str) -> str:
    """Read an engine: nothing for DuckDB, else the master of a Spark; ValueError for anything else.

    SparkMissing where PySpark is not installed. No master is asked yet.

    >>> read_master("local[2]"), read_master("spark://127.0.0.1:7077"), read_master("")
    ('local[2]', 'spark://127.0.0.1:7077', '')
    """
    if value and not _MASTER.fullmatch(value):
        raise ValueError(value)
    if value and find_spec("pyspark") is None:
        raise SparkMissing(value, "PySpark is not installed: pip install 'subsidia[spark]'")
    return value
