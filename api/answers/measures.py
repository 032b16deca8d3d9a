"""Measure documents: what can be measured, and the values for the actors of a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import networkx as nx

from api.answers.document import Document, Row, filters_of, number
from api.answers.network import network_query, selected_network
from api.parameters import ParameterRefused, one_of
from graph.filters import Filters
from graph.measures import MEASURES, DirectionMissing, Measure, Measured, MeasureUndefined, measure_called
from graph.measures.results import marked_network
from graph.network import KINDS, Kind
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.errors import UnknownTerm
from ontology.vocabulary import vocabulary

__all__ = ["NETWORKS", "UNDIRECTED", "flat_rows", "measure_document", "measured_network", "measures_document"]

NETWORKS: Final = (*KINDS, "all")
UNDIRECTED: Final = ("refuse", "both")


def measures_document(snapshot: Snapshot) -> Document:
    """List the measures, each with its definition, unit, range and citation."""
    rows = [{**measure.facts(), "network": _usual_network(measure)} for measure in MEASURES.values()]
    return Document(rows, snapshot.generation, rows=len(rows), more={"networks": list(NETWORKS)})


def measure_document(
    snapshot: Snapshot,
    filters: Filters,
    name: str,
    *,
    network: str | None = None,
    undirected: str = "refuse",
    seed: int = 0,
) -> Document:
    """Take a measure of a network: rows of actor, label, level and value.

    A measure of the network as a whole is one row without actor; one of missing ties has a row a pair. Raises
    ParameterRefused for a measure, network or declaration that is unknown, or one that this network has no value of.
    """
    measure, chosen, kinds = _asked(name, network, undirected)
    found = _measured(snapshot, filters, measure.name, kinds, chosen, undirected == "both", seed)
    selected = selected_network(snapshot, filters, kinds)
    rows = _rows(found, selected)
    return Document(
        data=rows,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(rows),
        query=network_query(filters, kinds),
        filters=filters_of(filters),
        more={
            "measure": {**measure.facts(), "network": _usual_network(measure)},
            "network": chosen,
            "kinds": list(kinds),
            "nodes": selected.number_of_nodes(),
            "edges": selected.number_of_edges(),
            "undirected": undirected,
            "seed": seed if measure.seeded else None,
            "whole": _clean(found.whole),
        },
    )


def measured_network(
    snapshot: Snapshot,
    filters: Filters,
    name: str,
    *,
    network: str | None = None,
    undirected: str = "refuse",
    seed: int = 0,
) -> nx.MultiDiGraph[str]:
    """Give the network with the values as node attributes, as GraphML and GEXF can hold them.

    A number is the attribute of the measure's name, a dict one attribute an entry; what is undefined is left out.
    Raises ParameterRefused as `measure_document`, and for a measure that has no value for each actor.
    """
    measure, chosen, kinds = _asked(name, network, undirected)
    found = _measured(snapshot, filters, measure.name, kinds, chosen, undirected == "both", seed)
    if found.actors is None:
        raise ParameterRefused("format", "graphml or gexf", f"json or csv: {name} has no value for each actor")
    return marked_network(selected_network(snapshot, filters, kinds), found, measure.name)


def _asked(name: str, network: str | None, undirected: str) -> tuple[Measure, str, tuple[Kind, ...]]:
    try:
        measure = measure_called(name)
    except UnknownTerm as error:
        raise ParameterRefused("measure", name, f"one of {', '.join(MEASURES)}", error.near) from error
    chosen = network or _usual_network(measure)
    words = tuple(one_of("network", word.strip(), NETWORKS) for word in chosen.split(","))
    one_of("undirected", undirected, UNDIRECTED)
    return measure, chosen, KINDS if "all" in words else tuple(kind for kind in KINDS if kind in words)


def _usual_network(measure: Measure) -> str:
    """A measure that needs direction is taken of the money where nothing else is asked for."""
    return "funding" if measure.directed else "all"


@remembered(32)
def _measured(
    snapshot: Snapshot, filters: Filters, name: str, kinds: tuple[Kind, ...], chosen: str, both: bool, seed: int
) -> Measured:
    try:
        return MEASURES[name].of(
            selected_network(snapshot, filters, kinds), undirected=both, seed=seed, master=snapshot.spark_master
        )
    except DirectionMissing as error:
        expected = f"a network of directed ties for {name} (funding, hierarchy), or undirected=both: {error}"
        raise ParameterRefused("network", chosen, expected) from error
    except MeasureUndefined as error:
        raise ParameterRefused("network", chosen, f"a network that {name} is defined for: {error}") from error


def _rows(found: Measured, network: nx.MultiDiGraph[str]) -> list[Row]:
    if found.pairs is not None:
        return [
            {**_named(network, pair["actor"]), **_clean(pair), "other": _named(network, pair["other"])}
            for pair in found.pairs
        ]
    if found.actors is None:
        return [{"actor": None, "label": "the network", "level": None, "value": _clean(found.whole)}]
    ranks = {level: rank for rank, level in enumerate(vocabulary().schemes["level"])}
    rows = [{**_named(network, actor), "value": _clean(value)} for actor, value in found.actors.items()]
    return sorted(rows, key=lambda row: (ranks.get(row["level"], len(ranks)), row["actor"]))


def _named(network: nx.MultiDiGraph[str], actor: str) -> Row:
    facts = network.nodes[actor]
    return {"actor": actor, "label": facts["label"], "level": facts["level"]}


def _clean(value: Any) -> Any:
    """Give a value as JSON can hold it: NaN and what is unknown as None, all through."""
    if isinstance(value, Mapping):
        return {str(key): _clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    return number(value) if isinstance(value, float) else value


def flat_rows(rows: Iterable[Row]) -> list[Row]:
    """Give rows as a table has them: each entry of a dict in a column of its own, but motifs in one.

    >>> flat_rows([{"actor": "a", "value": {"eu": {"in": 1}, "all": 2}, "other": {"label": "b"}, "kinds": ["x"]}])
    [{'actor': 'a', 'eu_in': 1, 'all': 2, 'other_label': 'b', 'kinds': ['x']}]
    >>> flat_rows([{"actor": "a", "motifs": {"eu, local, local: 1>2 2=3": 4}}])
    [{'actor': 'a', 'motifs': ['4 eu, local, local: 1>2 2=3']}]
    """
    return [dict(_flat(row)) for row in rows]


def _flat(row: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name == "motifs":
            # too many and too long names to be columns
            yield name, [f"{count} {motif}" for motif, count in value.items()]
        elif isinstance(value, Mapping):
            yield from _flat(value, prefix if name == "value" else f"{prefix}{name}_")
        else:
            yield f"{prefix}{name}", value
