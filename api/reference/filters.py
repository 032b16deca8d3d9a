"""Filters: what every page, list, sum, rule and export can be narrowed by."""

from __future__ import annotations

from api.app import create_app
from api.page import FILTER_NAMES
from api.settings import Settings
from graph.lists import NOT_APPLIED, TYPE_SCHEMES
from ontology.vocabulary import vocabulary

__all__ = ["filters"]

_BEGIN = """
# Filters

The same everywhere: in the bar above a page, in its address, in the data API and, most of them, as options of the
commands. Several filters narrow together. A value that nobody knows is refused with those that look like it; a filter
that cannot narrow what was asked is named in `meta.not_applied`, with the reason, and on the page.
"""
_END = """
## A year

`at=2006` asks what held in 2006: what began before its end and had not ended before its beginning. What has no dates is
shown and counted as *undated*. `from` and `to` take what held at any time of a span. How years are
read in sums: [how a total is made](../explanation/totals.md#time).
"""


def filters() -> str:
    """Give the page: each filter with what it takes, and the words that it may be."""
    operation = create_app(Settings()).openapi()["paths"]["/api/v1/flows"]["get"]
    means = {parameter["name"]: parameter.get("description", "") for parameter in operation["parameters"]}
    words = {name: f"[words](tables.md#{name})" for name in ("field", "level", "basis")} | {"type": "[by list](#types)"}
    rows = [f"| `{name}` | {means[name]} | {words.get(name, '')} |" for name in FILTER_NAMES]
    types = []
    for name, scheme in sorted(TYPE_SCHEMES.items()):
        known = ", ".join(f"`{word}`" for word in vocabulary().schemes[scheme])
        types.append(f"| `{name}` | {scheme} | {known} |")
    head = [_BEGIN.strip(), "", "| filter | takes | |", "|---|---|---|", *rows, f"\n{_END.strip()}\n"]
    head += ["## Types", "", "What `type` means depends on the list.", "", "| list | scheme | words |", "|---|---|---|"]
    without = [
        f"- `{name}` by `{each}`: {why}." for name, reasons in NOT_APPLIED.items() for each, why in reasons.items()
    ]
    return "\n".join([*head, *types, "", "## What cannot be narrowed in lists", "", *without])
