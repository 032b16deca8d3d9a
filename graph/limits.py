"""Limits: what one query may take, and the errors of those that take more."""

from __future__ import annotations

from dataclasses import dataclass

from ontology.errors import SubsidiaError

__all__ = ["Busy", "Interrupted", "Limits", "NotAcceptable", "OverMemory", "OverSize", "OverTime"]


class OverTime(SubsidiaError):
    """The query ran into the time limit."""


class OverMemory(SubsidiaError):
    """The query ran into the memory limit, or ended its reader."""


class OverSize(SubsidiaError):
    """The result ran into the size limit."""


class Busy(SubsidiaError):
    """The query was not answered, or not given its whole time, as long queries of others hold all readers."""


class Interrupted(SubsidiaError):
    """The query was not answered, through no fault of its own: the readers ended."""


class NotAcceptable(SubsidiaError):
    """The result cannot be had in any of the asked formats."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What queries may take.

    `time` in seconds from being asked to being answered, `memory` and `result` in bytes, for one query; `length` in
    characters. `readers` is how many long queries run side by side, `queue` how many more may wait. Every query first
    has `slice` seconds and `slice_memory` bytes among the short ones, and only `hurry` seconds while others wait there.
    `hosts` are those that a query may call by SERVICE; only with any do readers have a network.
    """

    time: float = 10.0
    memory: int = 2**30
    result: int = 64 * 2**20
    readers: int = 2
    length: int = 256 * 2**10
    queue: int = 16
    slice: float = 1.0
    hurry: float = 0.02
    slice_memory: int = 64 * 2**20
    hosts: tuple[str, ...] = ()
