"""Guides: three worked questions for the three readers, each a chain of links that ends at the evidence.

Each is made of what the store holds, so a store without the casebook has guides of its own, or none, and no dead link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.answers.citations import citations
from api.answers.gaps import gap_row
from api.answers.headline import funding_headline
from api.answers.share import share_passed_on
from api.descriptions.examples import example
from api.parameters import countries
from api.routers.pages.query import first_query, holds_casebook
from graph.columns import columns_of
from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.snapshot import Snapshot
from graph.time import year
from ontology.identifiers import BASE, ID, notation, slug
from visualisations.language import gettext as _
from visualisations.numbers import money
from visualisations.words import concept_word

__all__ = ["Guide", "Step", "guides"]

_RULE = "duty-outlives-funding"
_QUESTION = "which-passage-says-825-million"


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a chain: what it says, the page that it leads to, with its parameters and place on the page."""

    text: str
    to: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """A question of a reader with its answer, what is unknown of it, and the links that lead through it."""

    reader: str
    question: str
    answer: str
    below: str
    steps: tuple[Step, ...]


def guides(snapshot: Snapshot) -> list[Guide]:
    """Give the guides that this store can answer, in the language spoken; an empty store has that of the partner."""
    told, country = _money(snapshot)
    found = (told, _gap(snapshot, country), _query(snapshot))
    return [guide for guide in found if guide is not None]


def _thing(iri: str) -> str:
    return (
        f"/actors/{iri.removeprefix(f'{ID}actor/')}" if iri.startswith(f"{ID}actor/") else f"/{iri.removeprefix(BASE)}"
    )


def _passage(snapshot: Snapshot, evidence: list[str] | tuple[str, ...]) -> tuple[Step, ...]:
    """Lead to the first passage of ours that something rests on."""
    ours = [iri for iri in evidence if iri.startswith(ID)]
    if not ours:
        return ()
    cited = citations(snapshot).get(ours[0], slug(ours[0]))
    return (Step(_("Check the passage that it rests on: %(passage)s", passage=cited), _thing(ours[0])),)


def _money(snapshot: Snapshot) -> tuple[Guide | None, str | None]:
    """Follow the largest flow of which a share is passed on to the passage; give its country too."""
    shared = share_passed_on(snapshot, Filters())
    if shared is None:
        return None, None
    whole, part = shared
    inputs = {"flow": whole["flow"]}
    row = columns_of(snapshot).rows("SELECT payer_country, recipient FROM flows WHERE flow = $flow", inputs)[0]
    country = row["payer_country"] if row["payer_country"] in countries(snapshot) else None
    at = year(whole["begin"]) if whole["begin"] == whole["end"] else None
    named = ", ".join(filter(None, (whole["programme_label"], str(at or ""))))
    amount = money(part["amount_min"], part["amount_max"], part["currency"])
    derived = _("That is %(amount)s, derived from the stated share and in no total with its source.", amount=amount)
    guide = Guide(
        reader=_("For policymakers"),
        question=_("%(money)s: which share is for %(recipient)s?", money=named, recipient=part["recipient_label"]),
        answer=funding_headline(snapshot, Filters(country=country, at=at))["text"],
        below=derived if part["basis"] == "derived" else _("That is %(amount)s.", amount=amount),
        steps=(
            Step(_("Follow the money from level to level"), "/flows", {"country": country, "at": at}),
            *_body(row["recipient"], _("See who passes it on: %(actor)s", actor=whole["recipient_label"])),
            Step(_("Read the statement of the share, with its condition and basis"), _thing(part["flow"])),
            *_passage(snapshot, snapshot.values_of(part["flow"], "prov:hadPrimarySource")),
        ),
    )
    return guide, country


def _body(iri: str | None, text: str) -> tuple[Step, ...]:
    return (Step(text, _thing(iri)),) if iri and iri.startswith(f"{ID}actor/") else ()


def _gap(snapshot: Snapshot, told: str | None) -> Guide | None:
    """Open a duty that outlived its money, of another country than was told of if there is one; else the first gap."""
    gaps = find_gaps(snapshot, Filters())
    duties = [gap for gap in gaps if gap.rule == _RULE]
    found = next((gap for gap in duties if gap.country != told), None) or next(iter([*duties, *gaps]), None)
    if found is None:
        return None
    chosen = gap_row(found)
    country = chosen["country"] if chosen["country"] in countries(snapshot) else None
    label = concept_word(chosen["field"], "field") if chosen["field"] else None
    cell = ", ".join(filter(None, (countries(snapshot).get(country or ""), label)))
    cell_asked = {"country": country, "field": chosen["field"]}
    last = chosen["between"][-1] if chosen["between"] else None
    by_rule = chosen["state"] == "indicated"
    return Guide(
        reader=_("For researchers"),
        question=_("Which duty outlived the money for it?") if found in duties else _("Where does coordination fail?"),
        answer=chosen["explanation"] or chosen["label"],
        below=_("Found by a rule, which is printed with its query.") if by_rule else _("Reported by a source."),
        steps=(
            Step(_("See the matrix of gaps, by country and field"), "/gaps"),
            Step(_("Open its cell: %(cell)s", cell=cell), "/gaps", cell_asked, notation(chosen["id"])),
            *_body(last, _("See the other duties and money of %(actor)s", actor=snapshot.label(last or ""))),
            *_passage(snapshot, chosen["evidence"]),
        ),
    )


def _query(snapshot: Snapshot) -> Guide:
    """Answer a competency question where the casebook is; elsewhere ask what the store holds."""
    named = example(_QUESTION) if holds_casebook(snapshot) else None
    query = named.query if named else first_query(snapshot)
    sources = [cell for row in named.expected for cell in row if cell.startswith("id/source/")] if named else []
    return Guide(
        reader=_("For partners"),
        question=_(named.question) if named else _("What kinds of things does each graph hold, and how many?"),
        answer=_(named.answer) if named else _("One query tells it, as a table, CSV, JSON or RDF."),
        below=_("Asked in SPARQL; every table and chart here shows the query behind it."),
        steps=(
            Step(
                _("Open the query in the editor, change it, run it"),
                "/sparql",
                {"example": named.name} if named else {},
            ),
            Step(_("Take its rows as CSV"), "/sparql", {"query": query, "format": "csv"}),
            Step(_("Look up what its words mean"), "/ontology"),
            *(Step(_("See all that rests on the source"), f"/sources/{slug(each)}") for each in sources[:1]),
        ),
    )
