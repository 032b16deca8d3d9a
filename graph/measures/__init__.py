"""Measures of networks: one measure or family a file, each a pure function of a networkx graph; and their register."""

from __future__ import annotations

from graph.measures.errors import DirectionMissing, MeasureUndefined, NetworkTooLarge
from graph.measures.measure import Measure, Measured, Value
from graph.measures.register import MEASURES, measure_called

__all__ = [
    "MEASURES",
    "DirectionMissing",
    "Measure",
    "MeasureUndefined",
    "Measured",
    "NetworkTooLarge",
    "Value",
    "measure_called",
]
