"""What is measured at each size of the growth report: stages in order, in processes of their own, within limits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from http.client import HTTPException
from multiprocessing import get_context
from pathlib import Path
from signal import SIGKILL
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final
from urllib.parse import quote

import duckdb
import psutil  # type: ignore[import-untyped]

from api.stores import open_store
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.matrix import funding_matrix
from graph.store import Store
from ontology.errors import SubsidiaError
from tests.bench.analysis import RULES, measured
from tests.bench.child import end_after, peak_of
from tests.bench.generate import LevelSums, actors, flows, level_sums, write_graph
from tests.bench.governance import write_governance
from tests.bench.measure import sums_of
from tests.bench.peers import point_query, some_flows
from tests.bench.server import Client, serving

__all__ = ["PAGES", "PARTS", "Disagreement", "Limits", "Taken", "size_up"]

SEED: Final = 1
PAGES: Final = ("/flows", "/actors/bench-0", "/network", "/", "/gaps")
PARTS: Final = ("columns", "matrix", "trace", "network", *RULES)
"""Questions that are asked in a process of their own: stages of tests.bench.analysis."""
_POINTS: Final = 200
_BREAKS: Final = (MemoryError, OSError, SubsidiaError, duckdb.Error)  # what breaks as a graph grows, in words


class Disagreement(Exception):
    """The sums of the matrix are not those that plain Python makes of the generated flows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of processor that a question may take, and that generating, loading or projecting may."""

    question: int = 60
    load: int = 1800


@dataclass(slots=True)
class Taken:
    """A stage at a size: seconds of processor and of the clock, the peak of memory in bytes; `why` where it has none.

    `warm` is the processor time of the same again, where that was asked; `facts` what else was counted.
    """

    stage: str
    flows: int
    cpu: float | None = None
    wall: float | None = None
    peak: int | None = None
    warm: float | None = None
    why: str = ""
    facts: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it in a line."""
        ended = self.why or f"{self.cpu:.2f} s of processor, {self.wall:.2f} s"
        return f"{self.flows:,} flows, {self.stage}: {ended}"


def size_up(
    count: int, folder: Path, limits: Limits, left_out: set[str], names: Iterable[str] = (*PARTS, *PAGES)
) -> Iterator[Taken]:
    """Measure a graph of so many flows in an empty folder, stage by stage.

    What is in `left_out` did not end at a smaller size and is not tried. Nothing more is asked where the graph cannot
    be generated or loaded. Raises Disagreement where the sums of the matrix are not right.
    """
    made, sums = _in_child("generate", count, limits.load, _generate, folder, count)
    yield made
    if made.why:
        return
    loaded, _ = _in_child("load", count, limits.load, _load, folder)
    yield loaded
    if loaded.why:
        return
    yield _checked(count, folder, limits, sums)
    yield _served(count, folder, limits.question, "point query")
    for name in names:
        if name in left_out:
            yield Taken(name, count, why="not tried")
        elif name in PAGES:
            yield _served(count, folder, limits.question, name)
        else:
            yield _asked(count, folder, limits.question, name)


def _in_child(
    name: str, count: int, limit: int, stage: Callable[..., tuple[dict[str, float], Any]], *inputs: Any
) -> tuple[Taken, Any]:
    """Run a stage in a process of its own that may take so much; gives what it took, and its result."""
    begun = perf_counter()
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            cpu, wall, peak, (facts, result) = pool.submit(_timed, limit, stage, inputs).result()
    except BrokenProcessPool:
        return Taken(name, count, why=_ended(perf_counter() - begun, limit)), None
    except _BREAKS as error:
        return Taken(name, count, why=f"{type(error).__name__}: {error}"), None
    return Taken(name, count, cpu, wall, peak, facts=facts), result


def _timed(limit: int, stage: Callable[..., Any], inputs: tuple[Any, ...]) -> tuple[float, float, int, Any]:
    end_after(limit)
    begun, passed = process_time(), perf_counter()
    result = stage(*inputs)
    return process_time() - begun, perf_counter() - passed, peak_of("self"), result


def _ended(waited: float, limit: int) -> str:
    """Say why a process ended without a result: its limit of time; before that, memory most likely."""
    return f"> {limit} s" if waited * (os.cpu_count() or 1) >= limit else f"its process was ended after {waited:.0f} s"


def _generate(folder: Path, count: int) -> tuple[dict[str, float], LevelSums]:
    """Write the graph and its governance; gives how much, and the sums by level."""
    graph, governance = folder / "graph.nq", folder / "governance.nq"
    statements = write_graph(graph, count, SEED) + write_governance(governance, count, SEED, max(count // 2500, 8))
    bodies = actors(count, SEED)
    written = float(graph.stat().st_size + governance.stat().st_size)
    return {"statements": float(statements), "bytes": written}, level_sums(flows(count, SEED, bodies), bodies)


def _load(folder: Path) -> tuple[dict[str, float], None]:
    """Load both files into a store with the ontology, as one generation; the files are taken away."""
    store = open_store(folder / "store", empty=True)
    sources = [folder / "graph.nq", folder / "governance.nq"]
    store.load_files(sources)
    for source in sources:
        source.unlink()
    return {"statements": store.snapshot().size, "bytes": _bytes(folder / "store")}, None


def _bytes(folder: Path) -> int:
    """Give the bytes that the files of a folder take on the disk; what two names lead to is counted once."""
    found = {(stat.st_dev, stat.st_ino): stat.st_blocks * 512 for stat in (p.stat() for p in folder.rglob("*"))}
    return sum(found.values())


def _checked(count: int, folder: Path, limits: Limits, sums: LevelSums) -> Taken:
    """Make the columns, the first time that anybody asks; raises Disagreement where their sums are not right."""
    taken, found = _in_child("projection", count, limits.load, _project, folder)
    if not taken.why and (found != sums or taken.facts["flows"] != count):
        raise Disagreement(f"{count} flows: the matrix does not give the sums of the generated flows")
    return taken


def _project(folder: Path) -> tuple[dict[str, float], LevelSums]:
    columns = columns_of(Store(folder / "store").snapshot())
    cells = funding_matrix(columns, Filters(type="transfer")).cells
    (row,) = columns.rows("SELECT count(*) AS flows FROM flows")
    return {"flows": row["flows"], "bytes": _bytes(folder / "store")}, sums_of(cells)


def _asked(count: int, folder: Path, limit: int, name: str) -> Taken:
    """Ask a question of the store twice, in a process of its own."""
    begun = perf_counter()
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            taken, peak, why = pool.submit(measured, folder / "store", name, limit).result()
    except BrokenProcessPool:
        return Taken(name, count, why=_ended(perf_counter() - begun, limit))
    except _BREAKS as error:
        return Taken(name, count, why=f"{type(error).__name__}: {error}")
    if why:
        return Taken(name, count, peak=peak, why=why)
    (cpu, wall), (warm, _) = taken
    return Taken(name, count, cpu, wall, peak, warm)


def _served(count: int, folder: Path, limit: int, name: str) -> Taken:
    """Ask a service of its own, which may break as a graph grows."""
    try:
        return _answered(count, folder, limit, name)
    except (*_BREAKS, HTTPException, RuntimeError) as error:
        return Taken(name, count, why=f"{type(error).__name__}: {error}")


def _answered(count: int, folder: Path, limit: int, name: str) -> Taken:
    """Ask for a page once, or for single flows in SPARQL, of which the median is told."""
    if name == "point query":
        drawn = some_flows(_POINTS, count)
        paths = [f"/sparql?query={quote(point_query(number) + f' # {run}')}" for run, number in enumerate(drawn)]
    else:
        paths = [name]
    with serving(folder / "store", answer_limit=12 * limit) as client, ThreadPoolExecutor(1) as pool:
        if name == "point query":
            client.get(paths[0].replace("%23", "%23%20first"))
        before, walls = _cpu(client), list[float]()
        for path in paths:
            begun = perf_counter()
            asked = pool.submit(client.get, path)
            while not wait([asked], 0.5).done:
                if _cpu(client) - before > limit or perf_counter() - begun > 10 * limit:
                    peak = peak_of(client.process)
                    os.killpg(client.process, SIGKILL)  # the one who waits hears of it
                    return Taken(name, count, peak=peak, why=f"> {limit} s")
            if (status := asked.result()[0]) != 200:
                return Taken(name, count, peak=peak_of(client.process), why=f"status {status}")
            walls.append(perf_counter() - begun)
        return Taken(name, count, (_cpu(client) - before) / len(paths), median(walls), peak_of(client.process))


def _cpu(client: Client) -> float:
    """Give the processor seconds that a service has taken, with all its processes and those that have ended."""
    first = psutil.Process(client.process)
    return sum(sum(each.cpu_times()[:4]) for each in (first, *first.children(recursive=True)))
