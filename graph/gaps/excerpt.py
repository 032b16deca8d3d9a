"""The excerpt: the statements that queries can read, in memory, where they are answered sooner.

What a query reads is told by the IRIs in it: a statement whose property it does not name cannot match. So the excerpt
gives every such query the rows that the store gives, and the query stays the rule. That every built-in rule names its
properties, and no graph, is held by tests/test_excerpt.py; how much sooner, `python -m tests.bench.analysis` tells.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat

from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import expand

__all__ = ["MOST", "asker", "named_in"]

MOST: Final = 200_000
"""Of a graph of more statements no excerpt is made: making it, and keeping it, would cost more than it saves."""
_PREFIX: Final = re.compile(r"PREFIX\s+(\w+):\s*<([^<>\s]+)>")
_COMMENT: Final = re.compile(r"^\s*#.*$", re.MULTILINE)
_NAME: Final = re.compile(r"\b(\w+):([\w-]+)")
_IRI: Final = re.compile(r"<([^<>\s]+)>")
Rows = list[dict[str, str | None]]


def named_in(query: str) -> set[str]:
    """Give the IRIs that a query names, in full or by a prefix, and rdf:type, which it may write as `a`.

    >>> sorted(iri.rpartition("/")[2] for iri in named_in("PREFIX g: <http://g/> SELECT * { ?s g:over <http://h/x> }"))
    ['', '22-rdf-syntax-ns#type', 'over', 'x']
    """
    text = _COMMENT.sub("", query)
    prefixes = dict(_PREFIX.findall(text))
    found = {prefixes[prefix] + name for prefix, name in _NAME.findall(text) if prefix in prefixes}
    return {expand("rdf:type"), *found, *_IRI.findall(text)}


@remembered(1)
def asker(snapshot: Snapshot, queries: tuple[str, ...]) -> Callable[[str], Rows]:
    """Give what answers these queries, whatever their inputs, and no others, as `Snapshot.select` does.

    The queries may name no graph, and every property in them must be named.
    """
    if snapshot.size > MOST:
        return snapshot.select
    memory = _excerpt(snapshot, sorted(set().union(*map(named_in, queries))))

    def ask(query: str) -> Rows:
        solutions: Any = memory.query(query)
        names = [variable.value for variable in solutions.variables]
        return [{name: getattr(solution[name], "value", None) for name in names} for solution in solutions]

    return ask


def _excerpt(snapshot: Snapshot, properties: Iterable[str]) -> pyoxigraph.Store:
    """Copy the statements of these properties, those of all graphs into one; Oxigraph writes them and reads them."""

    def written(iri: str) -> bytes:
        pattern = f"?s {NamedNode(iri)} ?o"
        query = f"CONSTRUCT {{ {pattern} }} WHERE {{ {pattern} }}"
        found: Any = snapshot.database.query(query, use_default_graph_as_union=True)
        return bytes(found.serialize(format=RdfFormat.N_TRIPLES))

    memory = pyoxigraph.Store()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        memory.bulk_load(b"".join(pool.map(written, properties)), RdfFormat.N_TRIPLES)
    return memory
