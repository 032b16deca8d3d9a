"""Packed: RDF files as streams of statements, packed by gzip or not, read up to a limit."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO, Final, cast

from pyoxigraph import Quad, RdfFormat, parse

from loaders.places.files import refuse, regular

__all__ = ["Statements"]

_MOST_BYTES: Final = 128 * 1024 * 1024
_MOST_UNPACKED: Final = 512 * 1024 * 1024


class _Limited:
    """A stream that refuses to go on after so many bytes, which a small packed file can unpack to."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream, self._path, self._left = stream, path, _MOST_UNPACKED

    def read(self, size: int = -1) -> bytes:
        """Read as any stream does; InputRefused past the limit."""
        found = self._stream.read(size if size >= 0 else 65536)
        self._left -= len(found)
        if self._left < 0:
            refuse(self._path, f"unpacks to more than {_MOST_UNPACKED} bytes, up to which such a list is read")
        return found


class Statements:
    """The statements of a TriG file, each time from the beginning, and how far the pass under way has come."""

    def __init__(self, path: Path) -> None:
        """Look at the file without reading it; InputRefused where there is none, or one of more than 128 MB."""
        self._path = path
        self._size = regular(path, _MOST_BYTES)
        self._raw: BufferedReader | None = None
        self._share = 0.0

    @property
    def progress(self) -> float:
        """The share of the file's bytes that the pass under way has read."""
        if self._raw is not None and self._size:
            self._share = min(1.0, self._raw.tell() / self._size)
        return self._share

    def __iter__(self) -> Iterator[Quad]:
        """Give the statements; InputRefused with the line where the file is damaged, or unpacks to too much."""
        try:
            with self._path.open("rb") as raw:
                self._raw = raw
                stream = gzip.GzipFile(fileobj=raw) if self._path.suffix == ".gz" else raw
                yield from parse(
                    input=cast("IO[bytes]", _Limited(cast("IO[bytes]", stream), self._path)), format=RdfFormat.TRIG
                )
        except SyntaxError as error:
            refuse(self._path, f"not well-formed RDF: {error}", error.lineno or 0)
        except MemoryError as error:  # the parser's own limit to one word or literal
            refuse(self._path, f"a word or literal is too long ({error})")
        except EOFError:
            refuse(self._path, "ends before its end: the file is cut off")
        except (OSError, ValueError, zlib.error) as error:
            refuse(self._path, f"cannot be read ({error})")
        finally:
            self._share, self._raw = self.progress if self._raw and not self._raw.closed else 1.0, None
