"""Brokerage: the roles of an actor between levels, after Gould and Fernandez."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.measures.projection import Network, Undirected, arcs_of, levels_of
from graph.tabular.engine import answered
from graph.tabular.ties import tie_engine

__all__ = ["ROLES", "brokerage", "brokerage_totals"]

ROLES: Final = ("coordinator", "itinerant", "representative", "gatekeeper", "liaison")


def brokerage(
    network: Network, *, undirected: Undirected = "refuse", master: str = ""
) -> dict[str, dict[str, int] | None]:
    """Count how often each actor brokers between two others, by the levels of the three.

    For a two-path from a sender over the broker to a receiver, where no tie goes from the sender to the receiver:

    - coordinator: all three at one level (A A A)
    - itinerant: sender and receiver at one level, the broker at another (A B A)
    - representative: sender and broker at one level, the receiver at another (A A B)
    - gatekeeper: broker and receiver at one level, the sender at another (A B B)
    - liaison: all three at different levels (A B C), so it needs three

    Nodes are actors with a level, edges directed ties, parallel ones counted once and self-loops not at all. The unit
    is ordered pairs of actors, from 0 upwards. An actor without level brokers nothing and has None, and paths from or
    to such actors are left out. An empty graph gives an empty mapping. Cost O(sum of in-degree times out-degree).

    Parameters
    ----------
    undirected
        A tie without direction is refused, unless it is declared to go in `both` directions; then representative and
        gatekeeper are equal for such ties.
    master
        The Spark that counts; nothing for DuckDB.

    Raises
    ------
    DirectionMissing
        The network has ties without direction, and they were not declared.

    Notes
    -----
    The manual of R's package sna names b_IO and b_OI the other way round than its code counts. Here the shapes are
    tested: a broker that passes on from its own level to another is the representative.

    References
    ----------
    Gould, R. V. and Fernandez, R. M. (1989). Structures of mediation: a formal approach to brokerage in transaction
    networks. Sociological Methodology 19, 89-126.

    >>> import networkx as nx
    >>> path = nx.MultiDiGraph([("town", "region"), ("region", "state")])
    >>> nx.set_node_attributes(path, {"town": "local", "region": "regional", "state": "national"}, "level")
    >>> brokerage(path)["region"]
    {'coordinator': 0, 'itinerant': 0, 'representative': 0, 'gatekeeper': 0, 'liaison': 1}
    """
    from graph.measures.tie_questions import brokered

    levels = levels_of(network)
    found = {actor: None if level is None else dict.fromkeys(ROLES, 0) for actor, level in levels.items()}
    actors = list(levels)
    engine = tie_engine(levels, arcs_of(network, undirected=undirected), master)
    for actor, role, paths in answered(engine, brokered):
        roles = found[actors[actor]]
        assert roles is not None
        roles[role] = paths
    return found


def brokerage_totals(found: Mapping[str, Mapping[str, int] | None]) -> dict[str, int]:
    """Add up the roles of all actors, as `brokerage` gives them; all 0 for an empty graph."""
    counts = [roles for roles in found.values() if roles is not None]
    return {role: sum(roles[role] for roles in counts) for role in ROLES}
