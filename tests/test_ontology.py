"""The ontology: every term defined, none of anybody else's, and all that the data use."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

from loaders.tables.schema import CASEBOOK_TABLES, Column
from ontology.identifiers import DEF, expand
from ontology.vocabulary import FOLDER, ontology_files

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = DEF + "shape/"
SCHEME = DEF + "scheme/"
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
SCHEMES = sorted((FOLDER / "schemes").glob("*.ttl"))
SHAPES = sorted((FOLDER / "shapes").glob("*.ttl"))
EXAMPLES = sorted((FOLDER / "examples" / "valid").glob("*.ttl"))

# Data and other people's queries name these: concepts may be added, and none may ever be removed or renamed.
CONTRACT = {
    "level": "international eu national regional local sublocal",
    "aspect": "framing financing delivery coordination monitoring evaluation",
    "nature": "exclusive shared supporting delegated none",
    "modality": "is should",
    "quantity": "transfer commitment allocation budget-line unit-rate ceiling stock loan earmark fine fee",
    "per": "total year month person grant project scholarship",
    "phase": "planned committed paid",
    "basis": "stated derived inferred",
    "direction": "vertical horizontal multilevel public-private cross-border",
    "formality": "statutory formal soft-law network project event informal",
    "function": "information consultation joint-decision joint-financing joint-delivery monitoring",
    "targeting": "targeted mainstreamed area-based",
    "eventType": "creation adoption reform transfer-of-competence funding-cut funding-withdrawal abolition rejection "
    "visit meeting publication award",
    "gapType": "information capacity funding policy administrative objective accountability "
    "partial-decentralisation bypass duplication evaluation discontinuity eligibility",
    "field": "integration newcomer-reception civic-integration education employment qualifications entrepreneurship "
    "housing urban-regeneration health anti-discrimination social-cohesion political-participation "
    "admission-residence intra-eu-mobility culture",
    "targetGroup": "migrants newcomers third-country-nationals refugees-asylum-seekers eu-citizens "
    "unauthorised-migrants family-migrants labour-migrants ethnic-minorities roma women youth pupils all-residents "
    "area-residents civil-society public-staff",
    "actorType": "eu-institution eu-agency international-organisation state ministry national-agency "
    "regional-government regional-agency municipality municipal-service district public-service-provider "
    "education-institution health-institution ngo migrant-organisation foundation company social-partner party "
    "research-body network consortium project persons",
    "tie": "competence funding coordination evaluation",
    "cofinancingBase": "grant total",
}


@cache
def _read(*files: Path) -> Graph:
    rdf = Graph()
    for file in files:
        rdf.parse(file, format="turtle")
    return rdf


def _core() -> Graph:
    return _read(FOLDER / "core.ttl")


def _ontology() -> Graph:
    return _read(*ontology_files())


def _ours(rdf: Graph) -> set[str]:
    """Give every IRI of our namespace that stands anywhere in the graph, the queries in shapes included."""
    found = {str(term) for triple in rdf for term in triple if isinstance(term, URIRef)}
    for term in (term for triple in rdf for term in triple if isinstance(term, Literal)):
        found |= {DEF + name for name in re.findall(r"\bgov:(\w+)", str(term))}
    return {iri for iri in found if iri.startswith(DEF) and not iri.startswith(SHAPE)}


def _defined() -> set[str]:
    return {str(subject) for subject in _ontology().subjects() if isinstance(subject, URIRef)}


def _terms() -> list[URIRef]:
    return sorted({s for kind in KINDS for s in _core().subjects(RDF.type, kind) if isinstance(s, URIRef)})


def _concepts() -> list[URIRef]:
    return sorted(s for s in _ontology().subjects(RDF.type, SKOS.Concept) if isinstance(s, URIRef))


def _columns() -> list[Column]:
    return [column for table in CASEBOOK_TABLES for column in table.columns]


@pytest.mark.parametrize("term", _terms(), ids=lambda term: term.removeprefix(DEF))
def test_every_term_has_one_label_and_one_definition_in_english(term: URIRef) -> None:
    for annotation in (RDFS.label, SKOS.definition):
        values = list(_core().objects(term, annotation))
        assert len(values) == 1
        assert isinstance(values[0], Literal)
        assert values[0].language == "en"
    assert str(_core().value(term, SKOS.definition)).endswith(".")
    assert _core().value(term, RDFS.isDefinedBy) == URIRef(DEF)


@pytest.mark.parametrize("concept", _concepts(), ids=lambda concept: concept.removeprefix(DEF))
def test_every_concept_has_notation_label_definition_scheme_and_place(concept: URIRef) -> None:
    rdf = _ontology()
    scheme, _, notation = concept.removeprefix(DEF).partition("/")
    assert rdf.value(concept, SKOS.notation) == Literal(notation)
    assert set(rdf.objects(concept, SKOS.inScheme)) == {URIRef(SCHEME + scheme)}
    for annotation in (SKOS.prefLabel, SKOS.definition):
        values = list(rdf.objects(concept, annotation))
        assert len(values) == 1
        assert isinstance(values[0], Literal)
        assert values[0].language == "en"
    broader = list(rdf.objects(concept, SKOS.broader))
    tops = list(rdf.objects(concept, SKOS.topConceptOf))
    assert len(broader) + len(tops) == 1, "either a top concept or below exactly one other"
    assert ((URIRef(SCHEME + scheme), SKOS.hasTopConcept, concept) in rdf) == bool(tops)
    for wider in broader:
        assert (wider, SKOS.inScheme, URIRef(SCHEME + scheme)) in rdf


@pytest.mark.parametrize("scheme", sorted(CONTRACT))
def test_every_concept_that_data_use_is_defined(scheme: str) -> None:
    assert set(CONTRACT[scheme].split()) <= {c.removeprefix(f"{DEF}{scheme}/") for c in _concepts()}


@pytest.mark.parametrize("file", SCHEMES, ids=lambda file: file.stem)
def test_a_scheme_has_a_file_of_its_own_with_title_and_definition(file: Path) -> None:
    rdf = _read(file)
    scheme = URIRef(SCHEME + file.stem)
    assert list(rdf.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    assert set(rdf.objects(None, SKOS.inScheme)) == {scheme}
    assert rdf.value(scheme, DCTERMS.title)
    assert rdf.value(scheme, SKOS.definition)


@pytest.mark.parametrize("file", SCHEMES, ids=lambda file: file.stem)
def test_no_notation_or_name_means_two_concepts_of_a_scheme(file: Path) -> None:
    rdf = _read(file)
    notations = Counter(str(notation) for notation in rdf.objects(None, SKOS.notation))
    assert set(notations.values()) == {1}
    names = {
        (str(name).casefold(), concept)
        for kind in (SKOS.notation, SKOS.prefLabel, SKOS.altLabel)
        for concept, name in rdf.subject_objects(kind)
        if (concept, RDF.type, SKOS.Concept) in rdf
    }
    assert [name for name, times in Counter(name for name, _ in names).items() if times > 1] == []


def test_related_concepts_are_related_both_ways() -> None:
    rdf = _ontology()
    assert all((other, SKOS.related, one) in rdf for one, other in rdf.subject_objects(SKOS.related))


def test_levels_are_ranked_from_international_to_sublocal() -> None:
    ranks = {name: _ontology().value(URIRef(f"{DEF}level/{name}"), URIRef(DEF + "rank")) for name in _names("level")}
    assert ranks == {name: Literal(rank) for rank, name in enumerate(CONTRACT["level"].split())}


def _names(scheme: str) -> list[str]:
    return [c.removeprefix(f"{DEF}{scheme}/") for c in _concepts() if c.startswith(f"{DEF}{scheme}/")]


def _marked(annotation: str) -> set[str]:
    marks = {
        name: _ontology().value(URIRef(f"{DEF}quantity/{name}"), URIRef(annotation)) for name in _names("quantity")
    }
    assert all(isinstance(mark, Literal) and isinstance(mark.toPython(), bool) for mark in marks.values())
    return {name for name, mark in marks.items() if mark == Literal(True)}


def test_only_transfers_make_a_funding_total() -> None:
    assert _marked(DEF + "entersTotal") == {"transfer"}


def test_only_like_amounts_that_can_be_summed_say_so() -> None:
    assert _marked(DEF + "summableAmongItself") == {"transfer", "allocation", "commitment", "budget-line"}


def test_penninx_groups_the_aspects_and_leaves_coordination_out() -> None:
    groups = {
        name: _ontology().value(URIRef(f"{DEF}aspect/{name}"), URIRef(DEF + "penninxAspect"))
        for name in _names("aspect")
    }
    assert {name: None if group is None else str(group) for name, group in groups.items()} == {
        "framing": "content",
        "financing": "instruments",
        "delivery": "instruments",
        "coordination": None,
        "monitoring": "evaluation",
        "evaluation": "evaluation",
    }


@pytest.mark.parametrize(
    "curie", sorted({c.property for c in _columns() if c.property} | {t.type for t in CASEBOOK_TABLES})
)
def test_every_property_and_class_of_the_tables_is_defined(curie: str) -> None:
    iri = expand(curie)
    assert not iri.startswith(DEF) or iri in _defined()


@pytest.mark.parametrize(
    "column", [c for c in _columns() if c.scheme], ids=lambda column: f"{column.name}-{column.scheme}"
)
def test_the_tables_and_the_ontology_agree_on_schemes(column: Column) -> None:
    assert _names(column.scheme)
    scheme = URIRef(SCHEME + column.scheme)
    assert (URIRef(expand(column.property)), URIRef(DEF + "valuesFrom"), scheme) in _core()


def test_every_property_takes_values_from_a_scheme_that_exists() -> None:
    schemes = set(_ontology().subjects(RDF.type, SKOS.ConceptScheme))
    assert set(_core().objects(None, URIRef(DEF + "valuesFrom"))) == schemes


@pytest.mark.parametrize(
    "file", [*ontology_files(), *SHAPES, *EXAMPLES], ids=lambda file: f"{file.parent.name}-{file.stem}"
)
def test_no_term_of_ours_is_used_without_being_defined(file: Path) -> None:
    assert _ours(_read(file)) - _defined() - {DEF + "0.1.0"} == set()


@pytest.mark.parametrize(
    "file", [*ontology_files(), *SHAPES, FOLDER / "alignments.ttl"], ids=lambda file: f"{file.parent.name}-{file.stem}"
)
def test_nothing_is_said_of_other_peoples_terms(file: Path) -> None:
    subjects = {str(subject) for subject in _read(file).subjects() if isinstance(subject, URIRef)}
    assert {subject for subject in subjects if not subject.startswith(DEF)} == set(), "namespace hijacked"


def test_concepts_and_schemes_are_defined_in_scheme_files_and_terms_in_the_core() -> None:
    assert not list(_core().subjects(RDF.type, SKOS.Concept))
    schemes = _read(*SCHEMES)
    assert set(schemes.objects(None, RDF.type)) == {SKOS.Concept, SKOS.ConceptScheme}


@pytest.mark.parametrize("file", [FOLDER / "core.ttl", FOLDER / "alignments.ttl"], ids=lambda file: file.stem)
def test_core_and_alignments_import_nothing(file: Path) -> None:
    assert (None, OWL.imports, None) not in _read(file)


def test_the_core_leaves_constraints_to_the_shapes() -> None:
    for axiom in (RDFS.domain, RDFS.range, OWL.onProperty):
        assert (None, axiom, None) not in _core()


def test_alignments_name_only_terms_of_ours_that_exist() -> None:
    ours = _ours(_read(FOLDER / "alignments.ttl"))
    assert {iri for iri in ours if not iri.startswith(DEF + "alignments")} <= _defined()


def test_the_ontology_states_version_licence_creator_and_prefix() -> None:
    core = _core()
    ontology = URIRef(DEF)
    version = str(core.value(ontology, OWL.versionInfo))
    assert (ontology, OWL.versionIRI, URIRef(DEF + version)) in core
    for name in ("title", "description", "creator", "license"):
        assert core.value(ontology, DCTERMS[name]), name
    assert core.value(ontology, URIRef("http://purl.org/vocab/vann/preferredNamespacePrefix")) == Literal("gov")


def test_the_json_ld_context_names_every_class_and_property_of_ours() -> None:
    context = json.loads((FOLDER / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    ids = {
        entry["@id"] if isinstance(entry, dict) else entry for entry in context.values() if not isinstance(entry, float)
    }
    assert {f"gov:{term.removeprefix(DEF)}" for term in _terms()} <= ids


def test_the_json_ld_context_reads_a_flow_as_the_tables_would_write_it() -> None:
    document = {
        **json.loads((FOLDER / "context.jsonld").read_text(encoding="utf-8")),
        "id": "thing:flow/es-state-es-madrid-2005",
        "type": "FundingFlow",
        "payer": "thing:actor/es-state",
        "amountMin": "120000000",
        "amountMax": "120000000",
        "currency": "euCurrency:EUR",
        "quantity": "gov:quantity/transfer",
        "prefLabel": {"en": "Spain to Madrid"},
        "hadPrimarySource": ["thing:passage/handbook"],
        "validFrom": {"type": "xsd:gYear", "@value": "2005"},
    }
    expected = """
        @prefix gov: <https://w3id.org/subsidia/def/> .
        @prefix thing: <https://w3id.org/subsidia/id/> .
        @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        thing:flow\\/es-state-es-madrid-2005 a gov:FundingFlow ;
            gov:payer thing:actor\\/es-state ;
            gov:amountMin "120000000"^^xsd:decimal ; gov:amountMax "120000000"^^xsd:decimal ;
            gov:currency <http://publications.europa.eu/resource/authority/currency/EUR> ;
            gov:quantity gov:quantity\\/transfer ;
            skos:prefLabel "Spain to Madrid"@en ;
            prov:hadPrimarySource thing:passage\\/handbook ;
            gov:validFrom "2005"^^xsd:gYear .
    """
    read = set(parse(json.dumps(document), format=RdfFormat.JSON_LD))
    assert read == set(parse(expected, format=RdfFormat.TURTLE))
