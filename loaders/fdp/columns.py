"""Columns: the cells of a row, and of the files that it refers to, by the names that a descriptor gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from loaders.delimited import Delimited
from loaders.fdp.package import Attribute, Package, Resource
from loaders.records import Record
from ontology.errors import CellProblem, InputRefused, near_matches

__all__ = ["Cells", "Columns", "folded", "open_table"]

Cells = Sequence[str]
_MOST: Final = 500_000  # rows of a file that others refer to


def folded(name: str) -> str:
    """Fold the white space of a column's name, as the reader of tables does."""
    return " ".join(name.split())


def open_table(resource: Resource) -> Delimited:
    """Open a file of a package with the encoding and the sign between cells that the descriptor declares."""
    return Delimited(resource.path, encoding=resource.encoding or None, delimiter=resource.delimiter or None)


class Columns:
    """What gives the cells of a package's attributes, for the rows of the file with the amounts.

    Raises InputRefused, with every name that no file has, where the descriptor and the files do not fit.
    """

    def __init__(self, package: Package, table: Delimited) -> None:
        """Look the names up; files that rows refer to by a foreign key are read and held."""
        self._package = package
        self.names: Sequence[str] = table.columns["row"]
        self._places = {name: place for place, name in enumerate(self.names)}
        self._lists: dict[tuple[str, str, str], Mapping[str, str]] = {}
        self._tables = {package.facts: table}
        problems = list(self._problems())
        if problems:
            raise InputRefused(problems)

    def of(self, attribute: Attribute) -> Callable[[Cells], str]:
        """Give what gives an attribute's cell of a row, as it is written."""
        if not attribute.column:
            return lambda cells: attribute.constant
        if attribute.resource == self._package.facts:
            place = self._places[folded(attribute.column)]
            return lambda cells: cells[place]
        own, other = self._key(attribute.resource) or ("", "")
        place, found = self._places[own], self._list(attribute.resource, other, folded(attribute.column))
        return lambda cells: found.get(cells[place].strip(), "")

    def place(self, column: str) -> int:
        """Give the place of a column of the file with the amounts."""
        return self._places[folded(column)]

    def _problems(self) -> Iterator[CellProblem]:
        for measure in self._package.measures:
            yield from self._missing(f"measures.{measure.name}", self._package.facts, measure.column)
        for dimension in self._package.dimensions:
            for attribute in dimension.attributes:
                where = f"dimensions.{dimension.name}.{attribute.name}"
                if not attribute.column:
                    continue
                yield from self._missing(where, attribute.resource, attribute.column)
                if attribute.resource != self._package.facts and self._key(attribute.resource) is None:
                    reason = "no column of the amounts' file refers to this file by a foreign key"
                    yield CellProblem(str(self._package.path), 0, where, attribute.resource, reason)

    def _missing(self, where: str, resource: str, column: str) -> Iterator[CellProblem]:
        names = self._table(resource).columns["row"]
        if folded(column) not in names:
            near = near_matches(column, names)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names)}"
            reason = f"{self._table(resource).path.name} has no such column; {hint}"
            yield CellProblem(str(self._package.path), 0, where, column, reason)

    def _table(self, resource: str) -> Delimited:
        if resource not in self._tables:
            self._tables[resource] = open_table(self._package.resources[resource])
        return self._tables[resource]

    def _key(self, resource: str) -> tuple[str, str] | None:
        """Give the column of the amounts' file that refers to a resource, and the column that it refers to."""
        for own, (name, other) in self._package.resources[self._package.facts].keys.items():
            if name == resource and folded(own) in self._places:
                names = self._table(resource).columns["row"]
                return (folded(own), folded(other)) if folded(other) in names else None
        return None

    def _list(self, resource: str, key: str, column: str) -> Mapping[str, str]:
        """Read two columns of a file as a list to look up in."""
        if (resource, key, column) not in self._lists:
            table = self._table(resource)
            self._lists[resource, key, column] = _read_list(table, table.path, key, column)
        return self._lists[resource, key, column]


def _read_list(table: Delimited, path: Path, key: str, column: str) -> Mapping[str, str]:
    names = list(table.columns["row"])
    first, second = names.index(key), names.index(column)
    found: dict[str, str] = {}
    for record in table.records():
        if not isinstance(record, Record):
            raise InputRefused([record.problem])
        name, value = record.cells[first].strip(), record.cells[second]
        if found.setdefault(name, value) != value:
            reason = f"the key stands twice, with {found[name]!r} and {value!r}"
            raise InputRefused([CellProblem(str(path), record.place, key, name, reason)])
        if len(found) > _MOST:
            raise InputRefused([CellProblem(str(path), 0, "", "", f"more than {_MOST:,} rows to look up in")])
    return found
