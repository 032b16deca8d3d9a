"""Layers around an application, asked without a server: requests as ASGI has them, and a loop of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.types import ASGIApp, Message

__all__ = ["asked", "told"]


async def asked(
    layer: ASGIApp, path: str, headers: Mapping[str, str] | None = None, query: str = ""
) -> tuple[int, str]:
    """Ask for a path with GET; gives the status and the text."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    given = [(name.encode(), value.encode()) for name, value in {"host": "here.example", **(headers or {})}.items()]
    scope = {"type": "http", "method": "GET", "path": path, "scheme": "http", "query_string": query.encode()}
    await layer({**scope, "headers": given, "server": ("here.example", 80)}, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode()


def told(story: Coroutine[Any, Any, None]) -> None:
    """Run a test that waits, in a thread of its own: the browser of other tests keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, story).result()
