"""Routes: every address that the service answers, from the application itself."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from fastapi.routing import APIRoute

from api.app import create_app
from api.page import FILTER_NAMES
from api.routers import pages
from api.settings import Settings

__all__ = ["routes"]

_BEGIN = """
# Addresses

What `subsidia serve` answers. `/docs` on a running service has the same with forms to try it, `/openapi.json` is the
description that programs read. How the endpoint behaves, with its limits: [the endpoint](endpoint.md). *The filters*
are those of [filters](filters.md).

Every answer of the data API is `{"data": …, "meta": …}`: `meta` has the generation of the data, the number of rows, the
SPARQL behind them and their sources, `next` where there are more rows, and `not_applied` where a filter cannot narrow
what was asked. A refusal is a problem document (RFC 9457), which names the parameter and near matches.
"""
_PART = ("limit", "cursor")
_TAGS = {"sparql": "SPARQL", "data": "Data API"}


def routes() -> str:
    """Give the page: pages first, then what programs ask, by subject."""
    parts = [_BEGIN.strip(), _pages()]
    by_tag: dict[str, list[str]] = defaultdict(list)
    for path, methods in create_app(Settings()).openapi()["paths"].items():
        for method, operation in methods.items():
            by_tag[operation["tags"][0]].append(_row(path, method, operation))
    for tag, rows in by_tag.items():
        head = [f"## {_TAGS.get(tag, tag.capitalize())}", "", "| address | what | parameters |", "|---|---|---|"]
        parts.append("\n".join([*head, *sorted(rows)]))
    return "\n\n".join(parts)


def _pages() -> str:
    lines = ["## Pages", "", "| address | what |", "|---|---|"]
    found = [route for module in pages.MODULES for route in module.router.routes if isinstance(route, APIRoute)]
    for route in found:
        if not route.path.endswith(".css"):
            lines.append(f"| `{route.path}` | {_first(route.endpoint.__doc__)} |")
    return "\n".join(lines)


def _row(path: str, method: str, operation: dict[str, Any]) -> str:
    names = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    rest = [f"`{name}`" for name in names if name not in (*FILTER_NAMES, *_PART)]
    rest += ["the filters"] if "level" in names else []
    rest += [f"`{name}`" for name in _PART if name in names]
    return f"| `{method.upper()} {path}` | {_first(operation.get('description'))} | {', '.join(rest)} |"


def _first(text: str | None) -> str:
    """Give the first paragraph of a description as one line."""
    return " ".join((text or "").strip().partition("\n\n")[0].split()).replace("|", "\\|")
