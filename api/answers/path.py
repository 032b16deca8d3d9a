"""Path documents: the shortest way between two actors, with what each tie on it rests on."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from api.answers.document import Document, Row, filters_of, number, sources_of
from api.answers.network import network_query, selected_network
from api.parameters import ParameterRefused, RawFilters, read_filters
from graph.filters import Filters
from graph.network import Kind
from graph.paths import shortest_path
from graph.snapshot import Snapshot
from ontology.identifiers import mint

__all__ = ["known_actor", "path_document"]


def known_actor(snapshot: Snapshot, parameter: str, value: str) -> str:
    """Give the slug of an actor by its slug, IRI or name; ParameterRefused naming `parameter`, with near matches."""
    try:
        found = read_filters(snapshot, RawFilters(actor=value)).actor
    except ParameterRefused as error:
        raise ParameterRefused(
            parameter, value, "the last part of the IRI of a known actor, or its name", error.near
        ) from error
    if found is None:
        raise ParameterRefused(parameter, value, "an actor")
    return found


def path_document(snapshot: Snapshot, filters: Filters, kinds: tuple[Kind, ...], start: str, goal: str) -> Document:
    """Give the ties of a shortest path between two actors (slugs): a row a tie, parallel ties each for itself.

    `meta.path` are its actors in their order, `meta.equally_short` counts the paths of that length; without a path
    `data` and `meta.path` are empty: that none is recorded is not that there is none.
    """
    network = selected_network(snapshot, filters, kinds)
    one, other = mint("actor", start), mint("actor", goal)
    found = shortest_path(network, one, other)
    actors = list(found.actors) if found else []
    rows = [
        row
        for step, (here, there) in enumerate(pairwise(actors), 1)
        for row in _ties(snapshot, network, step, here, there)
    ]
    return Document(
        data=rows,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(rows),
        query=network_query(filters, kinds),
        sources=sources_of(snapshot, rows),
        filters=filters_of(filters),
        more={
            "kinds": list(kinds),
            "start": {"actor": one, "label": snapshot.label(one), "tied": one in network},
            "goal": {"actor": other, "label": snapshot.label(other), "tied": other in network},
            "path": actors,
            "equally_short": found.equally_short if found else 0,
        },
    )


def _ties(snapshot: Snapshot, network: Any, step: int, one: str, other: str) -> list[Row]:
    found = []
    for source, target in ((one, other), (other, one)):
        for key, facts in sorted((network.get_edge_data(source, target) or {}).items()):
            row = {
                "step": step,
                "source": source,
                "target": target,
                **facts,
                "evidence": snapshot.values_of(facts["iri"], "prov:hadPrimarySource"),
            }
            row |= {"source_label": snapshot.label(source), "target_label": snapshot.label(target)}
            for name in ("amount_min", "amount_max"):
                if name in row:
                    row[name] = number(row[name])
            found.append((key, row))
    return [row for _, row in found]
