"""What the commands share: options, opening the store, printing documents and tables."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.answers.document import Document, as_json
from api.parameters import RawFilters, read_filters
from api.settings import Settings
from api.stores import open_store
from graph.filters import Filters
from graph.remote.address import store_place
from graph.snapshot import Snapshot
from graph.store import Store

__all__ = [
    "AsJson",
    "StorePath",
    "given_filters",
    "note",
    "place_of",
    "print_document",
    "print_table",
    "store_at",
    "store_or_draft",
]

StorePath = Annotated[
    str | None,
    typer.Option("--store", metavar="PATH|URL", help="a folder, or the address of a SPARQL server [SUBSIDIA_STORE]"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print the API's document")]
Country = Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-2 code; EU for the Union")]
Field = Annotated[str | None, typer.Option(help="policy field")]
Level = Annotated[str | None, typer.Option(help="level of government")]
Programme = Annotated[str | None, typer.Option(help="slug of a programme")]
At = Annotated[str | None, typer.Option(help="a year: what held then")]


def note(words: str) -> None:
    """Tell something on standard error, so that standard output stays the answer."""
    print(words, file=sys.stderr)


def store_at(place: str | None) -> Store:
    """Open the store of the flag or the settings; a new folder is made with the casebook."""
    return open_store(place_of(place), engine=Settings.from_environment().engine, say=note)


@contextmanager
def store_or_draft(place: str | None, *, empty: bool, draft: bool) -> Iterator[Store]:
    """Open the store to write to; where `draft` is true and there is none yet, one that is thrown away afterwards."""
    where = place_of(place)
    if not draft or isinstance(where, str) or Store.exists(where):
        yield open_store(where, empty=empty, fill=not draft, say=note)
        return
    with TemporaryDirectory() as folder:
        yield open_store(Path(folder) / "store", empty=empty)


def place_of(given: str | None) -> Path | str:
    """Say where the store of the flag or the settings is: a folder, or the address of a server."""
    return store_place(given) if given else Settings.from_environment().store


def given_filters(snapshot: Snapshot, scheme: str | None, **raw: str | None) -> Filters:
    """Check the filters of a command line."""
    return read_filters(snapshot, RawFilters(**raw), scheme)


def print_document(document: Document) -> None:
    """Print the document that the API gives."""
    print(as_json(document))


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print rows as a table; nothing is cut: long cells go on in the next line."""
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    table = Table(*columns, show_lines=False, box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    console.print(table, markup=False)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
