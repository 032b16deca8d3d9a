"""The funding chain at a grain: levels, countries, programmes or actors, added up where the flows are.

What may stand in one drawing is what `graph.funding.chain` says: one currency, one quantity, one phase, amounts of
single years. A coarser grain adds more flows to a link and changes no rule: half a million flows are summed by DuckDB,
and only sums come back. Money from one body of a group to another of the same group is told apart (`within`), since it
neither reaches the group nor leaves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from graph.columns import Columns, where
from graph.filters import Filters
from graph.funding.chain import (
    LAST_COLUMN,
    NOT_STATED,
    NOT_TRACED,
    circles,
    lane_column,
    main_phase,
    reason_to_omit,
)
from graph.funding.grain_sql import GRAINS, PROVIDER, Grain, drawn, ends_told_apart, remainders_sql, strands_sql
from graph.funding.matrix import period_sql

__all__ = ["GRAINS", "READABLE", "Choice", "Grain", "GrainChain", "Group", "Omission", "Strand", "grain_chain"]

READABLE: Final = 40
"""Links that a reader can tell apart in one drawing: without a choice the finest grain that has no more is taken."""


@dataclass(frozen=True, slots=True)
class Group:
    """One end of links. `who` is an actor or programme (IRI), a country (code) or nothing; `level` its level.

    `role` is `group` for the grain asked for, `programme` for one between its payers and recipients, `provider` for
    bodies that deliver and pay nobody here, `not-stated` and `not-traced` for ends that no source names. `column`
    orders the drawing, the Union first, providers last.
    """

    id: str
    role: str
    who: str | None
    label: str | None
    level: str | None
    column: float


@dataclass(frozen=True, slots=True)
class Strand:
    """All flows of one kind and basis from group to group; amounts are None where none of them has one.

    `flows` names NAMED of them at most, `count` counts them. `phases` and `years` are those of the flows.
    """

    source: str
    target: str
    kind: str
    basis: str | None
    minimum: Decimal | None
    maximum: Decimal | None
    flows: tuple[str, ...]
    count: int
    with_amount: int
    phases: tuple[str, ...]
    years: tuple[int | None, int | None]
    within: bool
    in_cycle: bool = False


@dataclass(frozen=True, slots=True)
class Omission:
    """Flows that the drawing leaves out for one reason."""

    reason: str
    period: str
    flows: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A currency that could be drawn, with its flows of the quantity asked for that have an amount in it."""

    currency: str
    flows: int


@dataclass(frozen=True, slots=True)
class GrainChain:
    """Groups and links at a grain, and what is not among them.

    `beyond` counts the links that are left out as the smallest.
    """

    grain: Grain
    currency: str | None
    quantity: str
    phase: str | None
    years: tuple[str, ...]
    groups: tuple[Group, ...]
    strands: tuple[Strand, ...]
    omissions: tuple[Omission, ...]
    choices: tuple[Choice, ...]
    beyond: int
    cycles: tuple[tuple[str, ...], ...]


def grain_chain(
    columns: Columns,
    filters: Filters,
    quantity: str = "transfer",
    currency: str | None = None,
    grain: Grain | None = None,
    most: int = 400,
) -> GrainChain:
    """Give the chain of the flows that the filters let through, added up at a grain.

    Without `grain` the finest one is taken that has READABLE links at most. Currency and phase are chosen as
    `graph.funding.chain` chooses them. An empty graph gives a chain without groups. At most `most` links come back,
    those with the largest amounts. The cost is some scans of the columns, whatever the number of links.
    """
    condition, inputs = where(filters)
    kinds = _kinds(columns, condition, inputs, filters.at)
    choices = _choices(kinds, quantity)
    chosen = currency or (choices[0].currency if choices else None)
    phase = main_phase(kinds, quantity, chosen)
    omitted: Counter[tuple[str, str]] = Counter()
    years = set()
    for kind in kinds:
        reason = reason_to_omit(kind, quantity, chosen, phase)
        if reason:
            omitted[reason, kind["period"]] += kind["flows"]
        elif kind["amount_max"] is not None:
            years.add(kind["period"])
    chosen_flows = drawn(condition)
    inputs = {**inputs, "at": filters.at, "quantity": quantity, "currency": chosen, "phase": phase}
    taken: Grain = grain or _finest(columns, chosen_flows, inputs)
    rows = columns.rows(strands_sql(chosen_flows, taken), {**inputs, "most": most})
    lost = columns.rows(remainders_sql(chosen_flows, taken), {**inputs, "most": most})
    strands = [_strand(row, taken) for row in (*rows, *lost)]
    cycles = circles((strand.source, strand.target) for strand in strands if not strand.within)
    circling = {(a, b) for cycle in cycles for a, b in zip(cycle, cycle[1:] + cycle[:1], strict=True)}
    return GrainChain(
        grain=taken,
        currency=chosen,
        quantity=quantity,
        phase=phase,
        years=tuple(sorted(years)),
        groups=_groups(rows, lost),
        strands=tuple(replace(strand, in_cycle=(strand.source, strand.target) in circling) for strand in strands),
        omissions=tuple(Omission(*key, flows) for key, flows in sorted(omitted.items())),
        choices=choices,
        beyond=max(0, rows[0]["links"] - most) if rows else 0,
        cycles=tuple(cycles),
    )


def _kinds(columns: Columns, condition: str, inputs: dict[str, Any], at: int | None) -> list[dict[str, Any]]:
    """Count the flows by all that decides whether they may be drawn together."""
    told_apart = "quantity, per, currency, phase, begin_year, end_year, amount_max IS NOT NULL AS known"
    return columns.rows(
        f"""
        SELECT CAST(quantity AS VARCHAR) AS quantity, CAST(per AS VARCHAR) AS per,
               CAST(currency AS VARCHAR) AS currency, CAST(phase AS VARCHAR) AS phase,
               {period_sql(at)} AS period, CASE WHEN known THEN 1 END AS amount_max,
               CAST(sum(flows) AS BIGINT) AS flows
        FROM (SELECT {told_apart}, count(*) AS flows FROM flows WHERE {condition} GROUP BY ALL)
        GROUP BY ALL ORDER BY ALL
        """,
        inputs,
    )


def _choices(kinds: Sequence[dict[str, Any]], quantity: str) -> tuple[Choice, ...]:
    counts: Counter[str] = Counter()
    for kind in kinds:
        if kind["quantity"] == quantity and kind["amount_max"] is not None:
            counts[kind["currency"]] += kind["flows"]
    return tuple(Choice(code, flows) for code, flows in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _finest(columns: Columns, condition: str, inputs: dict[str, Any]) -> Grain:
    """Give the finest grain that has READABLE links at most; the coarsest where none has.

    No finer grain has fewer links than the countries have, so that bodies, of which there may be many, are counted only
    where the countries are few.
    """
    tried: tuple[Grain, ...] = ("country", "actor", "programme")
    for grain in tried:
        rows = columns.tuples(
            f"""
            SELECT count(*) FROM (
                SELECT DISTINCT {ends_told_apart(grain)}, part_of IS NULL AS direct, basis
                FROM flows WHERE {condition} LIMIT $enough
            )
            """,
            {**inputs, "enough": READABLE + 1},
        )
        few = rows[0][0] <= READABLE
        if grain == "country" and not few:
            return "level"
        if grain != "country" and few:
            return grain
    return "country"


def _strand(row: dict[str, Any], grain: Grain) -> Strand:
    return Strand(
        source=row["source"],
        target=row["target"],
        kind=row["kind"],
        basis=row["basis"],
        minimum=row["minimum"],
        maximum=row["maximum"],
        flows=tuple(row["flows"]),
        count=row["n"],
        with_amount=row["with_amount"],
        phases=tuple(phase for phase in row["phases"] or () if phase),
        years=(row["since"], row["until"]),
        within=row["source"] == row["target"] and grain != "actor",
    )


def _groups(rows: Sequence[dict[str, Any]], lost: Sequence[dict[str, Any]]) -> tuple[Group, ...]:
    labels: dict[str, str | None] = {}
    for row in (*lost, *rows):
        for end in ("source", "target"):
            labels[row[end]] = row[f"{end}_label"] or labels.get(row[end])
    found = [_group(name, label) for name, label in labels.items()]
    return tuple(sorted(found, key=lambda group: (group.column, group.id)))


def _group(name: str, label: str | None) -> Group:
    """Make a group from its id: whom it holds, before the last @, and at which level."""
    if name.startswith(f"{NOT_STATED}-"):
        return Group(name, NOT_STATED, None, None, None, 0 if name.endswith("-payer") else LAST_COLUMN)
    if name.startswith(f"{NOT_TRACED}-"):
        beyond = _group(name.removeprefix(f"{NOT_TRACED}-"), label)
        return replace(beyond, id=name, role=NOT_TRACED, column=LAST_COLUMN)
    who, _, lane = name.rpartition("@")
    if lane.startswith(">"):
        return Group(name, "programme", who, label, lane[1:] or None, lane_column(lane[1:] or None) + 0.5)
    single = label if "/" in who else None
    if lane == PROVIDER:
        return Group(name, PROVIDER, who or None, single, None, LAST_COLUMN)
    return Group(name, "group", who or None, single, lane or None, lane_column(lane or None))
