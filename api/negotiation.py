"""Content negotiation: which of the offered media types a client prefers (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["accepts_gzip", "best", "parse_accept"]


def parse_accept(header: str) -> list[tuple[str, float]]:
    """Read an Accept header into media ranges with their weights; a weight that is no number counts as 1.

    >>> parse_accept("text/turtle, */*;q=0.1")
    [('text/turtle', 1.0), ('*/*', 0.1)]
    """
    ranges = []
    for part in header.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if "/" in name:
            ranges.append((name.lower(), _quality(parameters)))
    return ranges


def best(header: str | None, offered: Sequence[str]) -> str | None:
    """Give the offered media type that the header prefers; the first offered without a header; None if none will do.

    The most specific range that fits a type gives its weight; between equals the order of the offer decides.

    >>> best("text/html;q=0.5, text/turtle", ["text/html", "text/turtle"])
    'text/turtle'
    """
    if not header or not header.strip():
        return offered[0] if offered else None
    ranges = parse_accept(header)
    weights = [(_weight(media_type, ranges), -place, media_type) for place, media_type in enumerate(offered)]
    weight, _, media_type = max(weights, default=(0.0, 0, ""))
    return media_type if weight > 0 else None


def _weight(media_type: str, ranges: list[tuple[str, float]]) -> float:
    found = (-1, 0.0)
    for name, weight in ranges:
        if name == media_type:
            rank = 2
        elif name == f"{media_type.split('/')[0]}/*":
            rank = 1
        elif name == "*/*":
            rank = 0
        else:
            continue
        found = max(found, (rank, weight)) if rank != found[0] else (rank, max(weight, found[1]))
    return found[1]


def accepts_gzip(header: str) -> bool:
    """Say whether an Accept-Encoding header allows gzip (RFC 9110, section 12.5.3).

    >>> accepts_gzip("gzip, br"), accepts_gzip("gzip;q=0, *"), accepts_gzip("identity"), accepts_gzip("*")
    (True, False, False, True)
    """
    weights = {}
    for part in header.lower().split(","):
        name, _, rest = part.strip().partition(";")
        weights[name.strip()] = _quality(rest.split(";"))
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _quality(parameters: Sequence[str]) -> float:
    """Give the weight among parameters; one that is no number counts as 1, as does none."""
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 1.0
            return min(1.0, max(0.0, weight)) if weight == weight else 1.0
    return 1.0
