"""Conditions: which records a section or a skip is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from loaders.mapping.refusals import mapping_refused
from loaders.mapping.texts import Cells, Scope

__all__ = ["Condition", "condition"]

Condition = Callable[[Cells], bool]
_WORDS: Final = ("column", "is", "not", "matches", "empty", "any")


def condition(given: Any, scope: Scope, place: str) -> Condition:
    """Turn a condition into a function.

    `{ column = "Type", is = "ESF" }`, where `is` may be a list; likewise `not`, `matches` (a regular expression that
    is found in the cell) and `empty`; a list of conditions holds where all hold, `{ any = […] }` where one does.
    Raises InputRefused for anything else.
    """
    if isinstance(given, list):
        parts = [condition(each, scope, place) for each in given]
        return lambda cells: all(part(cells) for part in parts)
    if isinstance(given, dict) and set(given) == {"any"}:
        choices = [condition(each, scope, place) for each in given["any"]]
        return lambda cells: any(choice(cells) for choice in choices)
    if not isinstance(given, dict) or "column" not in given or len(given) != 2 or not set(given) <= set(_WORDS):
        reason = 'expected { column = "…", is = "…" }, or not, matches or empty in place of is'
        raise mapping_refused(scope.file, place, given, reason)
    index = scope.index(str(given["column"]), place)
    (test,) = set(given) - {"column"}
    wanted = given[test]
    if test == "empty":
        return lambda cells: (not cells[index].strip()) is bool(wanted)
    if test == "matches":
        try:
            pattern = re.compile(wanted)
        except (re.error, TypeError) as error:
            raise mapping_refused(scope.file, place, wanted, f"no regular expression ({error})") from error
        return lambda cells: pattern.search(cells[index]) is not None
    values = {" ".join(str(each).split()) for each in (wanted if isinstance(wanted, list) else [wanted])}
    return lambda cells: (" ".join(cells[index].split()) in values) is (test == "is")
