"""Overview documents: what is in here, and where a word is found."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from api.answers.document import Document, Row
from api.parameters import countries
from graph.columns import columns_of
from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import expand, slug
from ontology.vocabulary import vocabulary

__all__ = ["KINDS_OF_THINGS", "search_document", "stats_document", "thing_counts"]

KINDS_OF_THINGS: Final = {
    "actor": "gov:Actor",
    "programme": "gov:Programme",
    "territory": "gov:Territory",
    "competence": "gov:Competence",
    "flow": "gov:FundingFlow",
    "mechanism": "gov:CoordinationMechanism",
    "measure": "gov:Measure",
    "event": "gov:PolicyEvent",
    "gap": "gov:ReportedGap",
    "scope": "gov:ResearchedScope",
    "source": "gov:Source",
    "passage": "gov:Passage",
    "mention": "gov:Mention",
}

_COUNT: Final = "SELECT (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?thing a <%s> FILTER (isIRI(?thing)) }"


def thing_counts(snapshot: Snapshot) -> dict[str, int]:
    """Count the things of each kind that have an IRI; no IRI is read, so that it is fast for very many too."""
    return {kind: int(snapshot.select(_COUNT % expand(curie))[0]["n"] or 0) for kind, curie in KINDS_OF_THINGS.items()}


@remembered(4)
def stats_document(snapshot: Snapshot) -> Document:
    """Count what the graph holds, by kind of thing, country, field and source."""
    counts = thing_counts(snapshot)
    flows = columns_of(snapshot).rows("SELECT count(*) AS flows, count(amount_max) AS with_amount FROM flows")[0]
    gaps = Counter(gap.state for gap in find_gaps(snapshot, Filters()))
    data = {
        "statements": snapshot.size,
        "things": counts,
        "flows": flows,
        "gaps": {"reported": gaps["reported"], "indicated": gaps["indicated"]},
        "countries": countries(snapshot),
        "fields": _by_field(snapshot),
        "sources": _sources(snapshot),
        "graphs": sorted(graph.value for graph in snapshot.database.named_graphs()),
    }
    queries = {kind: _COUNT % expand(curie) for kind, curie in KINDS_OF_THINGS.items()}
    return Document(
        data=data,
        generation=snapshot.generation,
        rows=len(counts),
        query=queries["actor"],
        sources=snapshot.instances("gov:Source"),
        more={"queries": queries},
    )


def _by_field(snapshot: Snapshot) -> list[Row]:
    counts = Counter(slug(value) for values in snapshot.values("gov:field").values() for value in values)
    fields = vocabulary().schemes["field"].values()
    return [{"field": item.notation, "label": item.label, "statements": counts[item.notation]} for item in fields]


def _sources(snapshot: Snapshot) -> list[Row]:
    documents = snapshot.passage_sources
    passages = Counter(documents[passage] for passage in snapshot.instances("gov:Passage") if passage in documents)
    issued = snapshot.values("dcterms:issued")
    titles = snapshot.values("dcterms:title")
    return [
        {
            "source": iri,
            "title": titles.get(iri, [slug(iri)])[0],
            "issued": issued.get(iri, [None])[0],
            "passages": passages[iri],
        }
        for iri in snapshot.instances("gov:Source")
    ]


_SEARCHED: Final = ("actor", "programme", "territory", "measure", "mechanism", "event", "gap", "source")


@remembered(2)
def _names(snapshot: Snapshot) -> tuple[tuple[str, str, str], ...]:
    """List every name that can be searched: folded name, kind, IRI."""
    kinds = {iri: kind for kind in _SEARCHED for iri in snapshot.instances(KINDS_OF_THINGS[kind])}
    found = set()
    for curie in ("skos:prefLabel", "skos:altLabel", "dcterms:title"):
        for iri, values in snapshot.values(curie).items():
            if iri in kinds:
                found |= {(value.casefold(), kinds[iri], iri) for value in values}
    for concept in vocabulary().schemes["field"].values():
        found |= {(name, "field", concept.iri) for name in concept.names}
    return tuple(sorted(found))


def search_document(snapshot: Snapshot, words: str, limit: int = 20) -> Document:
    """Find things by name: whole names first, then names that begin with the words, then names that hold them all."""
    wanted = words.casefold().split()
    ranked: dict[str, tuple[int, int, str, str]] = {}
    for name, kind, iri in _names(snapshot):
        if wanted and all(word in name for word in wanted):
            phrase = " ".join(wanted)
            rank = 0 if name == phrase else 1 if name.startswith(phrase) else 2
            order = (rank, [*_SEARCHED, "field"].index(kind), name, iri)
            ranked[iri] = min(order, ranked.get(iri, order))
    found = sorted(ranked.values())
    kinds: dict[str, Any] = {iri: kind for _, kind, iri in _names(snapshot)}
    data = [
        {"iri": iri, "kind": kinds[iri], "slug": slug(iri), "label": _label(snapshot, iri), "matched": name}
        for _, _, name, iri in found[:limit]
    ]
    return Document(data=data, generation=snapshot.generation, rows=len(found), more={"q": words})


def _label(snapshot: Snapshot, iri: str) -> str:
    title = snapshot.values("dcterms:title").get(iri)
    return title[0] if title else snapshot.labels.get(iri) or vocabulary().label(iri)
