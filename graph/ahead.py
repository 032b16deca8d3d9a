"""Ahead: the next of what is made slowly, made while the one before is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["ahead"]

Made = TypeVar("Made")


def ahead(items: Iterable[Made]) -> Iterator[Made]:
    """Give the items in their order, each made in a thread of its own while the one before is used.

    An error of the iterable is raised where its item would have been given. Whoever stops early waits for the item
    that is being made.

    >>> list(ahead(iter([1, 2, 3])))
    [1, 2, 3]
    """
    source = iter(items)
    end = object()
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, source, end)
        while (item := coming.result()) is not end:
            coming = maker.submit(next, source, end)
            yield item  # type: ignore[misc]
