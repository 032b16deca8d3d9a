"""Time the analysis of a store: `python -m tests.bench.analysis FOLDER [NAME …]`, first and warm, in seconds of CPU.

FOLDER is a store, as `subsidia info --store FOLDER` makes one of the casebook and `tests.bench.measure.load` one of a
generated graph. A rule by its name, a measure by its name, `matrix`, `network`; all of them where none is named.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import networkx as nx

from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.matrix import funding_matrix
from graph.gaps.gap import find_gaps, gap_queries
from graph.measures import MEASURES
from graph.measures.errors import MeasureUndefined
from graph.network import network_of
from graph.snapshot import Snapshot
from graph.store import Store

__all__ = ["stages"]


def stages(snapshot: Snapshot) -> dict[str, Callable[[], Any]]:
    """Give what can be timed, by name: sums, the gap rules each and together, the network, and measures of it."""
    found: dict[str, Callable[[], Any]] = {
        "matrix": lambda: funding_matrix(columns_of(snapshot), Filters()),
        "gaps": lambda: _fresh_gaps(snapshot),
    }
    for rule, query in gap_queries(Filters()).items():
        found[rule] = lambda query=query: snapshot.select(query)  # type: ignore[misc]
    networks: list[nx.MultiDiGraph[str]] = []

    def network() -> nx.MultiDiGraph[str]:
        if not networks:
            networks.append(network_of(snapshot, Filters()))
            nx.freeze(networks[0])
        return networks[0]

    found["network"] = network
    for name, measure in MEASURES.items():
        found[name] = lambda measure=measure: measure.of(network(), undirected=True)  # type: ignore[misc]
    return found


def _fresh_gaps(snapshot: Snapshot) -> Any:
    snapshot.memory.clear()
    return find_gaps(snapshot, Filters())


def main() -> None:
    """Print a line for each stage: CPU seconds the first time and the second, and the seconds that passed."""
    folder, *names = sys.argv[1:]
    found = stages(Store(Path(folder)).snapshot())
    for name in names or found:
        taken = []
        for _ in range(2):
            begun, waited = process_time(), perf_counter()
            try:
                found[name]()
            except MeasureUndefined as error:
                print(f"{name:26} {error}", flush=True)
                break
            taken.append((process_time() - begun, perf_counter() - waited))
        else:
            (first, waited_first), (warm, waited_warm) = taken
            print(f"{name:26} {first:8.2f} {warm:8.2f}   waited {waited_first:.2f} {waited_warm:.2f}", flush=True)


if __name__ == "__main__":
    main()
