"""The network page: a networkx network as a pyvis network with places of its own, and the markup that carries it.

Levels are lanes, the Union's above the states'; countries are bands across the lanes. Places follow from the network
alone, so that a picture is the same at every visit; nothing is simulated in the browser.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log, sqrt
from pathlib import Path
from typing import Any, Final

import networkx as nx

from ontology.vocabulary import vocabulary
from visualisations.first_shown import first_shown, sizes_of
from visualisations.language import gettext as _
from visualisations.language import ngettext
from visualisations.numbers import decimal
from visualisations.palette import COMMUNITIES, DARK, LEVELS, TIES, UNKNOWN
from visualisations.words import concept_word

__all__ = ["LIMIT", "SHAPES", "SIGNS", "Look", "Picture", "network_picture", "number_words", "places_of", "tie_word"]

LIMIT: Final = 2000
_STEP_X: Final = 150
_STEP_Y: Final = 84
_LANE_GAP: Final = 70
_BAND_GAP: Final = 46
_ASPECT: Final = 1.7
_BANDS: Final = 14
_ELSEWHERE: Final = "\N{HORIZONTAL ELLIPSIS}"
SHAPES: Final = ("dot", "square", "triangle", "diamond", "star", "triangleDown", "hexagon", "dot")
"""The shape of each community that has a colour of its own; all others are grey dots."""
SIGNS: Final = "●■▲◆★▼⬢●"
"""The same shapes as signs, for a legend in words."""
_DASHES: Final[Mapping[str, bool | list[int]]] = {
    "competence": False,
    "funding": False,
    "coordination": [7, 5],
    "hierarchy": [2, 4],
}
_TEMPLATES: Final = Path(__file__).parent / "templates"
_OPTIONS: Final[dict[str, Any]] = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "tooltipDelay": 120, "keyboard": {"enabled": False}, "dragNodes": False},
    "edges": {"selectionWidth": 1, "arrows": {"to": {"scaleFactor": 0.6}}},
    "nodes": {"borderWidth": 1, "font": {"size": 13}, "widthConstraint": {"maximum": 122}},
}
_CURVED: Final = {"enabled": True, "type": "curvedCW", "roundness": 0.12}
_CURVES: Final = 1500
"""With more lines than this they are straight and whole: curves and dashes take several times as long to draw."""


@dataclass(frozen=True, slots=True)
class Look:
    """How actors are drawn.

    `values` are what their size shows, called `name`; `communities` number the part that each is in, where colour
    shows it instead of the level. `most` is how many actors are drawn at first, `always` who is drawn in any case, and
    `path` the actors of a path, whose ties are drawn stronger.
    """

    values: Mapping[str, float | None]
    name: str
    communities: Mapping[str, int] | None = None
    most: int = LIMIT
    always: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """The markup (a container and data blocks), the lanes and bands to draw behind it, who is drawn and who is not."""

    markup: str
    frame: dict[str, Any]
    drawn: tuple[str, ...]
    nodes: int
    edges: int
    beyond: int
    fine: bool = True


def places_of(network: nx.MultiDiGraph[str]) -> tuple[dict[str, tuple[int, int]], dict[str, Any]]:
    """Give each actor its place (x, y in pixels), and the frame: lanes by level, bands by country.

    Actors are ordered by name within their country and level. Where there are more countries than a screen has room
    for, those with fewest actors share a band; those of no country stand in a band at the end.
    An empty network has no places.
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    band_of = _bands(network)
    for actor in network.nodes:
        facts = network.nodes[actor]
        groups[facts.get("level") or "", band_of[facts.get("country") or ""]].append(str(actor))
    levels = vocabulary().ordered("level", (key[0] for key in groups))
    bands = sorted({key[1] for key in groups}, key=lambda code: (code != "EU", code == "", code == _ELSEWHERE, code))
    if not groups:
        return {}, {"lanes": [], "bands": []}
    rows, width = _shape(groups, levels, bands)
    found: dict[str, tuple[int, int]] = {}
    frame: dict[str, Any] = {"lanes": [], "bands": []}
    left = 0
    for band in bands:
        frame["bands"].append(
            {
                "name": {"": _("no country"), _ELSEWHERE: _("others")}.get(band, band),
                "x": left,
                "width": width[band] * _STEP_X,
            }
        )
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
        name = concept_word(level, "level") if level else _("no level")
        frame["lanes"].append({"name": name, "y": top, "height": rows[level] * _STEP_Y})
        top += rows[level] * _STEP_Y + _LANE_GAP
    return found, frame


def _bands(network: nx.MultiDiGraph[str]) -> dict[str, str]:
    """Give each country its band: its own, or one that the smallest share."""
    sizes = Counter(facts.get("country") or "" for facts in network.nodes.values())
    ranked = sorted((code for code in sizes if code not in ("", "EU")), key=lambda code: (-sizes[code], code))
    shared = ranked[_BANDS - 1 :] if len(ranked) > _BANDS else []
    return {code: _ELSEWHERE if code in shared else code for code in sizes}


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


def network_picture(network: nx.MultiDiGraph[str], address: Callable[[str], str], look: Look | None = None) -> Picture:
    """Draw a network with pyvis; `address` gives the page of an actor by its IRI.

    Ties of one kind from one actor to another are one line, which says how many it stands for. Of more actors than the
    look asks for those are drawn that `first_shown` gives; without a look, size shows how many ties they have.
    """
    # pyvis imports IPython: only whoever draws pays for it
    from pyvis.network import Network as Pyvis

    if look is None:
        look = Look({str(actor): float(ties) for actor, ties in network.degree()}, _("Ties"))
    shown = first_shown(network, look.values, min(look.most, LIMIT), (*look.path, *look.always))
    drawn = network.subgraph(shown)
    places, frame = places_of(drawn)
    sizes = sizes_of(look.values)
    lines = _lines(drawn)
    net = Pyvis(directed=True, height="100%", width="100%")
    fine = len(lines) <= _CURVES
    smooth = _CURVED if fine else {"enabled": False}
    net.set_options(json.dumps({**_OPTIONS, "edges": {**_OPTIONS["edges"], "smooth": smooth}}))
    net.set_template_dir(str(_TEMPLATES), "pyvis.html")
    for actor in sorted(places):
        place = {
            "x": places[actor][0],
            "y": places[actor][1],
            "size": sizes.get(actor, min(sizes.values(), default=8.0)),
        }
        net.add_node(actor, **_node(actor, drawn, look), **place, address=address(actor))
    steps = {frozenset(pair) for pair in pairwise(look.path)}
    for (one, other, kind), labels in sorted(lines.items()):
        facts = _edge(kind, labels, drawn, one, other)
        facts |= {"onPath": True} if frozenset((one, other)) in steps else {}
        net.add_edge(one, other, **{**facts, "dashes": facts["dashes"] if fine else False})
    left = network.number_of_nodes() - len(places)
    return Picture(net.generate_html(), {**frame, "dark": DARK}, tuple(shown), len(places), len(lines), left, fine)


def _node(actor: str, network: nx.MultiDiGraph[str], look: Look) -> dict[str, Any]:
    facts = network.nodes[actor]
    level = facts.get("level")
    value = look.values.get(actor)
    label = facts["label"]
    described = [label, concept_word(level, "level") if level else _("level not stated")]
    described.append(f"{look.name}: {_('not defined') if value is None else number_words(value)}")
    colour, shape = LEVELS.get(facts.get("level") or "", UNKNOWN), "dot"
    if look.communities is not None:
        part = look.communities.get(actor, 0)
        described.append(_("community %(number)s", number=part))
        colour, shape = (COMMUNITIES[part - 1], SHAPES[part - 1]) if 0 < part <= len(COMMUNITIES) else (UNKNOWN, "dot")
    return {
        "label": label if len(label) <= 42 else label[:40].rstrip() + "…",
        "title": "\n".join(described),
        "color": colour,
        "shape": shape,
        "value_shown": value,
    }


def number_words(value: float) -> str:
    """Write the value of a measure: whole numbers whole, others with three places.

    >>> number_words(12.0), number_words(0.12345)
    ('12', '0.123')
    """
    return decimal(value, 0 if value == int(value) else 3)


def tie_word(kind: str) -> str:
    """Name a kind of tie in the language spoken."""
    words = {
        "competence": _("competence"),
        "funding": _("funding"),
        "coordination": _("coordination"),
        "hierarchy": _("hierarchy"),
    }
    return words.get(kind, kind)


def _lines(network: nx.MultiDiGraph[str]) -> dict[tuple[str, str, str], list[str]]:
    lines: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for (one, other, _key), facts in network.edges.items():
        lines[str(one), str(other), facts["kind"]].append(str(facts["label"]))
    return lines


def _edge(kind: str, labels: list[str], network: nx.MultiDiGraph[str], one: str, other: str) -> dict[str, Any]:
    shown = sorted(set(labels))
    beyond = len(shown) - 5
    more = [ngettext("and %(num)s more", "and %(num)s more", beyond)] if beyond > 0 else []
    names = f"{network.nodes[one]['label']} {'–' if kind == 'coordination' else '→'} {network.nodes[other]['label']}"
    return {
        "kind": kind,
        "count": len(labels),
        "title": "\n".join([f"{tie_word(kind)} ({len(labels)})", names, *shown[:5], *more]),
        "color": TIES[kind],
        "dashes": _DASHES[kind],
        "width": round(1 + sqrt(len(labels)) / 2, 2),
        "arrows": "" if kind == "coordination" else "to",
    }
