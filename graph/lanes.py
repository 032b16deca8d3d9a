"""Lanes: short queries pass the long ones.

Every query first runs for a short slice in the short lane. What exceeds the slice, or its little memory, is run anew in
the long lane, at a lower priority of the processor and with the whole time and memory. So a short query never waits
behind a runaway. What was long once goes to the long lane at once; and what only looks like it, the same query with
other names and values in it, may hold some of the short readers but never all.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from graph.questions import Answer, Frames

__all__ = ["Lane", "Reader", "Remembered", "Task", "shape"]

_REMEMBERED: Final = 1000
_LOOKED_AT: Final = 4096  # characters of a query that its shape is made from
_VARYING: Final = re.compile(r"<[^<>\s]*+>|\"[^\"]*+\"|'[^']*+'|#[^\n]*+|[?$]\w++|\d++|\s++")


def shape(text: str) -> int:
    """Give a number that queries share which differ in IRIs, strings, numbers, names of variables and comments only.

    It only decides who goes first, so it may be wrong about a strange query.

    >>> shape("ASK { ?s <http://a/> 1 } # one") == shape("ASK { ?x <http://b/> 22 }")
    True
    """
    return hash(_VARYING.sub("", text[:_LOOKED_AT]))


class Remembered:
    """The latest keys that were noted, some of them."""

    def __init__(self) -> None:
        self._keys: OrderedDict[int, None] = OrderedDict()

    def __contains__(self, key: int) -> bool:
        return key in self._keys

    def note(self, key: int) -> None:
        """Remember a key, and forget the oldest where there are many."""
        self._keys[key] = None
        self._keys.move_to_end(key)
        if len(self._keys) > _REMEMBERED:
            self._keys.popitem(last=False)


@dataclass(eq=False, slots=True)
class Task:
    """A question under way: its message, who waits for it, and when it was asked and last begun."""

    message: bytes
    key: int
    shape: int
    future: Future[Answer]
    asked: float
    deadline: float
    begun: float = 0.0
    suspect: bool = False
    waited: float = 0.0


@dataclass(eq=False, slots=True)
class Reader:
    """A reader process as its parent knows it; `task` is what it works at, `status` how it ended."""

    line: socket.socket
    lane: Lane
    frames: Frames = field(default_factory=Frames)
    process: int | None = None
    task: Task | None = None
    status: int | None = None
    silent: bool = False
    doomed: bool = False
    worked: float = 0.0
    spared: float = 0.0

    def work(self) -> float:
        """Give the processor's seconds that it has taken so far; 0 where that cannot be told."""
        if self.process is None:
            return 0.0
        with suppress(OSError):
            # as clock_getcpuclockid(3) makes the number of another process's clock
            return time.clock_gettime((~self.process << 3) | 2)
        return 0.0

    @property
    def idle(self) -> bool:
        """Whether it can be given a task."""
        return self.process is not None and self.task is None and not self.doomed and not self.silent

    def kill(self) -> None:
        """End it at once; who asked is told by whoever kills it."""
        self.doomed = True
        if self.process is not None and self.status is None:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)


@dataclass(eq=False, slots=True)
class Lane:
    """Some readers and the tasks that wait for them; suspects wait behind the others, and hold some readers at most."""

    size: int
    memory: int
    nice: int
    most_waiting: int
    most_suspects: int
    readers: list[Reader] = field(default_factory=list)
    queue: deque[Task] = field(default_factory=deque)
    suspects: deque[Task] = field(default_factory=deque)
    suspected: Remembered = field(default_factory=Remembered)

    @property
    def waiting(self) -> list[Task]:
        """The tasks that wait, in the order in which they will be begun."""
        return [*self.queue, *self.suspects]

    def drop(self, task: Task) -> None:
        """Let a task that waits here, if it does, wait no longer."""
        for queue in (self.queue, self.suspects):
            with suppress(ValueError):
                queue.remove(task)

    def add(self, task: Task) -> None:
        """Let a task wait for a reader."""
        self._queue_of(task).append(task)

    def dispatch(self, now: float) -> None:
        """Give waiting tasks to idle readers."""
        while (task := self._next()) is not None:
            reader = next((reader for reader in self.readers if reader.idle), None)
            if reader is None:
                self._queue_of(task).appendleft(task)
                return
            if not task.future.running() and not task.future.set_running_or_notify_cancel():
                continue
            try:
                reader.line.sendall(task.message)
            except OSError:  # it has just ended
                reader.silent = True
                self._queue_of(task).appendleft(task)
                continue
            task.waited += now - (task.begun or task.asked)
            task.begun = now
            reader.task = task
            reader.worked = reader.work()
            reader.spared = 0.0

    def _next(self) -> Task | None:
        """Take the task that comes next, if one may be begun."""
        if self.queue:
            return self.queue.popleft()
        held = sum(reader.task is not None and self.suspects_task(reader.task) for reader in self.readers)
        return self.suspects.popleft() if self.suspects and held < self.most_suspects else None

    def _queue_of(self, task: Task) -> deque[Task]:
        return self.suspects if self.suspects_task(task) else self.queue

    def suspects_task(self, task: Task) -> bool:
        """Whether a task was cut before, or looks like one that was long."""
        return task.suspect or task.shape in self.suspected

    def overdue(self, now: float, cut: Callable[[Reader, Task], float]) -> list[Reader]:
        """Give the readers whose task is to be cut by now."""
        return [reader for reader in self.readers if reader.task is not None and cut(reader, reader.task) <= now]
