"""The projection of the map: Lambert's azimuthal equal-area one, about 52° north, 10° east, on a sphere.

Areas keep their proportions, so that no country looks larger than it is. The centre is that of the European grid
ETRS89-LAEA. Source of the formula: J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395
(1987), equations 24-2 to 24-4.
"""

from __future__ import annotations

from math import cos, radians, sin, sqrt
from typing import Final

__all__ = ["HEIGHT", "KILOMETRES", "WIDTH", "framed", "projected"]

_RADIUS: Final = 6371.007
_LATITUDE: Final = radians(52)
_LONGITUDE: Final = radians(10)
_LEFT: Final = -2720.0
_TOP: Final = 2330.0
WIDTH: Final = 1000
HEIGHT: Final = 860
KILOMETRES: Final = 5.1
"""The size of the picture in its own units, and how many kilometres one unit is."""

Point = tuple[float, float]


def projected(longitude: float, latitude: float) -> Point:
    """Give the place of a point in the picture, in its units from the upper left corner; degrees, WGS 84.

    >>> [round(value, 1) for value in projected(10, 52)]
    [533.3, 456.9]
    """
    east, north = radians(longitude) - _LONGITUDE, radians(latitude)
    facing = 1 + sin(_LATITUDE) * sin(north) + cos(_LATITUDE) * cos(north) * cos(east)
    scale = _RADIUS * sqrt(2 / max(facing, 1e-9))
    x = scale * cos(north) * sin(east)
    y = scale * (cos(_LATITUDE) * sin(north) - sin(_LATITUDE) * cos(north) * cos(east))
    return (x - _LEFT) / KILOMETRES, (_TOP - y) / KILOMETRES


def framed(point: Point) -> bool:
    """Say whether a place is in the picture.

    >>> framed(projected(2.35, 48.86)), framed(projected(-79.4, 43.7))
    (True, False)
    """
    return 0 <= point[0] <= WIDTH and 0 <= point[1] <= HEIGHT
