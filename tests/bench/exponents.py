"""Exponents: how a quantity grows with the number of flows, and the table that says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log
from typing import Final

from tests.bench.growing import Taken

__all__ = ["as_markdown", "broke_first", "exponent"]

_MIB: Final = 2**20
_LEAST: Final = 0.01  # seconds of processor time below which a clock that ticks a hundred times a second tells little


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """Give b of y = a · x^b by least squares of the logarithms; None of fewer than two different x.

    1 is growth in proportion, 2 with the square. Every x and y must be above zero.

    >>> round(exponent([(10, 3), (100, 300), (1000, 30000)]), 6)
    2.0
    >>> exponent([(10, 3)]) is None
    True
    """
    logs = [(log(x), log(y)) for x, y in points]
    if len({x for x, _ in logs}) < 2:
        return None
    middle_x, middle_y = (sum(each) / len(logs) for each in zip(*logs, strict=True))
    both = sum((x - middle_x) * (y - middle_y) for x, y in logs)
    slope: float = both / sum((x - middle_x) ** 2 for x, _ in logs)
    return slope


def broke_first(taken: Sequence[Taken]) -> str:
    """Say which stages did not end at the smallest size at which any did not, and which at each larger one."""
    lines = []
    for size in sorted({each.flows for each in taken}):
        failed = [f"{each.stage} ({each.why})" for each in taken if each.flows == size and each.cpu is None]
        new = [words for words in failed if not words.endswith("(not tried)")]
        if new:
            lines.append(f"- {size:,} flows: {', '.join(new)}")
    return "\n".join(lines) or "- nothing: every stage ended at every size"


def as_markdown(taken: Sequence[Taken]) -> str:
    """Lay everything out: seconds of processor, memory, and what is on the disk, by size, with exponents."""
    parts = [
        "Seconds of processor time, and of the clock in brackets:",
        _table(taken, _times, lambda each: each.cpu if each.cpu and each.cpu >= _LEAST else None),
        "Most memory held, in MiB:",
        _table(taken, lambda each: f"{each.peak / _MIB:,.0f}" if each.peak else "", lambda each: each.peak),
        "Bytes on the disk (of `generate` N-Quads, else the store), and statements:",
        _counts(taken),
        "What did not end:",
        broke_first(taken),
    ]
    return "\n\n".join(parts) + "\n"


def _times(each: Taken) -> str:
    if each.cpu is None or each.wall is None:
        return each.why
    warm = "" if each.warm is None else f", again {_seconds(each.warm)}"
    return f"{_seconds(each.cpu)} ({_seconds(each.wall)}){warm}"


def _seconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def _counts(taken: Sequence[Taken]) -> str:
    rows = []
    for name in ("bytes", "statements"):
        held = [each for each in taken if name in each.facts]
        for stage in dict.fromkeys(each.stage for each in held):
            found = {each.flows: each.facts[name] for each in held if each.stage == stage}
            rows.append(
                (f"{stage}, {name}", {size: f"{value:,.0f}" for size, value in found.items()}, [*found.items()])
            )
    return _rows(taken, rows)


def _table(taken: Sequence[Taken], show: Callable[[Taken], str], value: Callable[[Taken], float | None]) -> str:
    rows = []
    for stage in dict.fromkeys(each.stage for each in taken):
        own = [each for each in taken if each.stage == stage]
        points = [(each.flows, found) for each in own if each.cpu is not None and (found := value(each))]
        rows.append((stage, {each.flows: show(each) for each in own}, points))
    return _rows(taken, rows)


def _rows(taken: Sequence[Taken], rows: Sequence[tuple[str, dict[int, str], Sequence[tuple[float, float]]]]) -> str:
    sizes = sorted({each.flows for each in taken})
    lines = [f"| | {' | '.join(f'{size:,} flows' for size in sizes)} | exponent |", "|---" * (len(sizes) + 2) + "|"]
    for name, cells, points in rows:
        lines.append(f"| {name} | {' | '.join(cells.get(size, '') for size in sizes)} | {_fitted(points)} |")
    return "\n".join(lines)


def _fitted(points: Sequence[tuple[float, float]]) -> str:
    """Write the exponent of all sizes, and that of the two largest, where what does not grow weighs least."""
    slope, last = exponent(points), exponent(sorted(points)[-2:])
    if slope is None or last is None:
        return ""
    return f"{slope:.2f} (of {len(points)})" + (f", at the end {last:.2f}" if len(points) > 2 else "")
