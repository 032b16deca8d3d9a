"""Access: who may write, by a bearer token."""

from __future__ import annotations

import hmac

from fastapi import Depends
from fastapi.security import HTTPBearer
from starlette.requests import Request

from ontology.errors import SubsidiaError

__all__ = ["TOKEN", "NotAllowed", "writer_of"]

TOKEN = Depends(HTTPBearer(scheme_name="token", auto_error=False))
"""Says in the OpenAPI document that a route needs a token; it refuses nothing by itself."""


class NotAllowed(SubsidiaError):
    """The request has no token that allows it; `invalid` where it has one that is not known."""

    def __init__(self, reason: str, *, invalid: bool = False) -> None:
        self.challenge = 'Bearer realm="subsidia"' + (', error="invalid_token"' if invalid else "")
        super().__init__(reason)


def writer_of(request: Request, tokens: str) -> str:
    """Give the name of whoever may write with the request's token, or raise NotAllowed.

    `tokens` is the setting: a secret, which is named "token", or `name:secret` pairs divided by commas.
    """
    if not tokens.strip():
        raise NotAllowed("this service takes no writes: no SUBSIDIA_TOKEN is set")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise NotAllowed("writes need a token: send the header Authorization: Bearer <token>")
    # every secret is compared, whichever fits, and each in a time that tells nothing about it
    fitting = [name for name, secret in _pairs(tokens) if hmac.compare_digest(_bytes(secret), _bytes(given.strip()))]
    if not fitting:
        raise NotAllowed("the token is not one that allows writes", invalid=True)
    return fitting[0]


def _pairs(tokens: str) -> list[tuple[str, str]]:
    """Read the setting.

    >>> _pairs("one:a, two:b"), _pairs("secret")
    ([('one', 'a'), ('two', 'b')], [('token', 'secret')])
    """
    pairs = []
    for part in filter(None, (part.strip() for part in tokens.split(","))):
        name, colon, secret = part.partition(":")
        pairs.append((name.strip(), secret.strip()) if colon else ("token", part))
    return [(name, secret) for name, secret in pairs if secret]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
