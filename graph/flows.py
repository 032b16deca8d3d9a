"""Flow columns: the funding flows of a generation as one table, from which sums are made.

The table is derived from the store and kept beside it, one Parquet file a generation; it is never the truth.
SPARQL over half a million flows takes seconds, the same sum from columns takes milliseconds.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from pyoxigraph import QueryResultsFormat

from graph.places import places
from graph.snapshot import Snapshot
from graph.time import year
from ontology.identifiers import expand, slug

__all__ = ["SCHEMA", "flow_table"]

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
_LITERALS: Final = {
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
_ACTOR_FACTS: Final = {"level": "gov:level", "type": "gov:actorType", "country": "gov:jurisdiction"}


def flow_table(snapshot: Snapshot) -> pa.Table:
    """Give the flow columns of a generation, read from their file or made and put there first.

    One row a flow, sorted by IRI; an empty graph gives a table without rows. Making is bound by how fast Oxigraph
    gives IRIs out, and takes as many cores as there are (`make bench` tells how long); reading takes a moment.
    """
    path = snapshot.folder / "derived" / "flows.parquet"
    if path.exists():
        return pq.read_table(path, schema=SCHEMA)
    table = build_flow_table(snapshot)
    _keep(table, path)
    return table


def _keep(table: pa.Table, path: Path) -> None:
    """Put the columns beside the generation; where that is not allowed they are simply made again next time."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(exist_ok=True)
        pq.write_table(table, draft, compression="zstd")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)


def build_flow_table(snapshot: Snapshot) -> pa.Table:
    """Make the flow columns from the statements: one scan a property, side by side, each dropped when it is a column.

    Where a property that should have one value has several, the first in alphabetical order counts.
    """
    flows = _instances(snapshot, "gov:FundingFlow")
    one = {**_NOTATIONS, **_THINGS, **_LITERALS}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        firsts = pool.map(lambda curie: _first(_pairs(snapshot, curie), flows), one.values())
        lists = pool.map(lambda curie: _lists(_pairs(snapshot, curie), flows), _MANY.values())
        labels = pool.submit(_labels, snapshot)
        facts = pool.map(lambda curie: _pairs(snapshot, curie), _ACTOR_FACTS.values())
        columns = {"flow": flows, **dict(zip(one, firsts, strict=True)), **dict(zip(_MANY, lists, strict=True))}
        actor_facts = dict(zip(_ACTOR_FACTS, facts, strict=True))

    columns["label"] = _named(flows, labels.result())
    columns["programme_label"] = _by_value(columns["programme"], lambda iris: _named(iris, labels.result()))
    for side in ("payer", "recipient"):
        columns[f"{side}_label"] = _by_value(columns[side], lambda iris: _named(iris, labels.result()))
        for name, pairs in actor_facts.items():
            columns[f"{side}_{name}"] = _by_value(columns[side], partial(_first, pairs))
        columns[f"{side}_country"] = _mapped(columns[f"{side}_country"], places(snapshot).country)
    for name in (*_NOTATIONS, "payer_level", "payer_type", "recipient_level", "recipient_type"):
        columns[name] = _mapped(columns[name], slug)
    for name in ("fields", "cofinancing_of"):
        columns[name] = pa.ListArray.from_arrays(columns[name].offsets, _mapped(columns[name].values, slug))
    columns["begin_year"] = _mapped(columns["begin"], _year, pa.int16())
    columns["end_year"] = _mapped(columns["end"], _year, pa.int16())
    return pa.table({field.name: columns[field.name].cast(field.type) for field in SCHEMA}, schema=SCHEMA)


def _query(snapshot: Snapshot, pattern: str, select: str = "?s ?o") -> pa.Table:
    """Run a pattern over all graphs; columns s and o as plain strings.

    Oxigraph writes CSV and Arrow reads it, so that no statement becomes a Python object: half the time of a scan.
    """
    results: Any = snapshot.database.query(
        f"SELECT {select} {{ {{ {pattern} }} UNION {{ GRAPH ?g {{ {pattern} }} }} }}"
    )
    return pcsv.read_csv(
        io.BytesIO(results.serialize(format=QueryResultsFormat.CSV)),
        parse_options=pcsv.ParseOptions(newlines_in_values=True),
        convert_options=pcsv.ConvertOptions(column_types={"s": pa.string(), "o": pa.string()}),
    )


def _pairs(snapshot: Snapshot, curie: str) -> pa.Table:
    """Give every subject and value of a property; blank nodes name nothing and are left out."""
    found = _query(snapshot, f"?s <{expand(curie)}> ?o")
    return found if curie in _LITERALS.values() else found.filter(pc.invert(pc.starts_with(found["o"], "_:")))


def _instances(snapshot: Snapshot, curie: str) -> pa.Array:
    found = _query(snapshot, f"?s <{expand('rdf:type')}> <{expand(curie)}>", "?s (1 AS ?o)")["s"]
    named = found.filter(pc.invert(pc.starts_with(found, "_:"))).unique()
    return named.take(pc.sort_indices(named))


def _labels(snapshot: Snapshot) -> pa.Table:
    """Give every label, with 0 before an English one and 1 before any other, so that the first is the one to show."""
    name = 'CONCAT(IF(LANG(?name) = "en", "0", "1"), STR(?name))'
    return _query(snapshot, f"?s <{expand('skos:prefLabel')}> ?name", f"?s ({name} AS ?o)")


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
