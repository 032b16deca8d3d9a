"""The guard: what is refused of a stranger's query before it is evaluated.

Evaluating deeply nested queries overflows the stack and ends the process, parsing included; SERVICE would make the
server ask other hosts. So both are found by reading the tokens of the query (section 19.8 of SPARQL 1.1, as Oxigraph
reads them), without parsing it. Behind this wall stands another: readers have no network (graph/sandbox.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from itertools import accumulate
from typing import Final

from graph.errors import QueryRefused, SyntaxRefused

__all__ = ["MAX_LENGTH", "MAX_NESTING", "WORDS", "QueryTooLong", "check_query", "lasts", "names_dataset"]

MAX_LENGTH: Final = 256 * 2**10
MAX_NESTING: Final = 60

# What the words of a query stand between, as Oxigraph reads it: a comment ends at any line end, and a name may hold
# escapes, of quotes and # too. To read one character otherwise than Oxigraph would hide what comes after it.
# Nothing is read twice (*+): a query may be long and made to be slow.
WORDS: Final = re.compile(
    r"\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+(?:\"\"\"|(?P<open1>))|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|(?P<open2>))"
    r"|\"(?:[^\"\\\n\r]|\\.)*+(?:\"|(?P<open3>))|'(?:[^'\\\n\r]|\\.)*+(?:'|(?P<open4>))|#[^\n\r]*+"
    r"|<[A-Za-z][A-Za-z0-9+.-]*+://(?:[^\x00-\x20<>\"{}|^`\\]|\\[uU])*+>"  # an IRI, whatever is in it
    r"|(?P<unclear><(?:[^\x00-\x20<>\"{}|^`\\]|\\[uU])*+>)"  # an IRI, or a comparison as in ?a<?b&&?c>?d
    r"|(?P<word>[^\W\d_][\w.-]*+)|:(?:(?:[\w:%]|\\.)(?:[\w:.%-]|\\.)*+)?"  # a word or prefix; what follows a prefix
    r"|[?$]\w++|@[A-Za-z]++(?:-[A-Za-z0-9]++)*+",
    re.DOTALL,
)
_BRACKETS: Final = re.compile(r"[{}()\[\]]")
_OPEN: Final = ("open1", "open2", "open3", "open4")
_DATASET: Final = re.compile(r"(?<![\w:?$.-])FROM(?![\w:-])", re.IGNORECASE)
# anywhere in a word, as Oxigraph reads 1SERVICE, trueSERVICE and SERVICE:x as two words each
_SERVICE: Final = re.compile("SERVICE", re.IGNORECASE)
_CHANGING: Final = re.compile(r"(?<![A-Za-z])(?:NOW|RAND|UUID|STRUUID|SERVICE)(?![A-Za-z])", re.IGNORECASE)
# an address in full, without a user, an escape or anything else that one reader may take otherwise than another
_ADDRESS: Final = re.compile(
    r"\s*(?:SILENT\s*)?<https?://(?P<host>[a-z0-9.-]+(?::[0-9]+)?)(?:[/?#][^\x00-\x20<>\"{}|^`\\@]*)?>", re.IGNORECASE
)


class QueryTooLong(QueryRefused):
    """A query, or an update, with more characters than are read."""


def check_query(text: str, *, most: int = MAX_LENGTH, hosts: Collection[str] = ()) -> None:
    """Raise QueryRefused for a query that is too long, nests too deep, or calls a SERVICE that is not allowed.

    `hosts` may be called, as `example.org` or `example.org:8080`, by their address in full; no other, and none by a
    variable or prefix. The cost is linear in the length.

    >>> check_query("SELECT * { ?s ?p 'SERVICE {' }")
    >>> check_query("ASK { SERVICE <https://example.org/sparql> { ?s ?p ?o } }", hosts=["example.org"])
    """
    if len(text) > most:
        raise QueryTooLong(f"the query has {len(text):,} characters; {most:,} are allowed")
    words = _words(text)
    if _SERVICE.search(words):
        _check_services(text, {host.lower() for host in hosts})
    deepest = max(accumulate(1 if bracket in "{([" else -1 for bracket in _BRACKETS.findall(words)), default=0)
    if deepest > MAX_NESTING:
        raise QueryRefused(f"the query nests {deepest:,} deep; {MAX_NESTING} levels are allowed")


def _check_services(text: str, hosts: Collection[str]) -> None:
    for match in WORDS.finditer(text):
        if not _SERVICE.search(match["word"] or ""):
            continue
        if not hosts:
            raise QueryRefused("SERVICE is not allowed here, nor in the name of a prefix: this endpoint asks no other")
        address = _ADDRESS.match(text, match.end()) if len(match["word"]) == len("SERVICE") else None
        if address is None:
            raise QueryRefused("a SERVICE is called here only as SERVICE <https://host/path>, the address in full")
        if address["host"].lower() not in hosts:
            raise QueryRefused(f"SERVICE at {address['host']} is not allowed here; allowed: {', '.join(sorted(hosts))}")


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


@lru_cache(maxsize=2)
def _words(text: str) -> str:
    """Give the words and brackets of a query, without its strings, IRIs, variables, names and comments."""
    return WORDS.sub(_left, text)


def names_dataset(text: str) -> bool:
    """Say whether a query says itself which graphs it is about (FROM, FROM NAMED).

    >>> names_dataset("SELECT * FROM <http://example.org/g> {}"), names_dataset("SELECT * { ?from ?p 'FROM' }")
    (True, False)
    """
    return _DATASET.search(_words(text)) is not None


def lasts(text: str) -> bool:
    """Say whether a query gives the same on the same data: it asks no clock, no chance and no other service.

    >>> lasts("SELECT (NOW() AS ?n) {}"), lasts("SELECT ?now { ?now ?p 'RAND()' }")
    (False, True)
    """
    return _CHANGING.search(_words(text)) is None
