"""Time: which years a statement covers, and whether it holds at one."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["holds", "year"]

_YEAR: Final = re.compile(r"[0-9]{4}(?![0-9])")


def year(value: str | None) -> int | None:
    """Give the year of a gYear, gYearMonth or date in its lexical form; None for None.

    None too for what is no year, such as loaders refuse and an update may write: it is then not known.

    >>> year("2006-03-14"), year("2006"), year(None), year("long ago")
    (2006, 2006, None, None)
    """
    found = _YEAR.match(value or "")
    return int(found[0]) if found else None


def holds(begin: int | None, end: int | None, since: int | None, until: int | None) -> bool:
    """Say whether a validity and an asked span share a year; None leaves an end open or unknown.

    What ended in 2012 held in 2012 and not in 2013.

    >>> holds(2005, 2012, 2012, 2012), holds(2005, 2012, 2013, 2013), holds(None, None, 1999, 1999)
    (True, False, True)
    """
    starts_in_time = begin is None or until is None or begin <= until
    ends_in_time = end is None or since is None or end >= since
    return starts_in_time and ends_in_time
