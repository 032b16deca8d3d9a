"""Measure the loading of a list of operations: `python -m tests.bench.loading --operations 200000`.

Each stage runs in a process of its own, so that its peak of memory is its own: reading the list into N-Triples, loading
it end to end, plain pyoxigraph loading the same N-Triples, then the columns and the funding matrix of the store.
"""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyoxigraph

from api.stores import open_store
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.matrix import funding_matrix
from graph.store import Store
from loaders.mapped import allowance
from loaders.sources import open_mapped
from tests.bench.child import in_child, processor_seconds, seconds, spread
from tests.bench.operations import write_operations
from tests.bench.report import machine

__all__ = ["measure", "read", "run"]

_RUNS: Final = 5


def read(source: Path, target: Path) -> dict[str, Any]:
    """Write the statements of the list as N-Triples."""
    found = open_mapped(source, mapping="kohesio", name="operations")
    with target.open("wb") as file:
        taken, busy, _ = processor_seconds(lambda: file.writelines(found.chunks(allowance("0"))))
    return {"seconds": taken, "processor": busy, "statements": found.report.statements}


def load(source: Path, folder: Path) -> dict[str, Any]:
    """Load the list into a new store that has the ontology, as one generation, as `subsidia load` does."""
    store = open_store(folder, empty=True)

    def work() -> Any:
        found = open_mapped(source, mapping="kohesio", name="operations")
        store.load_texts([], ((found.graph, text) for text in found.chunks(allowance("0"))))
        return found.report

    taken, busy, report = processor_seconds(work)
    return {
        "seconds": taken,
        "processor": busy,
        "statements": report.statements,
        "money": {section: str(amount) for (section, _), amount in report.money.items()},
    }


def plain(source: Path, folder: Path) -> dict[str, Any]:
    """Load the N-Triples with pyoxigraph alone."""
    store = pyoxigraph.Store(str(folder))
    load = partial(store.bulk_load, path=str(source), format=pyoxigraph.RdfFormat.N_TRIPLES)
    taken, busy, _ = processor_seconds(load)
    return {"seconds": taken, "processor": busy}


def answers(folder: Path) -> dict[str, Any]:
    """Make the columns of the store, and add up the matrix with them, warm."""
    made, columns = seconds(lambda: columns_of(Store(folder).snapshot()))
    matrix = funding_matrix(columns, Filters())
    sums: dict[str, str] = {}
    for cell in matrix.cells:
        key = f"{cell.payer} to {cell.recipient}"
        sums[key] = str(Decimal(sums.get(key, "0")) + (cell.maximum or 0))
    return {"columns": made, "matrix": spread(lambda run: funding_matrix(columns, Filters()), _RUNS), "sums": sums}


def run(operations: int, seed: int, folder: Path) -> dict[str, Any]:
    """Measure all stages in a folder."""
    source, triples, store = folder / "operations.csv", folder / "operations.nt", folder / "store"
    sums = write_operations(source, operations, seed)
    found: dict[str, Any] = {
        "operations": sums.rows,
        "cents": {"union": sums.union, "rest": sums.rest},
        "bytes": source.stat().st_size,
    }
    for name, stage, places in (
        ("read", read, (source, triples)),
        ("load", load, (source, store)),
        ("plain", plain, (triples, folder / "plain")),
        ("answers", answers, (store,)),
    ):
        print(f"… {name}", file=sys.stderr, flush=True)
        result, peak = in_child(stage, *places)
        found[name] = {**result, "peak": peak}
    return measure(found)


def measure(found: dict[str, Any]) -> dict[str, Any]:
    """Add statements a second, and how many times longer than pyoxigraph alone the load takes, and keeps busy."""
    for name in ("read", "load"):
        found[name]["statements a second"] = round(found[name]["statements"] / found[name]["seconds"])
    found["times plain"] = round(found["load"]["seconds"] / found["plain"]["seconds"], 2)
    found["times plain, processor"] = round(found["load"]["processor"] / found["plain"]["processor"], 2)
    return found


def main() -> None:
    """Measure in a temporary folder and print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.loading", description="Measure loading by a mapping.")
    parser.add_argument("--operations", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with TemporaryDirectory(prefix="subsidia-loading-") as folder:
        found = run(given.operations, given.seed, Path(folder))
    print(json.dumps({"machine": machine(), **found}, indent=1))


if __name__ == "__main__":
    main()
