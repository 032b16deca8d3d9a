"""The report: figures with their units, as JSON and as an aligned table with ratios."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

__all__ = ["PEERS", "SERVED", "Figure", "as_table", "machine", "write_json"]

PEERS: Final = ("subsidia", "pyoxigraph", "rdflib")
SERVED: Final = "Served over HTTP"
_PACKAGES: Final = ("subsidia", "pyoxigraph", "duckdb", "pyarrow", "fastapi", "uvicorn", "rdflib")
_HEADINGS: Final = ("", *PEERS, "unit", "to pyoxigraph", "to rdflib")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what was measured, by whom how much (None: not there), and whether more is better.

    A ratio says how many times better Subsidia is; below 1 it is worse. It is given for the peers in `compared`;
    `wanted` is the least that it should be.
    """

    stage: str
    name: str
    unit: str
    values: Mapping[str, float | None]
    more_is_better: bool = False
    compared: tuple[str, ...] = PEERS[1:]
    wanted: Mapping[str, float] = field(default_factory=dict)

    def ratio(self, peer: str) -> float | None:
        """Give how many times better Subsidia is than a peer; None where either has no figure."""
        own, other = self.values.get("subsidia"), self.values.get(peer)
        if peer not in self.compared or not own or not other:
            return None
        return own / other if self.more_is_better else other / own


def machine() -> dict[str, Any]:
    """Say what the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load": [round(each, 1) for each in os.getloadavg()],
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def write_json(path: Path, facts: Mapping[str, Any], figures: Sequence[Figure]) -> None:
    """Write everything that was measured; the same figures give the same bytes."""
    rows = [
        {
            **asdict(figure),
            **{f"to_{peer}": figure.ratio(peer) for peer in dict.fromkeys((*PEERS[1:], *figure.compared))},
        }
        for figure in figures
    ]
    path.write_text(json.dumps({**facts, "figures": rows}, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def as_table(facts: Mapping[str, Any], figures: Sequence[Figure]) -> str:
    """Lay the figures out in columns, a block a stage, with the machine above."""
    where = facts["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in where["packages"].items())
    lines = [
        f"{where['cores']} cores, {where['memory_gib']} GiB, load {where['load'][0]}, {where['system']}, "
        f"Python {where['python']}",
        packages,
        *facts["notes"],
        "",
    ]
    rows: list[tuple[str, ...]] = [_HEADINGS]
    stage = ""
    for figure in (each for each in figures if each.stage != SERVED):
        if figure.stage != stage:
            stage = figure.stage
            rows.append((stage, *[""] * (len(_HEADINGS) - 1)))
        rows.append(_row(figure))
    served = [_line(figure) for figure in figures if figure.stage == SERVED]
    return "\n".join([*lines, *_aligned(rows), "", SERVED, *served])


def _line(figure: Figure) -> str:
    """Say what everybody had, and how that compares with what is wanted."""
    parts = []
    for peer, value in figure.values.items():
        ratio, least = figure.ratio(peer), figure.wanted.get(peer)
        against = f" ({ratio:.2g} ×{f', wanted {least:g}' if least else ''})" if ratio else ""
        parts.append(f"{peer} {_number(value)}{against}")
    return f"  {figure.name}, {figure.unit}: {' · '.join(parts)}"


def _row(figure: Figure) -> tuple[str, ...]:
    values = [_number(figure.values[peer]) if peer in figure.values else "" for peer in PEERS]
    ratios = [f"{ratio:,.3g} ×" if ratio else "" for ratio in map(figure.ratio, PEERS[1:])]
    return (f"  {figure.name}", *values, figure.unit, *ratios)


def _number(value: float | None) -> str:
    if value is None:
        return "not there"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    table = list(rows)
    widths = [max(len(row[column]) for row in table if any(row[1:])) for column in range(len(_HEADINGS))]
    left = (0, 4)
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
