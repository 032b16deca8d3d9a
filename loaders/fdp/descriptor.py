"""Descriptors: what a datapackage.json says of its files, checked, and nothing fetched from anywhere.

Version 0.3 of the standard calls its model `mapping`, later ones `model`; the two are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path, PureWindowsPath
from typing import Any

from loaders.fdp.content import NAME, read_content
from loaders.fdp.package import Attribute, Dimension, Field, Measure, Package, Resource
from ontology.errors import CellProblem, InputRefused

__all__ = ["read_package"]


def read_package(path: Path) -> Package:
    """Read a descriptor: the file, or the folder that holds it as datapackage.json.

    Raises InputRefused, with all that is wrong in it, where it cannot be read, describes no amounts, or names a file
    that is not beside it.
    """
    path = path / NAME if path.is_dir() else path
    content = read_content(path)
    problems: list[CellProblem] = []
    package = _Described(path, content, problems).package()
    if problems or package is None:
        raise InputRefused(problems)
    return package


@dataclass(slots=True)
class _Described:
    """A descriptor under examination; what is wrong in it is collected in `problems`."""

    path: Path
    content: Mapping[str, Any]
    problems: list[CellProblem]

    def package(self) -> Package | None:
        """Give what the descriptor says; None, and a problem, where it describes no amounts at all."""
        model = self._object(self.content, "model") or self._object(self.content, "mapping")
        resources: dict[str, Resource] = {}
        for resource in self._resources():
            if resources.setdefault(resource.name, resource) is not resource:
                self._wrong("resources", resource.name, "two files have this name")
        if not resources or not model:
            if not model:
                self._wrong("", "", "no model and no mapping: it does not say which columns are amounts")
            return None
        stated = self._named(model, "measures")
        named = {_text(measure, "resource") or next(iter(resources)) for measure in stated.values()}
        facts = min(named, default=next(iter(resources)))
        if len(named) > 1:
            self._wrong("measures", ", ".join(sorted(named)), "the amounts are in several files; expected one")
        if facts not in resources:
            self._wrong("measures", facts, "no resource of that name")
            return None
        measures = tuple(self._measures(stated))
        if not measures:
            self._wrong("measures", "", "no measure: it does not say which columns are amounts")
        return Package(
            self.path,
            _text(self.content, "name") or self.path.resolve().parent.name,
            _text(self.content, "title").strip(),
            _text(self.content, "homepage"),
            _text(self.content, "granularity").casefold(),
            tuple(_texts(self.content.get("countryCode"))),
            self._place(),
            _period(self.content.get("fiscalPeriod")),
            resources,
            facts,
            measures,
            tuple(self._dimensions(self._named(model, "dimensions"), facts, resources)),
        )

    def _place(self) -> str:
        if self.content.get("cityCode"):
            return "local"
        return "regional" if self.content.get("regionCode") else "national"

    def _wrong(self, where: str, value: str, reason: str) -> None:
        self.problems.append(CellProblem(str(self.path), 0, where, value, reason))

    def _object(self, parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        found = parent.get(name)
        if found is not None and not isinstance(found, dict):
            self._wrong(name, "", "expected an object")
        return found if isinstance(found, dict) else {}

    def _named(self, parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """Give an object of parts by name; drafts of version 0.3 have a list of parts that say their name."""
        found = parent.get(name)
        if isinstance(found, list) and all(_text(part, "name") for part in found):
            return {_text(part, "name"): part for part in found}
        return self._object(parent, name)

    def _resources(self) -> Iterator[Resource]:
        listed = self.content.get("resources")
        if not isinstance(listed, list) or not listed:
            self._wrong("resources", "", "expected a list of files")
            return
        for number, item in enumerate(listed, start=1):
            if not isinstance(item, dict):
                self._wrong("resources", f"number {number}", "expected an object")
                continue
            path = self._inside(item)
            if path is None:
                continue
            schema = self._object(item, "schema")
            dialect = self._object(item, "dialect")
            fields = {found.name: found for found in _fields(schema.get("fields"))}
            yield Resource(
                _text(item, "name") or path.stem,
                path,
                fields,
                _text(dialect, "delimiter"),
                _text(item, "encoding"),
                dict(_keys(schema.get("foreignKeys") or item.get("foreignKeys"))),
            )

    def _inside(self, item: Mapping[str, Any]) -> Path | None:
        """Give the path of a resource; None, and a problem, where it is not a file within the package's folder."""
        given = item.get("path")
        given = given[0] if isinstance(given, list) and len(given) == 1 else given
        if not isinstance(given, str) or not given.strip():
            kind = "an address" if item.get("url") else "data within the descriptor" if "data" in item else "no path"
            self._wrong(
                "resources", str(item.get("url") or item.get("name") or ""), f"{kind}; expected one file beside it"
            )
            return None
        foreign = PureWindowsPath(given)  # takes both strokes for divisions
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", given) or foreign.anchor or ".." in foreign.parts or "\0" in given:
            self._wrong("resources", given, "outside the package's folder; nothing is read or fetched from there")
            return None
        folder = self.path.resolve().parent
        path = self.path.parent / given
        try:
            inside, there = path.resolve().is_relative_to(folder), path.is_file()
        except (OSError, RuntimeError) as error:
            self._wrong("resources", given[:80], f"cannot be read ({error})")
            return None
        if inside and there:
            return path
        reason = "no such file in the package's folder" if inside else "leads out of the package's folder"
        self._wrong("resources", given, reason)
        return None

    def _measures(self, stated: Mapping[str, Any]) -> Iterator[Measure]:
        for name, measure in stated.items():
            column, currency = _text(measure, "source"), _text(measure, "currency")
            if not column:
                self._wrong(f"measures.{name}", "", "no source: the column of the amounts is not named")
            if not re.fullmatch("[A-Z]{3}", currency):
                self._wrong(f"measures.{name}", currency, "expected an ISO 4217 code as currency, as EUR")
            try:
                factor = Decimal(str(measure.get("factor", 1))) if isinstance(measure, dict) else Decimal(1)
            except InvalidOperation:
                factor = Decimal(0)
            if not (factor.is_finite() and Decimal("1e-12") <= factor <= Decimal("1e12")):
                self._wrong(f"measures.{name}", str(measure.get("factor"))[:40], "expected a factor above 0, as 1000")
            direction, phase = _text(measure, "direction").casefold(), _text(measure, "phase").casefold()
            if direction not in ("", "expenditure", "revenue"):
                self._wrong(f"measures.{name}", direction, "expected the direction expenditure or revenue")
            if phase not in ("", "proposed", "approved", "adjusted", "executed"):
                self._wrong(f"measures.{name}", phase, "expected the phase proposed, approved, adjusted or executed")
            yield Measure(name, column, currency, factor, direction, phase)

    def _dimensions(
        self, stated: Mapping[str, Any], facts: str, resources: Mapping[str, Resource]
    ) -> Iterator[Dimension]:
        for name, dimension in stated.items():
            if not isinstance(dimension, dict):
                self._wrong(f"dimensions.{name}", "", "expected an object")
                continue
            attributes = []
            for label, attribute in self._named(
                dimension, "attributes" if "attributes" in dimension else "fields"
            ).items():
                found = Attribute(
                    label,
                    _text(attribute, "resource") or facts,
                    _text(attribute, "source"),
                    _text(attribute, "constant"),
                    _text(attribute, "labelfor"),
                )
                if not found.column and not found.constant:
                    self._wrong(f"dimensions.{name}.{label}", "", "neither a source nor a constant")
                elif found.resource not in resources:
                    self._wrong(f"dimensions.{name}.{label}", found.resource, "no resource of that name")
                attributes.append(found)
            if not attributes:
                self._wrong(f"dimensions.{name}", "", "no attributes")
            kind = _text(dimension, "dimensionType").casefold()
            yield Dimension(name, kind, tuple(attributes), tuple(_texts(dimension.get("primaryKey"))))


def _text(item: object, name: str) -> str:
    """Give a text of an object; "" where there is none."""
    found = item.get(name) if isinstance(item, dict) else None
    return found if isinstance(found, str) else ""


def _texts(found: object) -> list[str]:
    """Give a text, or the texts of a list."""
    return [text for text in (found if isinstance(found, list) else [found]) if isinstance(text, str) and text]


def _period(given: object) -> tuple[str, str]:
    """Give the first and the last day of a period: an object with start and end, or two dates with a stroke."""
    start, end = _text(given, "start"), _text(given, "end")
    if isinstance(given, str):
        start, _, end = given.partition("/")
    return start.strip()[:10], end.strip()[:10]


def _fields(listed: object) -> Iterator[Field]:
    for item in listed if isinstance(listed, list) else []:
        if name := _text(item, "name"):
            kind = _text(item, "type").casefold()
            yield Field(name, kind, _text(item, "format"), _text(item, "decimalChar"), _text(item, "groupChar"))


def _keys(listed: object) -> Iterator[tuple[str, tuple[str, str]]]:
    """Give the columns that refer to one column of another resource."""
    for item in listed if isinstance(listed, list) else []:
        reference = item.get("reference") if isinstance(item, dict) else None
        own = _texts(item.get("fields")) if isinstance(item, dict) else []
        other: Sequence[str] = _texts(reference.get("fields")) if isinstance(reference, dict) else []
        if len(own) == len(other) == 1:
            yield own[0], (_text(reference, "resource"), other[0])
