"""What if an actor, a programme, a flow or a mechanism were not there: what duties lose, which ties and gaps change."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.duties import DutyLoss, duty_losses
from graph.funding.ledger import Flow, read_flows
from graph.funding.sums import Sum, sums
from graph.gaps.gap import Gap, find_gaps
from graph.remember import remembered
from graph.removal import Removal, Target, removal, without
from graph.snapshot import Snapshot
from graph.time import holds, year

__all__ = ["ChangedGaps", "Tie", "WhatIf", "changed_gaps", "what_if"]


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie that goes: between whom, of which kind, and the flows or the mechanism that made it."""

    kind: str
    one: str
    other: str
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a removal changes at a year, or at any time.

    `flows` go, `lost` is their sum by kind (never a flow and its part); `duties` lose money, `duties_gone` go with
    their holder.
    """

    removal: Removal
    flows: tuple[Flow, ...]
    lost: tuple[Sum, ...]
    duties: tuple[DutyLoss, ...]
    duties_gone: tuple[str, ...]
    ties: tuple[Tie, ...]


@dataclass(frozen=True, slots=True)
class ChangedGaps:
    """The gaps that rules indicate only without what is removed (`appear`), or only with it (`vanish`)."""

    appear: tuple[Gap, ...]
    vanish: tuple[Gap, ...]


@remembered(4)
def what_if(snapshot: Snapshot, target: Target | None, at: int | None = None) -> WhatIf:
    """Say what would change without a target; without nothing nothing changes.

    Money passed on goes with the money it comes from; money that only follows in time stays, as nothing says that it
    is the same. The store is left as it is. The cost grows with what goes.
    """
    removed = removal(snapshot, target)
    gone = frozenset((*removed.flows, *removed.passed_on))
    columns = columns_of(snapshot)
    condition = "flow IN (SELECT unnest($flows::VARCHAR[]))"
    found = read_flows(columns, condition, {"flows": sorted(gone)}, at)
    flows = tuple(flow for flow in found if holds(flow.begin, flow.end, at, at))
    held = _held(snapshot, removed.duties, at)
    losses = duty_losses(snapshot, gone, at)
    return WhatIf(
        removal=removed,
        flows=flows,
        lost=sums(flows),
        duties=tuple(loss for loss in losses if loss.duty not in removed.duties),
        duties_gone=held,
        ties=(*_funding_ties(snapshot, flows, gone, at), *_coordination_ties(snapshot, removed, at)),
    )


@remembered(32)
def changed_gaps(snapshot: Snapshot, target: Target | None, at: int | None = None) -> ChangedGaps:
    """Say which gaps the rules would indicate no more, or only then; what a source reports does not change.

    Without nothing nothing changes. The cost is that of a copy of the graph and of asking every rule of it.
    """
    if target is None:
        return ChangedGaps((), ())
    asked = Filters(at=at)
    before = {gap.id: gap for gap in find_gaps(snapshot, asked) if gap.state == "indicated"}
    with without(snapshot, removal(snapshot, target)) as changed:
        after = {gap.id: gap for gap in find_gaps(changed, asked) if gap.state == "indicated"}
    appear = tuple(after[key] for key in sorted(after.keys() - before.keys()))
    return ChangedGaps(appear, tuple(before[key] for key in sorted(before.keys() - after.keys())))


def _held(snapshot: Snapshot, things: tuple[str, ...], at: int | None) -> tuple[str, ...]:
    begin, end = snapshot.values("gov:validFrom"), snapshot.values("gov:validTo")
    return tuple(
        thing for thing in things if holds(year(begin.get(thing, [None])[0]), year(end.get(thing, [None])[0]), at, at)
    )


def _funding_ties(snapshot: Snapshot, flows: tuple[Flow, ...], gone: frozenset[str], at: int | None) -> tuple[Tie, ...]:
    """Give the pairs of payer and recipient between whom no flow is left."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for flow in flows:
        if flow.payer and flow.recipient:
            pairs.setdefault((flow.payer, flow.recipient), []).append(flow.iri)
    inputs = {"payers": sorted({payer for payer, _ in pairs}), "at": at}
    rest = columns_of(snapshot).tuples(
        """
        SELECT payer, recipient, flow FROM flows WHERE payer IN (SELECT unnest($payers::VARCHAR[]))
        AND ($at::INT IS NULL OR ((begin_year IS NULL OR begin_year <= $at) AND (end_year IS NULL OR end_year >= $at)))
        """,
        inputs,
    )
    kept = {(payer, recipient) for payer, recipient, flow in rest if flow not in gone}
    return tuple(Tie("funding", *pair, tuple(pairs[pair])) for pair in sorted(pairs.keys() - kept))


def _coordination_ties(snapshot: Snapshot, removed: Removal, at: int | None) -> tuple[Tie, ...]:
    """Give the pairs that no mechanism ties any more; without an actor, those between it and each participant."""
    if removed.target is None or removed.target.kind not in ("actor", "mechanism"):
        return ()
    if removed.target.kind == "mechanism":
        return _pairs_untied(snapshot, removed.target.iri, at)
    participants = snapshot.values("gov:participant")
    pairs: dict[str, list[str]] = {}
    for mechanism in sorted(_held(snapshot, (*removed.mechanisms, *removed.left), at)):
        for other in participants[mechanism]:
            if other != removed.target.iri:
                pairs.setdefault(other, []).append(mechanism)
    return tuple(Tie("coordination", removed.target.iri, other, tuple(pairs[other])) for other in sorted(pairs))


def _pairs_untied(snapshot: Snapshot, mechanism: str, at: int | None) -> tuple[Tie, ...]:
    """Give the pairs of participants that no other mechanism ties."""
    participants = snapshot.values("gov:participant")
    held = _held(snapshot, tuple(participants), at)
    others = [set(participants[each]) for each in held if each != mechanism]
    pairs = combinations(sorted(set(participants.get(mechanism, ()))), 2) if mechanism in held else ()
    return tuple(
        Tie("coordination", one, other, (mechanism,))
        for one, other in pairs
        if not any(one in each and other in each for each in others)
    )
