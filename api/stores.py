"""Stores: opening the one that is asked for, and making it with the casebook where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad

from graph.columns import columns_of
from graph.store import Store
from loaders.tables.statements import load_tables
from ontology.identifiers import graph_name
from ontology.vocabulary import ontology_quads

__all__ = ["CASEBOOK", "open_store"]

CASEBOOK: Final = Path(__file__).parent.parent / "loaders" / "casebook"


def open_store(path: Path, *, empty: bool = False, say: Callable[[str], None] = lambda words: None) -> Store:
    """Open the store at a path; where there is none, make it with the ontology and, unless `empty`, the casebook.

    A store that cannot be made whole leaves nothing behind. Raises StoreUnreachable.
    """
    if Store.exists(path):
        return Store(path)
    existed = path.exists()
    store = Store.create(path)
    try:
        quads = _ontology()
        if not empty:
            say(f"making {path} with the casebook")
            quads += load_tables(CASEBOOK).quads
        store.load(quads)
        columns_of(store.snapshot())
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        if existed:
            path.mkdir()
        raise
    return store


def _ontology() -> list[Quad]:
    graph = NamedNode(graph_name("ontology"))
    return [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in ontology_quads()]
