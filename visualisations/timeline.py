"""Timelines: statements as bars and marks along the years, in percent of the width, for a drawing made on the server.

What is known is drawn and no more: a validity without an end stops after a short stub that is open, since nobody says
how long it went on; an event that lies within years is drawn as long as these.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.time import year
from ontology.vocabulary import vocabulary

__all__ = ["GROUPINGS", "Axis", "Bar", "Chart", "Group", "busiest_year", "timeline_chart", "years_axis"]

Row = Mapping[str, Any]
GROUPINGS: Final = ("country", "field", "kind")
LABELLED: Final = 70
"""Up to so many statements each has a row and its name beside it; more are packed without names."""
MOST: Final = 1500
_STUB: Final = 2.4
_EARLY: Final = 0.03
_LANE: Final = {True: 32, False: 11}
_HEAD: Final = 30


@dataclass(frozen=True, slots=True)
class Axis:
    """The years drawn, both included; `ticks` are years with their places in percent."""

    first: int
    last: int
    ticks: tuple[tuple[int, float], ...]

    def place(self, when: float) -> float:
        """Give the place of a moment in percent of the width, 0 to 100."""
        return round(min(100.0, max(0.0, (when - self.first) / (self.last + 1 - self.first) * 100)), 3)


@dataclass(frozen=True, slots=True)
class Bar:
    """One statement: `left` and `width` of what is known, in percent, the upper edge `y` in pixels.

    `opens` and `closes` are false where that end is not known; `early` and `late` say that it goes on beyond the axis.
    `point` is true for an event of one year, which is drawn as a mark.
    """

    row: Row
    left: float
    width: float
    y: int
    opens: bool
    closes: bool
    early: bool
    late: bool
    point: bool

    @property
    def right(self) -> float:
        """The right end, in percent."""
        return round(self.left + self.width, 3)

    @property
    def middle(self) -> float:
        """The middle, in percent."""
        return round(self.left + self.width / 2, 3)


@dataclass(frozen=True, slots=True)
class Group:
    """The statements of one country, field or kind; `y` is the upper edge of its heading."""

    key: str | None
    y: int
    count: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn; `before` and `after` count statements wholly beyond the axis, `beyond` those cut for number."""

    axis: Axis
    groups: tuple[Group, ...]
    height: int
    labelled: bool
    before: int
    after: int
    beyond: int


def busiest_year(rows: Iterable[Row]) -> tuple[int, int] | None:
    """Give the year in which most statements begin or events happen, and how many; the earliest of several; None for
    none.
    """
    counts = Counter(first for row in rows if (first := year(row["begin"])) is not None)
    return min(counts.items(), key=lambda item: (-item[1], item[0])) if counts else None


def years_axis(rows: Sequence[Row], since: int | None = None, until: int | None = None) -> Axis:
    """Choose the years to draw: those asked for, else from the year when only 3 % have begun to the last one named."""
    begins = sorted(first for row in rows if (first := year(row["begin"]) or year(row["end"])) is not None)
    ends = [each for row in rows for name in ("begin", "end") if (each := year(row[name])) is not None]
    last = until if until is not None else max(ends, default=since if since is not None else 2000)
    first = since if since is not None else (begins[int(len(begins) * _EARLY)] if begins else last)
    first, last = min(first, last), max(first, last)
    length = last + 1 - first
    step = next((each for each in (1, 2, 5, 10, 20, 50, 100) if length / each <= 12), 500)
    axis = Axis(first, last, ())
    ticks = tuple((each, axis.place(each)) for each in range(-(-first // step) * step, last + 1, step))
    return Axis(first, last, ticks)


def timeline_chart(rows: Sequence[Row], by: str, since: int | None = None, until: int | None = None) -> Chart:
    """Lay out dated statements by country, field or kind; one of several fields stands in each of them.

    An empty list gives a chart without groups. Undated rows are left out.
    """
    dated = [row for row in rows if year(row["begin"]) is not None or year(row["end"]) is not None]
    axis = years_axis(dated, since, until)
    inside = [row for row in dated if _meets(row, axis)]
    drawn = inside[:MOST]
    labelled = len(drawn) <= LABELLED
    grouped: dict[str | None, list[Row]] = defaultdict(list)
    for row in drawn:
        for key in _keys(row, by):
            grouped[key].append(row)
    groups, top = [], 0
    for key in sorted(grouped, key=lambda key: _order(key, by)):
        bars, height = _lanes(grouped[key], axis, top + _HEAD, labelled)
        groups.append(Group(key, top, len(grouped[key]), bars))
        top += _HEAD + height + 6
    first_years = [year(row["begin"]) for row in dated]
    return Chart(
        axis=axis,
        groups=tuple(groups),
        height=top,
        labelled=labelled,
        before=sum(not _meets(row, axis) and not _is_late(row, axis) for row in dated),
        after=sum(first is not None and first > axis.last for first in first_years),
        beyond=len(inside) - len(drawn),
    )


def _is_late(row: Row, axis: Axis) -> bool:
    first = year(row["begin"])
    return first is not None and first > axis.last


def _span(row: Row) -> tuple[int | None, int | None]:
    """Give the years of a row; an event of one date lasts that year only."""
    begin, end = year(row["begin"]), year(row["end"])
    return (begin, begin if end is None else end) if row["kind"] == "event" else (begin, end)


def _meets(row: Row, axis: Axis) -> bool:
    """Say whether a row may hold in a year of the axis; an end that is not known is taken as open."""
    begin, end = _span(row)
    known = [each for each in (begin, end) if each is not None]
    begun = min(known) <= axis.last or row["open"] == "begin"
    return begun and (max(known) >= axis.first or row["open"] == "end")


def _keys(row: Row, by: str) -> Sequence[str | None]:
    if by == "field":
        return row["fields"] or [None]
    return [row["country"] if by == "country" else row["kind"]]


def _order(key: str | None, by: str) -> tuple[bool, int, str]:
    ranks = {"kind": ("event", "duty", "absence", "flow", "mechanism", "programme", "measure")}
    order = ranks.get(by, tuple(vocabulary().schemes["field"]) if by == "field" else ("EU",))
    return (key is None, order.index(key) if key in order else len(order), key or "")


def _lanes(rows: Iterable[Row], axis: Axis, top: int, labelled: bool) -> tuple[tuple[Bar, ...], int]:
    """Place the bars of a group: one a lane with its name, else each in the first lane of its kind that is free."""
    lanes: list[tuple[str, float]] = []
    bars = []
    for row in sorted(rows, key=lambda row: (_order(row["kind"], "kind"), row["begin"] or row["end"])):
        bar = _bar(row, axis, 0)
        right = bar.right + (0 if bar.closes or bar.late else _STUB) + 0.25
        left = bar.left - (0 if bar.opens or bar.early else _STUB)
        free = (place for place, (kind, end) in enumerate(lanes) if kind == row["kind"] and end <= left)
        lane = len(lanes) if labelled else next(free, len(lanes))
        if lane == len(lanes):
            lanes.append((row["kind"], right))
        lanes[lane] = (row["kind"], right)
        bars.append(_bar(row, axis, top + lane * _LANE[labelled]))
    return tuple(bars), len(lanes) * _LANE[labelled]


def _bar(row: Row, axis: Axis, y: int) -> Bar:
    begin, end = _span(row)
    known = [each for each in (begin, end) if each is not None]
    first, last = min(known), max(known)
    left, right = axis.place(first), axis.place(last + 1)
    return Bar(
        row=row,
        left=left,
        width=round(right - left, 3),
        y=y,
        opens=begin is not None,
        closes=end is not None,
        early=first < axis.first,
        late=last > axis.last,
        point=row["kind"] == "event" and first == last,
    )
