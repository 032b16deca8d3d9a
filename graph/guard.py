"""The guard: what is refused of a stranger's query before it is evaluated.

Evaluating deeply nested queries overflows the stack and ends the process, parsing included; SERVICE would make the
server ask other hosts. So both are found by reading the words of the query, without parsing it.
"""

from __future__ import annotations

import re
from typing import Final

from graph.errors import QueryRefused

__all__ = ["MAX_LENGTH", "MAX_NESTING", "check_query", "names_dataset"]

MAX_LENGTH: Final = 200_000
MAX_NESTING: Final = 60

_IGNORED: Final = re.compile(
    r"\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|<[^<>\"{}|^`\\\s]*>|#[^\n]*",
    re.DOTALL,
)
_DATASET: Final = re.compile(r"(?<![\w:?$.-])FROM(?![\w:-])", re.IGNORECASE)
_SERVICE: Final = re.compile(r"(?<![\w:?$.-])SERVICE(?![\w:-])", re.IGNORECASE)


def check_query(text: str) -> None:
    """Raise QueryRefused for a query that is too long, nests too deep, or calls a SERVICE.

    The cost is linear in the length.

    >>> check_query("SELECT * { ?s ?p 'SERVICE {' }")
    """
    if len(text) > MAX_LENGTH:
        raise QueryRefused(f"the query has {len(text):,} characters; {MAX_LENGTH:,} are allowed")
    words = _IGNORED.sub(" ", text)
    if _SERVICE.search(words):
        raise QueryRefused("SERVICE is not allowed here: this endpoint asks no other")
    depth = deepest = 0
    for character in words:
        if character in "{([":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "})]":
            depth -= 1
    if deepest > MAX_NESTING:
        raise QueryRefused(f"the query nests {deepest:,} deep; {MAX_NESTING} levels are allowed")


def names_dataset(text: str) -> bool:
    """Say whether a query says itself which graphs it is about (FROM, FROM NAMED).

    >>> names_dataset("SELECT * FROM <http://example.org/g> {}"), names_dataset("SELECT * { ?from ?p 'FROM' }")
    (True, False)
    """
    return _DATASET.search(_IGNORED.sub(" ", text)) is not None
