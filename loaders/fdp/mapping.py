"""Mapping: what the lines of a package become, made of its descriptor; of the same structure as a mapping in TOML."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from loaders.fdp.reader import PROPOSED, TOTAL_MEASURE, TOTAL_ROW, FiscalDataPackage
from loaders.fdp.roles import Named, words
from loaders.mapping.document import MappingDocument, parse_mapping
from ontology.identifiers import slugified

__all__ = ["mapping_of", "open_package"]

_STATES: Final = frozenset(
    {"country", "country id", "country name", "member state", "member state name", "state", "nation"}
)
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
    actors = {
        role: _actor(reader, role, named) for role, named in (("payer", roles.payer), ("payee", roles.payee)) if named
    }
    if actors:
        mapping["actors"] = actors
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


def _actor(reader: FiscalDataPackage, role: str, named: Named) -> dict[str, Any]:
    """Describe payers and payees; a package says who they are, and never their level or kind."""
    level, kind = "local", "organisation"
    method = "the package does not say its level or kind: taken as an organisation of the local level"
    if {words(named.key.column), words(named.label.column), words(named.dimension)} & _STATES:
        level, kind = "national", "state"
        method = f"level and kind by the column {named.key.column}, which holds states"
    elif role == "payer":
        level = reader.package.place
        method = f"the package does not say its level or kind: level {level} by the place that the accounts are of"
    return {
        "key": f"{{{role} id}}",
        "label": {"first": [f"{{{role}}}", f"{{{role} id}}"]},
        "level": level,
        "type": kind,
        "basis": "inferred",
        "method": method,
    }


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
    found |= {column: role for column, role in (("payer", payer), ("recipient", recipient)) if there[role]}
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
