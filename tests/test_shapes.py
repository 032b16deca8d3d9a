"""The SHACL shapes: what they accept, what they refuse, how gravely, and in which words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

import pyshacl
import pytest
from rdflib import OWL, RDF, RDFS, SH, Graph, Literal, URIRef

from ontology import shacl
from ontology.identifiers import DEF
from ontology.shacl import Violation, validate
from ontology.vocabulary import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rdflib.term import Node

VALID: Final = sorted((FOLDER / "examples" / "valid").glob("*.ttl"))
INVALID: Final = sorted((FOLDER / "examples" / "invalid").glob("*.ttl"))
FILES: Final = sorted(file.stem for file in (FOLDER / "shapes").glob("*.ttl"))
SEVERITIES: Final = {"violation", "warning", "info"}
TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf)

# What a property shape says besides its constraints.
_NO_CONSTRAINT: Final = {SH.path, SH.message, SH.severity, RDF.type, *TARGETS}


def _read(*files: Path) -> Graph:
    rdf = Graph()
    for file in files:
        rdf.parse(file, format="turtle")
    return rdf


@cache
def _example(file: Path) -> Graph:
    return _read(file)


@cache
def _valid() -> Graph:
    return _read(*VALID)


@cache
def _all_examples() -> Graph:
    """Give all invalid examples beside the valid ones, whose things they name."""
    return _read(*VALID, *INVALID)


@cache
def _shapes() -> Graph:
    return shacl.shapes()


@cache
def _found() -> Mapping[str, frozenset[Violation]]:
    found: dict[str, set[Violation]] = defaultdict(set)
    for violation in validate(_all_examples()):
        found[violation.focus].add(violation)
    return {focus: frozenset(violations) for focus, violations in found.items()}


def _every() -> set[Violation]:
    return {violation for violations in _found().values() for violation in violations}


@cache
def _as_shacl_says() -> Graph:
    """Validate all examples as the standard says, each SPARQL constraint asked anew for each thing."""
    data = Graph(store="Oxigraph")
    for triple in _all_examples() + shacl.terms():
        data.add(triple)
    _, report, text = pyshacl.validate(data, shacl_graph=_shapes(), inplace=True)
    assert isinstance(report, Graph), text
    return report


def _claim(file: Path) -> tuple[str, str]:
    """Give the severity and the words of the message that an invalid example says it calls forth."""
    first = file.read_text(encoding="utf-8").splitlines()[0]
    severity, _, words = first.removeprefix("# ").partition(": ")
    assert severity in SEVERITIES, f"{file.name} does not say what it violates"
    return severity, words


def _property_shapes() -> list[tuple[Node, Node]]:
    return sorted(_shapes().subject_objects(SH.property), key=str)


def _shape_of(part: Node) -> Node:
    return next(_shapes().subjects(SH.property, part), part)


def _aimed_at(shape: Node, data: Graph) -> set[Node]:
    classes = {
        thing for wanted in _shapes().objects(shape, SH.targetClass) for thing in data.subjects(RDF.type, wanted)
    }
    having = {thing for path in _shapes().objects(shape, SH.targetSubjectsOf) for thing in data.subjects(path, None)}
    return classes | having


def test_the_valid_examples_together_meet_every_constraint() -> None:
    assert validate(_valid()) == []


def test_an_empty_graph_meets_every_constraint() -> None:
    assert validate(Graph()) == []


def test_validating_leaves_the_graph_as_it_was() -> None:
    data = _read(*VALID)
    before = set(data)
    validate(data)
    assert set(data) == before


@pytest.mark.parametrize("name", [name for name in FILES if name != "common"])
def test_every_file_of_shapes_has_a_file_of_valid_examples(name: str) -> None:
    assert (FOLDER / "examples" / "valid" / f"{name}.ttl").exists()


def test_every_class_has_a_shape_of_its_own() -> None:
    core = _read(FOLDER / "core.ttl")
    classes = {term for term in core.subjects(RDF.type, OWL.Class) if isinstance(term, URIRef)}
    above = set(core.objects(None, RDFS.subClassOf))
    assert classes - above == {
        term for term in _shapes().objects(None, SH.targetClass) if isinstance(term, URIRef) and term.startswith(DEF)
    }


def test_every_constraint_has_a_valid_example_that_it_is_about() -> None:
    for shape in {*_shapes().subjects(SH.targetClass), *_shapes().subjects(SH.targetSubjectsOf)}:
        assert _aimed_at(shape, _valid()), f"no valid example of {shape}"
    for shape, part in _property_shapes():
        path = _shapes().value(part, SH.path)
        if isinstance(path, URIRef):
            things = _aimed_at(shape, _valid())
            assert any((thing, path, None) in _valid() for thing in things), f"no valid {path} of {shape}"


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_an_invalid_example_violates_what_it_says_as_gravely_as_it_says_and_nothing_else(file: Path) -> None:
    severity, words = _claim(file)
    subjects = {str(subject) for subject in _example(file).subjects()}
    found = {violation for subject in subjects for violation in _found().get(subject, ())}
    assert {(violation.severity, words in violation.message) for violation in found} == {(severity, True)}, found
    assert len({violation.message for violation in found}) == 1


def test_no_valid_example_is_blamed_for_an_invalid_one() -> None:
    assert not set(_found()) & {str(subject) for subject in _valid().subjects()}


def test_no_two_invalid_examples_are_about_the_same_thing() -> None:
    subjects = [subject for file in INVALID for subject in set(_example(file).subjects())]
    assert len(subjects) == len(set(subjects))


def test_no_constraint_lacks_an_invalid_example() -> None:
    """Hold each parameter of each property shape, and each SPARQL constraint, against what the examples violate."""
    violated = {
        (str(_as_shacl_says().value(result, SH.sourceConstraintComponent)), str(message))
        for result in _as_shacl_says().subjects(RDF.type, SH.ValidationResult)
        for message in _as_shacl_says().objects(result, SH.resultMessage)
    }
    for shape, part in [*_property_shapes(), *_shapes().subject_objects(SH.sparql)]:
        message = _shapes().value(part, SH.message)
        if message is None:
            continue  # a shared SPARQL constraint: its message is that of each property shape that has it
        pattern = re.sub(r"\\\{\\\?\w+\\\}", ".*", re.escape(str(message)))
        parameters = set(_shapes().predicates(part, None)) - _NO_CONSTRAINT
        names = ["SPARQL"] if SH.select in parameters else [_component(parameter) for parameter in parameters]
        for name in names:
            component = f"{SH}{name}ConstraintComponent"
            assert any(found == component and re.fullmatch(pattern, said) for found, said in violated), (
                f"no example violates {name} of {shape}: {message}"
            )


def _component(parameter: Node) -> str:
    name = str(parameter).removeprefix(str(SH))
    return "SPARQL" if name == "sparql" else name[0].upper() + name[1:]


def test_constraints_asked_once_are_answered_as_shacl_answers_them() -> None:
    results = _as_shacl_says().subjects(RDF.type, SH.ValidationResult)
    expected = {shacl._violation(_as_shacl_says(), result) for result in results}
    # Oxigraph writes 100.0 as 100
    plain = [{replace(found, value=found.value.removesuffix(".0")) for found in side} for side in (expected, _every())]
    assert plain[0] == plain[1]


def test_every_constraint_has_a_message_of_its_own_in_english_and_a_severity() -> None:
    severities = {SH.Violation, SH.Warning, SH.Info}
    for shape, part in [*_property_shapes(), *_shapes().subject_objects(SH.sparql)]:
        if (part, RDF.type, SH.SPARQLConstraint) in _shapes():
            part = shape
        messages = list(_shapes().objects(part, SH.message))
        assert len(messages) == 1, f"{shape}: {len(messages)} messages"
        assert isinstance(messages[0], Literal)
        assert messages[0].language == "en"
        graded = part if (part, SH.path, None) in _shapes() else shape
        assert _shapes().value(graded, SH.severity) in severities
    times = Counter(str(message) for message in _shapes().objects(None, SH.message))
    assert [message for message, count in times.items() if count > 1] == []


def test_messages_are_sentences_without_code_of_the_constraint() -> None:
    for message in _shapes().objects(None, SH.message):
        assert re.fullmatch(r"[A-Z].*\.", str(message)), message
        assert "sh:" not in str(message)


def test_shapes_are_written_so_that_each_can_be_asked_once() -> None:
    for shape, _ in _property_shapes():
        assert any((shape, aim, None) in _shapes() for aim in TARGETS), f"{shape} has no targets of its own"
    for shape, _ in _shapes().subject_objects(SH.sparql):
        assert any((_shape_of(shape), aim, None) in _shapes() for aim in TARGETS)


def test_the_shapes_are_well_formed_shacl() -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=_shapes(), meta_shacl=True)
    assert conforms, text
