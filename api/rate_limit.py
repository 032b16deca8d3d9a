"""The rate limit: how many queries and writes one client may send, refused with 429 and Retry-After past it.

A client is an address: that of the connection, or, where the connection is that of a proxy in SUBSIDIA_PROXIES, the one
that this proxy names in X-Forwarded-For, which api.forwarded puts into scope["client"]. The header itself is never read
here, as anybody may write it. Each web process counts by itself.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem

__all__ = ["RateLimit"]

_LIMITED: Final = frozenset({"/sparql", "/update", "/store", "/reconcile"})
_MOST_CLIENTS: Final = 10_000


class RateLimit:
    """Lets each client send `count` requests in `seconds`, all at once or spread; a bucket that fills steadily."""

    def __init__(self, app: ASGIApp, count: float, seconds: float) -> None:
        self.app = app
        self.most = max(1.0, count)
        self.by_second = count / seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        wait = 0.0
        if scope["type"] == "http" and scope["path"].rstrip("/") in _LIMITED and scope["method"] != "OPTIONS":
            client = scope.get("client")
            wait = self._take(client[0] if client else "", time.monotonic())
        if wait <= 0:
            await self.app(scope, receive, send)
            return
        detail = f"at most {self.by_second:g} requests a second are answered; ask again later"
        refusal = problem(429, "Too many requests", detail, {"Retry-After": str(math.ceil(wait))})
        await refusal(scope, receive, send)

    def _take(self, client: str, now: float) -> float:
        """Take one request from a client's bucket; gives how long to wait where it is empty, else 0."""
        left, since = self._buckets.pop(client, (self.most, now))
        left = min(self.most, left + (now - since) * self.by_second)
        wait = (1 - left) / self.by_second if left < 1 else 0.0
        self._buckets[client] = (left if wait else left - 1, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)  # who has not asked for longest
        return wait
