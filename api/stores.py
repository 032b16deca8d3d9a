"""Stores: opening the one that is asked for, and making it with the casebook where there is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad

from graph.columns import columns_of
from graph.errors import StoreUnreachable
from graph.store import Store
from loaders.tables.statements import load_tables
from ontology.identifiers import graph_name
from ontology.vocabulary import ontology_quads

__all__ = ["CASEBOOK", "open_store"]

CASEBOOK: Final = Path(__file__).parent.parent / "loaders" / "casebook"


def open_store(path: Path, *, empty: bool = False, say: Callable[[str], None] = lambda words: None) -> Store:
    """Open the store at a path; where there is none, make it with the ontology and, unless `empty`, the casebook.

    It is made whole or not at all, also where several processes ask for it at once. Raises StoreUnreachable.
    """
    if re.match(r"[a-z][a-z0-9+.-]+:/", str(path)):
        raise StoreUnreachable(path, "this version opens a folder, not the address of a server")
    if Store.exists(path):
        return Store(path)

    def fill() -> list[Quad]:
        if empty:
            return _ontology()
        say(f"making {path} with the casebook")
        return [*_ontology(), *load_tables(CASEBOOK).quads]

    store = Store.create(path, fill)
    columns_of(store.snapshot())
    return store


def _ontology() -> list[Quad]:
    graph = NamedNode(graph_name("ontology"))
    return [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in ontology_quads()]
