"""Citations: each passage and document by a name that people know it by."""

from __future__ import annotations

from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import slug

__all__ = ["citations"]


@remembered(2)
def citations(snapshot: Snapshot) -> dict[str, str]:
    """Name each passage by its document and place, each document by its title and year."""
    titles = snapshot.values("dcterms:title")
    issued = snapshot.values("dcterms:issued")
    documents = {}
    for iri in snapshot.instances("gov:Source"):
        title = _short(titles.get(iri, [snapshot.label(iri)])[0])
        when = issued.get(iri, [""])[0][:4]
        documents[iri] = f"{title} ({when})" if when else title
    return {
        passage: documents[source]
        if passage == source
        else f"{documents.get(source, slug(source))}, {snapshot.label(passage)}"
        for passage, source in snapshot.passage_sources.items()
    }


def _short(title: str, most: int = 34) -> str:
    """Cut a title at its colon or comma, and then between words.

    >>> _short("Handbook on Integration for policy-makers and practitioners, second edition")
    'Handbook on Integration for…'
    """
    head = title.partition(":")[0].partition(",")[0]
    return head if len(head) <= most else head[: most + 1].rpartition(" ")[0] + "…"
