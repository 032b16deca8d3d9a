"""The Sankey: the funding chain as an ECharts option, with what the drawing cannot say listed beside it.

Widths follow the upper end of each amount; of a range the part above its lower end is drawn apart. An amount that no
source gives is a hairline, never a width and never zero. Money that runs back to where it came from ends at a node of
its own, since a Sankey holds no circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import networkx as nx

from graph.funding.chain import LAST_COLUMN
from ontology.identifiers import ID
from visualisations.chain_words import (
    back_to,
    column_word,
    link_tip,
    missing_words,
    node_names,
    node_tip,
    not_traced,
    pays,
    with_unknown,
)
from visualisations.numbers import money
from visualisations.palette import DARK, LEVELS, PROVIDER, UNKNOWN

__all__ = ["LEGEND", "Sankey", "compact_id", "pick_of", "sankey_chart"]

Row = Mapping[str, Any]

_GAP: Final = 34
_BAND: Final = 240
_HAIRLINE: Final = 1.6
_WRITABLE: Final = 12
"""Hairlines that a link has to be wide for its amount to be written on it."""
_WIDTH: Final = 82
_STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "stated": {"borderWidth": 0},
    "derived": {"borderWidth": 1, "borderType": [6, 4]},
    "inferred": {"borderWidth": 1, "borderType": [2, 3]},
}
_OPACITY: Final = {"direct": 0.55, "passed-on": 0.3, "not-traced": 0.15}
_OPEN: Final = 0.14
"""How dark the part of a range is drawn that may or may not be there."""
_SAMPLE: Final = LEVELS["regional"]
LEGEND: Final[Mapping[str, Mapping[str, Any]]] = {
    "direct": {"color": _SAMPLE, "opacity": _OPACITY["direct"]},
    "passed-on": {"color": _SAMPLE, "opacity": _OPACITY["passed-on"]},
    "range": {"color": _SAMPLE, "opacity": _OPEN, "border": [1, 2]},
    "derived": {"color": _SAMPLE, "opacity": _OPACITY["passed-on"], "border": [6, 4]},
    "inferred": {"color": _SAMPLE, "opacity": _OPACITY["passed-on"], "border": [2, 3]},
    "not-traced": {"color": UNKNOWN, "opacity": _OPACITY["not-traced"], "border": [6, 4]},
    "unknown": {"color": UNKNOWN, "line": True},
    "circle": {"color": UNKNOWN, "sign": "↺"},
}
"""How each kind of link looks, for the legend in the page and in the picture that is kept."""


@dataclass(frozen=True, slots=True)
class Sankey:
    """A drawing: the ECharts `option`, its `height` in pixels, and what a reader has to be told about it.

    `cut` are the links that close a circle, drawn to a node of their own; `within` those inside one group, not drawn;
    `beyond` the number of links past the limit; `unknown` the number of drawn links without an amount; `legend` the
    kinds of link that occur.
    """

    option: dict[str, Any]
    height: int
    cut: tuple[Row, ...]
    within: tuple[Row, ...]
    beyond: int
    unknown: int
    legend: tuple[str, ...]
    dark: Mapping[str, str]


def sankey_chart(
    nodes: Sequence[Row], links: Sequence[Row], currency: str | None, limit: int = 120, marked: str | None = None
) -> Sankey:
    """Draw nodes and links of the funding chain (as the document `flows/sankey` gives them at a grain).

    At most `limit` links are drawn, those with the largest amounts first. `marked` is the IRI of what is selected. The
    same input gives the same option.
    """
    names = node_names(nodes)
    within = [link for link in links if link["within"]]
    across = [link for link in links if not link["within"]]
    order = sorted(across, key=lambda link: (-(link["max"] or 0), link["max"] is None, *_key(link)))
    named = {node["id"]: node for node in nodes}
    cut = sorted(_cut(order[:limit], named), key=_key)
    back = {_key(link) for link in cut}
    kept = [_turned(link) if _key(link) in back else link for link in sorted(order[:limit], key=_key)]
    ghosts = {link["target"]: _ghost(named[link["back_to"]], names) for link in kept if "back_to" in link}
    named, names = named | ghosts, names | {name: ghost["label"] for name, ghost in ghosts.items()}
    places = _places(kept, named)
    used = [node for node in [*nodes, *ghosts.values()] if node["id"] in places]
    hairline, height = _scale(kept, places)
    amounts = _amount_lines(kept, currency)
    labelled = _labelled(kept, hairline)
    drawn = [part for link in kept for part in _parts(link, named, names, currency, hairline, labelled, marked)]
    points = [_node(node, names, places, amounts, currency, kept, marked) for node in used]
    return Sankey(
        option=_option(points, drawn, _heads(used, places), height),
        height=height + 64,
        cut=tuple(cut),
        within=tuple(sorted(within, key=_key)),
        beyond=max(0, len(order) - limit),
        unknown=sum(link["max"] is None for link in kept),
        legend=_legend(kept),
        dark=DARK,
    )


def compact_id(name: str) -> str:
    """Shorten the id of a node, where it is one of our IRIs, so that it fits into an address.

    >>> compact_id("https://w3id.org/subsidia/id/actor/es-state@national"), compact_id("ES@local")
    ('actor/es-state@national', 'ES@local')
    """
    return name.replace(ID, "")


def pick_of(link: Row) -> str:
    """Name a link in an address: all that is drawn between two nodes."""
    return f"{compact_id(link['source'])}~{compact_id(link['target'])}"


def _key(link: Row) -> tuple[str, str, str, str]:
    return (link["source"], link["target"], link["kind"], link["basis"] or "")


def _cut(links: Iterable[Row], named: Mapping[str, Row]) -> list[Row]:
    """Choose the links to turn so that no circle is left: those that climb most levels, then the smallest."""
    pairs: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for link in links:
        pairs[link["source"], link["target"]].append(link)
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_edges_from(sorted(pair for pair in pairs if pair[0] != pair[1]))
    out = [link for pair in sorted(pairs) if pair[0] == pair[1] for link in pairs[pair]]

    def climb(pair: tuple[str, str]) -> tuple[float, float, tuple[str, str]]:
        rise = named[pair[0]]["column"] - named[pair[1]]["column"]
        return (-rise, sum(link["max"] or 0 for link in pairs[pair]), pair)

    while not nx.is_directed_acyclic_graph(network):
        worst = min(((str(a), str(b)) for a, b, *_ in nx.find_cycle(network)), key=climb)
        network.remove_edge(*worst)
        out += pairs[worst]
    return out


def _turned(link: Row) -> Row:
    """Let a link that closes a circle end at a node of its own, one for each body that the money comes back to."""
    return {**link, "target": f"back-{link['target']}", "back_to": link["target"]}


def _ghost(node: Row, names: Mapping[str, str]) -> Row:
    label = back_to(names[node["id"]])
    return {**node, "id": f"back-{node['id']}", "role": "back", "label": label, "column": LAST_COLUMN}


def _places(links: Iterable[Row], named: Mapping[str, Row]) -> dict[str, int]:
    """Give each node its column: levels in order; within a level, who pays stands before who is paid."""
    network: nx.DiGraph[str] = nx.DiGraph()
    for link in links:
        network.add_edge(link["source"], link["target"])
    inside: dict[str, int] = {}
    for name in nx.lexicographical_topological_sort(network):
        column = named[name]["column"]
        before = [inside[other] + 1 for other in network.predecessors(name) if named[other]["column"] == column]
        inside[name] = max(before, default=0)
    keys = sorted({(named[name]["column"], step) for name, step in inside.items()})
    return {name: keys.index((named[name]["column"], step)) for name, step in sorted(inside.items())}


def _scale(links: Sequence[Row], places: Mapping[str, int]) -> tuple[float, int]:
    """Give the value that draws a hairline, and the height of the drawing in pixels."""
    ends: dict[str, dict[str, list[float]]] = defaultdict(lambda: {"in": [0, 0], "out": [0, 0]})
    for link in links:
        for end, side in (("source", "out"), ("target", "in")):
            ends[link[end]][side][0] += link["max"] or 0
            ends[link[end]][side][1] += link["max"] is None
    columns: dict[int, list[float]] = defaultdict(lambda: [0, 0, 0])
    for name, sides in ends.items():
        column = columns[places[name]]
        column[0] += max(sides["in"][0], sides["out"][0])
        column[1] += max(sides["in"][1], sides["out"][1])
        column[2] += 1
    total = max((column[0] for column in columns.values()), default=0)
    lines = max((column[1] for column in columns.values()), default=0)
    gaps = (max((column[2] for column in columns.values()), default=1) - 1) * _GAP
    if not total:
        return 1.0, int(gaps + max(1, lines) * _HAIRLINE) + 1
    return _HAIRLINE * total / _BAND, int(gaps + _BAND + lines * _HAIRLINE)


def _amount_lines(links: Sequence[Row], currency: str | None) -> dict[str, str]:
    """Give what is written at each node below its name: what it receives, or else what it pays, as far as known.

    The signs of ECharts' rich text tell the amount from what qualifies it: ↳ for money passed on alone, and how many
    flows have no amount.
    """
    sides: dict[str, dict[str, list[Row]]] = {"source": defaultdict(list), "target": defaultdict(list)}
    for link in links:
        for side, ends in sides.items():
            ends[link[side]].append(link)
    lines = {}
    for name in sides["source"].keys() | sides["target"].keys():
        into, out = sides["target"].get(name, []), sides["source"].get(name, [])
        found = into if any(link["max"] is not None for link in into) else out
        known = [link for link in found if link["max"] is not None]
        if known:
            text = money(sum(link["min"] or 0 for link in known), sum(link["max"] for link in known), currency)
            passed = all(link["kind"] == "passed-on" for link in known)
            sign = f"{{soft|{pays()}}} " if found is out else "{soft|↳} " if passed else ""
            missing = missing_words(found)
            lines[name] = f"{sign}{{sum|{text}}}" + (f"\n{{soft|{missing}}}" if missing else "")
    return lines


def _colour(node: Row) -> str:
    if node["role"] in ("not-stated", "not-traced", "back"):
        return UNKNOWN
    return PROVIDER if node["column"] == LAST_COLUMN else LEVELS.get(node["level"] or "", UNKNOWN)


def _node(
    node: Row,
    names: Mapping[str, str],
    places: Mapping[str, int],
    amounts: Mapping[str, str],
    currency: str | None,
    links: Sequence[Row],
    marked: str | None,
) -> dict[str, Any]:
    plain = node["role"] in ("not-stated", "not-traced", "back")
    name, amount = names[node["id"]], amounts.get(node["id"])
    shown = _unbraced(not_traced() if node["role"] == "not-traced" else name)
    onward = any(link["source"] == node["id"] for link in links)
    return {
        "name": node["id"],
        "depth": places[node["id"]],
        "itemStyle": {"color": _colour(node), "opacity": 0.5 if plain else 1},
        "label": {
            "formatter": f"{{name|{shown}}}\n{amount}" if amount else f"{{name|{shown}}}",
            "fontStyle": "italic" if plain else "normal",
        },
        "pick": None if node["role"] in ("not-traced", "back") else compact_id(node["id"]),
        "marked": marked is not None and marked in (node["actor"], node["programme"]),
        "tip": node_tip(node, name, currency, onward),
    }


def _unbraced(text: str) -> str:
    """Take out the signs of ECharts' rich text, which it has no way to write literally."""
    return text.replace("{", "(").replace("}", ")").replace("|", "/")


def _labelled(links: Sequence[Row], hairline: float) -> frozenset[tuple[str, str, str, str]]:
    """Choose the links whose amount is written on them: wide ones that share their node with another amount."""
    into: dict[str, int] = defaultdict(int)
    for link in links:
        into[link["target"]] += link["max"] is not None
    wide = (link for link in links if (link["max"] or 0) > _WRITABLE * hairline and into[link["target"]] > 1)
    return frozenset(_key(link) for link in wide)


def _parts(
    link: Row,
    named: Mapping[str, Row],
    names: Mapping[str, str],
    currency: str | None,
    hairline: float,
    labelled: frozenset[tuple[str, str, str, str]],
    marked: str | None,
) -> list[dict[str, Any]]:
    """Draw a link: in one piece, or a range in two, the sure part and what is above it."""
    unknown = link["max"] is None
    colour = UNKNOWN if unknown or link["kind"] == "not-traced" else _colour(named[link["target"]])
    opacity = 0.9 if unknown else _OPACITY[link["kind"]]
    style = {**_STYLES[link["basis"] or "inferred"], "color": colour, "borderColor": colour, "opacity": opacity}
    sign = "↳ " if link["kind"] == "passed-on" else ""
    base = {
        "source": link["source"],
        "target": link["target"],
        "unknown": unknown,
        "open": False,
        "kind": link["kind"],
        "basis": link["basis"],
        "min": link["min"],
        "max": link["max"],
        "flows": list(link["flows"]),
        "lineStyle": style,
        "edgeLabel": {"show": _key(link) in labelled, "formatter": f"{sign}{with_unknown(link, currency)}"},
        "pick": pick_of({**link, "target": link.get("back_to", link["target"])}),
        "marked": marked is not None and marked in link["flows"],
        "tip": link_tip(link, names, currency),
    }
    if unknown:
        return [{**base, "value": hairline}]
    low = link["min"] or 0
    pale = min(_OPEN, opacity / 2)
    wide = {"color": colour, "borderColor": colour, "opacity": pale, "borderWidth": 1, "borderType": [1, 2]}
    above = {**base, "value": link["max"] - low, "open": True, "lineStyle": wide}
    if not low:
        return [above]
    sure = {**base, "value": low}
    return [sure] if low == link["max"] else [sure, {**above, "edgeLabel": {"show": False, "formatter": ""}}]


def _legend(links: Iterable[Row]) -> tuple[str, ...]:
    """Give the kinds of link that occur, in the order of the legend."""
    found: set[str] = set()
    for link in links:
        if "back_to" in link:
            found.add("circle")
        found.add("unknown" if link["max"] is None else link["kind"])
        if link["basis"] != "stated" and link["kind"] != "not-traced":
            found.add(link["basis"] or "inferred")
        if link["min"] != link["max"]:
            found.add("range")
    return tuple(name for name in LEGEND if name in found)


def _heads(nodes: Iterable[Row], places: Mapping[str, int]) -> list[tuple[int, str]]:
    """Name the columns: the level, or who is paid in the end; a level that takes two columns is named once."""
    heads: dict[float, int] = {}
    for node in nodes:
        heads[node["column"]] = min(heads.get(node["column"], 99), places[node["id"]])
    return [(place, column_word(column)) for column, place in sorted(heads.items())]


def _option(
    nodes: list[dict[str, Any]], links: list[dict[str, Any]], heads: Sequence[tuple[int, str]], height: int
) -> dict[str, Any]:
    last = max((node["depth"] for node in nodes), default=0)
    titles = [
        {
            "text": text,
            "top": 6,
            "left": f"{_WIDTH * place / max(last, 1):.2f}%",
            "padding": 0,
            "textStyle": {"fontSize": 13, "fontWeight": 600},
        }
        for place, text in heads
    ]
    return {
        "animation": False,
        "title": titles,
        "tooltip": {"trigger": "item", "confine": True},
        "series": [
            {
                "type": "sankey",
                "left": 0,
                "right": f"{100 - _WIDTH}%",
                "top": 40,
                "height": height,
                "nodeWidth": 10,
                "nodeGap": _GAP,
                "nodeAlign": "left",
                "layoutIterations": 48,
                "draggable": False,
                "emphasis": {"focus": "adjacency"},
                "label": {
                    "fontSize": 13,
                    "lineHeight": 16,
                    "offset": [0, -9],
                    "overflow": "truncate",
                    "width": 190,
                    "rich": {"name": {"lineHeight": 16}, "sum": {"lineHeight": 16}, "soft": {"lineHeight": 16}},
                },
                "edgeLabel": {"show": False, "fontSize": 12},
                "lineStyle": {"curveness": 0.45},
                "data": nodes,
                "links": links,
            }
        ],
    }
