"""Regions: what a list of NUTS codes says, whatever file it stands in, and what follows from the codes alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from loaders.places.countries import COUNTRIES
from loaders.records import RecordRefused

__all__ = ["Change", "Listing", "Region", "code_problem", "key_of", "level_of", "native_language", "unit_of"]

_CODE: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}")
_CYRILLIC: Final = {"BG": "bg", "MK": "mk", "ME": "cnr", "RS": "sr", "UA": "uk"}


class Region(NamedTuple):
    """One region as its list has it.

    `level` is "" where the list does not say it; `scheme` is NUTS, or statistical regions outside of the Union.
    """

    place: int
    code: str
    label: str
    native: str = ""
    level: str = ""
    scheme: str = "NUTS"


class Change(NamedTuple):
    """What became of a code between two vintages: `old` or `new` is "" where there is none, `word` is the list's."""

    place: int
    old: str
    new: str
    level: str
    label: str
    word: str
    scheme: str = "NUTS"


@dataclass(frozen=True, slots=True)
class Listing:
    """All that one file says: regions in its order, the vintage ("" if not stated), changes since an earlier one.

    `refused` are rows that cannot be read as such.
    """

    regions: Sequence[Region]
    vintage: str = ""
    changes: Sequence[Change] = ()
    earlier: str = ""
    remarks: Sequence[str] = ()
    refused: Sequence[RecordRefused] = ()


def key_of(vintage: str, code: str) -> str:
    """Give what tells a code from the same code of another vintage, as it ends an IRI; "" where there is no code.

    >>> key_of("2024", "AT130"), key_of("", "AT130"), key_of("2024", "")
    ('2024-at130', 'at130', '')
    """
    return (f"{vintage}-{code}" if vintage and code else code).lower()


def level_of(code: str) -> int:
    """Give the level that a code has by its length: 0 for a country, to 3.

    >>> level_of("AT"), level_of("AT130")
    (0, 3)
    """
    return len(code) - 2


def unit_of(code: str) -> str:
    """Say what a code stands for, as far as the code itself says it.

    `country`; `region`; `extra-regio` for what belongs to a country and lies in none of its regions (…Z, such as
    embassies and sea platforms); `unknown` for the placeholder of a region that is not known (…X).

    >>> unit_of("AT"), unit_of("AT13"), unit_of("ATZZ"), unit_of("ATXXX")
    ('country', 'region', 'extra-regio', 'unknown')
    """
    rest = code[2:]
    if not rest:
        return "country"
    return {"Z": "extra-regio", "X": "unknown"}.get(rest[0], "region") if len(set(rest)) == 1 else "region"


def code_problem(code: str, level: str = "") -> str | None:
    """Say why a code cannot be one of a region, or cannot have that level; None where it can.

    >>> code_problem("AT130"), code_problem("Wien")
    (None, 'expected the capitals of a country and up to three capitals or digits, as AT130')
    """
    if not _CODE.fullmatch(code):
        return "expected the capitals of a country and up to three capitals or digits, as AT130"
    if code[:2] not in COUNTRIES:
        return f"no country that has regions is written {code[:2]}"
    if level and level != str(level_of(code)):
        return f"a code of {len(code)} signs has level {level_of(code)}, not {level}"
    return None


def native_language(code: str, native: str) -> str:
    """Give the language of a name that is not in Latin letters, as the letters and the country tell it; else "".

    >>> native_language("EL30", "Αττική"), native_language("RS11", "Град Београд"), native_language("AT13", "Wien")
    ('el', 'sr', '')
    """
    letters = {unicodedata.name(sign, "").partition(" ")[0] for sign in native if sign.isalpha()}
    if "GREEK" in letters:
        return "el"
    return _CYRILLIC.get(code[:2], "") if "CYRILLIC" in letters else ""
