"""Forwarded: what a reverse proxy says of a request, believed of proxies that are trusted and of nobody else.

X-Forwarded-Proto, -Host and -Prefix make the address that the client asked for, in links, redirects and descriptions;
X-Forwarded-For gives the client, for the rate limit. Whoever is not trusted could make the service name other hosts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Forwarded"]

_HOST: Final = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


class Forwarded:
    """Lets the application see a request of a trusted proxy as its client sent it."""

    def __init__(self, app: ASGIApp, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self.app = app
        self.trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and scope.get("client") and self._trusts(scope["client"][0]):
            scope = {**scope, **self._seen(scope)}
        await self.app(scope, receive, send)

    def _trusts(self, client: str) -> bool:
        try:
            address = ip_address(client)
        except ValueError:
            return False
        return any(address in network for network in self.trusted)

    def _seen(self, scope: Scope) -> dict[str, Any]:
        """Give what differs; a header that is not understood counts as none."""
        headers, seen = Headers(scope=scope), dict[str, Any]()
        scheme, host = _last(headers, "x-forwarded-proto"), _last(headers, "x-forwarded-host")
        if scheme in ("http", "https"):
            seen["scheme"] = scheme
        if _HOST.fullmatch(host):
            others = [(name, value) for name, value in scope["headers"] if name != b"host"]
            seen["headers"] = [(b"host", host.encode("ascii")), *others]
        prefix = _last(headers, "x-forwarded-prefix").rstrip("/")
        if _PREFIX.fullmatch(prefix):
            seen["root_path"] = prefix
            if not scope["path"].startswith(f"{prefix}/"):
                seen["path"] = prefix + scope["path"]
                seen["raw_path"] = prefix.encode("ascii") + scope["raw_path"]
        clients = [part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",") if part.strip()]
        outside = next((each for each in reversed(clients) if not self._trusts(each)), None)
        if outside is not None:
            seen["client"] = (outside[:64], 0)
        return seen


def _last(headers: Headers, name: str) -> str:
    """Give the value that the nearest proxy added, "" where there is none."""
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()
