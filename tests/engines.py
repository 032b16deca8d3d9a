"""SPARQL servers for tests: each started on a free loopback port over a temporary folder, and ended for sure."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2
import pytest

__all__ = ["ENGINES", "Server", "oxigraph_binary", "running"]

_START: Final = 60.0
_LOGIN: Final = {"SUBSIDIA_STORE_USER": "dba", "SUBSIDIA_STORE_PASSWORD": "dba"}
_VIRTUOSO_INI: Final = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
ServerThreads = 10
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
O_DIRECT = 0
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = .
ServerThreads = 10
[SPARQL]
{sparql}
"""


@dataclass(frozen=True)
class Server:
    """A server that runs: the address of its store, and the environment that holds its login."""

    kind: str
    address: str
    process: subprocess.Popen[bytes]
    environment: Mapping[str, str] = field(default_factory=dict)


def oxigraph_binary() -> str | None:
    """Find the `oxigraph` command: in this environment, else on the path."""
    beside = Path(sys.executable).with_name("oxigraph")
    return str(beside) if beside.exists() else shutil.which("oxigraph")


def _oxigraph(folder: Path, port: int) -> list[str]:
    return [oxigraph_binary() or "", "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}"]


def _virtuoso(folder: Path, port: int, max_rows: int | None) -> list[str]:
    sparql = f"ResultSetMaxRows = {max_rows}" if max_rows else ""
    ini = _VIRTUOSO_INI.format(port=port, sql_port=_free_port(), sparql=sparql)
    (folder / "virtuoso.ini").write_text(ini)
    return ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


ENGINES: Final = ("oxigraph", "virtuoso")


@contextmanager
def running(kind: str, folder: Path, *, max_rows: int | None = None) -> Iterator[Server]:
    """Start a server and give it when it answers; skips loudly where there is none, fails where it must be there.

    `max_rows` is the longest answer that Virtuoso is to give.
    """
    if (oxigraph_binary() if kind == "oxigraph" else shutil.which("virtuoso-t")) is None:
        _missing(kind)
    port = _free_port()
    folder.mkdir(parents=True)
    command = _oxigraph(folder, port) if kind == "oxigraph" else _virtuoso(folder, port, max_rows)
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}" + ("/sparql" if kind == "virtuoso" else "")
        _wait_for(address if kind == "virtuoso" else f"{address}/query", process, folder / "output.log")
        yield Server(kind, address, process, _LOGIN if kind == "virtuoso" else {})
    finally:
        process.kill()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(query: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(query, params={"query": "ASK {}"}, trust_env=False).is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')[-1000:]}")


def _missing(kind: str) -> None:
    package = {"oxigraph": "pip install oxigraph", "virtuoso": "apt-get install virtuoso-opensource-7-bin"}[kind]
    words = f"NO {kind.upper()} ON THIS MACHINE: its half of the contract is not tested ({package})"
    if os.environ.get("SUBSIDIA_REQUIRE_ENGINES"):
        pytest.fail(words)
    pytest.skip(words)
