"""Ties as tables that expressions are made of, and the engine over those of one network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from graph.tabular.duck import Lent
from graph.tabular.engine import Engine

__all__ = ["tie_engine"]

_ARC = pa.schema([("sender", pa.int32()), ("receiver", pa.int32())])


def tie_engine(levels: Mapping[str, str | None], arcs: Iterable[tuple[str, str]], master: str = "") -> Engine:
    """Give the arcs of a network as tables of DuckDB, or of the Spark of that master.

    `arcs` has `sender` and `receiver`, the places of actors in `levels`; `actor_levels` has `actor` and `level`, for
    those that have one. Raises SparkMissing and SparkUnreachable.
    """
    place = {actor: number for number, actor in enumerate(levels)}
    pairs = [(place[one], place[other]) for one, other in arcs]
    known = [(place[actor], level) for actor, level in levels.items() if level is not None]
    tables = {
        "arcs": pa.table([[one for one, _ in pairs], [other for _, other in pairs]], schema=_ARC),
        "actor_levels": pa.table(
            {
                "actor": pa.array([actor for actor, _ in known], pa.int32()),
                "level": pa.array([level for _, level in known], pa.string()),
            }
        ),
    }
    if not master:
        return Lent(tables)
    from graph.tabular.spark import Spark

    return Spark(master, tables)
