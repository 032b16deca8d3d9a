"""Files: what `export` writes, by the file's ending. A file appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyoxigraph import RdfFormat, serialize

from api.answers.funding import flows_document
from api.exports import network_bytes
from api.parameters import ParameterRefused
from api.respond import as_csv
from graph.columns import columns_of, where
from graph.filters import Filters
from graph.handover import PLAIN, write_parts
from graph.network import network_of
from graph.snapshot import Snapshot
from ontology.errors import CellProblem, InputRefused
from ontology.identifiers import PREFIXES

__all__ = ["SUFFIXES", "write_export", "write_partitioned", "write_whole"]


def _statements(form: RdfFormat) -> Callable[[Snapshot, Filters, Path], None]:
    def write(snapshot: Snapshot, filters: Filters, path: Path) -> None:
        if filters.given():
            names = ", ".join(filters.given())
            raise ParameterRefused(
                "filters", names, "none: RDF is written whole; the graph can be narrowed with `query`"
            )
        quads = sorted(snapshot.quads(), key=str)
        if form.supports_datasets:
            serialize(quads, str(path), format=form, prefixes=PREFIXES)
        else:
            triples = sorted({quad.triple for quad in quads}, key=str)
            serialize(triples, str(path), format=form, prefixes=PREFIXES)

    return write


def _network(form: str) -> Callable[[Snapshot, Filters, Path], None]:
    def write(snapshot: Snapshot, filters: Filters, path: Path) -> None:
        path.write_bytes(network_bytes(network_of(snapshot, filters), form))

    return write


def _csv(snapshot: Snapshot, filters: Filters, path: Path) -> None:
    path.write_text(as_csv(flows_document(snapshot, filters).data), encoding="utf-8", newline="")


def _flows(snapshot: Snapshot, filters: Filters) -> pa.Table:
    condition, inputs = where(filters)
    rows = columns_of(snapshot).rows(f"SELECT * FROM flows WHERE {condition} ORDER BY flow", inputs)
    return pa.Table.from_pylist(rows, schema=PLAIN)


def _parquet(snapshot: Snapshot, filters: Filters, path: Path) -> None:
    pq.write_table(_flows(snapshot, filters), path)


SUFFIXES: Final[dict[str, Callable[[Snapshot, Filters, Path], None]]] = {
    ".ttl": _statements(RdfFormat.TURTLE),
    ".nt": _statements(RdfFormat.N_TRIPLES),
    ".nq": _statements(RdfFormat.N_QUADS),
    ".trig": _statements(RdfFormat.TRIG),
    ".jsonld": _statements(RdfFormat.JSON_LD),
    ".graphml": _network("graphml"),
    ".gexf": _network("gexf"),
    ".csv": _csv,
    ".parquet": _parquet,
}


def write_export(snapshot: Snapshot, filters: Filters, path: Path) -> None:
    """Write a file by its ending.

    Raises ParameterRefused for an unknown ending, InputRefused where the file cannot be written.
    """
    if path.suffix not in SUFFIXES:
        raise ParameterRefused("file", str(path), f"a name that ends in one of {', '.join(SUFFIXES)}")
    write = SUFFIXES[path.suffix]
    _whole(path, lambda draft: write(snapshot, filters, draft))


def write_partitioned(snapshot: Snapshot, filters: Filters, folder: Path) -> int:
    """Write the flows into a new folder of Parquet files by country and year; gives how many files they are.

    Raises ParameterRefused for another ending than .parquet and for what is there already, InputRefused where the
    folder cannot be written; then nothing is left.
    """
    if folder.suffix != ".parquet":
        raise ParameterRefused("file", str(folder), "a name that ends in .parquet, to be partitioned")
    if folder.exists():
        raise ParameterRefused("file", str(folder), "the name of a new folder: nothing is written over one")
    try:
        write_parts(_flows(snapshot, filters), folder)
    except OSError as error:
        raise InputRefused([CellProblem(str(folder), 0, "", "", f"cannot be written ({error.strerror})")]) from error
    return sum(1 for path in folder.rglob("*.parquet") if path.is_file())


def write_whole(path: Path, content: bytes) -> None:
    """Write bytes to a file; InputRefused where it cannot be written, and then nothing is left behind."""
    _whole(path, lambda draft: draft.write_bytes(content))


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}{path.suffix}")
    try:
        write(draft)
        draft.replace(path)
    except OSError as error:
        raise InputRefused([CellProblem(str(path), 0, "", "", f"cannot be written ({error.strerror})")]) from error
    finally:
        draft.unlink(missing_ok=True)
