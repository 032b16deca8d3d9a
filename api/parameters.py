"""Parameters: the words of a request or a command, checked against what the graph and the ontology know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graph.filters import Filters
from graph.lists import TYPE_SCHEMES
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.errors import SubsidiaError, UnknownTerm, near_matches
from ontology.identifiers import mint, slug
from ontology.vocabulary import vocabulary

__all__ = ["ParameterRefused", "RawFilters", "countries", "one_of", "read_currency", "read_filters"]


class ParameterRefused(SubsidiaError):
    """A parameter whose value is unknown, with the values that look like it."""

    def __init__(self, parameter: str, value: str, expected: str, near: Iterable[str] = ()) -> None:
        self.parameter = parameter
        self.value = value
        self.near = list(near)
        hint = f"; did you mean {' or '.join(self.near)}?" if self.near else ""
        super().__init__(f"{parameter}={value}: expected {expected}{hint}")


@dataclass(frozen=True, slots=True)
class RawFilters:
    """The filters as they were typed; empty words count as not given."""

    country: str | None = None
    field: str | None = None
    level: str | None = None
    programme: str | None = None
    actor: str | None = None
    type: str | None = None
    basis: str | None = None
    at: str | None = None
    since: str | None = None
    until: str | None = None


def read_filters(snapshot: Snapshot, raw: RawFilters, type_scheme: str | None = None) -> Filters:
    """Check typed filters against a snapshot; `type_scheme` is the concept scheme that `type` is from.

    Without a scheme `type` is left out; of `any` scheme it is kept, for an answer to say that it does not apply.
    Raises ParameterRefused naming the parameter, its value, what was expected, and near matches.
    """
    since, until = _year("from", raw.since), _year("to", raw.until)
    if since is not None and until is not None and since > until:
        raise ParameterRefused("to", str(until), f"a year not before from={since}")
    return Filters(
        country=_country(snapshot, raw.country),
        field=_concept("field", "field", raw.field),
        level=_concept("level", "level", raw.level),
        programme=_thing(snapshot, "programme", raw.programme),
        actor=_thing(snapshot, "actor", raw.actor),
        type=_type(type_scheme, raw.type) if type_scheme else None,
        basis=_concept("basis", "basis", raw.basis),
        at=_year("at", raw.at),
        since=since,
        until=until,
    )


def _type(scheme: str, value: str | None) -> str | None:
    if scheme != "any":
        return _concept("type", scheme, value)
    known = sorted({word for each in TYPE_SCHEMES.values() for word in vocabulary().schemes[each]})
    found: str | None = one_of("type", value, known) if value else None
    return found


def one_of(parameter: str, value: str, known: Sequence[str]) -> Any:
    """Give a word that must be one of some; ParameterRefused with near matches for any other.

    What is given back has the type that the caller knows the words to have, such as a Literal.
    """
    if value not in known:
        raise ParameterRefused(parameter, value, f"one of {', '.join(known)}", near_matches(value, known))
    return value


def read_currency(value: str | None) -> str | None:
    """Give a code of ISO 4217 in capitals, None where none is given; ParameterRefused for what has not its form."""
    if not value:
        return None
    if not (len(value) == 3 and value.isascii() and value.isalpha()):
        raise ParameterRefused("currency", value, "an ISO 4217 code, as EUR")
    return value.upper()


def _year(parameter: str, value: str | None) -> int | None:
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{4}", value) or value == "0000":
        raise ParameterRefused(parameter, value, "a year in four digits, as 2006")
    return int(value)


def _concept(parameter: str, scheme: str, value: str | None) -> str | None:
    if not value:
        return None
    try:
        return vocabulary().concept(scheme, value).notation
    except UnknownTerm as error:
        known = ", ".join(vocabulary().schemes[scheme])
        raise ParameterRefused(parameter, value, f"one of {known}", error.near) from error


def _country(snapshot: Snapshot, value: str | None) -> str | None:
    if not value:
        return None
    known = countries(snapshot)
    if value.upper() in known:
        return value.upper()
    by_name = {name.casefold(): code for code, name in known.items()}
    near = [by_name[name] for name in near_matches(value, by_name)]
    expected = f"the code of a country that the graph knows: {', '.join(known) or 'it knows none'}"
    raise ParameterRefused("country", value, expected, near)


@remembered(4)
def countries(snapshot: Snapshot) -> dict[str, str]:
    """Give the countries of the graph, code to name, in the order of their codes."""
    codes = snapshot.values("gov:countryCode")
    return dict(sorted((values[0], snapshot.label(iri)) for iri, values in codes.items()))


def _thing(snapshot: Snapshot, kind: str, value: str | None) -> str | None:
    if not value:
        return None
    name = slug(value)
    known = _slugs(snapshot, kind)
    if name in known:
        return name
    by_label = {snapshot.label(mint(kind, each)).casefold(): each for each in known}
    if value.casefold() in by_label:
        return by_label[value.casefold()]
    near = near_matches(name, known) or [by_label[label] for label in near_matches(value, by_label)]
    raise ParameterRefused(kind, value, f"the last part of the IRI of a known {kind}", near)


@remembered(16)
def _slugs(snapshot: Snapshot, kind: str) -> frozenset[str]:
    classes = {"actor": "gov:Actor", "programme": "gov:Programme"}
    return frozenset(slug(iri) for iri in snapshot.instances(classes[kind]))
