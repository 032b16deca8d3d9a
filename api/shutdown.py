"""Shutdown: long queries do not keep the service from ending, and nothing outlives it."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from graph.sandbox import die_with_parent

__all__ = ["ending_with_parent", "told_of_signals"]

_GRACE: Final = 0.5  # seconds that requests under way have to be answered after the first signal
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def ending_with_parent() -> None:
    """Let a web process that another made, as with several workers, end with that one even where it is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        die_with_parent(parent.pid)


@contextmanager
def told_of_signals(close: Callable[[], None]) -> Iterator[None]:
    """Call `close` in a thread soon after a signal to end; the server's own handling of the signal goes on as well.

    The server waits for requests under way, and those wait for readers: so these have to be closed first. Outside the
    main thread, as in tests, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {number: signal.getsignal(number) for number in _SIGNALS}

    def act(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(loop.call_later, _GRACE, loop.run_in_executor, None, close)
        if callable(before[number]):
            before[number](number, frame)

    for number in _SIGNALS:
        if callable(before[number]):
            signal.signal(number, act)
    try:
        yield
    finally:
        for number in _SIGNALS:
            if callable(before[number]):
                signal.signal(number, before[number])
