"""Questions over ties, as expressions over arcs and the levels of actors that any tabular engine runs."""

from __future__ import annotations

from typing import Any, Final

import ibis

__all__ = ["brokered", "dyads", "partners"]

_ARCS: Final = ibis.table({"sender": "int32", "receiver": "int32"}, name="arcs")
_LEVELS: Final = ibis.table({"actor": "int32", "level": "string"}, name="actor_levels")


def brokered() -> Any:
    """Count the two-paths over each actor by role, as `graph.measures.brokerage` defines them.

    Columns: actor, role, paths; an actor has no row for a role that it never has.
    """
    first, then, short = _ARCS, _ARCS.view(), _ARCS.view()
    paths = first.join(then, first.receiver == then.sender).select(
        sender=first.sender, broker=first.receiver, receiver=then.receiver
    )
    paths = paths.filter(paths.sender != paths.receiver)
    # what is tied by itself needs no broker
    paths = paths.anti_join(short, [paths.sender == short.sender, paths.receiver == short.receiver])
    for end in ("sender", "broker", "receiver"):
        levels = _LEVELS.view()
        paths = paths.join(levels, paths[end] == levels.actor).select(paths, **{f"{end}_level": levels.level})
    given, own, taken = paths.sender_level, paths.broker_level, paths.receiver_level
    role = ibis.cases(
        ((given == taken) & (own == given), "coordinator"),
        (given == taken, "itinerant"),
        (own == given, "representative"),
        (own == taken, "gatekeeper"),
        else_="liaison",
    )
    return paths.group_by(actor=paths.broker, role=role).agg(paths=paths.count())


def dyads() -> Any:
    """Give the pairs of tied actors that both have a level, each once, in their order.

    Columns: one, other, external, which is whether their levels differ.
    """
    one, other = _LEVELS, _LEVELS.view()
    pairs = _ARCS.select(
        first=ibis.least(_ARCS.sender, _ARCS.receiver), second=ibis.greatest(_ARCS.sender, _ARCS.receiver)
    ).distinct()
    known = pairs.join(one, pairs.first == one.actor).select(pairs, one_level=one.level)
    both = known.join(other, known.second == other.actor).select(known, other_level=other.level)
    return both.select(one=both.first, other=both.second, external=both.one_level != both.other_level).order_by(
        "one", "other"
    )


def partners() -> Any:
    """Count the partners of each actor that have a level, for actors that have one and at least one such partner.

    Columns: actor, partners, external, which are those at another level.
    """
    pairs = dyads()
    ends = ibis.union(
        pairs.select(actor=pairs.one, external=pairs.external), pairs.select(actor=pairs.other, external=pairs.external)
    )
    return ends.group_by("actor").agg(partners=ends.count(), external=ends.external.ifelse(1, 0).sum())
