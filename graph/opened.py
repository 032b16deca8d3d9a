"""The opened graph: tables, networks, measures and gaps from Python, for notebooks and scripts.

Tables are Arrow tables; `to_pandas()` makes a frame of one where pandas is installed. Networks are networkx ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, cast

import networkx as nx
import pyarrow as pa
import pyarrow.compute as pc

from graph.columns import columns_of, where
from graph.derived import Computation, publish
from graph.derived import Result as Derived
from graph.filters import Filters
from graph.flows import flow_table
from graph.gaps.gap import find_gaps, gap_matrix
from graph.lists import LISTS, TYPE_SCHEMES, list_rows
from graph.measures.measure import Measure, Measured
from graph.measures.register import measure_called
from graph.measures.results import marked_network, parts_of, result_table
from graph.network import KINDS, Kind, network_of
from graph.snapshot import Snapshot
from graph.store import Store
from graph.tables import table_of
from ontology.errors import SubsidiaError, UnknownTerm
from ontology.identifiers import slug
from ontology.vocabulary import vocabulary

__all__ = ["TABLES", "OpenGraph", "Taken"]

TABLES: Final = (*LISTS, "flows", "gap-matrix", "gaps")


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure that was taken of a network: `actors` has its value for each actor, `whole` that of the network.

    `pairs` are the rows of missing ties. What the measure does not give is None; what is undefined is NaN.
    """

    measure: Measure
    found: Measured
    network: nx.MultiDiGraph[str]
    parameters: Mapping[str, Any]
    generation: int

    @property
    def actors(self) -> Mapping[str, Any] | None:
        """The value of each actor, by IRI."""
        return self.found.actors

    @property
    def whole(self) -> Any:
        """The value of the network as a whole."""
        return self.found.whole

    @property
    def pairs(self) -> list[dict[str, Any]] | None:
        """The pairs of actors that miss a tie."""
        return self.found.pairs

    def table(self) -> pa.Table:
        """Give the values as a table; see graph.measures.results.result_table."""
        return result_table(self.found, self.network)

    def marked(self) -> nx.MultiDiGraph[str]:
        """Give the network with the values on its nodes; see graph.measures.results.marked_network."""
        return marked_network(self.network, self.found, self.measure.name)

    def computation(self) -> Computation:
        """Say what was computed, with which parameters and from which generation."""
        facts = self.measure
        return Computation(facts.name, facts.label, facts.definition, facts.citation, self.parameters, self.generation)

    def results(self) -> list[Derived]:
        """Give every number that was found with the actors it is about."""
        found = [Derived((), part, value) for part, value in parts_of(self.found.whole)]
        for actor, value in (self.found.actors or {}).items():
            found += [Derived((actor,), part, number) for part, number in parts_of(value)]
        for pair in self.found.pairs or []:
            numbers = parts_of({name: value for name, value in pair.items() if name not in ("actor", "other")})
            found += [Derived((pair["actor"], pair["other"]), part, number) for part, number in numbers]
        return found


class OpenGraph:
    """One generation of a store, open for questions; `refresh` goes on to the newest.

    Filters are the same everywhere and given by name: `country` (ISO 3166-1 alpha-2, or EU), `field`, `level`,
    `programme`, `actor`, `type`, `basis`, `at` (a year), `since`, `until`. An unknown one raises UnknownTerm with near
    matches; what matches nothing gives an empty table.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.snapshot: Snapshot = store.snapshot()

    def __repr__(self) -> str:
        return f"OpenGraph({self.store.name!r}, generation {self.generation}, {self.snapshot.size:,} statements)"

    @property
    def generation(self) -> int:
        """The number of the generation that is asked."""
        return self.snapshot.generation

    def refresh(self) -> int:
        """Go on to the newest generation; gives its number."""
        self.snapshot = self.store.snapshot()
        return self.generation

    def label(self, iri: str) -> str:
        """Give the name of a thing."""
        return self.snapshot.label(iri)

    def table(self, name: str, **filters: str | int) -> pa.Table:
        """Give a table: actors, competences, events, measures, mechanisms, programmes, flows, gaps or gap-matrix.

        Raises UnknownTerm for another name and for an unknown filter.
        """
        if name not in TABLES:
            raise UnknownTerm("table", name, TABLES)
        asked = self._filters(filters, TYPE_SCHEMES.get("gaps" if name == "gap-matrix" else name))
        if name == "flows":
            return self._flows(asked)
        if name == "gaps":
            return table_of([asdict(gap) for gap in find_gaps(self.snapshot, asked)])
        if name == "gap-matrix":
            return table_of([asdict(cell) for cell in gap_matrix(self.snapshot, asked)])
        return table_of(list_rows(self.snapshot, name, asked))

    def actors(self, **filters: str | int) -> pa.Table:
        """Give the actors; see `table`."""
        return self.table("actors", **filters)

    def flows(self, **filters: str | int) -> pa.Table:
        """Give the funding flows, amounts as exact decimals; see `table`."""
        return self.table("flows", **filters)

    def gaps(self, **filters: str | int) -> pa.Table:
        """Give the gaps, reported first; see `table`."""
        return self.table("gaps", **filters)

    def select(self, query: str) -> pa.Table:
        """Run a SELECT query over all graphs; words as columns, null for unbound.

        It runs in this process, without a time limit; `subsidia serve` asks strangers' queries where they can be
        stopped.
        """
        return table_of(self.snapshot.select(query))

    def network(self, *kinds: str, **filters: str | int) -> nx.MultiDiGraph[str]:
        """Project the graph onto actors, by kind of tie (all, where none is named) and by filter; yours to change.

        Raises UnknownTerm for an unknown kind or filter.
        """
        asked = cast("Iterable[Kind]", kinds or KINDS)
        return network_of(self.snapshot, self._filters(filters, "actorType"), asked)

    def measure(
        self,
        name: str,
        *kinds: str,
        network: nx.MultiDiGraph[str] | None = None,
        undirected: bool = False,
        seed: int = 0,
        **filters: str | int,
    ) -> Taken:
        """Take a measure of a network: of one that is given, or of `network(*kinds, **filters)`.

        `undirected` declares that a tie without direction counts in both. Raises UnknownTerm for an unknown measure,
        kind or filter, and MeasureUndefined where the network has no value of it.
        """
        measure = measure_called(name)
        if network is not None and (kinds or filters):
            raise SubsidiaError("a network of your own is measured as it is: give kinds and filters, or a network")
        given: dict[str, Any] = {**measure.parameters, "kinds": sorted(set(kinds or KINDS))}
        if network is None:
            network = self.network(*kinds, **filters)
            given |= self._filters(filters, "actorType").given()
        else:
            given["kinds"] = "given"
        if measure.directed:
            given["undirected"] = "both" if undirected else "refuse"
        if measure.seeded:
            given["seed"] = seed
        found = measure.of(network, undirected=undirected, seed=seed, master=self.snapshot.spark_master)
        return Taken(measure, found, network, given, self.generation)

    def publish(self, taken: Taken) -> bool:
        """Put a measure into the graph `derived`, with method, parameters and generation; says whether it changed.

        The same results are not written twice. Raises SubsidiaError for a measure of a network of your own, which
        nobody could compute again, and StoreUnreachable where the store cannot be written.
        """
        if taken.parameters["kinds"] == "given":
            raise SubsidiaError("only a measure of a network that the graph projects can be published: name its kinds")
        changed = publish(self.store, taken.computation(), taken.results())
        self.refresh()
        return changed

    def _flows(self, filters: Filters) -> pa.Table:
        table = flow_table(self.snapshot)
        if not filters.given():
            return table
        condition, inputs = where(filters)
        wanted = columns_of(self.snapshot).tuples(f"SELECT flow FROM flows WHERE {condition}", inputs)
        return table.filter(pc.is_in(table.column("flow"), pa.array([flow for (flow,) in wanted], pa.string())))

    def _filters(self, given: Mapping[str, str | int], type_scheme: str | None) -> Filters:
        known = Filters.__slots__
        for name in given:
            if name not in known:
                raise UnknownTerm("filter", name, known)
        asked: dict[str, Any] = dict(given)
        for name, scheme in (("field", "field"), ("level", "level"), ("basis", "basis"), ("type", type_scheme)):
            if name in asked and scheme is not None:
                asked[name] = vocabulary().concept(scheme, str(asked[name])).notation
        for name, curie in (("actor", "gov:Actor"), ("programme", "gov:Programme")):
            if name in asked:
                asked[name] = _one_of(name, slug(str(asked[name])), map(slug, self.snapshot.instances(curie)))
        if "country" in asked:
            codes = {values[0] for values in self.snapshot.values("gov:countryCode").values()}
            asked["country"] = _one_of("country", str(asked["country"]).upper(), codes)
        for name in ("at", "since", "until"):
            if not isinstance(asked.get(name, 0), int):
                raise SubsidiaError(f"{name}={asked[name]!r}: expected a year as a number, such as 2006")
        return Filters(**asked)


def _one_of(what: str, value: str, known: Iterable[str]) -> str:
    every = sorted(known)
    if value not in every:
        raise UnknownTerm(what, value, every)
    return value
