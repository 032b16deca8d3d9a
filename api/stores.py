"""Stores: opening the folder or server that is asked for, and filling a new one with the casebook."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad

from graph.columns import columns_of
from graph.remote.address import read_address
from graph.remote.store import RemoteStore
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.tables.statements import load_tables
from ontology.identifiers import graph_name
from ontology.vocabulary import ontology_quads

__all__ = ["CASEBOOK", "missing_ontology", "open_store"]

CASEBOOK: Final = Path(__file__).parent.parent / "loaders" / "casebook"


def open_store(
    place: Path | str,
    *,
    empty: bool = False,
    bare: bool = False,
    fill: bool = False,
    engine: str = "",
    say: Callable[[str], None] = lambda words: None,
) -> Store:
    """Open the store at a place; a folder without one is filled with the ontology and, unless `empty`, the casebook.

    With `bare` it is made without any statement: a plain dataset, until `subsidia load` adds the ontology. A store is
    made whole or not at all, also where several processes ask for it at once. A server is only read, unless
    `fill` asks that an empty one is filled in the same way. `engine` is where its flows are summed, as
    `graph.tabular.master.read_master` reads it. Raises StoreUnreachable, AddressRefused.
    """

    def contents() -> list[Quad]:
        if empty:
            return _ontology()
        say(f"making {place} with the casebook")
        return [*_ontology(), *load_tables(CASEBOOK).quads]

    if isinstance(place, str):
        remote = RemoteStore(read_address(place), _cache(), engine)
        if not remote.snapshot().state.graphs:
            if fill:
                remote.load(contents())
            else:
                say(f"{remote.name} is empty: `subsidia load` fills it")
        return remote
    if Store.exists(place):
        return Store(place, engine)
    store = Store.create(place, None if bare else contents, engine)
    columns_of(store.snapshot())
    return store


def missing_ontology(snapshot: Snapshot) -> list[Quad]:
    """Give the ontology where it is not in the store: that was made without statements, or emptied."""
    return [] if snapshot.union else _ontology()


def _cache() -> Path:
    """Give the folder for copies of stores on servers: SUBSIDIA_CACHE, else the user's cache."""
    given = os.environ.get("SUBSIDIA_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(given) if given else Path(home) / "subsidia"


def _ontology() -> list[Quad]:
    graph = NamedNode(graph_name("ontology"))
    return [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in ontology_quads()]
