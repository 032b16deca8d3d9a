"""The network page: a networkx network as a pyvis network with places of its own, and the markup that carries it.

Levels are lanes, the Union's above the states'; countries are bands across the lanes. Places follow from the network
alone, so that a picture is the same at every visit; nothing is simulated in the browser.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, log, sqrt
from pathlib import Path
from typing import Any, Final

import networkx as nx

from ontology.vocabulary import vocabulary
from visualisations.palette import DARK, LEVELS, TIES, UNKNOWN
from visualisations.sentences import plural

__all__ = ["Picture", "network_picture", "places_of"]

LIMIT: Final = 2000
_STEP_X: Final = 150
_STEP_Y: Final = 84
_LANE_GAP: Final = 70
_BAND_GAP: Final = 46
_ASPECT: Final = 1.7
_DASHES: Final[Mapping[str, bool | list[int]]] = {
    "competence": False,
    "funding": False,
    "coordination": [7, 5],
    "hierarchy": [2, 4],
}
_TEMPLATES: Final = Path(__file__).parent / "templates"
_OPTIONS: Final = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "tooltipDelay": 120, "keyboard": {"enabled": False}, "dragNodes": False},
    "edges": {"smooth": {"enabled": True, "type": "curvedCW", "roundness": 0.12}, "selectionWidth": 1},
    "nodes": {"borderWidth": 1, "font": {"size": 13}, "widthConstraint": {"maximum": 122}},
}


@dataclass(frozen=True, slots=True)
class Picture:
    """The markup (a container and data blocks), the lanes and bands to draw behind it, and what is not drawn."""

    markup: str
    frame: dict[str, Any]
    nodes: int
    edges: int
    beyond: int


def places_of(network: nx.MultiDiGraph[str]) -> tuple[dict[str, tuple[int, int]], dict[str, Any]]:
    """Give each actor its place (x, y in pixels), and the frame: lanes by level, bands by country.

    Actors are ordered by name within their country and level; those of no country stand in a band at the end.
    An empty network has no places.
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for actor in network.nodes:
        facts = network.nodes[actor]
        groups[facts.get("level") or "", facts.get("country") or ""].append(str(actor))
    levels = vocabulary().ordered("level", (key[0] for key in groups))
    bands = sorted({key[1] for key in groups}, key=lambda code: (code != "EU", code == "", code))
    if not groups:
        return {}, {"lanes": [], "bands": []}
    rows, width = _shape(groups, levels, bands)
    found: dict[str, tuple[int, int]] = {}
    frame: dict[str, Any] = {"lanes": [], "bands": []}
    left = 0
    for band in bands:
        frame["bands"].append({"name": band or "no country", "x": left, "width": width[band] * _STEP_X})
        top = 0
        for level in levels:
            names = sorted(groups.get((level, band), ()), key=lambda actor: (network.nodes[actor]["label"], actor))
            for place, actor in enumerate(names):
                # every other row is shifted, so that names and ties of two rows do not lie on each other
                row, column = divmod(place, width[band])
                shift = _STEP_X // 6 if row % 2 else -_STEP_X // 6
                x = left + column * _STEP_X + _STEP_X // 2 + (shift if rows[level] > 1 else 0)
                found[actor] = (x, top + row * _STEP_Y)
            top += rows[level] * _STEP_Y + _LANE_GAP
        left += width[band] * _STEP_X + _BAND_GAP
    top = 0
    for level in levels:
        concept = vocabulary().schemes["level"].get(level)
        name = concept.label if concept else level or "no level"
        frame["lanes"].append({"name": name, "y": top, "height": rows[level] * _STEP_Y})
        top += rows[level] * _STEP_Y + _LANE_GAP
    return found, frame


def _shape(
    groups: Mapping[tuple[str, str], list[str]], levels: list[str], bands: list[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Choose how many rows each lane and columns each band has, so that the whole is nearest to a screen's shape."""

    def shape(tallest: int) -> tuple[dict[str, int], dict[str, int]]:
        sizes = {lv: max(len(found) for key, found in groups.items() if key[0] == lv) for lv in levels}
        rows = {lv: min(tallest, sizes[lv]) for lv in levels}
        columns = {band: max(ceil(len(groups.get((lv, band), ())) / rows[lv]) for lv in levels) for band in bands}
        return rows, columns

    def distance(found: tuple[dict[str, int], dict[str, int]]) -> float:
        rows, columns = found
        height = sum(rows.values()) * _STEP_Y + len(rows) * _LANE_GAP
        return abs(log((sum(columns.values()) * _STEP_X + len(columns) * _BAND_GAP) / height / _ASPECT))

    largest = max(len(found) for found in groups.values())
    return min((shape(tallest) for tallest in range(1, min(largest, 60) + 1)), key=distance)


def network_picture(network: nx.MultiDiGraph[str], address: Callable[[str], str]) -> Picture:
    """Draw a network with pyvis; `address` gives the page of an actor by its IRI.

    Ties of one kind from one actor to another are one line, which says how many it stands for. Of more than 2,000
    actors those with most ties are drawn.
    """
    # pyvis imports IPython: only whoever draws pays for it
    from pyvis.network import Network as Pyvis

    ranked = sorted(network.nodes, key=lambda actor: (-network.degree(actor), str(actor)))
    drawn = network.subgraph(ranked[:LIMIT])
    places, frame = places_of(drawn)
    net = Pyvis(directed=True, height="100%", width="100%")
    net.set_options(json.dumps(_OPTIONS))
    net.set_template_dir(str(_TEMPLATES), "pyvis.html")
    for actor in sorted(places):
        net.add_node(actor, **_node(actor, drawn, places[actor], address))
    lines = _lines(drawn)
    for (one, other, kind), labels in sorted(lines.items()):
        net.add_edge(one, other, **_edge(kind, labels, drawn, one, other))
    return Picture(net.generate_html(), {**frame, "dark": DARK}, len(places), len(lines), len(ranked) - len(places))


def _node(
    actor: str, network: nx.MultiDiGraph[str], place: tuple[int, int], address: Callable[[str], str]
) -> dict[str, Any]:
    facts = network.nodes[actor]
    level = vocabulary().schemes["level"].get(facts.get("level") or "")
    ties = int(network.degree(actor))
    described = [facts["label"], level.label if level else "level not stated", plural(ties, "tie")]
    label = facts["label"]
    return {
        "label": label if len(label) <= 42 else label[:40].rstrip() + "…",
        "title": "\n".join(described),
        "x": place[0],
        "y": place[1],
        "color": LEVELS.get(facts.get("level") or "", UNKNOWN),
        "size": round(min(22, 6 + 2 * sqrt(ties)), 2),
        "ties": ties,
        "address": address(actor),
    }


def _lines(network: nx.MultiDiGraph[str]) -> dict[tuple[str, str, str], list[str]]:
    lines: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for (one, other, _), facts in network.edges.items():
        lines[str(one), str(other), facts["kind"]].append(str(facts["label"]))
    return lines


def _edge(kind: str, labels: list[str], network: nx.MultiDiGraph[str], one: str, other: str) -> dict[str, Any]:
    shown = sorted(set(labels))
    more = [f"and {len(shown) - 5} more"] if len(shown) > 5 else []
    names = f"{network.nodes[one]['label']} {'–' if kind == 'coordination' else '→'} {network.nodes[other]['label']}"
    return {
        "kind": kind,
        "count": len(labels),
        "title": "\n".join([f"{kind} ({len(labels)})", names, *shown[:5], *more]),
        "color": TIES[kind],
        "dashes": _DASHES[kind],
        "width": round(1 + sqrt(len(labels)) / 2, 2),
        "arrows": "" if kind == "coordination" else "to",
    }
