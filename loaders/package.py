"""Package: the archive of a workbook, looked through before anything is made of it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loaders.encodings import file_refused

__all__ = ["Package", "Sheet", "never_read"]

_BLOCK: Final = 1 << 20
_TAIL: Final = 1 << 13  # bytes of the block before that are looked at again, for what stands across
_END: Final = struct.Struct("<4s4H2LH")  # the end of an archive's directory
_MOST_DIRECTORY: Final = 1 << 24
_MOST_PARTS: Final = 10_000
_MOST_BYTES: Final = 4 << 30  # of all parts, unpacked
_MOST_OF_PART: Final = 32 << 20  # of a part that is held in memory
_MOST_STRINGS: Final = 256 << 20
_FREE_BYTES: Final = 64 << 20  # that may be packed as tightly as they like
_MOST_RATIO: Final = 200
_UNREAD: Final = re.compile(
    r"/?(?:customXml/(?!_rels)|xl/(?:media|embeddings|comments|threadedComments|externalLinks|pivotCache|printerSettings)|xl/.*\.vml$)",
    re.I,
)
_SHEET: Final = re.compile(r"worksheets/[^/]*$", re.I)
_DECLARATIONS: Final = (b"<!DOCTYPE", b"<!ENTITY")
_COLUMN: Final = 26

# A formula (f) without a value (v) after it, in a cell (c); the names of elements may have prefixes.
_WITHOUT_RESULT: Final = re.compile(
    rb"<(?:\w+:)?c\b(?P<cell>[^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>\s*|<(?:\w+:)?v>\s*</(?:\w+:)?v>\s*)?</(?:\w+:)?c>"
)
_NAME: Final = re.compile(rb'\br="([A-Z]{1,3}[0-9]{1,7})"')
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was seen of a sheet: its merged cells, each as first row, last row and first column."""

    merged: tuple[tuple[int, int, int], ...]

    def reaching(self, header: int) -> list[tuple[int, int]]:
        """Give row and column of the merged cells that begin above a header and reach down into it."""
        return [(first, column) for first, last, column in self.merged if first < header <= last]

    def merged_below(self, header: int) -> int:
        """Count the merged cells of several rows below a header."""
        return sum(first > header and last > first for first, last, _ in self.merged)


class Package:
    """The archive of a workbook, checked for how much it would unpack to and for entities that it declares.

    Raises InputRefused for what is no archive, and for what no honest workbook is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._check_directory()
        try:
            with zipfile.ZipFile(path) as archive:
                parts = archive.infolist()
                self._check_sizes(parts)
                for part in parts:
                    if not never_read(part.filename):
                        self._check_declarations(archive, part)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, struct.error) as error:
            raise file_refused(path, f"not a workbook that can be read ({error})") from error

    def sheet(self, name: str) -> Sheet:
        """Look through a sheet; InputRefused where a formula has no result, which is for a spreadsheet to calculate."""
        merged: dict[tuple[int, int, int], None] = {}
        try:
            with zipfile.ZipFile(self._path) as archive:
                for block in _blocks(archive, archive.getinfo(name)):
                    if b"<f" in block or b":f" in block:
                        self._check_results(block)
                    for found in _MERGED.finditer(block):
                        merged[int(found[2]), int(found[4]), _number(found[1])] = None
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, LookupError) as error:
            raise file_refused(self._path, f"the workbook is damaged ({error})") from error
        return Sheet(tuple(merged))

    def _check_directory(self) -> None:
        """Refuse a directory that would fill the memory before its entries can be counted."""
        with self._path.open("rb") as file:
            start = file.read(8)
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _END.size - 0xFFFF))
            tail = file.read()
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            raise file_refused(self._path, "an old .xls, or locked by a password; save it as .xlsx without one")
        place = tail.rfind(b"PK\x05\x06")
        if place < 0 or len(tail) < place + _END.size:
            raise file_refused(self._path, "not a workbook (.xlsx): it is no archive, or cut off")
        size = _END.unpack_from(tail, place)[5]
        if size > _MOST_DIRECTORY:
            raise file_refused(self._path, f"the directory of the archive has more than {_MOST_DIRECTORY:,} bytes")

    def _check_sizes(self, parts: list[zipfile.ZipInfo]) -> None:
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_BYTES:
            reason = f"it would unpack to more than {_MOST_BYTES >> 30} GB, or to more than {_MOST_PARTS:,} parts"
            raise file_refused(self._path, reason)
        for part in parts:
            if never_read(part.filename):
                continue
            if part.file_size > max(_FREE_BYTES, _MOST_RATIO * part.compress_size):
                raise file_refused(self._path, f"its part {part.filename} is packed more than {_MOST_RATIO} to 1")
            most = _MOST_STRINGS if "sharedstrings" in part.filename.lower() else _MOST_OF_PART
            if part.file_size > most and not _SHEET.search(part.filename):
                raise file_refused(self._path, f"its part {part.filename} has more than {most >> 20} MB")

    def _check_declarations(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        for block in _blocks(archive, part):
            text = block.replace(b"\0", b"")  # of UTF-16
            if any(declaration in text for declaration in _DECLARATIONS):
                raise file_refused(self._path, f"its part {part.filename} declares entities, which no workbook needs")

    def _check_results(self, block: bytes) -> None:
        for found in _WITHOUT_RESULT.finditer(block):
            if b't="str"' in found["cell"]:
                continue  # its result is a text of no letters
            name = _NAME.search(found["cell"])
            row = int(re.sub(rb"[A-Z]", b"", name[1])) if name else 0
            cell = name[1].decode() if name else "a cell"
            reason = f"{cell} has a formula without its result; open the file in a spreadsheet program and save it"
            raise file_refused(self._path, reason, row)


def never_read(name: str) -> bool:
    """Say whether a part is none that is read: a picture, a note, a cache, or what belongs to other programs."""
    return bool(_UNREAD.match(name))


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give an unpacked part in blocks, each with the end of the one before."""
    tail = b""
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            yield tail + block
            tail = block[-_TAIL:]


def _number(letters: bytes) -> int:
    """Give the number of a column.

    >>> _number(b"A"), _number(b"AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * _COLUMN + letter - ord("A") + 1
    return number
