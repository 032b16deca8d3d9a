"""`subsidia load` that is killed: the store is wholly as before or wholly as after, and can be loaded into again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from api.stores import open_store
from graph.flow_files import flow_file
from graph.flows import SCHEMA, build_flow_table, flow_table
from graph.store import Store
from tests.bench.operations import write_operations

_OPERATIONS: Final = 1500
_PATIENCE: Final = 120.0
_DRAFT: Final = "draft-*"
MOMENTS: Final[dict[str, Callable[[Path], bool]]] = {
    "a first piece is in": lambda store: any(store.glob(f"{_DRAFT}/parts/*")) or _tables(store) > _tables_before(store),
    "the columns are made": lambda store: any(store.glob(f"{_DRAFT}/derived/*")),
    "it is about to be current": lambda store: (store / "generation-2").exists(),
}


def _tables(store: Path) -> int:
    return sum(1 for _ in store.glob(f"{_DRAFT}/graph/*.sst"))


def _tables_before(store: Path) -> int:
    return sum(1 for _ in store.glob("generation-1/graph/*.sst"))


def command(source: Path, store: Path) -> list[str]:
    words = ["load", str(source), "--mapping", "kohesio", "--graph", "operations", "--store", str(store)]
    return [sys.executable, "-m", "api.cli", *words]


def kill_at(reached: Callable[[Path], bool], source: Path, store: Path) -> bool:
    """Start a load and kill it when the moment is reached; says whether it was killed before it ended."""
    with subprocess.Popen(command(source, store), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + _PATIENCE
        while process.poll() is None and not reached(store):
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.kill()
        process.communicate()
        return process.returncode != 0


def test_a_load_that_is_killed_changes_nothing_or_all_and_can_be_done_again(tmp_path: Path) -> None:
    source, store = tmp_path / "operations.csv", tmp_path / "store"
    write_operations(source, _OPERATIONS)
    before = open_store(store, empty=True).snapshot().size
    seen, killed = set[int](), 0
    for reached in MOMENTS.values():
        killed += kill_at(reached, source, store)
        snapshot = Store(store).snapshot()
        seen.add(snapshot.size)
        if snapshot.generation == 1:
            assert snapshot.size == before
            assert flow_table(snapshot).num_rows == 0
    assert killed, "no load was killed in time, so nothing was tried"
    done = subprocess.run(command(source, store), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    after = Store(store).snapshot()
    # three flows an operation, but those whose amount is 0
    assert after.generation == 2
    assert seen <= {before, after.size}
    assert len(build_flow_table(after)) == len(flow_table(after)) > 2 * _OPERATIONS
    assert flow_table(after).schema == SCHEMA
    assert flow_file(after.folder).exists()
    assert not list(store.glob(_DRAFT))
