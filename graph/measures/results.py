"""Results of measures: as a table, as attributes of the nodes of a network, and part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

import networkx as nx
import pyarrow as pa

from graph.measures.measure import Measured
from graph.measures.projection import Network
from graph.tables import table_of

__all__ = ["Number", "marked_network", "parts_of", "result_table"]

Number = int | float


def parts_of(value: Any, name: str = "") -> Iterator[tuple[str, Number]]:
    """Give the numbers in a value with their names, those in a dict of dicts as outer_inner.

    What is undefined (None, NaN) or no number is left out.

    >>> list(parts_of({"eu": {"in": 1, "out": 0.5}, "p": float("nan")})), list(parts_of(3, "degree"))
    ([('eu_in', 1), ('eu_out', 0.5)], [('degree', 3)])
    """
    if isinstance(value, Mapping):
        for entry, inner in value.items():
            yield from parts_of(inner, f"{name}_{entry}" if name else str(entry))
    elif isinstance(value, int | float) and isfinite(value):
        yield name, value


def result_table(found: Measured, network: Network) -> pa.Table:
    """Give what was measured as an Arrow table; `to_pandas()` makes a frame of it where pandas is installed.

    A value for each actor: `actor`, `label`, `level`, `country` and `value`, or a column for each entry of a dict.
    Missing ties: a row a pair, `motifs` as a list of motif and count. One value for the network: `part` and `value`.
    What is undefined is null. An empty graph gives a table without rows.
    """
    if found.pairs is not None:
        rows = [
            {**pair, "motifs": [{"motif": m, "count": n} for m, n in pair["motifs"].items()]} for pair in found.pairs
        ]
        return table_of([{name: _defined(value) for name, value in row.items()} for row in rows], ("actor", "other"))
    if found.actors is None:
        parts = [{"part": name or "value", "value": float(number)} for name, number in parts_of(found.whole)]
        return table_of(parts, ("part", "value"))
    rows = []
    for actor, value in found.actors.items():
        facts = network.nodes[actor]
        named = {"actor": actor, **{name: facts.get(name) for name in ("label", "level", "country")}}
        rows.append({**named, **(dict(parts_of(value)) if isinstance(value, Mapping) else {"value": _defined(value)})})
    return table_of(rows, ("actor", "label", "level", "country"))


def marked_network(network: nx.MultiDiGraph[str], found: Measured, name: str) -> nx.MultiDiGraph[str]:
    """Give the network with the values as attributes of its nodes, as GraphML and GEXF can hold them.

    A number is the attribute of the measure's name, a dict one attribute an entry; what is undefined is left out. The
    network that is given is not changed. A measure without a value for each actor marks nothing.
    """
    marked: nx.MultiDiGraph[str] = nx.MultiDiGraph(network)
    for actor, value in (found.actors or {}).items():
        marked.nodes[actor].update(parts_of(value, name.replace("-", "_")))
    return marked


def _defined(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value
