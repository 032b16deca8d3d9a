"""Subsidia and its peers as servers: the same graph, the same client, one question after the other and four at once.

A peer that is not on the machine, and cannot be made, is named and left out.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Final
from urllib.parse import quote, urlsplit

import pytest

from graph.remote.address import read_address
from graph.remote.store import RemoteStore
from graph.store import Store
from tests import engines
from tests.bench.child import seconds, spread
from tests.bench.peers import point_query, some_flows
from tests.bench.server import serving

__all__ = ["Served", "serve_all"]

ENDPOINT: Final = "rdflib-endpoint==0.6.3"
_ROWS: Final = 100_000
_RUNS_OF_ROWS: Final = 7
_AT_ONCE: Final = 4
# all that its own manual says to do: a dataset, an application, a server
_APPLICATION: Final = """\
import sys, rdflib, uvicorn
from rdflib_endpoint import SparqlEndpoint
dataset = rdflib.Dataset(default_union=True)
dataset.parse(sys.argv[1], format="nquads")
uvicorn.run(SparqlEndpoint(graph=dataset), host="127.0.0.1", port=int(sys.argv[2]), log_level="critical")
"""

Served = dict[str, float]


class _Connection:
    """A connection that is kept, and as little of HTTP as a fair client needs."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._path = f"{parts.path}?{parts.query}&query=" if parts.query else f"{parts.path}?query="
        self._head = f" HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: application/sparql-results+json\r\n\r\n"
        self._socket = socket.create_connection((parts.hostname, parts.port), 60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, query: str) -> tuple[float, bytes]:
        """Send a query; gives the seconds until the first byte of the body, and the body as it was sent."""
        begin = perf_counter()
        self._socket.sendall(f"GET {self._path}{quote(query, safe='')}{self._head}".encode())
        received, first = bytearray(), 0.0
        while not first or not _complete(received):
            piece = self._socket.recv(2**18)
            if not piece:
                raise RuntimeError("the server hung up")
            received += piece
            if not first and received.find(b"\r\n\r\n") not in (-1, len(received) - 4):
                first = perf_counter() - begin
        head, _, body = bytes(received).partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(f"{query} gave {head.decode('latin1')} {body[:300]!r}")
        return first, body

    def close(self) -> None:
        self._socket.close()


def _complete(received: bytearray) -> bool:
    """Say whether an answer is there to its end, by its length or its last chunk."""
    end = received.find(b"\r\n\r\n")
    head = bytes(received[:end]).lower()
    _, named, after = head.partition(b"content-length:")
    if named:
        return len(received) - end - 4 >= int(after.split(b"\r\n")[0])
    return received.endswith(b"\r\n0\r\n\r\n")


def serve_all(
    source: Path, store: Path, folder: Path, flows: int, runs: int, say: Callable[[str], None]
) -> tuple[dict[str, Served], list[str]]:
    """Serve the statements of a file, which are in a store too, by everybody in turn; gives figures and notes."""
    makers: dict[str, Callable[[], Iterator[str]]] = {
        "subsidia": lambda: _subsidia(store),
        "rdflib-endpoint": lambda: _rdflib_endpoint(source, folder),
        "virtuoso": lambda: _engine("virtuoso", store, folder),
        "oxigraph": lambda: _engine("oxigraph", store, folder),
    }
    found, notes = dict[str, Served](), list[str]()
    for name, make in makers.items():
        say(f"served by {name}")
        try:
            with contextmanager(make)() as address:
                found[name] = _measured(address, flows, runs)
        except (OSError, subprocess.SubprocessError, pytest.skip.Exception, pytest.fail.Exception) as error:
            notes.append(f"{name} is left out: {str(error).splitlines()[0][:200]}")
    return found, notes


def _measured(address: str, flows: int, runs: int) -> Served:
    # none is asked twice, so that no cache answers
    wanted = list(dict.fromkeys(some_flows(2 * runs + 50, flows)))
    same = point_query(wanted[0])
    rows = f"SELECT ?s ?p ?o WHERE {{ ?s ?p ?o }} LIMIT {_ROWS}"
    with ExitStack() as open_:
        connection = _Connection(address)
        open_.callback(connection.close)
        for number in wanted[:50]:
            connection.ask(point_query(number))
        asked = wanted[50 : 50 + runs]
        point = spread(lambda run: _filled(connection, point_query(asked[run])), len(asked))
        repeat = spread(lambda run: _filled(connection, same), runs)
        firsts = [connection.ask(f"{rows} # {run}")[0] for run in range(_RUNS_OF_ROWS)]
    found = {"point": point["median"], "repeat": repeat["median"], "first": sorted(firsts)[_RUNS_OF_ROWS // 2]}
    later = [point_query(number) for number in wanted[50 + runs :]]
    return {**found, "points": _at_once(address, later), "repeats": _at_once(address, runs * [same])}


def _at_once(address: str, queries: list[str]) -> float:
    """Ask over some connections at the same time; gives answers a second."""
    connections = [_Connection(address) for _ in range(_AT_ONCE)]
    shares = [queries[start::_AT_ONCE] for start in range(_AT_ONCE)]

    def ask(place: int) -> None:
        for query in shares[place]:
            _filled(connections[place], query)

    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            taken, _ = seconds(lambda: list(pool.map(ask, range(_AT_ONCE))))
    finally:
        for connection in connections:
            connection.close()
    return len(queries) / taken


def _filled(connection: _Connection, query: str) -> None:
    _, body = connection.ask(query)
    if b'"value"' not in body:
        raise RuntimeError(f"{query} found nothing")


def _subsidia(store: Path) -> Iterator[str]:
    with serving(store) as client:
        yield f"http://127.0.0.1:{client.connection.port}/sparql"


def _engine(kind: str, store: Path, folder: Path) -> Iterator[str]:
    """Fill a server with the store's statements, in one graph, and give its query address."""
    with engines.running(kind, folder / kind) as server:
        login = {name: os.environ.get(name) for name in server.environment}
        os.environ.update(server.environment)
        try:
            RemoteStore(read_address(server.address), folder / f"{kind}-copy").load(
                list(Store(store).snapshot().quads())
            )
        finally:
            for name, value in login.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        # Virtuoso answers over all graphs by itself, Oxigraph where it is asked to
        yield server.address if kind == "virtuoso" else f"{server.address}/query?union-default-graph=true"


def _rdflib_endpoint(source: Path, folder: Path) -> Iterator[str]:
    """Serve a file with rdflib-endpoint, in an environment of its own: its dependencies are others."""
    home = folder / "rdflib-endpoint"
    python = home / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, timeout=120)
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([str(python), "-m", "pip", *quiet, "install", ENDPOINT, "uvicorn"], check=True, timeout=600)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([str(python), "-c", _APPLICATION, str(source), str(port)])
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = monotonic() + 300
    while monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        sleep(0.1)
    raise OSError("it did not start")
