"""Who the service is to a SPARQL server: from the environment only, and in no log, error or page."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Final

import httpx2

__all__ = ["PASSWORD", "TOKEN", "USER", "Login", "login"]

USER: Final = "SUBSIDIA_STORE_USER"
PASSWORD: Final = "SUBSIDIA_STORE_PASSWORD"
TOKEN: Final = "SUBSIDIA_STORE_TOKEN"


class Login(httpx2.Auth):
    """A user and password, sent as the server asks for them when it refuses: by digest, or plainly (Basic)."""

    def __init__(self, user: str, password: str) -> None:
        self._schemes = {"digest": httpx2.DigestAuth(user, password), "basic": httpx2.BasicAuth(user, password)}
        self._asked: str | None = None

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send a request as it is, and again as the server asks; from then on the first time."""
        if self._asked is None:
            response = yield request
            wanted = response.headers.get("www-authenticate", "").partition(" ")[0].lower()
            if response.status_code != 401 or wanted not in self._schemes:
                return
            self._asked = wanted
        yield from self._schemes[self._asked].auth_flow(request)


class _Bearer(httpx2.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send the token with the request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def login(environment: Mapping[str, str]) -> httpx2.Auth | None:
    """Read the login from SUBSIDIA_STORE_USER and SUBSIDIA_STORE_PASSWORD, or SUBSIDIA_STORE_TOKEN; None without."""
    if environment.get(TOKEN):
        return _Bearer(environment[TOKEN])
    if environment.get(USER):
        return Login(environment[USER], environment.get(PASSWORD, ""))
    return None
