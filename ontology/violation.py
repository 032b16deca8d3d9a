"""What a shape says against a thing."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Violation"]


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One constraint that a thing does not meet; `path` is the property, "" where it is none or several, `value` what
    stands there, "" where nothing does. `severity` is violation, warning or info; only the first makes data invalid."""

    focus: str
    path: str
    value: str
    severity: str
    message: str
