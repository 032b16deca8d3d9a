"""The text of a SPARQL update, read word by word before it is evaluated.

What would make the server ask other hosts (LOAD, SERVICE) is refused, so is what nests too deep; the graphs that a
request names by `using-graph-uri` are written into it. Reading words is enough for both, as Oxigraph's keywords stand
where nothing else can: an operation's outside any bracket, LOAD, WITH and USING behind no other word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from graph.errors import QueryRefused, SyntaxRefused
from graph.guard import MAX_NESTING, WORDS

__all__ = ["Operations", "check_update", "clear_silently", "with_dataset", "without_silent_loads"]

_AMBIGUOUS: Final = re.compile("[#'()]")
_ADDING: Final = ("INSERT", "ADD", "COPY", "MOVE")
_REMOVING: Final = ("DELETE", "CLEAR", "DROP", "COPY", "MOVE")


class _Token(NamedTuple):
    """A word, bracket or sign, or "" for a name, IRI or string; where it stands and how deep."""

    text: str
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Operations:
    """What an update can do, as its words tell: whether any part of it may add, or remove, statements.

    `all_graphs` says that a part of it is CLEAR ALL or DROP ALL.
    """

    may_add: bool
    may_remove: bool
    all_graphs: bool = False


def check_update(text: str) -> Operations:
    """Raise QueryRefused for an update that loads, calls a SERVICE or nests too deep; say what it can do.

    The cost is linear in the length.

    >>> check_update("INSERT DATA { <http://example.org/LOAD> a 'SERVICE' }")
    Operations(may_add=True, may_remove=False, all_graphs=False)
    """
    adds = removes = everything = False
    before = emptying = ""
    for token in _tokens(text):
        word = token.text.upper()
        if "SERVICE" in word:
            raise QueryRefused("SERVICE is not allowed here, nor in the name of a prefix: this endpoint asks no other")
        if token.depth == 0 and not _is_word(before):
            if word.startswith("LOAD"):
                raise QueryRefused("LOAD is not allowed here: this endpoint asks no other; send the data to /store")
            adds = adds or word.startswith(_ADDING)
            removes = removes or word.startswith(_REMOVING)
            emptying = word
        if token.depth == 0:
            everything = everything or (
                word == "ALL" and emptying in ("CLEAR", "DROP") and before in (emptying, "SILENT")
            )
            before = word
    return Operations(adds, removes, everything)


def without_silent_loads(text: str) -> str:
    """Give the update with nothing in place of each LOAD SILENT <IRI>: it would fail, and tell nobody.

    >>> without_silent_loads("LOAD SILENT <http://example.org/a> INTO GRAPH <http://example.org/g> ; CLEAR ALL")
    'INSERT DATA {} ; CLEAR ALL'
    """
    parts: list[str] = []
    done = 0
    outer = [token for token in _tokens(text) if token.depth == 0]
    signs = [token.text.upper() or text[token.start] for token in outer]
    for place, token in enumerate(outer):
        if signs[place : place + 3] != ["LOAD", "SILENT", "<"] or (place and _is_word(outer[place - 1].text)):
            continue
        last = place + (5 if signs[place + 3 : place + 6] == ["INTO", "GRAPH", "<"] else 2)
        # the lines below keep their numbers, in which errors are told
        lines = text.count("\n", token.start, outer[last].end)
        parts += [text[done : token.start], "INSERT DATA {}", lines * "\n"]
        done = outer[last].end
    return "".join([*parts, text[done:]])


def clear_silently(text: str) -> str:
    """Give the update with SILENT in each CLEAR GRAPH: a graph that is not there is as empty as it is to be.

    SPARQL 1.1 Update (3.1.3) leaves that to the store, and the tests of the protocol expect it. DROP stays as it is.

    >>> clear_silently("CLEAR GRAPH <http://example.org/g> ; DROP GRAPH <http://example.org/g>")
    'CLEAR SILENT GRAPH <http://example.org/g> ; DROP GRAPH <http://example.org/g>'
    """
    parts: list[str] = []
    done = 0
    outer = [token for token in _tokens(text) if token.depth == 0]
    for before, token, after in zip([_Token("", 0, 0, 0), *outer], outer, outer[1:], strict=False):
        if token.text.upper() == "CLEAR" and after.text.upper() == "GRAPH" and not _is_word(before.text):
            parts += [text[done : token.end], " SILENT"]
            done = token.end
    return "".join([*parts, text[done:]])


def with_dataset(text: str, using: Sequence[str], using_named: Sequence[str]) -> str:
    """Give the update with `USING` and `USING NAMED` in each operation that has a WHERE, as the protocol asks.

    The IRIs must be valid. Raises QueryRefused where the update names a dataset itself (SPARQL 1.1 Protocol, 2.2.3).

    >>> with_dataset("DELETE WHERE { ?s ?p ?o }", ["http://example.org/g"], [])
    'DELETE { ?s ?p ?o } USING <http://example.org/g> WHERE { ?s ?p ?o }'
    """
    clauses = " ".join([*(f"USING <{iri}>" for iri in using), *(f"USING NAMED <{iri}>" for iri in using_named)])
    parts: list[str] = []
    done = 0
    outer = [token for token in _tokens(text) if token.depth == 0]
    for place, token in enumerate(outer):
        word, before = token.text.upper(), outer[place - 1].text.upper() if place else ""
        if word.startswith(("USING", "WITH")) and not _is_word(before):
            given = "using-graph-uri and using-named-graph-uri"
            raise QueryRefused(f"{given} cannot be sent with an update that has USING or WITH itself")
        after = outer[place + 1].text if place + 1 < len(outer) else ""
        if word not in ("WHERE", "DELETEWHERE") or after != "{":
            continue
        parts += [text[done : token.start], _short_form(text, outer, place), clauses, " WHERE"]
        done = token.end
    return "".join([*parts, text[done:]])


def _short_form(text: str, outer: Sequence[_Token], place: int) -> str:
    """Give the template that DELETE WHERE stands for, from its pattern; nothing for another WHERE."""
    glued = outer[place].text.upper() == "DELETEWHERE"
    if not glued and (place == 0 or outer[place - 1].text.upper() != "DELETE"):
        return ""
    brackets = [token for token in outer[place + 1 : place + 3] if token.text in ("{", "}")]
    if len(brackets) != 2:
        return ""
    return ("DELETE " if glued else "") + text[brackets[0].start : brackets[1].end] + " "


def _is_word(token: str) -> bool:
    return token[:1].isalpha()


def _tokens(text: str) -> Iterator[_Token]:
    """Give the words of an update, and outside any bracket also its brackets, signs and what is no word."""
    open_: list[str] = []
    done = 0
    for match in WORDS.finditer(text):
        start, word = match.start(), match["word"]
        if start > done and not text[done:start].isspace():
            yield from _signs(text, done, start, open_)
        done = match.end()
        if word or (not open_ and text[start] != "#"):
            yield _Token(word or "", start, done, len(open_))
        if not word:
            _check_token(match, open_)
    yield from _signs(text, done, len(text), open_)


def _signs(text: str, start: int, end: int, open_: list[str]) -> Iterator[_Token]:
    """Follow the brackets between two names; those outside any other are given, and other signs that stand there."""
    for place in range(start, end):
        sign = text[place]
        if sign in "{([":
            open_.append(sign)
            if len(open_) > MAX_NESTING:
                raise QueryRefused(f"the update nests deeper than the {MAX_NESTING} levels that are allowed")
        elif sign in "})]" and open_:
            open_.pop()
            if open_:
                continue
        elif open_ or sign.isspace():
            continue
        if len(open_) <= 1:
            yield _Token(sign, place, place + 1, 0)


def _check_token(match: re.Match[str], open_: list[str]) -> None:
    """Refuse a string that does not end, and what may be an IRI or not: not to be guessed.

    Within ( ) it may be a comparison; behind another < it may be the inside of a triple term.
    """
    doubtful = open_[-1:] == ["("] or match.string[max(0, match.start() - 1)] == "<"
    if match["unclear"] and doubtful and _AMBIGUOUS.search(match["unclear"]):
        raise QueryRefused(f"{match['unclear']} can be read in two ways; write spaces around < and >")
    if any(match[name] is not None for name in ("open1", "open2", "open3", "open4")):
        line = match.string.count("\n", 0, match.start()) + 1
        column = match.start() - match.string.rfind("\n", 0, match.start())
        raise SyntaxRefused(f"line {line}, column {column}: the string that begins here does not end", line, column)
