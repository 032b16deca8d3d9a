"""Time the analysis of a store: `python -m tests.bench.analysis FOLDER [--limit SECONDS] [NAME …]`.

FOLDER is a store: `subsidia info --store FOLDER` makes one of the casebook; `--make 500000` makes one of the casebook,
a generated graph of so many flows, and made-up governance that goes with it. A stage is a rule, a measure, or one of
`matrix`, `rules`, `network`, `trace`, `what-if`, and the documents behind pages; all of them where none is named. Each
runs in a process of its own, twice: seconds of processor time and seconds that passed, first and warm, and the most
memory that it held (with the network that a measure is taken of).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import networkx as nx

from api.answers.actor import actor_document
from api.answers.funding import flows_document, sankey_document
from api.answers.lists import LISTS, list_document
from api.stores import open_store
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.matrix import funding_matrix
from graph.funding.trace import trace
from graph.gaps.gap import find_gaps, gap_queries
from graph.measures import MEASURES
from graph.measures.errors import MeasureUndefined
from graph.network import network_of
from graph.removal import named
from graph.snapshot import Snapshot
from graph.store import Store
from graph.whatif import changed_gaps, what_if
from tests.bench.child import end_after, peak_of
from tests.bench.generate import write_graph
from tests.bench.governance import write_governance

__all__ = ["RULES", "STAGES", "make", "measured"]

RULES: Final = tuple(gap_queries(Filters()))
"""The gap rules, by name."""
_BODY: Final = ("bench-0", "es-state")  # an actor that is asked about: of a generated graph, else of the casebook
_Stage = Callable[[Snapshot], Any]


def _actor(snapshot: Snapshot) -> str:
    return next(name for name in _BODY if named(snapshot, f"actor/{name}"))


def _fresh_gaps(snapshot: Snapshot) -> Any:
    snapshot.memory.clear()
    return find_gaps(snapshot, Filters())


def _fresh_list(name: str) -> _Stage:
    def ask(snapshot: Snapshot) -> Any:
        snapshot.memory.clear()
        return list_document(snapshot, name, Filters(), 50)

    return ask


def _what_if(snapshot: Snapshot, rules: bool) -> Any:
    snapshot.memory.clear()
    target = named(snapshot, f"actor/{_actor(snapshot)}")[0]
    return changed_gaps(snapshot, target) if rules else what_if(snapshot, target)


_OTHERS: Final[dict[str, _Stage]] = {
    "columns": columns_of,
    "matrix": lambda snapshot: funding_matrix(columns_of(snapshot), Filters()),
    "rules": _fresh_gaps,
    "trace": lambda snapshot: trace(columns_of(snapshot), Filters(actor=_actor(snapshot))),
    "what-if": lambda snapshot: _what_if(snapshot, rules=False),
    "what-if, rules": lambda snapshot: _what_if(snapshot, rules=True),
    "list of flows": lambda snapshot: flows_document(snapshot, Filters(), 50),
    "chain": lambda snapshot: sankey_document(snapshot, Filters()),
    **{f"list of {name}": _fresh_list(name) for name in LISTS},
    "actor": lambda snapshot: actor_document(snapshot, _actor(snapshot), Filters()),
    "network": lambda snapshot: network_of(snapshot, Filters()),
}
STAGES: Final = (*_OTHERS, *RULES, *MEASURES)
"""What can be timed, by name."""


def make(folder: Path, flows: int, seed: int = 1) -> None:
    """Make a store with the casebook, a generated graph of so many flows, and governance that wakes every rule."""
    store = open_store(folder)
    graph, governance = folder / "graph.nq", folder / "governance.nq"
    write_graph(graph, flows, seed)
    write_governance(governance, flows, seed, max(flows // 2500, 8))
    for path in (graph, governance):
        store.load_files([path])
        path.unlink()


def measured(folder: Path, name: str, limit: int) -> tuple[list[tuple[float, float]], int, str]:
    """Run a stage twice; gives seconds of processor and seconds passed each time, its peak of memory, and what failed.

    What is not done within `limit` seconds of processor time ends with its process, and gives BrokenProcessPool to who
    waits for it.
    """
    end_after(limit)
    snapshot = Store(folder).snapshot()
    stage = _stage(name, snapshot)
    taken = []
    try:
        for _ in range(2):
            begun, waited = process_time(), perf_counter()
            stage(snapshot)
            taken.append((process_time() - begun, perf_counter() - waited))
    except MeasureUndefined as error:
        return [], peak_of("self"), str(error)
    return taken, peak_of("self"), ""


def _stage(name: str, snapshot: Snapshot) -> _Stage:
    if name in _OTHERS:
        return _OTHERS[name]
    if name in RULES:
        query = gap_queries(Filters())[name]
        return lambda snapshot: snapshot.select(query)
    network = network_of(snapshot, Filters())
    nx.freeze(network)
    return lambda snapshot: MEASURES[name].of(network, undirected=True)


def main() -> None:
    """Print a line for each stage."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.analysis")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(STAGES)}")
    parser.add_argument("--make", type=int, metavar="FLOWS", help="make the store first, with so many flows")
    parser.add_argument("--limit", type=int, default=300, help="seconds of processor that a stage may take")
    given = parser.parse_intermixed_args()
    if given.make:
        make(given.folder, given.make)
    print(f"{'':26} {'CPU s':>8} {'warm':>8} {'passed':>8} {'warm':>8} {'MiB':>7}", flush=True)
    for name in given.names or STAGES:
        try:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                taken, peak, why = pool.submit(measured, given.folder, name, given.limit).result()
        except BrokenProcessPool:
            print(f"{name:26} not done within {given.limit} s of processor time", flush=True)
            continue
        if why:
            print(f"{name:26} {why}", flush=True)
            continue
        (first, passed), (warm, passed_warm) = taken
        figures = f"{first:8.2f} {warm:8.2f} {passed:8.2f} {passed_warm:8.2f} {peak // 2**20:7,}"
        print(f"{name:26} {figures}", flush=True)


if __name__ == "__main__":
    main()
