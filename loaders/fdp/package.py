"""Packages: what a descriptor says, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

__all__ = ["Attribute", "Dimension", "Field", "Measure", "Package", "Resource"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column as the descriptor describes it: its type, its format, its signs of decimals and thousands."""

    name: str
    type: str = ""
    format: str = ""
    point: str = ""
    thousands: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One file of a package. `keys` says which resource and column each column of it refers to."""

    name: str
    path: Path
    fields: Mapping[str, Field]
    delimiter: str = ""
    encoding: str = ""
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of amounts. `factor` multiplies each, `direction` and `phase` are empty where they are not stated."""

    name: str
    column: str
    currency: str
    factor: Decimal
    direction: str
    phase: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A part of a dimension: a column of a resource, or a constant."""

    name: str
    resource: str
    column: str
    constant: str = ""
    label_for: str = ""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What amounts are told apart by. `type` is empty where the descriptor gives none; `key` names attributes."""

    name: str
    type: str
    attributes: tuple[Attribute, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A package: its files, and the model that says what their columns are. `facts` is the file with the amounts."""

    path: Path
    name: str
    title: str
    homepage: str
    granularity: str
    countries: tuple[str, ...]
    place: str  # "local", "regional" or "national", as far as the descriptor names a place
    period: tuple[str, str]
    resources: Mapping[str, Resource]
    facts: str
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]
