"""Map documents: one measure by country and place, and the ties between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from api.answers.document import Document, Row, filters_of, not_applied, number, sources_of
from api.answers.funding import flow_sources, matrix_query
from api.answers.gaps import named_gap_queries
from api.answers.lists import NOT_APPLIED, list_document, list_query
from graph.filters import Filters
from graph.gaps.gap import find_gaps, gap_queries
from graph.queries import bind, query_text
from graph.remember import remembered
from graph.researched import searches_asked, tie_coverage
from graph.snapshot import Snapshot
from graph.spread import COUNTED, seats_of, spread_of
from graph.spread_money import SIDES, Kind, Money, MoneySpread, money_spread
from graph.ties_between import ties_between
from ontology.identifiers import concept, slug

__all__ = ["MEASURES", "MOST_PLACES", "TYPES", "KindAsked", "map_document", "ties_document"]

MEASURES: Final = (*COUNTED[:-1], *SIDES, COUNTED[-1])
TYPES: Final[Mapping[str, str]] = {
    "reported-gaps": "gapType",
    "indicated-gaps": "gapType",
    "duties": "aspect",
    "mechanisms": "formality",
    "flows": "quantity",
    "paid": "quantity",
    "received": "quantity",
}
"""The concept scheme that `type` is from, by measure."""
MOST_PLACES: Final = 2000
_TIE: Final[Mapping[str, str | None]] = {
    "reported-gaps": "coordination",
    "indicated-gaps": "coordination",
    "duties": "competence",
    "mechanisms": "coordination",
    "flows": "funding",
    "paid": "funding",
    "received": "funding",
    "scopes": None,
}
_GAPS: Final = {
    "programme": "a gap lies between bodies, levels and fields; the graph does not tie it to a programme",
    "from": "a gap is asked at one year: use at",
    "to": "a gap is asked at one year: use at",
}
_NOT_APPLIED: Final[Mapping[str, Mapping[str, str]]] = {
    "reported-gaps": _GAPS,
    "indicated-gaps": _GAPS,
    "mechanisms": NOT_APPLIED["mechanisms"],
    "scopes": dict.fromkeys(
        ("level", "programme", "actor", "type", "basis"), "a scope says where, in which field and years was searched"
    ),
}


@dataclass(frozen=True, slots=True)
class KindAsked:
    """Which amounts to add, where several kinds are recorded; None leaves it to what most countries have."""

    currency: str | None = None
    phase: str | None = None
    period: str | None = None


def map_document(snapshot: Snapshot, measure: str, filters: Filters, asked: KindAsked | None = None) -> Document:
    """Give a measure, one of MEASURES, by country and by place.

    Every country of the graph has a row, or the one asked for; `state` says why it has no value. Places have a row
    where a body is seated or something is counted, the highest first, MOST_PLACES at most; `outline` is the territory
    whose outline shows it. An empty graph has none.
    """
    rows, more = (_money if measure in SIDES else _counts)(snapshot, measure, filters, asked or KindAsked())
    countries, places = _countries(snapshot, measure, filters, rows[0]), _places(snapshot, filters, rows[1])
    queries = _queries(measure, filters)
    return Document(
        data={"countries": countries, "places": places[:MOST_PLACES]},
        generation=snapshot.generation,
        at=filters.at,
        rows=len(countries) + len(places),
        query=next(iter(queries.values())),
        sources=_sources(snapshot, measure, filters),
        filters=filters_of(filters),
        not_applied=not_applied(filters, _NOT_APPLIED.get(measure, {})),
        more={
            "measure": measure,
            "unit": more["kind"]["currency"] if more.get("kind") else None,
            "kind": None,
            "kinds": None,
            "passed_on": 0,
            **more,
            "places_in_all": len(places),
            "queries": queries,
        },
    )


Values = Mapping[str, Row]


def _counts(snapshot: Snapshot, measure: str, filters: Filters, _: KindAsked) -> tuple[tuple[Values, Values], Row]:
    found = spread_of(snapshot, measure, filters)
    tables = tuple({key: {"value": count} for key, count in table.items()} for table in (found.countries, found.places))
    return (tables[0], tables[1]), {"total": found.total, "nowhere": found.nowhere}


def _money(snapshot: Snapshot, measure: str, filters: Filters, asked: KindAsked) -> tuple[tuple[Values, Values], Row]:
    found = _spread(snapshot, measure, filters, asked)
    tables = tuple({key: _sum(money) for key, money in table.items()} for table in (found.countries, found.places))
    more = {
        "kind": _kind(found.kind) if found.kind else None,
        "kinds": [{**_kind(kind), "countries": count} for kind, count in found.kinds],
        "passed_on": found.passed_on,
        "nowhere": found.nowhere,
    }
    return (tables[0], tables[1]), more


def _spread(snapshot: Snapshot, measure: str, filters: Filters, asked: KindAsked) -> MoneySpread:
    side = next(side for side in SIDES if side == measure)
    return money_spread(snapshot, side, filters, asked.currency, asked.phase, asked.period)


def _kind(kind: Kind) -> Row:
    return {
        "quantity": kind.quantity,
        "currency": kind.currency,
        "phase": kind.phase or None,
        "period": kind.period,
    }


def _sum(money: Money) -> Row:
    low, high = (money.amount.low, money.amount.high) if money.amount else (None, None)
    return {
        "value": number(high),
        "min": number(low),
        "max": number(high),
        "flows": money.flows,
        "with_amount": money.with_amount,
    }


def _countries(snapshot: Snapshot, measure: str, filters: Filters, values: Values) -> list[Row]:
    """Give a row for each country of the graph, by code; the state of one without a value says why it has none."""
    codes, points = seats_of(snapshot).places.code, _points(snapshot)
    tie = _TIE[measure]
    searched = tie_coverage(snapshot, list(codes), tie, filters) if tie else {}
    rows = []
    for territory, code in sorted(codes.items(), key=lambda item: item[1]):
        if filters.country in (None, code):
            coverage = searched.get(territory)
            value = values.get(code, {"value": None})
            rows.append(
                {"kind": "country", "code": code, "territory": territory, "label": snapshot.label(territory)}
                | {"level": None, "country": code, **value, "state": _state(value, coverage), "coverage": coverage}
                | dict(zip(("lat", "lon"), points.get(territory, (None, None)), strict=True))
            )
    return rows


def _state(value: Row, coverage: str | None) -> str:
    if value["value"] is not None:
        return "recorded"
    if value.get("flows"):
        return "amount-unknown"
    return "none-found" if coverage in ("researched", "partly") else "nothing-recorded"


def _places(snapshot: Snapshot, filters: Filters, values: Values) -> list[Row]:
    """Give a row for each place below a country where a body is seated or something is counted, highest value first."""
    seats, points = seats_of(snapshot), _points(snapshot)
    outlines = _outlined(snapshot)
    seated = {spot for spots in seats.of.values() for spot in spots if spot not in seats.places.code}
    rows = []
    for iri in sorted(seated | values.keys()):
        code = seats.places.country(iri)
        if filters.country in (None, code):
            value = values.get(iri, {"value": None})
            rows.append(
                {"kind": "place", "code": None, "territory": iri, "label": snapshot.label(iri)}
                | {"level": _level(snapshot, iri), "country": code}
                | {**value, "state": _state(value, None), "coverage": None, "outline": outlines.get(iri)}
                | dict(zip(("lat", "lon"), points.get(iri, (None, None)), strict=True))
            )
    return sorted(rows, key=lambda row: (row["value"] is None, -(row["value"] or 0), row["territory"]))


def _level(snapshot: Snapshot, iri: str) -> str | None:
    return next(map(slug, snapshot.values_of(iri, "gov:level")), None)


@remembered(2)
def _points(snapshot: Snapshot) -> dict[str, tuple[int | float | None, int | float | None]]:
    """Give latitude and longitude of the places that have both."""
    north, east = snapshot.values("wgs:lat"), snapshot.values("wgs:long")
    found = {iri: (number(north[iri][0]), number(east[iri][0])) for iri in sorted(north.keys() & east.keys())}
    return {iri: point for iri, point in found.items() if None not in point}


@remembered(2)
def _outlined(snapshot: Snapshot) -> dict[str, str]:
    """Give the territory whose outline shows a place: itself, or the last one of the same NUTS code that has one."""
    own = snapshot.values("locn:geometry")
    codes = snapshot.values("gov:nutsCode") if own else {}
    by_code = {code: iri for iri in sorted(own.keys() & codes.keys()) for code in codes[iri]}
    alike = {iri: by_code[code] for iri, found in codes.items() for code in found if code in by_code}
    return {**alike, **{iri: iri for iri in own}}


def _queries(measure: str, filters: Filters) -> dict[str, str]:
    """Give the SPARQL behind a measure: each thing that is counted, with its country."""
    if measure == "reported-gaps":
        return {"gaps: reported": gap_queries(filters)["reported"]}
    if measure == "indicated-gaps":
        return {name: text for name, text in named_gap_queries(filters).items() if name != "gaps: reported"}
    if measure == "scopes":
        since, until = filters.span
        inputs = {
            "inField": NamedNode(concept("field", filters.field)) if filters.field else None,
            "since": Literal(since) if since is not None else None,
            "until": Literal(until) if until is not None else None,
        }
        return {"scopes": bind(query_text("researched-scopes"), inputs)}
    if measure in SIDES:
        return {"funding matrix": matrix_query(filters, "country")}
    name = {"duties": "competences"}.get(measure, measure)
    return {name: list_query(name, filters)}


def _sources(snapshot: Snapshot, measure: str, filters: Filters) -> list[str]:
    rows: list[dict[str, Any]]
    if measure in ("flows", *SIDES):
        return flow_sources(snapshot, filters)
    if measure.endswith("-gaps"):
        state = measure.removesuffix("-gaps")
        asked = replace(filters, basis="stated") if (state, filters.basis) == ("reported", None) else filters
        rows = [{"evidence": gap.evidence} for gap in find_gaps(snapshot, asked) if gap.state == state]
    elif measure == "scopes":
        rows = [{"evidence": each.passages} for each in searches_asked(snapshot, filters)]
    else:
        rows = list_document(snapshot, {"duties": "competences"}.get(measure, measure), filters).data
    return sources_of(snapshot, rows)


def ties_document(snapshot: Snapshot, what: str, between: str, filters: Filters) -> Document:
    """Give the flows or mechanisms that join two countries or places, pair by pair, the most first."""
    found = ties_between(snapshot, what, between, filters)
    seats = seats_of(snapshot)
    names = {code: snapshot.label(iri) for iri, code in seats.places.code.items()}

    def end(key: str, side: str) -> Row:
        return {side: key, f"{side}_label": names.get(key) or snapshot.label(key)}

    data = [
        {**end(tie.source, "source"), **end(tie.target, "target"), "count": tie.count, "with_amount": tie.with_amount}
        for tie in found.ties
    ]
    return Document(
        data=data,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(data),
        query=list_query(what, filters),
        sources=_sources(snapshot, what, filters),
        filters=filters_of(filters),
        not_applied=not_applied(filters, NOT_APPLIED.get(what, {})),
        more={
            "ties": what,
            "between": between,
            "total": found.total,
            "within": found.within,
            "unplaced": found.unplaced,
        },
    )
