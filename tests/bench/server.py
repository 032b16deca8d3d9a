"""Subsidia served on 127.0.0.1 for as long as it is measured, and one client that keeps its connection."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

__all__ = ["Client", "serving"]

ROOT = Path(__file__).parent.parent.parent
_START_LIMIT = 300.0
_ANSWER_LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class Client:
    """One client of one server; `process` is the server's process number."""

    process: int
    connection: HTTPConnection

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask for a path; gives status and body. Raises TimeoutError where no answer comes in time."""
        try:
            self.connection.request("GET", path)
            response = self.connection.getresponse()
            return response.status, response.read()
        except TimeoutError:
            self.connection.close()  # the next request opens a new one
            raise


@contextmanager
def serving(store: Path, answer_limit: float = _ANSWER_LIMIT) -> Iterator[Client]:
    """Serve a store on a free port; the server and its readers end whatever happens inside.

    The client waits `answer_limit` seconds for an answer.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "api.asgi:app", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--log-level", "warning"],
        cwd=ROOT,
        env={**os.environ, "SUBSIDIA_STORE": str(store)},
        start_new_session=True,
    )
    connection = HTTPConnection("127.0.0.1", port, timeout=answer_limit)
    try:
        _wait(process, port)
        yield Client(process.pid, connection)
    finally:
        connection.close()
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):  # the group is empty where the server ended its readers itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    limit = monotonic() + _START_LIMIT
    while monotonic() < limit:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not answer within {_START_LIMIT:g} s")
