"""What makes a measure undefined: errors named for the mathematics."""

from __future__ import annotations

from ontology.errors import SubsidiaError

__all__ = ["DirectionMissing", "MeasureUndefined", "NetworkTooLarge", "NodesDiffer", "WeightNegative"]


class MeasureUndefined(SubsidiaError):
    """A measure that this network has no value of."""


class DirectionMissing(MeasureUndefined):
    """Ties without direction where the measure tells sender from receiver."""

    def __init__(self, ties: int) -> None:
        self.ties = ties
        super().__init__(f"the measure needs direction, and {ties} ties have none: declare how they are to count")


class WeightNegative(MeasureUndefined):
    """A tie of negative weight: shares of a sum are not defined."""

    def __init__(self, one: str, other: str, weight: float) -> None:
        self.one, self.other, self.weight = one, other, weight
        super().__init__(f"the tie from {one} to {other} has the negative weight {weight}")


class NodesDiffer(MeasureUndefined):
    """Two networks to correlate that are not about the same actors."""

    def __init__(self, missing: int) -> None:
        self.missing = missing
        super().__init__(f"both networks must have the same actors: {missing} are in one of them only")


class NetworkTooLarge(MeasureUndefined):
    """More ties than the measure is computed for."""

    def __init__(self, ties: int, most: int) -> None:
        self.ties, self.most = ties, most
        super().__init__(f"the measure is computed for up to {most:,} ties, and there are {ties:,}: narrow the network")
