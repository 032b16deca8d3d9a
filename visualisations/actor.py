"""The charts of an actor's page: its money by period as an ECharts option, its neighbours as a drawing by lanes.

Only like stands in one bar: a kind, a phase, a currency, a period. Money passed on is hatched and has bars of its own;
a range is a bar to its lower end and a pale one on it to its upper end; an amount that no source gives is a count with
a question mark, never a bar and never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.neighbours import TIE_COLUMNS
from ontology.vocabulary import vocabulary
from visualisations.chain_words import period_said
from visualisations.language import gettext as _
from visualisations.language import ngettext
from visualisations.numbers import money
from visualisations.palette import DARK, LEVELS, TIES, UNKNOWN
from visualisations.words import concept_word

__all__ = ["MoneyChart", "money_chart", "neighbourhood"]

Row = Mapping[str, Any]

_COLOURS: Final = {
    "transfer": TIES["funding"],
    "budget-line": LEVELS["national"],
    "allocation": TIES["competence"],
    "commitment": LEVELS["regional"],
    "own-contribution": LEVELS["sublocal"],
}
_OPACITY: Final[Mapping[str | None, float]] = {"planned": 0.45, "committed": 0.7, "paid": 1}
_HATCH: Final = {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 5], "rotation": -0.7854}
_PANEL: Final = 150
_BETWEEN: Final = 36
_SLANTED: Final = 8
_MOST_PERIODS: Final = 40


@dataclass(frozen=True, slots=True)
class MoneyChart:
    """A drawing of sums: the ECharts `option`, its `height` in pixels, and how many later periods are not drawn."""

    option: dict[str, Any]
    height: int
    beyond: int
    dark: Mapping[str, str]


def money_chart(rows: Sequence[Row], currency: str | None) -> MoneyChart | None:
    """Draw the sums of one currency (as the document of an actor's money has them): received above, paid below.

    None where no sum of that currency has an amount. The same input gives the same option.
    """
    drawn = [row for row in rows if row["summable"] and row["currency"] == currency and row["max"] is not None]
    if not drawn:
        return None
    unknown = [row for row in rows if row["summable"] and row["max"] is None]
    order = _periods([*drawn, *unknown])
    periods = order[:_MOST_PERIODS]
    shown = [row for row in drawn if row["period"] in periods]
    sides = [side for side in ("in", "out") if any(row["side"] == side for row in drawn)]
    top = max((row["max"] for row in shown), default=0)
    divisor, unit = _scale(top, currency)
    series = [
        item
        for panel, side in enumerate(sides)
        for item in (
            *_bars([row for row in shown if row["side"] == side], periods, panel, divisor),
            _unknown([row for row in [*unknown, *shown] if row["side"] == side], periods, panel),
        )
    ]
    height = 60 + len(sides) * (_PANEL + _BETWEEN) + (34 if len(periods) > _SLANTED else 0)
    return MoneyChart(_option(series, periods, sides, unit, top / divisor), height, len(order) - len(periods), DARK)


def _periods(rows: Iterable[Row]) -> list[str]:
    """Order the periods by their first and last years; those without a year come last."""
    last = 10_000
    found = {(row["begin"] or row["end"] or last, row["end"] or last, row["period"]) for row in rows}
    return list(dict.fromkeys(period for *_years, period in sorted(found)))


def _scale(top: float, currency: str | None) -> tuple[float, str]:
    """Choose the unit of the axis: what it divides by, and its name."""
    unit = currency or ""
    if top >= 2_000_000_000:
        return 1e9, _("billion %(currency)s", currency=unit)
    if top >= 2_000_000:
        return 1e6, _("million %(currency)s", currency=unit)
    if top >= 2_000:
        return 1e3, _("thousand %(currency)s", currency=unit)
    return 1, unit


def _bars(rows: Sequence[Row], periods: Sequence[str], panel: int, divisor: float) -> list[dict[str, Any]]:
    kinds = sorted({(row["quantity"], row["phase"] or "", row["passed_on"]) for row in rows})
    found = []
    for quantity, phase, passed_on in kinds:
        same = {
            row["period"]: row
            for row in rows
            if (row["quantity"], row["phase"] or "", row["passed_on"]) == (quantity, phase, passed_on)
        }
        name = _kind(quantity, phase or None, passed_on)
        look = {"color": _COLOURS.get(quantity, UNKNOWN), "opacity": _OPACITY.get(phase or None, 0.85)}
        if passed_on:
            look["decal"] = _HATCH
        low = [_bar(same.get(period), name, divisor, upper=False) for period in periods]
        high = [_bar(same.get(period), name, divisor, upper=True) for period in periods]
        common = {
            "type": "bar",
            "xAxisIndex": panel,
            "yAxisIndex": panel,
            "stack": f"{panel} {name}",
            "barMaxWidth": 34,
        }
        found.append({**common, "name": name, "itemStyle": look, "data": low})
        if any(bar and bar["value"] for bar in high):
            pale = {**look, "opacity": 0.3, "borderType": "dashed", "borderColor": look["color"], "borderWidth": 1}
            found.append({**common, "name": name, "itemStyle": pale, "data": high})
    return found


def _kind(quantity: str, phase: str | None, passed_on: bool) -> str:
    words = [concept_word(quantity, "quantity"), concept_word(phase, "phase") if phase else _("phase not stated")]
    return ", ".join([*words, _("money passed on")] if passed_on else words)


def _bar(row: Row | None, name: str, divisor: float, *, upper: bool) -> dict[str, Any] | None:
    if row is None:
        return None
    value = row["max"] - (row["min"] or 0) if upper else row["min"] or 0
    tip = [
        f"{_('Received') if row['side'] == 'in' else _('Paid')}: {money(row['min'], row['max'], row['currency'])}",
        period_said(row["period"]),
        name,
        ngettext(
            "%(known)s of %(num)s flow has an amount",
            "%(known)s of %(num)s flows have an amount",
            row["flows"],
            known=row["with_amount"],
        ),
        ", ".join(concept_word(word, "basis") for word in row["bases"]),
    ]
    return {"value": value / divisor, "tip": tip}


def _unknown(rows: Sequence[Row], periods: Sequence[str], panel: int) -> dict[str, Any]:
    """Count the flows without an amount by period: a question mark on the line, with the count."""
    counts = {
        period: sum(row["flows"] - row["with_amount"] for row in rows if row["period"] == period) for period in periods
    }
    words = [
        ngettext("%(num)s flow whose amount is unknown", "%(num)s flows whose amount is unknown", count)
        for count in counts.values()
    ]
    return {
        "type": "scatter",
        "name": _("amount unknown"),
        "xAxisIndex": panel,
        "yAxisIndex": panel,
        "symbol": "circle",
        "symbolSize": 2,
        "itemStyle": {"color": UNKNOWN},
        "data": [
            {"value": [place, 0], "tip": [period_said(period), said], "label": {"formatter": f"{count} ?"}}
            for place, ((period, count), said) in enumerate(zip(counts.items(), words, strict=True))
            if count
        ],
        "label": {"show": True, "position": "top", "color": UNKNOWN, "distance": 2},
    }


def _option(
    series: list[dict[str, Any]], periods: Sequence[str], sides: Sequence[str], unit: str, top: float
) -> dict[str, Any]:
    heads = {"in": _("Received, %(unit)s", unit=unit), "out": _("Paid, %(unit)s", unit=unit)}
    words = [period_said(period) for period in periods]
    names = list(dict.fromkeys(item["name"] for item in series if item["type"] == "bar"))
    grids, x_axes, y_axes, titles = [], [], [], []
    for panel, side in enumerate(sides):
        start = 62 + panel * (_PANEL + _BETWEEN)
        grids.append({"left": 52, "right": 8, "top": start, "height": _PANEL})
        titles.append(
            {"text": heads[side], "left": 0, "top": start - 29, "textStyle": {"fontSize": 13, "fontWeight": 600}}
        )
        last = panel == len(sides) - 1
        labels = {"show": last, "rotate": 45 if len(words) > _SLANTED else 0, "fontSize": 12, "hideOverlap": True}
        x_axes.append(
            {"type": "category", "gridIndex": panel, "data": words, "axisLabel": labels, "axisTick": {"show": False}}
        )
        y_axes.append(
            {
                "type": "value",
                "gridIndex": panel,
                "max": _ceiling(top),
                "min": 0,
                "splitNumber": 3,
                "axisLabel": {"fontSize": 12},
            }
        )
    return {
        "animation": False,
        "legend": {"data": names, "left": 0, "top": 0, "itemHeight": 10, "itemWidth": 16, "type": "scroll"},
        "title": titles,
        "tooltip": {"trigger": "item", "confine": True},
        "grid": grids,
        "xAxis": x_axes,
        "yAxis": y_axes,
        "series": series,
    }


def _ceiling(top: float) -> float:
    """Give a round number that is not below the highest bar, so that both panels have one scale.

    >>> _ceiling(182.4), _ceiling(7.5), _ceiling(0)
    (200, 8, 1)
    """
    if top <= 0:
        return 1
    step = 1.0
    while step * 10 <= top:
        step *= 10
    while step > top:
        step /= 10
    for factor in (1, 1.5, 2, 3, 4, 5, 6, 8, 10):
        if factor * step >= top:
            return factor * step if factor * step != int(factor * step) else int(factor * step)
    return top


# --- neighbours -----------------------------------------------------------------------------------------------------

_ROW: Final = 26
_HEAD: Final = 30
_LEFT: Final = 250
_WIDTH: Final = 940
_CENTRE: Final = 130


def neighbourhood(name: str, level: str | None, rows: Sequence[Row]) -> dict[str, Any]:
    """Place an actor and its neighbours (as the document of neighbours has them): one lane a level, the highest on top.

    Gives `width`, `height`, `lanes` (name, y), `nodes` (row, x, y, ties in words), `lines` (path, kind, direction,
    width) and the actor itself (x, y, its name in lines). The same input gives the same drawing.
    """
    levels = vocabulary().ordered("level", {row["level"] or "" for row in rows})
    lanes: list[dict[str, Any]] = []
    nodes: list[dict[str, Any]] = []
    top = 8
    for lane in levels:
        lanes.append({"level": lane or None, "name": concept_word(lane, "level") if lane else _("no level"), "y": top})
        top += _HEAD
        for row in (row for row in rows if (row["level"] or "") == lane):
            nodes.append({"row": row, "x": _LEFT, "y": top, "ties": _ties(row)})
            top += _ROW
        top += 8
    own = [node["y"] for node in nodes if node["row"]["level"] == level]
    places = own or [node["y"] for node in nodes]
    y = (min(places) + max(places)) / 2 if places else 40
    y = max(y, 60)
    lines = [line for node in nodes for line in _lines(node, y)]
    words = _wrapped(name, 16)
    return {
        "width": _WIDTH,
        "left": _LEFT,
        "height": max(top + 8, int(y) + 20 * len(words)),
        "lanes": lanes,
        "nodes": nodes,
        "lines": lines,
        "self": {"x": _CENTRE, "y": y, "words": words},
    }


def _lines(node: Mapping[str, Any], y: float) -> list[dict[str, Any]]:
    """Draw one line a kind of tie and direction, side by side."""
    present = [name for name in TIE_COLUMNS if node["row"][name]]
    found = []
    for place, name in enumerate(present):
        kind, direction = TIE_COLUMNS[name]
        shift = (place - (len(present) - 1) / 2) * 4.5
        end = node["y"] + shift
        middle = (_CENTRE + _LEFT) / 2
        found.append(
            {
                "path": f"M{_CENTRE} {y:g}C{middle:g} {y:g} {middle:g} {end:g} {_LEFT - 22} {end:g}H{_LEFT - 8}",
                "kind": kind,
                "direction": direction,
                "width": min(5, 1 + node["row"][name] ** 0.5 / 2),
                "head": {"x": _LEFT - 15, "y": end} if kind == "funding" else None,
            }
        )
    return found


def _ties(row: Row) -> str:
    words = [
        (row["pays"], ngettext("pays it %(num)s flow", "pays it %(num)s flows", row["pays"])),
        (row["paid_by"], ngettext("paid by it %(num)s flow", "paid by it %(num)s flows", row["paid_by"])),
        (
            row["coordinates"],
            ngettext("%(num)s mechanism with it", "%(num)s mechanisms with it", row["coordinates"]),
        ),
        (row["part_of"], _("part of it")),
        (row["has_part"], _("has it as a part")),
        (
            row["duty_above"] + row["duty_below"],
            ngettext(
                "%(num)s duty in the same field",
                "%(num)s duties in the same field",
                row["duty_above"] + row["duty_below"],
            ),
        ),
    ]
    return ", ".join(said for count, said in words if count)


def _wrapped(text: str, most: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + len(word) < most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [*lines[:4], "…"] if len(lines) > 5 else lines
