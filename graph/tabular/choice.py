"""The choice of an engine: DuckDB, or the Spark that the store was opened with."""

from __future__ import annotations

from graph.columns import columns_of
from graph.snapshot import Snapshot
from graph.tabular.engine import FlowEngine

__all__ = ["flow_engine"]


def flow_engine(snapshot: Snapshot) -> FlowEngine:
    """Give the flows of a generation in the engine that answers for it.

    For Spark they are handed over first, as files beside the generation. Raises SparkMissing and SparkUnreachable.
    """
    if not snapshot.spark_master:
        return columns_of(snapshot)
    from graph.handover import handed_over
    from graph.tabular.spark import spark_over

    return spark_over(snapshot.spark_master, handed_over(snapshot))
