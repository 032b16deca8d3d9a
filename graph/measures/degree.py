"""Degree: how many actors an actor is tied to, by direction, kind of tie and level of the partner."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from graph.measures.projection import Network, level_order
from graph.measures.tie_table import TieTable, tie_table

__all__ = ["degree", "degree_by_kind", "degree_by_level", "in_degree", "out_degree", "tie_count"]


def degree(network: Network) -> dict[str, int]:
    """Count the actors that each actor is tied to, whatever the direction, kind and number of the ties.

    Nodes are actors, edges ties of any kind; self-loops do not count, parallel ties count once. The unit is actors,
    from 0 (only self-loops) to all others; an empty graph gives an empty mapping. Cost O(ties).

    References
    ----------
    Freeman, L. C. (1978). Centrality in social networks: conceptual clarification. Social Networks 1, 215-239.

    >>> import networkx as nx
    >>> degree(nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "a"), ("c", "c")]))
    {'a': 1, 'b': 1, 'c': 0}
    """
    table = tie_table(network)
    return _named(table, table.partners(table.ends()))


def in_degree(network: Network) -> dict[str, int]:
    """Count the actors that a tie comes from; one without direction counts. As `degree` in all else."""
    return _one_way(network, "in")


def out_degree(network: Network) -> dict[str, int]:
    """Count the actors that a tie goes to; one without direction counts. As `degree` in all else."""
    return _one_way(network, "out")


def tie_count(network: Network) -> dict[str, int]:
    """Count the ties of each actor, parallel ties each for itself, self-loops not. As `degree` in all else."""
    table = tie_table(network)
    return _named(table, table.per_actor(table.ends()))


def _one_way(network: Network, way: str) -> dict[str, int]:
    table = tie_table(network)
    ends = table.ends()
    return _named(table, table.partners(ends.filter(ends[way])))


def _named(table: TieTable, counts: list[int]) -> dict[str, int]:
    return dict(zip(table.actors, counts, strict=True))


def degree_by_kind(network: Network) -> dict[str, dict[str, int]]:
    """Count the partners of each actor by kind of tie: `funding_in`, `funding_out`, and `coordination` as a whole.

    A kind of tie that has no direction has one count. Every actor has every count that some actor has, 0 included.
    Unit, range, empty graph and cost as for `degree`.
    """
    table = tie_table(network)
    ends = table.ends()
    columns: dict[str, list[int]] = {}
    for number, kind in enumerate(table.kinds):
        here = ends.filter(pc.equal(ends["kind"], number))
        both = pc.and_(here["out"], here["in"])
        for name, chosen in (
            (kind, both),
            (f"{kind}_in", pc.and_not(here["in"], both)),
            (f"{kind}_out", pc.and_not(here["out"], both)),
        ):
            if pc.any(chosen).as_py():
                columns[name] = table.partners(here.filter(chosen))
    return _rows(table, columns, sorted(columns))


def degree_by_level(network: Network) -> dict[str, dict[str, int]]:
    """Count the partners of each actor by their level and the direction: `eu_in`, `eu_out`, down to the lowest level.

    A tie without direction counts in both directions; a partner without level is of level `unknown`.
    Unit, range, empty graph and cost as for `degree`.
    """
    table = tie_table(network)
    levels = [network.nodes[actor].get("level") or "unknown" for actor in table.actors]
    order = level_order(set(levels))
    number = {level: index for index, level in enumerate(order)}
    ends = table.ends()
    partner_level = pa.array([number[level] for level in levels], pa.int32()).take(ends["partner"])
    columns = {
        f"{level}_{way}": table.partners(ends.filter(pc.and_(pc.equal(partner_level, number[level]), ends[way])))
        for level in order
        for way in ("in", "out")
    }
    return _rows(table, columns, columns)


def _rows(table: TieTable, columns: dict[str, list[int]], names: Iterable[str]) -> dict[str, dict[str, int]]:
    """Give each actor its count of every column."""
    names = tuple(names)
    if not names:
        return {actor: {} for actor in table.actors}
    counts = zip(*(columns[name] for name in names), strict=True)
    return {actor: dict(zip(names, row, strict=True)) for actor, row in zip(table.actors, counts, strict=True)}
