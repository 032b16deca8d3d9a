"""Languages: each request is answered in the one that its address names, else in the one that its client prefers."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from visualisations.language import LANGUAGES, best_language, speaking

__all__ = ["Languages", "language_asked"]


class Languages:
    """Speaks `lang` of the address where we know it, else what Accept-Language asks for, else English."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its language spoken meanwhile."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with speaking(language_asked(scope)):
            await self.app(scope, receive, send)


def language_asked(scope: Scope) -> str:
    """Give the code of the language that a request is to be answered in."""
    named = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
    return named if named in LANGUAGES else best_language(Headers(scope=scope).get("accept-language", ""))
