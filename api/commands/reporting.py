"""Commands that gather: a profile of governance, and a report to print."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from api.answers.document import Row
from api.answers.profile import profile_document
from api.answers.report import report_document, report_title
from api.commands.common import (
    AsJson,
    At,
    Country,
    Field,
    Level,
    StorePath,
    given_filters,
    note,
    print_document,
    print_table,
    store_at,
)
from api.commands.files import write_whole
from api.parameters import ParameterRefused, countries
from visualisations.report import report_html

__all__ = ["profile", "report"]


def profile(
    country: Annotated[str | None, typer.Argument(help="ISO 3166-1 alpha-2 code; every country without it")] = None,
    field: Field = None,
    at: At = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Say how levels relate in each field, how far it is mainstreamed, and how jurisdictions overlap."""
    snapshot = store_at(store).snapshot()
    document = profile_document(snapshot, given_filters(snapshot, None, country=country, field=field, at=at))
    if json:
        print_document(document)
        return
    columns = {
        "relations": ["country", "field", "begin", "end", "kind", "why"],
        "mainstreaming": ["country", "field", "measures", "not_targeted", "bodies", "levels", "level_entropy"],
        "jurisdictions": ["country", "level", "bodies", "fields_per_body", "one_field", "pairs", "overlap"],
    }
    for name, names in columns.items():
        print_table([_shown(row) for row in document.data[name]], names)
    for left in document.more["left_out"]:
        typer.echo(f"{left['country']}: {left['reason']}", err=True)


def _shown(row: Row) -> Row:
    rounded = {name: round(value, 2) if isinstance(value, float) else value for name, value in row.items()}
    years = {name: str(row[name]) for name in ("begin", "end") if row.get(name) is not None}
    return {**rounded, **years, "kind": row.get("kind") or "not assessed"}


def report(
    file: Annotated[Path | None, typer.Argument(help="what to write, a name that ends in .html")] = None,
    country: Country = None,
    field: Field = None,
    level: Level = None,
    at: At = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Write a report to print: findings, gaps with evidence, funding, ties, and what is not known."""
    if file is None and not json:
        raise ParameterRefused("FILE", "", "a name that ends in .html, or --json")
    if file is not None and file.suffix not in (".html", ".htm"):
        raise ParameterRefused("FILE", str(file), "a name that ends in .html")
    snapshot = store_at(store).snapshot()
    filters = given_filters(snapshot, None, country=country, field=field, level=level, at=at)
    document = report_document(snapshot, filters)
    if json:
        print_document(document)
    if file is not None:
        names = countries(snapshot)
        html = report_html(document.as_dict(), report_title(filters, names), snapshot.label, names, version("subsidia"))
        write_whole(file, html.encode())
        note(f"{file}: {len(document.data['gaps'])} gaps, {len(document.data['flows'])} flows")
