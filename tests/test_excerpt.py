"""The excerpt that rules are asked of: it gives them what the store gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pyoxigraph import Literal
from pyparsing import ParseResults
from rdflib import URIRef, Variable
from rdflib.paths import NegatedPath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from graph.gaps.excerpt import asker, named_in
from graph.gaps.rules import Rule, rules
from graph.queries import bind
from graph.snapshot import Snapshot


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_finds_in_the_excerpt_what_it_finds_in_the_store(casebook: Snapshot, rule: Rule) -> None:
    query = bind(rule.query, {"at": Literal(2013)})
    ask = asker(casebook, tuple(each.query for each in rules()))
    assert _rows(ask(query)) == _rows(casebook.select(query))


def _rows(found: list[dict[str, str | None]]) -> list[list[tuple[str, list[str]]]]:
    """Put rows in an order of their own: GROUP_CONCAT may give its parts in any."""
    return sorted(sorted((name, sorted((value or "").split())) for name, value in row.items()) for row in found)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_names_each_property_and_no_graph_as_the_excerpt_needs(rule: Rule) -> None:
    parts = list(_parts(translateQuery(parseQuery(rule.query)).algebra))
    assert not [part for part in parts if part.name.startswith("Graph")]
    properties = [each for part in parts for each in _properties(part)]
    assert properties
    assert not [each for each in properties if isinstance(each, Variable | NegatedPath)]
    named = named_in(rule.query)
    assert {str(iri) for each in properties for iri in _iris(each)} <= named


def _parts(value: Any) -> Iterator[CompValue]:
    """Give all parts of a query's algebra."""
    if isinstance(value, CompValue):
        yield value
        value = list(value.values())
    if isinstance(value, list | tuple | ParseResults):
        for each in value:
            yield from _parts(each)


def _properties(part: CompValue) -> list[Any]:
    if part.name not in ("BGP", "TriplesBlock"):
        return []
    return [term for triples in part.triples for term in list(triples)[1::3]]


def _iris(path: Any) -> Iterator[URIRef]:
    """Give the IRIs that a property path is made of."""
    if isinstance(path, URIRef):
        yield path
    for each in getattr(path, "args", [getattr(path, "path", getattr(path, "arg", None))]):
        if each is not None:
            yield from _iris(each)


def test_names_in_comments_are_not_read_and_those_in_full_or_by_prefix_are() -> None:
    query = """
    # gov:payer is not asked for
    PREFIX gov: <https://w3id.org/subsidia/def/>
    SELECT * { ?flow gov:recipient ?body ; <http://example.org/on> ?day }
    """
    assert {iri.rpartition("/")[2] for iri in named_in(query)} == {"recipient", "on", "22-rdf-syntax-ns#type", ""}
