"""An engine: a SPARQL 1.1 server, asked and changed over HTTP."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, Final, cast
from weakref import finalize

import httpx2
import pyoxigraph
from pyoxigraph import QueryResultsFormat

from graph.errors import EngineFailed, StoreUnreachable
from graph.remote.address import Address
from graph.remote.login import login

__all__ = ["JSON_RESULTS", "Engine", "EngineRefused", "LongestAnswer", "OverDeadline", "Solutions"]

JSON_RESULTS: Final = "application/sparql-results+json"
_CONNECT: Final = 3.0
_ANSWER: Final = 120.0
_MOST_WORDS: Final = 300
# a line that Virtuoso knows Turtle by: it guesses the type from the beginning, whatever it is told
_TURTLE: Final = b"@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
_CUT: Final = "x-sparql-maxrows"
# Virtuoso names blank nodes by addresses of its own, which are no labels; within a JSON string the quotes of this
# sequence would be escaped, so it stands nowhere else
_NODE: Final = b'"type": "bnode", "value": "nodeID://'

Solutions = Iterator[tuple[Any, ...]]


class EngineRefused(EngineFailed):
    """The server understood who asked, and refused what was asked, in words of its own."""

    def __init__(self, name: str, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(name, f"it answered {status}: {words or 'nothing'}")


class LongestAnswer(EngineFailed):
    """The server says that it gave only as many rows as it ever gives, and there are more."""


class OverDeadline(StoreUnreachable):
    """The server did not answer in time."""


class Engine:
    """One SPARQL server; many threads may ask at once, over connections that are kept open.

    Every method raises StoreUnreachable where there is no connection or no login, OverDeadline where the answer takes
    too long, EngineRefused where the server refuses, EngineFailed where its answer is not what the standard says.
    """

    def __init__(self, address: Address, environment: Mapping[str, str] = os.environ) -> None:
        self.address = address
        self._client = httpx2.Client(
            auth=login(environment),
            timeout=httpx2.Timeout(_ANSWER, connect=_CONNECT),
            trust_env=False,
            headers={"User-Agent": "subsidia"},
        )
        finalize(self, self._client.close)

    @contextmanager
    def results(
        self, query: str | Mapping[str, Any], graphs: Sequence[str] | None = None, *, wait: float = _ANSWER, whole: bool
    ) -> Iterator[Any]:
        """Ask a query, or what fields of the protocol say; gives what pyoxigraph reads from its answer, as it comes in.

        `graphs` are the graphs that are asked: each one's statements by GRAPH, and all of them together without. With
        `whole` an answer that the server says it cut is a LongestAnswer. The answer may take `wait` seconds in all.
        """
        fields = {"query": query} if isinstance(query, str) else query
        with self.stream(fields, graphs, JSON_RESULTS, wait=wait) as response:
            if whole and _CUT in response.headers:
                raise LongestAnswer(self.address.name, f"it gives {response.headers[_CUT]} rows and no more; add LIMIT")
            try:
                body = cast(IO[bytes], _File(response, wait))
                yield pyoxigraph.parse_query_results(body, format=QueryResultsFormat.JSON)
            except (SyntaxError, ValueError) as error:
                raise EngineFailed(self.address.name, f"its answer is cut off or not JSON results ({error})") from error

    def rows(self, query: str, graphs: Sequence[str] | None = None, *, wait: float = _ANSWER) -> Solutions:
        """Ask a SELECT query; gives its solutions as tuples of terms, None for unbound, as they come in.

        The server may cut them: whoever asks compares with a count.
        """
        with self.results(query, graphs, wait=wait, whole=False) as found:
            width = range(len(found.variables))
            for solution in found:
                yield tuple(solution[place] for place in width)

    @contextmanager
    def stream(
        self, fields: Mapping[str, Any], graphs: Sequence[str] | None, accept: str, *, wait: float
    ) -> Iterator[httpx2.Response]:
        """Send a query and give the answer's head, its body still to come; it is never a redirection or a refusal."""
        sent: dict[str, Any] = dict(fields)
        if graphs is not None:
            sent |= {"default-graph-uri": list(graphs), "named-graph-uri": list(graphs)}
        timeout = httpx2.Timeout(min(wait, _ANSWER), connect=min(wait, _CONNECT))
        with self._told(wait):
            request = self._client.stream(
                "POST", self.address.query, data=sent, headers={"Accept": accept}, timeout=timeout
            )
            with request as response:
                self._check(response)
                yield response

    def update(self, text: str) -> None:
        """Send a SPARQL 1.1 Update request."""
        if self.address.update is None:
            raise StoreUnreachable(self.address.name, "it can only be read: name its update address, as ?update=update")
        with self._told(_ANSWER):
            headers = {"Content-Type": "application/sparql-update"}
            if self.address.update.endswith("/sparql-auth"):
                answer = self._client.post(self.address.update, data={"update": text})
            else:
                answer = self._client.post(self.address.update, content=text.encode(), headers=headers)
            self._check(answer)

    def add(self, graph: str, triples: bytes) -> None:
        """Add N-Triples to a graph through the Graph Store Protocol, where there is one."""
        assert self.address.data is not None
        with self._told(_ANSWER):
            headers = {"Content-Type": "text/turtle"}
            answer = self._client.post(
                self.address.data, params={"graph": graph}, content=_TURTLE + triples, headers=headers
            )
            self._check(answer)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _check(self, response: httpx2.Response) -> None:
        """Raise for every answer but a whole one."""
        if response.status_code in (401, 403):
            reason = "it refuses the login: set SUBSIDIA_STORE_USER and SUBSIDIA_STORE_PASSWORD"
            raise StoreUnreachable(self.address.name, reason)
        if response.status_code == 206 or response.headers.get("x-sql-state"):
            raise OverDeadline(self.address.name, "it gave only a part of the answer, as its own time limit says")
        if not response.is_success:
            response.read()
            raise EngineRefused(self.address.name, response.status_code, _words(response))

    @contextmanager
    def _told(self, wait: float) -> Iterator[None]:
        """Turn what goes wrong on the way into our errors, without the request's own words."""
        try:
            yield
        except httpx2.TimeoutException as error:
            raise OverDeadline(self.address.name, f"no answer within {min(wait, _ANSWER):g} s") from error
        except httpx2.HTTPError as error:
            raise StoreUnreachable(self.address.name, f"cannot be reached ({error})") from error


class _File(io.RawIOBase):
    """The body of an answer as a file, read as it comes in and not after its time."""

    def __init__(self, response: httpx2.Response, wait: float) -> None:
        self._parts = _clean(response)
        self._rest = b""
        self._until = time.monotonic() + wait
        self._wait = wait

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what has come in."""
        while not self._rest:
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout(f"the answer took longer than {self._wait:g} s")
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = part
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _clean(response: httpx2.Response) -> Iterator[bytes]:
    """Give the body with labels of blank nodes that are labels."""
    parts: Iterable[bytes] = response.iter_bytes()
    if not response.headers.get("server", "").startswith("Virtuoso"):
        yield from parts
        return
    held = b""
    for part in parts:
        text = (held + part).replace(_NODE, _NODE[: -len(b"nodeID://")])
        keep = len(_NODE) - 1
        held = text[-keep:]
        yield text[:-keep]
    yield held


def _words(response: httpx2.Response) -> str:
    """Give what the server says of its refusal, on one line and not all of it."""
    kind = response.headers.get("content-type", "")
    text = re.sub(r"<[^>]*>", " ", response.text) if "html" in kind else response.text
    text = re.split(r"\n\s*SPARQL query:", text)[0]
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= _MOST_WORDS else f"{line[:_MOST_WORDS]}…"
