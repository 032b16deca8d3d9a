"""Pushing: what a commit changed, sent to the server as one update as far as the server can.

Small changes without blank nodes are one request of DELETE DATA and INSERT DATA. All else is first laid down in graphs
beside (`…/graph/state/…`, which no reader of ours sees), and put in its place by one last request; so what breaks off
on the way has changed nothing. Whether that last request is all or nothing is the server's to keep: Oxigraph's is,
Virtuoso's is not.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, serialize

from graph.errors import QueryRefused, StoreUnreachable
from graph.remote.engine import Engine
from graph.remote.state import STAGE, STATE, State, state_update

__all__ = ["Change", "changes_between", "push"]

_SMALL: Final = 2_000
_BATCH: Final = 20_000


@dataclass(slots=True)
class Change:
    """What changes in one graph: statements that go and that come, or, with `whole`, all that there will be."""

    gone: list[Triple] = field(default_factory=list)
    come: list[Triple] = field(default_factory=list)
    whole: bool = False


def changes_between(before: pyoxigraph.Store, after: pyoxigraph.Store) -> dict[str, Change]:
    """Give the changes by graph; a change of blank nodes takes the whole graph, as no update can name one.

    The cost is one look-up for each statement of both.
    """
    found: dict[str, Change] = {}
    for quad in before:
        if quad not in after:
            found.setdefault(_graph(quad), Change()).gone.append(quad.triple)
    for quad in after:
        if quad not in before:
            found.setdefault(_graph(quad), Change()).come.append(quad.triple)
    for graph, change in found.items():
        left = next(after.quads_for_pattern(None, None, None, NamedNode(graph)), None)
        if left is None or any(map(_is_blank, (*change.gone, *change.come))):
            come = [quad.triple for quad in after.quads_for_pattern(None, None, None, NamedNode(graph))]
            found[graph] = Change(come=come, whole=True)
    return found


def push(engine: Engine, changes: dict[str, Change], now: State) -> None:
    """Send the changes, and the generation and identity that they make; raises what an Engine raises."""
    small = sum(len(change.gone) + len(change.come) for change in changes.values()) <= _SMALL
    plain = not any(change.whole and any(map(_is_blank, change.come)) for change in changes.values())
    by_graphs = engine.address.data is not None and not (small and plain and _writes_plainly(engine))
    stage = f"{STAGE}{secrets.token_hex(6)}"
    operations, staged = list[str](), list[str]()
    try:
        for number, (graph, change) in enumerate(sorted(changes.items())):
            if change.whole:
                operations.append(f"DROP SILENT GRAPH <{graph}>")
            if small and not by_graphs:
                operations += _said(graph, change)
                continue
            for kind, triples in (("gone", change.gone), ("come", change.come)):
                if triples:
                    beside = f"{stage}/{number}-{kind}"
                    staged.append(beside)
                    _lay(engine, beside, triples)
                    operations.append(_put(kind, beside, graph))
        dropped = [f"DROP SILENT GRAPH <{beside}>" for beside in staged]
        engine.update(" ;\n".join([*operations, *dropped, *state_update(now.generation, now.identity, changes)]))
    except BaseException:
        _drop(engine, staged)
        raise


def _writes_plainly(engine: Engine) -> bool:
    """Say whether statements may stand in an update: not in Virtuoso's, which refuses long ones and blank nodes."""
    return not (engine.address.update or "").endswith("/sparql-auth")


def _said(graph: str, change: Change) -> Iterator[str]:
    for word, triples in (("DELETE", change.gone), ("INSERT", change.come)):
        if triples:
            yield f"{word} DATA {{ GRAPH <{graph}> {{\n{_lines(triples).decode()}}} }}"


def _put(kind: str, beside: str, graph: str) -> str:
    if kind == "come":
        return f"ADD GRAPH <{beside}> TO GRAPH <{graph}>"
    return f"DELETE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{beside}> {{ ?s ?p ?o }} }}"


def _lay(engine: Engine, graph: str, triples: Iterable[Triple]) -> None:
    """Add statements to a graph beside, in requests of a bearable length; those with blank nodes in one."""
    triples = list(triples)
    blank = [triple for triple in triples if _is_blank(triple)]
    named = iter([triple for triple in triples if not _is_blank(triple)])
    size = _BATCH if engine.address.data else _SMALL
    while batch := blank or list(islice(named, size)):
        blank = []
        if engine.address.data:
            engine.add(graph, _lines(batch))
        else:
            engine.update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{_lines(batch).decode()}}} }}")


def _drop(engine: Engine, staged: Iterable[str]) -> None:
    """Take away what was laid down; where even that fails it stays, and no reader of ours sees it."""
    with suppress(StoreUnreachable):
        for beside in staged:
            engine.update(f"DROP SILENT GRAPH <{beside}>")


def _lines(triples: Iterable[Triple]) -> bytes:
    lines = serialize(list(triples), format=RdfFormat.N_TRIPLES)
    assert lines is not None
    return lines


def _graph(quad: Quad) -> str:
    if not isinstance(quad.graph_name, NamedNode):
        raise QueryRefused("this store is on a SPARQL server: its statements are in graphs that are named by an IRI")
    if quad.graph_name.value == STATE or quad.graph_name.value.startswith(STAGE):
        raise QueryRefused(f"the graph {quad.graph_name.value} is Subsidia's own, and not to be written")
    return quad.graph_name.value


def _is_blank(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)
