"""The same work done by plain pyoxigraph and plain rdflib, for comparison.

rdflib is slow and keeps all in memory, so it works on a smaller graph of the same make; its figures are rates.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyoxigraph
import rdflib
from pyoxigraph import NamedNode, RdfFormat

from ontology.identifiers import graph_name, slug
from tests.bench.child import seconds, spread
from tests.bench.generate import GRAPH_NAME, LevelSums, flow_iri

__all__ = ["point_query", "pyoxigraph_load", "pyoxigraph_questions", "rdflib_all"]

LEVEL_SUMS = Path(__file__).with_name("level-sums.rq").read_text(encoding="utf-8")


def point_query(number: int) -> str:
    """Give the query for all that is said of one flow."""
    return f"SELECT ?p ?o WHERE {{ <{flow_iri(number)}> ?p ?o }}"


def some_flows(count: int, flows: int) -> list[int]:
    """Draw the flows to ask about: the same for everybody."""
    rng = Random("point queries")
    return [int(rng.random() * flows) for _ in range(count)]


def pyoxigraph_load(source: Path, folder: Path) -> dict[str, float]:
    """Load a file in bulk into a new store."""

    def load() -> pyoxigraph.Store:
        store = pyoxigraph.Store(folder)
        store.bulk_load(path=str(source), format=RdfFormat.N_QUADS)
        store.flush()
        return store

    taken, store = seconds(load)
    return {"seconds": taken, "quads": len(store)}


def pyoxigraph_questions(folder: Path, flows: int, runs: int) -> dict[str, Any]:
    """Ask for single flows, and for the sums by level, in this process; gives the sums to be compared as well."""
    store = pyoxigraph.Store.read_only(str(folder))

    def ask(query: str) -> list[Any]:
        solutions: Any = store.query(query, default_graph=[NamedNode(graph_name(GRAPH_NAME))])
        return [[solution[index] for index in range(len(solutions.variables))] for solution in solutions]

    wanted = some_flows(runs, flows)
    spread(lambda run: ask(point_query(wanted[run])), min(runs, 50))
    point = spread(lambda run: _filled(ask(point_query(wanted[run]))), runs)
    taken, rows = seconds(lambda: ask(LEVEL_SUMS))
    sums = _sums([getattr(term, "value", None) for term in row] for row in rows)
    return {"point": point, "sums_seconds": taken, "sums": sums}


def rdflib_all(source: Path, flows: int, runs: int) -> dict[str, Any]:
    """Parse the smaller graph, ask for single flows, and for the sums by level."""
    dataset = rdflib.Dataset(default_union=True)
    taken, _ = seconds(lambda: dataset.parse(source, format="nquads"))
    wanted = some_flows(runs, flows)
    dataset.query(point_query(wanted[0]))
    point = spread(lambda run: _filled(list(dataset.query(point_query(wanted[run])))), runs)
    sums_taken, rows = seconds(lambda: list(dataset.query(LEVEL_SUMS)))
    sums = _sums([None if term is None else str(term) for term in row] for row in rows)
    return {
        "seconds": taken,
        "quads": sum(1 for _ in dataset.quads()),
        "point": point,
        "sums_seconds": sums_taken,
        "sums": sums,
    }


def _filled(rows: list[Any]) -> list[Any]:
    if not rows:
        raise RuntimeError("a flow was not found")
    return rows


def _sums(rows: Iterable[list[str | None]]) -> LevelSums:
    sums: LevelSums = {}
    for row in rows:
        sender, receiver, money, low, high, flows = (value or "" for value in row)
        key = (slug(sender), slug(receiver), slug(money))
        sums[key] = (Decimal(low), Decimal(high), int(flows), int(flows))
    return sums
