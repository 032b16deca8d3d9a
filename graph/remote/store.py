"""A store on a SPARQL 1.1 server: the server keeps the statements, a copy in a folder here answers.

The copy is a store of its own (graph.store), brought up to date when the server's generation is another; a commit
changes a draft of the copy, sends the difference to the server, and is made current here when the server has it.
So every question has the same answer on any server, and a generation does not change while it is read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock
from uuid import uuid4

import pyoxigraph

from graph.errors import StoreUnreachable
from graph.remote.address import Address
from graph.remote.copying import Incomplete, copy_changes
from graph.remote.engine import Engine
from graph.remote.pushing import changes_between, push
from graph.remote.state import STATE, GraphState, State, counts, numbers, state_of
from graph.snapshot import Snapshot
from graph.store import Store

__all__ = ["RemoteSnapshot", "RemoteStore"]

_EVERY: float = 2.0
_EVERY_COUNT: float = 5.0
_COUNT_SHARE: float = 20.0
_AFTER_FAILURE: float = 1.0
_TRIES = 3
_COPIED = "copied.json"


class RemoteSnapshot(Snapshot):
    """A copy of one generation of a store on a server; `engine` is where it came from."""

    def __init__(self, folder: Path, state: State, engine: Engine, spark_master: str = "") -> None:
        super().__init__(folder, state.generation, spark_master)
        self.state = state
        self.engine = engine

    @property
    def union(self) -> bool:
        """Whether a query that names no graph is about all of them: a server's data may be without the ontology."""
        return True

    @cached_property
    def identity(self) -> str:
        """What tells this store from every other: what its first writer wrote into it, else made of its address."""
        return self.state.identity or sha256(self.engine.address.query.encode()).hexdigest()


class RemoteStore(Store):
    """A store on a server. Its generation is asked for again every few seconds; `path` is the folder of the copy."""

    remote = True

    def __init__(self, address: Address, cache: Path, spark_master: str = "") -> None:
        """Open the store; StoreUnreachable where the server cannot be asked, or the copy not be kept."""
        self.address = address
        self.engine = Engine(address)
        path = cache / sha256(repr((address.query, address.graphs)).encode()).hexdigest()[:16]
        try:
            cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreUnreachable(cache, f"no copy can be kept there ({error.strerror})") from error
        self._copy = Store.create(path)
        super().__init__(path, spark_master)
        self._asking = Lock()
        self._held: RemoteSnapshot | None = None
        self._next = 0.0
        self._failure: StoreUnreachable | None = None

    @property
    def name(self) -> str:
        """The address, without its parameters."""
        return self.address.name

    @property
    def generation(self) -> int:
        """The server's generation: kept by us where we write, else the number of its statements."""
        return self.snapshot().generation

    def snapshot(self) -> RemoteSnapshot:
        """Give a copy of the current generation; the same object until there is another.

        The server is asked at most every two seconds, and for the number of its statements, where no generation is
        kept, at most every five or 20 times as long as it takes. While a new generation is copied whoever else asks is
        given the one before. StoreUnreachable where the server does not answer, for a second without asking again.
        """
        held = self._held
        if held is not None and time.monotonic() < self._next and self._failure is None:
            return held
        if not self._asking.acquire(blocking=held is None or self._failure is not None):
            assert held is not None
            return held
        try:
            if time.monotonic() >= self._next:
                self._refresh()
            if self._failure is not None:
                raise StoreUnreachable(self.name, self._failure.reason)
            assert self._held is not None
            return self._held
        finally:
            self._asking.release()

    def commit_folder(self, change: Callable[[Path, Path], None], *, patience: float | None = None) -> int:
        """Change a draft of the copy, send the difference to the server, and make the draft current; its generation.

        Raises what an Engine raises; nothing is changed here then, and on the server as docs/reference/engines.md says.
        """

        def change_and_push(draft: Path, before: Path) -> None:
            change(draft, before)
            self._push(draft, before)

        with self._asking:
            self._refresh()
            if self._failure is not None:
                raise self._failure
            self._copy.commit_folder(change_and_push, patience=patience)
            self._hold()
            assert self._held is not None
            return self._held.generation

    def close(self) -> None:
        """Close the connections to the server."""
        self.engine.close()

    def _refresh(self) -> None:
        """Ask the server for its generation, and copy what changed; a failure is kept for a second."""
        began = time.monotonic()
        try:
            kept, _ = numbers(self.engine)
            now = None if STATE in kept else state_of(self.engine)
            wait = _EVERY if now is None else max(_EVERY_COUNT, _COUNT_SHARE * (time.monotonic() - began))
            generation = kept[STATE] if now is None else now.generation
            self._bring_up_to(generation, now)
        except StoreUnreachable as error:
            self._failure, self._next = error, time.monotonic() + _AFTER_FAILURE
        else:
            self._failure, self._next = None, time.monotonic() + wait

    def _bring_up_to(self, generation: int, now: State | None) -> None:
        self._hold()
        copied = self._held.state if self._held else None
        if copied is not None and copied.generation == generation and (now is None or now == copied):
            return
        for left in reversed(range(_TRIES)):
            try:
                self._copy.commit_folder(self._copy_into)
                break
            except Incomplete:
                # the server was changed while it was read, or never gives all
                if not left:
                    raise
        self._hold()

    def _copy_into(self, draft: Path, before: Path) -> None:
        """Make a draft of the copy what the server has now."""
        known, now = _copied(before), state_of(self.engine)
        database = pyoxigraph.Store(draft / "graph")
        copy_changes(self.engine, database, known, now)
        database.flush()
        if numbers(self.engine)[0].get(STATE) != (now.generation if now.kept else None):
            raise Incomplete(self.name, "it is changed while it is read")
        _note(draft, now)

    def _push(self, draft: Path, before: Path) -> None:
        """Send what a draft changes to the server, and see that the server has all of it."""
        known = _copied(before)
        assert known is not None
        if numbers(self.engine)[0].get(STATE, known.generation) != known.generation:
            raise StoreUnreachable(self.name, "somebody else wrote meanwhile; nothing was changed: try again")
        database = pyoxigraph.Store(draft / "graph")
        changes = changes_between(pyoxigraph.Store.read_only(str(before / "graph")), database)
        now = State(known.generation + 1, known.identity or str(uuid4()), kept=True)
        push(self.engine, changes, now)
        kept, there = numbers(self.engine)[0], counts(self.engine)
        now.graphs.update({iri: GraphState(kept.get(iri, 0), count) for iri, count in there.items()})
        copy_changes(self.engine, database, _trusted(database, now), now)
        database.flush()
        _note(draft, now)

    def _hold(self) -> None:
        """Open the copy's newest generation where it is not open already."""
        copy = self._copy.snapshot()
        if self._held is None or self._held.folder != copy.folder:
            state = _copied(copy.folder)
            self._held = RemoteSnapshot(copy.folder, state, self.engine, self.spark_master) if state else None


def _trusted(database: pyoxigraph.Store, now: State) -> State:
    """Give the graphs whose number of statements is the server's; the others it took otherwise than they were sent."""
    same = {
        iri: state
        for iri, state in now.graphs.items()
        if sum(1 for _ in database.quads_for_pattern(None, None, None, pyoxigraph.NamedNode(iri))) == state.count
    }
    return State(now.generation, now.identity, same)


def _note(folder: Path, state: State) -> None:
    (folder / _COPIED).write_text(json.dumps(state.as_json()))


def _copied(folder: Path) -> State | None:
    """Read what a generation of the copy is a copy of; None where it is of nothing yet."""
    try:
        return State.from_json(json.loads((folder / _COPIED).read_text()))
    except FileNotFoundError:
        return None
