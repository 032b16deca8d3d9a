"""Flow parts: the columns of the flows, each made of the pairs of subject and value of one property.

Where the pairs are from, the store or text that is being written into it, is another module's matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from graph.time import year
from ontology.identifiers import slug

__all__ = ["ACTOR_FACTS", "LITERALS", "SCHEMA", "STATED", "Facts", "completed", "stated"]

_TEXT = pa.string()
_WORD = pa.dictionary(pa.int32(), pa.string())
_AMOUNT = pa.decimal128(22, 4)

SCHEMA = pa.schema(
    [
        ("flow", pa.string()),
        ("label", pa.string()),
        ("payer", _WORD),
        ("payer_label", _WORD),
        ("payer_level", _WORD),
        ("payer_country", _WORD),
        ("payer_type", _WORD),
        ("recipient", _WORD),
        ("recipient_label", _WORD),
        ("recipient_level", _WORD),
        ("recipient_country", _WORD),
        ("recipient_type", _WORD),
        ("programme", _WORD),
        ("programme_label", _WORD),
        ("fields", pa.list_(pa.string())),
        ("amount_min", _AMOUNT),
        ("amount_max", _AMOUNT),
        ("currency", _WORD),
        ("quantity", _WORD),
        ("per", _WORD),
        ("phase", _WORD),
        ("share", pa.decimal128(9, 8)),
        ("share_of", pa.string()),
        ("part_of", pa.string()),
        ("cofinancing_rate", pa.decimal128(9, 8)),
        ("cofinancing_of", pa.list_(pa.string())),
        ("condition", _WORD),
        ("begin", pa.string()),
        ("end", pa.string()),
        ("begin_year", pa.int16()),
        ("end_year", pa.int16()),
        ("basis", _WORD),
        ("passages", pa.list_(pa.string())),
        ("note", _WORD),
    ]
)

_NOTATIONS: Final = {
    "currency": "gov:currency",
    "quantity": "gov:quantity",
    "per": "gov:per",
    "phase": "gov:phase",
    "basis": "gov:basis",
}
_THINGS: Final = {
    "payer": "gov:payer",
    "recipient": "gov:recipient",
    "programme": "gov:programme",
    "share_of": "gov:shareOf",
    "part_of": "gov:partOf",
}
LITERALS: Final = {
    "condition": "gov:condition",
    "begin": "gov:validFrom",
    "end": "gov:validTo",
    "note": "skos:note",
    "amount_min": "gov:amountMin",
    "amount_max": "gov:amountMax",
    "share": "gov:share",
    "cofinancing_rate": "gov:cofinancingRate",
}
_MANY: Final = {
    "fields": "gov:field",
    "cofinancing_of": "gov:cofinancingOf",
    "passages": "prov:hadPrimarySource",
}
_BY_PLACE: Final = [("place", "ascending"), ("value", "ascending")]
ACTOR_FACTS: Final = {"level": "gov:level", "type": "gov:actorType", "country": "gov:jurisdiction"}
_ENDS: Final = ("payer", "recipient")
_OF_OTHERS: Final = ("programme_label", *(f"{end}_{fact}" for end in _ENDS for fact in ("label", *ACTOR_FACTS)))
STATED: Final = pa.schema([field for field in SCHEMA if field.name not in _OF_OTHERS])
"""The columns that the statements about a flow alone decide."""

Pairs = Callable[[str], pa.Table]
"""Gives the columns s and o of a property, as plain strings."""
Run = Callable[[Callable[[str], pa.Array], Iterable[str]], Iterable[pa.Array]]
"""How several columns are made: `map`, or that of a pool."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the actors and programmes of flows.

    `labels` has every label with 0 before an English one and 1 before any other, so that the first is the one to show;
    `pairs` the values of each of `ACTOR_FACTS`; `country` gives the code of the country of a place.
    """

    labels: pa.Table
    pairs: dict[str, pa.Table]
    country: Callable[[str | None], str | None]


def stated(flows: pa.Array, pairs: Pairs, labels: Callable[[], pa.Table], run: Run = map) -> pa.Table:
    """Give the columns of flows that the statements about them decide, in the order of `flows`.

    Where a property that should have one value has several, the first in alphabetical order counts.
    """
    one = {**_NOTATIONS, **_THINGS, **LITERALS}
    firsts = run(lambda curie: _first(pairs(curie), flows), one.values())
    lists = run(lambda curie: _lists(pairs(curie), flows), _MANY.values())
    columns = {"flow": flows, **dict(zip(one, firsts, strict=True)), **dict(zip(_MANY, lists, strict=True))}
    columns["label"] = _named(flows, labels())
    for name in _NOTATIONS:
        columns[name] = _mapped(columns[name], slug)
    for name in ("fields", "cofinancing_of"):
        columns[name] = pa.ListArray.from_arrays(columns[name].offsets, _mapped(columns[name].values, slug))
    columns["begin_year"] = _mapped(columns["begin"], _year, pa.int16())
    columns["end_year"] = _mapped(columns["end"], _year, pa.int16())
    return _table(columns, STATED)


def completed(table: pa.Table, facts: Facts) -> pa.Table:
    """Add to the stated columns those that are known of payers, recipients and programmes."""
    columns: dict[str, Any] = {name: _plain(table[name]) for name in table.column_names}
    named = partial(_named, labels=facts.labels)
    columns["programme_label"] = _by_value(columns["programme"], named)
    for end in _ENDS:
        columns[f"{end}_label"] = _by_value(columns[end], named)
        for name, pairs in facts.pairs.items():
            columns[f"{end}_{name}"] = _by_value(columns[end], partial(_first, pairs))
        columns[f"{end}_country"] = _mapped(columns[f"{end}_country"], facts.country)
        for name in ("level", "type"):
            columns[f"{end}_{name}"] = _mapped(columns[f"{end}_{name}"], slug)
    return _table(columns, SCHEMA)


def _table(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.table({field.name: columns[field.name].cast(field.type) for field in schema}, schema=schema)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """Give a column as one array, words as plain strings."""
    found = column.combine_chunks()
    return found.cast(_TEXT) if pa.types.is_dictionary(found.type) else found


def _named(iris: pa.Array, labels: pa.Table) -> pa.Array:
    """Give the name of each thing, or the end of its IRI where it has none."""
    shown = pc.utf8_slice_codeunits(_first(labels, iris), 1)
    missing = pc.is_null(shown)
    return pc.if_else(missing, _mapped(pc.if_else(missing, iris, None), slug), shown)


def _located(pairs: pa.Table, keys: pa.Array) -> pa.Table:
    """Give the place of each pair's subject among the keys, and its value, sorted where a key has several values."""
    place = pc.index_in(pairs["s"], value_set=keys)
    found = pa.table({"place": place, "value": pairs["o"]}).filter(pc.is_valid(place)).combine_chunks()
    if pc.count_distinct(found["place"]).as_py() < len(found):
        found = (
            found.group_by(["place", "value"]).aggregate([]).sort_by([("place", "ascending"), ("value", "ascending")])
        )
    return found


def _first(pairs: pa.Table, keys: pa.Array) -> pa.Array:
    """Give the first value of each key in alphabetical order, null where it has none."""
    found = _located(pairs, keys)
    rows = pc.index_in(pa.array(range(len(keys)), pa.int32()), value_set=found["place"].combine_chunks())
    return _flat(found["value"]).take(rows)


def _lists(pairs: pa.Table, keys: pa.Array) -> pa.Array:
    """Give all values of each key, sorted; an empty list where it has none."""
    found = _located(pairs, keys).sort_by(_BY_PLACE)
    counts = dict(zip(*(column.to_pylist() for column in _flat(found["place"]).value_counts().flatten()), strict=True))
    offsets = [0]
    for place in range(len(keys)):
        offsets.append(offsets[-1] + counts.get(place, 0))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), _flat(found["value"]))


def _by_value(column: pa.Array, make: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Make a column from the distinct values of another, so that each value is looked up once."""
    encoded = column.dictionary_encode()
    return make(encoded.dictionary).take(encoded.indices)


def _mapped(column: pa.Array, change: Callable[[str], object], kind: pa.DataType = _TEXT) -> pa.Array:
    return _by_value(column, lambda values: pa.array([change(value) for value in values.to_pylist()], kind))


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()


def _year(value: str | None) -> int | None:
    """Give the year of a date; ValueError for what is none, so that no flow is taken for undated because of a slip."""
    found = year(value)
    if value is not None and found is None:
        raise ValueError(f"{value!r} is no year")
    return found
