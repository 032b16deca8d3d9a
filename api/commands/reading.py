"""Commands that read: query, gaps, flows, info, export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from api.answers.changes import changes_document
from api.answers.conversion import converted, read_conversion
from api.answers.document import Row
from api.answers.funding import flows_document, matrix_document
from api.answers.gaps import gaps_document
from api.answers.overview import stats_document, thing_counts
from api.commands.common import (
    AsJson,
    At,
    Country,
    Field,
    Level,
    Programme,
    StorePath,
    given_filters,
    note,
    print_document,
    print_table,
    store_at,
)
from api.commands.files import write_export, write_partitioned
from api.commands.progress import shown_rules
from api.parameters import ParameterRefused, one_of
from graph.funding.matrix import DIMENSIONS, Dimension
from graph.gaps.publish import publish_gaps
from graph.gaps.rules import own_rules
from graph.guard import check_query
from graph.reader_process import Question, answer
from graph.readers import raise_failure
from ontology.identifiers import slug
from ontology.vocabulary import vocabulary
from visualisations.numbers import money

__all__ = ["changes", "export", "flows", "gaps", "info", "query"]

_FORMATS: Final = {
    "table": ("text/tab-separated-values", "text/turtle"),
    "csv": ("text/csv", None),
    "tsv": ("text/tab-separated-values", None),
    "json": ("application/sparql-results+json", None),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "turtle": (None, "text/turtle"),
    "jsonld": (None, "application/ld+json"),
}


def query(
    sparql: Annotated[str, typer.Argument(help="SPARQL, or a file that ends in .rq")],
    form: Annotated[str, typer.Option("--format", help=", ".join(_FORMATS))] = "table",
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Run a SPARQL query over all graphs."""
    form = "json" if json else form
    one_of("format", form, tuple(_FORMATS))
    text = _query_text(sparql)
    check_query(text)
    solutions, triples = _FORMATS[form]
    snapshot = store_at(store).snapshot()
    found = answer(Question(str(snapshot.folder), text, solutions, triples, result_bytes=2**40))
    raise_failure(found)
    body = found.body.decode()
    if form == "table" and found.media_type == "text/tab-separated-values" and body.startswith("?"):
        names, *lines = body.rstrip("\n").split("\n")
        columns = [name.removeprefix("?") for name in names.split("\t")]
        print_table([dict(zip(columns, line.split("\t"), strict=True)) for line in lines], columns)
    else:
        print(body.rstrip("\n"))


def _query_text(given: str) -> str:
    if not given.endswith(".rq"):
        return given
    try:
        return Path(given).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterRefused("query", given, f"a file that can be read ({error})") from error


def gaps(
    country: Country = None,
    field: Field = None,
    kind: Annotated[str | None, typer.Option("--type", help="gap type")] = None,
    level: Level = None,
    at: At = None,
    rules: Annotated[
        Path | None, typer.Option(help="a folder with rules of your own, asked beside the built-in ones")
    ] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="write what our rules indicate into the graph `derived` too")
    ] = False,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """List the coordination gaps: reported by a source, or indicated by a rule."""
    own = own_rules(rules) if rules else ()
    opened = store_at(store)
    snapshot = opened.snapshot()
    filters = given_filters(snapshot, "gapType", country=country, field=field, type=kind, level=level, at=at)
    if publish:
        if filters.without("at").given():
            raise ParameterRefused("publish", "true", "no filter but --at: all that the rules indicate is written")
        with shown_rules():
            changed = publish_gaps(opened, filters.at)
        note("written into the graph derived" if changed else "nothing new to write")
        snapshot = opened.snapshot()
    with shown_rules():
        document = gaps_document(snapshot, filters, more=own)
    if json:
        print_document(document)
        return
    rows = [{**row, "between": [snapshot.label(actor) for actor in row["between"]]} for row in document.data]
    print_table(rows, ["state", "type", "rule", "country", "fields", "severity", "label", "between", "explanation"])
    note(f"{document.rows} gaps; outside what was researched nothing is a gap: it is not assessed")


def flows(
    country: Country = None,
    field: Field = None,
    level: Level = None,
    programme: Programme = None,
    at: At = None,
    by: Annotated[str | None, typer.Option(help=f"sum by {', '.join(DIMENSIONS)}")] = None,
    convert: Annotated[str | None, typer.Option(help="a currency: each amount in it as well; with --on")] = None,
    on: Annotated[str | None, typer.Option(help="the day whose rates are used, as 2006-12-29")] = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """List the funding flows, or sum them from key to key with --by."""
    snapshot = store_at(store).snapshot()
    filters = given_filters(snapshot, "quantity", country=country, field=field, level=level, programme=programme, at=at)
    dimension: Dimension | None = one_of("by", by, DIMENSIONS) if by is not None else None
    conversion = read_conversion(convert, on)
    document = converted(
        matrix_document(snapshot, filters, dimension) if dimension else flows_document(snapshot, filters), conversion
    )
    shown = ["amount", "converted"] if conversion else ["amount"]
    if json:
        print_document(document)
    elif by:
        rows = [{**row, **_amounts(row, "min", "max")} for row in document.data]
        columns = ["payer", "recipient", *shown, "quantity", "period", "phase", "passed_on", "flows", "with_amount"]
        print_table(rows, columns)
        coverage = document.more["coverage"]
        note(f"{coverage['with_amount']:,} of {coverage['flows']:,} flows that may be summed have an amount")
        for item in document.more["left_out"]:
            note(f"left out: {item['flows']} of kind {item['quantity']}: {item['reason']}")
    else:
        rows = [
            {**row, **_amounts(row, "amount_min", "amount_max"), "flow": slug(row["flow"])} for row in document.data
        ]
        print_table(rows, ["flow", "label", *shown, "quantity", "per", "begin", "end", "basis"])
    for currency, reason in document.more.get("not_converted", {}).items():
        note(f"not converted: {currency}: {reason.removeprefix(f'{currency}: ')}")


def _amounts(row: Row, low: str, high: str) -> Row:
    """Write the amount of a row, and what it is converted to."""
    found = {"amount": money(row[low], row[high], row["currency"])}
    if row.get("converted_to"):
        worth = money(row["converted_min"], row["converted_max"], row["converted_to"])
        found["converted"] = f"{worth} (rate {row['rate']:.6g} of {row['rate_day']})"
    return found


def changes(
    since: Annotated[str, typer.Argument(metavar="FROM", help="a year")],
    until: Annotated[str, typer.Argument(metavar="TO", help="a later year")],
    country: Country = None,
    field: Field = None,
    level: Level = None,
    store: StorePath = None,
    json: AsJson = False,
) -> None:
    """Say what began, ended and changed hands between two years."""
    snapshot = store_at(store).snapshot()
    filters = given_filters(snapshot, None, country=country, field=field, level=level, since=since, until=until)
    document = changes_document(snapshot, filters)
    if json:
        print_document(document)
        return
    print_table(document.data["statements"], ["kind", "change", "begin", "end", "label", "country", "basis"])
    for each in document.data["handovers"]:
        before, after = (" and ".join(snapshot.label(iri) for iri in each[side]) for side in ("before", "after"))
        note(f"changed hands: {each['aspect']} of {_field(each['field'])} from {before} to {after}")


def _field(name: str) -> str:
    return vocabulary().schemes["field"][name].label


def info(store: StorePath = None, json: AsJson = False) -> None:
    """Say what the store holds."""
    opened = store_at(store)
    snapshot = opened.snapshot()
    if json:
        print_document(stats_document(snapshot))
        return
    print(f"store       {opened.name}")
    print(f"generation  {snapshot.generation}")
    print(f"statements  {snapshot.size:,}")
    for kind, count in thing_counts(snapshot).items():
        print(f"{kind:<11} {count:,}")
    for graph in sorted(graph.value for graph in snapshot.database.named_graphs()):
        print(f"graph       {graph}")


def export(
    file: Annotated[
        Path, typer.Argument(help="by its ending: .ttl .nt .nq .trig .jsonld .graphml .gexf .csv .parquet")
    ],
    country: Country = None,
    field: Field = None,
    level: Level = None,
    programme: Programme = None,
    at: At = None,
    partitioned: Annotated[
        bool, typer.Option("--partitioned", help="of .parquet a folder, by country and year, as Spark reads it")
    ] = False,
    store: StorePath = None,
) -> None:
    """Write the graph, or with filters its network (.graphml, .gexf) or its flows (.csv, .parquet), to a file."""
    snapshot = store_at(store).snapshot()
    filters = given_filters(snapshot, "quantity", country=country, field=field, level=level, programme=programme, at=at)
    if partitioned:
        files = write_partitioned(snapshot, filters, file)
        print(f"{file}: {files:,} files, generation {snapshot.generation}", file=sys.stderr)
        return
    write_export(snapshot, filters, file)
    print(f"{file}: {file.stat().st_size:,} bytes, generation {snapshot.generation}", file=sys.stderr)
