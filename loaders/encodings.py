"""Encodings: whether a file can be read, and how its bytes are read as text, found out before a row of it is."""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from loaders.tables.spreadsheet import CODE_PAGES
from ontology.errors import CellProblem, InputRefused

__all__ = ["file_refused", "find_encoding", "regular_size"]

_BLOCK: Final = 1 << 20
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark begins it
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_ASCII: Final = bytes(range(128))
_PAGES: Final = {"cp1252": "Western", "cp1250": "Central European", "cp1257": "Baltic"} | {
    "cp1251": "Cyrillic",
    "cp1253": "Greek",
}


def file_refused(path: Path, reason: str, row: int = 0) -> InputRefused:
    """Give the refusal of a file, or of what is in one of its rows."""
    return InputRefused([CellProblem(str(path), row, "", "", reason)])


def regular_size(path: Path) -> int:
    """Give the size of a file; InputRefused for what is no regular file, which may never end, or cannot be opened."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise file_refused(path, "expected a file; this is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise file_refused(path, "expected a file; this is a pipe or a device")
        with path.open("rb"):
            return status.st_size
    except (OSError, ValueError) as error:
        raise file_refused(path, f"cannot be read ({getattr(error, 'strerror', None) or error})") from error


def find_encoding(path: Path, declared: str | None, remarks: list[str]) -> str:
    """Find out the encoding of a text, having read all of it once, and add to the remarks what is not as expected.

    A byte order mark says it, else its owner, else it is UTF-8. A file that is not UTF-8 and says nothing is read by
    the Western code page of Windows where the code pages of the European languages in Latin script agree on every
    letter that is in it.

    Raises
    ------
    InputRefused
        where the bytes are not in the encoding or there is none of that name, where the code pages differ, and where
        there are NUL characters, which no text has.
    """
    start = next(_blocks(path), b"")
    marked = next((encoding for mark, encoding in _MARKS.items() if start.startswith(mark)), None)
    if declared:
        declared = _known(path, declared)
    if marked and declared and not marked.startswith(declared):
        remarks.append(f"declared as {declared}; read as {marked}, as the mark at its beginning says")
    encoding = marked or declared or "utf-8"
    wrong = _first_wrong(path, encoding)
    if wrong is None:
        return encoding
    if marked or declared:
        raise file_refused(path, f"not {encoding} (byte {wrong}); declare its encoding, or save it as UTF-8")
    remarks.append("not UTF-8; read as Windows-1252, where the Windows code pages agree")
    return _code_page(path, wrong)


def _known(path: Path, declared: str) -> str:
    """Give the usual name of a declared encoding of texts; InputRefused where there is none."""
    try:
        name = codecs.lookup(declared).name
        "".encode(name)  # refuses what turns bytes into bytes
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError, TypeError) as error:
        raise file_refused(path, f"no encoding is called {declared!r}; utf-8, cp1250 and iso8859-2 are some") from error
    return name


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb", buffering=0) as file:
            yield from iter(lambda: file.read(_BLOCK), b"")
    except OSError as error:
        raise file_refused(path, f"cannot be read ({error.strerror})") from error


def _first_wrong(path: Path, encoding: str) -> int | None:
    """Give the place of the first byte that is not in an encoding; InputRefused for NUL characters."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    try:
        for block in _blocks(path):
            kept = len(decoder.getstate()[0])
            if "\0" in decoder.decode(block):
                reason = "there are NUL characters in it: no text, or one in UTF-16 that does not say so"
                raise file_refused(path, reason)
            read += len(block)
        kept = len(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return read - kept + error.start
    except UnicodeError:
        return read
    return None


def _code_page(path: Path, wrong: int) -> str:
    """Give the Western code page if all others read the file the same; InputRefused with the readings of a word."""
    found: set[int] = set()
    for block in _blocks(path):
        found.update(block.translate(None, _ASCII))
    doubtful = bytes(sorted(byte for byte in found if len({_letter(byte, page) for page in CODE_PAGES}) > 1))
    undefined = [byte for byte in found if _letter(byte, CODE_PAGES[0]) is None]
    if not doubtful and not undefined:
        return CODE_PAGES[0]
    word = _word(path, doubtful)
    readings = {page: word.decode(page, "replace") for page in _PAGES}
    told = ", ".join(f"{text} by {page} ({_PAGES[page]})" for page, text in readings.items())
    raise file_refused(path, f"not UTF-8 (byte {wrong}); declare its encoding: a word in it is {told}")


def _letter(byte: int, page: str) -> str | None:
    try:
        return bytes([byte]).decode(page)
    except UnicodeDecodeError:
        return None


def _word(path: Path, letters: bytes) -> bytes:
    """Give the first word that has one of some letters."""
    word = re.compile(
        rb"[^\x00-\x40\x5b-\x60\x7b-\x7f]{0,30}[%s][^\x00-\x40\x5b-\x60\x7b-\x7f]{0,30}" % re.escape(letters)
    )
    return next((found[0] for block in _blocks(path) if (found := word.search(block))), b"")
