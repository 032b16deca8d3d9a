"""Processes: however the service ends, its readers end with it."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]
import pytest

from graph.store import Store
from tests.service import Service, running, serving

pytestmark = pytest.mark.timed

ENDLESS: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?q ?r ?s }"
TOGETHER: Final = 2.0


@pytest.fixture
def store(casebook_store: Store) -> Path:
    """Give the folder of the casebook."""
    return casebook_store.path


def _keep_busy(service: Service) -> None:
    """Give both long readers something to do."""

    def ask(number: int) -> None:
        with suppress(OSError, Exception):
            service.ask(f"{ENDLESS} # {number}")

    for number in range(2):
        threading.Thread(target=ask, args=(number,), daemon=True).start()
    deadline = time.monotonic() + 20
    while sum(process.cpu_times().user > 0.5 for process in service.processes()[1:] if process.is_running()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda sign: sign.name)
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_the_readers_end_within_two_seconds_of_the_service(store: Path, sign: signal.Signals, busy: bool) -> None:
    with serving(store, query_timeout="60", readers="2") as service:
        if busy:
            _keep_busy(service)
        everything = service.processes()
        assert len(everything) >= 5, "the service, its nursery and readers"
        service.process.send_signal(sign)
        begin = time.monotonic()
        below = everything[1:]
        while left := running(below):
            assert time.monotonic() - begin < TOGETHER, f"{len(left)} are left after {sign.name}"
            time.sleep(0.02)
        print(f"\n{sign.name}, {'busy' if busy else 'idle'}: all gone after {time.monotonic() - begin:.2f} s")
        service.process.wait(5)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL], ids=lambda sign: sign.name)
def test_several_web_processes_leave_none_behind_either(store: Path, sign: signal.Signals) -> None:
    with serving(store, "--workers", "2", readers="1") as service:
        _ready_readers(service, 10)
        everything = service.processes()
        service.process.send_signal(sign)
        begin = time.monotonic()
        while left := running(everything):
            assert time.monotonic() - begin < TOGETHER, [process.cmdline()[:4] for process in left]
            service.process.poll()
            time.sleep(0.02)


def test_a_reader_has_no_way_to_run_or_reach_anything(store: Path) -> None:
    with serving(store, readers="1") as service:
        for reader in _ready_readers(service, 5):
            told = Path(f"/proc/{reader.pid}/status").read_text()
            assert "NoNewPrivs:\t1" in told
            limits = Path(f"/proc/{reader.pid}/limits").read_text()
            assert next(line for line in limits.splitlines() if "core file" in line).split()[4] == "0"


def _ready_readers(service: Service, count: int) -> list[psutil.Process]:
    """Wait until so many readers have shut themselves in and opened the store, and give them."""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        found = [process for process in service.processes() if _seccomp(process) == "2" and _limited(process)]
        if len(found) == count:
            return found
        time.sleep(0.1)
    pytest.fail(f"{count} readers never were ready, with no network and a limit of memory")


def _limited(process: psutil.Process) -> bool:
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    return "unlimited" not in next(line for line in limits.splitlines() if "address space" in line).split()[3]


def _seccomp(process: psutil.Process) -> str:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next((line.split()[1] for line in lines if line.startswith("Seccomp:")), "0")
