"""Passages: how words are digested, and where they stand in a text. The words themselves are kept nowhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

__all__ = ["digest", "find", "fold"]

_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """Make every run of white space one space, and drop it at both ends.

    >>> fold("two\\n  words ")
    'two words'
    """
    return _SPACE.sub(" ", text).strip()


def digest(text: str) -> str:
    """Give the SHA-256 of a text with its white space folded, so that a line break more or less changes nothing.

    >>> digest("two  words") == digest("two\\nwords")
    True
    """
    return "sha256:" + hashlib.sha256(fold(text).encode()).hexdigest()


def find(words: str, text: str) -> Iterator[tuple[int, int]]:
    """Give the offsets (start, end), in decoded characters, of each place where the words stand in the text.

    White space matches any white space. Words of white space alone are found nowhere.

    >>> list(find("two words", "these two\\nwords"))
    [(6, 15)]
    """
    parts = [re.escape(part) for part in fold(words).split(" ") if part]
    if parts:
        for match in re.finditer(r"\s+".join(parts), text):
            yield match.span()
