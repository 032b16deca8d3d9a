"""The guard: what is refused of a stranger's query before it is evaluated.

Evaluating deeply nested queries overflows the stack and ends the process, parsing included; SERVICE would make the
server ask other hosts. So both are found by reading the words of the query, without parsing it.
"""

from __future__ import annotations

import re
from typing import Final

from graph.errors import QueryRefused, SyntaxRefused

__all__ = ["MAX_LENGTH", "MAX_NESTING", "check_query", "names_dataset"]

MAX_LENGTH: Final = 200_000
MAX_NESTING: Final = 60

# What the words of a query stand between, as Oxigraph reads it: a comment ends at any line end, and a name may hold
# escapes, of quotes and # too. To read one character otherwise than Oxigraph would hide what comes after it.
# Nothing is read twice (*+): a query may be long and made to be slow.
_IGNORED: Final = re.compile(
    r"\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+(?:\"\"\"|(?P<open1>))|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|(?P<open2>))"
    r"|\"(?:[^\"\\\n\r]|\\.)*+(?:\"|(?P<open3>))|'(?:[^'\\\n\r]|\\.)*+(?:'|(?P<open4>))|#[^\n\r]*+"
    r"|<[A-Za-z][A-Za-z0-9+.-]*+://(?:[^\x00-\x20<>\"{}|^`\\]|\\[uU])*+>"  # an IRI, whatever is in it
    r"|(?P<unclear><(?:[^\x00-\x20<>\"{}|^`\\]|\\[uU])*+>)"  # an IRI, or a comparison as in ?a<?b&&?c>?d
    r"|(?P<word>[^\W\d_][\w.-]*+)|:(?:(?:[\w:%]|\\.)(?:[\w:.%-]|\\.)*+)?"  # a word or prefix; what follows a prefix
    r"|[?$]\w++|@[A-Za-z]++(?:-[A-Za-z0-9]++)*+",
    re.DOTALL,
)
_OPEN: Final = ("open1", "open2", "open3", "open4")
_DATASET: Final = re.compile(r"(?<![\w:?$.-])FROM(?![\w:-])", re.IGNORECASE)
# anywhere in a word, as Oxigraph reads 1SERVICE, trueSERVICE and SERVICE:x as two words each
_SERVICE: Final = re.compile("SERVICE", re.IGNORECASE)


def check_query(text: str) -> None:
    """Raise QueryRefused for a query that is too long, nests too deep, or calls a SERVICE.

    The cost is linear in the length.

    >>> check_query("SELECT * { ?s ?p 'SERVICE {' }")
    """
    if len(text) > MAX_LENGTH:
        raise QueryRefused(f"the query has {len(text):,} characters; {MAX_LENGTH:,} are allowed")
    words = _IGNORED.sub(_left, text)
    if _SERVICE.search(words):
        raise QueryRefused("SERVICE is not allowed here, nor in the name of a prefix: this endpoint asks no other")
    depth = deepest = 0
    for character in words:
        if character in "{([":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "})]":
            depth -= 1
    if deepest > MAX_NESTING:
        raise QueryRefused(f"the query nests {deepest:,} deep; {MAX_NESTING} levels are allowed")


def _left(match: re.Match[str]) -> str:
    """Give what is left of an ignored part: the prefix of a name, a word, nothing of others."""
    if match["unclear"] and re.search("[#')]", match["unclear"]):
        # read as a comparison it would begin a comment or a string, or end an expression: not to be guessed
        raise QueryRefused(f"{match['unclear']} can be read in two ways; write spaces around < and >")
    if any(match[name] is not None for name in _OPEN):
        line = match.string.count("\n", 0, match.start()) + 1
        column = match.start() - match.string.rfind("\n", 0, match.start())
        raise SyntaxRefused(f"line {line}, column {column}: the string that begins here does not end", line, column)
    return f" {match['word'] or ''} "


def names_dataset(text: str) -> bool:
    """Say whether a query says itself which graphs it is about (FROM, FROM NAMED).

    >>> names_dataset("SELECT * FROM <http://example.org/g> {}"), names_dataset("SELECT * { ?from ?p 'FROM' }")
    (True, False)
    """
    return _DATASET.search(_IGNORED.sub(_left, text)) is not None
