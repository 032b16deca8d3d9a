"""Tables: rows, actors and ties as Arrow tables; `to_pandas()` makes a frame of one where pandas is installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import networkx as nx
import pyarrow as pa

from graph.network import actors_of, ties_of

__all__ = ["actor_table", "table_of", "tie_table"]

_AMOUNT: Final = pa.decimal128(22, 4)


def table_of(rows: Iterable[Mapping[str, Any]], always: Iterable[str] = ()) -> pa.Table:
    """Give rows as a table: a column for each name that some row has, in the order that they come in, `always` first.

    What a row does not have is null; no rows give no columns but those that are always there.
    """
    listed = list(rows)
    names = dict.fromkeys([*always, *(name for row in listed for name in row)])
    return pa.table({name: pa.array([row.get(name) for row in listed]) for name in names})


def actor_table(network: nx.MultiDiGraph[str]) -> pa.Table:
    """Give the actors of a network with their attributes, by IRI."""
    return table_of([{"actor": actor, **facts} for actor, facts in actors_of(network)], ("actor",))


def tie_table(network: nx.MultiDiGraph[str]) -> pa.Table:
    """Give the ties of a network with their attributes, in a fixed order; amounts are exact decimals."""
    table = table_of([{"source": one, "target": other, **facts} for one, other, _, facts in ties_of(network)])
    for name in ("amount_min", "amount_max"):
        if name in table.column_names:
            amounts = [None if found is None else Decimal(found) for found in table.column(name).to_pylist()]
            table = table.set_column(table.column_names.index(name), name, pa.array(amounts, _AMOUNT))
    return table
