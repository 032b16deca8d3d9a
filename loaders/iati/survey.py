"""Survey: one pass through a file before its records, to know its organisations and what it reports twice.

An organisation is named in many places, with its type only in some: each gets one name and one type for the whole
file. Its own report comes first, then the lists of participants, then the sides of transactions. What is kept grows
with the number of organisations, and of links between activities, not with the file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from loaders.iati.activities import PLANNED, Activity, Sides, read_activity, sides, type_of
from loaders.iati.elements import LANGUAGE, first, parts_of
from loaders.iati.parties import Party, own_party, party
from loaders.iati.stream import reports
from loaders.iati.words import INCOMING, OUTGOING

__all__ = ["Survey"]

_COMMITTED: Final = frozenset({"commitment", "incoming-commitment"})
_REPORTER, _PARTICIPANT, _OTHER = range(3)


class Survey:
    """The organisations of a file, and the payments that both of their sides report in it."""

    def __init__(self, path: Path, told: Callable[[float], object]) -> None:
        """Read the file once; InputRefused where it cannot be read to its end."""
        self._names: dict[str, tuple[int, str]] = {}
        self._types: dict[str, tuple[int, str]] = {}
        self._renamed: set[str] = set()
        self._retyped: set[str] = set()
        self._out: set[int] = set()  # hashes: there is one for each payment from an activity to a receiver
        self.assumed = 0
        for element in reports(path, told):
            if element.tag == "iati-activity":
                self._activity(read_activity(element))
            else:
                self._organisation(element)

    def name(self, key: str) -> str:
        """Give the name of an organisation, or what tells it apart where the file names it nowhere."""
        return self._names[key][1] if key in self._names else key

    def type(self, key: str) -> str:
        """Give the word for an organisation's type, "" where the file gives none that the standard knows."""
        return self._types[key][1] if key in self._types else ""

    def also_reported(self, activity: Activity, word: str, both: Sides) -> bool:
        """Say whether incoming money is reported in this file by its provider too.

        It is where its provider's activity is in the file and reports a payment (or commitment) to this activity, or
        to this organisation.
        """
        origin = both.provider.activity
        if word not in INCOMING or not origin:
            return False
        ends = (activity.identifier, both.receiver.key)
        return any(hash((word in _COMMITTED, origin, end)) in self._out for end in ends if end)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the owner of the file may want to check."""
        found = []
        if self._renamed:
            found.append(f"several names under one reference, of which the first is taken: {_some(self._renamed)}")
        if self._retyped:
            found.append(f"several types of one organisation, of which the first is taken: {_some(self._retyped)}")
        if self.assumed:
            found.append(f"the reporting organisation stands in, by the standard, for a side not named: {self.assumed}")
        return tuple(found)

    def _activity(self, activity: Activity) -> None:
        self._meet(activity.reporting, _REPORTER)
        for _, each in activity.participants:
            self._meet(each, _PARTICIPANT)
        for name in ("transaction", PLANNED):
            for element in activity.parts.get(name, []):
                parts = parts_of(element)
                word = type_of(parts) if name == "transaction" else name
                both = sides(activity, parts, word)
                self.assumed += (both.provider_from, both.receiver_from).count("assumed")
                self._meet(both.provider, _OTHER)
                self._meet(both.receiver, _OTHER)
                if word in OUTGOING and activity.identifier:
                    ends = (both.receiver.activity, both.receiver.key)
                    self._out.update(hash((word in _COMMITTED, activity.identifier, end)) for end in ends if end)

    def _organisation(self, element: Any) -> None:
        language, parts = element.get(LANGUAGE, ""), parts_of(element)
        self._meet(own_party(element, parts), _REPORTER)
        self._meet(party(first(parts, "reporting-org"), language), _PARTICIPANT)
        for budget in parts.get("recipient-org-budget", []):
            self._meet(party(first(parts_of(budget), "recipient-org"), language), _OTHER)

    def _meet(self, met: Party, rank: int) -> None:
        if not met.key:
            return
        name = " ".join(met.name.split())
        for value, known, several in ((name, self._names, self._renamed), (met.type, self._types, self._retyped)):
            if not value:
                continue
            before = known.get(met.key)
            if before is None or rank < before[0]:
                known[met.key] = (rank, value)
            if before is not None and before[1].casefold() != value.casefold():
                several.add(met.key)


def _some(keys: set[str]) -> str:
    shown = sorted(keys)
    more = f" and {len(shown) - 5} more" if len(shown) > 5 else ""
    return f"{', '.join(shown[:5])}{more}"
