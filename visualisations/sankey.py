"""The Sankey: the funding chain as an ECharts option, with what the drawing cannot say listed beside it.

Widths follow the upper end of each amount. An amount that no source gives is a hairline, never a width and never zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import networkx as nx

from ontology.identifiers import ID, slug
from ontology.vocabulary import vocabulary
from visualisations.numbers import money
from visualisations.palette import DARK, LEVELS, PROVIDER, UNKNOWN

__all__ = ["KIND_WORDS", "Sankey", "sankey_chart"]

Row = Mapping[str, Any]

KIND_WORDS: Final = {"direct": "direct", "passed-on": "passed on", "not-traced": "not traced further"}
_GAP: Final = 34
_BAND: Final = 220
_HAIRLINE: Final = 1.6
_LAST_COLUMN: Final = 6
_WIDTH: Final = 82
_STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "stated": {"borderWidth": 0},
    "derived": {"borderWidth": 1, "borderType": [6, 4]},
    "inferred": {"borderWidth": 1, "borderType": [2, 3]},
}


@dataclass(frozen=True, slots=True)
class Sankey:
    """A drawing: the ECharts `option`, its `height` in pixels, the links that are not drawn, and why.

    `cut` are the links that close a circle (ECharts draws none), `beyond` the number of links past the limit,
    `unknown` the number of drawn links without an amount.
    """

    option: dict[str, Any]
    height: int
    cut: tuple[Row, ...]
    beyond: int
    unknown: int
    dark: Mapping[str, str]


def sankey_chart(nodes: Sequence[Row], links: Sequence[Row], currency: str | None, limit: int = 160) -> Sankey:
    """Draw nodes and links of the funding chain (as the document `flows/sankey` gives them).

    At most `limit` links are drawn, those with the largest amounts first. The same input gives the same option.
    """
    named = {node["id"]: node for node in nodes}
    order = sorted(links, key=lambda link: (-(link["max"] or 0), link["max"] is None, *_key(link)))
    cut = _cut(order[:limit], named)
    out = {_key(link) for link in cut}
    kept = sorted((link for link in order[:limit] if _key(link) not in out), key=_key)
    places = _places(kept, named)
    used = [node for node in nodes if node["id"] in places]
    hairline, height = _scale(kept, places)
    into: dict[str, list[Row]] = defaultdict(list)
    for link in kept:
        into[link["target"]].append(link)
    # where one link alone runs into a node its amount is written at the node, where there is room
    alone = {name: found[0] for name, found in into.items() if len(found) == 1 and found[0]["max"] is not None}
    amounts = {name: money(link["min"], link["max"], currency) for name, link in alone.items()}
    chart = [_link(link, named, currency, hairline, link["target"] not in amounts) for link in kept]
    return Sankey(
        option=_option([_node(node, places, amounts) for node in used], chart, _heads(used, places), height),
        height=height + 64,
        cut=tuple(sorted(cut, key=_key)),
        beyond=max(0, len(order) - limit),
        unknown=sum(link["max"] is None for link in kept),
        dark=DARK,
    )


def _key(link: Row) -> tuple[str, str, str, str]:
    return (link["source"], link["target"], link["kind"], link["basis"] or "")


def _cut(links: Iterable[Row], named: Mapping[str, Row]) -> list[Row]:
    """Choose the links to leave out so that no circle is left: those that climb most levels, then the smallest."""
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


def _colour(node: Row) -> str:
    if node["actor"] is None:
        return UNKNOWN
    return PROVIDER if node["column"] == _LAST_COLUMN else LEVELS.get(node["level"] or "", UNKNOWN)


def _node(node: Row, places: Mapping[str, int], amounts: Mapping[str, str]) -> dict[str, Any]:
    plain = node["actor"] is None
    name, amount = node["label"], amounts.get(node["id"])
    return {
        "name": node["id"],
        "depth": places[node["id"]],
        "itemStyle": {"color": _colour(node), "opacity": 0.5 if plain else 1},
        "label": {
            "formatter": f"{name}\n{amount}" if amount else name,
            "fontStyle": "italic" if plain else "normal",
        },
        "actor": _slug(node["actor"]),
        "tip": [node["label"], _level(node)],
    }


def _slug(actor: str | None) -> str | None:
    """Give the name of an actor that has a page here; None for none, and for one with an IRI of others."""
    return slug(actor) if actor and actor.startswith(f"{ID}actor/") else None


def _level(node: Row) -> str:
    found = vocabulary().schemes["level"].get(node["level"] or "")
    return f"level: {found.label}" if found else "level not stated"


def _link(link: Row, named: Mapping[str, Row], currency: str | None, hairline: float, labelled: bool) -> dict[str, Any]:
    unknown = link["max"] is None
    text = money(link["min"], link["max"], currency)
    many = len(link["flows"])
    tip = [
        f"{named[link['source']]['label']} → {named[link['target']]['label']}",
        text,
        f"{KIND_WORDS[link['kind']]}, {link['basis'] or 'basis not stated'}",
        f"{link['with_amount']} of {many} {'flow' if many == 1 else 'flows'} with an amount",
    ]
    style: dict[str, Any] = dict(_STYLES[link["basis"] or "inferred"])
    colour = UNKNOWN if unknown or link["kind"] == "not-traced" else _colour(named[link["target"]])
    style |= {"color": colour, "borderColor": colour, "opacity": 0.9 if unknown else _OPACITY[link["kind"]]}
    return {
        "source": link["source"],
        "target": link["target"],
        "value": hairline if unknown else link["max"],
        "unknown": unknown,
        "kind": link["kind"],
        "basis": link["basis"],
        "min": link["min"],
        "max": link["max"],
        "flows": list(link["flows"]),
        "lineStyle": style,
        "edgeLabel": {"show": labelled and not unknown, "formatter": text},
        "tip": tip,
    }


_OPACITY: Final = {"direct": 0.55, "passed-on": 0.3, "not-traced": 0.15}


def _heads(nodes: Iterable[Row], places: Mapping[str, int]) -> list[tuple[int, str]]:
    """Name the columns: the level, or who is paid in the end; a level that takes two columns is named once."""
    levels = {concept.rank: concept.label for concept in vocabulary().schemes["level"].values()}
    heads: dict[int, int] = {}
    for node in nodes:
        heads[node["column"]] = min(heads.get(node["column"], 99), places[node["id"]])
    return [
        (place, "Providers, ends" if column == _LAST_COLUMN else _capital(levels.get(column, "")))
        for column, place in sorted(heads.items())
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


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
                "label": {"fontSize": 13, "lineHeight": 16, "offset": [0, -9], "overflow": "truncate", "width": 190},
                "edgeLabel": {"show": False, "fontSize": 12},
                "lineStyle": {"curveness": 0.45},
                "data": nodes,
                "links": links,
            }
        ],
    }
