"""Changes: what began, ended and changed hands between two years.

A statement holds at a year as graph.time has it; one without dates holds at every year, so it can change nothing and is
only counted. Where one end of its validity is not known, that end is taken as open, and the change says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from graph.time import holds

__all__ = ["Change", "Handover", "Held", "change_of", "handovers"]

Change = Literal["began", "ended", "came-and-went", "held", "undated", "outside"]


@dataclass(frozen=True, slots=True)
class Held:
    """A duty as a fact: who holds it, for what (territory, field, aspect), and its years."""

    statement: str
    holder: str
    matter: tuple[str, str, str]
    begin: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Handover:
    """A matter that some bodies no longer hold and others have come to hold, with the statements that say so."""

    territory: str
    field: str
    aspect: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    statements: tuple[str, ...]


def change_of(begin: int | None, end: int | None, since: int, until: int) -> Change:
    """Say what a statement did between two years.

    `began`: it holds at `until` and not at `since`; `ended`: the other way round; `came-and-went`: at neither, but in
    between; `held`: at both; `undated`: it has no dates; `outside`: it holds in none of these years.

    >>> change_of(2005, 2012, 2006, 2013), change_of(2007, None, 2006, 2013), change_of(2008, 2009, 2006, 2013)
    ('ended', 'began', 'came-and-went')
    """
    if begin is None and end is None:
        return "undated"
    before, after = holds(begin, end, since, since), holds(begin, end, until, until)
    if before and after:
        return "held"
    if before or after:
        return "ended" if before else "began"
    return "came-and-went" if holds(begin, end, since, until) else "outside"


def handovers(duties: Iterable[Held], since: int, until: int) -> list[Handover]:
    """Find the matters that changed hands: somebody's dated duty ended, and that of somebody else began no later than
    the year after.

    Who holds a matter in both years, by whatever statement, neither gave nor took it. Sorted by matter; [] for none.
    """
    by_matter: dict[tuple[str, str, str], list[Held]] = defaultdict(list)
    for duty in duties:
        by_matter[duty.matter].append(duty)
    found = []
    for matter, held in sorted(by_matter.items()):
        at = {
            when: {duty.holder for duty in held if holds(duty.begin, duty.end, when, when)} for when in (since, until)
        }
        ended = [each for each in _those(held, "ended", since, until) if each.holder not in at[until]]
        began = [each for each in _those(held, "began", since, until) if each.holder not in at[since]]
        pairs = [(old, new) for old in ended for new in began if _follows(old, new)]
        if pairs:
            before, after = {old.holder for old, _ in pairs}, {new.holder for _, new in pairs}
            statements = {duty.statement for pair in pairs for duty in pair}
            found.append(Handover(*matter, tuple(sorted(before)), tuple(sorted(after)), tuple(sorted(statements))))
    return found


def _those(held: Iterable[Held], change: Change, since: int, until: int) -> list[Held]:
    return [duty for duty in held if change_of(duty.begin, duty.end, since, until) == change]


def _follows(old: Held, new: Held) -> bool:
    return old.end is not None and new.begin is not None and new.begin <= old.end + 1
