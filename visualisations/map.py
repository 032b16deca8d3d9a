"""The map: countries shaded by a measure, places as points or outlines, ties as arcs; drawn by the server as SVG.

The Union has no point, so that it stands at the side, and beneath it the countries that lie beyond the picture.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import atan2, degrees, sqrt
from typing import Any, Final

from visualisations.classes import Class, class_of, classes
from visualisations.language import locale
from visualisations.outline import cut, path, rings_of, simplified
from visualisations.projection import HEIGHT, WIDTH, framed, projected
from visualisations.render import STATIC

__all__ = ["MOST_ARCS", "Arc", "Dot", "Node", "Picture", "Shape", "View", "map_picture", "view_of"]

Row = Mapping[str, Any]
Point = tuple[float, float]
Name = Callable[[str], str]

MOST_ARCS: Final = 80
MOST_OUTLINES: Final = 400
_MOST_BEYOND: Final = 8
_UNION: Final[Point] = (72, 330)
_BEYOND: Final[Point] = (32, 440)
_STEP: Final = 40
_DEEPEST: Final = 12.0
_TOLERANCE: Final = 0.25
_FRAME: Final = (-20.0, -20.0, WIDTH + 20.0, HEIGHT + 20.0)
_STATE: Final = {"none-found": "none-found", "amount-unknown": "no-amount"}
_SPREAD: Final = {1: (3,), 2: (2, 4), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}
"""By number of classes, which of the five shades they take, so that they are told apart."""
_NUMBER: Final = re.compile(r"-?[0-9.]+")


@dataclass(frozen=True, slots=True)
class View:
    """What part of the picture is seen: its middle, and how many times larger than the whole."""

    x: float
    y: float
    zoom: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Give left, top, width and height, inside the picture."""
        width, height = WIDTH / self.zoom, HEIGHT / self.zoom
        left = min(max(0.0, self.x - width / 2), WIDTH - width)
        top = min(max(0.0, self.y - height / 2), HEIGHT - height)
        return (round(left, 1), round(top, 1), round(width, 1), round(height, 1))


WHOLE: Final = View(WIDTH / 2, HEIGHT / 2, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """A country, or the outline of a place: what it is shaded by, and its row where the graph knows it."""

    name: str
    path: str
    shade: str
    row: Row | None


@dataclass(frozen=True, slots=True)
class Node:
    """What stands at the side: the Union, or a country beyond the picture."""

    x: float
    y: float
    shade: str
    row: Row


@dataclass(frozen=True, slots=True)
class Dot:
    """A place with a point, or the point of a country at which its value is written."""

    x: float
    y: float
    row: Row


@dataclass(frozen=True, slots=True)
class Arc:
    """A tie: its line, its width, and for money the place and turn of the head that shows where it goes."""

    path: str
    width: float
    head: str | None
    row: Row


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn.

    `classes` come with how many countries are in each, and its shade; `unplaced` places have neither point nor
    outline that can be drawn, `outside` lie beyond the picture.
    """

    view: View
    shapes: tuple[Shape, ...]
    regions: tuple[Shape, ...]
    nodes: tuple[Node, ...]
    more_beyond: int
    values: tuple[Dot, ...]
    places: tuple[Dot, ...]
    arcs: tuple[Arc, ...]
    arcs_left: int
    arcs_unplaced: int
    classes: tuple[tuple[Class, int, str], ...]
    states: Mapping[str, int]
    unplaced: tuple[Row, ...]
    outside: tuple[Row, ...]


def map_picture(
    countries: Sequence[Row],
    places: Sequence[Row],
    ties: Sequence[Row],
    *,
    name: Name,
    outlines: Mapping[str, str],
    chosen: str | None = None,
    view: View | None = None,
) -> Picture:
    """Lay out the rows of the map's documents.

    `outlines` are those of places as well-known text, by IRI; where one cannot be read or drawn, its place stays a
    point. `chosen` is a country, which the picture then shows from near where no `view` is asked for. Without rows
    there are the countries of the atlas, hatched.
    """
    rows = {row["code"]: row for row in countries}
    found = classes(row["value"] for row in countries if row["value"] is not None and row["code"] != "EU")
    shapes = tuple(
        Shape(
            name(rows[land["code"]]["territory"]) if land["code"] in rows else _other_name(land),
            land["path"],
            _shade(rows.get(land["code"]), found),
            rows.get(land["code"]),
        )
        for land in sorted(atlas(), key=lambda land: bool(chosen) and land["code"] == chosen)  # its border on top
    )
    nodes, more = _nodes(countries, found, {end for tie in ties for end in (tie["source"], tie["target"])})
    spots = _spots(countries, places, nodes)
    arcs = [arc for tie in ties[:MOST_ARCS] if (arc := _arc(tie, spots, ties[0]["count"])) is not None]
    regions = tuple(_regions(places, outlines, found, name))
    outlined = {shape.row["territory"] for shape in regions if shape.row}
    placed = [(row, _point(row)) for row in places if row["territory"] not in outlined]
    return Picture(
        view=view or _near(chosen) or WHOLE,
        shapes=shapes,
        regions=regions,
        nodes=tuple(nodes),
        more_beyond=more,
        values=tuple(_values(countries)),
        places=tuple(Dot(*point, row) for row, point in placed if point and framed(point)),
        arcs=tuple(arcs),
        arcs_left=max(0, len(ties) - MOST_ARCS),
        arcs_unplaced=min(len(ties), MOST_ARCS) - len(arcs),
        classes=tuple(_legend(countries, found)),
        states=Counter(row["state"] for row in countries),
        unplaced=tuple(row for row, point in placed if point is None),
        outside=tuple(row for row, point in placed if point and not framed(point)),
    )


@cache
def atlas() -> tuple[dict[str, Any], ...]:
    """Read the countries that the set-up has made of the world atlas."""
    file = STATIC / "vendor" / "europe.json"
    return tuple(json.loads(file.read_text(encoding="utf-8"))["countries"])


def view_of(text: str) -> View | None:
    """Read a view as an address has it, middle and zoom; None for what is none.

    >>> view_of("500,430,2"), view_of("0,0,1").box, view_of("here")
    (View(x=500.0, y=430.0, zoom=2.0), (0.0, 0.0, 1000.0, 860.0), None)
    """
    parts = text.split(",")
    if len(parts) != 3 or not all(re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", part) for part in parts):
        return None
    x, y, zoom = map(float, parts)
    return View(min(x, WIDTH), min(y, HEIGHT), zoom) if 1 <= zoom <= _DEEPEST else None


def _valued(countries: Iterable[Row]) -> list[Row]:
    return [row for row in countries if row["value"] is not None and row["code"] != "EU"]


def _other_name(land: Row) -> str:
    """Name a country that the graph does not know, in the language spoken; "" for what has no code of its own."""
    return locale().territories.get(land["code"], land["name"]) if land["code"] else ""


def _legend(countries: Sequence[Row], found: Sequence[Class]) -> Iterable[tuple[Class, int, str]]:
    counts = Counter(class_of(row["value"], found) for row in _valued(countries))
    for place, each in enumerate(found, 1):
        yield each, counts[place], f"class-{_SPREAD[len(found)][place - 1]}"


def _shade(row: Row | None, found: Sequence[Class]) -> str:
    """Name what a country is filled with: the shade of its class, or the pattern that says why it has none."""
    if row is None:
        return "nothing"
    if row["value"] is None or not found:
        return _STATE.get(row["state"], "nothing")
    return f"class-{_SPREAD[len(found)][class_of(row['value'], found) - 1]}"


def _point(row: Row) -> Point | None:
    return None if row["lat"] is None or row["lon"] is None else projected(row["lon"], row["lat"])


def _near(code: str | None) -> View | None:
    """Give the view of a country's largest part, with some room around it; None for what the atlas does not draw."""
    land = next((land for land in atlas() if land["code"] == code), None) if code else None
    if land is None:
        return None
    numbers = [float(each) for each in _NUMBER.findall(land["path"].partition("Z")[0])]
    xs, ys = numbers[::2], numbers[1::2]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    zoom = max(1.0, min(6.0, WIDTH / (width * 1.7 + 30), HEIGHT / (height * 1.7 + 30)))
    return View(round((max(xs) + min(xs)) / 2, 1), round((max(ys) + min(ys)) / 2, 1), round(zoom, 2))


def _nodes(countries: Sequence[Row], found: Sequence[Class], tied: set[str]) -> tuple[list[Node], int]:
    """Give the nodes at the side: the Union, and the countries beyond that have a value or a tie; and how many more."""
    union = [Node(*_UNION, "union", row) for row in countries if row["code"] == "EU"]
    outside = [row for row in countries if row["code"] != "EU" and not ((point := _point(row)) and framed(point))]
    told = [row for row in outside if row["value"] is not None or tied & {row["code"], row["territory"]}]
    told.sort(key=lambda row: (row["value"] is None, row["code"]))
    x, y = _BEYOND
    beyond = [Node(x, y + place * _STEP, _shade(row, found), row) for place, row in enumerate(told[:_MOST_BEYOND])]
    return union + beyond, len(outside) - len(beyond)


def _values(countries: Sequence[Row]) -> Iterable[Dot]:
    """Give the points at which the values of countries are written."""
    for row in _valued(countries):
        point = _point(row)
        if point and framed(point):
            yield Dot(*point, row)


def _spots(countries: Sequence[Row], places: Sequence[Row], nodes: Sequence[Node]) -> dict[str, Point]:
    """Give the points of all that a tie may end at, by code of the country and by IRI."""
    found: dict[str, Point] = {}
    for row in (*countries, *places):
        point = _point(row)
        if point and framed(point):
            found |= dict.fromkeys([row["territory"], *([row["code"]] if row["code"] else [])], point)
    for node in nodes:
        found |= dict.fromkeys([node.row["territory"], node.row["code"]], (node.x, node.y))
    return found


def _arc(tie: Row, spots: Mapping[str, Point], most: int) -> Arc | None:
    """Bend a line from end to end, the wider the more it stands for; None where an end has no point."""
    one, other = spots.get(tie["source"]), spots.get(tie["target"])
    if one is None or other is None or one == other:
        return None
    (x1, y1), (x2, y2) = one, other
    bend = 0.16
    cx, cy = (x1 + x2) / 2 + (y2 - y1) * bend, (y1 + y2) / 2 - (x2 - x1) * bend
    part = 0.62  # the head stands beyond the middle, where no name is
    rest = 1 - part
    x = rest * rest * x1 + 2 * rest * part * cx + part * part * x2
    y = rest * rest * y1 + 2 * rest * part * cy + part * part * y2
    turn = degrees(atan2(rest * (cy - y1) + part * (y2 - cy), rest * (cx - x1) + part * (x2 - cx)))
    head = f"translate({x:.1f} {y:.1f}) rotate({turn:.1f})" if tie["with_amount"] is not None else None
    line = f"M{x1:.1f} {y1:.1f}Q{cx:.1f} {cy:.1f} {x2:.1f} {y2:.1f}"
    return Arc(line, round(1 + 3 * sqrt(tie["count"] / max(most, 4)), 2), head, tie)


def _regions(places: Sequence[Row], outlines: Mapping[str, str], found: Sequence[Class], name: Name) -> Iterable[Shape]:
    """Give the outlines of places, the largest places first, so that those inside them stay seen."""
    shown = [row for row in places if row["territory"] in outlines][:MOST_OUTLINES]
    drawn = []
    for row in shown:
        rings = [
            part
            for ring in rings_of(outlines[row["territory"]])
            for part in cut(simplified([projected(*point) for point in ring], _TOLERANCE), _FRAME)
        ]
        line = path(rings)
        if line:
            shade = "region" if row["value"] is None else f"region {_shade(row, found)}"
            drawn.append((-max(map(len, rings)), Shape(name(row["territory"]), line, shade, row)))
    return [shape for _, shape in sorted(drawn, key=lambda item: (item[0], item[1].name))]
