"""Answers that are kept: the same question on the same generation of the same store is answered once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Final, Generic, Protocol, TypeVar

__all__ = ["AnswerCache", "Kept"]

_OVERHEAD: Final = 1024  # bytes counted for an entry besides its body and its query
_SHARE: Final = 4  # no answer takes more than this part of all that is kept


class Kept(Protocol):
    """What can be kept: a body, why it is no answer ("" where it is one), and whether it would be the same again."""

    @property
    def body(self) -> bytes:
        """The bytes, which are counted."""

    @property
    def failure(self) -> str:
        """Why it is no answer."""

    @property
    def lasting(self) -> bool:
        """Whether the same question on the same generation would be answered the same."""


Entry = TypeVar("Entry", bound=Kept)


class AnswerCache(Generic[Entry]):
    """The answers used last, bounded by their bytes; 0 bytes keep nothing.

    >>> from graph.questions import Answer
    >>> cache = AnswerCache(10_000)
    >>> cache.keep("question", 8, Answer(body=b"yes", lasting=True))
    >>> cache.find("question").body, cache.find("another")
    (b'yes', None)
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.hits = 0
        self.misses = 0
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, tuple[Entry, int]] = OrderedDict()

    def find(self, key: Hashable) -> Entry | None:
        """Give what is kept under the key, and keep it longer; None where nothing is."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                self.misses += 1
                return None
            self.hits += 1
            self._kept.move_to_end(key)
            return found[0]

    def glance(self, key: Hashable) -> Entry | None:
        """Give what is kept under the key, counted neither as a hit nor as a miss, nor kept longer for it."""
        with self._lock:
            found = self._kept.get(key)
        return found[0] if found else None

    def keep(self, key: Hashable, length: int, answer: Entry) -> None:
        """Keep an answer that lasts and is not too large; `length` is that of what the key holds."""
        # a character of text takes up to four bytes
        size = len(answer.body) + 4 * length + _OVERHEAD
        if answer.failure or not answer.lasting or size * _SHARE > self.most:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            self.size += size - (before[1] if before else 0)
            self._kept[key] = (answer, size)
            while self.size > self.most:
                _, (_, freed) = self._kept.popitem(last=False)
                self.size -= freed
