"""Put a service under load: `python -m tests.bench.load --seconds 60 --connections 200`.

Two processes of the service on one store behind nginx, as docs/how-to/run-for-others.md sets them up, through which
every page was asked for once before, as of a service that runs for a while. So many readers, each with a connection of
its own, ask for pages, data and SPARQL and then think for a while; one writer changes the store again a second after
its last change was done. After a third of the time a reader process is killed, after two thirds one service is
restarted. Printed are the seconds by kind of request, how often was written, and every answer that was none: a status
of 429 or 500 and above, or a broken connection.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]

from api.stores import open_store
from tests.bench.report import machine
from tests.nginx import behind_nginx
from tests.service import Service, serving, serving_at

__all__ = ["Load", "run"]

_PREFIX: Final = "/kg"
_TOKEN: Final = "load-test"
_HOST: Final = "Host: data.example.org"
PAGES: Final = (
    "/",
    "/flows",
    "/flows?country=ES&at=2006",
    "/gaps",
    "/gaps?country=NL&type=discontinuity",
    "/network?country=ES",
    "/actors",
    "/actors/es-municipalities",
    "/sources",
    "/timeline?country=NL",
    "/map",
)
DATA: Final = (
    "/api/v1/stats",
    "/api/v1/flows?limit=50",
    "/api/v1/flows/matrix?by=level",
    "/api/v1/gaps?country=DE",
    "/api/v1/actors?country=FR",
    "/api/v1/search?q=barcelona",
)
_POINT: Final = (
    "SELECT ?p ?o WHERE {{ <https://w3id.org/subsidia/id/actor/es-municipalities> ?p ?o }} LIMIT {limit}",
    "ASK {{ ?a ?b {limit} }}",
)


@dataclass(slots=True)
class Load:
    """What came of a load: seconds of each answer by kind, and what went wrong how often."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    writes: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Give counts, and the median, 95th and 99th percentile of the seconds, by kind."""
        kinds = {}
        for kind, found in sorted(self.seconds.items()):
            ordered = sorted(found)
            at = {name: round(ordered[int(share * (len(ordered) - 1))], 4) for name, share in _SHARES.items()}
            kinds[kind] = {"answers": len(found), **at}
        return {"kinds": kinds, "writes": self.writes, "errors": dict(self.errors)}


_SHARES: Final = {"median": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}


def _request(rng: random.Random) -> tuple[str, str, str]:
    """Draw a request: its kind, its path, what it accepts."""
    drawn = rng.random()
    if drawn < 0.4:
        return "page", rng.choice(PAGES), "text/html"
    if drawn < 0.7:
        return "data", rng.choice(DATA), "application/json"
    query = rng.choice(_POINT).format(limit=rng.randrange(1, 1000))
    return "sparql", f"/sparql?query={quote(query)}", "application/sparql-results+json"


def _written(path: str, accept: str) -> bytes:
    lines = (f"GET {_PREFIX}{path} HTTP/1.1", _HOST, f"Accept: {accept}", "Accept-Encoding: gzip", "", "")
    return "\r\n".join(lines).encode()


async def _reader(port: int, seed: int, think: float, until: float, load: Load) -> None:
    rng = random.Random(seed)
    await asyncio.sleep(rng.random() * think)
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    while time.monotonic() < until:
        kind, path, accept = _request(rng)
        begun = time.monotonic()
        try:
            streams = streams or await asyncio.open_connection("127.0.0.1", port)
            streams[1].write(_written(path, accept))
            status, closing = await asyncio.wait_for(_answer(streams[0]), 30)
            load.seconds[kind].append(time.monotonic() - begun)
            if status == 429 or status >= 500:
                load.errors[f"{kind} {status}"] += 1
            if closing:
                streams[1].close()
                streams = None
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            load.errors[f"{kind} {type(error).__name__}"] += 1
            streams = None
        await asyncio.sleep(rng.expovariate(1 / think))
    if streams:
        streams[1].close()


async def _answer(stream: asyncio.StreamReader) -> tuple[int, bool]:
    """Read an answer to its end; gives its status, and whether the connection is closed after it."""
    head = (await stream.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(None, 2)[1])
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await stream.readline(), 16):
            await stream.readexactly(size + 2)
        await stream.readline()
    else:
        await stream.readexactly(int(headers["content-length"]))
    return status, headers.get("connection") == "close"


async def _writer(port: int, until: float, load: Load) -> None:
    place = 0
    while time.monotonic() < until:
        place += 1
        body = f"INSERT DATA {{ GRAPH <https://example.org/load> {{ <urn:load:{place}> <urn:is> {place} }} }}"
        who, what = f"Authorization: Bearer {_TOKEN}", "Content-Type: application/sparql-update"
        lines = (f"POST {_PREFIX}/update HTTP/1.1", _HOST, who, what, f"Content-Length: {len(body)}")
        sent = "\r\n".join((*lines, "Connection: close", "", body))
        try:
            streams = await asyncio.open_connection("127.0.0.1", port)
            streams[1].write(sent.encode())
            status = int((await asyncio.wait_for(streams[0].readline(), 30)).split()[1])
            streams[1].close()
            load.writes += status == 204
            if status != 204:
                load.errors[f"write {status}"] += 1
        except (OSError, IndexError, TimeoutError) as error:
            load.errors[f"write {type(error).__name__}"] += 1
        await asyncio.sleep(1)


async def _warm(port: int) -> None:
    """Ask for every page once, as the readers do."""
    for path in PAGES:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_written(path, "text/html"))
        await _answer(reader)
        writer.close()


def _kill_a_reader(service: Service) -> None:
    """Kill a process below the service that has none below itself."""
    leaves = [each for each in service.processes()[1:] if not each.children()]
    with suppress(psutil.NoSuchProcess):
        leaves[-1].send_signal(signal.SIGKILL)


async def _disturb(first: Service, restarted: Any, seconds: float) -> None:
    await asyncio.sleep(seconds / 3)
    _kill_a_reader(first)
    await asyncio.sleep(seconds / 3)
    await asyncio.to_thread(restarted)


async def _all(port: int, first: Service, restart: Any, given: argparse.Namespace) -> Load:
    await _warm(port)
    load, until = Load(), time.monotonic() + given.seconds
    readers = [_reader(port, given.seed + place, given.think, until, load) for place in range(given.connections)]
    await asyncio.gather(*readers, _writer(port, until, load), _disturb(first, restart, given.seconds))
    return load


def run(given: argparse.Namespace) -> Load:
    """Start the services, put them under load, and give what came of it."""
    with TemporaryDirectory() as folder, ExitStack() as services:
        store = Path(folder) / "store"
        open_store(store)
        other = services.enter_context(serving(store, token=_TOKEN, readers="2"))
        own = services.enter_context(ExitStack())
        first = own.enter_context(serving(store, token=_TOKEN, readers="2"))

        def restart() -> None:
            own.close()
            services.enter_context(serving_at(first.port, store, token=_TOKEN, readers="2"))

        with behind_nginx(Path(folder), first.port, other.port) as port:
            return asyncio.run(_all(port, first, restart, given))


def main() -> int:
    """Print what came of a load as JSON; 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--think", type=float, default=2.0, help="seconds between two requests of a reader, on average")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    load = run(given)
    print(json.dumps({"machine": machine(), "asked": vars(given), **load.as_dict()}, indent=1))
    return 1 if load.errors else 0


if __name__ == "__main__":
    sys.exit(main())
