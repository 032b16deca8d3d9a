"""The SQL of the funding chain at a grain: which flows stand in the drawing, and their sums from group to group.

A grain is one of `level`, `country`, `programme`, `actor`. The text of each query is made of its parts here and of the
condition that `graph.columns.where` gives for filters; values are bound as `$at`, `$quantity`, `$currency`, `$phase`
and `$most`.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from graph.funding.chain import NOT_STATED, NOT_TRACED, PROVIDERS

__all__ = ["GRAINS", "NAMED", "PROVIDER", "Grain", "drawn", "ends_told_apart", "remainders_sql", "strands_sql"]

Grain = Literal["level", "country", "programme", "actor"]
GRAINS: Final[tuple[Grain, ...]] = get_args(Grain)
NAMED: Final = 20
"""Flows of a link that are named; the others are counted."""
PROVIDER: Final = "provider"
_SINGLE_YEAR: Final = (
    "coalesce(begin_year = end_year OR ($at::INT IS NOT NULL AND per = 'year' "
    "AND (begin_year IS NOT NULL OR end_year IS NOT NULL)), false)"
)
_LOW: Final = "coalesce(amount_min, amount_max * 0)"
_COUNTRY: Final = "coalesce(CAST({side}_country AS VARCHAR), '')"
_WHO: Final[dict[Grain, str]] = {"level": "''", "country": _COUNTRY, "programme": _COUNTRY, "actor": "{side}"}
_BETWEEN: Final[dict[Grain, tuple[str, ...]]] = {"level": (), "country": (), "programme": ("programme",), "actor": ()}


def drawn(condition: str) -> str:
    """Give the SQL condition for the flows that stand in the drawing."""
    return (
        f"{condition} AND quantity = $quantity AND per IN ('total', 'year') AND (amount_max IS NULL OR "
        f"(currency = $currency AND {_SINGLE_YEAR} AND phase IS NOT DISTINCT FROM $phase))"
    )


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
        level = f"CASE WHEN provider THEN '{PROVIDER}' ELSE {level} END"
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


def strands_sql(condition: str, grain: Grain) -> str:
    """Give the SQL of the `$most` largest strands between two ends of a grain, with how many there are in `links`."""
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


def remainders_sql(condition: str, grain: Grain) -> str:
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


def ends_told_apart(grain: Grain) -> str:
    """Give the columns that tell the links of a grain apart, but for what kind they are of."""
    return ", ".join((*_keys(grain, "payer"), *_keys(grain, "recipient"), *_BETWEEN[grain]))
