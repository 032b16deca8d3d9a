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
from typing import Any, Final, Literal, get_args

from graph.columns import Columns, where
from graph.filters import Filters
from graph.funding.chain import (
    NOT_STATED,
    NOT_TRACED,
    PROVIDERS,
    circles,
    lane_column,
    main_phase,
    reason_to_omit,
)
from graph.funding.matrix import period_sql

__all__ = ["GRAINS", "READABLE", "Choice", "Grain", "GrainChain", "Group", "Omission", "Strand", "grain_chain"]

Grain = Literal["level", "country", "programme", "actor"]
GRAINS: Final[tuple[Grain, ...]] = get_args(Grain)
READABLE: Final = 40
"""Links that a reader can tell apart in one drawing: without a choice the finest grain that has no more is taken."""
NAMED: Final = 20
"""Flows of a link that are named; the others are counted."""
_PROVIDER: Final = "provider"
_SINGLE_YEAR: Final = (
    "coalesce(begin_year = end_year OR ($at::INT IS NOT NULL AND per = 'year' "
    "AND (begin_year IS NOT NULL OR end_year IS NOT NULL)), false)"
)
_WHO: Final = {"level": "''", "country": "coalesce({side}_country, '')", "actor": "{side}"}


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

    `links` counts all links of each grain, `beyond` those of this one that are left out as the smallest.
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
    links: dict[Grain, int]
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
    drawn = _drawn(condition)
    inputs = {**inputs, "at": filters.at, "quantity": quantity, "currency": chosen, "phase": phase}
    links = _link_counts(columns, drawn, inputs)
    taken: Grain = grain or _finest(links)
    rows = columns.rows(_strands_sql(drawn, taken), {**inputs, "most": most})
    lost = columns.rows(_remainders_sql(drawn, taken), {**inputs, "most": most})
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
        links=links,
        beyond=max(0, rows[0]["links"] - most) if rows else 0,
        cycles=tuple(cycles),
    )


def _finest(links: dict[Grain, int]) -> Grain:
    return next((each for each in reversed(GRAINS) if links[each] <= READABLE), "level")


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


def _drawn(condition: str) -> str:
    """Give the SQL for the flows that stand in the drawing."""
    return f"""
        SELECT flow, part_of, CAST(basis AS VARCHAR) AS basis, CAST(phase AS VARCHAR) AS phase, begin_year, end_year,
               coalesce(amount_min, amount_max * 0) AS low, amount_max AS high,
               payer, payer_label, CAST(payer_level AS VARCHAR) AS payer_level,
               CAST(payer_country AS VARCHAR) AS payer_country, recipient, recipient_label,
               CAST(recipient_level AS VARCHAR) AS recipient_level,
               CAST(recipient_country AS VARCHAR) AS recipient_country,
               CAST(recipient_type AS VARCHAR) AS recipient_type,
               CAST(programme AS VARCHAR) AS programme, programme_label
        FROM flows
        WHERE {condition} AND CAST(quantity AS VARCHAR) = $quantity AND CAST(per AS VARCHAR) IN ('total', 'year')
          AND (amount_max IS NULL OR (CAST(currency AS VARCHAR) = $currency AND {_SINGLE_YEAR}
               AND CAST(phase AS VARCHAR) IS NOT DISTINCT FROM $phase))
    """


def _link_counts(columns: Columns, drawn: str, inputs: dict[str, Any]) -> dict[Grain, int]:
    """Count the links of each grain, near enough to tell which one is readable."""
    between = {
        "level": "payer_level, recipient_level",
        "country": "payer_country, payer_level, recipient_country, recipient_level",
        "programme": "payer_country, payer_level, programme, recipient_country, recipient_level",
        "actor": "payer, recipient",
    }
    counted = ", ".join(
        f"count(DISTINCT row({keys}, part_of IS NOT NULL, basis)) AS {name}" for name, keys in between.items()
    )
    (row,) = columns.rows(f"SELECT {counted} FROM ({drawn})", inputs)
    return {grain: row[grain] for grain in GRAINS}


def _ends_sql(drawn: str, grain: Grain) -> str:
    """Give the SQL for the drawn flows with the ids of the groups at their ends."""
    kinds = ", ".join(f"'{kind}'" for kind in sorted(PROVIDERS))
    who = _WHO["country" if grain == "programme" else grain]
    last = (
        f"CASE WHEN recipient_type IN ({kinds}) AND recipient NOT IN (SELECT payer FROM drawn WHERE payer IS NOT NULL) "
        f"THEN '{_PROVIDER}' ELSE coalesce(recipient_level, '') END"
    )
    payer, recipient = who.format(side="payer"), who.format(side="recipient")
    return f"""
        drawn AS ({drawn}),
        ends AS (
            SELECT *,
                   CASE WHEN payer IS NULL THEN '{NOT_STATED}-payer'
                        ELSE {payer} || '@' || coalesce(payer_level, '') END AS source,
                   CASE WHEN recipient IS NULL THEN '{NOT_STATED}-recipient'
                        ELSE {recipient} || '@' || {last} END AS target
            FROM drawn
        )
    """


def _strands_sql(drawn: str, grain: Grain) -> str:
    facts = "flow, part_of, basis, phase, begin_year, end_year, low, high"
    direct = f"SELECT source, target, payer_label AS one, recipient_label AS other, {facts} FROM ends"
    if grain == "programme":
        between = "programme || '@>' || CASE WHEN payer IS NULL THEN '' ELSE coalesce(payer_level, '') END"
        legs = f"""
            {direct} WHERE programme IS NULL OR source = target
            UNION ALL SELECT source, {between}, NULL, programme_label, {facts} FROM ends
            WHERE programme IS NOT NULL AND source <> target
            UNION ALL SELECT {between}, target, programme_label, NULL, {facts} FROM ends
            WHERE programme IS NOT NULL AND source <> target
        """
    else:
        legs = direct
    return f"""
        WITH {_ends_sql(drawn, grain)}, legs AS ({legs})
        SELECT source, target, CASE WHEN part_of IS NULL THEN 'direct' ELSE 'passed-on' END AS kind, basis,
               sum(low) AS minimum, sum(high) AS maximum, min(flow, {NAMED}) AS flows, count(*) AS n,
               count(high) AS with_amount, list_sort(list(DISTINCT phase)) AS phases,
               min(begin_year) AS since, max(end_year) AS until, min(one) AS source_label, min(other) AS target_label,
               count(*) OVER () AS links
        FROM legs GROUP BY source, target, part_of IS NULL, basis
        ORDER BY maximum DESC NULLS LAST, n DESC, source, target, kind, basis LIMIT $most
    """


def _remainders_sql(drawn: str, grain: Grain) -> str:
    """Give the SQL for what no recorded flow accounts for, of flows of which some part is known to be passed on."""
    return f"""
        WITH {_ends_sql(drawn, grain)},
        parts AS (
            SELECT part_of AS whole, sum(low) AS low, sum(high) AS high FROM drawn
            WHERE part_of IS NOT NULL GROUP BY part_of HAVING count(*) = count(high)
        )
        SELECT target AS source, '{NOT_TRACED}-' || target AS target, '{NOT_TRACED}' AS kind, 'derived' AS basis,
               sum(greatest(ends.low - parts.high, 0)) AS minimum, sum(greatest(ends.high - parts.low, 0)) AS maximum,
               min(flow, {NAMED}) AS flows, count(*) AS n, count(*) AS with_amount,
               list_sort(list(DISTINCT phase)) AS phases, min(begin_year) AS since, max(end_year) AS until,
               min(recipient_label) AS source_label, min(recipient_label) AS target_label
        FROM ends JOIN parts ON ends.flow = parts.whole WHERE ends.high IS NOT NULL
        GROUP BY ends.target HAVING maximum > 0 ORDER BY maximum DESC, source LIMIT $most
    """


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
        return Group(name, NOT_STATED, None, None, None, 0 if name.endswith("-payer") else 6)
    if name.startswith(f"{NOT_TRACED}-"):
        beyond = _group(name.removeprefix(f"{NOT_TRACED}-"), label)
        return replace(beyond, id=name, role=NOT_TRACED, column=6)
    who, _, lane = name.rpartition("@")
    if lane.startswith(">"):
        return Group(name, "programme", who, label, lane[1:] or None, lane_column(lane[1:] or None) + 0.5)
    single = label if "/" in who else None
    if lane == _PROVIDER:
        return Group(name, _PROVIDER, who or None, single, None, 6)
    return Group(name, "group", who or None, single, lane or None, lane_column(lane or None))
