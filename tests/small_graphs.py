"""Small graphs for tests: a few rows of governance tables become a snapshot."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from graph.snapshot import Snapshot
from graph.store import Store
from loaders.tables.statements import load_tables
from ontology.identifiers import graph_name
from ontology.vocabulary import ontology_quads

__all__ = [
    "PLACES",
    "Row",
    "Rows",
    "actor",
    "competence",
    "flow",
    "in_memory",
    "mechanism",
    "scope",
    "snapshot_of",
    "write_tables",
]

Row = Mapping[str, str]
Rows = Mapping[str, Sequence[Row]]

PLACES: Rows = {
    "sources": [{"key": "report", "title": "A report", "issued": "2014", "characters": "1000"}],
    "passages": [{"key": "p1", "source": "report", "locator": "page 1"}],
    "territories": [
        {"key": "eu", "label": "European Union", "level": "eu", "country_code": "EU"},
        {"key": "es", "label": "Spain", "level": "national", "within": "eu", "country_code": "ES"},
        {"key": "es-region", "label": "A region", "level": "regional", "within": "es"},
        {"key": "es-town", "label": "A town", "level": "local", "within": "es-region"},
        {"key": "fr", "label": "France", "level": "national", "within": "eu", "country_code": "FR"},
    ],
}


def actor(key: str, level: str, territory: str, type: str = "state", **more: str) -> Row:  # noqa: A002
    """Give the row of an actor."""
    row = {"key": key, "label": key.title(), "level": level, "type": type, "territory": territory}
    return {**row, "basis": "stated", "passage": "p1", **more}


def flow(key: str, payer: str, recipient: str, low: str = "", high: str = "", year: str = "", **more: str) -> Row:
    """Give the row of a flow: a transfer over the year, in euros where it has an amount."""
    row = {"key": key, "payer": payer, "recipient": recipient, "amount_min": low, "amount_max": high or low}
    row |= {"currency": "EUR" if low or high else "", "quantity": "transfer", "per": "year"}
    row |= {"valid_from": year, "valid_to": year, "basis": "stated", "passage": "p1"}
    return {**row, **more}


def competence(key: str, holder: str, fields: str, aspect: str, territory: str, **more: str) -> Row:
    """Give the row of a duty that holds as a fact."""
    row = {"key": key, "holder": holder, "fields": fields, "aspect": aspect, "modality": "is", "territory": territory}
    return {**row, "basis": "stated", "passage": "p1", **more}


def mechanism(key: str, participants: str, fields: str = "", **more: str) -> Row:
    """Give the row of a coordination mechanism."""
    row = {"key": key, "label": key, "participants": participants, "direction": "vertical", "formality": "formal"}
    return {**row, "fields": fields, "basis": "stated", "passage": "p1", **more}


def scope(key: str, territory: str, fields: str, ties: str, **more: str) -> Row:
    """Give the row of a researched scope."""
    row = {"key": key, "territory": territory, "fields": fields, "ties": ties}
    return {**row, "basis": "stated", "passage": "p1", **more}


def write_tables(folder: Path, tables: Rows) -> Path:
    """Write tables as CSV files, with the columns that their rows have."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        if not rows:
            continue
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def snapshot_of(folder: Path, tables: Rows) -> Snapshot:
    """Make a store of the places above, the ontology and the given tables, and give its snapshot."""
    store = Store.create(folder / "store")
    store.load(_quads(folder / "tables", tables))
    return store.snapshot()


def in_memory(tables: Rows) -> Snapshot:
    """Give what snapshot_of gives, held in memory only: for tests that make many small graphs."""
    with TemporaryDirectory() as folder:
        return _InMemory(_quads(Path(folder), tables))


class _InMemory(Snapshot):
    def __init__(self, quads: Iterable[Quad]) -> None:
        database = pyoxigraph.Store()
        database.extend(quads)
        self._begin(database, generation=1)


def _quads(folder: Path, tables: Rows) -> list[Quad]:
    written = load_tables(write_tables(folder, {**PLACES, **tables}))
    graph = NamedNode(graph_name("ontology"))
    ontology = [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in ontology_quads()]
    return [*ontology, *written.quads]
