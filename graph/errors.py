"""What can go wrong with a store or a question put to it."""

from __future__ import annotations

from pathlib import Path

from ontology.errors import SubsidiaError

__all__ = ["EngineFailed", "QueryRefused", "StoreUnreachable", "SyntaxRefused"]


class StoreUnreachable(SubsidiaError):
    """A store that cannot be opened, read or written; nothing was changed."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"store {path}: {reason}")


class EngineFailed(StoreUnreachable):
    """A SPARQL server that answers, but not with what it was asked for."""


class QueryRefused(SubsidiaError):
    """A query that is not run: it is too long, nests too deep, or asks for what is not allowed."""


class SyntaxRefused(QueryRefused):
    """A query that is no SPARQL, with the line and column (from 1) where it stops to be."""

    def __init__(self, reason: str, line: int | None, column: int | None) -> None:
        self.line = line
        self.column = column
        super().__init__(reason)
