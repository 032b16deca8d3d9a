"""Privacy: records that name private persons, kept without what would tell who they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from loaders.mapping.conditions import Condition, condition
from loaders.mapping.document import Section
from loaders.mapping.refusals import mapping_refused
from loaders.mapping.texts import Cells, Scope, named_columns

__all__ = ["NATURAL_PERSON", "PERSON_CELLS", "Privacy", "privacy"]

NATURAL_PERSON: Final = "natural-person"
"""What ends the IRI of the one actor that stands for all private persons of a source."""
PERSON_CELLS: Final = {
    "label": "natural person, not named",
    "level": "local",
    "type": "persons",
    "collective": "yes",
    "basis": "stated",
    "note": "private persons are kept without name and address, and not told apart",
}


@dataclass(frozen=True, slots=True)
class Privacy:
    """Which records name a private person in the place of a section's thing, and which cells would tell who it is."""

    section: str
    applies: Condition
    indexes: tuple[int, ...]

    def hidden(self, cells: Cells) -> Cells:
        """Give the cells without those that would tell."""
        kept = list(cells)
        for index in self.indexes:
            kept[index] = ""
        return kept


def privacy(sections: Iterable[Section], scope: Scope) -> tuple[Privacy, ...]:
    """Give the privacy rules of sections: those of actors that say how a person is recognised (`person = …`).

    Hidden are all columns that the section names, and those that it lists as `private`; the column by which a person
    is recognised stays.
    """
    return tuple(_rule(section, scope) for section in sections if "person" in section.options)


def _rule(section: Section, scope: Scope) -> Privacy:
    place = f"{section.place}.private"
    private = section.options.get("private", [])
    if not isinstance(private, list):
        raise mapping_refused(scope.file, place, private, "expected a list of columns")
    named = named_columns([section.options.get("key"), *section.cells.values()])
    test = {" ".join(str(name).split()) for name in _test_columns(section.options["person"])}
    columns = dict.fromkeys([*named, *(" ".join(str(name).split()) for name in private)])
    indexes = tuple(scope.index(name, place) for name in columns if name not in test)
    return Privacy(section.name, condition(section.options["person"], scope, f"{section.place}.person"), indexes)


def _test_columns(given: Any) -> list[Any]:
    if isinstance(given, dict):
        return (
            [given["column"]]
            if "column" in given
            else [c for each in given.get("any", []) for c in _test_columns(each)]
        )
    return [column for each in given for column in _test_columns(each)] if isinstance(given, list) else []
