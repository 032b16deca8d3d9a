"""The question: an Ibis expression as SQL of the engine that it is for, made once a shape and then kept.

Making SQL of an expression takes about as long as DuckDB takes to answer it. So what changes from one question to the
next, such as a country or a year, stays open in the SQL, and each engine binds it by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, Final

import ibis
from ibis.backends.sql.compilers import DuckDBCompiler, PySparkCompiler
from sqlglot import expressions as sge

from graph.tabular.engine import Dialect

__all__ = ["asked_text", "asked_texts", "asked_year", "condition_of", "sql_of"]

_OPEN: Final = "subsidia_asked"
_COMPILERS: Final = {"duckdb": DuckDBCompiler, "spark": PySparkCompiler}


# Functions that no engine has: they mark the place of an input, and are none any more in the SQL that is made.
@ibis.udf.scalar.builtin(name=_OPEN)  # type: ignore[untyped-decorator]
def asked_text(which: str) -> str:
    """Stand for the input of that name."""
    raise NotImplementedError


@ibis.udf.scalar.builtin(name=_OPEN)  # type: ignore[untyped-decorator]
def asked_year(which: str) -> int:
    """Stand for the input of that name, a whole number."""
    raise NotImplementedError


@ibis.udf.scalar.builtin(name=_OPEN)  # type: ignore[untyped-decorator]
def asked_texts(which: str) -> list[str]:
    """Stand for the input of that name, a list."""
    raise NotImplementedError


@lru_cache(maxsize=512)
def sql_of(dialect: Dialect, question: Callable[..., Any], *shape: Hashable) -> str:
    """Give the SQL of the table that `question(*shape)` is, its inputs as parameters by name."""
    table = question(*shape)
    tree = _tree(dialect, table)
    if dialect == "duckdb" and tree.is_star:
        tree.set("expressions", [_narrowed(name, kind) for name, kind in table.schema().items()])
    return str(tree.sql(dialect))


def _narrowed(name: str, kind: Any) -> Any:
    """Give a column as what it is said to be: DuckDB adds whole numbers up to ones that Python takes long to read."""
    column = sge.column(name, quoted=True)
    return sge.alias_(sge.cast(column, "BIGINT"), name, quoted=True) if kind.is_int64() else column


@lru_cache(maxsize=512)
def condition_of(question: Callable[..., Any], *shape: Hashable) -> str:
    """Give DuckDB's SQL of the one column that `question(*shape)` has, for statements that are written by hand.

    It names the columns of the one table that it is of without saying which table, and stands in brackets, so that it
    may be put beside anything.
    """
    tree = _tree("duckdb", question(*shape))
    alias = tree.args["from_"].this.alias
    for column in tree.find_all(sge.Column):
        if column.table == alias:
            column.set("table", None)
    return str(sge.paren(tree.expressions[0].unalias(), copy=False).sql("duckdb"))


def _tree(dialect: Dialect, table: Any) -> Any:
    return _COMPILERS[dialect]().to_sqlglot(table).transform(_opened)


def _opened(node: sge.Expression) -> sge.Expression:
    if isinstance(node, sge.Anonymous) and node.name == _OPEN:
        return sge.Placeholder(this=node.expressions[0].name)
    return node
