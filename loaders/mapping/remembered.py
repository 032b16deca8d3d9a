"""Remembered: a few numbers for each of very many words, in a tenth of the memory that a dictionary takes."""

from __future__ import annotations

from struct import Struct

__all__ = ["Remembered"]


class Remembered:
    """Numbers by word: 64 bits of each word's hash and its numbers, packed side by side in 65,536 buckets.

    Of ten million words the chance that any two are taken for one is one in 400,000. Six million words without numbers
    take some 60 MB; a bucket is searched from its beginning, which takes some microseconds then.

    >>> found = Remembered("q")
    >>> found.get("a"), found.put("a", 7), found.get("a"), found.put("a", 8), found.get("a"), len(found)
    (None, None, (7,), None, (8,), 1)
    """

    def __init__(self, form: str = "") -> None:
        """Say what is kept with each word, as the struct module writes it; "" for nothing: a set of words."""
        self._numbers = Struct(f"<{form}")
        self._size = 8 + self._numbers.size
        self._buckets: dict[bytes, bytearray] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, word: object) -> bool:
        return self._place(_key(word)) >= 0

    def get(self, word: str) -> tuple[int, ...] | None:
        """Give the numbers of a word, None for a word that is not remembered."""
        key = _key(word)
        place = self._place(key)
        return None if place < 0 else self._numbers.unpack_from(self._buckets[key[:2]], place + 8)

    def put(self, word: str, *numbers: int) -> None:
        """Remember a word with its numbers, in the place of those that it had."""
        key = _key(word)
        place = self._place(key)
        if place >= 0:
            self._numbers.pack_into(self._buckets[key[:2]], place + 8, *numbers)
            return
        self._count += 1
        self._buckets.setdefault(key[:2], bytearray()).extend(key + self._numbers.pack(*numbers))

    def _place(self, key: bytes) -> int:
        """Give where a key stands in its bucket, -1 where it does not; numbers that look like it are passed over."""
        bucket = self._buckets.get(key[:2])
        if bucket is None:
            return -1
        place = bucket.find(key)
        while place >= 0 and place % self._size:
            place = bucket.find(key, place + 1)
        return place


def _key(word: object) -> bytes:
    return hash(word).to_bytes(8, "little", signed=True)
