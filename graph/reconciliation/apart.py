"""Apart: what keeps two bodies apart whatever their names, and what speaks against their being one.

The ministries of education of two countries, a municipality and a region of one name, and the town halls of two towns
are not one body because their names are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from graph.reconciliation.bodies import Body
from graph.reconciliation.names import Name

__all__ = ["doubts", "kept_apart", "same_identifiers"]

_KIND_NOT_STATED: Final = "organisation"
_UNKNOWN_COUNTRY: Final = 6.0
_UNKNOWN_LEVEL: Final = 2.0
_OTHER_KIND: Final = 6.0
_OTHER_FORM: Final = 12.0
_ONE_FORM: Final = 1.0


def same_identifiers(one: Body, other: Body) -> list[str]:
    """Give the identifiers that both have, sorted."""
    return sorted(one.identifiers & other.identifiers)


def kept_apart(one: Body, other: Body) -> str | None:
    """Say what makes two bodies of one name two; None where nothing that is known does.

    What is not known of one of them keeps nothing apart.
    """
    if one.country and other.country and one.country != other.country:
        return f"they are in two countries, {one.country} and {other.country}"
    if one.levels and other.levels and not one.levels & other.levels:
        return f"they act at two levels, {_words(one.levels)} and {_words(other.levels)}"
    if one.collective != other.collective:
        return "one is a single body, the other a collective of many"
    if one.iri in other.part_of or other.iri in one.part_of:
        return "one is a part of the other"
    if one.around and other.around and one.around[0] not in other.around and other.around[0] not in one.around:
        return "they are of two places, of which neither lies in the other"
    listed = _lists(one.identifiers) & _lists(other.identifiers)
    if listed and not one.identifiers & other.identifiers:
        return f"one list has two entries for them: {_words(listed)}"
    return None


def doubts(one: Body, other: Body, names: tuple[Name, Name]) -> tuple[float, list[str]]:
    """Give what the likeness of two names is lessened by, and why: what is unknown of the two, or differs."""
    less, why = 0.0, list[str]()
    if not one.country or not other.country:
        less, why = less + _UNKNOWN_COUNTRY, [*why, "the country of one is not known"]
    elif not one.levels or not other.levels:
        less, why = less + _UNKNOWN_LEVEL, [*why, "the level of one is not known"]
    kinds = {one.type, other.type} - {None, _KIND_NOT_STATED}
    if len(kinds) > 1:
        less, why = less + _OTHER_KIND, [*why, f"they are of two kinds, {_words(map(str, kinds))}"]
    forms = names[0].forms, names[1].forms
    if forms[0] and forms[1] and not forms[0] & forms[1]:
        less, why = less + _OTHER_FORM, [*why, f"their legal forms differ, {_words(forms[0])} and {_words(forms[1])}"]
    elif bool(forms[0]) != bool(forms[1]):
        less, why = less + _ONE_FORM, [*why, "one name has no legal form"]
    return less, why


def _lists(identifiers: Iterable[str]) -> set[str]:
    """Give the lists that identifiers are from: an address without its last part, or the register before a number."""
    found = set()
    for each in identifiers:
        start = re.match(r"(.*)[/#]|([A-Za-z]{2}-[A-Za-z]+)-", each)
        if start:
            found.add(start[1] or start[2])
    return found


def _words(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
