"""Activities: what one <iati-activity> says, whatever the version, with the standard's own defaults applied.

Two defaults are of the standard: money that goes out and names no provider is paid by the reporting organisation,
money that comes in and names no receiver is received by it (schema 2.03, provider-org and receiver-org). A secondary
reporter is no party of the activity and stands in for nobody, and a receiver of money that goes out is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from loaders.iati.elements import LANGUAGE, Parts, attribute, first, line_of, narrative, parts_of, text_of
from loaders.iati.parties import NOBODY, Party, party, party_key
from loaders.iati.words import INCOMING, OUTGOING, transaction_type

__all__ = ["PLANNED", "Activity", "Sides", "read_activity", "sides", "type_of"]

PLANNED: Final = "planned-disbursement"


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity's own name and defaults; `participants` are the elements that name its organisations."""

    element: Any
    parts: Parts
    line: int
    version: str
    identifier: str
    title: str
    title_language: str
    language: str
    currency: str
    finance: str
    reporting: Party
    secondary: bool
    participants: tuple[tuple[Any, Party], ...]

    def named(self, ref: str) -> set[str]:
        """Give the names under which the activity lists the organisation of a reference, letters of one case."""
        parties = [self.reporting, *(each for _, each in self.participants)]
        return {_folded(each.name) for each in parties if each.ref.strip() == ref.strip() and each.name.strip()}


class Sides(NamedTuple):
    """Who provides and who receives; `…_from` is `stated`, `assumed` by the standard's rule, or "" where unknown."""

    provider: Party
    provider_from: str
    receiver: Party
    receiver_from: str

    @property
    def same(self) -> bool:
        """Whether one organisation is both."""
        return bool(self.provider.key) and self.provider.key == self.receiver.key


def read_activity(element: Any) -> Activity:
    """Read what an activity says of itself, in whatever order its elements stand."""
    parent, parts = element.getparent(), parts_of(element)
    language = element.get(LANGUAGE, "")
    title, title_language = narrative(parts.get("title", []), language)
    reporting = first(parts, "reporting-org")
    return Activity(
        element=element,
        parts=parts,
        line=line_of(element),
        version=element.get("version") or ("" if parent is None else parent.get("version", "")),
        identifier=text_of(first(parts, "iati-identifier")).strip(),
        title=title,
        title_language=title_language,
        language=language,
        currency=element.get("default-currency", ""),
        finance=attribute(parts, "default-finance-type", "code"),
        reporting=party(reporting, language),
        secondary=reporting is not None and reporting.get("secondary-reporter", "") in ("1", "true"),
        participants=tuple((each, party(each, language)) for each in parts.get("participating-org", [])),
    )


def type_of(parts: Parts) -> str:
    """Give the word for a transaction's type, "" where it has none that the standard knows."""
    return transaction_type(attribute(parts, "transaction-type", "code"))


def sides(activity: Activity, parts: Parts, word: str) -> Sides:
    """Say who provides and who receives the money of a transaction or a planned disbursement, of the type `word`."""
    provider = party(first(parts, "provider-org"), activity.language)
    receiver = party(first(parts, "receiver-org"), activity.language)
    provider_from, receiver_from = "stated" if provider.key else "", "stated" if receiver.key else ""
    reporter = NOBODY if activity.secondary else activity.reporting._replace(name="", type_code="", activity="")
    if provider == NOBODY and reporter.key and word in (*OUTGOING, PLANNED):
        provider, provider_from = reporter, "assumed"
    if receiver == NOBODY and reporter.key and word in INCOMING:
        receiver, receiver_from = reporter, "assumed"
    if provider.key and provider.key == receiver.key:
        provider, receiver = _told_apart(activity, provider, receiver)
    return Sides(provider, provider_from, receiver, receiver_from)


def _told_apart(activity: Activity, provider: Party, receiver: Party) -> tuple[Party, Party]:
    """Let the name decide where both sides have one reference and one has a name that is not that organisation's."""
    known = activity.named(provider.ref)
    names = [_folded(each.name) for each in (provider, receiver)]
    if not known or names[0] == names[1]:
        return provider, receiver
    apart = [
        each._replace(key=f"{party_key('', each.name)} ({each.ref.strip()})") if name and name not in known else each
        for each, name in zip((provider, receiver), names, strict=True)
    ]
    return apart[0], apart[1]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
