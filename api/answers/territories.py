"""Territory rows: the places, their codes and points."""

from __future__ import annotations

from typing import Any

from api.answers.document import Document, Row, filters_of, not_applied, number, page_of
from graph.filters import Filters
from graph.places import places
from graph.snapshot import Snapshot
from ontology.identifiers import slug

__all__ = ["geojson", "territories_document"]

_ONLY = "a place has a country and a level, and nothing else to be narrowed by"
_NOT_APPLIED = dict.fromkeys(("field", "programme", "actor", "type", "basis", "at", "from", "to"), _ONLY)
_QUERY = """\
PREFIX gov: <https://w3id.org/subsidia/def/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?territory ?name ?level ?within
WHERE {
  ?territory a gov:Territory ; skos:prefLabel ?name ; gov:level ?level .
  OPTIONAL { ?territory gov:within ?within }
}
ORDER BY ?territory
"""


def territories_document(snapshot: Snapshot, filters: Filters, limit: int | None = None, offset: int = 0) -> Document:
    """List the places by IRI, with codes and points; `country` and `level` narrow them, [] for an empty graph."""
    rows = [row for row in _rows(snapshot) if _passes(row, filters)]
    page, after = page_of(rows, limit, offset)
    return Document(
        data=page,
        generation=snapshot.generation,
        rows=len(rows),
        next=after,
        query=_QUERY,
        filters=filters_of(filters),
        not_applied=not_applied(filters, _NOT_APPLIED),
    )


def _rows(snapshot: Snapshot) -> list[Row]:
    where = places(snapshot)
    level, further = snapshot.values("gov:level"), snapshot.values("gov:alsoLevel")
    nuts, lau = snapshot.values("gov:nutsCode"), snapshot.values("gov:lauCode")
    lat, lon = snapshot.values("wgs:lat"), snapshot.values("wgs:long")
    return [
        {
            "territory": iri,
            "slug": slug(iri),
            "label": snapshot.label(iri),
            "level": slug(level[iri][0]) if iri in level else None,
            "also_levels": [slug(each) for each in further.get(iri, [])],
            "within": where.within.get(iri),
            "country": where.country(iri),
            "nuts": nuts.get(iri, [None])[0],
            "lau": lau.get(iri, [None])[0],
            "lat": number(lat.get(iri, [None])[0]),
            "lon": number(lon.get(iri, [None])[0]),
        }
        for iri in snapshot.instances("gov:Territory")
    ]


def _passes(row: Row, filters: Filters) -> bool:
    levels = {row["level"], *row["also_levels"]}
    return filters.country in (None, row["country"]) and (filters.level is None or filters.level in levels)


def geojson(document: Document) -> dict[str, Any]:
    """Give the places that have a point as a GeoJSON feature collection (RFC 7946: longitude first).

    `without_point` names the places that have none.
    """
    placed = [row for row in document.data if row["lat"] is not None and row["lon"] is not None]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row["territory"],
                "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
                "properties": {name: value for name, value in row.items() if name not in ("lat", "lon")},
            }
            for row in placed
        ],
        "without_point": [row["territory"] for row in document.data if row not in placed],
    }
