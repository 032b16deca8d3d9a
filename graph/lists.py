"""Lists: the plain tables of the graph, each the answer of one query file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from graph.filters import Filters
from graph.queries import bind, query_text
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import concept, mint

__all__ = ["LISTS", "NOT_APPLIED", "TYPE_SCHEMES", "list_query", "list_rows"]

Row = dict[str, Any]

TYPE_SCHEMES: Final[Mapping[str, str]] = {
    "actors": "actorType",
    "competences": "aspect",
    "events": "eventType",
    "flows": "quantity",
    "gaps": "gapType",
    "measures": "targeting",
    "mechanisms": "formality",
    "programmes": "targetGroup",
}
NOT_APPLIED: Final[Mapping[str, Mapping[str, str]]] = {
    "mechanisms": {"programme": "the graph does not say which programme a mechanism belongs to"},
}
"""By list, the filters that its statements cannot be narrowed by, each with the reason."""
LISTS: Final = ("actors", "competences", "events", "measures", "mechanisms", "programmes")

_MANY: Final = frozenset(
    [
        "fields",
        "participants",
        "functions",
        "actors",
        "affects",
        "operatedBy",
        "targetGroups",
        "initiators",
        "implementers",
        "evaluators",
        "evidence",
    ]
)


def list_query(name: str, filters: Filters) -> str:
    """Give the SPARQL of a list with the filters bound."""
    since, until = filters.span
    inputs: dict[str, NamedNode | Literal | None] = {
        "countryCode": Literal(filters.country) if filters.country else None,
        "inField": NamedNode(concept("field", filters.field)) if filters.field else None,
        "atLevel": NamedNode(concept("level", filters.level)) if filters.level else None,
        "ofType": NamedNode(concept(TYPE_SCHEMES[name], filters.type)) if filters.type else None,
        "ofBasis": NamedNode(concept("basis", filters.basis)) if filters.basis else None,
        "withActor": NamedNode(mint("actor", filters.actor)) if filters.actor else None,
        "since": Literal(since) if since is not None else None,
        "until": Literal(until) if until is not None else None,
    }
    if name not in NOT_APPLIED or "programme" not in NOT_APPLIED[name]:
        inputs["ofProgramme"] = NamedNode(mint("programme", filters.programme)) if filters.programme else None
    return bind(query_text(name), inputs)


@remembered(256)
def list_rows(snapshot: Snapshot, name: str, filters: Filters) -> tuple[Row, ...]:
    """Give all rows of a list, in the order of the query; [] for an empty graph."""
    rows = snapshot.select(list_query(name, filters))
    first = "event" if name == "events" else name.removesuffix("s")
    return tuple(_row(row) for row in rows if row.get(first))


def _row(found: Mapping[str, str | None]) -> Row:
    row: Row = {}
    for name, value in found.items():
        if name in _MANY:
            row[name] = sorted((value or "").split())
        elif name == "names":
            row[name] = sorted(filter(None, (value or "").split("|")))
        elif name == "collective":
            row[name] = value == "true"
        else:
            row[name] = value
    return row
