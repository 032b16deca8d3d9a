"""360Giving: grants of foundations and lotteries, a JSON file of the form {"grants": […]}.

The standard gives each grant one funder and one recipient; a grant with several is set aside. Grants to persons keep
neither the person's name nor the words of the grant, which may hold it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from loaders.json_items import Item, items
from loaders.records import Record, RecordRefused
from ontology.errors import CellProblem

__all__ = ["COLUMNS", "ThreeSixtyGiving"]

COLUMNS: Final = (
    "id",
    "title",
    "description",
    "currency",
    "amountAwarded",
    "amountDisbursed",
    "amountAppliedFor",
    "awardDate",
    "plannedDates.startDate",
    "plannedDates.endDate",
    "plannedDates.duration",
    "starts",  # the planned start, or the day of the award
    "ends",  # the planned end, or the day of the award where there is no planned start either
    "fundingOrganization.id",
    "fundingOrganization.name",
    "fundingOrganization.department",
    "recipient",  # organisation or person
    "recipientOrganization.id",
    "recipientOrganization.name",
    "recipientOrganization.charityNumber",
    "recipientOrganization.companyNumber",
    "recipientOrganization.organisationType",
    "recipientOrganization.addressCountry",
    "recipientIndividual.id",
    "grantProgramme.code",
    "grantProgramme.title",
    "grantProgramme.url",
    "fundingType",
    "classifications",
    "beneficiaryLocation.name",
    "beneficiaryLocation.geoCode",
    "beneficiaryLocation.geoCodeType",
    "beneficiaryLocation.countryCode",
    "regrantType",
    "relatedActivity",
    "fromOpenCall",
    "dataSource",
    "dateModified",
)
"""The columns of a grant, named by their place in the JSON. Several values of one cell are divided by "; "."""

_PARTS: Final = {
    name: [(column, column.partition(".")[2]) for column in COLUMNS if column.startswith(f"{name}.")]
    for name in dict.fromkeys(column.partition(".")[0] for column in COLUMNS)
}
"""The columns of each member of a grant, and the names of their values."""
_LISTED: Final = frozenset({"recipient", "starts", "ends", "fundingType", "classifications", "relatedActivity"})
_PLAIN: Final = [name for name in COLUMNS if not _PARTS[name.partition(".")[0]] and name not in _LISTED]
_AMOUNTS: Final = ("amountAwarded", "amountDisbursed", "amountAppliedFor")
_OF_PERSONS: Final = frozenset({"title", "description", "beneficiaryLocation.name", "dataSource"})
_EXPONENT: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?[eE][+-]?[0-9]{1,2}")
_HALF: Final = re.compile("[\ud800-\udfff]")  # half of a character, which JSON can write and text cannot hold


class _Refused(Exception):
    """Something in a grant that cannot be taken as the standard has it."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        self.column, self.value, self.reason = column, value, reason


class ThreeSixtyGiving:
    """The grants of a file, each a record of the kind `grant`; its place is its number in the list, from 1.

    The whole file is read once when it is opened, so that one which breaks off gives no grants at all; it is never
    held. Raises InputRefused where it cannot be read to its end. A list without grants gives no records.
    """

    def __init__(self, path: Path) -> None:
        """Open a file and read it through."""
        self._path, self._read = path, 0.0
        self._told: Counter[str] = Counter()
        for _ in self._grants(self._told.update):
            pass
        self._read = 0.0

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The columns of a grant."""
        return {"grant": COLUMNS}

    @property
    def remarks(self) -> Sequence[str]:
        """What is read otherwise than it is written, with the number of grants."""
        return [f"{self._path.name}: {remark} ({count} grants)" for remark, count in sorted(self._told.items())]

    def records(self) -> Iterator[Record | RecordRefused]:
        """Give the grants in the order of the file."""
        return self._grants(lambda _: None)

    def progress(self) -> float:
        """Say how much of the file has been read by the pass under way."""
        return self._read

    def _grants(self, tell: Callable[[Sequence[str]], object]) -> Iterator[Record | RecordRefused]:
        for number, item in enumerate(items(self._path, "grants"), start=1):
            self._read = item[2]
            try:
                cells, remarks = _cells(item)
            except _Refused as error:
                place = str(self._path)
                yield RecordRefused(CellProblem(place, number, error.column, error.value[:80], error.reason))
                continue
            tell(remarks)
            yield Record("grant", number, cells)


def _cells(item: Item) -> tuple[list[str], list[str]]:
    """Give the cells of a grant, and what is read otherwise than it is written."""
    grant, twice, _ = item
    if not isinstance(grant, dict):
        raise _Refused("", type(grant).__name__, "expected an object for each grant")
    if twice:
        raise _Refused(twice[0], "", "stands twice in one object: which of the two is meant is not certain")
    remarks: list[str] = []
    found = {name: _scalar(grant[name], name) for name in _PLAIN if name in grant}
    for name in _AMOUNTS:
        found[name] = _amount(found.get(name, ""))
    found |= _one(grant, "fundingOrganization", required=True)
    person = bool(grant.get("recipientIndividual"))
    if person and grant.get("recipientOrganization"):
        raise _Refused("recipientIndividual", "", "both a person and an organisation as recipient")
    found["recipient"] = "person" if person else "organisation"
    found |= _one(grant, "recipientIndividual" if person else "recipientOrganization", required=True)
    found |= _one(grant, "plannedDates", remarks=remarks)
    start, end, award = (
        found.get(name, "") for name in ("plannedDates.startDate", "plannedDates.endDate", "awardDate")
    )
    found |= {"starts": start or award, "ends": end or ("" if start else award)}
    found |= _one(grant, "grantProgramme", remarks=remarks)
    found |= _all(grant, "beneficiaryLocation")
    for name in ("fundingType", "classifications"):
        found[name] = "; ".join(_text(part.get("title") or part.get("code")) for part in _objects(grant, name))
    found["relatedActivity"] = "; ".join(_text(part) for part in _listed(grant.get("relatedActivity")))
    hidden = _OF_PERSONS if person else frozenset[str]()
    cells = ["" if name in hidden else found.get(name, "") for name in COLUMNS]
    if _HALF.search("\n".join(cells)):
        column = next(name for name, cell in zip(COLUMNS, cells, strict=True) if _HALF.search(cell))
        raise _Refused(column, "", "half of a character, which text cannot hold")
    return cells, remarks


def _scalar(value: object, column: str) -> str:
    if isinstance(value, dict | list):
        raise _Refused(column, "", "expected one value, and not a list or an object")
    return _text(value)


def _text(value: object) -> str:
    """Write a value of JSON as text: numbers as they are written, true and false as JSON has them, null as ""."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def _amount(value: str) -> str:
    """Write a number with an exponent without it, as tables have numbers; anything else is left as it is.

    >>> _amount("1.5e4"), _amount("40000.0"), _amount("1e400")
    ('15000', '40000.0', '1e400')
    """
    return f"{Decimal(value):f}" if _EXPONENT.fullmatch(value) else value


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(grant: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = _listed(grant.get(name))
    if not all(isinstance(each, dict) for each in found):
        raise _Refused(name, "", "expected objects")
    return found


def _one(
    grant: Mapping[str, Any], name: str, *, required: bool = False, remarks: list[str] | None = None
) -> dict[str, str]:
    """Give the cells of the one object of a list.

    Where there are several, a grant with several funders or recipients is refused; of anything else nothing is said,
    and a remark says that.
    """
    found = _objects(grant, name)
    if len(found) > 1 and remarks is None:
        raise _Refused(name, str(len(found)), "expected one; the amount of each is not stated")
    if len(found) > 1 and remarks is not None:
        remarks.append(f"several {name}, of which none is taken")
    if required and not (len(found) == 1 and _text(found[0].get("id"))):
        raise _Refused(name, "", "expected one, with its id")
    if len(found) != 1:
        return {}
    return {column: _scalar(found[0][part], column) for column, part in _PARTS[name] if part in found[0]}


def _all(grant: Mapping[str, Any], name: str) -> dict[str, str]:
    """Give the cells of all objects of a list, each cell with the values of all."""
    found = _objects(grant, name)
    return {
        column: "; ".join(dict.fromkeys(text for each in found if (text := _text(each.get(part)))))
        for column, part in _PARTS[name]
    }
