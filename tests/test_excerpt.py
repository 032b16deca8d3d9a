"""The excerpt that rules are asked of: it gives them what the store gives."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal

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


def test_names_in_comments_are_not_read_and_those_in_full_or_by_prefix_are() -> None:
    query = """
    # gov:payer is not asked for
    PREFIX gov: <https://w3id.org/subsidia/def/>
    SELECT * { ?flow gov:recipient ?body ; <http://example.org/on> ?day }
    """
    assert {iri.rpartition("/")[2] for iri in named_in(query)} == {"recipient", "on", "22-rdf-syntax-ns#type", ""}
