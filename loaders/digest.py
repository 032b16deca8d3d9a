"""Digest: one number for the statements of a folder of tables, or of a store that has them, the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from pyoxigraph import Quad, Store

from loaders.tables.statements import load_tables

__all__ = ["n_quads", "quads_digest", "tables_digest"]


def n_quads(folder: Path) -> bytes:
    """Write the statements of a folder of tables as N-Quads, sorted, one a line, as a store gives them back.

    A store writes a number of xsd:nonNegativeInteger as xsd:integer; so do these lines, or nobody could tell whether
    what is loaded is still what was published.
    """
    store = Store()
    store.bulk_extend(load_tables(folder).quads)
    return _lines(store)


def quads_digest(quads: Iterable[Quad]) -> str:
    """Give the SHA-256 of the sorted N-Quads of statements that a store gave back; each must come once."""
    return sha256(_lines(quads)).hexdigest()


def tables_digest(folder: Path) -> str:
    """Give the SHA-256 of the sorted N-Quads of a folder of tables."""
    return sha256(n_quads(folder)).hexdigest()


def _lines(quads: Iterable[Quad]) -> bytes:
    return "".join(f"{line} .\n" for line in sorted(str(quad) for quad in quads)).encode()
