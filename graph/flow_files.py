"""Flow files: where the flow columns of a generation are kept."""

from __future__ import annotations

from pathlib import Path

__all__ = ["flow_file", "handover_folder"]


def flow_file(generation: Path) -> Path:
    """Give the place of the flow columns in the folder of a generation."""
    return generation / "derived" / "flows.parquet"


def handover_folder(generation: Path) -> Path:
    """Give the place of the flow columns as a folder of files, which Spark reads, in the folder of a generation."""
    return generation / "derived" / "flows"
