"""JSON items: the items of one list in a JSON file, one at a time, without holding the file.

Numbers are given as text, exactly as they are written: an amount is never rounded on its way, and what is no number of
JSON, such as NaN, is left for its reader to refuse.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from ontology.errors import CellProblem, InputRefused

__all__ = ["Item", "items"]

_CHUNK: Final = 1 << 20
_LARGEST: Final = 16 << 20  # characters of one item
_AT_END: Final = 16  # characters; a mistake so near the end of what was read may be one only until more is read
_SPACE: Final = re.compile(r"[ \t\r\n]*")

Item = tuple[Any, tuple[str, ...], float]
"""A value, the names that stand twice in one of its objects, and how much of the file has been read, from 0 to 1."""


def items(path: Path, name: str) -> Iterator[Item]:
    """Give the items of the list `name` in the object that the file is.

    Raises InputRefused, with the line, where the file cannot be read, is not UTF-8, is not well-formed to its very
    end, has no such list or two, or has an item that is longer than 16 million characters.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputRefused([CellProblem(str(path), 0, "", "", "expected a file")])
        with path.open("rb") as file:
            yield from _Text(path, file, path.stat().st_size).items(name)
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise InputRefused([CellProblem(str(path), 0, "", "", reason)]) from error


class _Text:
    """The part of a file's text that is being read; what has been read is let go."""

    def __init__(self, path: Path, file: BinaryIO, size: int) -> None:
        self._path, self._file, self._size = path, file, max(size, 1)
        self._bytes = codecs.getincrementaldecoder("utf-8-sig")()
        self._text, self._at, self._lines, self._octets, self._ended = "", 0, 1, 0, False
        self._twice: list[str] = []
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=str, parse_int=str, parse_constant=str, strict=True
        )
        self._decode = decoder.raw_decode

    def items(self, name: str) -> Iterator[Item]:
        """Give the items of the list of that name; the other members of the object are read and let go."""
        self._expect("{", f'an object with the list "{name}"')
        found = False
        first = True
        while self._more(first, "}"):
            first = False
            if self._peek() != '"':
                raise self._refused("expected a name in quotation marks")
            member = self._value()
            self._expect(":", 'a ":" after the name')
            if member != name:
                self._value()
                continue
            if found:
                raise self._refused(f'the list "{name}" stands twice')
            found = True
            yield from self._list(name)
        if self._peek():
            raise self._refused("expected nothing after the object")
        if not found:
            raise self._refused(f'no list "{name}" in the object', whole=True)

    def _list(self, name: str) -> Iterator[Item]:
        self._expect("[", f'a list after "{name}"')
        first = True
        while self._more(first, "]"):
            first = False
            self._twice.clear()
            value = self._value()
            yield value, tuple(self._twice), min(self._octets / self._size, 1.0)

    def _more(self, first: bool, end: str) -> bool:
        """Say whether another member follows, and step over what divides it from the last one."""
        if self._peek() == end:
            self._at += 1
            return False
        if not first:
            self._expect(",", f'"," or "{end}"')
        return True

    def _expect(self, sign: str, what: str) -> None:
        if self._peek() != sign:
            raise self._refused(f"expected {what}")
        self._at += 1

    def _peek(self) -> str:
        """Give the next character that is no white space; "" at the end of the file."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read():
                return ""

    def _value(self) -> Any:
        """Read one value as a whole, and as much more of the file as it takes."""
        self._peek()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError as error:
                begun = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _AT_END
                if self._ended or not begun:
                    raise self._refused(error.msg, error.pos) from error
            except RecursionError as error:
                raise self._refused("nested too deeply") from error
            else:
                # what is left after a number may be the rest of it: 1.5 is read as 1 where the piece ends in "1."
                if self._ended or (end < len(self._text) and self._text[end] not in ".eE") or end + 2 < len(self._text):
                    self._at = end
                    return value
            self._read(len(self._text) - self._at)

    def _read(self, least: int = 0) -> bool:
        """Read on, by as much as is held at least, so that a long value is not tried too often; False at the end."""
        if self._ended:
            return False
        if len(self._text) - self._at > _LARGEST:
            raise self._refused(f"an item of more than {_LARGEST:,} characters")
        self._lines += self._text.count("\n", 0, self._at)
        octets = self._file.read(max(_CHUNK, least))
        self._ended = not octets
        try:
            text = self._bytes.decode(octets, final=self._ended)
        except UnicodeDecodeError as error:
            place = self._octets + len(octets) - len(error.object) + error.start
            reason = f"not UTF-8 (byte {place})"
            raise InputRefused([CellProblem(str(self._path), 0, "", "", reason)]) from error
        self._octets += len(octets)
        self._text, self._at = self._text[self._at :] + text, 0
        return True

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            self._twice += sorted({name for name in names if names.count(name) > 1})
        return found

    def _refused(self, reason: str, at: int | None = None, *, whole: bool = False) -> InputRefused:
        line = 0 if whole else self._lines + self._text.count("\n", 0, self._at if at is None else at)
        ended = reason.startswith("Unterminated") or (self._at if at is None else at) >= len(self._text.rstrip())
        told = "the file ends in the middle of its JSON" if self._ended and ended else f"not well-formed JSON: {reason}"
        return InputRefused([CellProblem(str(self._path), line, "", "", reason if whole else told)])
