"""Publishing gaps: what the rules indicate, as RDF in the graph `derived`, each with its rule and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from graph.derived import DERIVED, Computation, put, statements_of
from graph.filters import Filters
from graph.gaps.gap import Gap, find_gaps, rules_asked
from graph.gaps.rules import Rule, rules
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.identifiers import concept, expand, mint

__all__ = ["gap_statements", "publish_gaps"]

_DECIMAL: Final = NamedNode(expand("xsd:decimal"))


def publish_gaps(store: Store, at: int | None = None) -> bool:
    """Put the gaps that the rules indicate (at a year, or at any) into `derived`; says whether anything changed.

    A rule that is asked is one activity, also where it finds nothing. What it found before and finds no more goes;
    where it finds the same, nothing is written. A rule whose kind of tie no scope was searched for is not asked, and
    leaves no activity, nor any of before; in an empty graph that is every rule. Raises StoreUnreachable where the store
    cannot be written.
    """
    snapshot = store.snapshot()
    indicated = [gap for gap in find_gaps(snapshot, Filters(at=at)) if gap.state == "indicated"]
    asked = {rule.id for rule in rules_asked(snapshot)}
    new: dict[str, list[Quad]] = {}
    for rule in rules():
        run = _computation(rule, snapshot, at)
        found = [gap for gap in indicated if gap.rule == rule.id]
        new[run.iri] = gap_statements(snapshot, run, found) if rule.id in asked else []
    return put(store, new)


def gap_statements(snapshot: Snapshot, run: Computation, gaps: Iterable[Gap]) -> list[Quad]:
    """Give the statements about a run of a rule and the gaps that it found, in a fixed order."""
    countries = {values[0]: iri for iri, values in snapshot.values("gov:countryCode").items()}
    found = statements_of(run, [])
    year = run.parameters.get("at")
    for gap in gaps:
        # a gap at a year is another thing than the gap at any year, whose severity may differ
        subject = NamedNode(gap.id if year is None else mint("gap", f"{gap.id.rpartition('/')[2]}-{year}"))
        facts: list[tuple[str, NamedNode | Literal]] = [
            ("rdf:type", NamedNode(expand("gov:IndicatedGap"))),
            ("skos:prefLabel", Literal(gap.label, language="en")),
            ("gov:gapType", NamedNode(concept("gapType", gap.type))),
            ("gov:rule", Literal(gap.rule or "")),
            ("gov:explanation", Literal(gap.explanation, language="en")),
            ("gov:generation", Literal(run.generation)),
            ("prov:wasGeneratedBy", NamedNode(run.iri)),
            *(("gov:between", NamedNode(actor)) for actor in gap.between),
            *(("gov:betweenLevel", NamedNode(concept("level", level))) for level in gap.levels),
            *(("gov:field", NamedNode(concept("field", field))) for field in gap.fields),
            *(("gov:evidence", NamedNode(passage)) for passage in gap.evidence),
        ]
        if gap.country in countries:
            facts.append(("gov:over", NamedNode(countries[gap.country])))
        if gap.severity is not None:
            facts.append(("gov:severity", Literal(str(gap.severity), datatype=_DECIMAL)))
        found += [Quad(subject, NamedNode(expand(curie)), value, NamedNode(DERIVED)) for curie, value in facts]
    return found


def _computation(rule: Rule, snapshot: Snapshot, at: int | None) -> Computation:
    parameters = {} if at is None else {"at": at}
    return Computation(f"rule-{rule.id}", rule.label, rule.definition, rule.source, parameters, snapshot.generation)
