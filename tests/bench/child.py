"""Stages in processes of their own, so that each has its own peak of memory and none warms another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_CPU, setrlimit
from signal import SIG_DFL, SIGALRM, alarm, signal
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

__all__ = ["end_after", "in_child", "peak_of", "processor_seconds", "seconds", "spread"]


def in_child(stage: Callable[..., Any], *inputs: Any) -> tuple[Any, int]:
    """Run a stage in a new process; gives its result and its peak of resident memory in bytes."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_with_peak, stage, inputs).result()


def end_after(limit: int) -> None:
    """End this process when it has taken so many more seconds of processor time, or ten times as many have passed.

    What shares a machine with others is slow by the clock through no fault of its own, so that the clock only ends what
    waits for ever. Who waits for the process hears of BrokenProcessPool.
    """
    setrlimit(RLIMIT_CPU, (int(process_time()) + 1 + limit, RLIM_INFINITY))
    signal(SIGALRM, SIG_DFL)
    alarm(10 * limit)


def _with_peak(stage: Callable[..., Any], inputs: tuple[Any, ...]) -> tuple[Any, int]:
    return stage(*inputs), peak_of("self")


def peak_of(process: int | str) -> int:
    """Give the peak of resident memory of a process and its descendants in bytes; 0 where /proc does not tell.

    The peaks of several processes are added, though they need not fall together.
    """
    folder = Path("/proc") / str(process)
    try:
        lines = (folder / "status").read_text().splitlines()
        children = [child for task in (folder / "task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return 0
    own = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
    return own + sum(peak_of(child) for child in children)


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Run something once; gives how long it took and its result."""
    begin = perf_counter()
    result = work()
    return perf_counter() - begin, result


def processor_seconds(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Run something once; gives how long it took, for how long this process kept processors busy, and its result.

    The second tells loads apart also on a machine that others work on.
    """
    busy = process_time()
    taken, result = seconds(work)
    return taken, process_time() - busy, result


def spread(work: Callable[[int], Any], runs: int) -> dict[str, float]:
    """Run something several times, told which run it is; gives median and 95th percentile in seconds."""
    taken = [seconds(lambda run=run: work(run))[0] for run in range(runs)]  # type: ignore[misc]
    return {"median": median(taken), "p95": quantiles(taken, n=20)[-1] if runs > 1 else taken[0]}
