"""Files: whether a file can be opened at all, and is not larger than what it should be."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import NoReturn

from ontology.errors import CellProblem, InputRefused

__all__ = ["content_of", "refuse", "regular"]


def refuse(path: Path, reason: str, place: int = 0, column: str = "", value: str = "") -> NoReturn:
    """Raise InputRefused for the file, with one reason."""
    raise InputRefused([CellProblem(str(path), place, column, value[:80], reason)])


def regular(path: Path, most: int) -> int:
    """Give the size of a regular file in bytes.

    Raises InputRefused for a folder, a pipe, a file that is not there, and one of more than `most` bytes; the file is
    not opened, so that none of them can hold the reader up.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        refuse(path, f"cannot be read ({error})")
    if not stat.S_ISREG(found.st_mode):
        refuse(path, "is a folder, not a file" if stat.S_ISDIR(found.st_mode) else "is not a regular file")
    if found.st_size > most:
        refuse(path, f"has {found.st_size} bytes; a list of this kind is read up to {most}")
    return found.st_size


def content_of(path: Path, most: int) -> bytes:
    """Read a whole file of at most `most` bytes; raises InputRefused as `regular` does."""
    regular(path, most)
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(path, f"cannot be read ({error})")
