"""Metadata: how the program and the data are cited, and what a repository wants to know to give the data a DOI."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from graph.extent import extent
from graph.snapshot import Snapshot
from loaders.editions import CREATOR, DESCRIPTION, KEYWORDS, TITLE, Edition, casebook_graphs

__all__ = ["citation", "datacite"]

_LICENCE: Final = {
    "rights": "Creative Commons Attribution 4.0 International",
    "rightsUri": "https://creativecommons.org/licenses/by/4.0/legalcode",
    "rightsIdentifier": "CC-BY-4.0",
    "rightsIdentifierScheme": "SPDX",
    "schemeUri": "https://spdx.org/licenses/",
}


def citation(text: str, version: str, released: date) -> str:
    """Add version and day of a release to CITATION.cff, which says neither of the program before it is released."""
    return f'{text.rstrip()}\nversion: {version}\ndate-released: "{released}"\n'


def datacite(snapshot: Snapshot, edition: Edition, size: int) -> dict[str, Any]:
    """Describe an edition of the casebook after DataCite 4.5, ready for a DOI, which is for the repository to add.

    `snapshot` is of a store with that edition, for the countries and years that it is about; `size` is that of its file
    in bytes. DataCite 4.5 has no word for the years that data are about: they are a date of the kind Other.
    """
    found = extent(snapshot, tuple(casebook_graphs()))
    dates = [{"date": str(edition.issued), "dateType": "Issued"}]
    if found.years:
        years = "/".join(map(str, found.years))
        dates.append({"date": years, "dateType": "Other", "dateInformation": "the years that the data are about"})
    titles = snapshot.values("dcterms:title")
    sources = [title for iri in snapshot.instances("gov:Source") for title in titles.get(iri, [])[:1]]
    return {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "RDF dataset"},
        "creators": [{"name": CREATOR, "nameType": "Organizational"}],
        "titles": [{"title": TITLE, "lang": "en"}],
        "publisher": {"name": CREATOR},
        "publicationYear": str(edition.issued.year),
        "version": edition.version,
        "dates": dates,
        "language": "en",
        "subjects": [{"subject": word, "lang": "en"} for word in KEYWORDS],
        "descriptions": [
            {"description": DESCRIPTION, "descriptionType": "Abstract", "lang": "en"},
            {"description": f"Read from: {'; '.join(sources)}.", "descriptionType": "Methods", "lang": "en"},
        ],
        "rightsList": [_LICENCE],
        "geoLocations": [{"geoLocationPlace": snapshot.label(iri)} for iri in found.countries],
        "formats": ["application/n-quads"],
        "sizes": [f"{size} bytes"],
        "alternateIdentifiers": [{"alternateIdentifier": edition.digest, "alternateIdentifierType": "SHA-256"}],
    }
