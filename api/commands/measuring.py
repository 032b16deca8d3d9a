"""The command that measures networks: measure."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.answers.document import Document
from api.answers.measures import NETWORKS, UNDIRECTED, flat_rows, measure_document, measures_document
from api.commands.common import (
    AsJson,
    At,
    Country,
    Field,
    Level,
    Programme,
    StorePath,
    given_filters,
    note,
    print_document,
    print_table,
    store_at,
)
from graph import open_graph

__all__ = ["measure"]


def measure(
    name: Annotated[str | None, typer.Argument(help="a measure; without one they are listed")] = None,
    network: Annotated[str | None, typer.Option(help=f"one of {', '.join(NETWORKS)}")] = None,
    undirected: Annotated[str, typer.Option(help=f"ties without direction: {' or '.join(UNDIRECTED)}")] = "refuse",
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="of what is drawn at random")] = 0,
    country: Country = None,
    field: Field = None,
    level: Level = None,
    programme: Programme = None,
    at: At = None,
    publish: Annotated[bool, typer.Option("--publish", help="put the values into the graph `derived` as well")] = False,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Measure a network of actors: brokerage, constraint, betweenness and others."""
    if publish and name is None:
        raise typer.BadParameter("name the measure to publish", param_hint="NAME")
    opened = store_at(store)
    snapshot = opened.snapshot()
    if name is None:
        document = measures_document(snapshot)
    else:
        filters = given_filters(
            snapshot, "actorType", country=country, field=field, level=level, programme=programme, at=at
        )
        document = measure_document(snapshot, filters, name, network=network, undirected=undirected, seed=seed)
        if publish:
            graph = open_graph(opened)
            both = undirected == "both"
            given: dict[str, Any] = filters.given()
            taken = graph.measure(name, *document.more["kinds"], undirected=both, seed=seed, **given)
            changed = graph.publish(taken)
            said = f"generation {graph.generation}" if changed else "they were there already, and nothing was changed"
            note(f"published as {taken.computation().iri}: {said}")
    if json:
        print_document(document)
    elif name is None:
        print_table(document.data, ["name", "definition", "yields", "unit", "range"])
    else:
        _print_values(document)


def _print_values(document: Document) -> None:
    rows = [{name: _rounded(value) for name, value in row.items()} for row in flat_rows(document.data)]
    columns = dict.fromkeys(name for row in rows for name in row)
    print_table(rows, [name for name in columns if name not in ("actor", "other_actor")])
    meta = document.more
    note(f"{meta['measure']['label']}: {meta['measure']['definition']}")
    note(f"network {meta['network']}: {meta['nodes']} actors, {meta['edges']} ties; unit: {meta['measure']['unit']}")
    if meta["whole"] is not None and any(row["actor"] for row in document.data):
        note(f"the network as a whole: {_words(meta['whole'])}")


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(part)}" for name, part in value.items())
    return "undefined" if value is None else str(_rounded(value))
