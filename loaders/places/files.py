"""Files: what is not larger than a list of places can be, and refusals of what is not such a list."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from loaders.encodings import regular_size
from ontology.errors import CellProblem, InputRefused

__all__ = ["content_of", "refuse", "regular"]


def refuse(path: Path, reason: str, place: int = 0, column: str = "", value: str = "") -> NoReturn:
    """Raise InputRefused for the file, with one reason."""
    raise InputRefused([CellProblem(str(path), place, column, value[:80], reason)])


def regular(path: Path, most: int) -> int:
    """Give the size of a file; InputRefused for what is none, cannot be opened, or has more than `most` bytes."""
    size = regular_size(path)
    if size > most:
        refuse(path, f"has {size:,} bytes; a list of this kind is read up to {most:,}")
    return size


def content_of(path: Path, most: int) -> bytes:
    """Read a whole file of at most `most` bytes; InputRefused as for `regular`."""
    regular(path, most)
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(path, f"cannot be read ({error})")
