"""Words: the concepts and terms of the ontology, named in the language spoken.

The ontology names them in English; their names in the other languages are messages of the catalogues, with the scheme
as context, so that a query for the labels of concepts gives one row a concept.
"""

from __future__ import annotations

from ontology.vocabulary import vocabulary
from visualisations.language import pgettext

__all__ = ["choices", "concept_word"]


def concept_word(name: str | None, scheme: str) -> str:
    """Name a concept by its notation; the notation itself where the scheme has no such concept, – for None.

    >>> concept_word("civic-integration", "field"), concept_word("parish", "level"), concept_word(None, "level")
    ('civic integration and language', 'parish', '–')
    """
    if name is None:
        return "–"
    found = vocabulary().schemes[scheme].get(name)
    return pgettext(scheme, found.label) if found else name


def choices(scheme: str) -> list[tuple[str, str]]:
    """Give the concepts of a scheme as notation and name, in their order."""
    return [(name, concept_word(name, scheme)) for name in vocabulary().schemes[scheme]]
