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
_LOW: Final = "coalesce(amount_min, amount_max * 0)"
_COUNTRY: Final = "coalesce(CAST({side}_country AS VARCHAR), '')"
_WHO: Final[dict[Grain, str]] = {"level": "''", "country": _COUNTRY, "programme": _COUNTRY, "actor": "{side}"}
_BETWEEN: Final[dict[Grain, tuple[str, ...]]] = {"level": (), "country": (), "programme": ("programme",), "actor": ()}


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
    drawn = _drawn(condition)
    inputs = {**inputs, "at": filters.at, "quantity": quantity, "currency": chosen, "phase": phase}
    taken: Grain = grain or _finest(columns, drawn, inputs)
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


def _drawn(condition: str) -> str:
    """Give the SQL condition for the flows that stand in the drawing."""
    return (
        f"{condition} AND quantity = $quantity AND per IN ('total', 'year') AND (amount_max IS NULL OR "
        f"(currency = $currency AND {_SINGLE_YEAR} AND phase IS NOT DISTINCT FROM $phase))"
    )


def _finest(columns: Columns, condition: str, inputs: dict[str, Any]) -> Grain:
    """Give the finest grain that has READABLE links at most; the coarsest where none has.

    No finer grain has fewer links than the countries have, so that bodies, of which there may be many, are counted only
    where the countries are few.
    """
    tried: tuple[Grain, ...] = ("country", "actor", "programme")
    for grain in tried:
        between = ", ".join((*_keys(grain, "payer"), *_keys(grain, "recipient"), *_BETWEEN[grain]))
        rows = columns.tuples(
            f"""
            SELECT count(*) FROM (
                SELECT DISTINCT {between}, part_of IS NULL AS direct, basis FROM flows WHERE {condition} LIMIT $enough
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


def _keys(grain: Grain, side: str) -> tuple[str, ...]:
    """Give the columns that tell the groups of a grain apart on one side."""
    return {
        "level": (f"{side}_level",),
        "country": (f"{side}_country", f"{side}_level"),
        "programme": (f"{side}_country", f"{side}_level"),
        "actor": (side, f"{side}_level"),
    }[grain]


def _provider_sql(condition: str) -> str:
    """Give the SQL that tells who delivers and pays nobody here."""
    kinds = ", ".join(f"'{kind}'" for kind in sorted(PROVIDERS))
    paying = f"SELECT payer FROM flows WHERE {condition} AND payer IS NOT NULL"
    return f"(coalesce(CAST(recipient_type AS VARCHAR) IN ({kinds}), false) AND recipient NOT IN ({paying}))"


def _id_sql(grain: Grain, side: str) -> str:
    """Give the SQL for the id of a group: whom it holds, then @, then its level or that it is a provider."""
    level = f"coalesce(CAST({side}_level AS VARCHAR), '')"
    if side == "recipient":
        level = f"CASE WHEN provider THEN '{_PROVIDER}' ELSE {level} END"
    who = _WHO[grain].format(side=side)
    return f"CASE WHEN {side}_missing THEN '{NOT_STATED}-{side}' ELSE {who} || '@' || {level} END"


def _grouped_keys(grain: Grain, condition: str) -> str:
    """Give the SQL for all by which flows of a grain are told apart, in a few words each, so that groups are quick."""
    provider = _provider_sql(condition)
    payer = ", ".join(f"{key} AS {key}" for key in _keys(grain, "payer"))
    recipient = ", ".join(
        f"CASE WHEN NOT {provider} THEN {key} END AS {key}" if key.endswith("_level") else f"{key} AS {key}"
        for key in _keys(grain, "recipient")
    )
    missing = "payer IS NULL AS payer_missing, recipient IS NULL AS recipient_missing"
    return f"{payer}, {recipient}, {missing}, {provider} AS provider"


def _strands_sql(condition: str, grain: Grain) -> str:
    ends = f"SELECT *, {_id_sql(grain, 'payer')} AS source, {_id_sql(grain, 'recipient')} AS target FROM sums"
    sums = _body_sums_sql(condition) if grain == "actor" else _sums_sql(condition, grain)
    links = "links" if grain == "actor" else "count(*) OVER () AS links"
    return f"""
        WITH {sums}, ends AS ({ends}), legs AS ({_legs_sql(grain)})
        SELECT source, target, CASE WHEN direct THEN 'direct' ELSE 'passed-on' END AS kind,
               CAST(basis AS VARCHAR) AS basis, minimum, maximum, flows, n, with_amount,
               list_sort(CAST(phases AS VARCHAR[])) AS phases, since, until, one AS source_label, other AS target_label,
               {links}
        FROM legs ORDER BY maximum DESC NULLS LAST, n DESC, source, target, kind, basis LIMIT $most
    """


_ADDED: Final = (
    f"part_of IS NULL AS direct, basis, sum({_LOW}) AS minimum, sum(amount_max) AS maximum, count(*) AS n, "
    "count(amount_max) AS with_amount, min(begin_year) AS since, max(end_year) AS until"
)


def _sums_sql(condition: str, grain: Grain) -> str:
    """Give the SQL for the sums of groups, of which there are few."""
    extra = "programme, min(programme_label) AS programme_label" if grain == "programme" else "NULL AS programme"
    return f"""
        sums AS (
            SELECT {_grouped_keys(grain, condition)}, {extra}, {_ADDED}, min(flow, {NAMED}) AS flows,
                   list(DISTINCT phase) AS phases, NULL AS one, NULL AS other
            FROM flows WHERE {condition} GROUP BY ALL
        )
    """


def _body_sums_sql(condition: str) -> str:
    """Give the SQL for the sums between bodies: names are looked up for those alone that are given."""
    facts = "flow, phase, payer_label, recipient_label"
    return f"""
        added AS (
            SELECT {_grouped_keys("actor", condition)}, {_ADDED} FROM flows WHERE {condition} GROUP BY ALL
        ),
        largest AS (
            SELECT *, count(*) OVER () AS links FROM added
            ORDER BY maximum DESC NULLS LAST, n DESC, payer, recipient, direct DESC, basis LIMIT $most
        ),
        each AS (
            SELECT payer AS p, recipient AS r, part_of IS NULL AS d, basis AS b, {facts} FROM flows WHERE {condition}
        ),
        sums AS (
            SELECT largest.*, min(flow, {NAMED}) AS flows, list(DISTINCT phase) AS phases,
                   min(payer_label) AS one, min(recipient_label) AS other
            FROM largest JOIN each ON p IS NOT DISTINCT FROM payer AND r IS NOT DISTINCT FROM recipient
                 AND d = direct AND b IS NOT DISTINCT FROM basis
            GROUP BY ALL
        )
    """


def _legs_sql(grain: Grain) -> str:
    """Give the SQL for links from sums: as they are, or with the programme between payer and recipient."""
    if grain != "programme":
        return "SELECT * FROM ends"
    between = "CAST(programme AS VARCHAR) || '@>' || coalesce(CAST(payer_level AS VARCHAR), '')"
    facts = "direct, basis, minimum, maximum, flows, n, with_amount, phases, since, until"
    return f"""
        SELECT source, target, one, other, direct, basis, sum(minimum) AS minimum, sum(maximum) AS maximum,
               list_sort(flatten(list(flows)))[1:{NAMED}] AS flows, CAST(sum(n) AS BIGINT) AS n,
               CAST(sum(with_amount) AS BIGINT) AS with_amount, list_distinct(flatten(list(phases))) AS phases,
               min(since) AS since, max(until) AS until
        FROM (
            SELECT source, target, NULL AS one, NULL AS other, {facts} FROM ends
            WHERE programme IS NULL OR source = target
            UNION ALL SELECT source, {between}, NULL, programme_label, {facts} FROM ends
            WHERE programme IS NOT NULL AND source <> target
            UNION ALL SELECT {between}, target, programme_label, NULL, {facts} FROM ends
            WHERE programme IS NOT NULL AND source <> target
        ) GROUP BY source, target, one, other, direct, basis
    """


def _remainders_sql(condition: str, grain: Grain) -> str:
    """Give the SQL for what no recorded flow accounts for, of flows of which some part is known to be passed on."""
    label = "min(recipient_label)" if grain == "actor" else "NULL"
    return f"""
        WITH parts AS (
            SELECT part_of AS whole, sum({_LOW}) AS part_low, sum(amount_max) AS part_high FROM flows
            WHERE {condition} AND part_of IS NOT NULL GROUP BY part_of HAVING count(*) = count(amount_max)
        ),
        sums AS (
            SELECT {_grouped_keys(grain, condition)}, sum(greatest({_LOW} - part_high, 0)) AS minimum,
                   sum(greatest(amount_max - part_low, 0)) AS maximum, min(flow, {NAMED}) AS flows, count(*) AS n,
                   list(DISTINCT phase) AS phases, min(begin_year) AS since, max(end_year) AS until, {label} AS label
            FROM flows JOIN parts ON flow = whole WHERE {condition} AND amount_max IS NOT NULL GROUP BY ALL
        ),
        ends AS (SELECT *, {_id_sql(grain, "recipient")} AS source FROM sums)
        SELECT source, '{NOT_TRACED}-' || source AS target, '{NOT_TRACED}' AS kind, 'derived' AS basis,
               sum(minimum) AS minimum, sum(maximum) AS maximum, list_sort(flatten(list(flows)))[1:{NAMED}] AS flows,
               CAST(sum(n) AS BIGINT) AS n, CAST(sum(n) AS BIGINT) AS with_amount,
               list_sort(list_distinct(flatten(list(CAST(phases AS VARCHAR[]))))) AS phases,
               min(since) AS since, max(until) AS until, min(label) AS source_label, min(label) AS target_label
        FROM ends GROUP BY source HAVING sum(maximum) > 0 ORDER BY maximum DESC, source LIMIT $most
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
