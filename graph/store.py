"""The embedded store: an Oxigraph database a generation, each immutable once it is current.

A store is a folder:

    store.json       format version
    CURRENT          name of the current generation, replaced by an atomic rename
    writer.lock      held while a generation is made
    generation-7/    graph/ (Oxigraph's files), derived/ (columns made from them)
    draft-…/         a generation while it is made; one that a crash left is removed by the next commit

A commit copies the current generation (its large files by hard link), changes the copy, and makes it current.
So a commit is whole or not at all, whatever its size and wherever the power fails; and any number of processes
may read a generation while the next one is made. The current generation and the one before are kept, and older ones
for as long as a snapshot holds them. See docs/decisions/0001-generations.md.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat

from graph.ahead import take_ahead
from graph.durable import StoreBusy, copy_database, lock_within, sync, sync_folder, write_durably
from graph.errors import StoreUnreachable
from graph.flow_files import flow_file
from graph.snapshot import Snapshot

__all__ = ["FORMAT", "Store", "StoreBusy"]

FORMAT = 1
_KEPT_GENERATIONS = 2
_GENERATION = re.compile(r"generation-([0-9]+)")
_DRAFT = re.compile(r"draft-[0-9a-f]{12}")
_NAMES = frozenset({"CURRENT", "CURRENT.new", "store.json", "store.json.new", "writer.lock"})


class Store:
    """A store folder: read through `snapshot()`, changed through `commit()` and `load()`.

    `remote` says that a server may have to be asked for the current generation, which can take seconds.
    """

    remote = False

    def __init__(self, path: Path, spark_master: str = "") -> None:
        """Open an existing store; StoreUnreachable where there is none that can be read.

        `spark_master` is the Spark that sums the flows of its snapshots, or nothing for DuckDB.
        """
        self.path = path
        self.spark_master = spark_master
        self._lock = Lock()
        self._snapshot: Snapshot | None = None
        self._check_format()

    @classmethod
    def create(cls, path: Path, fill: Callable[[], Iterable[Quad]] | None = None, spark_master: str = "") -> Store:
        """Make a store: empty at generation 0, or with the statements that `fill` gives at generation 1.

        It is a store when all of it is there: of processes that make it at once one does, and the others wait and open
        it; what one left half made when it died is made anew. StoreUnreachable where something else is in the way.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not all(_is_ours(item.name) for item in path.iterdir()):
                raise StoreUnreachable(path, "the folder is not empty and holds no store")
            with _writer(path):
                if not cls.exists(path):
                    _make(path, fill)
        except OSError as error:
            raise StoreUnreachable(path, error.strerror or str(error)) from error
        return cls(path, spark_master)

    @staticmethod
    def exists(path: Path) -> bool:
        """Say whether a store is at that path."""
        return (path / "store.json").exists()

    @property
    def name(self) -> str:
        """Where the store is, for people."""
        return str(self.path.resolve())

    @property
    def generation(self) -> int:
        """The number of the current generation: 0 when created, one more with each commit."""
        try:
            return int((self.path / "CURRENT").read_text().strip().removeprefix("generation-"))
        except (OSError, ValueError) as error:
            raise StoreUnreachable(self.path, f"its current generation cannot be told ({error})") from error

    def snapshot(self) -> Snapshot:
        """Give the current generation for reading; the same object until a commit is made, by whichever process.

        Its folder stays for as long as it is held, whatever is committed meanwhile.
        """
        with self._lock:
            generation = self.generation
            while self._snapshot is None or self._snapshot.generation != generation:
                try:
                    self._snapshot = Snapshot(_folder(self.path, generation), generation, self.spark_master)
                except StoreUnreachable:
                    # forgotten between being told and being opened: commits were made meanwhile
                    if self.generation == generation:
                        raise
                    generation = self.generation
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

    def load_texts(
        self, quads: Iterable[Quad], texts: Iterable[tuple[str, bytes]], *, replace: Iterable[str] = ()
    ) -> int:
        """Add statements and pieces of N-Triples, all or none, after emptying the graphs in `replace`.

        Each piece comes with the graph that it goes into. For large data that is made piece by piece: a piece is made
        while the two before are loaded, and memory holds these three. IRIs and language tags in them are not checked
        again: whoever writes a piece has. The flow columns are made of the pieces beside the loading where that is
        certain to give the same as the store does (graph.flows_ahead). Gives the new generation. An error in either
        iterable, and SyntaxError for a piece that is no N-Triples, leaves the store as it was.
        """
        return self.commit_folder(lambda draft, before: self._load_texts(draft, before, list(quads), texts, replace))

    def _load_texts(
        self,
        draft: Path,
        before: Path,
        quads: list[Quad],
        texts: Iterable[tuple[str, bytes]],
        replace: Iterable[str],
    ) -> None:
        from graph.flows_ahead import FlowsAhead  # it takes longer to import than most commands do

        database = pyoxigraph.Store(draft / "graph")
        for graph in (replaced := list(replace)):
            database.remove_graph(NamedNode(graph))
        database.bulk_extend(quads)
        parts = draft / "parts"
        parts.mkdir()
        rows = FlowsAhead(parts, flow_file(before))

        def take(piece: tuple[str, bytes]) -> None:
            graph, text = piece
            database.bulk_load(text, RdfFormat.N_TRIPLES, to_graph=NamedNode(graph), lenient=True)
            rows.add(text)

        take_ahead(texts, take)
        database.flush()
        # a server may take statements otherwise than they are sent, and emptied graphs change what is known of the rest
        if not (self.remote or quads or replaced):
            rows.put(flow_file(draft), pyoxigraph.Store.read_only(str(before / "graph")), database)
        shutil.rmtree(parts)

    def load_files(self, paths: Iterable[Path], *, replace: Iterable[str] = ()) -> int:
        """Add N-Quads files, all or none, after emptying the graphs in `replace`; gives the new generation.

        For large data: no statement becomes a Python object, and the tables are merged afterwards, which costs a
        quarter more and makes every later scan about twice as fast, as a generation is never merged once it is
        current. Raises SyntaxError for a file that is no N-Quads; the store then stays as it was.
        """

        def change(database: pyoxigraph.Store) -> None:
            for graph in replace:
                database.remove_graph(NamedNode(graph))
            for path in paths:
                database.bulk_load(path=str(path), format=RdfFormat.N_QUADS)
            database.optimize()

        return self.commit(change)

    def commit(self, change: Callable[[pyoxigraph.Store], None]) -> int:
        """Apply a change to a copy of the current generation and make the copy current; gives its number.

        Waits for another writer. What the change raises leaves the store as it was; StoreUnreachable where the copy
        cannot be written, as on a full disk.
        """
        return self.commit_folder(lambda draft, _: _change_in_place(draft, change))

    def commit_folder(self, change: Callable[[Path, Path], None], *, patience: float | None = None) -> int:
        """Let the folder of a copy be changed, by whichever process, and make it current; gives its number.

        `change` is given the folder of the copy and that of the generation it is a copy of; when it returns, the
        copy's database is closed. Waits for another writer, at most `patience` seconds: then StoreBusy.
        """
        try:
            with _writer(self.path, patience):
                current = self.generation
                _remove_drafts(self.path)
                _make_generation(self.path, current + 1, change)
                write_durably(self.path / "CURRENT", _folder(self.path, current + 1).name)
                self._forget_before(current + 2 - _KEPT_GENERATIONS)
                return current + 1
        except OSError as error:
            raise StoreUnreachable(self.path, f"cannot be written ({error.strerror or error})") from error

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
        for folder in self.path.iterdir():
            match = _GENERATION.fullmatch(folder.name)
            if match and int(match[1]) < generation:
                _forget(folder)


@contextmanager
def _writer(path: Path, patience: float | None = None) -> Iterator[None]:
    """Hold the one writer's place, against other threads and other processes; StoreBusy when patience ends."""
    with (path / "writer.lock").open("w") as lock:
        if patience is None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        else:
            lock_within(lock.fileno(), patience)
        yield


def _is_ours(name: str) -> bool:
    return name in _NAMES or bool(_GENERATION.fullmatch(name) or _DRAFT.fullmatch(name))


def _remove_drafts(path: Path) -> None:
    """Remove what writers that died left half made; whoever holds the writer's place has no draft yet."""
    for item in path.iterdir():
        if _DRAFT.fullmatch(item.name):
            shutil.rmtree(item, ignore_errors=True)


def _forget(folder: Path) -> None:
    """Remove a generation, unless a snapshot holds it, in whichever process; a later commit removes it then."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def _folder(path: Path, generation: int) -> Path:
    return path / f"generation-{generation}"


def _make(path: Path, fill: Callable[[], Iterable[Quad]] | None) -> None:
    """Make a store's first generations; store.json comes last and says that it is whole."""
    try:
        _remove_drafts(path)
        for item in path.glob("generation-*"):
            shutil.rmtree(item)
        empty = _folder(path, 0) / "graph"
        empty.parent.mkdir()
        pyoxigraph.Store(empty).flush()
        if fill is not None:
            quads = fill()

            def extend(database: pyoxigraph.Store) -> None:
                database.bulk_extend(quads)

            _make_generation(path, 1, lambda draft, _: _change_in_place(draft, extend))
        write_durably(path / "CURRENT", _folder(path, 0 if fill is None else 1).name)
        write_durably(path / "store.json", json.dumps({"format": FORMAT}))
    except BaseException:
        for item in path.glob("generation-*"):
            shutil.rmtree(item, ignore_errors=True)
        (path / "CURRENT").unlink(missing_ok=True)
        raise


def _make_generation(path: Path, generation: int, change: Callable[[Path, Path], None]) -> None:
    """Copy the generation before, and change the copy; an error leaves no copy behind.

    The copy is made under a name that is used once, so that what a writer that was killed left running, such as the
    child of a web worker, can never write into a later writer's copy.
    """
    folder, before = _folder(path, generation), _folder(path, generation - 1)
    draft = path / f"draft-{secrets.token_hex(6)}"
    try:
        draft.mkdir()
        copy_database(before / "graph", draft / "graph")
        change(draft, before)
        sync_folder(draft)
        shutil.rmtree(folder, ignore_errors=True)
        draft.replace(folder)
        sync(path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _change_in_place(draft: Path, change: Callable[[pyoxigraph.Store], None]) -> None:
    database = pyoxigraph.Store(draft / "graph")
    change(database)
    database.flush()
