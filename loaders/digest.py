"""Digest: one number for all statements of a folder of tables, the same on every machine.

`python -m loaders.digest` writes that of the casebook, beside its tables; a test holds the file to them, so that
whoever cites the casebook can say which one, and whoever loads it can tell that it is the same.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from loaders.tables.statements import load_tables

__all__ = ["CASEBOOK_DIGEST", "n_quads", "tables_digest"]

_CASEBOOK: Final = Path(__file__).parent / "casebook"
CASEBOOK_DIGEST: Final = _CASEBOOK / "SHA256"


def n_quads(folder: Path) -> bytes:
    """Write the statements of a folder of tables as N-Quads, sorted, one a line."""
    return "".join(f"{line} .\n" for line in sorted(str(quad) for quad in load_tables(folder).quads)).encode()


def tables_digest(folder: Path) -> str:
    """Give the SHA-256 of the sorted N-Quads of a folder of tables."""
    return sha256(n_quads(folder)).hexdigest()


def main() -> None:
    """Write the digest of the casebook."""
    CASEBOOK_DIGEST.write_text(f"{tables_digest(_CASEBOOK)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
