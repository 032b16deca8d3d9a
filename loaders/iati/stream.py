"""Stream: the activities or organisations of a file, one at a time, in memory that does not grow with it.

Nothing that a file names is fetched or replaced: a file with a document type declaration, where entities are declared,
is refused before anything of it is read, and the parser's own limits on depth and length of text stay in force.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from lxml import etree

from loaders.iati.elements import line_of
from ontology.errors import CellProblem, InputRefused

__all__ = ["MOST_BYTES", "REPORTS", "reports", "root_of"]

REPORTS: Final = ("iati-activity", "iati-organisation")
_ROOTS: Final = ("iati-activities", "iati-organisations", *REPORTS)
# what no record is made of, and is long: let go of as soon as it has been read
_UNUSED: Final = ("result", "document-link", "location", "contact-info", "description", "conditions", "crs-add", "fss")
MOST_BYTES: Final = 64 * 2**20
"""An activity of so many bytes is refused: it is held in memory while it is read."""
_BEFORE_ROOT: Final = 2**20
_CHUNK: Final = 2**16


def _refused(path: Path, line: int, reason: str) -> InputRefused:
    return InputRefused([CellProblem(str(path), line, "", "", reason)])


def _open(path: Path) -> BinaryIO:
    """Open a file that is one: a pipe would wait for its writer, and a folder has no bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise _refused(path, 0, f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise _refused(path, 0, f"cannot be read ({error})") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _refused(path, 0, "expected a file")
    return os.fdopen(descriptor, "rb")


def _parser(event: str, tags: tuple[str, ...] | None) -> Any:
    return etree.XMLPullParser(
        events=(event,),
        tag=tags,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _bad_xml(path: Path, error: Exception, line: int) -> InputRefused:
    """Say where a file stops being XML; `line` is where the last report ended, for errors that name no line."""
    found = getattr(error, "lineno", None) or line
    reason = " ".join(str(getattr(error, "msg", error)).split()).replace(", try XML_PARSE_HUGE", "")
    return _refused(path, found, f"not well-formed XML, or cut off: {reason}")


def root_of(path: Path) -> str:
    """Give the name of a file's root element.

    Raises InputRefused where it is none of IATI's, comes too late, or follows a document type declaration.
    """
    parser, read = _parser("start", None), 0
    with _open(path) as file:
        while read < _BEFORE_ROOT:
            try:
                chunk = file.read(_CHUNK)
                parser.feed(chunk) if chunk else parser.close()
            except etree.XMLSyntaxError as error:
                raise _bad_xml(path, error, 0) from error
            except OSError as error:
                raise _refused(path, 0, f"cannot be read ({error.strerror})") from error
            read += len(chunk)
            for _, element in parser.read_events():
                if element.getroottree().docinfo.doctype:
                    raise _refused(path, 0, "it has a document type declaration: IATI has none, and none is read")
                if element.tag not in _ROOTS:
                    raise _refused(path, element.sourceline, f"no IATI file: its root is <{element.tag}>")
                return str(element.tag)
    raise _refused(path, 0, f"no element within the first {_BEFORE_ROOT:,} bytes")


def reports(path: Path, told: Callable[[float], object]) -> Iterator[Any]:
    """Give each activity or organisation with what is in it; it is emptied when the next one is asked for.

    `told` is told how much of the file has been read, from 0 to 1. Raises InputRefused where the file stops being
    XML, with the line, and for a report of more than MOST_BYTES.
    """
    root_of(path)
    parser = _parser("end", (*REPORTS, *_UNUSED))
    read, since, line = 0, 0, 0
    with _open(path) as file:
        size = max(os.fstat(file.fileno()).st_size, 1)
        while True:
            try:
                chunk = file.read(_CHUNK)
                parser.feed(chunk) if chunk else parser.close()
            except etree.XMLSyntaxError as error:
                raise _bad_xml(path, error, line) from error
            except OSError as error:
                raise _refused(path, line, f"cannot be read ({error.strerror})") from error
            read, since = read + len(chunk), since + len(chunk)
            told(min(read / size, 1.0))
            for _, element in parser.read_events():
                if element.tag in REPORTS:
                    line, since = line_of(element), 0
                    yield element
                _let_go(element)
            if not chunk:
                return
            if since > MOST_BYTES:
                raise _refused(path, line, f"more than {MOST_BYTES:,} bytes without the end of an activity")


def _let_go(element: Any) -> None:
    """Empty an element that has been read, and take away those before it."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    if parent is None or element.tag not in REPORTS or parent.tag in REPORTS:
        return
    while parent[0] is not element:
        del parent[0]
