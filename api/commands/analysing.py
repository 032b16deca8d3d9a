"""Commands that analyse: trace, whatif, compare."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.answers.compare import compare_document, read_places
from api.answers.trace import trace_document
from api.answers.whatif import read_target, what_if_document
from api.commands.common import AsJson, At, Field, StorePath, given_filters, note, print_document, print_table, store_at
from api.parameters import ParameterRefused
from visualisations.numbers import money, share

__all__ = ["compare", "trace", "whatif"]


def trace(
    actor: Annotated[str, typer.Argument(help="name of an actor, as es-state")],
    up: Annotated[bool, typer.Option("--up", help="where its money comes from")] = False,
    down: Annotated[bool, typer.Option("--down", help="where its money goes to (so by default)")] = False,
    at: At = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Trace where an actor's money goes to, or comes from, path by path."""
    if up and down:
        raise ParameterRefused("direction", "--up --down", "one of --up and --down")
    snapshot = store_at(store).snapshot()
    filters = given_filters(snapshot, None, actor=actor, at=at)
    if filters.actor is None:
        raise ParameterRefused("actor", actor, "the name of an actor, as es-state")
    document = trace_document(snapshot, filters, "up" if up else "down")
    if json:
        print_document(document)
        return
    rows = [row for place, path in enumerate(document.data["paths"], 1) for row in _steps(place, path)]
    print_table(rows, ["path", "from", "to", "amount", "year", "how", "share", "then"])
    for item in document.data["started"]:
        _tell(item)
    for cycle in document.data["cycles"]:
        note(f"circle: {' → '.join(body['label'] for body in [*cycle, cycle[0]])}")
    for words in document.more["cut"]:
        note(f"cut: {words}")


def _steps(place: int, path: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for order, step in enumerate(path["steps"]):
        words = [item["words"] for item in path["breaks"] if item["flow"] == step["flow"]]
        if path["end"] == "not-traced" and order == len(path["steps"]) - 1:
            left = path["not_traced"]
            words.append(money(left["min"], left["max"], path["currency"]))
        rows.append(
            {
                "path": place if order == 0 else None,
                "from": step["payer_label"] or "not stated",
                "to": step["recipient_label"] or "not stated",
                "amount": money(step["min"], step["max"], step["currency"]),
                "year": step["period"],
                "how": None if step["relation"] == "start" else step["relation"],
                "share": _share(step),
                "then": "; ".join(words),
            }
        )
    return rows


def _share(step: dict[str, Any]) -> str | None:
    low, high = step["share_min"], step["share_max"]
    if low is None:
        return None
    return share(low) if low == high else f"{share(low)} to {share(high)}"


def _tell(item: dict[str, Any]) -> None:
    """Say how much of one kind of money the paths begin with, and how much of it the recorded parts account for."""
    if item["amount"] is None:
        note(f"{item['quantity']} ({item['period']}): {item['flows']} flows, none with an amount")
        return
    begun = money(item["amount"]["min"], item["amount"]["max"], item["currency"])
    words = f"{item['quantity']} ({item['period']}): {begun}, {item['with_amount']} of {item['flows']} flows known"
    for name, wording in (("passed_on", "passed on"), ("not_traced", "not traced")):
        if item[name]:
            words += f"; {wording} {money(item[name]['min'], item[name]['max'], item['currency'])}"
    note(words)


def whatif(
    remove: Annotated[
        str, typer.Option(help="an actor, a programme, a flow or a mechanism; actor/… or programme/… where both fit")
    ],
    at: At = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Say what would be lost without an actor, a programme, a flow or a mechanism; nothing is changed."""
    snapshot = store_at(store).snapshot()
    filters = given_filters(snapshot, None, at=at)
    document = what_if_document(snapshot, read_target(snapshot, remove), filters)
    if json:
        print_document(document)
        return
    data = document.data
    rows = [row for duty in data["duties"] for row in _duty(duty)]
    print_table(rows, ["duty", "holder", "quantity", "year", "known", "lost", "share", "flows", "flows_lost", "link"])
    flows, passed = document.more["flows"], document.more["passed_on"]
    note(f"without {data['removed']['label']}: {flows} flows go, {passed} because they pass its money on")
    for words in document.more["cut"]:
        note(f"cut: {words}")
    for item in data["lost"]:
        if item["flows"]:
            note(f"{item['quantity']} ({item['period']}): {_money(item['amount'], item['currency'])}")
    note(f"{len(data['duties_gone'])} duties and {len(data['ties'])} ties go with it")
    for name, words in (("gaps_appear", "gap appears"), ("gaps_vanish", "gap vanishes")):
        for gap in data[name]:
            note(f"{words}: {gap['rule']}: {gap['explanation']}")


def _duty(duty: dict[str, Any]) -> list[dict[str, Any]]:
    links = ", ".join(sorted({flow["link"] for flow in duty["flows"]}))
    head = {"duty": duty["label"], "holder": duty["holder_label"], "link": links}
    rows = [
        {
            **head,
            "quantity": kind["quantity"],
            "year": kind["period"],
            "known": _money(kind["before"], kind["currency"]),
            "lost": _money(kind["lost"], kind["currency"]) if kind["flows_lost"] else "nothing",
            "share": _share({"share_min": kind["share"]["min"], "share_max": kind["share"]["max"]})
            if kind["share"]
            else None,
            "flows": kind["flows"],
            "flows_lost": kind["flows_lost"],
        }
        for kind in duty["kinds"]
    ]
    return rows or [{**head, "flows_lost": len(duty["flows"])}]


def _money(amount: dict[str, Any] | None, currency: str | None) -> str:
    return money(amount["min"], amount["max"], currency) if amount else "amount unknown"


def compare(
    place: Annotated[list[str], typer.Argument(help="two to four codes of countries, or slugs of places")],
    field: Field = None,
    at: At = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Set countries or places side by side on the same indicators, with what was researched in each."""
    snapshot = store_at(store).snapshot()
    filters = given_filters(snapshot, None, field=field, at=at)
    document = compare_document(snapshot, read_places(snapshot, place), filters)
    if json:
        print_document(document)
        return
    keys = [item["key"] for item in document.data["places"]]
    rows = [{**row, **{key: _known(row, key) for key in keys}} for row in document.data["rows"]]
    print_table(rows, ["group", "indicator", *keys])
    for item in document.data["places"]:
        words = [f"{tie} {state.replace('-', ' ')}" for tie, state in item["coverage"].items()]
        note(f"{item['key']}: {', '.join(words)}; where a tie was not assessed, a low count says nothing")


def _known(row: dict[str, Any], key: str) -> Any:
    """Give a value to print; nothing found where nothing was researched is not an absence."""
    return "not assessed" if not row[key] and row[f"{key}_coverage"] == "not-assessed" else row[key]
