"""Patterns of dates: what each is made of, the form of the cells that it reads, and those that are looked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

__all__ = ["CERTAIN", "DATES", "ORDERS", "pattern_form"]

_SPACE: Final = "[ \u00a0\u2009\u202f]"
_TOKENS: Final = {
    "d": r"(?P<d>[0-9]{1,2})",
    "dd": r"(?P<d>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "mm": r"(?P<m>[0-9]{2})",
    "mmm": r"(?P<name>[^\W\d_]+(?:[ -][^\W\d_]+)?)\.?",
    "mmmm": r"(?P<name>[^\W\d_]+(?:[ -][^\W\d_]+)?)\.?",
    "yy": r"(?P<yy>[0-9]{2})",
    "yyyy": r"(?P<y>[0-9]{4})",
}
_TOKEN: Final = re.compile(
    r"(?P<token>d+|m+|y+)|'(?P<quoted>[^']+)'|(?P<space>\s+)|(?P<mark>[./,\-–])|(?P<other>.)", re.S
)
_TIME: Final = (
    rf"(?:(?:[Tt]|,?{_SPACE}+)(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{{1,9}})?)?"
    rf"(?:{_SPACE}?[AaPp]\.?[Mm]\.?)?(?:[Zz]|{_SPACE}?[+-][0-9]{{2}}:?[0-9]{{2}})?)?"
)

# What is looked for where a column's patterns have to be found out. Without an order: a day is told from a month by
# a name or by the year that stands first. With dots nobody writes the month first.
CERTAIN: Final = (
    *("yyyy-mm-dd", "yyyy-m-d", "yyyy/mm/dd", "yyyy/m/d", "yyyy.mm.dd", "yyyy. mm. dd.", "yyyy. m. d.", "yyyy.mm.dd."),
    *("yyyy", "yyyy-mm", "yyyy/mm", "mm/yyyy", "m/yyyy", "mm.yyyy", "m.yyyy", "mm-yyyy", "m-yyyy"),
    *("d mmm yyyy", "d. mmm yyyy", "d mmm yy", "d. mmm yy", "d-mmm-yyyy", "d-mmm-yy", "d/mmm/yyyy", "d.mmm.yyyy"),
    *("d 'de' mmm 'de' yyyy", "mmm d, yyyy", "mmm yyyy", "mmm-yyyy", "yyyy. mmm d.", "yyyy mmm d", "yyyy mmm"),
    *("d mmm yyyy 'г.'", "dd.mm.yyyy 'г.'", "yyyy. 'gada' d. mmm", "yyyy 'm.' mmm d 'd.'"),
)
ORDERS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "/": (
        ("dd/mm/yyyy", "d/m/yyyy", "dd/mm/yy", "d/m/yy"),
        ("mm/dd/yyyy", "m/d/yyyy", "mm/dd/yy", "m/d/yy"),
        ("yy/mm/dd",),
    ),
    "-": (
        ("dd-mm-yyyy", "d-m-yyyy", "dd-mm-yy", "d-m-yy"),
        ("mm-dd-yyyy", "m-d-yyyy", "mm-dd-yy", "m-d-yy"),
        ("yy-mm-dd",),
    ),
    ".": (("dd.mm.yyyy", "d.m.yyyy", "dd.mm.yy", "d.m.yy", "d. m. yyyy"), ("yy.mm.dd",)),
    "": (("yyyymmdd",), ("ddmmyyyy",)),
}
DATES: Final = tuple(
    dict.fromkeys((*CERTAIN, *(one for orders in ORDERS.values() for order in orders for one in order)))
)
"""The patterns that are looked for; others can be declared."""


@lru_cache(maxsize=256)
def pattern_form(pattern: str) -> re.Pattern[str]:
    """Give the form of a pattern's cells; ValueError for what is no pattern."""
    form = ""
    seen: list[str] = []
    for part in _TOKEN.finditer(pattern.strip().lower()):
        token = part["token"]
        if token:
            if token not in _TOKENS:
                raise ValueError(f"no part of a date {token!r} in {pattern!r}; expected d, dd, m, mm, mmm, yy or yyyy")
            seen.append(token[0])
            form += _TOKENS[token]
        elif part["other"]:
            raise ValueError(f"unknown {part['other']!r} in the pattern {pattern!r}; letters stand in quotes")
        else:
            form += f"{_SPACE}+" if part["space"] else re.escape(part["quoted"] or part["mark"])
    if len(set(seen)) < len(seen) or "y" not in seen or ("d" in seen and "m" not in seen):
        raise ValueError(f"a pattern has a year, or a month and a year, or all three, each once; not {pattern!r}")
    return re.compile(form + (_TIME if "d" in seen else ""), re.I)
