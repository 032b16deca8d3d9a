"""The trace: every path of money from a payer down, or up to a recipient, and where and why each trail breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final, Literal

from graph.columns import Columns
from graph.filters import Filters
from graph.funding.interval import Interval, exact, total
from graph.funding.ledger import Flow, Kind
from graph.funding.passing import Passed, passed_on, share_of_whole
from graph.funding.sums import without_parts
from graph.funding.trail import MOST_FLOWS, MOST_STEPS, Direction, Relation, Trail
from ontology.identifiers import mint

__all__ = ["MOST_PATHS", "REASONS", "Break", "Path", "Started", "Step", "Trace", "trace"]

Reason = Literal[
    "amount-unknown",
    "share-unknown",
    "only-follows-in-time",
    "recipient-not-stated",
    "payer-not-stated",
    "no-onward-flow",
    "no-inward-flow",
    "not-traced",
    "cycle",
    "cut",
    "arrived",
]
REASONS: Final[dict[Reason, str]] = {
    "amount-unknown": "no source gives the amount",
    "share-unknown": "it is passed on, but no source gives the share or both amounts",
    "only-follows-in-time": "it was paid in the same years by who received the money before; no source links the two",
    "recipient-not-stated": "no source says who receives it",
    "payer-not-stated": "no source says who pays it",
    "no-onward-flow": "no onward flow is recorded: not traced, which does not say that it was not passed on",
    "no-inward-flow": "no inward flow is recorded: where it comes from is not traced",
    "not-traced": "what the recorded parts leave of it is not traced, which does not say that it was not passed on",
    "cycle": "the money comes back to a body that is on the path already: the path is cut here",
    "cut": f"it was not followed further: a path has {MOST_STEPS} steps at most, and a trace {MOST_FLOWS:,} flows",
    "arrived": "it has reached people",
}
MOST_PATHS: Final = 500


@dataclass(frozen=True, slots=True)
class Step:
    """One flow of a path. `share` is the part of the flow before it that it is, 0..1, None where unknown."""

    flow: Flow
    relation: Relation
    share: Interval | None
    share_from: str | None


@dataclass(frozen=True, slots=True)
class Break:
    """Where a trail is weaker or ends: at which flow, and why."""

    flow: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Path:
    """Flows in the order of the money. `share` is the part of the first flow that reaches the last, None if unknown.

    `not_traced` is the amount at the end of which nothing more is known, None where it is unknown itself.
    """

    steps: tuple[Step, ...]
    breaks: tuple[Break, ...]
    end: Reason
    share: Interval | None
    not_traced: Interval | None


@dataclass(frozen=True, slots=True)
class Started:
    """What the trail begins with, of one kind of money: never a flow and its part.

    `passed_on` and `not_traced` are of the flows with an amount: what recorded parts account for, and the rest; None
    for a trace up. `unknown_parts` pass on amounts that no source gives: `passed_on` is then the least.
    """

    kind: Kind
    amount: Interval | None
    passed_on: Interval | None
    not_traced: Interval | None
    flows: int
    with_amount: int
    unknown_parts: int


@dataclass(frozen=True, slots=True)
class Trace:
    """All paths from or to an actor; `cut` says what was not followed, `cycles` name the bodies in each circle."""

    actor: str
    direction: Direction
    paths: tuple[Path, ...]
    started: tuple[Started, ...]
    cycles: tuple[tuple[str, ...], ...]
    left_out: tuple[tuple[Flow, str], ...]
    cut: tuple[str, ...]


def trace(columns: Columns, filters: Filters, direction: Direction = "down", most: int = MOST_PATHS) -> Trace:
    """Trace the money of `filters.actor` at a year, in a span or at any time.

    An actor without flows, as in an empty graph, gives no path. At most `most` paths are given, with money passed on
    and large amounts first. The cost is a scan of the columns a step, and then that of the paths.
    """
    actor = mint("actor", filters.actor or "")
    trail = Trail(columns, actor, direction, *filters.span)
    walks = list(islice(_walks(trail), most + 1))
    cut = [f"more than {most} paths: the others are left out"] if len(walks) > most else []
    if trail.cut:
        cut.append(f"more than {len(trail.flows)} flows within reach: the others are left out")
    paths = tuple(_path(walk, trail) for walk in walks[:most])
    cycles = {_circle(path.steps) for path in paths if path.end == "cycle"}
    left_out = tuple(trail.left_out[iri] for iri in sorted(trail.left_out))
    return Trace(actor, direction, paths, _started(trail), tuple(sorted(cycles)), left_out, tuple(cut))


Walk = tuple[tuple[tuple[Relation, Flow], ...], Reason]


def _walks(trail: Trail) -> Iterator[Walk]:
    first = trail.first()
    # money passed on is reached through the flow that it is part of, where that begins at the same actor
    begins = list(first if trail.direction == "up" else without_parts(first))
    met: set[str] = set()
    # a part whose whole leads back to a body that was met is reached by no other way, and begins a path of its own
    for flow in [*begins, *(flow for flow in first if flow not in begins)]:
        if flow in begins or flow.iri not in met:
            for walk in _onward(trail, (("start", flow),)):
                met.update(each.iri for _, each in walk[0])
                yield walk


def _onward(trail: Trail, walk: tuple[tuple[Relation, Flow], ...]) -> Iterator[Walk]:
    flow = walk[-1][1]
    if _comes_back(trail, walk):
        yield walk, "cycle"
        return
    following = trail.next(flow)
    if not following:
        yield walk, _why_none(trail, flow)
        return
    if len(walk) == MOST_STEPS:
        yield walk, "cut"
        return
    passed = passed_on(flow, trail.parts(flow)) if trail.direction == "down" else None
    if passed and passed.parts and passed.rest.high > 0:
        yield walk, "not-traced"
    for relation, other in following:
        yield from _onward(trail, (*walk, (relation, other)))


def _comes_back(trail: Trail, walk: tuple[tuple[Relation, Flow], ...]) -> bool:
    """Say whether the last flow leads to a body, or is a flow, that the walk has met."""
    flows = [flow for _, flow in walk]
    last, before = flows[-1], flows[:-1]
    if trail.direction == "down":
        met = {trail.actor, *(flow.recipient for flow in before)}
        return last in before or (last.recipient is not None and last.recipient in met)
    met = {trail.actor, *(flow.payer for flow in before)}
    return last in before or (last.payer is not None and last.payer in met)


def _why_none(trail: Trail, flow: Flow) -> Reason:
    if trail.direction == "up":
        return "payer-not-stated" if flow.payer is None else "cut" if trail.cut else "no-inward-flow"
    if flow.recipient is None:
        return "recipient-not-stated"
    if flow.recipient_type == "persons":
        return "arrived"
    return "cut" if trail.cut else "no-onward-flow"


def _path(walk: Walk, trail: Trail) -> Path:
    """Put a walk in the order of the money and say what is known at each step."""
    met, end = walk
    flows = [flow for _, flow in met]
    links = [relation for relation, _ in met[1:]]
    if trail.direction == "up":
        flows, links = flows[::-1], links[::-1]
    steps = [Step(flows[0], "start", None, None)]
    for (before, flow), relation in zip(pairwise(flows), links, strict=True):
        known = share_of_whole(flow, before) if relation == "passed-on" else None
        steps.append(Step(flow, relation, *(known or (None, None))))
    last = flows[-1] if trail.direction == "down" else flows[0]
    breaks = [item for step in steps for item in _weaknesses(step)]
    if end != "arrived":
        breaks.append(Break(last.iri, end))
    return Path(tuple(steps), tuple(breaks), end, _share_of_all(steps), _not_traced(last, end, trail))


def _weaknesses(step: Step) -> Iterator[Break]:
    if step.relation == "follows":
        yield Break(step.flow.iri, "only-follows-in-time")
    if step.relation == "passed-on" and step.share is None:
        yield Break(step.flow.iri, "share-unknown")
    if step.flow.amount is None:
        yield Break(step.flow.iri, "amount-unknown")


def _share_of_all(steps: list[Step]) -> Interval | None:
    found = exact(1)
    for step in steps[1:]:
        if step.share is None:
            return None
        found = found.times(step.share)
    return found


def _not_traced(last: Flow, end: Reason, trail: Trail) -> Interval | None:
    if end in ("arrived", "cycle"):
        return None
    if end == "not-traced":
        passed = passed_on(last, trail.parts(last))
        return passed.rest if passed else None
    return last.amount


def _circle(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Give the bodies of the circle that a path closes, the first in alphabetical order first."""
    bodies = [steps[0].flow.payer or "", *(step.flow.recipient or "" for step in steps)]
    repeated = next((body for place, body in enumerate(bodies) if body and body in bodies[place + 1 :]), bodies[0])
    start = bodies.index(repeated)
    stop = bodies.index(repeated, start + 1) if bodies.count(repeated) > 1 else len(bodies)
    ring = bodies[start:stop]
    turn = ring.index(min(ring))
    return tuple(ring[turn:] + ring[:turn])


def _started(trail: Trail) -> tuple[Started, ...]:
    groups: dict[Kind, list[Flow]] = {}
    for flow in without_parts(flow for flow in trail.first() if flow.summable):
        groups.setdefault(flow.kind, []).append(flow)
    found = []
    for kind, flows in sorted(groups.items(), key=lambda item: item[0].order):
        known = [flow.amount for flow in flows if flow.amount is not None]
        passed: list[Passed] = []
        if trail.direction == "down":
            passed = [each for flow in flows if (each := passed_on(flow, trail.parts(flow)))]
        found.append(
            Started(
                kind=kind,
                amount=total(known) if known else None,
                passed_on=total(each.known for each in passed) if passed else None,
                not_traced=total(each.rest for each in passed) if passed else None,
                flows=len(flows),
                with_amount=len(known),
                unknown_parts=sum(each.unknown for each in passed),
            )
        )
    return tuple(found)
