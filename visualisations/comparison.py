"""Comparisons: small multiples of dots, places down and one indicator a panel, in percent of the width.

Only what is counted alike is drawn on one scale: the panels of a group share theirs, and nothing is added. A dot is
filled as far as the sources were searched; where nothing is recorded the words say whether that means anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

__all__ = [
    "DRAWN",
    "AspectCell",
    "Dot",
    "Panel",
    "Panels",
    "absence",
    "aspect_table",
    "indicator_panels",
    "share_panels",
]

Row = Mapping[str, Any]
DRAWN: Final = {"duties": "of ", "ties": "", "measures": ""}
"""The groups of indicators that are counts of one kind each, with the beginning that their drawn ones have."""
_LABELS: Final = 16.0
_ACROSS: Final = (4, 6)
"""Panels side by side, at least and at most: a group of fewer keeps their width."""
_GUTTER: Final = 4.0
_HEAD: Final = 34
_LINE: Final = 22


@dataclass(frozen=True, slots=True)
class AspectCell:
    """Who holds one aspect of a field in a place: levels, those that a source says do not, else what nothing means."""

    levels: Sequence[str]
    absent: Sequence[str]
    statements: Sequence[str]
    evidence: Sequence[str]
    nothing: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One place in one panel: its value (None where nothing is recorded), where it is drawn, and how far it was
    searched; `state` says what nothing means there, `of` how many a share is of.
    """

    key: str
    value: float | None
    x: float
    y: int
    coverage: str
    state: str
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One indicator: `left` and `right` in percent, `y` the upper edge; `first` where names stand at its left."""

    group: str
    indicator: str
    left: float
    right: float
    y: int
    most: float
    first: bool
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Panels:
    """The drawing, and the indicators in which no place has anything recorded, which are not drawn."""

    panels: tuple[Panel, ...]
    height: int
    empty: tuple[tuple[str, str], ...]


def absence(coverage: str) -> str:
    """Say what it means that nothing is recorded: `none-found`, `not-recorded` or `not-assessed`.

    >>> absence("researched"), absence("partly"), absence("not-assessed")
    ('none-found', 'not-recorded', 'not-assessed')
    """
    return {"researched": "none-found", "partly": "not-recorded"}.get(coverage, "not-assessed")


def aspect_table(places: Sequence[Row], rows: Sequence[Row]) -> dict[str, dict[tuple[str, str], AspectCell]]:
    """Give Penninx's aspects by field, each field by key of place and aspect; {} where no duty is recorded."""
    held = {(item["key"], each["field"], each["aspect"]): each for item in places for each in item["aspects"]}
    table: dict[str, dict[tuple[str, str], AspectCell]] = {}
    for row in rows:
        if row["group"] != "aspects":
            continue
        field, aspect = row["indicator"].split(": ")
        for item in places:
            key = item["key"]
            each = held.get((key, field, aspect), {})
            table.setdefault(field, {})[key, aspect] = AspectCell(
                levels=each.get("levels", ()),
                absent=each.get("absent", ()),
                statements=each.get("statements", ()),
                evidence=each.get("evidence", ()),
                nothing=absence(row[f"{key}_coverage"]),
            )
    return dict(sorted(table.items()))


def indicator_panels(rows: Sequence[Row], keys: Sequence[str]) -> Panels:
    """Draw the counts of a comparison document for the places of `keys`, on one scale for each group."""
    chosen = [row for row in rows if row["group"] in DRAWN and row["indicator"].startswith(DRAWN[row["group"]])]
    some = [row for row in chosen if any(row[key] for key in keys)]
    most = {
        group: max((row[key] for row in some if row["group"] == group for key in keys), default=0) for group in DRAWN
    }
    specifications = [
        (
            row["group"],
            row["indicator"],
            float(most[row["group"]]),
            [(key, float(row[key]) if row[key] else None, row[f"{key}_coverage"]) for key in keys],
        )
        for row in some
    ]
    empty = tuple((row["group"], row["indicator"]) for row in chosen if row not in some)
    return _laid(specifications, empty, _ACROSS)


def share_panels(rows: Sequence[Row], codes: Sequence[str]) -> Panels:
    """Draw the share of measures that are not targeted, fields down and one country a panel, from 0 to 1.

    A field of which no targeting is known in any of the countries is left out.
    """
    known = {(row["country"], row["field"]): row for row in rows if row["not_targeted"] is not None}
    fields = sorted({field for _, field in known})
    specifications = []
    for code in codes:
        found = [(field, known.get((code, field))) for field in fields]
        values = [(field, row["not_targeted"] if row else None, "partly") for field, row in found]
        specifications.append(("mainstreaming", code, 1.0, values))
    across = max(1, len(codes))
    drawn = _laid(specifications if fields else [], (), (across, across), labels=20.0)
    panels = (
        replace(panel, dots=tuple(replace(dot, of=_of(known.get((panel.indicator, dot.key)))) for dot in panel.dots))
        for panel in drawn.panels
    )
    return replace(drawn, panels=tuple(panels))


def _of(row: Row | None) -> int | None:
    return row["with_targeting"] if row else None


def _laid(
    specifications: Sequence[tuple[str, str, float, Sequence[tuple[str, float | None, str]]]],
    empty: tuple[tuple[str, str], ...],
    limits: tuple[int, int],
    labels: float = _LABELS,
) -> Panels:
    """Place panels in rows of so many, a new row for each group; the names of what is compared stand at the left."""
    panels: list[Panel] = []
    counts = Counter(name for name, *_ in specifications)
    top, column, group, depth = 0, 0, None, 0
    for name, indicator, most, values in specifications:
        across = max(limits[0], min(limits[1], counts[name]))
        width = (100.0 - labels) / across
        if panels and (name != group or column == across):
            top, column = top + depth, 0
        group, depth = name, _HEAD + _LINE * len(values) + 12
        left = labels + column * width
        right = left + width - _GUTTER
        dots = tuple(
            Dot(
                key=key,
                value=value,
                x=round(left + (right - left) * 0.82 * (value or 0.0) / most, 3) if most else left,
                y=top + _HEAD + _LINE * place + _LINE // 2,
                coverage=coverage,
                state="recorded" if value is not None else absence(coverage),
            )
            for place, (key, value, coverage) in enumerate(values)
        )
        panels.append(Panel(name, indicator, round(left, 3), round(right, 3), top, most, column == 0, dots))
        column += 1
    return Panels(tuple(panels), top + depth, empty)
