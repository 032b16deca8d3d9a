"""Outlines: lines and rings of points made simpler, cut at a frame, and written as SVG paths; shapely does the sums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import shapely

__all__ = ["Frame", "Ring", "area", "cut", "path", "rings_of", "simplified"]

Point = tuple[float, float]
Ring = Sequence[Point]
Frame = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_DECIMALS: Final = 1
_SYSTEM: Final = re.compile(r"^\s*<([^>]*)>\s*")
_NORTH_FIRST: Final = re.compile(r"https?://www\.opengis\.net/def/crs/EPSG/0/(4326|4258)")


def simplified(line: Ring, tolerance: float) -> list[Point]:
    """Leave out the points of a line that lie within `tolerance` of what is left (Douglas and Peucker 1973).

    Both ends stay. A line of fewer than three points is given back as it is.

    >>> simplified([(0, 0), (1, 0.1), (2, 0), (2, 5)], 0.5)
    [(0.0, 0.0), (2.0, 0.0), (2.0, 5.0)]
    """
    if len(line) < 3:
        return list(line)
    return _points(shapely.LineString(line).simplify(tolerance, preserve_topology=False))


def cut(ring: Ring, frame: Frame) -> list[list[Point]]:
    """Cut a ring at a frame: the rings of what lies inside, [] where nothing does, or the ring encloses nothing.

    >>> [sorted(part) for part in cut([(-2, 1), (2, 1), (2, 3), (-2, 3)], (0, 0, 10, 10))]
    [[(0.0, 1.0), (0.0, 3.0), (2.0, 1.0), (2.0, 3.0)]]
    >>> cut([(-2, 1), (-1, 1), (-1, 3)], (0, 0, 10, 10))
    []
    """
    if len(ring) < 3:
        return []
    try:
        return _rings(shapely.clip_by_rect(shapely.Polygon(ring), *frame))
    except shapely.GEOSException:  # a ring that runs back along itself
        return []


def area(ring: Ring) -> float:
    """Give the area of a ring, whichever way round it runs.

    >>> area([(0, 0), (4, 0), (4, 2), (0, 2)])
    8.0
    """
    return float(shapely.Polygon(ring).area)


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
    read, gives []. A ring that does not end where it began is closed, as it is in every picture.

    >>> rings_of("POLYGON((0 0,4 0,4 2,0 0))")
    [[(0.0, 0.0), (4.0, 0.0), (4.0, 2.0)]]
    >>> rings_of("<http://www.opengis.net/def/crs/EPSG/0/4326> POLYGON((48 16,49 16,49 17,48 16))")[0][0]
    (16.0, 48.0)
    >>> rings_of("POINT(16 48)"), rings_of("POLYGON((here"), rings_of("")
    ([], [], [])
    """
    system = _SYSTEM.match(wkt)
    try:
        with np.errstate(all="ignore"):
            found = shapely.from_wkt(wkt[system.end() :] if system else wkt, on_invalid="fix")
    except NotImplementedError:  # curves
        return []
    if found is None or not np.isfinite(shapely.get_coordinates(found)).all():
        return []
    turned = system is not None and _NORTH_FIRST.fullmatch(system[1]) is not None
    return [[(y, x) for x, y in ring] if turned else ring for ring in _rings(found)]


def _rings(shape: Any) -> list[list[Point]]:
    """Give the rings of all polygons in a shape, each without its last point, which is its first."""
    polygons = (part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty)
    return [_points(ring)[:-1] for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]


def _points(line: Any) -> list[Point]:
    return [(float(x), float(y)) for x, y, *_ in line.coords]
