"""The comparison document: places side by side on the same indicators, each with its coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from api.answers.document import Document, Row, filters_of, not_applied, number, sources_of
from api.answers.gaps import named_gap_queries
from api.answers.trace import interval_row, kind_row
from api.parameters import ParameterRefused, one_of
from graph.compare import Aspect, Profile, profiles
from graph.filters import Filters
from graph.lists import list_rows
from graph.places import places
from graph.queries import bind, query_text
from graph.remember import remembered
from graph.researched import coverage_of
from graph.snapshot import Snapshot
from ontology.errors import near_matches
from ontology.identifiers import concept, mint, slug
from ontology.vocabulary import vocabulary

__all__ = ["EXAMPLES", "MOST_PLACES", "compare_document", "example_places", "named_place", "place_query", "read_places"]

MOST_PLACES: Final = 4
EXAMPLES: Final = ("upstream",)
"""Sets of places that are ready to be compared: the cities that the UPSTREAM project studied."""
_NOT_APPLIED: Final[Mapping[str, str]] = dict.fromkeys(
    ("level", "programme", "actor", "type", "basis"), "places are compared as wholes, by field and year"
)
_NOT_TO_GAPS: Final = dict.fromkeys(
    ("from", "to"), "gaps are asked at one year, and here are those of any time: use at; all else is narrowed"
)


def read_places(snapshot: Snapshot, countries: Sequence[str], others: Sequence[str] = ()) -> list[str]:
    """Read two to four places, by IRI: codes of countries (ES, EU), slugs of territories (nl-rotterdam) or their names.

    A word of `others` may hold several, divided by commas.

    Raises ParameterRefused with near matches, naming `country` for the first and `place` for the `others`.
    """
    given = [("country", word) for word in countries]
    given += [("place", part.strip()) for words in others for part in words.split(",") if part.strip()]
    found = list(dict.fromkeys(named_place(snapshot, parameter, word) for parameter, word in given))
    if not 2 <= len(found) <= MOST_PLACES:
        said = ", ".join(word for _, word in given)
        raise ParameterRefused("country", said, f"2 to {MOST_PLACES} different countries or places")
    return found


def named_place(snapshot: Snapshot, parameter: str, word: str) -> str:
    """Read one place, by IRI: the code of a country, the slug of a territory, or its name where only one has it.

    Raises ParameterRefused naming the parameter, with near matches.
    """
    codes, slugs, names = _known(snapshot)
    called = names.get(word.casefold(), ())
    iri = codes.get(word.upper()) or slugs.get(slug(word)) or (called[0] if len(called) == 1 else None)
    if iri is None:
        near = sorted(map(slug, called)) or near_matches(word, {*slugs, *names})
        raise ParameterRefused(parameter, word, "the code of a country, or the slug or name of one place", near)
    return iri


@remembered(2)
def _known(snapshot: Snapshot) -> tuple[dict[str, str], dict[str, str], dict[str, tuple[str, ...]]]:
    """Give the territories by code of country, by slug, and by name, which several may have."""
    codes = {code: iri for iri, code in places(snapshot).code.items()}
    slugs = {slug(iri): iri for iri in snapshot.instances("gov:Territory")}
    names: dict[str, tuple[str, ...]] = {}
    for iri in slugs.values():
        name = snapshot.label(iri).casefold()
        names[name] = (*names.get(name, ()), iri)
    return codes, slugs, names


def example_places(snapshot: Snapshot, name: str) -> list[str]:
    """Give the places of a ready example by IRI, in the order of their slugs; [] where the graph has none of them.

    `upstream`: the cities of which the graph has a case study by the project. Raises ParameterRefused for other names.
    """
    one_of("example", name, EXAMPLES)
    project = mint("actor", "upstream")
    rows = list_rows(snapshot, "measures", Filters())
    studied = {row["territory"] for row in rows if project in row["implementers"] and row["territory"]}
    levels = snapshot.values("gov:level")
    return sorted(place for place in studied if concept("level", "local") in levels.get(place, ()))


def compare_document(snapshot: Snapshot, territories: Sequence[str], filters: Filters) -> Document:
    """Give the profiles of places, and the same as rows: one indicator a row, one column a place."""
    found = profiles(snapshot, tuple(territories), filters.without(*_NOT_APPLIED, "country"))
    code = places(snapshot).code
    keys = [code.get(place, slug(place)) for place in territories]
    queries = {key: place_query([place], filters) for key, place in zip(keys, territories, strict=True)}
    return Document(
        data={
            "places": [_place(snapshot, key, item) for key, item in zip(keys, found, strict=True)],
            "rows": _rows(keys, found),
        },
        generation=snapshot.generation,
        at=filters.at,
        rows=len(found),
        query=next(iter(queries.values())),
        sources=sources_of(snapshot, [{"evidence": item.evidence} for item in found]),
        filters=filters_of(filters),
        not_applied=not_applied(filters, {**_NOT_APPLIED, **_NOT_TO_GAPS}),
        more={
            "queries": {**queries, **named_gap_queries(filters)},
            "meaning": "Counts are of what is recorded. Coverage says how far sources were read for that kind of tie: "
            "where it is partly, or not-assessed, a low count says little, or nothing.",
        },
    )


def place_query(territories: Sequence[str], filters: Filters) -> str:
    """Give the SPARQL of what is recorded of territories, and of all that lies in them."""
    since, until = filters.span
    below = sorted(vocabulary().narrower("field", filters.field)) if filters.field else []
    return bind(
        query_text("compare"),
        {
            "place": [NamedNode(place) for place in territories],
            "inField": [NamedNode(concept("field", field)) for field in below] or None,
            "since": Literal(since) if since is not None else None,
            "until": Literal(until) if until is not None else None,
        },
    )


def _place(snapshot: Snapshot, key: str, item: Profile) -> Row:
    plain = ("absences", "norms", "flows", "flows_with_amount", "mechanisms", "mechanisms_between_levels")
    return {
        "key": key,
        "territory": item.place,
        "label": snapshot.label(item.place),
        **{name: getattr(item, name) for name in plain},
        "duties": sum(item.duties_by_aspect.values()),
        **{
            name: dict(getattr(item, name)) for name in ("duties_by_aspect", "duties_by_nature", "measures", "coverage")
        },
        "gaps": {state: dict(types) for state, types in item.gaps.items()},
        "aspects": [_aspect(snapshot, each) for each in item.aspects],
        "sums": [
            {**kind_row(each.kind), "amount": interval_row(each.amount), "flows": each.flows}
            | {"with_amount": each.with_amount, "parts": each.parts}
            for each in item.sums
        ],
        "scopes": [
            {
                "scope": each.iri,
                "fields": list(each.fields),
                "ties": list(each.ties),
                "begin": each.begin,
                "end": each.end,
            }
            for each in item.scopes
        ],
    }


def _aspect(snapshot: Snapshot, each: Aspect) -> Row:
    passages = {found for iri in each.statements for found in snapshot.values_of(iri, "prov:hadPrimarySource")}
    return {
        "field": each.field,
        "aspect": each.aspect,
        "levels": list(each.levels),
        "absent": list(each.absent),
        "coverage": each.coverage,
        "statements": list(each.statements),
        "evidence": sorted(passages),
    }


def _rows(keys: Sequence[str], found: Sequence[Profile]) -> list[Row]:
    """Lay the indicators side by side; beside each value stands the coverage of the kind of tie that it is about."""
    tables = [_figures(item) for item in found]
    names = list(dict.fromkeys(name for table in tables for name in table))
    rows = []
    for group, name in sorted(names, key=lambda each: (_GROUPS.index(each[0]), names.index(each))):
        row: Row = {"group": group, "indicator": name}
        for key, item, table in zip(keys, found, tables, strict=True):
            row[key] = table.get((group, name), _absent(group))
            row[f"{key}_coverage"] = _coverage_of(item, group, name)
        rows.append(row)
    return rows


_TIE_OF: Final[Mapping[str, str | None]] = {
    "duties": "competence",
    "aspects": "competence",
    "money": "funding",
    "ties": "coordination",
    "measures": None,
    "gaps": "coordination",
}
_GROUPS: Final = tuple(_TIE_OF)


def _coverage_of(item: Profile, group: str, name: str) -> str:
    """Give the coverage of the kind of tie that an indicator is about, in its field where it is about one."""
    if group != "aspects":
        tie = _TIE_OF[group]  # no scope says that measures were looked for
        return item.coverage[tie] if tie else "not-assessed"
    return coverage_of(item.scopes, "competence", [name.partition(":")[0]])


def _absent(group: str) -> int | str | None:
    return {"money": None, "aspects": ""}.get(group, 0)


def _figures(item: Profile) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {("duties", "duties"): sum(item.duties_by_aspect.values())}
    for aspect in vocabulary().schemes["aspect"]:
        found["duties", f"of {aspect}"] = item.duties_by_aspect.get(aspect, 0)
    found.update({("duties", f"nature {name}"): count for name, count in item.duties_by_nature.items()})
    found["duties", "absences that a source states"] = item.absences
    for each in item.aspects:
        levels = ", ".join(each.levels)
        words = f"{levels}; not {', '.join(each.absent)}" if each.absent else levels
        found["aspects", f"{each.field}: {each.aspect}"] = words
    found["money", "flows that may be summed"] = item.flows
    found["money", "of these without an amount"] = item.flows - item.flows_with_amount
    for entry in item.sums:
        if entry.amount is not None:
            parts = (entry.kind.quantity, entry.kind.currency, entry.kind.phase, entry.kind.period)
            name = " ".join(part for part in parts if part)
            found["money", f"{name}, least"] = number(entry.amount.low)
            found["money", f"{name}, most"] = number(entry.amount.high)
    found["ties", "mechanisms"] = item.mechanisms
    found["ties", "mechanisms between levels"] = item.mechanisms_between_levels
    for targeting in vocabulary().schemes["targeting"]:
        found["measures", targeting] = item.measures.get(targeting, 0)
    found["measures", "not stated"] = item.measures.get("not-stated", 0)
    for state, types in item.gaps.items():
        found.update({("gaps", f"{state}: {name}"): count for name, count in types.items()})
    return found
