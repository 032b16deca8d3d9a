"""The engine: what runs questions over tables, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Literal, Protocol

__all__ = ["Dialect", "Engine", "FlowEngine", "answered"]

Dialect = Literal["duckdb", "spark"]


class Engine(Protocol):
    """Tables by their names, and what asks them; safe to ask from several threads."""

    @property
    def dialect(self) -> Dialect:
        """What the engine's SQL is written in."""
        ...

    def tuples(self, sql: str, inputs: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one of our own SELECT statements in the dialect; amounts as Decimal."""
        ...


class FlowEngine(Engine, Protocol):
    """An engine over flows: `flows` and `field_members`, as `graph.tabular.flows` has them."""

    def words(self, name: str) -> list[str]:
        """Give the values of a column of few words of the flows, in alphabetical order."""
        ...

    def keep(self, name: str, sql: str) -> None:
        """Make a table of a SELECT statement under that name, unless it is there already."""
        ...


def answered(
    engine: Engine, question: Callable[..., Any], *shape: Hashable, inputs: Mapping[str, object] | None = None
) -> list[tuple[Any, ...]]:
    """Give the rows of a question: a function that makes an Ibis table of `shape`, with `inputs` left open in it."""
    from graph.tabular.question import sql_of

    return engine.tuples(sql_of(engine.dialect, question, *shape), inputs)
