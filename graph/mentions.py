"""Mentions: the lines of a text that name money, a year or an organisation, and so ask for a statement or a reason.

The patterns are wide on purpose: a line found for nothing costs its reader a word of explanation, a line not found
could hide a figure. They read English.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["MENTION_KINDS", "Mention", "MentionKind", "Names", "find_mentions"]

MentionKind = Literal["figure", "event", "organisation"]
MENTION_KINDS: Final[tuple[MentionKind, ...]] = ("figure", "event", "organisation")

_FIGURE = re.compile(
    r"[€£$¥]|\b(?:euros?|eur|pounds?|dollars?|currenc(?:y|ies)|millions?|billions?|money|budget\w*|loans?|fines?|fees?"
    r"|grants?|fund(?:s|ed|ing|ers?)?|(?:co-?|micro-?)?financ\w*|subsid(?:y|ies|i[sz]e\w*))\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[89]|20)[0-9]{2}\b")
_BODY = (
    "Agency|Alliance|Assembly|Association|Authority|Bank|Board|Bureau|Cabinet|Centre|Center|Chamber|Commission"
    "|Commissioner|Committee|Confederation|Consortium|Council|Department|Directorate|Federation|Forum|Foundation"
    "|Government|Institute|Ministry|Minister|Municipality|Network|Office|Organi[sz]ation|Parliament|Secretariat"
    "|Service|Trust|Union|Unit|University"
)
_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'&-]*"
_NAMED_BODY = re.compile(
    rf"{_WORD}(?:[ ]+(?:of|for|and|the|on|in|against)|[ ]+{_WORD}){{0,5}}[ ]+(?:{_BODY})\b"
    rf"|\b(?:{_BODY})[ ]+(?:of|for|on|against)[ ]+(?:the[ ]+)?{_WORD}"
    rf"|\bCity[ ]+of[ ]+{_WORD}"
)


_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that mentions something: its number from 1, and from the first to after the last character of what does.

    Offsets are in decoded characters of the whole text.
    """

    kind: MentionKind
    line: int
    start: int
    end: int


class Names:
    """Known names of bodies, found in a line by their first word.

    A name counts if it has a capital letter and four characters or more, so that it can be told from a common word.

    >>> known = Names(["Caritas", "Red Cross", "towns"])
    >>> list(known.spans("the Red Cross and Caritas of the towns"))
    [(4, 13), (18, 25)]
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[str]] = defaultdict(list)
        for name in sorted(set(names), key=lambda name: (-len(name), name)):
            first = _TOKEN.match(name)
            if first and len(name) >= 4 and any(letter.isupper() for letter in name):
                self._by_first[first[0]].append(name)

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """Give where names stand in a line, the longest that begins at each word."""
        for token in _TOKEN.finditer(line):
            for name in self._by_first.get(token[0], ()):
                end = token.start() + len(name)
                if line.startswith(name, token.start()) and not line[end : end + 1].isalnum():
                    yield token.start(), end
                    break


def find_mentions(text: str, names: Names | None = None) -> Iterator[Mention]:
    r"""Give the mentions of a text line by line, at most one of a kind a line; nothing for an empty text.

    Parameters
    ----------
    text
        the decoded text; lines end at a line feed.
    names
        of organisations that are known beforehand.

    Examples
    --------
    >>> [(m.kind, m.line, m.start, m.end) for m in find_mentions("In 2006\nthe fund gave 3 million")]
    [('event', 1, 3, 7), ('figure', 2, 12, 31)]
    """
    patterns: dict[MentionKind, re.Pattern[str]] = {"figure": _FIGURE, "event": _YEAR, "organisation": _NAMED_BODY}
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        for kind in MENTION_KINDS:
            spans = list(_spans(line, patterns[kind]))
            if names is not None and kind == "organisation":
                spans += names.spans(line)
            if spans:
                first, last = min(begin for begin, _ in spans), max(end for _, end in spans)
                yield Mention(kind, number, start + first, start + last)
        start += len(line) + 1


def _spans(line: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    return (match.span() for match in pattern.finditer(line))
