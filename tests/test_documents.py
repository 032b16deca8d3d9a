"""What is written beside the code stays true to it: the reference, the queries' terms, the licences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.reference import reference
from graph.gaps.publications import PUBLICATIONS, cited
from graph.gaps.rules import rules
from graph.queries import query_files
from graph.snapshot import Snapshot
from ontology.competency import questions
from ontology.identifiers import DEF
from ontology.vocabulary import vocabulary

ROOT = Path(__file__).parent.parent
QUERIES = [*query_files(), *sorted((ROOT / "graph" / "gaps" / "rules").glob("*.rq"))]


def test_the_pages_that_are_made_of_the_code_are_as_the_code_says() -> None:
    for name, text in reference().items():
        written = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert written == text, f"docs/{name}: write it again: python -m api.reference"


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_each_query_runs_as_it_stands_and_says_what_it_is_for(path: Path, casebook: Snapshot) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(("# Purpose: ", "#: id: "))
    assert "# Columns: " in text
    casebook.select(text)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_no_query_uses_a_term_that_the_ontology_does_not_define(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = {DEF + name for name in re.findall(r"\bgov:(\w+)", text)}
    used |= {iri for iri in re.findall(rf"<({re.escape(DEF)}[^>]+)>", text) if iri != DEF}
    assert used <= set(vocabulary().terms) | _concepts()


def _concepts() -> set[str]:
    schemes = vocabulary().schemes
    found = {concept.iri for concepts in schemes.values() for concept in concepts.values()}
    return found | {f"{DEF}scheme/{name}" for name in schemes} | {f"{DEF}{name}/" for name in schemes}


def test_no_module_uses_a_term_that_the_ontology_does_not_define() -> None:
    unknown = []
    for folder in ("api", "graph", "loaders", "ontology", "visualisations"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for name in re.findall(r'"gov:(\w+)"', path.read_text(encoding="utf-8")):
                if DEF + name not in vocabulary().terms:
                    unknown.append(f"{path.relative_to(ROOT)}: gov:{name}")
    assert unknown == []


def test_rules_name_their_source_and_what_closes_the_gap() -> None:
    assert all(rule.source and rule.closes and rule.definition for rule in rules())


def test_every_publication_that_a_rule_names_is_given_in_full_and_no_other() -> None:
    named = {name for rule in rules() for name in cited(rule.source)}
    assert named == set(PUBLICATIONS)
    # each rule is after somebody, and every year in its source is of a publication that was found
    for rule in rules():
        assert len(cited(rule.source)) == len(re.findall(r"\b(?:19|20)[0-9]{2}\b", rule.source)) > 0, rule.id


def test_the_readme_counts_the_competency_questions_as_they_are() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"([0-9]+) (?:competency )?questions", text)) == {str(len(questions()))}


def test_the_licences_are_whole() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "Attribution 4.0 International" in (ROOT / "loaders" / "casebook" / "LICENSE").read_text(encoding="utf-8")
