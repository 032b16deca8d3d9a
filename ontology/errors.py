"""Errors: one base, one subclass a cause, the facts kept as attributes."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CellProblem",
    "InputRefused",
    "SubsidiaError",
    "UnknownTerm",
    "near_matches",
]


class SubsidiaError(Exception):
    """Anything that Subsidia refuses, in words that a reader can act on."""


def near_matches(value: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Give the known words that look most like `value`, best first.

    >>> near_matches("fuding", ["funding", "coordination"])
    ['funding']
    """
    return get_close_matches(value.casefold(), sorted(known), n=most, cutoff=0.6)


class UnknownTerm(SubsidiaError):
    """A word that should be one of a closed list, and is not."""

    def __init__(self, what: str, value: str, known: Iterable[str]) -> None:
        self.what = what
        self.value = value
        self.known = sorted(known)
        self.near = near_matches(value, self.known)
        if self.near:
            hint = f"did you mean {' or '.join(self.near)}?"
        elif len(self.known) > 30:
            hint = f"{len(self.known)} values are known, {', '.join(self.known[:5])} among them"
        else:
            hint = f"expected one of: {', '.join(self.known)}" if self.known else "none is known"
        super().__init__(f"unknown {what} {value!r}; {hint}")


@dataclass(frozen=True, slots=True, order=True)
class CellProblem:
    """One thing wrong with one cell, row or file of an input.

    `row` counts from 1 and includes the header line, as a spreadsheet shows it; 0 is the file as a whole.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        shown = f": {self.value!r}" if self.value else ""
        return f"{place}{shown}: {self.reason}"


class InputRefused(SubsidiaError):
    """An input that was not loaded, with every problem found in it. Nothing of it is in the store."""

    def __init__(self, problems: Iterable[CellProblem]) -> None:
        self.problems = sorted(problems)
        first = "\n".join(str(problem) for problem in self.problems[:20])
        more = f"\n… and {len(self.problems) - 20} more" if len(self.problems) > 20 else ""
        super().__init__(first + more)
