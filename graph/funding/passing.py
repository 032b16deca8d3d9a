"""Money passed on: how much of a flow the flows that are part of it account for, and where more goes out than came in.

Only flows that are linked by gov:partOf count: money that merely follows in time is nobody's share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from graph.funding.interval import Interval, exact, total
from graph.funding.ledger import Flow, Kind
from graph.funding.sums import sums

__all__ = [
    "Excess",
    "PassThrough",
    "Passed",
    "conservation",
    "parts_by_whole",
    "pass_through",
    "passed_on",
    "share_of_whole",
]


def parts_by_whole(flows: Iterable[Flow]) -> dict[str, list[Flow]]:
    """Give the flows that pass on the money of each flow, by its IRI; prices, limits and purposes pass on none."""
    found: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.part_of and flow.is_money:
            found[flow.part_of].append(flow)
    return dict(found)


def share_of_whole(part: Flow, whole: Flow) -> tuple[Interval, str] | None:
    """Give the share of a flow that a part of it is, 0..1, and whether it is stated or comes from both amounts.

    None where neither a share of that flow nor both amounts, in one currency and phase, are known. A yearly rate over
    several years is compared with another of the same years only.
    """
    if part.share is not None and part.share_of == whole.iri:
        return part.share, "stated"
    if part.amount is None or whole.amount is None or not _comparable(part, whole):
        return None
    ratio = part.amount.over(whole.amount)
    return None if ratio is None else (ratio, "amounts")


def _comparable(part: Flow, whole: Flow) -> bool:
    like = (part.kind.currency, part.kind.phase) == (whole.kind.currency, whole.kind.phase)
    return like and (part.kind.period == whole.kind.period or (part.is_lump and whole.is_lump))


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of one flow: `known` is passed on for sure, `rest` is not traced.

    `share` is known / amount; `unknown` counts the parts whose amount is unknown, for which `rest` may be down to 0.
    """

    known: Interval
    rest: Interval
    share: Interval
    parts: int
    unknown: int


def passed_on(whole: Flow, parts: Sequence[Flow]) -> Passed | None:
    """Say how much of a flow its recorded parts pass on; None where its own amount is unknown.

    A part without an amount but with a stated share counts with its share. The result is in the flow's currency; with
    no part all of it is not traced, which does not say that it was not passed on.
    """
    if whole.amount is None:
        return None
    known, shares, unknown = exact(0), exact(0), 0
    for part in parts:
        share = share_of_whole(part, whole)
        if share is None:
            unknown += 1
            continue
        shares += share[0]
        given = part.amount if part.amount is not None and _comparable(part, whole) else None
        known += given or whole.amount.times(share[0])
    rest = whole.amount.less(known)
    return Passed(known, Interval(Decimal(0), rest.high) if unknown else rest, shares, len(parts), unknown)


@dataclass(frozen=True, slots=True)
class PassThrough:
    """The pass-through ratio of an actor for one kind of money received; `unknown` parts have no amount."""

    kind: Kind
    received: Interval
    passed_on: Interval
    ratio: Interval
    flows: int
    parts: int
    unknown: int


def pass_through(flows: Iterable[Flow], actor: str) -> tuple[PassThrough, ...]:
    """Give the pass-through ratio of an actor: money passed on / money received, by kind of money.

    Only money received that has recorded parts counts in either: of the rest nothing is known. 0..1 unless more goes
    out than came in (see `conservation`); without unit. Both ends are enclosures: the ratio of a sum lies between
    those of its flows. A part without amount or share leaves the upper end at 1 or above. An actor without such
    flows, as in an empty graph, has none. The cost grows with the number of flows. Source: a definition of ours; money
    passed on is linked to where it comes from as in IATI 2.03, transaction/provider-org/@provider-activity-id.
    """
    chosen = list(flows)
    parts = parts_by_whole(chosen)
    groups: dict[Kind, list[tuple[Flow, Passed]]] = defaultdict(list)
    for flow in chosen:
        passed = passed_on(flow, parts.get(flow.iri, ()))
        if flow.recipient == actor and flow.summable and passed is not None and passed.parts:
            groups[flow.kind].append((flow, passed))
    found = []
    for kind in sorted(groups, key=lambda kind: kind.order):
        members = groups[kind]
        received = total(flow.amount for flow, _ in members if flow.amount is not None)
        known = total(passed.known for _, passed in members)
        unknown = sum(passed.unknown for _, passed in members)
        ratio = _ratio(received, known, [passed for _, passed in members])
        if ratio is not None:
            count = sum(passed.parts for _, passed in members)
            found.append(PassThrough(kind, received, known, ratio, len(members), count, unknown))
    return tuple(found)


def _ratio(received: Interval, known: Interval, members: Sequence[Passed]) -> Interval | None:
    """Enclose the ratio of two sums: a mean of its members' shares, weighted by amounts, lies between them.

    Where stated shares contradict the amounts, the amounts count.
    """
    wide = known.over(received)
    if wide is None:
        return None
    low = max(wide.low, min(passed.share.low for passed in members))
    high = min(wide.high, max(passed.share.high for passed in members))
    ratio = Interval(low, high) if low <= high else wide
    return Interval(ratio.low, max(ratio.high, Decimal(1))) if any(passed.unknown for passed in members) else ratio


@dataclass(frozen=True, slots=True)
class Excess:
    """More goes out than came in: at a `flow` whose parts exceed it, or at an `actor`.

    `certain` where it holds at whatever point of the ranges; else only some points of them are in conflict.
    """

    at: Literal["flow", "actor"]
    thing: str
    kind: Kind
    came_in: Interval
    went_out: Interval
    certain: bool


def conservation(flows: Iterable[Flow]) -> tuple[Excess, ...]:
    """Find where more goes out than came in: a finding to look at, not an error.

    Of a flow, where its parts add up to more than it; of an actor, where what it pays is more than what is recorded
    as paid to it, in one kind of money and only where both are recorded: the difference is own means, or money that
    no source tells of. In units of the currency. An empty graph gives none. The cost grows with the number of flows.
    Source: flow conservation, Ahuja, Magnanti & Orlin (1993), Network Flows, ch. 1.
    """
    chosen = [flow for flow in flows if flow.summable]
    return tuple(sorted([*_over_parts(chosen), *_over_bodies(chosen)], key=lambda item: (item.at, item.thing)))


def _over_parts(flows: Sequence[Flow]) -> list[Excess]:
    parts, found = parts_by_whole(flows), []
    for flow in flows:
        passed = passed_on(flow, parts.get(flow.iri, ()))
        if not passed or not flow.amount:
            continue
        certain = passed.share.low > 1 or passed.known.low > flow.amount.high
        if certain or (passed.known.high > flow.amount.low and passed.share.high > 1):
            found.append(Excess("flow", flow.iri, flow.kind, flow.amount, passed.known, certain))
    return found


def _over_bodies(flows: Sequence[Flow]) -> list[Excess]:
    sides: Mapping[str, dict[str, list[Flow]]] = {"in": defaultdict(list), "out": defaultdict(list)}
    for flow in flows:
        if flow.recipient:
            sides["in"][flow.recipient].append(flow)
        if flow.payer:
            sides["out"][flow.payer].append(flow)
    found = []
    for actor in sides["in"].keys() & sides["out"].keys():
        came = {item.kind: item.amount for item in sums(sides["in"][actor])}
        for item in sums(sides["out"][actor]):
            into = came.get(item.kind)
            if into is not None and item.amount is not None and item.amount.high > into.low:
                certain = item.amount.low > into.high
                found.append(Excess("actor", actor, item.kind, into, item.amount, certain))
    return found
