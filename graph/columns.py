"""The flow columns of one generation in DuckDB, for sums."""

from __future__ import annotations

from importlib import import_module
from threading import Lock
from typing import Final

from graph.filters import Filters
from graph.flows import flow_table
from graph.snapshot import Snapshot
from graph.tabular.duck import Duck
from ontology.identifiers import mint
from ontology.vocabulary import vocabulary

__all__ = ["Columns", "columns_of", "inputs_of", "where"]

_WORDS: Final = (
    "payer_level",
    "payer_country",
    "payer_type",
    "recipient_level",
    "recipient_country",
    "recipient_type",
    "programme",
    "currency",
    "quantity",
    "per",
    "phase",
    "basis",
)
_FIELD_SET: Final = "nullif(array_to_string(list_sort(fields), '|'), '')"


class Columns(Duck):
    """The flows of one generation in DuckDB; safe to ask from several threads.

    The table `flows` holds one row a flow, in the order of their IRIs, its few-valued words as ENUMs, which group
    several times faster than strings, and `field_set`, its fields as one word; `field_members` has the fields of each
    such word.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.generation = snapshot.generation
        arrow = flow_table(snapshot)
        self._database.register("arrow_flows", arrow)
        for name in _WORDS:
            self._code(name, f"CAST({name} AS VARCHAR)")
        self._code("field_set", _FIELD_SET)
        coded = ", ".join(f"CAST({name} AS {name}_word) AS {name}" for name in _WORDS)
        field_set = f"CAST({_FIELD_SET} AS field_set_word) AS field_set"
        self._database.execute(f"CREATE TABLE flows AS SELECT * REPLACE ({coded}), {field_set} FROM arrow_flows")
        self._database.unregister("arrow_flows")
        self._database.execute(
            "CREATE TABLE field_members AS SELECT DISTINCT field_set, unnest(fields) AS field FROM flows"
        )
        # what expressions need takes its time at the start, not of the first who asks for a sum
        import_module("graph.tabular.flows")

    def _code(self, name: str, word: str) -> None:
        words = f"SELECT DISTINCT {word} AS word FROM arrow_flows WHERE {word} IS NOT NULL ORDER BY word"
        self._database.execute(f"CREATE TYPE {name}_word AS ENUM ({words})")

    def words(self, name: str) -> list[str]:
        """Give the values of a column of few words in alphabetical order, which is the order of their codes."""
        found = self.tuples(f"SELECT unnest(enum_range(NULL::{name}_word))")
        return [word for (word,) in found]


_cache: dict[str, Columns] = {}
_lock = Lock()


def columns_of(snapshot: Snapshot) -> Columns:
    """Give the columns of a generation, made once and kept while it is the newest one asked for."""
    key = str(snapshot.folder.parent)
    with _lock:
        found = _cache.get(key)
        if found is None or found.generation != snapshot.generation:
            found = _cache[key] = Columns(snapshot)
        return found


def where(filters: Filters) -> tuple[str, dict[str, object]]:
    """Give the condition on `flows` that the filters make (graph.tabular.flows.passing) as SQL, and its inputs."""
    inputs = inputs_of(filters)
    if not inputs:
        return "TRUE", inputs
    from graph.tabular.flows import passed
    from graph.tabular.question import condition_of

    return condition_of(passed, tuple(inputs)), inputs


def inputs_of(filters: Filters) -> dict[str, object]:
    """Give what the filters ask for, by the names that `graph.tabular.flows.passing` knows, in one order."""
    given: dict[str, object] = {name: getattr(filters, name) for name in ("country", "level")}
    given["actor"] = mint("actor", filters.actor) if filters.actor is not None else None
    given["programme"] = mint("programme", filters.programme) if filters.programme is not None else None
    given["type"] = filters.type
    if filters.field is not None:
        given["fields"] = sorted(vocabulary().narrower("field", filters.field))
    given["basis"] = filters.basis
    given["since"], given["until"] = filters.span
    return {name: value for name, value in given.items() if value is not None}
