"""Flow columns: the funding flows of a generation as one table, from which sums are made.

The table is derived from the store and kept beside it, one Parquet file a generation; it is never the truth.
SPARQL over half a million flows takes seconds, the same sum from columns takes milliseconds. A load of large files
makes the table while it writes (graph.flows_ahead); else it is made when it is first asked for.
"""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from pyoxigraph import QueryResultsFormat

from graph.flow_files import flow_file
from graph.flow_parts import ACTOR_FACTS, LITERALS, SCHEMA, Facts, completed, stated
from graph.places import places
from graph.snapshot import Snapshot
from ontology.identifiers import expand

__all__ = ["SCHEMA", "build_flow_table", "flow_table", "keep_flow_table"]


def flow_table(snapshot: Snapshot) -> pa.Table:
    """Give the flow columns of a generation, read from their file or made and put there first.

    One row a flow, sorted by IRI; an empty graph gives a table without rows. Making is bound by how fast Oxigraph
    gives IRIs out, and takes as many cores as there are (`make bench` tells how long); reading takes a moment.
    """
    path = flow_file(snapshot.folder)
    if path.exists():
        return pq.read_table(path, schema=SCHEMA)
    table = build_flow_table(snapshot)
    _keep(table, path)
    return table


def keep_flow_table(snapshot: Snapshot) -> None:
    """Make the flow columns of a generation where they are not beside it yet."""
    if not flow_file(snapshot.folder).exists():
        flow_table(snapshot)


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
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        labels = pool.submit(_labels, snapshot)
        facts = {name: pool.submit(_pairs, snapshot, curie) for name, curie in ACTOR_FACTS.items()}
        table = stated(flows, lambda curie: _pairs(snapshot, curie), labels.result, pool.map)
    known = {name: pairs.result() for name, pairs in facts.items()}
    return completed(table, Facts(labels.result(), known, places(snapshot).country))


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
    return found if curie in LITERALS.values() else found.filter(pc.invert(pc.starts_with(found["o"], "_:")))


def _instances(snapshot: Snapshot, curie: str) -> pa.Array:
    found = _query(snapshot, f"?s <{expand('rdf:type')}> <{expand(curie)}>", "?s (1 AS ?o)")["s"]
    named = found.filter(pc.invert(pc.starts_with(found, "_:"))).unique()
    return named.take(pc.sort_indices(named))


def _labels(snapshot: Snapshot) -> pa.Table:
    """Give every label, with 0 before an English one and 1 before any other, so that the first is the one to show."""
    name = 'CONCAT(IF(LANG(?name) = "en", "0", "1"), STR(?name))'
    return _query(snapshot, f"?s <{expand('skos:prefLabel')}> ?name", f"?s ({name} AS ?o)")
