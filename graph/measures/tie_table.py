"""The tie table: the ties of a network as columns, read once for a network that nobody may change."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import networkx as nx
import pyarrow as pa
import pyarrow.compute as pc

from graph.measures.projection import Network, ties_in

__all__ = ["TieTable", "tie_table"]


@dataclass(frozen=True, slots=True)
class TieTable:
    """The ties of a network, self-loops left out: a row each, its ends by their number in `actors`, which is sorted.

    `ties` has the columns `one`, `other`, `directed` and `kind`, the number of its kind in `kinds`.
    """

    actors: list[str]
    kinds: list[str]
    ties: pa.Table

    def ends(self) -> pa.Table:
        """Give each tie from both its ends: `actor`, `partner`, `kind`, and whether it goes `out`, comes `in`, or both.

        A tie without direction goes both ways.
        """
        one, other, kind = (self.ties[name] for name in ("one", "other", "kind"))
        both = pc.invert(self.ties["directed"])
        yes = pa.chunked_array([pa.repeat(True, len(self.ties))])
        sides = (
            {"actor": one, "partner": other, "kind": kind, "out": yes, "in": both},
            {"actor": other, "partner": one, "kind": kind, "out": both, "in": yes},
        )
        return pa.concat_tables([pa.table(side) for side in sides])

    def per_actor(self, ends: pa.Table) -> list[int]:
        """Count the rows of each actor, in the order of `actors`."""
        counts = [0] * len(self.actors)
        found = ends["actor"].combine_chunks().value_counts()
        for actor, count in zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True):
            counts[actor] = count
        return counts

    def partners(self, ends: pa.Table) -> list[int]:
        """Count the different partners of each actor, in the order of `actors`."""
        # one number for a pair is told apart several times faster than two columns
        pairs = pc.add(pc.multiply(pc.cast(ends["actor"], pa.int64()), len(self.actors)), ends["partner"])
        actors = pc.divide(pc.unique(pairs), max(len(self.actors), 1))
        return self.per_actor(pa.table({"actor": actors}))


_read: Final[WeakKeyDictionary[Network, TieTable]] = WeakKeyDictionary()


def tie_table(network: Network) -> TieTable:
    """Give the ties as columns; those of a frozen network are kept as long as it is. Cost O(ties) the first time."""
    if not nx.is_frozen(network):
        return _table_of(network)
    found = _read.get(network)
    if found is None:
        found = _read[network] = _table_of(network)
    return found


def _table_of(network: Network) -> TieTable:
    actors = sorted(network.nodes)
    number = {actor: index for index, actor in enumerate(actors)}
    kinds: dict[str, int] = {}
    ones, others, kind_numbers, directions = array("i"), array("i"), array("i"), bytearray()
    for one, other, directed, facts in ties_in(network):
        ones.append(number[one])
        others.append(number[other])
        kind_numbers.append(kinds.setdefault(facts.get("kind") or "tie", len(kinds)))
        directions.append(bool(directed))
    columns = {
        name: pa.Array.from_buffers(pa.int32(), len(values), [None, pa.py_buffer(values)])
        for name, values in (("one", ones), ("other", others), ("kind", kind_numbers))
    }
    directed = pa.Array.from_buffers(pa.uint8(), len(directions), [None, pa.py_buffer(directions)])
    return TieTable(actors, list(kinds), pa.table({**columns, "directed": pc.cast(directed, pa.bool_())}))
