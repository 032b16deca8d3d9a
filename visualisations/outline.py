"""Outlines: lines and rings of points made simpler, cut at a frame, and written as SVG paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

__all__ = ["Frame", "Ring", "area", "cut", "path", "rings_of", "simplified"]

Point = tuple[float, float]
Ring = Sequence[Point]
Frame = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_DECIMALS: Final = 1
_RING: Final = re.compile(r"\(([^()]+)\)")
_NORTH_FIRST: Final = re.compile(r"^\s*<https?://www\.opengis\.net/def/crs/EPSG/0/(4326|4258)>")


def simplified(line: Ring, tolerance: float) -> list[Point]:
    """Leave out the points of a line that lie within `tolerance` of what is left (Douglas and Peucker 1973).

    Both ends stay. A line of fewer than three points is given back as it is.

    >>> simplified([(0, 0), (1, 0.1), (2, 0), (2, 5)], 0.5)
    [(0, 0), (2, 0), (2, 5)]
    """
    if len(line) < 3:
        return list(line)
    kept = {0, len(line) - 1}
    open_ = [(0, len(line) - 1)]
    while open_:
        first, last = open_.pop()
        far, place = max(
            ((_distance(line[each], line[first], line[last]), each) for each in range(first + 1, last)),
            default=(0.0, first),
        )
        if far > tolerance:
            kept.add(place)
            open_ += [(first, place), (place, last)]
    return [line[place] for place in sorted(kept)]


def _distance(point: Point, one: Point, other: Point) -> float:
    """Give how far a point is from the straight way between two others."""
    along_x, along_y = other[0] - one[0], other[1] - one[1]
    length = along_x * along_x + along_y * along_y
    way_x, way_y = point[0] - one[0], point[1] - one[1]
    part = max(0.0, min(1.0, (way_x * along_x + way_y * along_y) / length)) if length else 0.0
    return float(((way_x - part * along_x) ** 2 + (way_y - part * along_y) ** 2) ** 0.5)


def cut(ring: Ring, frame: Frame) -> list[Point]:
    """Cut a ring at a frame (Sutherland and Hodgman 1974); [] where nothing of it lies inside.

    >>> cut([(-2, 1), (2, 1), (2, 3), (-2, 3)], (0, 0, 10, 10))
    [(0.0, 1.0), (2, 1), (2, 3), (0.0, 3.0)]
    """
    found = list(ring)
    for axis, edge, sign in ((0, frame[0], 1), (0, frame[2], -1), (1, frame[1], 1), (1, frame[3], -1)):
        given, found = found, []
        for place, point in enumerate(given):
            before = given[place - 1]
            inside, was = (sign * (each[axis] - edge) >= 0 for each in (point, before))
            if inside != was:
                part = (edge - before[axis]) / (point[axis] - before[axis])
                found.append((before[0] + part * (point[0] - before[0]), before[1] + part * (point[1] - before[1])))
            if inside:
                found.append(point)
    return found


def area(ring: Ring) -> float:
    """Give the area of a ring, whichever way round it runs.

    >>> area([(0, 0), (4, 0), (4, 2), (0, 2)])
    8.0
    """
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(one[0] * other[1] - other[0] * one[1] for one, other in pairs)) / 2


def path(rings: Iterable[Ring]) -> str:
    """Write rings as the path of an SVG, to a tenth of a unit; rings of fewer than three places are left out.

    >>> path([[(0, 0), (4.04, 0), (4, 2.06)], [(1, 1), (1, 1), (1, 1)]])
    'M0 0L4 0L4 2.1Z'
    """
    parts = []
    for ring in rings:
        points = [f"{round(x, _DECIMALS):g} {round(y, _DECIMALS):g}" for x, y in ring]
        plain = [each for place, each in enumerate(points) if each != points[place - 1]]
        if len(plain) > 2:
            parts.append(f"M{'L'.join(plain)}Z")
    return "".join(parts)


def rings_of(wkt: str) -> list[list[Point]]:
    """Read the rings of a polygon, or of several, from well-known text: longitude and latitude in degrees.

    One that names a reference system with the latitude first is turned round. What has no ring, and what cannot be
    read as numbers, gives [].

    >>> rings_of("POLYGON((0 0,4 0,4 2,0 0))")
    [[(0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 0.0)]]
    >>> rings_of("<http://www.opengis.net/def/crs/EPSG/0/4326> POLYGON((48 16,49 16,49 17,48 16))")[0][0]
    (16.0, 48.0)
    >>> rings_of("POINT(16 48)")
    []
    """
    if "POLYGON" not in wkt.upper():
        return []
    turned = _NORTH_FIRST.match(wkt) is not None
    try:
        rings = [
            [(float(x), float(y)) for x, y, *_ in (pair.split() for pair in ring.split(","))]
            for ring in _RING.findall(wkt)
        ]
    except ValueError:
        return []
    return [[(y, x) for x, y in ring] if turned else ring for ring in rings]
