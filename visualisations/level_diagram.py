"""The level diagram: the ties between levels as SVG, a row a level, an arc a pair of levels and kind of tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from ontology.vocabulary import vocabulary
from visualisations.palette import LEVELS, TIES, UNKNOWN
from visualisations.sentences import plural

__all__ = ["level_diagram", "level_name"]

_WIDTH: Final = 700
_ROW: Final = 54
_LEFT: Final = 150
_ROOM: Final = 190
_TOP: Final = 46
_KINDS: Final = ("funding", "coordination", "hierarchy")

Pair = tuple[str, str, str]


def level_name(name: str | None) -> str:
    """Give the label of a level; one that is not ours is called as it calls itself.

    >>> level_name("eu"), level_name("parish"), level_name(None)
    ('European Union', 'parish', 'at no stated level')
    """
    found = vocabulary().schemes["level"].get(name or "")
    return found.label if found else name or "at no stated level"


def level_diagram(network: Mapping[str, Any]) -> str:
    """Draw the ties between levels, an arc the wider the more they are; those inside one level stand at its row's end.

    `network` has `nodes` (actor, level) and `edges` (source, target, kind), as the network document has them. Money and
    parts have direction, coordination has none. A network without actors gives no picture ("").
    """
    level_of = {node["actor"]: node["level"] or "" for node in network["nodes"]}
    bodies = Counter(level_of.values())
    present = vocabulary().ordered("level", bodies)
    if not present:
        return ""
    y = {name: _TOP + place * _ROW for place, name in enumerate(present)}
    between, inside = Counter[Pair](), Counter[tuple[str, str]]()
    for edge in network["edges"]:
        one, other, kind = level_of[edge["source"]], level_of[edge["target"]], edge["kind"]
        if one == other:
            inside[one, kind] += 1
        else:
            upper, lower = sorted((one, other), key=lambda name: y[name])
            between[(upper, lower, kind) if kind == "coordination" else (one, other, kind)] += 1
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_TOP + len(present) * _ROW}" role="img" aria-label="Ties between levels" '
        'xmlns="http://www.w3.org/2000/svg"><title>Ties between levels; the table below has their numbers</title>',
        *_key(),
    ]
    for name in present:
        own = [f"{inside[name, kind]} {kind}" for kind in _KINDS if inside[name, kind]]
        parts += _row(name, y[name], bodies[name], own)
    ordered = sorted(between.items(), key=lambda item: _order(item[0], y))
    most = max(between.values(), default=1)
    for place, (pair, count) in enumerate(ordered):
        x = _LEFT + 34 + place * (_WIDTH - _LEFT - _ROOM) / len(ordered)
        parts += _arc(x, y[pair[0]], y[pair[1]], pair[2], count, 1 + 5 * count / most)
    return "".join([*parts, "</svg>"])


def _key() -> list[str]:
    parts = []
    for place, kind in enumerate(_KINDS):
        x = _LEFT + 30 + place * 150
        parts.append(f'<circle cx="{x}" cy="12" r="5" fill="{TIES[kind]}"/><text x="{x + 10}" y="16">{kind}</text>')
    return parts


def _row(name: str, y: int, bodies: int, own: list[str]) -> list[str]:
    words = escape(level_name(name))  # one that is not ours is called whatever its IRI ends in
    left = f'x="{_LEFT - 14}" text-anchor="end"'
    parts = [
        f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y}" y2="{y}" stroke="#d9dde1"/>',
        f'<circle cx="{_LEFT}" cy="{y}" r="6" fill="{LEVELS.get(name, UNKNOWN)}"/>',
        f'<text {left} y="{y + 1}">{words[:1].upper()}{words[1:]}</text>',
        f'<text {left} y="{y + 15}" class="soft">{plural(bodies, "body", "bodies")}</text>',
    ]
    if own:
        words = f"within: {', '.join(own)}"
        parts.append(f'<text x="{_WIDTH}" y="{y - 6}" text-anchor="end" class="soft">{words}</text>')
    return parts


def _arc(x: float, begin: int, end: int, kind: str, count: int, width: float) -> list[str]:
    down = 1 if end > begin else -1
    bend, middle, colour = 16 * down, (begin + end) / 2, TIES[kind]
    line = f'd="M{x:.0f} {begin} Q{x + bend:.0f} {middle:.0f} {x:.0f} {end}" stroke-width="{width:.1f}"'
    parts = [f'<path {line} fill="none" stroke="{colour}"/>']
    if kind != "coordination":
        foot = end - 7 * down
        parts.append(f'<path d="M{x - 4:.0f} {foot} L{x + 4:.0f} {foot} L{x:.0f} {end} Z" fill="{colour}"/>')
    anchor = "start" if down > 0 else "end"
    at = f'x="{x + bend / 2 + 6 * down:.0f}" y="{middle + 4:.0f}"'
    parts.append(f'<text {at} text-anchor="{anchor}">{count}</text>')
    return parts


def _order(pair: Pair, y: Mapping[str, int]) -> tuple[int, int, int, bool]:
    one, other, kind = pair
    return _KINDS.index(kind), min(y[one], y[other]), max(y[one], y[other]), y[one] > y[other]
