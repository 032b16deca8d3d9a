"""Extent: the countries and the years that the statements of some graphs are about."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from graph.queries import bind, query_text
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.time import year

__all__ = ["Extent", "extent"]


@dataclass(frozen=True, slots=True)
class Extent:
    """IRIs of countries in their order; the first and the last year."""

    countries: tuple[str, ...]
    years: tuple[int, int] | None


@remembered(4)
def extent(snapshot: Snapshot, graphs: tuple[str, ...]) -> Extent:
    """Give the countries in which, or in a place of which, something holds, and the years that anything is said for.

    A country is what has the level national. Graphs that are not there, or say neither, give no country and no years.
    """
    rows = snapshot.select(bind(query_text("extent"), {"graph": [NamedNode(iri) for iri in graphs]}))
    countries = tuple(row["value"] or "" for row in rows if row["what"] == "country")
    years = [found for row in rows if row["what"] == "date" and (found := year(row["value"])) is not None]
    return Extent(countries, (min(years), max(years)) if years else None)
