"""What a write changed: whether a graph differs between two generations, and how many statements came and went."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, Final

import pyoxigraph
from pyoxigraph import NamedNode

from graph.update_text import Operations

__all__ = ["count", "count_graphs", "difference", "differs"]

# Oxigraph gives a statement out in some 15 µs: more than these are not compared one by one for the sake of the log
_COMPARED: Final = 20_000
_COUNTS: Final = """
    SELECT ?g (COUNT(*) AS ?n) { { GRAPH ?g { ?s ?p ?o } } UNION { ?s ?p ?o BIND("" AS ?g) } } GROUP BY ?g
"""


def count(database: pyoxigraph.Store, graph: str | None) -> int:
    """Count the statements of a named graph, or of the default graph for None."""
    pattern = "{ ?s ?p ?o }" if graph is None else f"{{ GRAPH {NamedNode(graph)} {{ ?s ?p ?o }} }}"
    solutions: Any = database.query(f"SELECT (COUNT(*) AS ?n) {pattern}")
    return int(next(solutions)["n"].value)


def count_graphs(database: pyoxigraph.Store) -> dict[str, int]:
    """Count the statements of each graph by its IRI, "" for the default graph; some microseconds a statement."""
    solutions: Any = database.query(_COUNTS)
    return {row["g"].value: int(row["n"].value) for row in solutions if row["g"] is not None}


def differs(old: pyoxigraph.Store, new: pyoxigraph.Store, graph: str) -> bool:
    """Say whether a named graph has other statements in one generation than in the other.

    All are compared: a copy keeps the order of the statements, so the same graph gives them out in the same order.
    """
    if count(old, graph) != count(new, graph):
        return True
    name = NamedNode(graph)
    pairs = zip_longest(*(database.quads_for_pattern(None, None, None, name) for database in (old, new)))
    return any(one != other for one, other in pairs)


def difference(
    old: pyoxigraph.Store, new: pyoxigraph.Store, counted: dict[str, int], operations: Operations
) -> dict[str, Any]:
    """Count what was added and removed: exactly, where only one of both can have happened or the store is small."""
    now = count_graphs(new)
    graphs = {name: now.get(name, 0) - counted.get(name, 0) for name in sorted(now.keys() | counted.keys())}
    graphs = {name: change for name, change in graphs.items() if change}
    added = sum(change for change in graphs.values() if change > 0)
    removed = -sum(change for change in graphs.values() if change < 0)
    exact = not (operations.may_add and operations.may_remove)
    if not exact and sum(now.values()) + sum(counted.values()) <= 2 * _COMPARED:
        before, after = set(old), set(new)
        added, removed, exact = len(after - before), len(before - after), True
    return {"added": added, "removed": removed, "exact": exact, "graphs": graphs}
