"""The graph: the store, the columns and networks built from it, and what is concluded from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from graph.opened import OpenGraph
    from graph.store import Store

__all__ = ["open_graph"]


def open_graph(store: Path | str | Store) -> OpenGraph:
    """Open a store folder, or a store that is open already, for questions from Python.

    Raises StoreUnreachable where there is no store; `subsidia info --store PATH` makes one with the casebook, and so
    does `api.stores.open_store`, which also opens stores on servers.
    """
    # what it takes is imported when a graph is opened, so that importing a part of this package stays cheap
    from pathlib import Path

    from graph.opened import OpenGraph
    from graph.store import Store

    return OpenGraph(store if isinstance(store, Store) else Store(Path(store)))
