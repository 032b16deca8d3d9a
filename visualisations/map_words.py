"""Words of the map: what a measure is called, what a value says, and what the whole shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import format_compact_decimal

from visualisations.language import gettext as _
from visualisations.language import locale, ngettext
from visualisations.numbers import amount, money
from visualisations.words import concept_word

__all__ = ["headline", "kind_words", "measure_name", "short", "things_name", "type_word", "value_words"]

Row = Mapping[str, Any]


def measure_name(measure: str) -> str:
    """Name a measure as a choice and a heading.

    >>> measure_name("duties"), measure_name("paid")
    ('Duties', 'Money paid')
    """
    names = {
        "reported-gaps": _("Reported gaps"),
        "indicated-gaps": _("Indicated gaps"),
        "duties": _("Duties"),
        "mechanisms": _("Mechanisms of coordination"),
        "flows": _("Funding flows"),
        "paid": _("Money paid"),
        "received": _("Money received"),
        "scopes": _("Researched scopes"),
    }
    return names[measure]


def type_word(measure: str) -> str:
    """Name what `type` is of a measure's things; "" where they have none."""
    if measure.endswith("-gaps"):
        return _("Type of gap")
    words = {"duties": _("Aspect"), "mechanisms": _("Formality"), "scopes": ""}
    return words.get(measure, _("Quantity"))


def _counted(measure: str, count: int) -> str:
    """Count the things of a measure in words."""
    if measure == "reported-gaps":
        return ngettext("%(num)s reported gap", "%(num)s reported gaps", count)
    if measure == "indicated-gaps":
        return ngettext("%(num)s indicated gap", "%(num)s indicated gaps", count)
    if measure == "duties":
        return ngettext("%(num)s duty", "%(num)s duties", count)
    if measure == "mechanisms":
        return ngettext("%(num)s mechanism", "%(num)s mechanisms", count)
    if measure == "scopes":
        return ngettext("%(num)s researched scope", "%(num)s researched scopes", count)
    return ngettext("%(num)s flow", "%(num)s flows", count)


def value_words(measure: str, row: Row | None, unit: str | None) -> str:
    """Say what is recorded of a country or place, or why there is no value; None is a country outside the graph.

    >>> value_words("duties", {"value": 2, "state": "recorded"}, None), value_words("duties", None, None)
    ('2 duties', 'nothing recorded here')
    >>> value_words("paid", {"value": 5, "min": 3, "max": 5, "state": "recorded", "flows": 1}, "EUR")
    '3–5 EUR'
    """
    if row is None or row["state"] == "nothing-recorded":
        return _("nothing recorded here")
    if row["state"] == "none-found":
        return _("none found, in what was searched here")
    if row["state"] == "amount-unknown":
        return ngettext(
            "%(num)s flow, of no such amount that is known",
            "%(num)s flows, of no such amount that is known",
            row["flows"],
        )
    return money(row["min"], row["max"], unit) if "min" in row else _counted(measure, row["value"])


def kind_words(kind: Row) -> str:
    """Say which amounts are added up.

    >>> kind_words({"quantity": "transfer", "currency": "EUR", "phase": None, "period": "2006"})
    'transfer, EUR, 2006, phase not stated'
    """
    phase = concept_word(kind["phase"], "phase") if kind["phase"] else _("phase not stated")
    return f"{concept_word(kind['quantity'], 'quantity')}, {kind['currency']}, {kind['period']}, {phase}"


def short(value: float) -> str:
    """Write a value in the few letters that a map has room for.

    >>> short(12), short(182400000)
    ('12', '182.4M')
    """
    return str(format_compact_decimal(value, locale=locale(), fraction_digits=1)) if value >= 10_000 else amount(value)


def headline(
    measure: str, countries: Sequence[Row], chosen: Row | None, unit: str | None, names: Mapping[str, str]
) -> str:
    """Say in one sentence what the map shows: the country asked for, else those with most.

    >>> rows = [{"code": "ES", "value": 2, "state": "recorded"}, {"code": "NL", "value": 3, "state": "recorded"}]
    >>> headline("duties", rows, None, None, {"NL": "the Netherlands"})
    'Of 2 countries with duties, the Netherlands has most on record: 3'
    """
    if chosen is not None:
        return f"{names[chosen['code']]}: {value_words(measure, chosen, unit)}"
    valued = [row for row in countries if row["value"] is not None and row["code"] != "EU"]
    if not valued:
        return _("%(measure)s: nothing recorded for any country", measure=measure_name(measure))
    highest = max(row["value"] for row in valued)
    top = [row for row in valued if row["value"] == highest]
    said = value_words(measure, top[0], unit) if "min" in top[0] else amount(highest)
    if len(top) > 3:
        return _(
            "%(num)s countries have %(measure)s on record, at most %(value)s each",
            measure=things_name(measure),
            num=amount(len(valued)),
            value=said,
        )
    if len(top) > 1:
        return _(
            "Of %(num)s countries with %(measure)s, %(top)s have most on record: %(value)s each",
            measure=things_name(measure),
            num=amount(len(valued)),
            top=", ".join(names[row["code"]] for row in top),
            value=said,
        )
    return ngettext(
        "Only %(top)s has %(measure)s on record: %(value)s",
        "Of %(num)s countries with %(measure)s, %(top)s has most on record: %(value)s",
        len(valued),
        measure=things_name(measure),
        top=names[top[0]["code"]],
        value=said,
    )


def things_name(measure: str) -> str:
    """Name what a measure counts, within a sentence."""
    names = {
        "reported-gaps": _("reported gaps"),
        "indicated-gaps": _("indicated gaps"),
        "duties": _("duties"),
        "mechanisms": _("mechanisms of coordination"),
        "flows": _("funding flows"),
        "paid": _("a known amount paid"),
        "received": _("a known amount received"),
        "scopes": _("researched scopes"),
    }
    return names[measure]
