"""Our SPARQL, one question a file, with its inputs bound as terms.

A file states its purpose, inputs and columns in comments on top, and names each input in a line
`VALUES ?at { UNDEF }`, so that it runs as it stands; binding puts a term in the place of UNDEF.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode

__all__ = ["bind", "query_files", "query_text"]

_FOLDER = Path(__file__).parent


def query_files() -> list[Path]:
    """List the query files in a fixed order."""
    return sorted(_FOLDER.glob("*.rq"))


@cache
def query_text(name: str) -> str:
    """Give the text of the query file of that name (without its ending)."""
    return (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")


Term = NamedNode | Literal


def bind(query: str, inputs: Mapping[str, Term | Sequence[Term] | None]) -> str:
    """Put terms in the place of the query's UNDEF inputs, one or several; an input of None stays open.

    KeyError where the query has no such input.

    >>> bind("SELECT * { VALUES ?at { UNDEF } }", {"at": Literal(2006)})
    'SELECT * { VALUES ?at { "2006"^^<http://www.w3.org/2001/XMLSchema#integer> } }'
    """
    for name, term in inputs.items():
        pattern = re.compile(rf"VALUES\s+\?{re.escape(name)}\s*\{{\s*UNDEF\s*\}}")
        if not pattern.search(query):
            raise KeyError(name)
        if term is not None:
            terms = [term] if isinstance(term, NamedNode | Literal) else term
            line = f"VALUES ?{name} {{ {' '.join(str(each) for each in terms)} }}"
            query = pattern.sub(lambda match, line=line: line, query)  # type: ignore[misc]
    return query
