"""Bodies: the bytes of a request, read whole, within a limit of bytes and of time, and what its header says of them.

What a body asks for is read elsewhere: a query or an update by api.protocol, several files in one by api.multipart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from email.message import Message
from typing import Final

from starlette.requests import ClientDisconnect, Request

from ontology.errors import SubsidiaError

__all__ = [
    "BodyRefused",
    "BodyTooLarge",
    "BodyTooSlow",
    "MediaTypeRefused",
    "charset_of",
    "media_type_of",
    "parameter",
    "read_body",
]

_UTF_8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class BodyTooLarge(SubsidiaError):
    """The body has more bytes than are taken."""


class BodyTooSlow(SubsidiaError):
    """The body did not arrive in time."""


class BodyRefused(SubsidiaError):
    """The body, or what it says of itself, cannot be understood."""


class MediaTypeRefused(SubsidiaError):
    """The body is of a kind that is not taken here."""


def media_type_of(header: str, expected: Sequence[str]) -> str:
    """Give the media type that a Content-Type header names; MediaTypeRefused for one not expected, or not in UTF-8.

    >>> media_type_of("text/turtle; charset=utf-8", ["text/turtle"])
    'text/turtle'
    """
    kind = header.partition(";")[0].strip().lower()
    if kind not in expected:
        raise MediaTypeRefused(f"content type {kind or 'not given'}: expected {' or '.join(expected)}")
    other = charset_of(header)
    if other is not None:
        raise MediaTypeRefused(f"charset {other}: only UTF-8 is read here")
    return kind


def charset_of(header: str) -> str | None:
    """Give the charset that a Content-Type header names, None for UTF-8 and where it names none.

    >>> charset_of("text/turtle; charset=latin-1"), charset_of('text/turtle; charset="UTF-8"')
    ('latin-1', None)
    """
    named = parameter(header, "charset") or "utf-8"
    return None if named.lower() in _UTF_8 else named


def parameter(header: str, name: str) -> str | None:
    """Give a parameter of a header such as Content-Type, None where it has none.

    >>> parameter('multipart/form-data; boundary="a b"', "boundary")
    'a b'
    """
    message = Message()
    message["Content-Type"] = header.replace("\r", " ").replace("\n", " ")
    found = message.get_param(name)
    return found if isinstance(found, str) else None


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """Read the body: at most `limit` bytes (BodyTooLarge), in at most so many seconds (BodyTooSlow).

    Nothing is read of a body that says by itself that it is too large, or that it is compressed.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise MediaTypeRefused("a body with a Content-Encoding is not taken here; send it as it is")
    too_large = f"the body is larger than the {limit:,} bytes that are taken"
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise BodyTooLarge(too_large)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                body += part
                if len(body) > limit:
                    raise BodyTooLarge(too_large)
    except TimeoutError as error:
        raise BodyTooSlow(f"the body did not arrive within {seconds:g} s") from error
    except ClientDisconnect as error:
        raise BodyRefused("the body ended before it was whole") from error
    return bytes(body)
