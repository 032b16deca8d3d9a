"""The profile document: relations between levels, mainstreaming and jurisdictions, with what is not assessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from api.answers.compare import place_query
from api.answers.document import Document, Row, filters_of, not_applied, sources_of
from api.answers.lists import list_query
from graph.facts import Facts
from graph.filters import Filters
from graph.places import places
from graph.profiles.jurisdictions import jurisdictions_at
from graph.profiles.mainstreaming import mainstreaming_in
from graph.profiles.reading import read_place
from graph.profiles.relations import relations_in
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.vocabulary import vocabulary

__all__ = ["profile_document"]

_NOT_APPLIED: Final[Mapping[str, str]] = dict.fromkeys(
    ("level", "programme", "actor", "type", "basis"), "places are profiled as wholes, by country, field and years"
)
_UNION: Final = (
    "the Union is no country: relations between levels are told within a state; compare EU shows what it has"
)
_FRAMEWORKS: Final = {
    "relation": "Scholten 2013: centralist, localist, multilevel or decoupled, by field and period",
    "mainstreaming": "Scholten, Collett and Petrovic 2017: specific to generic, state-centric to polycentric",
    "jurisdictions": "Hooghe and Marks 2003: type I (few bodies, many tasks) to type II (many bodies, overlapping)",
}


def profile_document(snapshot: Snapshot, filters: Filters) -> Document:
    """Profile the country of the filters, or every country.

    `data.relations` has a row for each country, field and period of which anything is recorded, its `kind` null where
    it is not assessed; `data.mainstreaming` one for each country and field; `data.jurisdictions` one for each country
    and level. The Union is no country, as levels relate within a state: asked for it, `left_out` says so. An empty
    graph gives empty lists.
    """
    asked = filters.without(*_NOT_APPLIED)
    found = _rows(snapshot, asked)
    territories = [place for place, _ in _countries(snapshot, asked)]
    queries = {name: list_query(name, asked) for name in ("competences", "mechanisms", "measures")}
    if territories:
        queries["scopes, and all else, of the countries"] = place_query(territories, asked)
    states = Counter(row["kind"] or "not-assessed" for row in found["relations"])
    return Document(
        data={name: list(rows) for name, rows in found.items()},
        generation=snapshot.generation,
        at=filters.at,
        rows=len(found["relations"]),
        query=queries["competences"],
        sources=sources_of(snapshot, [row for rows in found.values() for row in rows]),
        filters=filters_of(filters),
        not_applied=not_applied(filters, _NOT_APPLIED),
        more={
            "queries": queries,
            "states": dict(sorted(states.items())),
            "frameworks": _FRAMEWORKS,
            "left_out": [{"country": "EU", "reason": _UNION}] if filters.country == "EU" else [],
        },
    )


def _countries(snapshot: Snapshot, filters: Filters) -> list[tuple[str, str]]:
    """Give the countries that are profiled, each with its code, by code; the Union is none."""
    codes = sorted(places(snapshot).code.items(), key=lambda item: item[1])
    return [(place, code) for place, code in codes if code != "EU" and filters.country in (None, code)]


@remembered(16)
def _rows(snapshot: Snapshot, filters: Filters) -> dict[str, tuple[Row, ...]]:
    where = places(snapshot)
    rank = {name: order for order, name in enumerate(vocabulary().schemes["level"])}
    relations: list[Row] = []
    fields: list[Row] = []
    jurisdictions: list[Row] = []
    facts = Facts(snapshot, filters)
    for place, code in _countries(snapshot, filters):
        reading = read_place(snapshot, facts, place)
        for field in reading.fields:
            for relation in relations_in(reading, field, filters.span):
                relations.append({"country": code, **asdict(relation), "evidence": list(relation.evidence)})
            fields.append({"country": code, **asdict(mainstreaming_in(reading, field))})
        for found in sorted(jurisdictions_at(reading, where), key=lambda each: rank.get(each.level, len(rank))):
            jurisdictions.append({"country": code, **asdict(found), "evidence": list(found.evidence)})
    return {"relations": tuple(relations), "mainstreaming": tuple(fields), "jurisdictions": tuple(jurisdictions)}
