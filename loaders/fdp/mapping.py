"""Mapping: what the lines of a package become, made of its descriptor; of the same structure as a mapping in TOML."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from loaders.fdp.reader import PROPOSED, TOTAL_MEASURE, TOTAL_ROW, FiscalDataPackage
from loaders.fdp.roles import Named
from loaders.fdp.states import country_name, country_of, holds_states
from loaders.mapping.document import MappingDocument, parse_mapping
from ontology.identifiers import slugified

__all__ = ["mapping_of", "open_package"]

_SKIPPED: Final = {
    TOTAL_ROW: "a total: it is the sum of the rows beside it",
    TOTAL_MEASURE: "a total: in every row it is the sum of the other amounts",
    PROPOSED: "proposed, where what was approved stands beside it",
}
_REVENUE: Final = "revenue"


def open_package(path: Path) -> tuple[FiscalDataPackage, MappingDocument]:
    """Open a package with the mapping that its descriptor asks for; InputRefused for what cannot be read."""
    reader = FiscalDataPackage(path)
    mapping = mapping_of(reader)
    return reader, parse_mapping(mapping, str(reader.package.path), json.dumps(mapping, sort_keys=True).encode())


def mapping_of(reader: FiscalDataPackage) -> dict[str, Any]:
    """Make the mapping of a package.

    Money from a payer to a payee is a transfer; money for a payee without a payer an allocation, or a line of an
    account where it has been paid; anything else a line of a budget. Revenue goes the other way.
    """
    roles = reader.roles
    mapping: dict[str, Any] = {
        "source": _source(reader),
        "read": {"numbers": {"amount": "1234.56"}, "dates": dict.fromkeys(("starts", "ends"), _DATES)},
        "skip": [{"column": "not counted", "is": value, "because": why} for value, why in _SKIPPED.items()],
    }
    mapping |= {
        table: found for table, found in (("territories", _places(reader)), ("actors", _actors(reader))) if found
    }
    if roles.programme:
        mapping["programmes"] = {"programme": _programme(reader, roles.programme)}
    directions = {measure.direction for measure in reader.package.measures}
    mapping["flows"] = {}
    if directions != {_REVENUE}:
        mapping["flows"]["expenditure"] = _flow(reader, "payer", "payee", {"not": _REVENUE})
    if _REVENUE in directions:
        mapping["flows"][_REVENUE] = _flow(reader, "payee", "payer", {"is": _REVENUE})
    return mapping


_DATES: Final = "yyyy | yyyy-mm | yyyy-mm-dd"


def _source(reader: FiscalDataPackage) -> dict[str, str]:
    package = reader.package
    found = {"key": slugified(package.name), "title": package.title or package.name, "language": "en"}
    if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", package.homepage):
        found["identifier"] = package.homepage
    return found


def _country(reader: FiscalDataPackage) -> str:
    """Give the country that the package says it is of; "" where it says none, or several."""
    countries = reader.package.countries
    return country_of(countries[0]) if len(countries) == 1 else ""


def _to_states(reader: FiscalDataPackage) -> bool:
    return reader.roles.payee is not None and holds_states(reader.roles.payee)


def _places(reader: FiscalDataPackage) -> dict[str, Any]:
    """Give the country of the package, and those that are paid."""
    found = {}
    if code := _country(reader):
        place = {"label": country_name(code), "level": "national", "country_code": code}
        found["country"] = {"known": f"territory/{code.lower()}", **place}
    if _to_states(reader):
        place = {"label": "{payee}", "level": "national", "country_code": "{payee country}"}
        found["paid"] = {"known": "territory/{payee country}", **place}
    return found


def _actors(reader: FiscalDataPackage) -> dict[str, Any]:
    """Describe payers and payees; a package says who they are, and never their level or kind."""
    found: dict[str, Any] = {}
    inferred = {"basis": "inferred", "type": "organisation"}
    method = "the package does not say its level or kind"
    if reader.roles.payer:
        level = reader.package.place
        found["payer"] = {**_named("payer"), **inferred, "level": level}
        found["payer"]["method"] = f"{method}: level {level} by the place that the accounts are of"
        if _country(reader):
            found["payer"]["territory"] = "country"
    if reader.roles.payee and _to_states(reader):
        method = f"the state of the country that the column {reader.roles.payee.key.column} names"
        state = {"level": "national", "type": "state", "territory": "paid", "basis": "inferred", "method": method}
        found["state"] = {"known": "actor/{payee country}-state", "label": "{payee}", **state}
        unknown = {"when": {"column": "payee country", "empty": True}}
        method = f"level and kind by the column {reader.roles.payee.key.column}, which holds states"
        found["payee"] = {**_named("payee"), **unknown, **state, "method": method}
    elif reader.roles.payee:
        method = f"{method}: taken as an organisation of the local level"
        found["payee"] = {**_named("payee"), **inferred, "level": "local", "method": method}
    return found


def _named(role: str) -> dict[str, Any]:
    return {"key": f"{{{role} id}}", "label": {"first": [f"{{{role}}}", f"{{{role} id}}"]}}


def _programme(reader: FiscalDataPackage, named: Named) -> dict[str, Any]:
    found = {"key": "{programme id}", "label": {"first": ["{programme}", "{programme id}"]}}
    if named.dimension not in reader.roles.repaired:
        return found
    method = f"the descriptor takes {named.dimension} from another column, which holds dates; taken by its name"
    return {**found, "basis": "inferred", "method": method}


def _flow(reader: FiscalDataPackage, payer: str, recipient: str, direction: dict[str, str]) -> dict[str, Any]:
    roles = reader.roles
    there = {"payer": roles.payer is not None, "payee": roles.payee is not None}
    found: dict[str, Any] = {
        "label": _label(direction),
        "when": {"column": "direction", **direction},
        "amount": "{amount}",
        "empty": "leave out",
        "currency": "{currency}",
        "quantity": _quantity(**there),
        "per": "total",
        "phase": "{phase}",
        "valid_from": "{starts}",
        "valid_to": "{ends}",
    }
    payee: Any = {"first": ["state", "payee"]} if _to_states(reader) else "payee"
    sections = {"payer": "payer", "payee": payee}
    found |= {column: sections[role] for column, role in (("payer", payer), ("recipient", recipient)) if there[role]}
    if _to_states(reader) or _country(reader):
        found["territory"] = "paid" if _to_states(reader) else "country"
    if all(there.values()):
        found["negative"] = "return"
    if roles.programme:
        found["programme"] = "programme"
    return found


def _label(direction: dict[str, str]) -> str:
    return "revenue" if "is" in direction else "expenditure"


def _quantity(*, payer: bool, payee: bool) -> Any:
    """Say what kind of figure an amount is, by who is named in the record."""
    if payer and payee:
        return {"from": "{payee id}", "patterns": [[".", "transfer"]], "otherwise": "budget-line"}
    if payee:
        return {"from": "{phase}", "values": {"paid": "budget-line"}, "otherwise": "allocation"}
    return "budget-line"
