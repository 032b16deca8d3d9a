"""The command that reconciles: it proposes which bodies are one, lists that, and writes down what is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from api.answers.reconcile import claims_document
from api.commands.common import AsJson, StorePath, note, print_document, print_table, store_at
from api.parameters import ParameterRefused
from graph.reconciliation.bodies import bodies
from graph.reconciliation.candidates import LEAST, candidates
from graph.reconciliation.claims import RECONCILIATION, STATUSES, Status, decide, propose, run_of
from graph.store import Store
from ontology.errors import near_matches
from ontology.identifiers import slug

__all__ = ["reconcile"]

_LEAST_SCORE: Final = 50.0
_TOLD: Final = {"accepted": "accepted", "refused": "refused", "proposed": "undone: proposed again"}


def reconcile(
    propose_: Annotated[
        bool, typer.Option("--propose", help="compare the actors of all sources and write what may be one as claims")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="list the claims (so too without any of these)")] = False,
    accept: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="of a claim; several times for several")
    ] = None,
    refuse: Annotated[list[str] | None, typer.Option(metavar="ID", help="so that it is not proposed again")] = None,
    undo: Annotated[list[str] | None, typer.Option(metavar="ID", help="make a decided claim a proposed one")] = None,
    because: Annotated[str | None, typer.Option(help="why it is accepted or refused, and who says so")] = None,
    min_score: Annotated[
        float | None, typer.Option(min=_LEAST_SCORE, max=100, help=f"least score; {LEAST:g} to propose")
    ] = None,
    status: Annotated[str | None, typer.Option(help=f"list only {', '.join(STATUSES)}")] = None,
    within: Annotated[bool, typer.Option("--within", help="compare the actors of one source, too")] = False,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Find actors that may be one; each pair is a claim to accept or refuse, and nothing is ever merged."""
    if status is not None and status not in STATUSES:
        raise ParameterRefused("status", status, f"one of {', '.join(STATUSES)}", near_matches(status, STATUSES))
    decisions: dict[Status, Sequence[str]] = {
        "accepted": accept or (),
        "refused": refuse or (),
        "proposed": undo or (),
    }
    _check(decisions)
    opened = store_at(store)
    for decision, names in decisions.items():
        if names:
            _decide(opened, names, decision, because)
    if propose_:
        _propose(opened, LEAST if min_score is None else min_score, within=within)
    if list_ or json or not (propose_ or any(decisions.values())):
        _list(opened, status, min_score, json=json)


def _check(decisions: dict[Status, Sequence[str]]) -> None:
    """Refuse two decisions about one claim."""
    names = [slug(name) for decided in decisions.values() for name in set(decided)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ParameterRefused("refuse", twice, "one decision about one claim")


def _decide(opened: Store, names: Sequence[str], status: Status, because: str | None) -> None:
    before = opened.generation
    after = decide(opened, names, status, because if status != "proposed" else None)
    if after == before:
        note(f"{', '.join(names)}: {status} already, nothing changed")
    else:
        note(f"{', '.join(names)}: {_TOLD[status]}")


def _propose(opened: Store, least: float, *, within: bool) -> None:
    snapshot = opened.snapshot()
    actors = bodies(snapshot)
    note(f"comparing {len(actors):,} actors")
    found = propose(opened, run_of(snapshot, least, within=within), candidates(actors, least, within=within))
    note(
        f"{found.new:,} new claims, {found.known:,} known, {found.gone:,} gone, {found.decided:,} decided earlier; "
        f"in the graph {slug(RECONCILIATION)}"
    )


def _list(opened: Store, status: str | None, least: float | None, *, json: bool) -> None:
    document = claims_document(opened.snapshot(), status, least)
    if json:
        print_document(document)
        return
    columns = ["id", "status", "score", "method", "one_label", "other_label", "note", "reason"]
    print_table(document.data, columns)
    note(f"{document.rows:,} claims; accept or refuse one by its id, nothing is merged")
