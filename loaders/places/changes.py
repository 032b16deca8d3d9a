"""Changes: what became of NUTS codes between two vintages, and which code of one is the same area in the other."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Final

from loaders.places.countries import iso_code
from loaders.places.regions import Change, key_of

__all__ = ["Succession"]

_SAME_AREA: Final = frozenset({"", "name change", "code change"})
"""Changes that leave a region's area as it was. A shift under article 5(2a), of less than one per cent of the people,
keeps the code but not the area."""


class Succession:
    """The codes of a vintage beside those of the one before it."""

    def __init__(self, changes: Sequence[Change], earlier: str, vintage: str) -> None:
        """Take the changes from `earlier` to `vintage`; without any, nothing is known of the vintage before."""
        self.changes = changes
        self._earlier, self._vintage = earlier, vintage
        self._by_new = {change.new: change for change in changes if change.new}

    def same_as(self, code: str) -> str:
        """Give the key of the same area in the vintage before; "" where it had another area, or nothing is known."""
        if not self.changes:
            return ""
        change = self._by_new.get(code)
        if change is None:
            return key_of(self._earlier, code)
        return key_of(self._earlier, change.old) if change.old and change.word.casefold() in _SAME_AREA else ""

    def code_in(self, vintage: str, code: str) -> str:
        """Give the code under which a file of some vintage has the area of a code of ours; "" where it has none.

        Without a table of changes between the two, a code is taken to mean the same in both.
        """
        change = self._by_new.get(code) if vintage == self._earlier else None
        return code if change is None else change.old

    def cells(self, change: Change, codes: Set[str]) -> tuple[str, ...]:
        """Give a change as the cells of a record; `codes` are those of the later vintage."""
        gone = bool(change.old) and change.old not in codes
        country = (change.old or change.new)[:2]
        return (
            *(key_of(self._earlier, change.old), key_of(self._vintage, change.new), change.old, change.new),
            *(change.level, change.label, change.word, change.scheme, self._earlier, self._vintage),
            *("yes" if gone else "", self._where(change.old, codes) if gone else "", iso_code(country), country),
        )

    def _where(self, old: str, codes: Set[str]) -> str:
        """Give the key of the next larger region of a code that is gone: of its own vintage if that is gone as well.

        It is "" where there is none but the country.
        """
        gone = {change.old for change in self.changes} - codes
        for end in range(len(old) - 1, 2, -1):
            if old[:end] in gone:
                return key_of(self._earlier, old[:end])
            if old[:end] in codes:
                return key_of(self._vintage, old[:end])
        return ""
