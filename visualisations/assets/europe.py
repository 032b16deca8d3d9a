"""Europe: the countries of the map, made of the world atlas (TopoJSON of Natural Earth, public domain).

The arcs are projected, made simpler before they are put together, so that neighbours keep one border, and cut at the
frame. Countries are known by ISO 3166-1; Kosovo, which has no number there, by the code XK that the Union uses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

from babel.core import get_global

from visualisations.outline import Frame, area, cut, path, simplified
from visualisations.projection import HEIGHT, WIDTH, projected

__all__ = ["decoded", "europe"]

Point = tuple[float, float]
_CODES: Final = {"Kosovo": "XK"}
_TOLERANCE: Final = 0.22
_ROUGHLY: Final = 20.0
_SMALLEST: Final = 0.25
_FRAME: Final[Frame] = (-20, -20, WIDTH + 20, HEIGHT + 20)


def europe(atlas: Mapping[str, Any]) -> str:
    """Give the part of the atlas that the map shows as JSON: code, name in English, path in the map's units.

    Rings smaller than a quarter of a square unit are left out, but for the largest of each country. What the atlas
    gives no code has None.
    """
    arcs = [_drawn([projected(*point) for point in arc]) for arc in decoded(atlas)]
    found = []
    for country in atlas["objects"]["countries"]["geometries"]:
        rings = [part for each in _rings(country) for part in cut(_ring(arcs, each), _FRAME)]
        rings.sort(key=area, reverse=True)
        drawn = path(ring for place, ring in enumerate(rings) if not place or area(ring) >= _SMALLEST)
        name = country["properties"]["name"]
        if drawn:
            found.append({"code": _code(country.get("id"), name), "name": name, "path": drawn})
    found.sort(key=lambda each: (each["code"] or "ZZZ", each["name"]))
    return json.dumps({"width": WIDTH, "height": HEIGHT, "countries": found}, ensure_ascii=False, separators=(",", ":"))


def _drawn(arc: Sequence[Point]) -> list[Point]:
    """Make an arc simpler: with care where it may be seen, roughly where it only closes a ring far outside."""
    seen = any(_FRAME[0] <= x <= _FRAME[2] and _FRAME[1] <= y <= _FRAME[3] for x, y in arc)
    return simplified(arc, _TOLERANCE if seen else _ROUGHLY)


def decoded(atlas: Mapping[str, Any]) -> list[list[Point]]:
    """Give the arcs of a quantized TopoJSON in degrees: each point is the step from the one before.

    >>> decoded({"transform": {"scale": [0.5, 2], "translate": [10, 20]}, "arcs": [[[0, 0], [4, 1], [-2, 3]]]})
    [[(10.0, 20), (12.0, 22), (11.0, 28)]]
    """
    (wide, high), (left, low) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    return [
        [
            (x * wide + left, y * high + low)
            for x, y in accumulate(arc, lambda at, step: [at[0] + step[0], at[1] + step[1]])
        ]
        for arc in atlas["arcs"]
    ]


def _rings(country: Mapping[str, Any]) -> Iterable[Sequence[int]]:
    """Give the rings of a polygon or of several, each as the numbers of its arcs."""
    areas = {"Polygon": [country.get("arcs")], "MultiPolygon": country.get("arcs")}.get(country["type"]) or []
    return [ring for each in areas for ring in each or []]


def _ring(arcs: Sequence[Sequence[Point]], numbers: Iterable[int]) -> list[Point]:
    """Put a ring together; a number below zero is an arc run backwards: ~3 is the one with number 3."""
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[bool(points) :]
    return points[:-1]


def _code(number: str | None, name: str) -> str | None:
    letters = get_global("territory_aliases").get(number or "", [None])
    return _CODES.get(name) or letters[0]
