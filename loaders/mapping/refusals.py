"""Refusals: what is wrong with a mapping, or with one value of a record."""

from __future__ import annotations

from ontology.errors import CellProblem, InputRefused

__all__ = ["ValueRefused", "mapping_refused"]


class ValueRefused(ValueError):
    """A value of a record that cannot be read; its record is set aside."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        self.column, self.value, self.reason = column, value, reason
        super().__init__(f"{column}: {value!r}: {reason}")


def mapping_refused(file: str, place: str, value: object, reason: str) -> InputRefused:
    """Give the error for one place of a mapping, such as flows.eu.amount; nothing was loaded."""
    return InputRefused([CellProblem(file, 0, place, "" if value is None else str(value), reason)])
