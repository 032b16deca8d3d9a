"""Competency questions: each is answered as somebody worked it out from the documents, and all readers are served."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from rdflib.plugins.sparql import prepareQuery

from graph.snapshot import Snapshot
from ontology.competency import KINDS, READERS, CompetencyQuestion, QuestionIncomplete, cell, questions
from ontology.errors import UnknownTerm
from ontology.identifiers import DEF
from ontology.vocabulary import vocabulary

QUESTIONS: Final = questions()

# how many questions of each kind there must be
REQUIRED: Final = {
    "unknown": 3,
    "two readings": 2,
    "year": 4,
    "norm": 3,
    "absence": 3,
    "range": 3,
    "chain": 2,
    "nothing twice": 2,
    "identity": 2,
    "scope": 2,
    "evidence": 2,
    "mechanism": 3,
    "measure": 3,
    "target group": 2,
    "event": 3,
    "gap": 3,
    "territory": 2,
    "programme": 2,
    "name": 1,
}

# how a working names the documents
DOCUMENTS: Final = (
    "Building Inclusive Cities",
    "Handbook 2007",
    "Penninx 2009",
    "UPSTREAM news",
    "UPSTREAM project description",
)

HEADER: Final = (
    "# Question: Who pays?\n# Reader: partner\n# Kind: unknown\n# Answer: Nobody knows.\n"
    "# Worked: Page 1 names a payment,\n#   and no payer.\n# Columns: payer, amount\n"
)
QUERY: Final = "SELECT ?payer ?amount WHERE { ?flow <http://example.org/payer> ?payer } ORDER BY ?payer\n"

each_question = pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.name)


@each_question
def test_the_graph_answers_as_worked_out_by_hand(asked: CompetencyQuestion, casebook: Snapshot) -> None:
    rows = [tuple(cell(row[column]) for column in asked.columns) for row in casebook.select(asked.query)]
    assert rows == list(asked.expected), f"{asked.question} {asked.answer} {asked.worked}"


@each_question
def test_another_sparql_engine_reads_the_query_and_its_columns(asked: CompetencyQuestion) -> None:
    prepared = prepareQuery(asked.query)
    assert tuple(str(variable) for variable in prepared.algebra["PV"]) == asked.columns


@each_question
def test_a_question_is_asked_and_answered_in_sentences(asked: CompetencyQuestion) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", asked.name)
    assert asked.question.endswith("?")
    assert asked.answer.endswith(".")
    assert asked.worked.endswith(".")
    assert "ORDER BY" in asked.query


@each_question
def test_the_working_says_where_it_was_read(asked: CompetencyQuestion) -> None:
    if "model" in asked.worked and not asked.expected:
        return  # a rule of ours, whatever the documents say
    assert any(document in asked.worked for document in DOCUMENTS)
    assert re.search(r"\blines? \d|\blast line \(\d", asked.worked)


@each_question
def test_a_query_uses_only_terms_that_the_ontology_defines(asked: CompetencyQuestion) -> None:
    prefixes = dict(re.findall(r"PREFIX (\w+): <([^>]+)>", asked.query))
    body = re.sub(r"<[^>]*>|#.*", "", asked.query)
    used = {prefixes[prefix] + name for prefix, name in re.findall(r"\b(\w+):([\w-]+)", body)}
    concepts = {concept.iri for scheme in vocabulary().schemes.values() for concept in scheme.values()}
    assert {iri for iri in used if iri.startswith(DEF)} <= set(vocabulary().terms) | concepts


def test_there_are_questions_enough_for_every_reader() -> None:
    asked = Counter(question.reader for question in QUESTIONS)
    assert len(QUESTIONS) >= 44
    assert all(asked[reader] >= 10 for reader in READERS)


def test_every_kind_is_asked_as_often_as_it_must_be() -> None:
    asked = Counter(question.kind for question in QUESTIONS)
    assert set(REQUIRED) == set(KINDS)
    assert {kind: (asked[kind], least) for kind, least in REQUIRED.items() if asked[kind] < least} == {}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_document_is_asked_about(document: str) -> None:
    assert sum(document in question.worked for question in QUESTIONS) >= 2


def test_the_right_answer_can_be_no_row() -> None:
    assert any(question.kind == "scope" and question.expected == () for question in QUESTIONS)


def test_no_name_or_question_is_there_twice() -> None:
    assert len({question.question for question in QUESTIONS}) == len(QUESTIONS)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[at : at + 8]) for at in range(len(words) - 7)}


@pytest.mark.sources
def test_no_sentence_of_a_document_is_copied(sources_folder: Path) -> None:
    theirs: set[tuple[str, ...]] = set()
    for path in sorted(sources_folder.glob("*.txt")):
        theirs |= _runs(path.read_text(encoding="utf-8"))
    copied = {}
    for asked in QUESTIONS:
        ours = [asked.question, asked.answer, asked.worked, *(word for row in asked.expected for word in row)]
        if found := sorted(" ".join(run) for text in ours for run in _runs(text) & theirs):
            copied[asked.name] = found
    assert copied == {}


def test_a_header_may_go_on_in_the_next_line(tmp_path: Path) -> None:
    (tmp_path / "who-pays.rq").write_text(HEADER + QUERY, encoding="utf-8")
    (tmp_path / "who-pays.csv").write_text("payer,amount\nid/actor/es-state,\n", encoding="utf-8")
    (asked,) = questions(tmp_path)
    assert asked.worked == "Page 1 names a payment, and no payer."
    assert asked.columns == ("payer", "amount")
    assert asked.expected == (("id/actor/es-state", ""),)


@pytest.mark.parametrize("header", ["Question", "Reader", "Kind", "Answer", "Worked", "Columns"])
def test_a_query_without_a_header_line_is_refused_by_name(tmp_path: Path, header: str) -> None:
    (tmp_path / "who-pays.rq").write_text(HEADER.replace(f"# {header}: ", f"# {header}? ") + QUERY, encoding="utf-8")
    with pytest.raises(QuestionIncomplete, match=rf"who-pays\.rq: no line '# {header}: …' on top"):
        questions(tmp_path)


def test_a_query_without_its_table_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "who-pays.rq").write_text(HEADER + QUERY, encoding="utf-8")
    with pytest.raises(QuestionIncomplete, match=r"who-pays\.csv: the table of expected rows is not beside"):
        questions(tmp_path)


def test_a_table_without_its_query_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "who-pays.csv").write_text("payer,amount\n", encoding="utf-8")
    with pytest.raises(QuestionIncomplete, match=r"who-pays\.csv: there is no query who-pays\.rq beside it"):
        questions(tmp_path)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("payer\n", "its columns must be payer, amount"),
        ("", "its columns must be payer, amount"),
        ("payer,amount\nid/actor/es-state\n", "row 2 must have 2 cells, and has 1"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path: Path, table: str, problem: str) -> None:
    (tmp_path / "who-pays.rq").write_text(HEADER + QUERY, encoding="utf-8")
    (tmp_path / "who-pays.csv").write_text(table, encoding="utf-8")
    with pytest.raises(QuestionIncomplete, match=problem):
        questions(tmp_path)


@pytest.mark.parametrize(("known", "unknown"), [("Reader: partner", "Reader: king"), ("Kind: unknown", "Kind: odd")])
def test_an_unknown_reader_or_kind_is_refused_with_those_known(tmp_path: Path, known: str, unknown: str) -> None:
    (tmp_path / "who-pays.rq").write_text(HEADER.replace(known, unknown) + QUERY, encoding="utf-8")
    with pytest.raises(UnknownTerm, match=r"who-pays\.rq"):
        questions(tmp_path)
