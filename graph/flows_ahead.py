"""Flow columns ahead: those of a generation that is being written, made of the text that is written into it.

To ask Oxigraph for what was written a moment ago takes as long as the writing did. Here the columns are made of the
same N-Triples, piece by piece and beside the writing, and put together with those of the generation before. Wherever
the outcome could be another than that of reading all of it from the store, nothing is made: the columns are then read
from the store when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad

from graph.flow_parts import ACTOR_FACTS, Facts, completed, stated
from graph.ntriples import Triples, Unreadable
from graph.places import Lookup
from ontology.identifiers import expand

__all__ = ["FlowsAhead"]

_FLOWS_A_PART: Final = 50_000
_MOST_PLACES: Final = 10_000
_MEMORY: Final = "300MB"
_PLACED: Final = ("gov:within", "gov:countryCode")
_KEPT: Final = ("skos:prefLabel", *ACTOR_FACTS.values())
_ONES: Final = ("payer", "recipient", "programme")
_COMPLETE: Final = """
    SELECT (SELECT count(*) FROM flows) = (SELECT count(DISTINCT hash(flow)) FROM flows)
       AND NOT EXISTS (SELECT 1 FROM flows WHERE flow IN (SELECT iri FROM others))
       AND NOT EXISTS (SELECT 1 FROM old WHERE flow IN (SELECT iri FROM others) OR payer IN (SELECT iri FROM others)
                       OR recipient IN (SELECT iri FROM others) OR programme IN (SELECT iri FROM others))
       AND NOT EXISTS (SELECT 1 FROM old WHERE flow IN (SELECT flow FROM flows))
"""


class FlowsAhead:
    """The flow columns of pieces of N-Triples that go into a copy of a generation.

    `folder` is an empty one for the parts; memory holds the flows of a part, and what the pieces say of actors.
    `before` are the columns of the generation that is added to.
    """

    def __init__(self, folder: Path, before: Path) -> None:
        self._folder, self._before = folder, before
        self._lock = Lock()
        self._certain = before.exists()
        self._pending: list[pa.Table] = []
        self._parts: list[Path] = []
        self._others: list[pa.Array] = []
        self._kept: dict[str, list[pa.Table]] = {curie: [] for curie in _KEPT}
        self._places: set[str] = set()

    def add(self, text: bytes) -> None:
        """Take a piece that is written; safe to call from several threads, of which one works and the others wait."""
        with self._lock:
            if self._certain:
                try:
                    self._add(Triples(text))
                except Unreadable:
                    self._certain = False
                pa.default_memory_pool().release_unused()

    def _add(self, triples: Triples) -> None:
        flows = triples.instances("gov:FundingFlow")
        self._pending.append(stated(flows, triples.pairs, triples.labels))
        others = triples.subjects.filter(pc.invert(pc.is_in(triples.subjects, value_set=flows)))
        self._others.append(others)
        for curie in _KEPT:
            pairs = triples.labels() if curie == "skos:prefLabel" else triples.pairs(curie)
            self._kept[curie].append(pairs.filter(pc.is_in(pairs["s"], value_set=others)))
        for curie in _PLACED:
            self._places.update(triples.pairs(curie)["s"].to_pylist())
        if len(self._places) > _MOST_PLACES:
            self._certain = False
        if sum(map(len, self._pending)) >= _FLOWS_A_PART:
            self._write_part()

    def put(self, target: Path, before: pyoxigraph.Store, after: pyoxigraph.Store) -> bool:
        """Write the columns of the generation; says whether it was certain that they are those of the store.

        `before` is the database of the generation that was added to, `after` that with all pieces.
        """
        if not self._certain:
            return False
        self._write_part()
        if any(_states(before, iri) or _names(before, iri) for iri in self._places) or not self._apart(before):
            return False
        facts = self._facts(before, after)
        for path in self._parts:
            pq.write_table(completed(pq.read_table(path), facts), path.with_suffix(".whole"), compression="zstd")
        self._merge(target)
        return True

    def _write_part(self) -> None:
        pending, self._pending = self._pending, []
        if any(map(len, pending)):
            path = self._folder / f"{len(self._parts)}.part"
            pq.write_table(pa.concat_tables(pending).unify_dictionaries(), path, compression="zstd")
            pa.default_memory_pool().release_unused()
            self._parts.append(path)

    def _apart(self, before: pyoxigraph.Store) -> bool:
        """Say whether no flow is told of in two places, and nothing of what is known of earlier flows is changed."""
        new = f"read_parquet({_list(self._parts)})" if self._parts else "old LIMIT 0"
        with _database() as database:
            database.register("others", pa.table({"iri": pa.chunked_array(self._others, pa.string())}))
            database.execute(f"CREATE VIEW old AS FROM read_parquet('{_quoted(self._before)}')")
            database.execute(f"CREATE VIEW flows AS SELECT flow FROM {new}")
            if not _one(database.execute(_COMPLETE)):
                return False
        flows = (iri for path in self._parts for iri in pq.read_table(path, columns=["flow"])["flow"].to_pylist())
        return not any(_states(before, iri) for iri in flows)

    def _facts(self, before: pyoxigraph.Store, after: pyoxigraph.Store) -> Facts:
        """Give what the pieces and the store say of the payers, recipients and programmes of the new flows."""
        named = {iri for path in self._parts for iri in _distinct(pq.read_table(path, columns=list(_ONES)))}
        stored = _stored(after, sorted(iri for iri in named if _states(before, iri)))
        pairs = {curie: pa.concat_tables([stored[curie], *self._kept[curie]]) for curie in _KEPT}
        known = {name: pairs[curie] for name, curie in ACTOR_FACTS.items()}
        return Facts(pairs["skos:prefLabel"], known, Lookup(after).country)

    def _merge(self, target: Path) -> None:
        """Write the earlier flows and the new ones as one file, in the order of their IRIs."""
        files = [self._before, *(path.with_suffix(".whole") for path in self._parts)]
        target.parent.mkdir(exist_ok=True)
        with _database(self._folder) as database:
            database.execute(
                f"COPY (SELECT * FROM read_parquet({_list(files)}) ORDER BY flow) "
                f"TO '{_quoted(target)}' (FORMAT parquet, COMPRESSION zstd)"
            )


def _database(spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(":memory:")
    database.execute(f"SET memory_limit = '{_MEMORY}'")
    database.execute("SET enable_progress_bar = false")  # it would be drawn on standard output
    if spill is not None:
        database.execute(f"SET temp_directory = '{_quoted(spill)}'")
    return database


def _one(result: duckdb.DuckDBPyConnection) -> Any:
    row = result.fetchone()
    assert row is not None
    return row[0]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _list(paths: Iterable[Path]) -> str:
    return "[" + ", ".join(f"'{_quoted(path)}'" for path in paths) + "]"


def _distinct(table: pa.Table) -> set[str]:
    return {iri for column in table.columns for iri in column.unique().to_pylist() if iri is not None}


def _states(database: pyoxigraph.Store, iri: str) -> bool:
    return next(database.quads_for_pattern(NamedNode(iri), None, None), None) is not None


def _names(database: pyoxigraph.Store, iri: str) -> bool:
    return next(database.quads_for_pattern(None, None, NamedNode(iri)), None) is not None


def _stored(database: pyoxigraph.Store, iris: list[str]) -> dict[str, pa.Table]:
    """Give the pairs of the properties that are kept, of the things named."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for curie in _KEPT:
        subjects, values = found[curie] = ([], [])
        for iri in iris:
            for quad in database.quads_for_pattern(NamedNode(iri), NamedNode(expand(curie)), None):
                value = _value(quad, curie)
                if value is not None:
                    subjects.append(iri)
                    values.append(value)
    return {
        curie: pa.table({"s": pa.array(subjects, pa.string()), "o": pa.array(values, pa.string())})
        for curie, (subjects, values) in found.items()
    }


def _value(quad: Quad, curie: str) -> str | None:
    """Give the value of a statement as Triples does: blank nodes name nothing, a label tells whether it is English."""
    if not isinstance(quad.object, NamedNode | Literal):
        return None
    if curie != "skos:prefLabel":
        return quad.object.value
    english = isinstance(quad.object, Literal) and quad.object.language == "en"
    return f"{0 if english else 1}{quad.object.value}"
