"""What the page of one actor shows: the same statements as its document, read so that much money is no matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from pyoxigraph import Literal

from api.answers.actor import HELD_BY, NOT_APPLIED, about, held_by, is_actor, parts_of
from api.answers.document import Document, Row, filters_of, not_applied, number, page_of, sources_of
from api.answers.funding import flow_page
from api.answers.gaps import gaps_document
from api.answers.lists import list_query
from graph.actors import actor_row
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.of_actor import Side, actor_money
from graph.neighbours import TIE_COLUMNS, Neighbour, neighbours_of
from graph.places import places
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import expand, mint, slug

__all__ = ["actor_money_document", "actor_view", "names_in_languages", "neighbours_document"]


def actor_money_document(snapshot: Snapshot, name: str, filters: Filters) -> Document | None:
    """Give what the actor of that slug receives and pays, by kind, phase, currency and period; None for no such actor.

    Only like is added to like, money passed on stands apart, and what may not be summed is counted only.
    """
    if not is_actor(snapshot, name):
        return None
    only = about(filters, name)
    rows = []
    for found in actor_money(columns_of(snapshot), only):
        row: Row = asdict(found)
        row["min"], row["max"], row["bases"] = (
            number(row.pop("minimum")),
            number(row.pop("maximum")),
            list(found.bases),
        )
        rows.append(row)
    return Document(
        data=rows,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(rows),
        query=list_query("flows", only),
        filters=filters_of(filters),
        not_applied=not_applied(filters, NOT_APPLIED),
        more={"flows": {side: sum(row["flows"] for row in rows if row["side"] == side) for side in ("in", "out")}},
    )


def neighbours_document(
    snapshot: Snapshot, name: str, filters: Filters, limit: int | None = None, offset: int = 0
) -> Document | None:
    """Give who has ties with the actor of that slug, those with most stated ties first; None for no such actor."""
    if not is_actor(snapshot, name):
        return None
    ranked = _ranked(snapshot, about(filters, name))
    page, after = page_of(ranked, limit, offset)
    rows = [_neighbour(snapshot, found) for found in page]
    return Document(
        data=rows,
        generation=snapshot.generation,
        at=filters.at,
        rows=len(ranked),
        next=after,
        filters=filters_of(filters),
        not_applied=not_applied(filters, {name: NOT_APPLIED[name] for name in ("country", "level", "type")}),
        more={"ties": sum(sum(found.ties.values()) for found in ranked)},
    )


@remembered(64)
def _ranked(snapshot: Snapshot, filters: Filters) -> list[Neighbour]:
    def rank(found: Neighbour) -> tuple[int, int, str]:
        every = sum(found.ties.values())
        return (found.count("competence") - every, -every, snapshot.label(found.actor))

    return sorted(neighbours_of(snapshot, filters), key=rank)


def _neighbour(snapshot: Snapshot, found: Neighbour) -> Row:
    spots = snapshot.values_of(found.actor, "gov:jurisdiction")
    return {
        "actor": found.actor,
        "label": snapshot.label(found.actor),
        "level": _word(snapshot, found.actor, "gov:level"),
        "country": places(snapshot).country(next(iter(spots), None)),
        **{column: found.ties.get(tie, 0) for column, tie in TIE_COLUMNS.items()},
        "ties": sum(found.ties.values()),
    }


def actor_view(snapshot: Snapshot, name: str, filters: Filters, rows: int, after: Mapping[Side, int]) -> Row | None:
    """Give what the page of an actor shows: its facts, lists, gaps, and so many of its flows from each offset on.

    None where no actor has that slug.
    """
    if not is_actor(snapshot, name):
        return None
    only = about(filters, name)
    iri = mint("actor", name)
    actor = _actor(snapshot, iri)
    flows = {side: flow_page(snapshot, only, side, rows, after[side]) for side in after}
    lists = {part: held_by(snapshot, part, only, iri) for part in HELD_BY}
    gaps = gaps_document(snapshot, only)
    evidence = [actor, *flows["in"], *flows["out"], *(row for part in lists.values() for row in part), *gaps.data]
    document = Document(
        data=None,
        generation=snapshot.generation,
        at=filters.at,
        query=list_query("actors", Filters(actor=name)),
        sources=sources_of(snapshot, evidence),
        filters=filters_of(filters),
        not_applied=not_applied(filters, NOT_APPLIED),
    )
    queries = {part: list_query(part, only) for part in ("flows", *HELD_BY)}
    # every page has `programmes` to filter by
    lists["operates"] = lists.pop("programmes")
    return {"actor": actor, "flows": flows, **lists, "gaps": gaps.data, "document": document, "queries": queries}


def names_in_languages(snapshot: Snapshot, iri: str) -> list[Row]:
    """List the names of a thing with their languages: `kind` is label or alias, `language` None where none is given."""
    found = {
        (place, quad.object.value, quad.object.language)
        for place, curie in enumerate(("skos:prefLabel", "skos:altLabel"))
        for quad in snapshot.quads(subject=iri, predicate=expand(curie))
        if isinstance(quad.object, Literal)
    }
    ordered = sorted(found, key=lambda name: (name[0], name[2] != "en", name[2] or "", name[1]))
    return [{"name": text, "language": tag, "kind": ("label", "alias")[place]} for place, text, tag in ordered]


def _word(snapshot: Snapshot, iri: str, curie: str) -> str | None:
    value = next(iter(snapshot.values_of(iri, curie)), None)
    return slug(value) if value else None


def _actor(snapshot: Snapshot, iri: str) -> Row:
    """Give the facts of one actor, as the list of actors has them, its names, its parts, and what it is said to be."""
    return {
        **actor_row(snapshot, iri),
        "languages": names_in_languages(snapshot, iri),
        "parts": parts_of(snapshot, iri),
        "matches": snapshot.values_of(iri, "skos:exactMatch"),
    }
