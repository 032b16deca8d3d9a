"""Settings: one frozen object, from the environment (SUBSIDIA_*) or from flags."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final

from graph.remote.address import store_place
from graph.remote.login import PASSWORD, TOKEN, USER
from graph.tabular.master import read_master
from ontology.errors import SubsidiaError

__all__ = ["ELSEWHERE", "SETTINGS", "Setting", "SettingRefused", "Settings"]


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


def _seconds(value: str) -> float:
    return 0.0 if value == "0" else _positive(value)


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


def _rate(value: str) -> tuple[float, float] | None:
    """Read how many requests in how many seconds, as 50/s, 600/m or 5000/h; 0 or off for no limit.

    >>> _rate("600/m")
    (600.0, 60.0)
    """
    if value in ("0", "off"):
        return None
    count, _, unit = value.partition("/")
    seconds = {"s": 1.0, "m": 60.0, "h": 3600.0}.get(unit.strip())
    if seconds is None:
        raise ValueError
    return _positive(count), seconds


def _hosts(value: str) -> tuple[str, ...]:
    """Read a list of hosts, each with a port or without.

    >>> _hosts("example.org, localhost:8080")
    ('example.org', 'localhost:8080')
    """
    hosts = tuple(part.strip().lower() for part in value.split(",") if part.strip())
    if not all(re.fullmatch(r"[a-z0-9.-]+(:[0-9]+)?", host) for host in hosts):
        raise ValueError
    return hosts


def _switch(value: str) -> bool:
    """Read on or off.

    >>> _switch("on"), _switch("off")
    (True, False)
    """
    if value.lower() not in ("on", "off"):
        raise ValueError
    return value.lower() == "on"


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Read addresses and networks; off for none.

    >>> _networks("10.0.0.1, 192.168.0.0/16")
    (IPv4Network('10.0.0.1/32'), IPv4Network('192.168.0.0/16'))
    """
    return () if value == "off" else tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is read and told: from what text, what is expected of it, what it means, its default in words."""

    read: Callable[[str], Any]
    expected: str
    meaning: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set, and its defaults: times in seconds, sizes in bytes. `SETTINGS` says what each means."""

    store: Path | str = Path("subsidia-store")
    engine: str = ""
    query_timeout: float = 10.0
    query_memory: int = 2**30
    result_bytes: int = 64 * 2**20
    query_length: int = 256 * 2**10
    cache_bytes: int = 64 * 2**20
    page_late: float = 30.0
    page_wait: float = 1.5
    federation: tuple[str, ...] = ()
    readers: int = 2
    sources: Path | None = None
    cors: str = "*"
    token: str = field(default="", repr=False)
    update_timeout: float = 60.0
    update_memory: int = 2 * 2**30
    update_bytes: int = 64 * 2**20
    body_timeout: float = 60.0
    rate_limit: tuple[float, float] | None = None
    log_requests: bool = False
    proxies: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("127.0.0.1"), IPv6Network("::1"))

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
                setting = SETTINGS[item.name]
                try:
                    found[item.name] = setting.read(value)
                except ValueError as error:
                    raise SettingRefused(item.name, value, setting.expected) from error
        found.update({name: value for name, value in given.items() if value is not None})
        return cls(**found)


_MANY_BYTES: Final = "bytes, or a size as 64 MiB"
SETTINGS: Final[Mapping[str, Setting]] = {
    "store": Setting(
        store_place,
        "a folder, or the address of a SPARQL server",
        "where the statements are; a folder that is not there is made, with the casebook",
    ),
    "engine": Setting(
        read_master,
        "nothing for DuckDB, local[N], or spark://host:port",
        "the Spark that sums of flows run on (docs/how-to/sum-on-spark.md)",
        "none: DuckDB",
    ),
    "sources": Setting(Path, "a folder", "copies of the documents, to show the words of passages from", "none"),
    "token": Setting(
        str, "a secret, or name:secret pairs divided by commas", "who may write", "none: every write is refused"
    ),
    "readers": Setting(
        lambda value: int(_positive(value)),
        "a whole number above 0",
        "how many long queries run at once",
        "number of processors, at least 2",
    ),
    "query_timeout": Setting(_positive, "seconds above 0", "how long one query may take"),
    "query_memory": Setting(_size, _MANY_BYTES, "how much memory one query may take"),
    "query_length": Setting(_size, _MANY_BYTES, "how long the text of a query may be"),
    "result_bytes": Setting(_size, _MANY_BYTES, "how large a result may be"),
    "cache_bytes": Setting(
        lambda value: 0 if value == "0" else _size(value),
        f"{_MANY_BYTES}; 0 for none",
        "answers that are kept until the next write",
    ),
    "page_late": Setting(
        _seconds,
        "seconds; 0 for never",
        "how long after a write a page may be sent as it was before, while others are made anew",
    ),
    "page_wait": Setting(
        _seconds, "seconds; 0 for never", "after how long a browser that opens a page is told to wait (202)"
    ),
    "update_timeout": Setting(_positive, "seconds above 0", "how long one write may take"),
    "update_memory": Setting(_size, _MANY_BYTES, "how much memory one write may take"),
    "update_bytes": Setting(_size, _MANY_BYTES, "how large the body of a write may be"),
    "body_timeout": Setting(_positive, "seconds above 0", "how long a body may take to arrive"),
    "rate_limit": Setting(
        _rate,
        "a number of requests by second, minute or hour, as 50/s, or off",
        "queries and writes that one client may send; each web process counts for itself",
        "off",
    ),
    "federation": Setting(
        _hosts,
        "hosts divided by commas, as example.org or example.org:8080",
        "hosts that SERVICE may ask",
        "none: SERVICE is refused",
    ),
    "cors": Setting(str, "origins divided by commas, or *", "origins that may ask from a browser"),
    "proxies": Setting(
        _networks,
        "addresses or networks divided by commas, as 10.0.0.1, 192.168.0.0/16, or off",
        "reverse proxies whose X-Forwarded headers are believed",
        "127.0.0.1, ::1",
    ),
    "log_requests": Setting(_switch, "on or off", "a line of JSON for each request on standard error", "off"),
}

ELSEWHERE: Final[Mapping[str, str]] = {
    "SUBSIDIA_CACHE": "where copies of stores on servers are kept, instead of the user's cache folder",
    USER: "user name, for a store on a SPARQL server",
    PASSWORD: "password of that user",
    TOKEN: "a bearer token, instead of user and password",
}
"""What else is read from the environment, where it is needed: no object holds it."""
