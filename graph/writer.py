"""The writer: each write in a child process, on a draft that becomes the next generation or is thrown away.

A stranger's or partner's update can take all time or memory, or end its process by nesting. It does so to a child with
limits, whose draft nobody reads; the store is as it was, and whoever asked is told which limit was hit.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from graph.errors import QueryRefused, StoreUnreachable, SyntaxRefused
from graph.flows import flow_table
from graph.snapshot import Snapshot
from graph.store import Store
from graph.write_task import Changed, Task
from graph.writer_process import encode
from ontology.errors import SubsidiaError

__all__ = [
    "DocumentRefused",
    "GraphAbsent",
    "GraphProtected",
    "WriteLimits",
    "WriteOverMemory",
    "WriteOverTime",
    "Writer",
    "WriterDied",
]

_SECRET: Final = "SUBSIDIA_TOKEN"
_NO_MEMORY: Final = (b"memory allocation", b"bad_alloc", b"MemoryError")


class WriteOverTime(SubsidiaError):
    """The write ran into the time limit; nothing was changed."""


class WriteOverMemory(SubsidiaError):
    """The write ran into the memory limit; nothing was changed."""


class WriterDied(SubsidiaError):
    """The write ended its process, by nesting or otherwise; nothing was changed."""


class GraphProtected(SubsidiaError):
    """The write would change a graph that is not to be written; nothing was changed."""


class GraphAbsent(SubsidiaError):
    """The graph is not in the store."""


class DocumentRefused(SyntaxRefused):
    """A document that is not the RDF that its media type says, with line and column where they can be told."""


@dataclass(frozen=True, slots=True)
class WriteLimits:
    """What one write may take: `time` in seconds, `memory` in bytes; `patience` in seconds for other writers."""

    time: float = 60.0
    memory: int = 2 * 2**30
    patience: float = 60.0


class Writer:
    """Writes tasks to a store, one after the other; close() ends the one under way."""

    def __init__(self, store: Store, limits: WriteLimits) -> None:
        self.limits = limits
        self._store = store
        self._lock = Lock()
        self._closed = False
        self._child: subprocess.Popen[bytes] | None = None

    def write(self, task: Task) -> Changed:
        """Do a task and make it the next generation, durably; it is what the next reader reads.

        Raises QueryRefused or one of its kinds for what is not done, GraphProtected, GraphAbsent, WriteOverTime,
        WriteOverMemory, WriterDied, StoreBusy, StoreUnreachable; nothing is changed then.
        """
        found: dict[str, Any] = {}

        def change(draft: Path, before: Path) -> None:
            found.update(self._run(task, draft, before))
            _keep_columns(draft, before)

        after = self._store.commit_folder(change, patience=self.limits.patience)
        facts = {name: found[name] for name in ("created", "added", "removed", "exact", "graphs")}
        return Changed(after - 1, after, **facts)

    def close(self) -> None:
        """End the write under way, and do no other."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()

    def _run(self, task: Task, draft: Path, before: Path) -> dict[str, Any]:
        """Let a child change the draft; gives what it tells, raises what it tells of as a failure."""
        said = encode(task, draft, before, self.limits.memory, self.limits.time + 5)
        child = self._start()
        try:
            output, errors = child.communicate(said, timeout=self.limits.time)
        except subprocess.TimeoutExpired as error:
            words = f"the write took longer than {self.limits.time:g} s; nothing was changed"
            raise WriteOverTime(words) from error
        finally:
            child.kill()
            child.communicate()
            self._child = None
        if child.returncode != 0:
            raise self._death(child.returncode, errors)
        answer: dict[str, Any] = json.loads(output)
        _raise_failure(answer, before)
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name != _SECRET}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        with self._lock:
            if self._closed:
                raise WriterDied("the service is ending; nothing was changed")
            pipe = subprocess.PIPE
            command = [sys.executable, "-P", "-m", "graph.writer_process"]
            self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
            return self._child

    def _death(self, status: int, errors: bytes) -> SubsidiaError:
        memory = f"{self.limits.memory / 2**20:,.0f} MiB"
        if any(words in errors for words in _NO_MEMORY):
            return WriteOverMemory(f"the write needs more than the {memory} that it may have; nothing was changed")
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        return WriterDied(f"the write ended its process ({how}), as one that nests too deep does; nothing was changed")


def _raise_failure(answer: dict[str, Any], store: Path) -> None:
    """Raise the error that a child's answer stands for; nothing where it did what it was asked."""
    failure, message = answer["failure"], answer.get("message", "")
    if failure == "evaluation":
        raise QueryRefused(message)
    if failure == "protected":
        raise GraphProtected(message)
    if failure == "absent":
        raise GraphAbsent(message)
    if failure == "memory":
        raise WriteOverMemory(f"{message}; nothing was changed")
    if failure == "document":
        raise DocumentRefused(message, answer["line"], answer["column"])
    if failure == "position":
        raise SyntaxRefused(message, answer["line"], answer["column"])
    if failure == "store":
        raise StoreUnreachable(store.parent, f"cannot be written ({message})")


def _keep_columns(draft: Path, before: Path) -> None:
    """Make the flow columns of a draft before anybody reads it; a draft whose flows cannot be read is refused."""
    snapshot = Snapshot(draft, int(before.name.removeprefix("generation-")) + 1)
    try:
        flow_table(snapshot)
    except (ArithmeticError, LookupError, TypeError, ValueError, SubsidiaError) as error:
        raise QueryRefused(f"the flows could not be read afterwards ({error}); nothing was changed") from error
