"""The measure: a function of a network, with all that a reader has to know to use its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graph.measures.errors import NetworkTooLarge
from graph.measures.projection import Network

__all__ = ["Measure", "Measured", "Value", "Yields"]

Value = int | float | Mapping[str, Any] | None
Yields = Literal["number per actor", "dict per actor", "one value for the network", "list of missing ties"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure gives: a value for each actor, one for the whole network, rows of pairs, or several of these."""

    actors: Mapping[str, Value] | None = None
    whole: Value = None
    pairs: list[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure by its name.

    `yields` says what a value is; `function` gives it for a network and the parameters; `whole` gives what there is to
    say of the network as a whole, from the network, what `function` found, and the parameters. A `directed` measure
    needs to be told what a tie without direction is; a `seeded` one draws random numbers. `most_ties` is what it is
    computed for. A `tabular` one can be counted by Spark.
    """

    name: str
    label: str
    definition: str
    yields: Yields
    unit: str
    range: str
    citation: str
    function: Callable[..., Any]
    whole: Callable[[Network, Any, dict[str, Any]], Value] | None = None
    parameters: Mapping[str, int] = field(default_factory=dict)
    directed: bool = False
    seeded: bool = False
    most_ties: int | None = None
    tabular: bool = False

    def of(self, network: Network, *, undirected: bool = False, seed: int = 0, master: str = "") -> Measured:
        """Take the measure of a network.

        `undirected` declares that ties without direction count in both directions, for a measure that asks.
        `master` is the Spark that counts, for a measure that can, nothing for DuckDB.
        Raises MeasureUndefined where the network has no value of it.
        """
        ties = network.number_of_edges()
        if self.most_ties is not None and ties > self.most_ties:
            raise NetworkTooLarge(ties, self.most_ties)
        given: dict[str, Any] = dict(self.parameters)
        if self.directed and undirected:
            given["undirected"] = "both"
        if self.seeded:
            given["seed"] = seed
        if self.tabular:
            given["master"] = master
        found = self.function(network, **given)
        if self.yields == "one value for the network":
            return Measured(whole=found)
        if self.yields == "list of missing ties":
            return Measured(pairs=found.pairs, whole=found.whole())
        return Measured(actors=found, whole=self.whole(network, found, given) if self.whole else None)

    def facts(self) -> dict[str, Any]:
        """Give all that is told about the measure, as an answer lists it."""
        return {
            "name": self.name,
            "label": self.label,
            "definition": self.definition,
            "yields": self.yields,
            "unit": self.unit,
            "range": self.range,
            "directed": self.directed,
            "seeded": self.seeded,
            "parameters": dict(self.parameters),
            "most_ties": self.most_ties,
            "citation": self.citation,
        }
