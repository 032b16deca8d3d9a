"""Tabular files: CSV and its relatives, and workbooks, read by what the mapping declares of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loaders.delimited import Delimited
from loaders.records import Reader

__all__ = ["tabular"]


def tabular(path: Path, declared: Mapping[str, Any]) -> Reader:
    """Open a table; `declared` may say its encoding, delimiter, header (the row of the column names) and sheet.

    What is not declared is found out and told in the reader's remarks. Raises InputRefused for what is no table.
    """
    header = declared.get("header", 1)
    if path.suffix.lower() == ".xlsx":
        from loaders.workbook import Workbook

        return Workbook(path, sheet=declared.get("sheet"), header=header)
    return Delimited(path, encoding=declared.get("encoding"), delimiter=declared.get("delimiter"), header=header)
