"""The embedded store: an Oxigraph database a generation, each immutable once it is current.

A store is a folder:

    store.json       format version
    CURRENT          name of the current generation, replaced by an atomic rename
    writer.lock      held while a generation is made
    generation-7/    graph/ (Oxigraph's files), derived/ (columns made from them)

A commit copies the current generation (its large files by hard link), changes the copy, and makes it current.
So a commit is whole or not at all, whatever its size and wherever the power fails; and any number of processes
may read a generation while the next one is made. See docs/decisions/0001-generations.md.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from graph.errors import StoreUnreachable
from graph.snapshot import Snapshot

__all__ = ["FORMAT", "Store"]

FORMAT = 1
_KEPT_GENERATIONS = 2


class Store:
    """A store folder: read through `snapshot()`, changed through `commit()` and `load()`."""

    def __init__(self, path: Path) -> None:
        """Open an existing store; StoreUnreachable where there is none that can be read."""
        self.path = path
        self._lock = Lock()
        self._snapshot: Snapshot | None = None
        self._check_format()

    @classmethod
    def create(cls, path: Path) -> Store:
        """Make an empty store at generation 0; StoreUnreachable where something is in the way."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise StoreUnreachable(path, "the folder is not empty and holds no store")
            empty = path / "generation-0" / "graph"
            empty.parent.mkdir()
            pyoxigraph.Store(empty).flush()
            _write_durably(path / "CURRENT", "generation-0")
            _write_durably(path / "store.json", json.dumps({"format": FORMAT}))
        except OSError as error:
            raise StoreUnreachable(path, error.strerror or str(error)) from error
        return cls(path)

    @staticmethod
    def exists(path: Path) -> bool:
        """Say whether a store is at that path."""
        return (path / "store.json").exists()

    @property
    def generation(self) -> int:
        """The number of the current generation: 0 when created, one more with each commit."""
        try:
            return int((self.path / "CURRENT").read_text().strip().removeprefix("generation-"))
        except (OSError, ValueError) as error:
            raise StoreUnreachable(self.path, f"its current generation cannot be told ({error})") from error

    def snapshot(self) -> Snapshot:
        """Give the current generation for reading; the same object until a commit is made, by whichever process."""
        with self._lock:
            generation = self.generation
            if self._snapshot is None or self._snapshot.generation != generation:
                self._snapshot = Snapshot(self._folder(generation), generation)
            return self._snapshot

    def load(self, quads: Iterable[Quad], *, replace: Iterable[str] = ()) -> int:
        """Add statements, all or none, after emptying the graphs in `replace`; gives the new generation.

        An error in the iterable leaves the store as it was.
        """

        def change(database: pyoxigraph.Store) -> None:
            for graph in replace:
                database.remove_graph(NamedNode(graph))
            database.bulk_extend(quads)

        return self.commit(change)

    def commit(self, change: Callable[[pyoxigraph.Store], None]) -> int:
        """Apply a change to a copy of the current generation and make the copy current; gives its number."""
        with self._writer():
            current = self.generation
            folder = self._folder(current + 1)
            shutil.rmtree(folder, ignore_errors=True)
            try:
                _copy_generation(self._folder(current) / "graph", folder / "graph")
                database = pyoxigraph.Store(folder / "graph")
                change(database)
                database.flush()
                del database
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            _write_durably(self.path / "CURRENT", folder.name)
            self._forget_before(current + 2 - _KEPT_GENERATIONS)
            return current + 1

    def _folder(self, generation: int) -> Path:
        return self.path / f"generation-{generation}"

    def _check_format(self) -> None:
        try:
            found = json.loads((self.path / "store.json").read_text())["format"]
        except FileNotFoundError as error:
            raise StoreUnreachable(self.path, "there is no store here") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreUnreachable(self.path, f"store.json cannot be read ({error})") from error
        if found != FORMAT:
            raise StoreUnreachable(self.path, f"it has format {found}, and this version reads format {FORMAT}")

    def _forget_before(self, generation: int) -> None:
        for folder in self.path.glob("generation-*"):
            if int(folder.name.removeprefix("generation-")) < generation:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _writer(self) -> Iterator[None]:
        """Hold the one writer's place, against other threads and other processes."""
        import fcntl

        with (self.path / "writer.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _copy_generation(source: Path, target: Path) -> None:
    """Copy a closed database: its immutable table files by hard link where the file system can, the rest by value."""

    def copy(origin: str, copy_to: str) -> None:
        if origin.endswith(".sst"):
            try:
                os.link(origin, copy_to)
            except OSError:
                shutil.copy2(origin, copy_to)
        elif not origin.endswith("LOCK"):
            shutil.copy2(origin, copy_to)

    shutil.copytree(source, target, copy_function=copy, ignore=shutil.ignore_patterns("LOG.old.*"))


def _write_durably(path: Path, text: str) -> None:
    """Replace a small file so that after a power cut it holds the old text or the new, never a part."""
    draft = path.with_name(path.name + ".new")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
