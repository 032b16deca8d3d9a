"""The ontology: every term defined, none of anybody else's, and all that the data use."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from rdflib import DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VANN, XSD, Graph, Literal, URIRef

from loaders.tables.schema import CASEBOOK_TABLES, Column
from loaders.tables.statements import load_tables
from ontology.identifiers import CURRENCIES, DEF, ID, expand
from ontology.vocabulary import FOLDER, ontology_files

SHAPE = DEF + "shape/"
SCHEME = DEF + "scheme/"
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
SCHEMES = sorted((FOLDER / "schemes").glob("*.ttl"))
SHAPES = sorted((FOLDER / "shapes").glob("*.ttl"))
EXAMPLES = sorted((FOLDER / "examples" / "valid").glob("*.ttl"))
INVALID = sorted((FOLDER / "examples" / "invalid").glob("*.ttl"))

# Vocabularies of which rdflib holds every term.
CLOSED = (DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VANN, XSD)

# Data and other people's queries name these: concepts may be added, and none may ever be removed or renamed.
CONTRACT = {
    "level": "international eu national regional local sublocal",
    "aspect": "framing financing delivery coordination monitoring evaluation",
    "nature": "exclusive shared supporting delegated none",
    "modality": "is should",
    "quantity": "transfer commitment allocation budget-line unit-rate ceiling stock loan earmark fine fee "
    "own-contribution",
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
    "mention": "figure event organisation",
    "claimStatus": "proposed accepted refused",
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


@cache
def _casebook() -> list[Quad]:
    return list(load_tables(FOLDER.parent / "loaders" / "casebook").quads)


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
    _assert_sources(_core(), term)


def _assert_sources(rdf: Graph, term: URIRef) -> None:
    """Hold that a term says where it comes from; where it is our own, what for."""
    sources = [str(source) for source in rdf.objects(term, DCTERMS.source)]
    assert sources
    for source in sources:
        assert len(source) >= 10
        assert not source.startswith("Subsidia") or source.startswith("Subsidia: own term, ")


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
    _assert_sources(rdf, concept)
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
    _assert_sources(rdf, scheme)


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
    summable = {"transfer", "allocation", "commitment", "budget-line", "own-contribution"}
    assert _marked(DEF + "summableAmongItself") == summable


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


# --- Integrity of namespaces, as OpenBudgets checks it ---------------------------------------------------------------

EVERY_FILE = [*ontology_files(), *SHAPES, *EXAMPLES, *INVALID, FOLDER / "alignments.ttl"]
VERSIONS = (OWL.versionIRI, OWL.priorVersion, OWL.backwardCompatibleWith)


@pytest.mark.parametrize("file", EVERY_FILE, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_no_term_of_ours_is_used_without_being_defined(file: Path) -> None:
    rdf = Graph()
    for triple in _read(file):
        # an invalid example may name a concept that there is not; its properties and classes must be defined
        concept = isinstance(triple[2], URIRef) and "/" in triple[2].removeprefix(DEF)
        if triple[1] not in VERSIONS and not (file in INVALID and concept):
            rdf.add(triple)
    assert _ours(rdf) - _defined() - {DEF + "alignments"} == set()


@pytest.mark.parametrize("file", EVERY_FILE, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_nothing_is_said_of_other_peoples_terms(file: Path) -> None:
    subjects = {str(subject) for subject in _read(file).subjects() if isinstance(subject, URIRef)}
    home = ID if "examples" in file.parts else DEF
    assert {subject for subject in subjects if not subject.startswith(home)} == set(), "namespace hijacked"


def test_the_casebook_uses_no_term_of_ours_that_is_not_defined() -> None:
    iris = {term.value for quad in _casebook() for term in quad.triple if isinstance(term, NamedNode)}
    assert {iri for iri in iris if iri.startswith(DEF)} - _defined() == set()


def test_the_casebook_says_nothing_of_terms_ours_or_other_peoples() -> None:
    subjects = {quad.subject.value for quad in _casebook() if isinstance(quad.subject, NamedNode)}
    assert {subject for subject in subjects if not subject.startswith(ID)} == set(), "namespace hijacked"


@cache
def _elsewhere() -> frozenset[str]:
    """Read the terms of other vocabularies that were looked up where they are defined."""
    path = Path(__file__).parent / "defined_elsewhere.csv"
    with path.open(encoding="utf-8", newline="") as rows:
        return frozenset(row["iri"] for row in csv.DictReader(rows) if row["read_in"] and row["read_on"])


def _is_defined_elsewhere(iri: str) -> bool:
    """Say whether another vocabulary defines a term, by rdflib's closed namespaces or by our list."""
    return any(iri in namespace for namespace in CLOSED) or iri in _elsewhere()


def _foreign(rdf: Graph) -> set[str]:
    found = {str(term) for triple in rdf for term in triple if isinstance(term, URIRef)}
    return {iri for iri in found if not iri.startswith((DEF, ID, CURRENCIES, "https://creativecommons.org/licenses/"))}


@pytest.mark.parametrize("file", EVERY_FILE, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_term_of_another_vocabulary_is_one_that_the_vocabulary_defines(file: Path) -> None:
    made_up = {iri for iri in _foreign(_read(file)) if not iri.startswith("http://example.org/")}
    assert {iri for iri in made_up if not _is_defined_elsewhere(iri)} == set()


def test_properties_and_classes_of_the_casebook_are_defined_by_somebody() -> None:
    used = {quad.predicate.value for quad in _casebook()}
    used |= {
        q.object.value for q in _casebook() if q.predicate.value == str(RDF.type) and isinstance(q.object, NamedNode)
    }
    assert {iri for iri in used if not iri.startswith(DEF) and not _is_defined_elsewhere(iri)} == set()


def test_no_looked_up_term_is_listed_twice_or_for_nothing() -> None:
    used = _foreign(_read(*EVERY_FILE)) | {expand(column.property) for column in _columns() if column.property}
    used |= {q.object.value for q in _casebook() if isinstance(q.object, NamedNode)}
    assert _elsewhere() <= used


@pytest.mark.parametrize("term", ["https://w3id.org/subsidia/def/nonsense", "http://www.w3.org/ns/org#Nonsense"])
def test_a_term_that_nobody_defines_is_noticed(term: str) -> None:
    assert term not in _defined()
    assert not _is_defined_elsewhere(term)


# --- Nothing without use ---------------------------------------------------------------------------------------------


@cache
def _program() -> str:
    """Give the text of all queries, code and shapes; not of the ontology itself."""
    folders = [FOLDER.parent / name for name in ("api", "graph", "loaders", "ontology", "visualisations")]
    files = [p for folder in folders for p in sorted(folder.rglob("*")) if p.suffix in (".py", ".rq")]
    return "\n".join(file.read_text(encoding="utf-8") for file in [*files, *SHAPES] if "assets" not in file.parts)


@cache
def _in_casebook() -> frozenset[str]:
    return frozenset(term.value for quad in _casebook() for term in quad.triple if isinstance(term, NamedNode))


@pytest.mark.parametrize("term", _terms(), ids=lambda term: term.removeprefix(DEF))
def test_every_term_is_used_or_says_why_it_is_not(term: URIRef) -> None:
    used = re.search(rf"\bgov:{term.removeprefix(DEF)}\b", _program()) is not None
    assert used or str(term) in _in_casebook() or (term, SKOS.editorialNote, None) in _core()


@pytest.mark.parametrize("concept", _concepts(), ids=lambda concept: concept.removeprefix(DEF))
def test_every_concept_is_used_or_says_why_it_is_not(concept: URIRef) -> None:
    scheme, _, notation = concept.removeprefix(DEF).partition("/")
    used = re.search(rf"\b{scheme}[:/]{notation}(?![\w-])", _program()) is not None
    assert used or str(concept) in _in_casebook() or (concept, SKOS.editorialNote, None) in _ontology()


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
    before = str(core.value(ontology, OWL.priorVersion)).removeprefix(DEF)
    assert [int(part) for part in before.split(".")] < [int(part) for part in version.split(".")]
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
