"""Embeds: the chart of a page alone, with its table, at an address that pages of others may frame."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.headers import CONTENT_SECURITY_POLICY

__all__ = ["EMBED", "EMBEDDED_PAGES", "Embeds", "is_embedded"]

EMBED: Final = "/embed"
"""Before the path of a page: its chart and table, to be framed."""
EMBEDDED_PAGES: Final = ("/flows", "/gaps", "/network", "/map", "/timeline", "/compare")
_MARK: Final = "subsidia.embedded"
_POLICY: Final = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


def is_embedded(scope: Scope) -> bool:
    """Say whether a page is asked for to be framed."""
    return bool(scope.get(_MARK))


def _may_be_framed(page: str) -> bool:
    """Say whether a page has a part that may be framed; of an actor it is the money by period."""
    return page in EMBEDDED_PAGES or page.startswith("/actors/")


class Embeds:
    """Passes /embed/flows on as /flows, marked; only these answers may be framed. Other paths stay as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        root = scope.get("root_path", "").rstrip("/") if scope["type"] == "http" else ""
        page = scope.get("path", "").removeprefix(f"{root}{EMBED}")
        if scope["type"] != "http" or not _may_be_framed(page) or not scope["path"].startswith(f"{root}{EMBED}/"):
            await self.app(scope, receive, send)
            return

        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        path = f"{root}{page}"
        await self.app({**scope, "path": path, "raw_path": path.encode(), _MARK: True}, receive, framed)
