"""Elements: reading text, attributes and dates of XML as IATI writes them; its own names are in no namespace."""

from __future__ import annotations

import re
from typing import Any, Final

__all__ = ["LANGUAGE", "Parts", "attribute", "day", "first", "line_of", "narrative", "parts_of", "text_of"]

Parts = dict[str, list[Any]]
LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2}|T\S*)?")


def parts_of(element: Any) -> Parts:
    """Give an element's children by name; one walk, where asking for each name would be many."""
    found: Parts = {}
    for child in element:
        found.setdefault(child.tag, []).append(child)
    return found


def first(parts: Parts, name: str) -> Any:
    """Give the first child of a name; None where there is none."""
    return parts[name][0] if name in parts else None


def attribute(parts: Parts, name: str, key: str) -> str:
    """Give an attribute of the first child of a name; "" where there is none."""
    return str(parts[name][0].get(key, "")) if name in parts else ""


def text_of(element: Any) -> str:
    """Give the text that stands directly in an element, as written; "" where it is blank or there is no element."""
    text = "" if element is None else element.text or ""
    return text if text.strip() else ""


def narrative(elements: list[Any], language: str) -> tuple[str, str]:
    """Give the text of elements in the default language and its language code, or else the first text.

    Version 1.x repeats the element for each language, 2.x has <narrative> in it. ("", "") where there is none.
    """
    texts = [part for element in elements for part in (_narratives(element) or [element])]
    found = [(text, str(each.get(LANGUAGE) or language)) for each in texts if (text := text_of(each))]
    default = [pair for pair in found if pair[1] == language]
    return (default or found or [("", "")])[0]


def _narratives(element: Any) -> list[Any]:
    return [child for child in element if child.tag == "narrative"]


def day(written: str) -> str:
    """Give a date without the time or zone that XML dates may have; anything else as it is.

    >>> day("2012-01-01Z"), day("2012-01-01T00:00:00"), day("2011Q1")
    ('2012-01-01', '2012-01-01', '2011Q1')
    """
    match = _DAY.fullmatch(written.strip())
    return match[1] if match else written.strip()


def line_of(element: Any) -> int:
    """Give the line in which an element begins.

    Beyond line 65,535 the parser knows only the lines in which pieces of text end; the first piece within or after the
    element is then counted back from.
    """
    line = int(element.sourceline)
    if line < 65_535:
        return line
    while True:
        if element.text:
            return line - int(element.text.count("\n"))
        if len(element):
            element = element[0]
        elif element.tail:
            return line - int(element.tail.count("\n"))
        elif (following := element.getnext()) is not None:
            element = following
        else:
            return line
