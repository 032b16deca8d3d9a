"""Ahead: what is made one by one, taken by several hands while the next is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

__all__ = ["take_ahead"]

Made = TypeVar("Made")


def take_ahead(items: Iterable[Made], take: Callable[[Made], object], hands: int = 2) -> None:
    """Have each item taken by one of several threads, while the next is made in this one.

    At most `hands` items are being taken, and one is made; in which order they are done is not told. An error of the
    iterable or of `take` is raised when those that are being taken are done, and no further item is taken.

    >>> found = []
    >>> take_ahead([1, 2, 3], found.append)
    >>> sorted(found)
    [1, 2, 3]
    """
    running: set[Future[object]] = set()
    with ThreadPoolExecutor(hands) as pool:
        for item in items:
            if len(running) == hands:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for each in done:
                    each.result()
            running.add(pool.submit(take, item))
        for each in running:
            each.result()
