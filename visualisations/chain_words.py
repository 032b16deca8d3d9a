"""The words of the funding chain: names of groups, kinds of link, and what hovering says, in the language spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.funding.chain import LAST_COLUMN
from ontology.vocabulary import vocabulary
from visualisations.language import gettext as _
from visualisations.language import ngettext
from visualisations.numbers import amount, money
from visualisations.words import concept_word

__all__ = [
    "back_to",
    "column_word",
    "grain_words",
    "kind_words",
    "legend_words",
    "link_tip",
    "missing_words",
    "node_names",
    "node_tip",
    "not_traced",
    "pays",
    "period_said",
    "quantity_words",
    "with_unknown",
]

Row = Mapping[str, Any]


def kind_words() -> dict[str, str]:
    """Say what kinds of link there are."""
    return {
        "direct": _("paid directly"),
        "passed-on": _("money passed on"),
        "not-traced": _("not traced further"),
    }


def legend_words() -> dict[str, str]:
    """Say what each sample of the legend stands for."""
    return {
        "direct": _("paid directly, as stated"),
        "passed-on": _("↳ money passed on: part of what came in"),
        "range": _("range: the sure part is dark, the open part pale"),
        "derived": _("derived: worked out from what a source says (dashed)"),
        "inferred": _("inferred: our reading (dotted)"),
        "not-traced": _("not traced further"),
        "unknown": _("amount unknown: a line without width"),
        "circle": _("runs back to where it came from"),
    }


def grain_words() -> dict[str, str]:
    """Name the grains of the chain."""
    return {
        "level": _("levels"),
        "country": _("countries"),
        "programme": _("programmes"),
        "actor": _("actors"),
    }


def quantity_words() -> dict[str, str]:
    """Name the quantities that may be summed, as several."""
    return {
        "transfer": _("transfers"),
        "allocation": _("allocations"),
        "commitment": _("commitments"),
        "budget-line": _("budget lines"),
        "own-contribution": _("own contributions"),
    }


def period_said(period: str) -> str:
    """Say a kind of period, as sums tell them apart, in the language spoken; years stay as they are.

    >>> period_said("2007–2013"), period_said("yearly 2000–2004"), period_said("until 2012")
    ('2007–2013', 'yearly 2000–2004', 'until 2012')
    """
    if period == "undated":
        return _("undated")
    if period == "yearly, undated":
        return _("yearly, undated")
    if period.startswith("yearly "):
        return _("yearly %(period)s", period=period_said(period.removeprefix("yearly ")))
    if period.startswith("from "):
        return _("from %(year)s", year=period.removeprefix("from "))
    if period.startswith("until "):
        return _("until %(year)s", year=period.removeprefix("until "))
    return period


def node_names(nodes: Sequence[Row]) -> dict[str, str]:
    """Name the nodes of a chain, by their ids: bodies and programmes as the graph does, groups in words of ours."""
    return {node["id"]: _name(node) for node in nodes}


def _name(node: Row) -> str:
    if node["role"] == "not-stated":
        return _("Payer not stated") if node["id"].endswith("-payer") else _("Recipient not stated")
    if node["role"] == "not-traced":
        return _("Not traced beyond %(name)s", name=_group_name(node))
    return _group_name(node)


def _group_name(node: Row) -> str:
    """Name a group: one body or programme by its name, several by country and level."""
    if node["name"] and not node["country"]:
        return str(node["name"])
    if node["role"] == "provider":
        lane = _("providers")
    else:
        lane = concept_word(node["level"], "level") if node["level"] else _("level not stated")
    return f"{node['name']}, {lane}" if node["name"] else _capital(lane)


def back_to(name: str) -> str:
    """Name the node at which money ends that runs back to where it came from."""
    return _("↺ back to %(name)s", name=name)


def column_word(column: float) -> str:
    """Name a column of the drawing: a level, the programmes between two levels, or who is paid in the end."""
    if column == LAST_COLUMN:
        return _("Providers, ends")
    if column != int(column):
        return _("Programmes")
    words = {concept.rank: concept.notation for concept in vocabulary().schemes["level"].values()}
    return _capital(concept_word(words.get(int(column)), "level"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def with_unknown(link: Row, currency: str | None) -> str:
    """Write the amount of a link or sum; where some of its flows have none, that more is not known."""
    text, missing = money(link["min"], link["max"], currency), missing_words([link])
    return text if link["max"] is None or not missing else f"{text} {missing}"


def missing_words(links: Sequence[Row]) -> str:
    """Say how many flows of some links have no amount, as something to add to a sum; empty where all have one."""
    missing = sum(link["count"] - link["with_amount"] for link in links)
    return ngettext("+ %(num)s unknown", "+ %(num)s unknown", missing) if missing else ""


def pays() -> str:
    """Say before an amount that it is paid, and not received."""
    return _("pays")


def not_traced() -> str:
    """Name the end of money of which nothing more is known, beside the body where the trail ends."""
    return _("Not traced")


def link_tip(link: Row, names: Mapping[str, str], currency: str | None) -> list[str]:
    """Say what hovering over a link says: from and to, amount or range, what it is, basis, phase, years, coverage."""
    basis = concept_word(link["basis"], "basis") if link["basis"] else _("basis not stated")
    lines = [
        f"{names[link['source']]} → {names[link.get('back_to', link['target'])]}",
        money(link["min"], link["max"], currency),
        f"{kind_words()[link['kind']]}; {basis}",
        phases_said(link["phases"]),
        years_said(link["begin"], link["end"]),
        coverage_said(link),
    ]
    if link["min"] is not None and link["min"] != link["max"]:
        lines.insert(
            2, _("a range: at least %(low)s, at most %(high)s", low=amount(link["min"]), high=amount(link["max"]))
        )
    if link["in_cycle"]:
        lines.append(_("money that runs in a circle: part of it comes back to who paid"))
    return lines


def phases_said(phases: Sequence[str]) -> str:
    """Say the phases of some flows."""
    if not phases:
        return _("phase not stated")
    return _("phase: %(phases)s", phases=", ".join(concept_word(phase, "phase") for phase in phases))


def years_said(begin: int | None, end: int | None) -> str:
    """Say the years that some flows reach over."""
    if begin and end:
        return str(begin) if begin == end else f"{begin}–{end}"
    if begin:
        return _("from %(year)s", year=begin)
    return _("until %(year)s", year=end) if end else _("undated")


def coverage_said(row: Row) -> str:
    """Say how many of some flows have an amount."""
    known = f"{row['with_amount']:,}"
    return ngettext(
        "%(known)s of %(num)s flow with an amount",
        "%(known)s of %(num)s flows with an amount",
        row["count"],
        known=known,
    )


def node_tip(node: Row, name: str, currency: str | None, onward: bool) -> list[str]:
    """Say what hovering over a node says: its level, what it receives and pays among the links that are given."""
    if node["role"] in ("not-traced", "not-stated", "back"):
        return [name]
    level = (
        _("level: %(level)s", level=concept_word(node["level"], "level")) if node["level"] else _("level not stated")
    )
    lines = [name, level]
    for side, text in (("received", _("receives %(amount)s")), ("paid", _("pays %(amount)s"))):
        found = node[side]
        if found["count"]:
            lines.append(text % {"amount": with_unknown(found, currency)})
    if not onward and node["role"] == "group":
        lines.append(_("no onward flow is in this drawing"))
    return lines
