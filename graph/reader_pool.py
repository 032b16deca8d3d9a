"""The pool: one thread that gives tasks to reader processes, cuts those that take too long, and replaces the dead."""

from __future__ import annotations

import selectors
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Final

from graph.errors import QueryRefused
from graph.lanes import Lane, Reader, Remembered, Task, shape
from graph.limits import Busy, Interrupted, Limits, OverMemory, OverTime
from graph.nursery import Nursery
from graph.questions import Answer, Question, question_frame, read_answer
from ontology.errors import SubsidiaError

__all__ = ["ReaderPool"]

_NICE: Final = 10
_SPARE: Final = 2  # short readers that are never all held by what looks long, and take the place of those that end
_SUSPECT_TIMES: Final = 4
_SHORT_WAITING: Final = 512
_PIECE: Final = 2**18
_FAIR: Final = 0.9  # of the time limit: who had that much of it was not stopped for others' sake


class ReaderPool:
    """Two lanes of readers, and the thread that keeps them."""

    def __init__(self, limits: Limits, folder: str = "") -> None:
        self.limits = limits
        shorts = max(2, limits.readers) + _SPARE
        memory = min(limits.slice_memory, limits.memory)
        self.short = Lane(shorts, memory, 0, _SHORT_WAITING, most_suspects=shorts - _SPARE)
        self.long = Lane(limits.readers, limits.memory, _NICE, limits.queue, most_suspects=limits.readers)
        self._lock = threading.RLock()
        self._heavy = Remembered()
        self._folder = folder
        self._closed = False
        self._wakes_at = 0.0
        self._patience = 0.0  # until when no reader is made, as the last one ended before it was ready
        self._nursery = Nursery()
        self.ended: Counter[str] = Counter()
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, self._on_wake)
        self._selector.register(self._nursery.control, selectors.EVENT_READ, self._on_ended)
        self._thread = threading.Thread(target=self._keep, name="readers", daemon=True)
        self._thread.start()

    def submit(self, question: Question) -> Future[Answer]:
        """Queue a question; gives the future of its answer. Interrupted after close(), Busy where too many wait."""
        now = time.monotonic()
        key = hash((question.folder, question.query, question.default_graphs, question.named_graphs))
        task = Task(question_frame(question), key, shape(question.query), Future(), now, now + self.limits.time)
        with self._lock:
            if self._closed:
                raise Interrupted("the readers are closed")
            self._folder = question.folder
            lane = self.long if key in self._heavy else self.short
            self._enqueue(lane, task)
            if task.future.done():
                return task.future
            lane.dispatch(now)
            if self._next_time() < self._wakes_at:
                self._wake.send(b".")
        return task.future

    def give_up(self, future: Future[Answer]) -> None:
        """Stop a task that nobody waits for."""
        with self._lock:
            for lane in (self.short, self.long):
                for task in [task for task in lane.waiting if task.future is future]:
                    lane.drop(task)
                for reader in lane.readers:
                    if reader.task is not None and reader.task.future is future:
                        reader.task = None
                        self._end(reader, "nobody waited")
        with suppress(InvalidStateError):
            future.set_exception(Interrupted("the query was given up, as nobody waited for it"))

    def close(self) -> None:
        """End the readers, whatever they are doing; who waits is told."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._wake.send(b".")
        self._thread.join()
        readers = [*self.short.readers, *self.long.readers]
        for reader in readers:
            reader.kill()
        self._nursery.close()
        waiting = [*self.short.waiting, *self.long.waiting, *(reader.task for reader in readers if reader.task)]
        for task in waiting:
            _fail(task, Interrupted("the readers ended before the query was answered; ask again"))
        for reader in readers:
            reader.line.close()
        self._selector.close()
        self._woken.close()
        self._wake.close()

    def occupation(self) -> dict[str, tuple[int, int, int]]:
        """Give, for the lanes `short` and `long`, how many readers are ready, are at work, and how many tasks wait."""
        with self._lock:
            return {
                name: (
                    sum(reader.process is not None for reader in lane.readers),
                    sum(reader.task is not None for reader in lane.readers),
                    len(lane.waiting),
                )
                for name, lane in (("short", self.short), ("long", self.long))
            }

    def processes(self) -> list[int]:
        """Give the process numbers of the readers that are ready."""
        with self._lock:
            readers = [*self.short.readers, *self.long.readers]
            return [reader.process for reader in readers if reader.process is not None and reader.status is None]

    def _keep(self) -> None:
        while True:
            with self._lock:
                if self._closed:
                    return
                now = time.monotonic()
                self._cut(now)
                self._staff(now)
                self._wakes_at = self._next_time()
                pause = None if self._wakes_at == float("inf") else max(0.0, self._wakes_at - now)
            events = self._selector.select(pause)
            with self._lock:
                for key, _ in events:
                    act: Callable[[], None] = key.data
                    act()

    def _next_time(self) -> float:
        """Give the time when something has to be cut or made, if nothing else happens."""
        times = [self._short_cut(reader, reader.task) for reader in self.short.readers if reader.task]
        times += [reader.task.deadline for reader in self.long.readers if reader.task]
        lanes = (self.short, self.long)
        times += [task.deadline for lane in lanes for task in lane.waiting]
        if any(len(lane.readers) < lane.size for lane in lanes):
            times.append(self._patience)
        return min(times, default=float("inf"))

    def _short_cut(self, reader: Reader, task: Task) -> float:
        """Give the time at which a short task is cut, or looked at again."""
        end = min(task.deadline, task.begun + self.limits.slice)
        return min(end, max(task.begun + self._hurry(task), reader.spared)) if self.short.waiting else end

    def _hurry(self, task: Task) -> float:
        """Give how long a task may take while others wait: a suspect longer, as the others do not wait for it."""
        return self.limits.hurry * (_SUSPECT_TIMES if self.short.suspects_task(task) else 1)

    def _spare(self, reader: Reader, task: Task, now: float) -> bool:
        """Look away once more where a task was not at work for its time, but waited for the processor."""
        if now >= task.begun + self.limits.slice or reader.work() - reader.worked >= self._hurry(task):
            return False
        reader.spared = now + self.limits.hurry / 2
        return True

    def _cut(self, now: float) -> None:
        for lane in (self.short, self.long):
            # a task that was cut before waits behind others that may wait longer, so not only the first is looked at
            for late in [task for task in lane.waiting if task.deadline <= now or task.future.cancelled()]:
                lane.drop(late)
                _fail(late, Busy(f"no reader became free in {now - late.asked:.1f} s: ask again later"))
        for reader in self.long.overdue(now, lambda _, task: task.deadline):
            self._out_of_time(reader, now)
        for reader in self.short.overdue(now, self._short_cut):
            task = reader.task
            if task is not None and task.deadline <= now:
                self._out_of_time(reader, now)
            elif task is not None and not self._spare(reader, task, now):
                reader.task = None
                self._end(reader, "others waited")
                self._try_again(task, now)

    def _out_of_time(self, reader: Reader, now: float) -> None:
        task, reader.task = reader.task, None
        self._end(reader, "time")
        if task is None:
            return
        self._note(task)
        if task.waited <= (1 - _FAIR) * self.limits.time:
            _fail(task, OverTime(f"the query took longer than {self.limits.time:g} s"))
        else:
            ran = f"after {now - task.begun:.1f} s, as it had waited {task.waited:.1f} s for a free reader"
            _fail(task, Busy(f"the query was stopped {ran}; ask again later"))

    def _try_again(self, task: Task, now: float) -> None:
        """Let a task that was cut for others' sake run once more behind them; one that had its slice is long."""
        if self.short.suspects_task(task) or now - task.begun >= self.limits.slice:
            self._demote(task, now)
        else:
            task.suspect, task.begun = True, now
            self._enqueue(self.short, task)

    def _demote(self, task: Task, now: float) -> None:
        """Run a task anew among the long ones, as it is not short."""
        if now - task.begun >= self.limits.slice:
            self._note(task)
        self.short.suspected.note(task.shape)
        task.begun = now
        self._enqueue(self.long, task)
        self.long.dispatch(now)

    def _note(self, task: Task) -> None:
        """Remember that a task is long; the next time it goes to the long lane at once."""
        self._heavy.note(task.key)

    def _enqueue(self, lane: Lane, task: Task) -> None:
        if len(lane.waiting) >= lane.most_waiting and not any(reader.idle for reader in lane.readers):
            _fail(task, Busy(f"{len(lane.waiting)} queries wait already for a free reader; ask again later"))
        else:
            lane.add(task)

    def _staff(self, now: float) -> None:
        """Make the readers that are missing."""
        for lane in (self.short, self.long):
            while len(lane.readers) < lane.size and now >= self._patience:
                wishes = {"memory": lane.memory, "nice": lane.nice, "network": bool(self.limits.hosts)}
                try:
                    reader = Reader(self._nursery.make(**wishes, folder=self._folder), lane)
                except OSError:
                    self._patience = now + 0.2
                    return
                lane.readers.append(reader)
                self._selector.register(reader.line, selectors.EVENT_READ, lambda reader=reader: self._on_line(reader))

    def _on_wake(self) -> None:
        self._woken.recv(4096)

    def _on_line(self, reader: Reader) -> None:
        try:
            data = reader.line.recv(_PIECE)
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(reader.line)
            reader.silent = True
            self._bury(reader)
            return
        for words, body in reader.frames.feed(data):
            if "ready" in words:
                reader.process = words["ready"]
            elif reader.task is not None:
                task, reader.task = reader.task, None
                self._settle(reader, task, read_answer(words, body))
            reader.lane.dispatch(time.monotonic())

    def _settle(self, reader: Reader, task: Task, found: Answer) -> None:
        if found.failure == "memory" and reader.lane is self.short:
            self._demote(task, time.monotonic())
            return
        if reader.lane is self.long:
            # what it took stays with it, and a new one is made in no time
            self._end(reader, "memory" if found.failure == "memory" else "done")
            if time.monotonic() - task.begun >= self.limits.slice:
                self._note(task)
        with suppress(InvalidStateError):
            task.future.set_result(found)

    def _on_ended(self) -> None:
        ended = self._nursery.ended()
        readers = [*self.short.readers, *self.long.readers]
        if ended is None:
            self._selector.unregister(self._nursery.control)
            self._nursery.close()
            self._nursery = Nursery()
            self._selector.register(self._nursery.control, selectors.EVENT_READ, self._on_ended)
            for reader in readers:
                reader.status = 0
                self._bury(reader)
            return
        for process, status in ended:
            for reader in readers:
                if reader.process == process:
                    reader.status = status
                    self._bury(reader)

    def _bury(self, reader: Reader) -> None:
        """Let go of a reader when its socket has ended and how it ended is known."""
        if reader.process is None and reader.silent:
            self._patience = time.monotonic() + 0.2
        elif not reader.silent or reader.status is None:
            return
        if reader not in reader.lane.readers:
            return
        reader.lane.readers.remove(reader)
        reader.line.close()
        if reader.task is not None:
            self._mourn(reader.task, reader)

    def _end(self, reader: Reader, why: str) -> None:
        self.ended[why] += 1
        reader.kill()

    def _mourn(self, task: Task, reader: Reader) -> None:
        """Say what became of the task of a reader that ended by itself."""
        self.ended["depth" if reader.status == -signal.SIGSEGV else "memory" if reader.status else "shutdown"] += 1
        if reader.status == 0:
            _fail(task, Interrupted("the readers ended before the query was answered; ask again"))
        elif reader.status == -signal.SIGSEGV:
            _fail(task, QueryRefused("the query nests too deep, or has too many parts in a row, to be evaluated"))
        elif reader.lane is self.short:
            self._demote(task, time.monotonic())
        else:
            memory = f"{self.limits.memory / 2**20:,.0f} MiB"
            _fail(task, OverMemory(f"the query ended its reader: it may take {memory}"))


def _fail(task: Task, error: SubsidiaError) -> None:
    with suppress(InvalidStateError):
        task.future.set_exception(error)
