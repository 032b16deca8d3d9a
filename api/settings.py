"""Settings: one frozen object, from the environment (SUBSIDIA_*) or from flags."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from graph.remote.address import store_place
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
class Settings:
    """What can be set, and its defaults.

    `store` is a folder, or the address of a SPARQL 1.1 server (as str). `query_timeout` in seconds for one SPARQL
    query, `query_memory` and `result_bytes` in bytes, `readers` the number of reader processes, `sources` a folder with
    copies of the source documents (to show passages), `cors` the origins that may ask from a browser (* for all, empty
    for none).

    `page_late` is for how many seconds after a write a page may be sent as it was before, while others are made anew;
    `page_wait` after how many seconds a browser is told to wait for one that is being made.

    `token` is the secret for writes, or `name:secret` pairs divided by commas; without it all writes are refused.
    `update_timeout` in seconds and `update_memory` in bytes for one write, `update_bytes` for its body, which may take
    `body_timeout` seconds to arrive. `proxies` are the addresses of the reverse proxies whose X-Forwarded headers are
    believed. `rate_limit` is how many queries and writes one client may send in so many
    seconds, None for any number. `log_requests` writes a line of JSON for each request to standard error.
    """

    store: Path | str = Path("subsidia-store")
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
                read, expected = _READ[item.name]
                try:
                    found[item.name] = read(value)
                except ValueError as error:
                    raise SettingRefused(item.name, value, expected) from error
        found.update({name: value for name, value in given.items() if value is not None})
        return cls(**found)


_READ: dict[str, tuple[Any, str]] = {
    "store": (store_place, "a folder, or the address of a SPARQL server"),
    "query_timeout": (_positive, "seconds above 0"),
    "query_memory": (_size, "bytes, or a size as 1 GiB"),
    "result_bytes": (_size, "bytes, or a size as 64 MiB"),
    "query_length": (_size, "bytes, or a size as 256 KiB"),
    "cache_bytes": (lambda value: 0 if value == "0" else _size(value), "bytes, or a size as 64 MiB; 0 for none"),
    "page_late": (_seconds, "seconds; 0 for never"),
    "page_wait": (_seconds, "seconds; 0 for never"),
    "federation": (_hosts, "hosts divided by commas, as example.org or example.org:8080"),
    "readers": (lambda value: int(_positive(value)), "a whole number above 0"),
    "sources": (Path, "a folder"),
    "cors": (str, "origins divided by commas, or *"),
    "token": (str, "a secret, or name:secret pairs divided by commas"),
    "update_timeout": (_positive, "seconds above 0"),
    "update_memory": (_size, "bytes, or a size as 2 GiB"),
    "update_bytes": (_size, "bytes, or a size as 64 MiB"),
    "body_timeout": (_positive, "seconds above 0"),
    "log_requests": (_switch, "on or off"),
    "proxies": (_networks, "addresses or networks divided by commas, as 10.0.0.1, 192.168.0.0/16, or off"),
    "rate_limit": (_rate, "a number of requests by second, minute or hour, as 50/s, or off"),
}
