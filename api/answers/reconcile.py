"""Reconciling: the list of claims, and the answers of the Reconciliation Service API 0.2 (as OpenRefine asks it).

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from api.answers.document import Document, Row
from api.body import BodyRefused
from api.parameters import ParameterRefused
from graph.reconciliation.bodies import comparable
from graph.reconciliation.claims import claims, claims_query
from graph.reconciliation.index import KINDS, Found, NameIndex, Thing, index_of
from graph.reconciliation.names import name_of, words_of
from graph.snapshot import Snapshot
from ontology.errors import SubsidiaError, UnknownTerm, near_matches
from ontology.identifiers import DEF, slug
from ontology.vocabulary import vocabulary

__all__ = [
    "LONGEST_NAME",
    "MOST_QUERIES",
    "PROPERTIES",
    "Asked",
    "BatchTooLarge",
    "claims_document",
    "description",
    "matches",
    "read_batch",
    "type_name",
    "types",
]

MOST_QUERIES: Final = 50
LONGEST_NAME: Final = 500
PROPERTIES: Final = {
    "country": "country: ISO 3166-1 alpha-2 code, or name",
    "level": "level of government",
    "identifier": "identifier in another list",
}

_MOST: Final = 100
_FEW: Final = 10
_CERTAIN: Final = 95.0
_AHEAD: Final = 5.0
_LEAST: Final = 40.0
_RAISED: Final = 2.0
_LOWERED: Final = 30.0
_UNKNOWN: Final = 5.0
_OTHER_FORM: Final = 12.0
_FIELDS: Final = ("query", "type", "limit", "properties", "type_strict")


class BatchTooLarge(SubsidiaError):
    """More queries in one batch than are answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: a name, the types that are wanted (none: any), how many candidates, and values of properties."""

    name: str
    types: frozenset[str]
    limit: int
    properties: tuple[tuple[str, tuple[str, ...]], ...]


def claims_document(snapshot: Snapshot, status: str | None = None, least: float | None = None) -> Document:
    """List the claims of identity that were proposed, with the labels of the two bodies; no store, no claims."""
    rows: list[Row] = [
        {
            "id": slug(row["claim"]),
            **row,
            "one_label": snapshot.label(row["one"]),
            "other_label": snapshot.label(row["other"]),
        }
        for row in claims(snapshot, status, least)
    ]
    return Document(rows, snapshot.generation, rows=len(rows), query=claims_query(status, least))


def types() -> list[Row]:
    """Give the types that can be asked for: classes, and the kinds of actor below theirs."""
    classes = [{"id": name, "name": vocabulary().label(DEF + name)} for name in KINDS]
    kinds = vocabulary().schemes["actorType"].values()
    actor = classes[0]
    return [*classes, *({"id": f"actorType/{kind.notation}", "name": kind.label, "broader": [actor]} for kind in kinds)]


@cache
def _type_names() -> dict[str, str]:
    return {each["id"]: str(each["name"]) for each in types()}


def type_name(name: str) -> str:
    """Give the words for a type; its id where the ontology does not know it."""
    return _type_names().get(name, name)


def description(thing: Thing) -> str:
    """Say what a thing is and where, so that namesakes can be told apart."""
    levels = [vocabulary().label(f"{DEF}level/{level}") for level in sorted(thing.levels)]
    kind = type_name(thing.types[-1])
    return ", ".join([kind, *levels, *([thing.country] if thing.country else [])])


def read_batch(text: str) -> dict[str, Asked]:
    """Read a batch of queries.

    Raises BodyRefused for what is no JSON or no text, BatchTooLarge for more queries than are answered, and
    ParameterRefused for a query that cannot be understood, naming it.
    """
    try:
        batch = json.loads(text)
        json.dumps(batch, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise BodyRefused("queries: half of a character (a lone surrogate) is no text") from error
    except (ValueError, RecursionError) as error:
        raise BodyRefused(f"queries: not JSON ({str(error)[:200]})") from error
    if not isinstance(batch, dict) or not all(isinstance(query, dict) for query in batch.values()):
        raise ParameterRefused("queries", text[:80], 'an object of queries, as {"q0": {"query": "Rotterdam"}}')
    if len(batch) > MOST_QUERIES:
        raise BatchTooLarge(f"{len(batch):,} queries in one batch; at most {MOST_QUERIES} are answered at once")
    return {key: _asked(key[:40], query) for key, query in batch.items()}


def _asked(key: str, query: Row) -> Asked:
    unknown = next((name for name in query if name not in _FIELDS), None)
    if unknown is not None:
        raise ParameterRefused(
            f"{key}.{unknown[:40]}", "", f"one of {', '.join(_FIELDS)}", near_matches(unknown, _FIELDS)
        )
    name = query.get("query", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise ParameterRefused(f"{key}.query", str(name)[:80], f"a text of at most {LONGEST_NAME} characters")
    if not name and not query.get("properties"):
        raise ParameterRefused(f"{key}.query", "", "a name, or else properties")
    limit = query.get("limit", _FEW)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 1 <= limit < float("inf"):
        raise ParameterRefused(f"{key}.limit", str(limit)[:40], "a whole number above 0")
    return Asked(
        name, _types(key, query.get("type")), min(int(limit), _MOST), _properties(key, query.get("properties"))
    )


def _types(key: str, given: Any) -> frozenset[str]:
    wanted = [] if given in (None, "", []) else given if isinstance(given, list) else [given]
    known = _type_names()
    found = set()
    for each in wanted:
        name = each.get("id") if isinstance(each, dict) else each
        name = name.removeprefix(DEF) if isinstance(name, str) else str(name)
        if name not in known:
            near = near_matches(name[:80], known)
            raise ParameterRefused(f"{key}.type", name[:80], f"one of {', '.join(KINDS)}, actorType/…", near)
        found.add(name)
    return frozenset(found)


def _properties(key: str, given: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given) or len(given) > _FEW:
        raise ParameterRefused(f"{key}.properties", str(given)[:80], f"a list of at most {_FEW} objects with pid and v")
    found = []
    for each in given:
        name = each.get("pid")
        if name not in PROPERTIES if isinstance(name, str) else True:
            near = near_matches(str(name)[:80], PROPERTIES)
            raise ParameterRefused(f"{key}.properties", str(name)[:80], f"pid: one of {', '.join(PROPERTIES)}", near)
        values = each.get("v")
        words = [_word(value) for value in (values if isinstance(values, list) else [values])[:_FEW]]
        found.append((str(name), tuple(word[:LONGEST_NAME] for word in words if word.strip())))
    return tuple((name, words) for name, words in found if words)


def _word(value: Any) -> str:
    """Give a value as a text: a thing that was reconciled before by its id, nothing as an empty text."""
    if isinstance(value, dict):
        value = value.get("id", value.get("name"))
    return "" if value is None or isinstance(value, dict | list) else str(value)


def matches(snapshot: Snapshot, asked: Asked) -> list[Row]:
    """Give the candidates of a query, best first, with scores from 0 to 100.

    `match` is true for the first where its score is 95 or more, it is 5 ahead of the second, and none of the values
    that were given contradicts it. A legal form that differs costs 12; a country or level that differs 30, one that is
    not known 5, and one that agrees gives 2. An identifier that agrees, as a value or as the name, makes it 100.
    """
    index = index_of(snapshot)

    def wanted(thing: Thing) -> bool:
        return not asked.types or not asked.types.isdisjoint(thing.types)

    entries = index.entries(asked.name) if asked.name else []
    for name, words in asked.properties:
        if name == "identifier":
            entries = [*entries, *(thing for word in words for thing in index.entries(word))]
    found = {thing.iri: (Found(thing, None, 100.0), list[Row]()) for thing in entries if wanted(thing)}
    if asked.name:
        for each in index.find(name_of(asked.name), wanted, _MOST):
            found.setdefault(each.thing.iri, _weighed(index, asked, each))
    ranked = sorted(found.values(), key=lambda item: (-item[0].score, item[0].thing.iri))
    ranked = [item for item in ranked if item[0].score >= _LEAST]
    certain = bool(ranked) and _is_certain(ranked)
    return [
        _candidate(each, features, match=certain and place == 0)
        for place, (each, features) in enumerate(ranked[: asked.limit])
    ]


def _weighed(index: NameIndex, asked: Asked, found: Found) -> tuple[Found, list[Row]]:
    """Raise and lower the likeness of names by what else was given."""
    score, forms = found.score, name_of(asked.name).forms
    features: list[Row] = [{"id": "name", "value": round(found.score, 1)}]
    if found.name is not None and forms and found.name.forms and not forms & found.name.forms:
        score -= _OTHER_FORM
    for name, words in asked.properties:
        agrees = _agrees(index, found.thing, name, words)
        score += _RAISED if agrees else -_UNKNOWN if agrees is None else -_LOWERED
        if agrees is not None:
            features.append({"id": name, "value": agrees})
    return Found(found.thing, found.name, round(min(100.0, max(0.0, score)), 1)), features


def _agrees(index: NameIndex, thing: Thing, name: str, words: Sequence[str]) -> bool | None:
    """Say whether a thing has one of the values of a property; None where it is not known what it has."""
    if name == "country":
        places = [index.thing(word) for word in words]
        codes = {place.country for place in places if place} | {
            index.countries.get(" ".join(words_of(word))) for word in words
        }
        return thing.country in codes if thing.country else None
    if name == "level":
        return not thing.levels.isdisjoint(filter(None, map(_level, words))) if thing.levels else None
    return bool(thing.identifiers & set(map(comparable, words))) if thing.identifiers else None


def _level(word: str) -> str | None:
    try:
        return vocabulary().concept("level", word.strip().removeprefix(f"{DEF}level/")).notation
    except UnknownTerm:
        return None


def _is_certain(ranked: Sequence[tuple[Found, list[Row]]]) -> bool:
    best, features = ranked[0]
    contradicted = any(feature["value"] is False for feature in features)
    alone = len(ranked) == 1 or best.score - ranked[1][0].score >= _AHEAD
    return best.score >= _CERTAIN and alone and not contradicted


def _candidate(found: Found, features: list[Row], *, match: bool) -> Row:
    thing = found.thing
    return {
        "id": thing.id,
        "name": thing.label,
        "description": description(thing),
        "type": [{"id": each, "name": type_name(each)} for each in thing.types],
        "score": found.score,
        "match": match,
        "features": features,
    }
