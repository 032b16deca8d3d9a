"""The words of a trace: what it finds, how each sum came to be, and why a trail breaks, in the language spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from visualisations.chain_words import period_said
from visualisations.language import gettext as _
from visualisations.numbers import amount, money, share

__all__ = ["break_words", "rest_words", "started_headline", "step_words"]

Row = Mapping[str, Any]


def break_words() -> dict[str, str]:
    """Say why a trail breaks or is weak at a place, by the reasons that a trace gives."""
    return {
        "amount-unknown": _("no source gives the amount"),
        "share-unknown": _("it is passed on, but no source gives the share or both amounts"),
        "only-follows-in-time": _(
            "it was paid in the same years by who received the money before; no source links the two"
        ),
        "recipient-not-stated": _("no source says who receives it"),
        "payer-not-stated": _("no source says who pays it"),
        "no-onward-flow": _("no onward flow is recorded: not traced, which does not say that it was not passed on"),
        "no-inward-flow": _("no inward flow is recorded: where it comes from is not traced"),
        "not-traced": _(
            "what the recorded parts leave of it is not traced, which does not say that it was not passed on"
        ),
        "cycle": _("the money comes back to a body that is on the path already: the path is cut here"),
        "cut": _("it was not followed further: the limits of a trace are reached"),
        "arrived": _("it has reached people"),
    }


def started_headline(data: Row) -> str:
    """Say what a trace finds, in one sentence: of the largest known amount, how much is traced and how much not.

    Amounts of different kinds are not added, so that the sentence speaks of one of them alone.
    """
    name, down = data["label"], data["direction"] == "down"
    if not data["paths"]:
        if down:
            return _("No money that %(name)s pays is recorded here.", name=name)
        return _("No money that %(name)s receives is recorded here.", name=name)
    known = [item for item in data["started"] if item["amount"]]
    if not known:
        if down:
            return _("Money that %(name)s pays is recorded, but no source gives an amount.", name=name)
        return _("Money that %(name)s receives is recorded, but no source gives an amount.", name=name)
    first = max(known, key=lambda item: (item["amount"]["max"], item["period"]))
    facts = {
        "name": name,
        "amount": _money(first["amount"], first["currency"]),
        "period": period_said(first["period"]),
    }
    if not down:
        return _("%(name)s receives %(amount)s (%(period)s).", **facts)
    if not first["passed_on"] or not first["passed_on"]["max"]:
        return _("Of the %(amount)s that %(name)s pays (%(period)s), no onward flow is recorded.", **facts)
    facts["known"] = _money(first["passed_on"], first["currency"])
    facts["rest"] = _money(first["not_traced"], first["currency"])
    if not first["not_traced"]["max"]:
        return _("All of the %(amount)s that %(name)s pays (%(period)s) is traced on.", **facts)
    return _(
        "Of the %(amount)s that %(name)s pays (%(period)s), %(known)s are traced on and %(rest)s are not.", **facts
    )


def step_words(steps: Sequence[Row], place: int) -> str | None:
    """Say how a step is tied to the one before it, with the sum that gives its amount; None at the first step.

    The numbers are those of the trace: a stated share times the amount before it, or one amount over the other.
    """
    step = steps[place]
    if place == 0:
        return None
    before = steps[place - 1]
    if step["relation"] == "follows":
        return _("paid in the same years; no source says that it is the same money")
    if step["share_max"] is None:
        return _("passed on from the flow before; which share of it is not known")
    facts = {
        "share": _share(step["share_min"], step["share_max"]),
        "whole": money(before["min"], before["max"], before["currency"]),
        "part": money(step["min"], step["max"], step["currency"]),
    }
    if step["share_from"] == "stated" and _multiplies(step, before):
        return _("%(share)s × %(whole)s = %(part)s: the share is stated for the flow before", **facts)
    if step["share_from"] == "stated":
        return _("%(share)s of the flow before, as a source states", **facts)
    return _("%(part)s ÷ %(whole)s = %(share)s: the share comes from both amounts", **facts)


def rest_words(path: Row, started: Sequence[Row]) -> str:
    """Say the amount at the end of which nothing more is known, with the sum that gives it, where one flow has it."""
    rest, last = path["not_traced"], path["steps"][-1]
    facts = {"rest": _money(rest, path["currency"])}
    same = ("quantity", "currency", "phase", "period")
    kinds = [item for item in started if all(item[name] == last[name] for name in same)]
    if path["end"] == "not-traced" and len(path["steps"]) == 1 and [item["flows"] for item in kinds] == [1]:
        facts["known"] = _money(kinds[0]["passed_on"], path["currency"])
        facts["whole"] = money(last["min"], last["max"], path["currency"])
        return _("%(whole)s − %(known)s passed on = %(rest)s not traced", **facts)
    return _("%(rest)s not traced", **facts)


def _multiplies(step: Row, before: Row) -> bool:
    """Say whether the stated share of the amount before is the amount, at both ends, to a unit."""
    if step["max"] is None or before["max"] is None:
        return False
    ends = ((step[f"share_{end}"] * (before[end] or 0), step[end] or 0) for end in ("min", "max"))
    return all(abs(product - given) <= 1 for product, given in ends)


def _money(value: Row, currency: str | None) -> str:
    return money(value["min"], value["max"], currency)


def _share(low: float, high: float) -> str:
    return share(high) if low == high else f"{amount(low * 100)}–{share(high)}"
