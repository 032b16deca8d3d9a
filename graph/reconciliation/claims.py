"""Claims: what a comparison found, as claims of identity in a graph of their own, and what was decided about each.

A claim has a score, a method, a note that says what is alike, and a status: proposed, accepted or refused. Its IRI is
made of the two bodies, so that proposing again gives the same claim, and one that was decided keeps its decision. No
claim changes what the sources say: the two bodies stay two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal

import pyoxigraph
from pyoxigraph import Literal as Text
from pyoxigraph import NamedNode, Quad

from graph.derived import Computation
from graph.queries import bind, query_text
from graph.reconciliation.candidates import Candidate
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.errors import SubsidiaError
from ontology.identifiers import concept, expand, graph_name, mint

__all__ = [
    "RECONCILIATION",
    "STATUSES",
    "ClaimUnknown",
    "Proposal",
    "Status",
    "claim_iri",
    "claims",
    "claims_query",
    "decide",
    "propose",
    "run_of",
]

RECONCILIATION: Final = graph_name("reconciliation")
Status = Literal["proposed", "accepted", "refused"]
STATUSES: Final[tuple[Status, ...]] = ("proposed", "accepted", "refused")

_GRAPH: Final = NamedNode(RECONCILIATION)
_DECIMAL: Final = NamedNode(expand("xsd:decimal"))
_STATUS, _REASON = (NamedNode(expand(f"gov:{name}")) for name in ("claimStatus", "reason"))
_MADE_BY: Final = NamedNode(expand("prov:wasGeneratedBy"))


class ClaimUnknown(SubsidiaError):
    """No claim that a comparison proposed has that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name}: no claim of that name was proposed; list them with `subsidia reconcile --list`")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What proposing changed: how many claims are new, there already, gone, and kept as somebody decided."""

    new: int
    known: int
    gone: int
    decided: int


def claim_iri(one: str, other: str) -> str:
    """Give the IRI of the claim that two bodies are one, whichever is named first.

    >>> claim_iri("http://example.org/a", "http://example.org/b") == claim_iri(
    ...     "http://example.org/b", "http://example.org/a"
    ... )
    True
    """
    return mint("identity", f"match-{sha256(chr(10).join(sorted((one, other))).encode()).hexdigest()[:16]}")


def run_of(snapshot: Snapshot, least: float, *, within: bool) -> Computation:
    """Say what a comparison was, with which parameters and of which generation."""
    return Computation(
        method="reconciliation",
        label="comparison of the actors of all sources",
        definition="Actors that share an identifier of another list, or whose names are alike by letters and by words, "
        "each word weighed by how few names have it; never two of different countries, levels or places.",
        citation="Christen, P. (2012). Data Matching. Springer. doi:10.1007/978-3-642-31164-2",
        parameters={"least": least, "within": within},
        generation=snapshot.generation,
    )


def claims_query(status: str | None = None, least: float | None = None) -> str:
    """Give the SPARQL of the list of claims."""
    inputs: dict[str, NamedNode | Text | None] = {
        "withStatus": NamedNode(concept("claimStatus", status)) if status else None,
        "atLeast": Text(str(least), datatype=_DECIMAL) if least is not None else None,
    }
    return bind(query_text("identity-claims"), inputs)


def claims(snapshot: Snapshot, status: str | None = None, least: float | None = None) -> list[dict[str, Any]]:
    """List the claims that were proposed, undecided ones first; [] where none were."""
    return [
        {**row, "score": float(row["score"] or 0)}
        for row in snapshot.select(claims_query(status, least))
        if row["claim"]
    ]


def propose(store: Store, run: Computation, found: Iterable[Candidate]) -> Proposal:
    """Put the pairs that a comparison found into the graph of claims; gives what that changed.

    What was proposed before and is not found any more goes; what somebody decided stays as it is, and so does a pair
    that a source claims or denies itself, which gets no claim here. Where nothing changes nothing is written. Raises
    StoreUnreachable where the store cannot be written.
    """
    snapshot = store.snapshot()
    elsewhere = _claimed_elsewhere(snapshot.database)
    proposed = {
        claim_iri(each.one, each.other): each for each in found if frozenset((each.one, each.other)) not in elsewhere
    }
    before = _statuses(snapshot.database)
    counts = Counter(before.get(iri, "new") for iri in proposed)
    gone = sum(1 for iri, status in before.items() if status == "proposed" and iri not in proposed)
    decided = sum(1 for status in before.values() if status != "proposed")
    if _is_new(snapshot, run, proposed):
        store.commit(lambda database: _replace(database, run, proposed))
    return Proposal(counts["new"], counts["proposed"], gone, decided)


def decide(store: Store, names: Iterable[str], status: Status, reason: str | None = None) -> int:
    """Give claims a status, all or none; gives the new generation, or the current one where nothing changes.

    `proposed` undoes what was decided. Raises ClaimUnknown for a name that no claim has, and StoreUnreachable where
    the store cannot be written.
    """
    wanted = [name if name.startswith("http") else f"{mint('identity', 'x')[:-1]}{name}" for name in names]

    def change(database: pyoxigraph.Store) -> None:
        known = _statuses(database)
        for iri in wanted:
            if iri not in known:
                raise ClaimUnknown(iri)
            _decide(database, NamedNode(iri), status, reason)

    snapshot = store.snapshot()
    known = _statuses(snapshot.database)
    unknown = [iri for iri in wanted if iri not in known]
    if unknown:
        raise ClaimUnknown(unknown[0])
    if reason is None and all(known[iri] == status for iri in wanted):
        return snapshot.generation
    return store.commit(change)


def _decide(database: pyoxigraph.Store, claim: NamedNode, status: Status, reason: str | None) -> None:
    for predicate in (_STATUS, _REASON):
        for quad in list(database.quads_for_pattern(claim, predicate, None, _GRAPH)):
            database.remove(quad)
    database.add(Quad(claim, _STATUS, NamedNode(concept("claimStatus", status)), _GRAPH))
    if reason:
        database.add(Quad(claim, _REASON, Text(reason), _GRAPH))


def _is_new(snapshot: Snapshot, run: Computation, proposed: Mapping[str, Candidate]) -> bool:
    """Say whether proposing would change more than the number of the generation."""
    before, after = pyoxigraph.Store(), pyoxigraph.Store()
    for copy in (before, after):
        copy.bulk_extend(snapshot.graph(RECONCILIATION))
    _replace(after, run, proposed)
    return _lasting(before) != _lasting(after)


def _lasting(database: pyoxigraph.Store) -> set[Quad]:
    return {quad for quad in database if quad.predicate.value != expand("gov:generation")}


def _replace(database: pyoxigraph.Store, run: Computation, proposed: Mapping[str, Candidate]) -> None:
    """Put the proposed claims in the place of those before, but for what somebody decided."""
    decided = {iri for iri, status in _statuses(database).items() if status != "proposed"}
    kept = []
    for quad in database.quads_for_pattern(None, None, None, _GRAPH):
        if isinstance(quad.subject, NamedNode) and quad.subject.value in decided:
            kept.append(quad)
    runs = {quad.object for quad in kept if quad.predicate == _MADE_BY and isinstance(quad.object, NamedNode)}
    kept += [quad for run in runs for quad in database.quads_for_pattern(run, None, None, _GRAPH)]
    new = [quad for iri, candidate in proposed.items() if iri not in decided for quad in _claim(iri, candidate, run)]
    if new and NamedNode(run.iri) not in runs:
        new += [Quad(NamedNode(run.iri), NamedNode(expand(name)), value, _GRAPH) for name, value in run.facts()]
    database.remove_graph(_GRAPH)
    database.bulk_extend([*kept, *new])


def _claim(iri: str, candidate: Candidate, run: Computation) -> list[Quad]:
    facts: list[tuple[str, NamedNode | Text]] = [
        ("rdf:type", NamedNode(expand("gov:IdentityClaim"))),
        ("gov:oneThing", NamedNode(candidate.one)),
        ("gov:otherThing", NamedNode(candidate.other)),
        ("gov:basis", NamedNode(concept("basis", "inferred"))),
        ("gov:method", Text(candidate.method)),
        ("gov:score", Text(str(candidate.score), datatype=_DECIMAL)),
        ("gov:claimStatus", NamedNode(concept("claimStatus", "proposed"))),
        ("skos:note", Text(candidate.note, language="en")),
        ("prov:wasGeneratedBy", NamedNode(run.iri)),
    ]
    return [Quad(NamedNode(iri), NamedNode(expand(curie)), value, _GRAPH) for curie, value in facts]


def _statuses(database: pyoxigraph.Store) -> dict[str, str]:
    """Give the status of each claim, by IRI."""
    return {
        quad.subject.value: quad.object.value.rpartition("/")[2]
        for quad in database.quads_for_pattern(None, _STATUS, None, _GRAPH)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
    }


def _claimed_elsewhere(database: pyoxigraph.Store) -> set[frozenset[str]]:
    """Give the pairs that a source itself claims to be one."""
    ends = []
    for curie in ("gov:oneThing", "gov:otherThing"):
        quads = database.quads_for_pattern(None, NamedNode(expand(curie)), None)
        ends.append({q.subject: getattr(q.object, "value", "") for q in quads if q.graph_name != _GRAPH})
    return {frozenset((one, ends[1].get(claim, ""))) for claim, one in ends[0].items()}
