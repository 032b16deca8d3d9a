"""What is measured of Subsidia itself: loading, columns, sums, and answers over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from urllib.parse import quote

from api.stores import open_store
from graph.columns import Columns
from graph.filters import Filters
from graph.flows import flow_table
from graph.funding.matrix import Cell, funding_matrix
from graph.store import Store
from tests.bench.child import peak_of, seconds, spread
from tests.bench.generate import LevelSums
from tests.bench.peers import point_query, some_flows
from tests.bench.server import Client, serving

__all__ = ["PAGES", "build_columns", "load", "over_http", "sums", "sums_of"]

PAGES: Final = ("/", "/flows", "/gaps", "/network")
_FIELDS: Final = ("integration", "education", "employment", "housing")
_MATRIX_RUNS: Final = 15


def load(source: Path, folder: Path) -> dict[str, float]:
    """Make a store with the ontology and load a file into it, as one generation."""
    store = open_store(folder, empty=True)
    before = store.snapshot().size
    taken, _ = seconds(lambda: store.load_files([source]))
    return {"seconds": taken, "quads": store.snapshot().size - before}


def build_columns(folder: Path) -> dict[str, float]:
    """Make the flow columns of the store and put them beside it; then read them into DuckDB."""
    snapshot = Store(folder).snapshot()
    made, table = seconds(lambda: flow_table(snapshot))
    opened, _ = seconds(lambda: Columns(snapshot))
    return {"made": made, "opened": opened, "flows": len(table)}


def sums(folder: Path) -> dict[str, Any]:
    """Time the matrix by level, warm, and give its sums to be compared."""
    columns = Columns(Store(folder).snapshot())
    asked = {
        "all years": Filters(),
        "at 2010": Filters(at=2010),
        "at 2010, one field": Filters(at=2010, field="integration"),
    }
    found: dict[str, Any] = {}
    for name, filters in asked.items():
        funding_matrix(columns, filters)
        found[name] = spread(lambda run, filters=filters: funding_matrix(columns, filters), _MATRIX_RUNS)  # type: ignore[misc]
    by_year = {at: sums_of(funding_matrix(columns, Filters(at=at, type="transfer")).cells) for at in (None, 2010)}
    return {"matrix": found, "sums": by_year[None], "sums_2010": by_year[2010]}


def sums_of(cells: Iterable[Cell]) -> LevelSums:
    """Add the cells of transfers up to what the peers and the generator add up."""
    found: LevelSums = {}
    for cell in cells:
        if cell.quantity == "transfer" and cell.recipient is not None:
            key = (cell.payer, cell.recipient, cell.currency)
            low, high, flows, with_amount = found.get(key, (Decimal(0), Decimal(0), 0, 0))
            found[key] = (
                low + (cell.minimum or 0),
                high + (cell.maximum or 0),
                flows + cell.flows,
                with_amount + cell.with_amount,
            )
    return found


_ACTOR: Final = "/actors/bench-0"  # an actor of the generated graph


def over_http(folder: Path, flows: int, runs: int, pages: Iterable[str] = PAGES) -> dict[str, Any]:
    """Serve a store and time single flows (none where `flows` is 0), the matrix, and pages."""
    with serving(folder) as client:
        found: dict[str, Any] = {}
        if flows:
            found["point"] = _points(client, flows, runs)
            found["matrix"], found["matrix_cached"] = _matrices(client)
        found["pages"] = {path: _page(client, path) for path in [*pages, _ACTOR if flows else "/actors/es-state"]}
        found["peak"] = peak_of(client.process)
        return found


def _points(client: Client, flows: int, runs: int) -> dict[str, float]:
    # none is asked twice, so that no cache answers
    drawn = list(dict.fromkeys(some_flows(2 * runs + 50, flows)))
    paths = [f"/sparql?query={quote(point_query(number))}" for number in drawn]
    first = min(50, len(drawn) // 2)

    def ask(run: int) -> None:
        status, body = client.get(paths[run])
        if status != 200 or not json.loads(body)["results"]["bindings"]:
            raise RuntimeError(f"{paths[run]} gave {status}")

    spread(ask, first)
    return spread(lambda run: ask(first + run), min(runs, len(drawn) - first))


def _matrices(client: Client) -> tuple[dict[str, float], dict[str, float]]:
    """Time the matrix over HTTP with filters that were not asked before, then with ones that were."""

    def ask(path: str) -> None:
        status, _ = client.get(path)
        if status != 200:
            raise RuntimeError(f"{path} gave {status}")

    ask("/api/v1/flows/matrix?at=1999")
    fresh = [f"/api/v1/flows/matrix?at={2001 + run}&field={_FIELDS[run % 4]}" for run in range(_MATRIX_RUNS)]
    return spread(lambda run: ask(fresh[run]), len(fresh)), spread(lambda run: ask(fresh[run]), len(fresh))


def _page(client: Client, path: str) -> dict[str, float] | None:
    """Time a page, the first time apart as it fills the caches; None where it does not answer 200.

    A page that does not come within a minute is asked for once: its time is what was waited, and `late` is 1.
    """
    begin = perf_counter()
    try:
        status, _ = client.get(path)
        first = perf_counter() - begin
        return {"first": first, **spread(lambda run: client.get(path), 5), "late": 0} if status == 200 else None
    except TimeoutError:
        return {"late": 1, "waited": perf_counter() - begin}
