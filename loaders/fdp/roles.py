"""Roles: which dimension of a package says who pays, who is paid, through which programme, when and for what.

The standard leaves the names of dimensions free and recommends some; roles are told by those names and by the types.
A dimension that is taken from a column which cannot be of its kind plays no role, and a remark says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from loaders.fdp.package import Attribute, Dimension, Package
from ontology.identifiers import slugified

__all__ = ["Named", "Roles", "find_roles", "words"]

_PAYERS: Final = [
    "payer",
    "payor",
    "administrator",
    "budgetary unit",
    "funder",
    "organization",
    "organisation",
    "department",
    "ministry",
    "agency",
    "institution",
    "authority",
    "portfolio",
]
_PAYEES: Final = ["payee", "supplier", "recipient", "beneficiary", "partner", "vendor", "contractor", "grantee"]
_PROGRAMMES: Final = ["fund", "programme", "program", "activity", "project", "contract"]
_DAYS: Final = ["executed", "execution", "paid", "payment", "date", "fiscal year", "year", "period", "time"]
_CLASSES: Final = ("classification", "activity", "project")
_SCHEMES: Final = ("classification", "cofog", "gfsm", "chart of accounts", "category", "function")
_TIMES: Final = frozenset({"datetime", "date"})
_DATED: Final = frozenset({"date", "datetime", "year", "yearmonth", "gyear", "gyearmonth", "time"})
_LABELS: Final = ("label", "title", "name")


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that a record names: the attribute that tells it from others, and the one that says its name."""

    dimension: str
    key: Attribute
    label: Attribute


@dataclass(frozen=True, slots=True)
class Roles:
    """What each dimension is for; what is not there is None or empty. `remarks` say what was doubtful."""

    payer: Named | None
    payee: Named | None
    programme: Named | None
    day: Named | None
    classification: tuple[Named, ...]
    location: tuple[Named, ...]
    dimensions: tuple[Dimension, ...]
    repaired: frozenset[str] = field(default=frozenset())
    remarks: tuple[str, ...] = ()


def find_roles(package: Package, columns: Sequence[str]) -> Roles:
    """Find out what the dimensions of a package are for; `columns` are those that the file with the amounts has."""
    remarks: list[str] = []
    repaired: list[str] = []
    dimensions: list[Dimension] = []
    for dimension in package.dimensions:
        found = _sound(dimension, package, columns, remarks)
        if found is not None:
            dimensions.append(found)
            if found is not dimension:
                repaired.append(found.name)
    taken: set[str] = set()
    days = [each for each in dimensions if _is_time(each)]
    others = [each for each in dimensions if not _is_time(each)]
    entities = [each for each in others if each.type in ("", "entity")]
    payee = _first(entities, _PAYEES, "who is paid", taken, remarks)
    payer = _first(entities, _PAYERS, "who pays", taken, remarks)
    active = [each for each in others if each.type in ("activity", "project")]
    active += [each for each in others if each.type == ""]
    programme = _first(active, _PROGRAMMES, "the programme", taken, remarks, any_of=("activity", "project"))
    day = _first(days, _DAYS, "the date", taken, remarks, any_of=("datetime", "date", ""))
    rest = [each for each in others if each.name not in taken]
    return Roles(
        payer,
        payee,
        programme,
        day,
        tuple(_named(each) for each in rest if each.type in _CLASSES or (not each.type and _classifies(each))),
        tuple(_named(each) for each in rest if each.type == "location"),
        tuple(dimensions),
        frozenset(repaired),
        tuple(remarks),
    )


def words(name: str) -> str:
    """Write a name as words in small letters.

    >>> words("budgetaryUnit"), words("Department/Agency")
    ('budgetary unit', 'department agency')
    """
    return slugified(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).replace("-", " ")


def _is_time(dimension: Dimension) -> bool:
    if dimension.type:
        return dimension.type in _TIMES
    return bool({"date", "year", "period"} & set(words(dimension.name).split()))


def _classifies(dimension: Dimension) -> bool:
    return any(scheme in words(dimension.name) for scheme in _SCHEMES)


def _first(
    dimensions: Sequence[Dimension],
    names: Sequence[str],
    what: str,
    taken: set[str],
    remarks: list[str],
    any_of: Sequence[str] = (),
) -> Named | None:
    """Give the dimension that bears the earliest of the names; `any_of` are the types that need none of them."""
    ranks: list[tuple[int, int, Dimension]] = []
    for place, dimension in enumerate(dimensions):
        if dimension.name in taken:
            continue
        own = words(dimension.name)
        rank = next((number for number, name in enumerate(names) if re.search(rf"\b{name}s?\b", own)), None)
        if rank is None and dimension.type in any_of:
            rank = len(names)
        if rank is not None:
            ranks.append((rank, place, dimension))
    if not ranks:
        return None
    best = min(ranks, key=lambda found: found[:2])[2]
    taken.add(best.name)
    if len(ranks) > 1:
        others = ", ".join(each.name for _, _, each in ranks if each is not best)
        remarks.append(f"the dimension {best.name} is taken for {what}; there is also {others}")
    return _named(best)


def _named(dimension: Dimension) -> Named:
    """Tell the key of a dimension from its label."""
    attributes = {each.name: each for each in dimension.attributes}
    keys = [attributes[name] for name in dimension.key if name in attributes]
    if _is_time(dimension):
        keys = sorted(keys or dimension.attributes, key=_coarseness, reverse=True)
    key = keys[-1] if keys else dimension.attributes[0]
    labels = [each for each in dimension.attributes if each.label_for == key.name]
    labels += [each for name in _LABELS for each in dimension.attributes if words(each.name).endswith(name)]
    return Named(dimension.name, key, labels[0] if labels else key)


def _coarseness(attribute: Attribute) -> int:
    """Order the parts of a date: the whole of it first, then the year; a month alone says nothing.

    >>> _coarseness(Attribute("month", "", "m")) > _coarseness(Attribute("year", "", "y"))
    True
    """
    own = words(attribute.name).split()
    return next(
        (rank for rank, part in enumerate(("date", "day", "label", "year", "period")) if part in own), 2 + len(own) * 9
    )


def _sound(dimension: Dimension, package: Package, columns: Sequence[str], remarks: list[str]) -> Dimension | None:
    """Give a dimension as it can be used; None, and a remark, where its column cannot be of its kind.

    Where the file has a column of the dimension's own name, which nothing else is taken from, that one is used.
    """
    if _is_time(dimension):
        return dimension
    wrong = next((each for each in dimension.attributes if _is_dated(each, package)), None)
    if wrong is None:
        return dimension
    said = f"the descriptor takes the dimension {dimension.name} from the column {wrong.column}, which holds dates"
    unused = set(columns) - set(_sources(package))
    meant = [column for column in columns if column in unused and words(column) in _own_names(dimension, wrong)]
    if len(meant) == 1 and len(dimension.attributes) == 1:
        remarks.append(f"{said}; the column {meant[0]}, which nothing was taken from, is read in its place")
        return replace(dimension, attributes=(replace(wrong, column=meant[0]),))
    remarks.append(f"{said}; it is left out")
    return None


def _own_names(dimension: Dimension, attribute: Attribute) -> frozenset[str]:
    return frozenset({words(dimension.name), words(attribute.name)})


def _is_dated(attribute: Attribute, package: Package) -> bool:
    """Say whether an attribute is taken from a column of dates."""
    resource = package.resources.get(attribute.resource)
    found: Mapping[str, object] = resource.fields if resource else {}
    described = resource.fields[attribute.column] if resource and attribute.column in found else None
    return described is not None and (described.type in _DATED or described.type.startswith("fiscal"))


def _sources(package: Package) -> Iterator[str]:
    """Give the columns that the model takes something from."""
    for measure in package.measures:
        yield measure.column
    for dimension in package.dimensions:
        for attribute in dimension.attributes:
            if attribute.resource == package.facts:
                yield attribute.column
