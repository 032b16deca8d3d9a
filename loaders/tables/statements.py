"""Statements: the rows of the governance tables as RDF, each row in the named graph of its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from loaders.base import Statements
from loaders.tables.reader import Row, Tables, read_tables
from ontology.identifiers import expand, graph_name, slug

__all__ = ["load_tables", "statements"]

_TYPE = NamedNode(expand("rdf:type"))
_LABEL = NamedNode(expand("skos:prefLabel"))


def load_tables(
    folder: Path,
    name: str | None = None,
    exists: Callable[[str], bool] = lambda iri: False,
    encoding: str | None = None,
) -> Statements:
    """Read a folder of governance tables into statements.

    Raises InputRefused with every problem, by file, row, column and value.
    """
    tables = read_tables(folder, exists, encoding)
    quads = sorted(set(statements(tables, name)), key=str)
    counts = {table: len(rows) for table, rows in tables.rows.items()}
    return Statements(name or tables.name, quads, counts, tables.remarks)


def statements(tables: Tables, name: str | None = None) -> Iterator[Quad]:
    """Give the statements of all rows.

    A row stands in the graph of the document that its first passage is in; registers without a passage
    (territories) in the graph of the set. With `name` everything stands in the graph of that name.
    """
    documents = {row.iri: slug(row.value("source") or "") for row in tables.rows.get("passages", [])}
    labels = {row.iri: _english(row) for row in tables if "label" in row.terms}
    for row in tables:
        graph = NamedNode(graph_name(name or _home(row, documents) or tables.name))
        yield from _describe(row, graph)
        label = _label(row, labels)
        if label:
            yield Quad(NamedNode(row.iri), _LABEL, Literal(label, language="en"), graph)
        if row.table.name == "passages" and "start" in row.terms:
            yield from _selector(row, graph)


def _home(row: Row, documents: dict[str, str]) -> str | None:
    if row.table.name == "sources":
        return row.key
    if row.table.name in ("passages", "mentions"):
        return slug(row.value("source") or "")
    passage = row.value("passage")
    return documents.get(passage) if passage else None


def _describe(row: Row, graph: NamedNode) -> Iterator[Quad]:
    subject = NamedNode(row.iri)
    yield Quad(subject, _TYPE, NamedNode(expand(row.table.type)), graph)
    for column in row.table.columns:
        if column.property:
            for term in row.terms.get(column.name, ()):
                yield Quad(subject, NamedNode(expand(column.property)), term, graph)


def _label(row: Row, labels: dict[str, str]) -> str | None:
    """Compose a name for the things that people do not name: duties and flows."""
    if row.table.name == "flows":
        payer, recipient, programme = (_named(row.value(end), labels) for end in ("payer", "recipient", "programme"))
        through = f": {programme}" if programme else ""
        return f"{payer or 'not stated'} to {recipient or 'not stated'}{through}{_years(row)}"
    if row.table.name == "competences":
        what = row.value("what") or ", ".join(slug(term.value) for term in row.terms["fields"])
        return f"{_named(row.value('holder'), labels)}: {what}{_years(row)}"
    if row.table.name == "passages":
        return row.value("locator") or f"characters {row.value('start')} to {row.value('end')}"
    return None


def _english(row: Row) -> str:
    """Give the English name of a row's thing, or the first name where it has none in English."""
    names = row.terms["label"]
    return next((name.value for name in names if isinstance(name, Literal) and name.language == "en"), names[0].value)


def _named(iri: str | None, labels: dict[str, str]) -> str | None:
    return None if iri is None else labels.get(iri, slug(iri))


def _years(row: Row) -> str:
    """Write the validity for a name.

    Both ends: (2005) or (2000–2004); one: (from 2010) or (until 2010); none: nothing.
    """
    begin, end = (row.value(column) for column in ("valid_from", "valid_to"))
    if begin and end:
        return f" ({begin})" if begin == end else f" ({begin}–{end})"
    if begin:
        return f" (from {begin})"
    return f" (until {end})" if end else ""


def _selector(row: Row, graph: NamedNode) -> Iterator[Quad]:
    subject = NamedNode(row.iri)
    selector = NamedNode(f"{row.iri}/selector")
    yield Quad(subject, _TYPE, NamedNode(expand("oa:SpecificResource")), graph)
    yield Quad(subject, NamedNode(expand("oa:hasSelector")), selector, graph)
    yield Quad(selector, _TYPE, NamedNode(expand("oa:TextPositionSelector")), graph)
    for column in ("start", "end"):
        value = Literal(row.value(column) or "", datatype=NamedNode(expand("xsd:nonNegativeInteger")))
        yield Quad(selector, NamedNode(expand(f"oa:{column}")), value, graph)
