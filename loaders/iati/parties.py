"""Parties: the organisations that a file names, and what tells them apart.

A reference of the form that the standard asks for, {registration agency}-{number}, is one organisation. Others stand
for a kind of them (22000 for any NGO of the donor's country, `Excluded` for a supplier that is withheld) or for a
country, and are shared by many: there the name decides, with the reference beside it.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from loaders.iati.elements import LANGUAGE, Parts, first, narrative, text_of
from loaders.iati.words import organisation_type

__all__ = ["NOBODY", "Party", "own_party", "party", "party_key"]

_IDENTIFIER: Final = re.compile(r"[A-Za-z]{2,}[^\s-]*-\S+")


class Party(NamedTuple):
    """An organisation as one element of a file names it.

    `key` tells it from others, "" where the element names none; `activity` is the activity of its own that the money
    comes from or goes to. `ref`, `name` and `type_code` are as written.
    """

    key: str
    ref: str
    name: str
    type_code: str
    activity: str

    @property
    def identifier(self) -> str:
        """Its reference, where that is one organisation's and what tells it apart; "" for others."""
        return self.key if self.key == self.ref.strip() and _IDENTIFIER.fullmatch(self.key) else ""

    @property
    def type(self) -> str:
        """The word for its type, "" where none is given."""
        return organisation_type(self.type_code)


NOBODY: Final = Party("", "", "", "", "")


def party_key(ref: str, name: str) -> str:
    """Say what tells an organisation apart: its identifier, or its name with what stands in the place of one.

    >>> party_key("GB-CHC-285908", "World Vision UK"), party_key("", "World Vision  Malawi")
    ('GB-CHC-285908', 'World Vision Malawi')
    >>> party_key("22000", "CHRISTIAN AID"), party_key("22000", "")
    ('CHRISTIAN AID (22000)', '22000')
    """
    ref, name = ref.strip(), " ".join(name.split())
    if not ref or not name or _IDENTIFIER.fullmatch(ref):
        return ref or name
    return f"{name} ({ref})"


def party(element: Any, language: str) -> Party:
    """Read an element that names an organisation; NOBODY where there is none, or it is empty."""
    if element is None:
        return NOBODY
    ref, name = element.get("ref", ""), narrative([element], language)[0]
    activity = element.get("provider-activity-id") or element.get("receiver-activity-id") or element.get("activity-id")
    return Party(party_key(ref, name), ref, name, element.get("type", ""), (activity or "").strip())


def own_party(element: Any, parts: Parts) -> Party:
    """Read the organisation that a report of an organisation file is about; version 1.x gives it an iati-identifier."""
    language = element.get(LANGUAGE, "")
    written = [text_of(first(parts, tag)).strip() for tag in ("organisation-identifier", "iati-identifier")]
    ref = next((each for each in written if each), "")
    name = narrative(parts.get("name", []), language)[0]
    reporting = party(first(parts, "reporting-org"), language)
    type_code = reporting.type_code if reporting.ref.strip() == ref else ""
    return Party(party_key(ref, name), ref, name, type_code, "")
