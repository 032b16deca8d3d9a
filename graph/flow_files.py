"""Flow files: where the flow columns of a generation are kept."""

from __future__ import annotations

from pathlib import Path

__all__ = ["flow_file"]


def flow_file(generation: Path) -> Path:
    """Give the place of the flow columns in the folder of a generation."""
    return generation / "derived" / "flows.parquet"
