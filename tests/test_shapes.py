"""The SHACL shapes: what they accept, what they refuse, and in which words."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

import pytest
from pyshacl import validate
from rdflib import RDF, RDFS, SH, SKOS, Graph, Literal, URIRef

from ontology.vocabulary import FOLDER, ontology_files

if TYPE_CHECKING:
    from pathlib import Path

    from rdflib.term import Node

VALID = sorted((FOLDER / "examples" / "valid").glob("*.ttl"))
INVALID = sorted((FOLDER / "examples" / "invalid").glob("*.ttl"))
COMMENT = "# violates: "


def _read(files: list[Path]) -> Graph:
    rdf = Graph()
    for file in files:
        rdf.parse(file, format="turtle")
    return rdf


@cache
def _example(file: Path) -> Graph:
    return _read([file])


@cache
def _shapes() -> Graph:
    return _read(sorted((FOLDER / "shapes").glob("*.ttl")))


@cache
def _terms() -> Graph:
    """Give what shapes look up: which scheme a concept is in, and which class is below which."""
    terms = Graph()
    for triple in _read(ontology_files()):
        if triple[1] in (SKOS.inScheme, RDFS.subClassOf):
            terms.add(triple)
    return terms


def _report(data: Graph) -> Graph:
    # Mixed into the data: of what is given as ont_graph, pyshacl takes over RDFS and OWL only, and no skos:inScheme.
    conforms, report, text = validate(data + _terms(), shacl_graph=_shapes(), inplace=True)
    assert isinstance(report, Graph), text
    assert conforms == ((None, SH.result, None) not in report)
    return report


def _messages(report: Graph) -> set[str]:
    return {str(report.value(result, SH.resultMessage)) for result in report.objects(None, SH.result)}


def _fragment(file: Path) -> str:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(COMMENT), f"{file.name} does not say what it violates"
    return first.removeprefix(COMMENT)


def test_the_valid_examples_together_conform() -> None:
    assert _messages(_report(_read(VALID))) == set()


@pytest.mark.parametrize("name", ["actor", "competence", "flow", "mechanism", "passage"])
def test_every_shape_has_a_valid_example(name: str) -> None:
    assert (FOLDER / "shapes" / f"{name}.ttl").exists()
    assert (FOLDER / "examples" / "valid" / f"{name}.ttl").exists()


@cache
def _blamed() -> dict[Node | None, set[str]]:
    """Validate all invalid examples at once, beside the valid ones, and give the messages by focus node."""
    data = _read(VALID)
    for file in INVALID:
        data += _example(file)
    report = _report(data)
    blamed: dict[Node | None, set[str]] = defaultdict(set)
    for result in report.objects(None, SH.result):
        blamed[report.value(result, SH.focusNode)].add(str(report.value(result, SH.resultMessage)))
    return blamed


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_an_invalid_example_violates_what_it_says_and_nothing_else(file: Path) -> None:
    messages = set().union(*(_blamed()[subject] for subject in set(_example(file).subjects())))
    assert len(messages) == 1, messages
    assert _fragment(file) in messages.pop()


def test_no_valid_example_is_blamed_for_an_invalid_one() -> None:
    assert not set(_blamed()) & set(_read(VALID).subjects())


def test_no_two_invalid_examples_are_about_the_same_thing() -> None:
    subjects = [subject for file in INVALID for subject in set(_example(file).subjects())]
    assert len(subjects) == len(set(subjects))


@pytest.mark.parametrize("constraint", ["minCount", "maxCount", "node", "class", "datatype", "sparql", "or", "pattern"])
def test_each_kind_of_constraint_is_used(constraint: str) -> None:
    assert (None, SH[constraint], None) in _shapes()


def test_every_message_of_the_shapes_that_aim_at_data_has_an_invalid_example() -> None:
    fragments = {_fragment(file) for file in INVALID}
    for shape in set(_shapes().subjects(SH.targetClass)) | set(_shapes().subjects(SH.targetSubjectsOf)):
        parts = [shape, *_shapes().objects(shape, SH.property), *_shapes().objects(shape, SH.sparql)]
        for part in parts:
            for message in _shapes().objects(part, SH.message):
                assert any(fragment in str(message) for fragment in fragments), f"no example violates: {message}"


def test_every_property_shape_has_a_message_in_english_and_a_severity() -> None:
    targets = set(_shapes().subjects(RDF.type, SH.NodeShape))
    for shape in sorted(targets, key=str):
        for part in _shapes().objects(shape, SH.property):
            messages = list(_shapes().objects(part, SH.message))
            assert len(messages) == 1, f"{shape}: {len(messages)} messages"
            assert isinstance(messages[0], Literal)
            assert messages[0].language == "en"
            assert _shapes().value(part, SH.severity) == SH.Violation
        if (shape, SH["or"], None) in _shapes() or (shape, SH.sparql, None) in _shapes():
            assert _shapes().value(shape, SH.severity) == SH.Violation


def test_messages_are_sentences_without_code_of_the_constraint() -> None:
    for message in _shapes().objects(None, SH.message):
        assert re.fullmatch(r"[A-Z].*\.", str(message)), message
        assert "sh:" not in str(message)


def test_the_shapes_are_well_formed_shacl() -> None:
    conforms, _, text = validate(Graph(), shacl_graph=_shapes(), meta_shacl=True)
    assert conforms, text


def test_an_indicated_gap_needs_no_passage_of_its_own() -> None:
    data = _read(VALID)
    gap = URIRef("https://w3id.org/subsidia/id/gap/found-by-rule")
    data.add((gap, RDF.type, URIRef("https://w3id.org/subsidia/def/IndicatedGap")))
    assert _messages(_report(data)) == set(), "an indicated gap rests on its rule, not on a passage of its own"
