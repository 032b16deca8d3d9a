"""Measures: what can be measured of a network, from the register."""

from __future__ import annotations

from graph.measures.register import MEASURES

__all__ = ["measures"]

_BEGIN = """
# Measures of networks

`subsidia measure NAME --network coordination` prints one for each actor or for the network as a whole;
`/api/v1/network/measures/NAME` gives the same as JSON or CSV, and `/network` shows some as the size or colour of
actors. A measure that has no value for an actor gives none (`null`), never 0.
"""


def measures() -> str:
    """Give the page: every measure with its definition, unit, range and the publication that defines it."""
    parts = [_BEGIN.strip()]
    for each in MEASURES.values():
        facts = [
            ("gives", each.yields),
            ("unit", each.unit),
            ("range", each.range),
            ("parameters", ", ".join(f"`{name}` {value:,}" for name, value in each.parameters.items())),
            ("direction", "ties without direction must be declared (`--undirected`)" if each.directed else ""),
            ("chance", "draws random numbers: `--seed` makes it repeatable" if each.seeded else ""),
            ("computed up to", f"{each.most_ties:,} ties" if each.most_ties else ""),
            ("defined in", each.citation),
        ]
        lines = [f"| {name} | {value} |" for name, value in facts if value]
        parts.append(
            "\n".join([f"## {each.name}", "", f"{_sentence(each.definition)}", "", "| | |", "|---|---|", *lines])
        )
    return "\n\n".join(parts)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
