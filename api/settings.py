"""Settings: one frozen object, from the environment (SUBSIDIA_*) or from flags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ontology.errors import SubsidiaError

__all__ = ["SettingRefused", "Settings"]


class SettingRefused(SubsidiaError):
    """A setting that cannot be understood."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        self.name = name
        super().__init__(f"SUBSIDIA_{name.upper()}={value}: expected {expected}")


def _positive(value: str) -> float:
    number = float(value)
    if number <= 0:
        raise ValueError
    return number


def _size(value: str) -> int:
    """Read bytes, or a number with KiB, MiB or GiB.

    >>> _size("64 MiB")
    67108864
    """
    units = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
    for unit, factor in units.items():
        if value.endswith(unit):
            return int(_positive(value.removesuffix(unit)) * factor)
    return int(_positive(value))


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set, and its defaults.

    `query_timeout` in seconds for one SPARQL query, `query_memory` and `result_bytes` in bytes, `readers` the number
    of reader processes, `sources` a folder with copies of the source documents (to show passages), `cors` the origins
    that may ask from a browser (* for all, empty for none).
    """

    store: Path = Path("subsidia-store")
    query_timeout: float = 10.0
    query_memory: int = 2**30
    result_bytes: int = 64 * 2**20
    readers: int = 2
    sources: Path | None = None
    cors: str = "*"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Take what is given, else the environment's SUBSIDIA_* values, else the defaults.

        Raises SettingRefused naming the variable.
        """
        found: dict[str, Any] = {"readers": max(2, os.cpu_count() or 2)}
        environment = os.environ if environment is None else environment
        for item in fields(cls):
            value = environment.get(f"SUBSIDIA_{item.name.upper()}")
            if value:
                read, expected = _READ[item.name]
                try:
                    found[item.name] = read(value)
                except ValueError as error:
                    raise SettingRefused(item.name, value, expected) from error
        found.update({name: value for name, value in given.items() if value is not None})
        return cls(**found)


_READ: dict[str, tuple[Any, str]] = {
    "store": (Path, "a folder"),
    "query_timeout": (_positive, "seconds above 0"),
    "query_memory": (_size, "bytes, or a size as 1 GiB"),
    "result_bytes": (_size, "bytes, or a size as 64 MiB"),
    "readers": (lambda value: int(_positive(value)), "a whole number above 0"),
    "sources": (Path, "a folder"),
    "cors": (str, "origins divided by commas, or *"),
}
