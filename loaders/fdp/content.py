"""Content: the JSON of a descriptor, read in bounded memory and without guessing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ontology.errors import CellProblem, InputRefused

__all__ = ["NAME", "read_content"]

NAME: Final = "datapackage.json"
_LARGEST: Final = 8_000_000  # bytes of a descriptor; the largest of those that were seen has 28,000


class _Twice(ValueError):
    """A name that stands twice in one object."""


def read_content(path: Path) -> Mapping[str, Any]:
    """Read a descriptor; no number of it becomes a binary one.

    Raises InputRefused, with the line where there is one, for what cannot be read, is not UTF-8, is no object of
    well-formed JSON, has a name twice in one object, or is longer than eight million bytes.
    """

    def refused(reason: str, line: int = 0) -> InputRefused:
        return InputRefused([CellProblem(str(path), line, "", "", reason)])

    try:
        if path.exists() and not path.is_file():
            raise refused(f"expected a file, or a folder with {NAME}")
        with path.open("rb") as file:
            octets = file.read(_LARGEST + 1)
        if len(octets) > _LARGEST:
            raise refused(f"longer than {_LARGEST:,} bytes; a descriptor is not")
        content = json.loads(octets.decode("utf-8-sig"), parse_float=Decimal, object_pairs_hook=_object)
        _check_letters(content)
    except OSError as error:
        raise refused(f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise refused(f"not UTF-8 (byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise refused(f"not well-formed JSON ({error.msg}, character {error.colno})", error.lineno) from error
    except (RecursionError, ValueError) as error:
        raise refused(f"not JSON that can be read: {_reason(error)}") from error
    if not isinstance(content, dict):
        raise refused("expected an object, as a Fiscal Data Package has")
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


def _check_letters(content: object) -> None:
    """Refuse half of a character, which JSON can write and no text can hold."""
    if isinstance(content, str):
        content.encode()
    elif isinstance(content, dict):
        for name, value in content.items():
            name.encode()
            _check_letters(value)
    elif isinstance(content, list):
        for value in content:
            _check_letters(value)


def _reason(error: Exception) -> str:
    if isinstance(error, _Twice):
        return f"{str(error)[:80]!r} stands twice in one object"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return "half of a character" if isinstance(error, UnicodeError) else "a number that is too long"
