"""Statements: the rows of the governance tables as RDF, each row in the named graph of its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from loaders.base import Statements
from loaders.known import NOTHING, Known
from loaders.tables.reader import read_tables
from loaders.tables.rows import Row, Tables
from ontology.identifiers import expand, graph_name, slug

__all__ = ["load_tables", "statements"]

_TYPE = NamedNode(expand("rdf:type"))
_LABEL = NamedNode(expand("skos:prefLabel"))


def load_tables(
    folder: Path,
    name: str | None = None,
    known: Known = NOTHING,
    encoding: str | None = None,
) -> Statements:
    """Read a folder of governance tables into statements.

    Raises InputRefused with every problem, by file, row, column and value.
    """
    tables = read_tables(folder, known, encoding)
    quads = sorted(set(statements(tables, name, known)), key=str)
    counts = {table: len(rows) for table, rows in tables.rows.items()}
    return Statements(name or tables.name, quads, counts, tables.remarks, {row.iri: row for row in tables})


def statements(tables: Tables, name: str | None = None, known: Known = NOTHING) -> Iterator[Quad]:
    """Give the statements of all rows.

    A row stands in the graph of the document that its first passage is in, if the set itself describes that document;
    registers without a passage (territories), and rows on a document that others have loaded, in the graph of the set:
    so a set can be replaced and nothing of others is touched. With `name` everything stands in the graph of that name.
    """
    own = {row.key for row in tables.rows.get("sources", [])}
    cited = {row.iri: slug(row.value("source") or "") for row in tables.rows.get("passages", [])}
    documents = {passage: document for passage, document in cited.items() if document in own}
    labels = _Labels({row.iri: _english(row) for row in tables if "label" in row.terms}, known)
    for row in tables:
        graph = NamedNode(graph_name(name or _home(row, documents, own) or tables.name))
        yield from _describe(row, graph)
        label = _label(row, labels)
        if label:
            yield Quad(NamedNode(row.iri), _LABEL, Literal(label, language="en"), graph)
        if row.table.name == "passages" and "start" in row.terms:
            yield from _selector(row, graph)


def _home(row: Row, documents: dict[str, str], own: set[str]) -> str | None:
    if row.table.name == "sources":
        return row.key
    if row.table.name in ("passages", "mentions"):
        document = slug(row.value("source") or "")
        return document if document in own else None
    passage = row.value("passage")
    return documents.get(passage) if passage else None


def _describe(row: Row, graph: NamedNode) -> Iterator[Quad]:
    subject = NamedNode(row.iri)
    yield Quad(subject, _TYPE, NamedNode(expand(row.table.type)), graph)
    for column in row.table.columns:
        if column.property:
            for term in row.terms.get(column.name, ()):
                yield Quad(subject, NamedNode(expand(column.property)), term, graph)


class _Labels:
    """Names of things: those of the tables, else those that are known already."""

    def __init__(self, here: dict[str, str], known: Known) -> None:
        self._here, self._known = here, known

    def of(self, iri: str | None) -> str | None:
        """Give the name of a thing, its key where it has none; None for no thing."""
        if iri is None:
            return None
        return self._here.get(iri) or self._known.label(iri) or slug(iri)


def _label(row: Row, labels: _Labels) -> str | None:
    """Compose a name for the things that people do not name: duties and flows."""
    if row.table.name == "flows":
        payer, recipient, programme = (labels.of(row.value(end)) for end in ("payer", "recipient", "programme"))
        through = f": {programme}" if programme else ""
        return f"{payer or 'not stated'} to {recipient or 'not stated'}{through}{_years(row)}"
    if row.table.name == "competences":
        what = row.value("what") or ", ".join(slug(term.value) for term in row.terms["fields"])
        return f"{labels.of(row.value('holder'))}: {what}{_years(row)}"
    if row.table.name == "passages":
        return row.value("locator") or f"characters {row.value('start')} to {row.value('end')}"
    return None


def _english(row: Row) -> str:
    """Give the English name of a row's thing, or the first name where it has none in English."""
    names = row.terms["label"]
    return next((name.value for name in names if isinstance(name, Literal) and name.language == "en"), names[0].value)


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
