"""Sentences: what a page finds, in words made from its documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from visualisations.chain_words import period_said
from visualisations.language import gettext as _
from visualisations.language import ngettext
from visualisations.numbers import amount, money, share
from visualisations.words import concept_word

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
        return _("from %(year)s", year=begin)
    return _("until %(year)s", year=end) if end else _("undated")


def flows_headline(passed_on: tuple[Row, Row] | None, totals: Sequence[Row], coverage: Row) -> str:
    """Say what a selection of flows shows: a share passed on, else the one total, else the coverage.

    `passed_on` is a flow and the part of it that is passed on, `totals` and `coverage` come with the funding matrix.
    """
    if passed_on is not None:
        return _share_headline(*passed_on)
    if len(totals) == 1:
        (total,) = totals
        facts = {"amount": money(total["min"], total["max"], total["currency"]), "period": period_said(total["period"])}
        if total["phase"]:
            phase = concept_word(total["phase"], "phase")
            return _("Transfers of %(amount)s %(phase)s are recorded (%(period)s).", phase=phase, **facts)
        return _("Transfers of %(amount)s are recorded (%(period)s).", **facts)
    if coverage["flows"]:
        return f"{_coverage(coverage)}."
    return _("No flow that may be summed is recorded here.")


def _share_headline(whole: Row, part: Row) -> str:
    facts = {
        "amount": money(whole["amount_min"], whole["amount_max"], whole["currency"]),
        "share": share(part["share"]),
        "recipient": part["recipient_label"] or _("others"),
    }
    if whole["begin"] and whole["begin"] == whole["end"]:
        facts["year"] = whole["begin"]
        if part["condition"]:
            return _("Of %(amount)s in %(year)s, %(share)s had to be passed on to %(recipient)s.", **facts)
        return _("Of %(amount)s in %(year)s, %(share)s were passed on to %(recipient)s.", **facts)
    if part["condition"]:
        return _("Of %(amount)s, %(share)s had to be passed on to %(recipient)s.", **facts)
    return _("Of %(amount)s, %(share)s were passed on to %(recipient)s.", **facts)


def _coverage(coverage: Row) -> str:
    return ngettext(
        "%(known)s of %(num)s flow that may be summed have an amount",
        "%(known)s of %(num)s flows that may be summed have an amount",
        coverage["flows"],
        known=amount(coverage["with_amount"]),
        num=amount(coverage["flows"]),
    )


def coverage_sentence(coverage: Row, left_out: Sequence[Row], undated: int, at: int | None) -> str:
    """Say what is unknown about a selection of flows."""
    parts = [_coverage(coverage)] if coverage["flows"] else []
    others = sum(item["flows"] for item in left_out)
    if others:
        parts.append(
            ngettext(
                "%(num)s other is in no sum, for the reasons below",
                "%(num)s others are in no sum, for the reasons below",
                others,
                num=amount(others),
            )
        )
    if undated:
        parts.append(_undated(undated, at))
    return "; ".join(parts) + "." if parts else ""


def _undated(count: int, at: int | None) -> str:
    if at is None:
        return ngettext("%(num)s of all is undated", "%(num)s of all are undated", count, num=amount(count))
    return ngettext(
        "%(num)s of all is undated, so shown for %(year)s as for every year",
        "%(num)s of all are undated, so shown for %(year)s as for every year",
        count,
        num=amount(count),
        year=at,
    )


def without_repetition(sentence: str, headline: str) -> str:
    """Drop the beginning of a sentence that the headline above it has said already.

    >>> without_repetition("2 of 3 flows have an amount; 1 is undated.", "2 of 3 flows have an amount.")
    '1 is undated.'
    >>> without_repetition("2 of 3 flows have an amount.", "2 of 3 flows have an amount.")
    ''
    """
    said = headline.rstrip(".")
    if not sentence.startswith(said):
        return sentence
    return sentence.removeprefix(said).lstrip("; .")
