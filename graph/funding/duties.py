"""The funding of duties: which recorded flows pay for a duty, and what it would lose with some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pyoxigraph import NamedNode

from graph.columns import columns_of
from graph.duty import kind_of_duty
from graph.funding.interval import Interval, total
from graph.funding.ledger import Flow, Kind, read_flows
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.time import holds, year
from ontology.identifiers import expand, slug

__all__ = ["DutyLoss", "KindLoss", "Link", "duty_losses", "nearest"]

Link = Literal["serves", "field-and-territory"]


@dataclass(frozen=True, slots=True)
class KindLoss:
    """What a duty has and loses of one kind of money. Amounts are None where none is known.

    `share` is the lost part of its known funding of that kind, 0..1, None where no amount is known or it may be zero.
    """

    kind: Kind
    before: Interval | None
    after: Interval | None
    lost: Interval | None
    share: Interval | None
    flows: int
    with_amount: int
    flows_lost: int


@dataclass(frozen=True, slots=True)
class DutyLoss:
    """A duty that loses flows: by kind of money, the flows that go, and how they are linked to it."""

    duty: str
    holder: str | None
    fields: tuple[str, ...]
    kinds: tuple[KindLoss, ...]
    flows: tuple[tuple[str, Link], ...]


@dataclass(frozen=True, slots=True)
class _Duty:
    iri: str
    holder: str | None
    fields: frozenset[str]
    place: str | None
    delivers: bool


def nearest(flows: Iterable[Flow]) -> list[Flow]:
    """Leave out the flows of which another of the selection is a part: what is left is nearest to its use.

    For a duty that both a flow and its part serve, the part is what reaches it; the two are never added.
    """
    chosen = list(flows)
    larger = {whole for flow in chosen for whole in flow.wholes}
    return [flow for flow in chosen if flow.iri not in larger]


def duty_losses(snapshot: Snapshot, gone: frozenset[str], at: int | None = None) -> tuple[DutyLoss, ...]:
    """Say what the duties would lose without the flows in `gone`, at a year or at any time, by IRI of the duty.

    A flow pays for the duties that it serves (gov:serves). One that names none is taken to pay for the duties of
    delivery in one of its fields over the place of its recipient (its payer where no recipient is stated), those that
    this body holds itself before others: that link is inferred. A duty that several flows pay for, and a flow that
    pays for several duties, is shown at each; what duties lose is not to be added up. Flows that reach no duty lose
    nobody anything here. An empty graph gives none. The cost is a scan of the duties, once, and two of the
    columns.
    """
    duties = _duties(snapshot, at)
    places = _places(snapshot)
    chosen = _read(snapshot, "flow IN (SELECT unnest($flows::VARCHAR[]))", {"flows": sorted(gone)}, at)
    touched = [duties[iri] for iri in sorted(_links(snapshot, chosen, duties, places))]
    paying = _links(snapshot, _around(snapshot, touched, places, at), duties, places)
    found = []
    for duty in touched:
        lost = tuple(sorted((flow.iri, link) for flow, link in paying[duty.iri] if flow.iri in gone))
        kinds = _by_kind((flow for flow, _ in paying[duty.iri]), gone)
        found.append(DutyLoss(duty.iri, duty.holder, tuple(sorted(duty.fields)), kinds, lost))
    return tuple(found)


def _read(snapshot: Snapshot, condition: str, inputs: Mapping[str, object], at: int | None) -> list[Flow]:
    flows = read_flows(columns_of(snapshot), condition, inputs, at)
    return [flow for flow in flows if holds(flow.begin, flow.end, at, at)]


def _around(snapshot: Snapshot, duties: Iterable[_Duty], places: Mapping[str, str], at: int | None) -> list[Flow]:
    """Read the flows that may pay for duties: those that serve them, and those of the bodies seated at their places."""
    chosen = list(duties)
    spots = {duty.place for duty in chosen if duty.delivers}
    serving = {flow for duty in chosen for flow in _serving(snapshot, duty.iri)}
    inputs = {"flows": sorted(serving), "actors": sorted(actor for actor, place in places.items() if place in spots)}
    condition = (
        "flow IN (SELECT unnest($flows::VARCHAR[])) "
        "OR coalesce(recipient, payer) IN (SELECT unnest($actors::VARCHAR[]))"
    )
    return _read(snapshot, condition, inputs, at)


@remembered(1)
def _places(snapshot: Snapshot) -> dict[str, str]:
    return {actor: values[0] for actor, values in snapshot.values("gov:jurisdiction").items()}


@remembered(8)
def _duties(snapshot: Snapshot, at: int | None) -> dict[str, _Duty]:
    """Give the duties that hold as facts; explicit absences and norms are none."""
    names = ("holder", "over", "aspect", "modality", "nature", "validFrom", "validTo")
    facts = {name: snapshot.values(f"gov:{name}") for name in names}
    fields = snapshot.values("gov:field")

    def first(name: str, iri: str) -> str | None:
        return facts[name].get(iri, [None])[0]

    found = {}
    for iri in snapshot.instances("gov:Competence"):
        kind = kind_of_duty(slug(first("modality", iri) or ""), slug(first("nature", iri) or ""))
        if kind == "duty" and holds(year(first("validFrom", iri)), year(first("validTo", iri)), at, at):
            delivers = slug(first("aspect", iri) or "") == "delivery"
            here = frozenset(slug(field) for field in fields.get(iri, []))
            found[iri] = _Duty(iri, first("holder", iri), here, first("over", iri), delivers)
    return found


def _served(snapshot: Snapshot, flow: str) -> set[str]:
    quads = snapshot.quads(flow, expand("gov:serves"))
    return {quad.object.value for quad in quads if isinstance(quad.object, NamedNode)}


def _serving(snapshot: Snapshot, duty: str) -> set[str]:
    quads = snapshot.quads(predicate=expand("gov:serves"), object_=duty)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def _links(
    snapshot: Snapshot, flows: Iterable[Flow], duties: Mapping[str, _Duty], places: Mapping[str, str]
) -> dict[str, list[tuple[Flow, Link]]]:
    """Give the duties that flows pay for, each with the flows."""
    here: dict[tuple[str | None, ...], set[str]] = defaultdict(set)
    for duty in duties.values():
        if duty.delivers and duty.place:
            for field in duty.fields:
                here[duty.place, field].add(duty.iri)
                here[duty.place, field, duty.holder].add(duty.iri)
    found: dict[str, list[tuple[Flow, Link]]] = defaultdict(list)
    for flow in flows:
        served = _served(snapshot, flow.iri)
        for iri in served & duties.keys():
            found[iri].append((flow, "serves"))
        if not served and flow.is_money:
            body = flow.recipient or flow.payer or ""
            place = places.get(body)
            own = {iri for field in flow.fields for iri in here.get((place, field, body), ())}
            for iri in own or {iri for field in flow.fields for iri in here.get((place, field), ())}:
                found[iri].append((flow, "field-and-territory"))
    return dict(found)


def _by_kind(flows: Iterable[Flow], gone: frozenset[str]) -> tuple[KindLoss, ...]:
    groups: dict[Kind, list[Flow]] = defaultdict(list)
    for flow in nearest(flow for flow in flows if flow.summable):
        groups[flow.kind].append(flow)
    return tuple(_loss(kind, groups[kind], gone) for kind in sorted(groups, key=lambda kind: kind.order))


def _loss(kind: Kind, flows: list[Flow], gone: frozenset[str]) -> KindLoss:
    lost = [flow.amount for flow in flows if flow.amount and flow.iri in gone]
    kept = [flow.amount for flow in flows if flow.amount and flow.iri not in gone]
    known = bool(lost or kept)
    return KindLoss(
        kind=kind,
        before=total([*lost, *kept]) if known else None,
        after=total(kept) if kept else None,
        lost=total(lost) if lost else None,
        share=_lost_share(total(lost), total(kept)) if lost else None,
        flows=len(flows),
        with_amount=len(lost) + len(kept),
        flows_lost=sum(flow.iri in gone for flow in flows),
    )


def _lost_share(lost: Interval, kept: Interval) -> Interval | None:
    """Give lost / (lost + kept) at both ends; None where both may be zero."""
    if lost.low + kept.low <= 0:
        return None
    low = lost.low / (lost.low + kept.high) if lost.low else Decimal(0)
    return Interval(low, lost.high / (lost.high + kept.low) if lost.high else Decimal(0))
