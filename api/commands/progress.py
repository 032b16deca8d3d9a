"""Progress: how far long work is: a bar with rate and time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.commands.common import note
from graph.gaps.gap import telling
from loaders.mapping.report import Report

__all__ = ["shown_progress", "shown_rules"]

_EVERY: Final = 10.0
"""Seconds between two lines where there is no terminal."""


@contextmanager
def shown_progress(name: str) -> Iterator[Callable[[float, Report], None]]:
    """Show how far the reading of a file is; gives what is to be told the share that is read and the account."""
    if sys.stderr.isatty():
        with _bar(name) as show:
            yield show
    else:
        yield _lines(name)


@contextmanager
def _bar(name: str) -> Iterator[Callable[[float, Report], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    begun = monotonic()
    with Progress(*columns, TextColumn("{task.fields[rate]}"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=1.0, rate="")

        def show(share: float, report: Report) -> None:
            rate = f"{_rate(report, begun):,.0f} statements/s"
            bar.update(task, completed=share, rate=rate)

        yield show


def _lines(name: str) -> Callable[[float, Report], None]:
    begun = last = monotonic()

    def show(share: float, report: Report) -> None:
        nonlocal last
        now = monotonic()
        if now - last < _EVERY:
            return
        last = now
        left = f", {(now - begun) * (1 - share) / share:,.0f} s left" if share else ""
        note(f"{name}: {report.records:,} records, {_rate(report, begun):,.0f} statements/s{left}")

    return show


def _rate(report: Report, begun: float) -> float:
    return report.statements / max(monotonic() - begun, 0.001)


@contextmanager
def shown_rules() -> Iterator[None]:
    """Tell, where asking the gap rules takes long, how many of them were answered."""
    last = monotonic()

    def show(done: int, of: int, rule: str) -> None:
        nonlocal last
        if monotonic() - last >= _EVERY:
            last = monotonic()
            note(f"{done} of {of} gap rules answered, {rule} the last")

    with telling(show):
        yield
