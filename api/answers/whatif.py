"""The what-if document: what would be lost without an actor, a programme, a flow or a mechanism."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pyoxigraph import NamedNode

from api.answers.document import Document, Row, filters_of, not_applied, sources_of
from api.answers.gaps import gap_row, named_gap_queries
from api.answers.trace import flow_row, interval_row, kind_row
from api.parameters import ParameterRefused
from graph.filters import Filters
from graph.funding.duties import DutyLoss, KindLoss
from graph.funding.sums import Sum
from graph.queries import bind, query_text
from graph.removal import KINDS, Target, named
from graph.snapshot import Snapshot
from graph.whatif import WhatIf, changed_gaps, what_if
from ontology.errors import near_matches
from ontology.identifiers import ID, slug

__all__ = ["read_target", "what_if_document"]

_NOT_APPLIED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("country", "field", "level", "programme", "actor", "type", "basis"), "everything that goes is told"
    ),
    "from": "a removal is asked at one year: use at",
    "to": "a removal is asked at one year: use at",
}
_MOST_NAMES: Final = 20_000
_MOST_FLOWS: Final = 5000
"""As many flows are listed; the sums are of all."""


def read_target(snapshot: Snapshot, given: str) -> Target:
    """Read what is to be removed: a slug, `actor/slug` (or another kind), an IRI, or an exact name.

    Raises ParameterRefused with near matches where nothing, or more than one thing, is called so.
    """
    found = named(snapshot, given.strip())
    if not found:
        things = [iri for iri, label in snapshot.labels.items() if label.casefold() == given.strip().casefold()]
        found = [target for iri in sorted(things) for target in named(snapshot, iri)]
    if len(found) > 1:
        names = [f"{target.kind}/{slug(target.iri)}" for target in found]
        raise ParameterRefused("remove", given, "one thing, and this names several", names)
    if not found:
        near = near_matches(given.rpartition("/")[2], _names(snapshot))
        raise ParameterRefused("remove", given, "the name of a known actor, programme, flow or mechanism", near)
    return found[0]


def _names(snapshot: Snapshot) -> set[str]:
    """Give the names to look for near matches among; flows only where they are few enough to compare."""
    found: set[str] = set()
    for curie in KINDS.values():
        things = [slug(iri) for iri in snapshot.instances(curie) if iri.startswith(ID)]
        found |= set(things) if len(things) <= _MOST_NAMES else set()
    return found


def what_if_document(snapshot: Snapshot, target: Target, filters: Filters, *, rules: bool = True) -> Document:
    """Give what would change without the target at `filters.at`, or at any time.

    Asking the rules again takes seconds; with `rules` false the gaps are None, which does not say that none changes.
    """
    found = what_if(snapshot, target, filters.at)
    changed = changed_gaps(snapshot, target, filters.at) if rules else None
    flows = [flow_row(flow) for flow in found.flows[:_MOST_FLOWS]]
    more = len(found.flows) - len(flows)
    duties = [_duty(snapshot, loss) for loss in found.duties]
    appear = [gap_row(gap) for gap in changed.appear] if changed else []
    vanish = [gap_row(gap) for gap in changed.vanish] if changed else []
    passed_on = set(found.removal.passed_on)
    evidence = [{"evidence": flow.passages} for flow in found.flows]
    query = bind(query_text("what-if"), {"target": NamedNode(target.iri)})
    return Document(
        data={
            "removed": {"kind": target.kind, "iri": target.iri, "label": snapshot.label(target.iri)},
            "programmes": _labelled(snapshot, found.removal.programmes),
            "flows": [{**row, "cascades": row["flow"] in passed_on} for row in flows],
            "lost": [_sum(item) for item in found.lost],
            "duties": duties,
            "duties_gone": _labelled(snapshot, found.duties_gone),
            "ties": _ties(snapshot, found),
            "gaps_appear": appear if changed else None,
            "gaps_vanish": vanish if changed else None,
        },
        generation=snapshot.generation,
        at=filters.at,
        rows=len(duties),
        query=query,
        sources=sources_of(snapshot, [*evidence, *appear, *vanish]),
        filters=filters_of(filters),
        not_applied=not_applied(filters, _NOT_APPLIED),
        more={
            "queries": {"what goes": query, **(named_gap_queries(filters) if rules else {})},
            "flows": len(found.flows),
            "passed_on": sum(flow.iri in passed_on for flow in found.flows),
            "cut": [f"{more} more flows go: they are in the sums and not in the list"] if more else [],
            "meaning": "Money that is part of a removed flow goes too; money that only follows it in time stays. Gaps "
            "are those that rules indicate: what a source reports does not change. Nothing is written to the store.",
        },
    )


def _sum(item: Sum) -> Row:
    counts = {name: getattr(item, name) for name in ("flows", "with_amount", "parts")}
    return {**kind_row(item.kind), "amount": interval_row(item.amount), **counts}


def _labelled(snapshot: Snapshot, things: Iterable[str]) -> list[Row]:
    return [{"iri": iri, "label": snapshot.label(iri)} for iri in things]


def _duty(snapshot: Snapshot, loss: DutyLoss) -> Row:
    return {
        "competence": loss.duty,
        "label": snapshot.label(loss.duty),
        "holder": loss.holder,
        "holder_label": snapshot.label(loss.holder) if loss.holder else None,
        "fields": list(loss.fields),
        "kinds": [_kind(kind) for kind in loss.kinds],
        "flows": [{"flow": flow, "label": snapshot.label(flow), "link": link} for flow, link in loss.flows],
    }


def _kind(kind: KindLoss) -> dict[str, Any]:
    amounts = {name: interval_row(getattr(kind, name)) for name in ("before", "after", "lost", "share")}
    counts = {name: getattr(kind, name) for name in ("flows", "with_amount", "flows_lost")}
    return {**kind_row(kind.kind), **amounts, **counts}


def _ties(snapshot: Snapshot, found: WhatIf) -> list[Row]:
    return [
        {
            "kind": tie.kind,
            "between": [tie.one, tie.other],
            "labels": [snapshot.label(tie.one), snapshot.label(tie.other)],
            "through": list(tie.through),
        }
        for tie in found.ties
    ]
