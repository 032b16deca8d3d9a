"""The pages of actors."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.actor_page import actor_money_document, actor_view, neighbours_document
from api.answers.actors import SORTS, actors_document
from api.answers.document import Row
from api.answers.overview import search_document
from api.dependencies import FiltersGiven, SnapshotGiven, read_cursor
from api.page import page
from api.parameters import one_of, read_currency, read_filters
from api.routers.pages.parts import GET, ROWS, PartGiven, scheme
from graph.duty import duties_by_kind
from graph.filters import Filters
from graph.funding.of_actor import Side
from graph.snapshot import Snapshot
from ontology.identifiers import is_slug
from visualisations.actor import money_chart, neighbourhood
from visualisations.chain_words import period_said
from visualisations.palette import STATES

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_FLOWS: Final = 50
_NEIGHBOURS: Final = 100
_DRAWN: Final = 24
_SUMS: Final = 60


@router.api_route("/actors", methods=GET)
def actors(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    part: PartGiven,
    q: Annotated[str, Query(max_length=200)] = "",
    sort: str = "name",
) -> Response:
    """List the bodies that decide, pay, deliver, coordinate or receive."""
    filters = read_filters(snapshot, raw, "actorType")
    order = one_of("sort", sort, SORTS)
    document = actors_document(snapshot, filters, q, order, ROWS, part.offset)
    context = {
        "document": document.as_dict(),
        "offset": part.offset,
        "sort": order,
        "words": q.strip(),
        "types": scheme("actorType"),
    }
    return page(request, snapshot, "actors.html", context)


@router.api_route("/actors/{name}", methods=GET)
def actor_page(
    request: Request,
    name: str,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    part: PartGiven,
    in_after: str | None = None,
    out_after: str | None = None,
    currency: str | None = None,
) -> Response:
    """Show all that the graph says of one body."""
    filters = read_filters(snapshot, raw, "any")
    after: dict[Side, int] = {"in": read_cursor(in_after), "out": read_cursor(out_after)}
    view = actor_view(snapshot, name, filters, _FLOWS, after) if is_slug(name) else None
    money = actor_money_document(snapshot, name, filters) if view else None
    ties = neighbours_document(snapshot, name, filters, _NEIGHBOURS, part.offset) if view else None
    if view is None or money is None or ties is None:
        return _no_actor(request, snapshot, name)
    duties = duties_by_kind(view["competences"])
    context: dict[str, Any] = {
        **view,
        **_money(money.as_dict(), read_currency(currency)),
        **_ties(snapshot, name, filters, view["actor"]),
        "name": name,
        "document": view["document"].as_dict(),
        "ties": ties.as_dict(),
        "ties_after": part.offset,
        "after": after,
        "most": _FLOWS,
        "duties": duties["duty"],
        "absences": duties["absence"],
        "norms": duties["norm"],
        "undated": _undated(view),
        "rules": {},
        "states": STATES,
        "period_said": period_said,
    }
    return page(request, snapshot, "actor.html", context)


def _no_actor(request: Request, snapshot: Snapshot, name: str) -> Response:
    words = name.replace("-", " ")
    near = search_document(snapshot, words, 8).as_dict()["data"] if words.strip() else []
    context = {"name": name, "near": [row for row in near if row["kind"] == "actor"]}
    return page(request, snapshot, "no_actor.html", context, status=404)


def _money(document: Row, asked: str | None) -> Row:
    """Choose the currency to draw: the one asked for, else that of most flows; and cut the table of sums."""
    rows = document["data"]
    known: dict[str, int] = {}
    for row in rows:
        if row["summable"] and row["max"] is not None and row["currency"]:
            known[row["currency"]] = known.get(row["currency"], 0) + row["flows"]
    currencies = sorted(known, key=lambda code: (-known[code], code))
    drawn = asked if asked in known else next(iter(currencies), None)
    return {
        "money": document,
        "sums": rows[:_SUMS],
        "currencies": currencies,
        "currency": drawn,
        "chart": money_chart(rows, drawn),
        "counts": document["meta"]["flows"],
        "known": {side: sum(row["with_amount"] for row in rows if row["side"] == side) for side in ("in", "out")},
    }


def _ties(snapshot: Snapshot, name: str, filters: Filters, actor: Row) -> Row:
    nearest = neighbours_document(snapshot, name, filters, _DRAWN)
    rows = nearest.data if nearest else []
    return {"picture": neighbourhood(actor["label"], actor["level"], rows) if rows else None, "drawn": len(rows)}


def _undated(view: Row) -> tuple[int, int]:
    """Count the statements on the page that name no year, and all of them."""
    parts = [
        view["flows"]["in"],
        view["flows"]["out"],
        *(view[name] for name in ("competences", "mechanisms", "measures")),
    ]
    rows = [row for part in parts for row in part]
    return sum(row["begin"] is None and row["end"] is None for row in rows), len(rows)
