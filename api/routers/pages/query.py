"""The page of SPARQL: an editor, and below it the competency questions as examples, each with its query."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from api.answers.overview import KINDS_OF_THINGS
from api.descriptions.examples import example, examples_by_reader, names
from api.page import page
from api.parameters import ParameterRefused
from graph.queries import query_text
from graph.snapshot import Snapshot
from ontology.identifiers import DEF, GRAPH, ID, PREFIXES
from ontology.vocabulary import vocabulary
from visualisations.language import gettext as _
from visualisations.language import ngettext

__all__ = ["CASEBOOK", "FIRST", "first_query", "query_page"]

CASEBOOK: Final = f"{GRAPH}casebook"
"""The graph that a store has where the casebook is loaded, which the competency questions are about."""
FIRST: Final = "how-does-the-money-get-from-madrid-to-the-town-halls"
_FORMS: Final = {"one": 1, "few": 2, "many": 5, "other": 5}
"""A number for each form that a word takes beside numbers, in the languages that we speak."""
FORMATS: Final = ("csv", "json", "tsv", "xml", "turtle", "jsonld", "ntriples", "rdfxml")


def query_page(request: Request, snapshot: Snapshot) -> Response:
    """Show the editor; filled with `query`, or with the question that `example` names, else with a first one.

    Raises ParameterRefused for an example that there is none of.
    """
    name = request.query_params.get("example")
    named = example(name) if name else None
    if name and named is None:
        raise ParameterRefused("example", name, "the name of a competency question", get_close_matches(name, names()))
    asked = request.query_params.get("query") or (named.query if named else None)
    context = {
        "query": asked or first_query(snapshot),
        "given": asked is not None,
        "example": named,
        "casebook": holds_casebook(snapshot),
        "readers": [(_reader(reader), questions) for reader, questions in examples_by_reader().items()],
        "formats": FORMATS,
        "words": _words(),
        "prefixes": _prefixes(),
    }
    return page(request, snapshot, "sparql.html", context)


def holds_casebook(snapshot: Snapshot) -> bool:
    """Say whether the casebook is in the store, so that the examples have answers."""
    return next(snapshot.graph(CASEBOOK), None) is not None


def first_query(snapshot: Snapshot) -> str:
    """Give the query that stands in the editor at first: one with an answer in this store."""
    found = example(FIRST) if holds_casebook(snapshot) else None
    return found.query if found else query_text("graph-classes")


def _prefixes() -> dict[str, str]:
    """Give the prefixes that the editor knows: those of vocabularies, of kinds of things, and of concept schemes."""
    kinds = {kind: f"{ID}{kind}/" for kind in KINDS_OF_THINGS}
    schemes = {name: f"{DEF}{name}/" for name in vocabulary().schemes}
    return {**schemes, **kinds, **PREFIXES}


def _reader(reader: str) -> str:
    """Name the readers that a group of questions is for."""
    return {
        "policymaker": _("Policymakers ask"),
        "researcher": _("Researchers ask"),
        "partner": _("Partners ask"),
    }[reader]


def _words() -> dict[str, Any]:
    """Give what the script of the page says, in the reader's language; {words in braces} are filled there."""
    return {
        "query": _("Query {number}"),
        "editor": _("Query in SPARQL"),
        "keys": _("Ctrl+Space completes, Ctrl+Enter runs, Tab and Esc leave the editor."),
        "running": _("Running for {seconds} s"),
        "runs": _("The query is running."),
        "cancelled": _("Cancelled after {seconds} s"),
        "stopped": _("The query was stopped; there is no result."),
        "unreachable": _("The service did not answer"),
        "again": _("Is the network there? Try again in a moment."),
        "jump": _("Go to line {line}"),
        "limits": {
            "413": _("A limit of size was hit: ask for fewer rows with LIMIT, or for fewer columns."),
            "429": _("The limit of queries in a minute was hit: wait a little."),
            "503": _("Long queries of others hold all places: try again in a moment."),
            "504": _("The limit of time was hit: ask for less, or begin with the most selective pattern."),
            "507": _("The limit of memory was hit: sort or group fewer rows."),
        },
        "rows": {form: ngettext("%(num)s row", "%(num)s rows", n, num="{number}") for form, n in _FORMS.items()},
        "triples": {
            form: ngettext("%(num)s statement", "%(num)s statements", n, num="{number}") for form, n in _FORMS.items()
        },
        "took": _("in {seconds} s"),
        "none": _(
            "No row fits this query. That is not to say that there is nothing: nothing is recorded that way here."
        ),
        "yes": _("Yes, the pattern is found (true)"),
        "no": _("No, the pattern is not found (false)"),
        "unbound": _("no value"),
        "first": _("The first {shown} of {all} rows are shown; the files have all."),
        "table": _("Table"),
        "chart": _("Chart"),
        "rdf": _("RDF"),
        "views": _("Ways to see the result"),
        "result": _("Result"),
        "download": _("Download"),
        "uncharted": _("For a chart, a column must hold numbers only."),
        "value": _("Numbers"),
        "name": _("Names"),
        "drawn": _("Rows drawn: {shown} of {all}, each as it stands, nothing added up. Without a number: {unknown}."),
        "save": _("Save as SVG"),
        "copied": _("The link is copied. Whoever opens it sees this query, and runs it with one press."),
        "copy": _("Link to this query"),
        "long": _("This query is too long for a link; send its text instead."),
        "sorted": _("Sort by {column}"),
        "subject": _("subject"),
        "predicate": _("predicate"),
        "object": _("object"),
    }
