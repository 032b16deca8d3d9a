"""multipart/form-data (RFC 7578): the parts of a body, each with its media type."""

from __future__ import annotations

from email.parser import BytesHeaderParser

from api.body import BodyRefused, parameter

__all__ = ["parts_of"]


def parts_of(body: bytes, content_type: str) -> list[tuple[str, bytes]]:
    """Give each part's Content-Type header and content; BodyRefused where the body is no multipart of that boundary.

    >>> parts_of(b'--x\\r\\nContent-Type: text/turtle\\r\\n\\r\\n# none\\r\\n--x--', "multipart/form-data; boundary=x")
    [('text/turtle', b'# none')]
    """
    boundary = parameter(content_type, "boundary")
    if not boundary or len(boundary) > 70 or not boundary.isascii():
        raise BodyRefused("multipart/form-data without a boundary")
    # the line end before a boundary belongs to it, also before the first, which may begin the body
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise BodyRefused("multipart/form-data that does not end with its boundary, or has no part")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> tuple[str, bytes]:
    padding, line_end, rest = piece.partition(b"\r\n")
    head, blank, content = (b"\r\n" + rest).partition(b"\r\n\r\n")
    if padding.strip() or not line_end or not blank:
        raise BodyRefused("a part of the multipart/form-data has no header")
    return BytesHeaderParser().parsebytes(head.lstrip(b"\r\n")).get("Content-Type", ""), content
