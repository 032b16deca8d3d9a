"""Gap rules over thousands of bodies: none of them takes time by pairs of them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from resource import RLIMIT_CPU, setrlimit
from time import process_time
from typing import Final

import pytest

from graph.filters import Filters
from graph.gaps.gap import gap_queries
from graph.store import Store
from tests.bench.analysis import make

pytestmark = pytest.mark.timed

FLOWS: Final = 10_000  # and a fifth as many bodies
EACH: Final = 4.5  # seconds: the slowest takes 1.8; written by pairs, one took 7.8 and two more than 40
ALL: Final = 16  # seconds: all take 7


def _seconds(folder: Path) -> dict[str, float]:
    """Ask each rule of the store, as it stands on the disk; gives seconds of processor time."""
    setrlimit(RLIMIT_CPU, (90, 90))  # what takes time by pairs would take minutes, and all memory
    snapshot, taken = Store(folder).snapshot(), {}
    for name, query in gap_queries(Filters()).items():
        begun = process_time()
        snapshot.select(query)
        taken[name] = process_time() - begun
    return taken


def test_no_rule_takes_time_by_pairs_of_bodies_or_flows(tmp_path: Path) -> None:
    make(tmp_path / "store", FLOWS)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        taken = pool.submit(_seconds, tmp_path / "store").result()
    assert len(taken) == 15  # fourteen rules, and what sources report
    assert {name: seconds for name, seconds in taken.items() if seconds > EACH} == {}
    assert sum(taken.values()) < ALL
