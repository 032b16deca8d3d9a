"""The trail: which flows may follow or precede which, gathered from the columns around one actor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from graph.columns import Columns
from graph.funding.ledger import NOT_MONEY, Flow, read_flows
from graph.time import holds

__all__ = ["MOST_FLOWS", "MOST_STEPS", "Direction", "Relation", "Trail"]

Direction = Literal["down", "up"]
Relation = Literal["start", "passed-on", "follows"]
MOST_STEPS: Final = 12
MOST_FLOWS: Final = 20_000
_HELD: Final = (
    "($until::INT IS NULL OR begin_year IS NULL OR begin_year <= $until) "
    "AND ($since::INT IS NULL OR end_year IS NULL OR end_year >= $since)"
)


class Trail:
    """The flows around an actor, in one direction, with what each leads to.

    Two flows are linked where one is part of the other (gov:partOf), whatever their years. Where a flow is part of
    none, it merely follows those that its payer received in the same years: no source says that it is the same money.
    """

    def __init__(self, columns: Columns, actor: str, direction: Direction, since: int | None, until: int | None):
        """Gather what can be reached within MOST_STEPS; `cut` says whether MOST_FLOWS were too few."""
        self.actor, self.direction = actor, direction
        self._columns, self._span = columns, {"since": since, "until": until}
        self._at = since if since == until else None
        self.flows: dict[str, Flow] = {}
        self.left_out: dict[str, tuple[Flow, str]] = {}
        self.cut = False
        self._gather()
        self._by_payer: dict[str | None, list[Flow]] = {}
        self._by_recipient: dict[str | None, list[Flow]] = {}
        self._by_whole: dict[str | None, list[Flow]] = {}
        for flow in self.flows.values():
            self._by_payer.setdefault(flow.payer, []).append(flow)
            self._by_recipient.setdefault(flow.recipient, []).append(flow)
            self._by_whole.setdefault(flow.part_of, []).append(flow)

    def first(self) -> list[Flow]:
        """Give the flows that the trail begins with: what the actor pays (down) or receives (up)."""
        sides = self._by_payer if self.direction == "down" else self._by_recipient
        return _ordered(flow for flow in sides.get(self.actor, []) if self._asked(flow))

    def parts(self, flow: Flow) -> list[Flow]:
        """Give the flows that pass on the money of this one."""
        return _ordered(self._by_whole.get(flow.iri, []))

    def next(self, flow: Flow) -> list[tuple[Relation, Flow]]:
        """Give the flows that come next on the walk, each with how it is related; money passed on comes first."""
        if self.direction == "down":
            linked = self.parts(flow)
            after = [] if flow.recipient is None else self._by_payer.get(flow.recipient, [])
            loose = [other for other in after if self._may_follow(other, flow)]
        else:
            whole = self.flows.get(flow.part_of or "")
            linked = [whole] if whole else []
            before = [] if flow.payer is None or flow.part_of else self._by_recipient.get(flow.payer, [])
            loose = [other for other in before if self._may_follow(flow, other)]
        return [("passed-on", other) for other in linked] + [("follows", other) for other in _ordered(loose)]

    def _may_follow(self, later: Flow, earlier: Flow) -> bool:
        """Say whether money may have gone on from one flow to another, though no source links them."""
        return (
            later.part_of is None
            and later.iri != earlier.iri
            and later.summable
            and earlier.summable
            and self._asked(later)
            and self._asked(earlier)
            and holds(later.begin, later.end, earlier.begin, earlier.end)
        )

    def _asked(self, flow: Flow) -> bool:
        return holds(flow.begin, flow.end, self._span["since"], self._span["until"])

    def _gather(self) -> None:
        actors, flows = {self.actor}, set[str]()
        asked: set[str] = set()
        for _ in range(MOST_STEPS + 1):  # one more, to know whether a path of that length goes on
            found = self._read(actors, flows)
            fresh = [flow for flow in found if flow.iri not in self.flows]
            room = MOST_FLOWS - len(self.flows)
            self.cut = self.cut or len(fresh) > room
            self.flows.update((flow.iri, flow) for flow in fresh[:room])
            asked |= actors
            ends = {flow.recipient if self.direction == "down" else flow.payer for flow in fresh[:room]}
            actors = {end for end in ends if end} - asked
            flows = {flow.iri if self.direction == "down" else flow.part_of or "" for flow in fresh[:room]} - {""}
            if self.cut or not (actors or flows):
                return

    def _read(self, actors: set[str], flows: set[str]) -> list[Flow]:
        side, link = ("payer", "part_of") if self.direction == "down" else ("recipient", "flow")
        condition = (
            f"({side} IN (SELECT unnest($actors::VARCHAR[])) AND {_HELD}) "
            f"OR {link} IN (SELECT unnest($flows::VARCHAR[]))"
        )
        inputs = {"actors": sorted(actors), "flows": sorted(flows), **self._span}
        found = []
        for flow in read_flows(self._columns, condition, inputs, self._at, MOST_FLOWS + 1):
            reason = NOT_MONEY.get(flow.kind.quantity)
            if reason is None:
                found.append(flow)
            else:
                self.left_out[flow.iri] = (flow, reason)
        return found


def _ordered(flows: Iterable[Flow]) -> list[Flow]:
    """Put the largest known amounts first, so that what is cut is small or unknown."""
    return sorted(flows, key=lambda flow: (-(flow.amount.high if flow.amount else -1), flow.iri))
