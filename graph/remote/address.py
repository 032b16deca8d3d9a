"""The address of a store on a SPARQL 1.1 server: where it is asked, where it is changed, and which graphs are meant.

    http://127.0.0.1:7878                      an Oxigraph server: /query, /update and /store below it
    http://host:8890/sparql                    Virtuoso: updates at /sparql-auth, graphs at /sparql-graph-crud-auth
    http://host/ds/query?update=update         any other: the query address, with the others beside it or in full

Parameters: `update` and `data` (SPARQL 1.1 Update and Graph Store Protocol addresses), `graphs` (only graphs whose IRI
begins so; several times for several), `sparql=engine` (strangers' queries go to the server).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

from ontology.errors import SubsidiaError

__all__ = ["Address", "AddressRefused", "is_address", "read_address", "store_place"]

_KNOWN: Final = ("update", "data", "graphs", "sparql")


class AddressRefused(SubsidiaError):
    """An address that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is: `name` without parameters, and the addresses of its query, update and graph store services.

    `update` is None where the store can only be read; without `data` statements are sent in updates. `graphs` are the
    beginnings of the graphs that are meant, none for all; `forwards` says that strangers' queries go to the server.
    """

    name: str
    query: str
    update: str | None = None
    data: str | None = None
    graphs: tuple[str, ...] = ()
    forwards: bool = False


def is_address(place: object) -> bool:
    """Say whether the words name a server rather than a folder.

    >>> is_address("http://127.0.0.1:7878"), is_address("C:/data"), is_address("stores/mine")
    (True, False, False)
    """
    return isinstance(place, str) and re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", place) is not None


def store_place(words: str) -> Path | str:
    """Read where a store is: the address of a server as it is written, anything else as a folder.

    >>> store_place("http://127.0.0.1:7878"), store_place("my-store").name
    ('http://127.0.0.1:7878', 'my-store')
    """
    return words if is_address(words) else Path(words)


def read_address(text: str) -> Address:
    """Take an address apart; AddressRefused for what is none, without repeating a password that stands in it.

    >>> read_address("http://127.0.0.1:7878/").update
    'http://127.0.0.1:7878/update'
    >>> read_address("http://host:8890/sparql").data
    'http://host:8890/sparql-graph-crud-auth'
    >>> read_address("http://host/ds/query?update=update&graphs=http://example.org/").update
    'http://host/ds/update'
    """
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressRefused(f"store {text.partition('?')[0]}: expected a folder, or http:// or https:// and a host")
    if "@" in parts.netloc:
        raise AddressRefused(
            f"store {parts.scheme}://{parts.hostname}: a user or password is no part of the address; "
            "set SUBSIDIA_STORE_USER and SUBSIDIA_STORE_PASSWORD"
        )
    given = parse_qsl(parts.query, keep_blank_values=True)
    found = dict(given)
    base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    for name in found:
        if name not in _KNOWN:
            raise AddressRefused(f"store {base}: parameter {name}: expected {', '.join(_KNOWN)}")
    if found.get("sparql", "copy") not in ("copy", "engine"):
        raise AddressRefused(f"store {base}: sparql={found['sparql']}: expected copy or engine")
    query, update, data = _usual(base)
    return Address(
        name=base,
        query=query,
        update=_beside(query, found["update"]) if "update" in found else update,
        data=_beside(query, found["data"]) if "data" in found else data if "update" not in found else None,
        graphs=tuple(value for name, value in given if name == "graphs"),
        forwards=found.get("sparql") == "engine",
    )


def _usual(base: str) -> tuple[str, str | None, str | None]:
    """Give the three addresses that follow from one: Oxigraph's for a bare host, Virtuoso's for /sparql."""
    if not urlsplit(base).path:
        return f"{base}/query", f"{base}/update", f"{base}/store"
    if urlsplit(base).path == "/sparql":
        return base, f"{base}-auth", f"{base}-graph-crud-auth"
    return base, None, None


def _beside(query: str, other: str) -> str | None:
    """Give an address that is told relative to the query's; None for none."""
    if not other:
        return None
    full = urljoin(query, other)
    if urlsplit(full).netloc != urlsplit(query).netloc:
        raise AddressRefused(f"store {query}: {full.partition('?')[0]} is on another host, and would be sent the login")
    return full
