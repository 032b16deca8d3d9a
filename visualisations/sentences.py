"""Sentences: what a page finds, in words made from its documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from visualisations.numbers import money, share

__all__ = ["coverage_sentence", "flows_headline", "period_words", "plural", "without_repetition"]

Row = Mapping[str, Any]


def plural(count: int, one: str, many: str | None = None) -> str:
    """Count things in words.

    >>> plural(1, "flow"), plural(2, "flow"), plural(0, "country", "countries")
    ('1 flow', '2 flows', '0 countries')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def period_words(begin: str | None, end: str | None) -> str:
    """Write the validity of a statement.

    >>> period_words("2006", "2006"), period_words("2007", "2013"), period_words(None, "2012"), period_words(None, None)
    ('2006', '2007–2013', 'until 2012', 'undated')
    """
    if begin and end:
        return begin if begin == end else f"{begin}–{end}"
    if begin:
        return f"from {begin}"
    return f"until {end}" if end else "undated"


def flows_headline(passed_on: tuple[Row, Row] | None, totals: Sequence[Row], coverage: Row) -> str:
    """Say what a selection of flows shows: a share passed on, else the one total, else the coverage.

    `passed_on` is a flow and the part of it that is passed on, `totals` and `coverage` come with the funding matrix.
    """
    if passed_on is not None:
        whole, part = passed_on
        amount = money(whole["amount_min"], whole["amount_max"], whole["currency"])
        when = f" in {whole['begin']}" if whole["begin"] and whole["begin"] == whole["end"] else ""
        verb = "had to be" if part["condition"] else "were"
        return f"Of {amount}{when}, {share(part['share'])} {verb} passed on to {part['recipient_label'] or 'others'}."
    if len(totals) == 1:
        total = totals[0]
        phase = f" {total['phase']}" if total["phase"] else ""
        amount = money(total["min"], total["max"], total["currency"])
        return f"Transfers of {amount}{phase} are recorded ({total['period']})."
    if coverage["flows"]:
        return f"{coverage['with_amount']:,} of {plural(coverage['flows'], 'flow')} that may be summed have an amount."
    return "No flow that may be summed is recorded here."


def coverage_sentence(coverage: Row, left_out: Sequence[Row], undated: int, at: int | None) -> str:
    """Say what is unknown about a selection of flows."""
    parts = []
    if coverage["flows"]:
        parts.append(
            f"{coverage['with_amount']:,} of {plural(coverage['flows'], 'flow')} that may be summed have an amount"
        )
    others = sum(item["flows"] for item in left_out)
    if others:
        parts.append(f"{plural(others, 'other')} {'is' if others == 1 else 'are'} in no sum, for the reasons below")
    if undated:
        shown = f", so shown for {at} as for every year" if at is not None else ""
        parts.append(f"{undated:,} of all {'is' if undated == 1 else 'are'} undated{shown}")
    return "; ".join(parts) + "." if parts else ""


def without_repetition(sentence: str, headline: str) -> str:
    """Drop the beginning of a sentence that the headline above it has said already.

    >>> without_repetition("2 of 3 flows have an amount; 1 is undated.", "2 of 3 flows have an amount.")
    '1 is undated.'
    """
    said = headline.rstrip(".")
    rest = sentence.removeprefix(said).lstrip("; ")
    return rest if sentence.startswith(said) and rest not in ("", ".") else sentence
