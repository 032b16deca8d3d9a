"""Facts about a selection of flows that its headline needs: a share passed on, and how many flows are undated."""

from __future__ import annotations

from api.answers.document import Row, number
from graph.columns import columns_of, where
from graph.filters import Filters
from graph.snapshot import Snapshot

__all__ = ["share_passed_on", "undated_flows"]

_SIDE = (
    "flow payer_label recipient_label programme_label amount_min amount_max currency begin end phase basis condition"
)


def share_passed_on(snapshot: Snapshot, filters: Filters) -> tuple[Row, Row] | None:
    """Give the largest flow of the selection of which a stated share is passed on, and that part; None for none."""
    condition, inputs = where(filters)
    sides = [f'{side}."{name}" AS {side}_{name}' for side in ("whole", "part") for name in _SIDE.split()]
    rows = columns_of(snapshot).rows(
        f"""
        WITH chosen AS (SELECT * FROM flows WHERE {condition})
        SELECT {", ".join(sides)}, part.share AS part_share
        FROM chosen AS part JOIN chosen AS whole ON part.part_of = whole.flow
        WHERE part.share IS NOT NULL AND whole.amount_max IS NOT NULL
        ORDER BY whole.amount_max DESC, whole.flow, part.flow LIMIT 1
        """,
        inputs,
    )
    if not rows:
        return None
    amounts = ("amount_min", "amount_max", "share")
    found: dict[str, Row] = {"whole": {}, "part": {}}
    for key, value in rows[0].items():
        side, _, name = key.partition("_")
        found[side][name] = number(value) if name in amounts else value
    return found["whole"], found["part"]


def undated_flows(snapshot: Snapshot, filters: Filters) -> int:
    """Count the flows of the selection that have neither a first nor a last year."""
    condition, inputs = where(filters)
    sql = f"SELECT count(*) AS n FROM flows WHERE {condition} AND begin_year IS NULL AND end_year IS NULL"
    return int(columns_of(snapshot).rows(sql, inputs)[0]["n"])
