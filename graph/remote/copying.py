"""Copying: the graphs of a store on a server that changed, into the copy that answers."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from graph.errors import EngineFailed
from graph.remote.engine import Engine
from graph.remote.state import State

__all__ = ["Incomplete", "copy_changes"]


class Incomplete(EngineFailed):
    """The server gave another number of statements than it says there are."""


def copy_changes(engine: Engine, database: pyoxigraph.Store, before: State | None, now: State) -> None:
    """Make the copy what the server has: graphs that are gone or changed are emptied, those that changed are read.

    Incomplete where a graph does not come whole; a graph is read as a stream, and the copy is not to be used then.
    """
    known = before.graphs if before else {}
    for graph in {*known, *(name.value for name in database.named_graphs() if isinstance(name, NamedNode))}:
        if graph not in now.graphs or known.get(graph) != now.graphs[graph]:
            database.remove_graph(NamedNode(graph))
    for graph, state in now.graphs.items():
        if known.get(graph) != state:
            _copy_graph(engine, database, graph, state.count)


def _copy_graph(engine: Engine, database: pyoxigraph.Store, graph: str, count: int) -> None:
    name = NamedNode(graph)
    pattern = "SELECT ?s ?p ?o { ?s ?p ?o }"
    came = _read(engine, database, name, pattern)
    if came < count:
        came = max(came, _read_by_pages(engine, database, name, came, count))
    if came != count:
        reason = f"of the {count:,} statements that it counts in {graph} it gave {came:,}"
        raise Incomplete(engine.address.name, f"{reason}: it cuts its answers (Virtuoso: ResultSetMaxRows), or changes")


def _read_by_pages(engine: Engine, database: pyoxigraph.Store, name: NamedNode, page: int, count: int) -> int:
    """Read a graph that is larger than the server's longest answer, in pages of that length, in a fixed order."""
    came = 0
    while page and came < count:
        # the order stands in a query of its own: Virtuoso sorts no more than 10,000 rows where it stands with OFFSET
        ordered = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
        found = _read(engine, database, name, f"SELECT ?s ?p ?o {{ {{ {ordered} }} }} LIMIT {page} OFFSET {came}")
        if not found:
            break
        came += found
    return came


def _read(engine: Engine, database: pyoxigraph.Store, name: NamedNode, query: str) -> int:
    came = 0

    def quads() -> Iterator[Quad]:
        nonlocal came
        for s, p, o in engine.rows(query, [name.value], wait=inf):
            came += 1
            try:
                yield Quad(s, p, o, name)
            except TypeError as error:
                raise EngineFailed(engine.address.name, f"it gives {s} {p} {o}, which is no statement") from error

    database.bulk_extend(quads())
    return came
