"""A partner's own gap rules, read from a folder and asked beside the built-in ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.gaps.rules import RuleRefused, own_rules
from ontology.identifiers import slug
from tests.small_graphs import actor, competence, in_memory, scope

HEADER = """#: id: watched-only
#: type: accountability
#: label: Watched, and told nothing
#: definition: A body monitors a field.
#: severity: one half
#: scope: competence
#: source: our own
#: closes: nothing
"""
QUERY = """PREFIX gov: <https://w3id.org/subsidia/def/>
PREFIX prov: <http://www.w3.org/ns/prov#>
SELECT (STR(?holder) AS ?between) ("education" AS ?field) ("ES" AS ?country) (0.5 AS ?severity)
       (STR(?passage) AS ?evidence) ("It monitors." AS ?explanation)
WHERE {
  VALUES ?at { UNDEF }
  ?duty gov:holder ?holder ; prov:hadPrimarySource ?passage ;
        gov:aspect <https://w3id.org/subsidia/def/aspect/monitoring> .
}
"""


def write(folder: Path, text: str, name: str = "watched.rq") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_an_own_rule_is_asked_where_its_tie_was_researched_and_nowhere_else(tmp_path: Path) -> None:
    own = own_rules(write(tmp_path / "own", HEADER + QUERY))
    watch = competence("w", "state", "education", "monitoring", "es")
    for ties, count in (("competence", 1), ("coordination", 0)):
        snapshot = in_memory(
            {
                "actors": [actor("state", "national", "es")],
                "competences": [watch],
                "scopes": [scope("s", "es", "education", ties)],
            }
        )
        found = find_gaps(snapshot, Filters(), own)
        assert [(gap.rule, slug(gap.between[0]), gap.severity) for gap in found] == [
            ("watched-only", "state", 0.5)
        ] * count
        assert find_gaps(snapshot, Filters()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (QUERY, "watched.rq: the header lacks id, type, label"),
        (HEADER.replace("accountability", "boredom") + QUERY, "watched.rq: 'boredom' is not a gap type"),
        (HEADER.replace("scope: competence", "scope: love") + QUERY, "watched.rq: 'love' is not a kind of tie"),
        (HEADER + "SELECT ?x WHERE { VALUES ?at { UNDEF } ?x ?y }", "watched.rq: the query is not SPARQL: error at"),
        (HEADER + "ASK { VALUES ?at { UNDEF } }", "watched.rq: the query is not a SELECT"),
        (HEADER + "SELECT * { VALUES ?at { UNDEF } ?x ?y ?z }", "does not give the columns between, field, country"),
        (HEADER + QUERY.replace("VALUES ?at { UNDEF }", ""), "watched.rq: the query has no line VALUES ?at"),
        (HEADER.replace("watched-only", "bypass") + QUERY, "the identifier 'bypass' is taken by bypass.rq"),
    ],
)
def test_a_bad_rule_is_refused_with_its_file_and_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        own_rules(write(tmp_path / "own", text))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_rules_of_one_identifier_no_rules_and_no_text_are_refused(tmp_path: Path) -> None:
    folder = write(write(tmp_path / "own", HEADER + QUERY), HEADER + QUERY, "z.rq")
    with pytest.raises(RuleRefused, match=r"z\.rq: the identifier 'watched-only' is taken by watched\.rq"):
        own_rules(folder)
    (tmp_path / "empty").mkdir()
    for nothing in ("empty", "absent"):
        with pytest.raises(RuleRefused, match="no folder with rules"):
            own_rules(tmp_path / nothing)
    (tmp_path / "empty" / "bytes.rq").write_bytes(b"\xff\xfe")
    with pytest.raises(RuleRefused, match=r"bytes\.rq: it cannot be read"):
        own_rules(tmp_path / "empty")


@pytest.mark.parametrize("severity", ['"much"', "1.5", "-0.1"])
def test_a_severity_that_is_none_is_told_with_the_file(tmp_path: Path, severity: str) -> None:
    own = own_rules(write(tmp_path / "own", HEADER + QUERY.replace("(0.5 AS", f"({severity} AS")))
    snapshot = in_memory(
        {
            "actors": [actor("state", "national", "es")],
            "competences": [competence("w", "state", "education", "monitoring", "es")],
            "scopes": [scope("s", "es", "education", "competence")],
        }
    )
    with pytest.raises(RuleRefused, match=r"watched\.rq: severity .* is not a number from 0 to 1"):
        find_gaps(snapshot, Filters(), own)
