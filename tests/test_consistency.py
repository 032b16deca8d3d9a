"""The ontology, its alignments and the casebook contradict neither each other nor what other vocabularies say."""

from __future__ import annotations

import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef

from graph.rdf import to_rdflib
from loaders.tables.statements import load_tables
from ontology.consistency import contradictions
from ontology.identifiers import DEF, ID
from ontology.vocabulary import FOLDER, ontology_files

CASEBOOK = FOLDER.parent / "loaders" / "casebook"

# What W3C's recommendations say of the terms that gov: classes and properties are aligned with or used beside.
ELSEWHERE = """
    @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    @prefix org: <http://www.w3.org/ns/org#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix prov: <http://www.w3.org/ns/prov#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    prov:Activity owl:disjointWith prov:Entity .
    prov:hadPrimarySource rdfs:domain prov:Entity ; rdfs:range prov:Entity .
    org:OrganizationalCollaboration rdfs:subClassOf org:Organization .
    org:Organization rdfs:subClassOf foaf:Agent .
    org:hasMember rdfs:domain org:Organization ; rdfs:range foaf:Agent .
    org:subOrganizationOf rdfs:domain org:Organization ; rdfs:range org:Organization ; a owl:TransitiveProperty .
    skos:Concept owl:disjointWith skos:ConceptScheme .
    skos:inScheme rdfs:range skos:ConceptScheme .
"""

THINGS = f"""
    @prefix gov: <{DEF}> .
    @prefix id: <{ID}> .
    @prefix org: <http://www.w3.org/ns/org#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix prov: <http://www.w3.org/ns/prov#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def _graph(*turtle: str) -> Graph:
    rdf = Graph()
    for text in turtle:
        rdf.parse(data=text, format="turtle")
    return rdf


@pytest.fixture(scope="module")
def casebook() -> Graph:
    return to_rdflib(load_tables(CASEBOOK).quads)


def test_the_casebook_is_consistent_with_the_ontology_its_alignments_and_what_they_align_with(casebook: Graph) -> None:
    assert contradictions(casebook + _graph(ELSEWHERE)) == []


def test_the_valid_examples_together_are_consistent() -> None:
    examples = Graph()
    for file in sorted((FOLDER / "examples" / "valid").glob("*.ttl")):
        examples.parse(file, format="turtle")
    assert contradictions(examples + _graph(ELSEWHERE)) == []


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("Actor", "Territory"),
        ("Competence", "FundingFlow"),
        ("Programme", "Measure"),
        ("CoordinationMechanism", "Actor"),
        ("PolicyEvent", "FundingFlow"),
        ("ReportedGap", "IndicatedGap"),
        ("IndicatedGap", "Competence"),
        ("Passage", "Source"),
        ("ResearchedScope", "IdentityClaim"),
        ("Mention", "Passage"),
    ],
)
def test_a_thing_of_two_kinds_contradicts_the_ontology(kind: str, other: str) -> None:
    broken = _graph(f"{THINGS} <{ID}x> a gov:{kind}, gov:{other} .")
    assert contradictions(broken, aligned=False)


def test_a_thing_of_two_kinds_through_a_class_of_somebody_else_contradicts_the_ontology() -> None:
    broken = _graph(f"""{THINGS}
        <http://example.org/City> rdfs:subClassOf gov:Actor, gov:Territory .
        <{ID}x> a <http://example.org/City> .""")
    assert contradictions(broken, aligned=False)


def test_a_territory_taken_for_the_same_as_its_government_contradicts_the_ontology() -> None:
    broken = _graph(f"""{THINGS}
        <{ID}territory/vl> a gov:Territory . <{ID}actor/vl> a gov:Actor .
        <{ID}actor/vl> owl:sameAs <{ID}territory/vl> .""")
    assert contradictions(broken, aligned=False)


def test_a_contradiction_names_the_thing_that_it_is_about(casebook: Graph) -> None:
    actor = next(casebook.subjects(RDF.type, URIRef(DEF + "Actor")))
    few = Graph()
    for triple in casebook.triples((actor, None, None)):
        few.add(triple)
    few.add((actor, RDF.type, URIRef(DEF + "FundingFlow")))
    assert any(str(actor) in words for words in contradictions(few, aligned=False))


def test_a_policy_event_below_prov_activity_would_contradict_its_having_a_source() -> None:
    event = f"{THINGS} <{ID}event/x> a gov:PolicyEvent ; prov:hadPrimarySource <{ID}passage/x> ."
    below = f"{THINGS} gov:PolicyEvent rdfs:subClassOf prov:Activity ."
    assert contradictions(_graph(ELSEWHERE, event)) == []
    assert contradictions(_graph(ELSEWHERE, event, below))


def test_the_ontology_says_nothing_of_literals_that_a_rule_could_contradict() -> None:
    rdf = Graph()
    for file in [*ontology_files(), FOLDER / "alignments.ttl"]:
        rdf.parse(file, format="turtle")
    data = set(rdf.subjects(RDF.type, OWL.DatatypeProperty))
    axioms = {
        *(RDFS.domain, RDFS.range, RDFS.subPropertyOf, OWL.equivalentProperty, OWL.propertyDisjointWith),
        *(OWL.hasValue, OWL.onProperty, OWL.oneOf, OWL.hasKey),
    }
    assert not [triple for triple in rdf if triple[1] in axioms and (triple[0] in data or triple[2] in data)]
    assert not data & set(rdf.subjects(RDF.type, OWL.FunctionalProperty))
    assert (None, OWL.hasKey, None) not in rdf
    assert (None, RDF.type, OWL.NegativePropertyAssertion) not in rdf
