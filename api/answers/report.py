"""The report document: what the other documents say of one selection, gathered for one reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.answers.citations import citations
from api.answers.document import Document, Row, filters_of, reasons_of
from api.answers.funding import flows_document, matrix_document
from api.answers.gaps import gap_matrix_document, gaps_document, named_gap_queries
from api.answers.headline import funding_headline
from api.answers.lists import list_document
from api.answers.network import network_document
from graph.duty import DUTY_KINDS, duties_by_kind, kind_of_duty
from graph.filters import Filters
from graph.network import Kind
from graph.snapshot import Snapshot
from ontology.identifiers import slug
from ontology.vocabulary import vocabulary

__all__ = ["STATED", "report_document", "report_title"]

STATED: Final[tuple[Kind, ...]] = ("funding", "coordination", "hierarchy")
"""Ties that a source states; ties of competence only say that two bodies share a field."""

_LISTS: Final = ("competences", "mechanisms", "measures", "events", "programmes")


def report_document(snapshot: Snapshot, filters: Filters) -> Document:
    """Gather what is known of a selection, and what is not.

    `data` holds `gaps` and their `states`, `cells` of the gap matrix, `headline`, `funding` (matrix cells, totals,
    coverage, what was left out), `flows`, `duties` by kind, `mechanisms`, `measures`, `events`, `programmes`, the
    stated ties as `network`, `levels` (how many bodies, duties and stated ties of each kind touch a level), `unknown`
    (counts of what is not known) and `evidence` (each passage that is cited, numbered in the order of its document and
    place). An empty selection gives empty lists and zeros.
    """
    gaps = gaps_document(snapshot, filters)
    cells = gap_matrix_document(snapshot, filters)
    funding = matrix_document(snapshot, filters).as_dict()
    flows = flows_document(snapshot, filters)
    lists = {name: list_document(snapshot, name, filters) for name in _LISTS}
    network = network_document(snapshot, filters, STATED)
    headline = funding_headline(snapshot, filters)
    rows = [*gaps.data, *flows.data, *(row for found in lists.values() for row in found.data)]
    sources = sorted({source for part in (gaps, flows, *lists.values()) for source in part.sources})
    parts = {"flows": flows, "network": network, **lists}
    queries = named_gap_queries(filters) | {"funding matrix": funding["meta"]["query"]}
    queries |= {name: part.query or "" for name, part in parts.items()}
    data: Row = {
        "gaps": gaps.data,
        "states": gaps.more["states"],
        "rules": gaps.more["rules"],
        "cells": cells.data,
        "headline": {"text": headline["text"], "below": headline["below"]},
        "funding": {
            "cells": funding["data"],
            **{name: funding["meta"][name] for name in ("totals", "coverage", "left_out")},
        },
        "flows": flows.data,
        "duties": duties_by_kind(lists["competences"].data),
        **{name: found.data for name, found in lists.items() if name != "competences"},
        "network": network.data,
        "levels": _levels(lists["competences"].data, network.data),
        "unknown": _unknown(snapshot, flows.data, lists, cells.data, headline["undated"]),
        "evidence": _evidence(snapshot, rows),
    }
    return Document(
        data=data,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(rows),
        query=next(iter(queries.values())),
        sources=sources,
        filters=filters_of(filters),
        not_applied=reasons_of([gaps, *lists.values()]),
        more={"queries": queries},
    )


def _levels(duties: Iterable[Row], network: Mapping[str, Any]) -> list[Row]:
    """Count, for each level in its order, bodies with a statement or a tie, statements by kind, and ties by kind.

    The kinds of statement are those of graph.duty.
    """
    level_of = {node["actor"]: node["level"] for node in network["nodes"]}
    bodies: dict[str, set[str]] = {}
    for actor, level in level_of.items():
        bodies.setdefault(level or "", set()).add(actor)
    held = Counter[tuple[str, str]]()
    for duty in duties:
        held[duty["level"] or "", kind_of_duty(duty["modality"], duty["nature"])] += 1
        bodies.setdefault(duty["level"] or "", set()).add(duty["holder"] or duty["competence"])
    ends = Counter[tuple[str, str]]()
    for edge in network["edges"]:
        # a tie between two bodies of one level touches that level once
        for level in {level_of[edge["source"]] or "", level_of[edge["target"]] or ""}:
            ends[level, edge["kind"]] += 1
    return [
        {"level": level or None, "bodies": len(bodies[level])}
        | {kind: held[level, kind] for kind in DUTY_KINDS}
        | {kind: ends[level, kind] for kind in STATED}
        for level in vocabulary().ordered("level", bodies)
    ]


def _unknown(
    snapshot: Snapshot, flows: Iterable[Row], lists: Mapping[str, Document], cells: Iterable[Row], undated_flows: int
) -> Row:
    """Count what the selection does not say."""
    flows, cells = list(flows), list(cells)
    undated = {
        name: sum(row["begin"] is None and row["end"] is None for row in lists[name].data)
        for name in ("competences", "mechanisms")
    }
    return {
        "flows_without_amount": sum(row["amount_max"] is None and row["share"] is None for row in flows),
        "flows_without_recipient": sum(row["recipient"] is None for row in flows),
        "flows_without_payer": sum(row["payer"] is None for row in flows),
        "undated": {"flows": undated_flows, **undated},
        "not_assessed": sorted(
            {(row["country"], row["field"]) for row in cells if row["state"] == "not-assessed"}, key=str
        ),
        "researched": sum(bool(row["researched"]) for row in cells),
        "places": len(cells),
        "documents": len(snapshot.instances("gov:Source")),
    }


def _evidence(snapshot: Snapshot, rows: Iterable[Row]) -> list[Row]:
    """Number the passages and documents that the rows cite."""
    names = citations(snapshot)
    cited = {iri for row in rows for iri in row.get("evidence", ())}
    ordered = sorted(cited, key=lambda iri: (snapshot.passage_sources.get(iri, ""), names.get(iri, ""), iri))
    return [{"n": n, "passage": iri, "name": names.get(iri, slug(iri))} for n, iri in enumerate(ordered, 1)]


def report_title(filters: Filters, names: Mapping[str, str]) -> str:
    """Say what was selected.

    >>> report_title(Filters(country="ES", programme="eif", at=2006), {"ES": "Spain"})
    'Multilevel governance: Spain, programme eif, 2006'
    >>> report_title(Filters(country="XX"), {})
    'Multilevel governance: XX'
    """
    parts = [names.get(filters.country, filters.country)] if filters.country else []
    if filters.field:
        parts.append(vocabulary().schemes["field"][filters.field].label)
    if filters.level:
        parts.append(f"{vocabulary().schemes['level'][filters.level].label} level")
    others = filters_of(filters.without("country", "field", "level", "at"))
    parts += [f"{name} {value}" for name, value in others.items()]
    if filters.at is not None:
        parts.append(str(filters.at))
    return "Multilevel governance" + (f": {', '.join(parts)}" if parts else "")
