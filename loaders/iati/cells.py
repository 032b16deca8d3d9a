"""Cells: the records of an activity or an organisation, in the order of loaders.iati.columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from loaders.iati.activities import PLANNED, Activity, Sides, read_activity, sides, type_of
from loaders.iati.elements import LANGUAGE, Parts, attribute, day, first, line_of, narrative, parts_of, text_of
from loaders.iati.parties import Party, own_party, party
from loaders.iati.survey import Survey
from loaders.iati.words import ACTIVITY_DATES, activity_status, budget_status, budget_type, finance, role
from loaders.records import Record, RecordRefused
from ontology.errors import CellProblem

__all__ = ["activity_records", "organisation_records"]

_ONCE: Final = (
    "transaction-type",
    "transaction-date",
    "value",
    "period-start",
    "period-end",
    "provider-org",
    "receiver-org",
)
_DATES: Final = ("planned-start", "actual-start", "planned-end", "actual-end")
_FORWARD: Final = (
    "total-budget",
    "recipient-org-budget",
    "recipient-country-budget",
    "recipient-region-budget",
    "total-expenditure",
)
_COUNTRY: Final = re.compile("[A-Z]{2}")
_WHOLE: Final = re.compile(r"100(\.0*)?")
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
Cells = tuple[str, ...]


def activity_records(element: Any, survey: Survey, path: Path) -> Iterator[Record | RecordRefused]:
    """Give the record of an activity, then those of its parts in the order of the file.

    A part that says twice what it may say once, such as two values, is refused by itself.
    """
    activity = read_activity(element)
    own = _activity(activity, survey)
    yield Record("activity", activity.line, own)
    revised = {name: _revised(activity, name) for name in ("budget", PLANNED)}
    participants = {id(each): found for each, found in activity.participants}
    for part in element:
        if part.tag == "participating-org":
            yield Record(part.tag, line_of(part), (*own, *_participant(part, participants[id(part)], survey)))
        elif part.tag in ("transaction", "budget", PLANNED):
            yield _money(part, activity, own, survey, revised, path)


def _money(
    part: Any, activity: Activity, own: Cells, survey: Survey, revised: Mapping[str, set[Cells]], path: Path
) -> Record | RecordRefused:
    parts, line = parts_of(part), line_of(part)
    twice = next((name for name in _ONCE if len(parts.get(name, ())) > 1), None)
    if twice:
        return RecordRefused(CellProblem(str(path), line, twice, "", f"a {part.tag} has one <{twice}> at most"))
    if part.tag == "transaction":
        return Record(part.tag, line, (*own, *_transaction(part, parts, activity, survey)))
    cells = (*_budget(part, parts, revised[part.tag]), *_period(parts), *_value(parts, activity.currency))
    if part.tag == PLANNED:
        both = sides(activity, parts, PLANNED)
        cells = (*cells, *_sides(both, survey), "yes" if both.same else "")
    return Record(part.tag, line, (*own, *cells))


def organisation_records(element: Any, survey: Survey) -> Iterator[Record | RecordRefused]:
    """Give the record of an organisation's own report, then those of its budgets and expenditure."""
    parent, language = element.getparent(), element.get(LANGUAGE, "")
    version = element.get("version") or ("" if parent is None else parent.get("version", ""))
    own_parts, currency = parts_of(element), element.get("default-currency", "")
    reporting = party(first(own_parts, "reporting-org"), language)
    own = (version, *_party(own_party(element, own_parts), survey), currency, *_party(reporting, survey))
    yield Record("organisation", line_of(element), own)
    for part in element:
        if part.tag not in _FORWARD:
            continue
        parts, status = parts_of(part), part.get("status", "")
        cells = (*own, budget_status(status), status, *_period(parts), *_value(parts, currency))
        if part.tag == "recipient-org-budget":
            cells = (*cells, *_party(party(first(parts, "recipient-org"), language), survey))
        elif part.tag == "recipient-country-budget":
            cells = (*cells, _places(parts, "recipient-country"))
        elif part.tag == "recipient-region-budget":
            cells = (*cells, _places(parts, "recipient-region"))
        yield Record(part.tag, line_of(part), cells)


def _party(found: Party, survey: Survey) -> Cells:
    name = survey.name(found.key) if found.key else ""
    kind = survey.type(found.key) if found.key else ""
    return found.key, name, found.identifier, found.ref, found.name, kind, found.type_code


def _sides(both: Sides, survey: Survey) -> Cells:
    provider = (*_party(both.provider, survey), both.provider.activity, both.provider_from)
    return (*provider, *_party(both.receiver, survey), both.receiver.activity, both.receiver_from)


def _activity(activity: Activity, survey: Survey) -> Cells:
    parts = activity.parts
    dates = {ACTIVITY_DATES.get(each.get("type", "").strip()): _date(each) for each in parts.get("activity-date", [])}
    written = attribute(parts, "activity-status", "code")
    within = [each.get("ref", "").strip() for each in parts.get("related-activity", []) if each.get("type") == "1"]
    return (
        activity.version,
        activity.identifier,
        activity.title,
        activity.title.strip() or activity.identifier,
        activity.title_language if _TAG.fullmatch(activity.title_language) else "",
        within[0] if len(within) == 1 else "",
        activity.element.get("hierarchy", ""),
        activity_status(written),
        written,
        *_term(dates),
        *(dates.get(name, "") for name in _DATES),
        activity.currency,
        *_country(parts),
        _places(parts, "recipient-country"),
        _places(parts, "recipient-region"),
        _places(parts, "sector"),
        *_party(activity.reporting, survey),
        "yes" if activity.secondary else "",
    )


def _term(dates: Mapping[str | None, str]) -> Cells:
    """Give the first and the last day, as they were where both are known; no last day before the first."""
    start, end = (
        next((day for kind in ("actual", "planned") if _is_day(day := dates.get(f"{kind}-{name}", ""))), "")
        for name in ("start", "end")
    )
    return start, end if end >= start else ""


def _is_day(written: str) -> bool:
    try:
        return bool(date.fromisoformat(written)) and len(written) == 10
    except ValueError:
        return False


def _participant(part: Any, found: Party, survey: Survey) -> Cells:
    written = part.get("role", "")
    return role(written), written, *_party(found, survey), found.activity


def _transaction(part: Any, parts: Parts, activity: Activity, survey: Survey) -> Cells:
    word = type_of(parts)
    both = sides(activity, parts, word)
    when = first(parts, "transaction-date")
    money = attribute(parts, "finance-type", "code") or activity.finance
    return (
        part.get("ref", ""),
        word,
        attribute(parts, "transaction-type", "code"),
        _date(when),
        "" if when is None else when.get("iso-date") or text_of(when),
        *_value(parts, activity.currency),
        finance(money),
        money,
        *_sides(both, survey),
        "yes" if both.same else "",
        "yes" if survey.also_reported(activity, word, both) else "",
        *_country(parts if "recipient-country" in parts or "recipient-region" in parts else activity.parts),
        _places(parts, "recipient-country"),
        _places(parts, "recipient-region"),
        _places(parts, "sector"),
    )


def _budget(part: Any, parts: Parts, revised: set[Cells]) -> Cells:
    kind, status = part.get("type", ""), part.get("status", "")
    word = budget_type(kind)
    superseded = word != "revised" and _period(parts) in revised
    return word, kind, budget_status(status), status, "yes" if superseded else ""


def _revised(activity: Activity, name: str) -> set[Cells]:
    """Give the periods for which an activity has a revised budget: it takes the place of the original one."""
    budgets = activity.parts.get(name, [])
    return {_period(parts_of(each)) for each in budgets if budget_type(each.get("type", "")) == "revised"}


def _period(parts: Parts) -> Cells:
    return _date(first(parts, "period-start")), _date(first(parts, "period-end"))


def _value(parts: Parts, default: str) -> Cells:
    """Give value, currency, where the currency is from, and the date of exchange."""
    found = first(parts, "value")
    stated = "" if found is None else found.get("currency", "").strip()
    origin = "stated" if stated else "default" if default.strip() else ""
    return text_of(found), stated or default, origin, "" if found is None else day(found.get("value-date", ""))


def _date(element: Any) -> str:
    return "" if element is None else day(element.get("iso-date") or text_of(element))


def _country(parts: Parts) -> Cells:
    """Give code and name of the country that all is for; "" where there are several, or a region has a part of it."""
    found, regions = parts.get("recipient-country", []), parts.get("recipient-region", [])
    code = found[0].get("code", "").strip() if len(found) == 1 else ""
    share = found[0].get("percentage", "").strip() if found else ""
    alone = _WHOLE.fullmatch(share) if share else not any(each.get("percentage") for each in regions)
    if not alone or not _COUNTRY.fullmatch(code):
        return "", ""
    return code, " ".join(narrative(found, "")[0].split()) or code


def _places(parts: Parts, name: str) -> str:
    """Write countries, regions or sectors as one text: vocabulary, code or name, and percentage as written."""
    found = []
    for each in parts.get(name, []):
        code = each.get("code") or " ".join(narrative([each], "")[0].split())
        pieces = (each.get("vocabulary", ""), code, f"{each.get('percentage')} %" if each.get("percentage") else "")
        found.append(" ".join(piece for piece in pieces if piece))
    return "|".join(found)
