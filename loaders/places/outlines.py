"""Outlines: the areas of places, from GeoJSON to well-known text, and their centres.

Coordinates are degrees, longitude first (RFC 7946), which is also how a geo:wktLiteral that names no reference system
is read (GeoSPARQL: CRS 84).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final, NamedTuple

__all__ = ["Outline", "OutlineBroken", "outline"]

_MOST_POINTS: Final = 2_000_000

Point = tuple[float, float]
Ring = list[Point]
Area = list[Ring]
"""The outer ring, then those of the holes."""


class OutlineBroken(ValueError):
    """A geometry that is no area; the message says why."""


class Outline(NamedTuple):
    """An area as well-known text, and its centre in degrees with four decimals (some ten metres)."""

    wkt: str
    latitude: str
    longitude: str


def outline(geometry: object) -> Outline:
    """Read a GeoJSON geometry: a Polygon or a MultiPolygon.

    The centre is that of the area, holes left out, reckoned on the plane of degrees: for a place the size of a country
    it is out by some kilometres, and it may lie outside of the place. Raises OutlineBroken for what is no area.

    >>> outline({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]]})
    Outline(wkt='POLYGON((0 0,4 0,4 2,0 2,0 0))', latitude='1.0000', longitude='2.0000')
    """
    areas = _areas(geometry)
    longitude, latitude = _centre(areas)
    texts = ["(" + ",".join(_ring_text(ring) for ring in area) + ")" for area in areas]
    wkt = f"POLYGON{texts[0]}" if len(texts) == 1 else f"MULTIPOLYGON({','.join(texts)})"
    return Outline(wkt, f"{latitude:.4f}", f"{longitude:.4f}")


def _areas(geometry: object) -> list[Area]:
    if not isinstance(geometry, dict):
        raise OutlineBroken("has no geometry")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        coordinates = [coordinates]
    elif kind != "MultiPolygon":
        raise OutlineBroken(f"expected a Polygon or a MultiPolygon, not {str(kind)[:40]}")
    areas = [[_ring(ring) for ring in _list(area, "an area")] for area in _list(coordinates, "a geometry")]
    if sum(len(ring) for area in areas for ring in area) > _MOST_POINTS:
        raise OutlineBroken(f"has more than {_MOST_POINTS} points")
    return areas


def _list(value: object, what: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise OutlineBroken(f"{what} has no rings")
    return value


def _ring(value: object) -> Ring:
    if not isinstance(value, list) or len(value) < 4:
        raise OutlineBroken("a ring has fewer than four points")
    ring = [_point(point) for point in value]
    if ring[0] != ring[-1]:
        raise OutlineBroken("a ring is not closed: its last point is not its first")
    return ring


def _point(value: object) -> Point:
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        raise OutlineBroken("expected a point as longitude and latitude")
    longitude, latitude = value[:2]
    if any(isinstance(part, bool) or not isinstance(part, int | float) for part in (longitude, latitude)):
        raise OutlineBroken("expected a point as longitude and latitude, in numbers")
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):  # neither is NaN between two bounds
        raise OutlineBroken("a point is outside of 180 degrees east and west, 90 north and south")
    return float(longitude), float(latitude)


def _centre(areas: list[Area]) -> Point:
    """Weigh the centre of each ring with its area; a hole weighs less than nothing, whichever way round it runs."""
    sums = [0.0, 0.0, 0.0]
    for area in areas:
        for order, ring in enumerate(area):
            parts = _moments(ring)
            sign = math.copysign(1, parts[0]) * (1 if order == 0 else -1)
            sums = [total + sign * part for total, part in zip(sums, parts, strict=True)]
    if sums[0] <= 1e-12:
        raise OutlineBroken("has no area")
    return sums[1] / sums[0], sums[2] / sums[0]


def _moments(ring: Ring) -> tuple[float, float, float]:
    """Give the signed area of a ring, and its moments: the area times longitude and latitude of the centre.

    Reckoned from the ring's first point, as the differences of large numbers would lose the small rings.
    """
    x0, y0 = ring[0]
    area = x_moment = y_moment = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        area += cross / 2
        x_moment += (x1 + x2 - 2 * x0) * cross / 6
        y_moment += (y1 + y2 - 2 * y0) * cross / 6
    return area, x_moment + x0 * area, y_moment + y0 * area


def _ring_text(ring: Ring) -> str:
    return "(" + ",".join(f"{_number(x)} {_number(y)}" for x, y in ring) + ")"


def _number(value: float) -> str:
    """Write a number without an exponent, which not all readers of well-known text know.

    >>> _number(9.348), _number(4.0), _number(-0.0)
    ('9.348', '4', '0')
    """
    text = f"{value:.7f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
