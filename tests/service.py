"""A service as users run it: `subsidia serve` in a process of its own, on a free port, and what memory it takes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil  # type: ignore[import-untyped]

__all__ = ["Reply", "Service", "running", "serving", "serving_at"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, and how long that took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        """Read the body as JSON; it fails where the body broke off."""
        return json.loads(self.body)


@dataclass(slots=True)
class Service:
    """A running service; requests go over connections of their own."""

    process: subprocess.Popen[bytes]
    port: int

    def request(self, method: str, path: str, body: Any = None, timeout: float = 60, **headers: str) -> Reply:
        """Send one request; underscores in names of headers stand for hyphens."""
        begin = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            # who is refused before all is sent cannot send the rest, and reads why
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, told, content, time.monotonic() - begin)
        finally:
            connection.close()

    def ask(self, query: str, timeout: float = 60, **headers: str) -> Reply:
        """Send a query as a direct body."""
        return self.request(
            "POST", "/sparql", query.encode(), timeout, Content_Type="application/sparql-query", **headers
        )

    def get(self, query: str, timeout: float = 60) -> Reply:
        """Send a query in the address."""
        return self.request("GET", f"/sparql?{urlencode({'query': query})}", None, timeout)

    def processes(self) -> list[psutil.Process]:
        """Give the service's process and all below it."""
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def resident(self) -> int:
        """Give the bytes of memory that the service holds, in all its processes; what they share is counted once."""
        total = 0
        for process in self.processes():
            with suppress(OSError):
                lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        return total


def running(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Give those that have not ended; one that only waits to be told about has."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@contextmanager
def serving(store: Path, *flags: str, **settings: str) -> Iterator[Service]:
    """Start the service on a free port, with SUBSIDIA_* settings; wait until it is ready, and end it in the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving_at(port, store, *flags, **settings) as service:
        yield service


@contextmanager
def serving_at(port: int, store: Path, *flags: str, **settings: str) -> Iterator[Service]:
    """Start the service on a port, as `serving` does on any."""
    settings = {"page_wait": "0", **settings}
    environment = {**os.environ, **{f"SUBSIDIA_{name.upper()}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--store", str(store), *flags]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    service = Service(process, port)
    try:
        _wait_until_ready(service)
        yield service
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(service: Service) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert service.process.poll() is None, "the service ended before it was ready"
        with suppress(OSError, http.client.HTTPException):
            if service.ask("ASK {}").status == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the service was not ready in time")
