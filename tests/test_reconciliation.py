"""Reconciliation: which bodies are proposed as one, which never are, and what becomes of a proposal."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad
from typer.testing import CliRunner

from api.cli import app
from graph.rdf import to_rdflib
from graph.reconciliation.alike import alike, weights_of
from graph.reconciliation.apart import kept_apart
from graph.reconciliation.bodies import Body, bodies
from graph.reconciliation.candidates import BY_IDENTIFIER, BY_NAME, candidates
from graph.reconciliation.claims import RECONCILIATION, ClaimUnknown, claim_iri, claims, decide, propose, run_of
from graph.reconciliation.names import name_of
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.tables.statements import load_tables
from ontology.identifiers import expand, graph_name, mint
from ontology.shacl import validate
from ontology.vocabulary import ontology_quads
from tests.made_up_bodies import CORRUPTIONS, made_up
from tests.small_graphs import PLACES, Rows, actor, write_tables


def body(key: str, *names: str, country: str | None = "ES", level: str | None = "local", **more: object) -> Body:
    """Give a body of a source of its own."""
    levels = frozenset({level} if level else ())
    facts: dict[str, object] = {"sources": frozenset({key}), "type": "ngo", **more}
    return Body(f"http://example.org/{key}", tuple(map(name_of, names)), country=country, levels=levels, **facts)  # type: ignore[arg-type]


def proposed(*found: Body, least: float = 90, within: bool = False) -> list[tuple[str, str, float]]:
    """Give the last letters of the bodies that are proposed as one, and the score."""
    every = candidates(found, least, within=within)
    return [(each.one.rpartition("/")[2], each.other.rpartition("/")[2], each.score) for each in every]


# --- Names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Caritas Graz GmbH", "caritas graz Gesellschaft mit beschränkter Haftung"),
        ("Hansen Ltd", "HANSEN LIMITED"),
        ("Nieminen Oy", "Oy Nieminen"),
        ("Bianchi S.R.L.", "Bianchi srl"),
        ("Novák a.s.", "Novak, akciová společnost"),
        ("Novák spol. s r.o.", "Novák s.r.o."),
        ("Kowalski Sp. z o.o.", "KOWALSKI SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ"),
        ("Flüchtlingshilfe e.V.", "Fluchtlingshilfe eingetragener Verein"),
        ("Accueil ASBL", "Accueil vzw"),
        ("Ministerio de Educación y Ciencia", "Ministerio de Ciencia, Educacion"),
        ("Łódź — Urząd", "URZAD LODZ"),
        ("Straße & Söhne", "Strasse und Sohne"),
        ("Δήμος Αθηναίων", "ΔΗΜΟΣ ΑΘΗΝΑΙΩΝ"),
    ],
)
def test_case_accents_order_and_the_writing_of_legal_forms_make_no_other_name(one: str, other: str) -> None:
    left, right = name_of(one), name_of(other)
    assert left.words == right.words
    assert left.forms == right.forms


@pytest.mark.parametrize(
    ("text", "words"), [("GmbH", ("gmbh",)), ("The", ("the",)), ("…", ()), ("", ()), ("<b>", ("b",))]
)
def test_a_name_is_never_all_form_or_small_words(text: str, words: tuple[str, ...]) -> None:
    assert name_of(text).words == words


def test_what_two_names_differ_in_counts_more_where_it_is_rare() -> None:
    names = [name_of(f"Ministry of {each}") for each in ("Education", "Health", "Labour", "Justice", "Defence")]
    weights = weights_of(names)
    assert alike(names[0], names[1], weights) < 60
    assert alike(names[0], name_of("Ministry of Educaton"), weights) > 90


# --- Candidates ------------------------------------------------------------------------------------------------------


def test_one_name_in_one_country_at_one_level_is_proposed() -> None:
    assert proposed(body("a", "Caritas Madrid"), body("b", "CARITAS, Madrid")) == [("a", "b", 100.0)]


def test_the_ministries_of_two_countries_are_two() -> None:
    spain = body("a", "Ministry of Education", level="national", type="ministry")
    france = body("b", "Ministry of Education", country="FR", level="national", type="ministry")
    assert kept_apart(spain, france) == "they are in two countries, ES and FR"
    assert proposed(spain, france) == []


def test_a_municipality_and_a_region_of_one_name_are_two() -> None:
    town, region = body("a", "Madrid", type="municipality"), body("b", "Madrid", level="regional")
    assert kept_apart(town, region) == "they act at two levels, local and regional"
    assert proposed(town, region) == []


def test_bodies_of_one_name_in_two_towns_are_two_and_one_place_may_lie_in_the_other() -> None:
    one = body("a", "Public Library", around=("es-a", "es"))
    two = body("b", "Public Library", around=("es-b", "es"))
    wide = body("c", "Public Library", around=("es",))
    assert proposed(one, two) == []
    assert [pair[:2] for pair in proposed(one, wide)] == [("a", "c")]


def test_all_municipalities_are_not_one_of_them() -> None:
    assert proposed(body("a", "Municipalities", collective=True), body("b", "Municipalities")) == []


def test_a_part_of_a_body_is_not_the_body() -> None:
    whole = body("a", "Ministry for Public Office and Integration")
    part = body("b", "Cabinet, Ministry for Public Office and Integration", part_of=frozenset({whole.iri}))
    assert proposed(whole, body("b", part.names[0].text), least=80) != []
    assert proposed(whole, part, least=80) == []


def test_a_name_that_two_countries_have_says_not_which_a_body_without_country_is() -> None:
    spain, france = body("a", "Ministry of Education"), body("b", "Ministry of Education", country="FR")
    unknown = body("c", "Ministry of Education", country=None)
    assert proposed(spain, france, unknown) == []
    # 100, and 6 less because the country of one is not known
    assert proposed(spain, unknown) == [("a", "c", 94.0)]


def test_companies_of_one_name_and_two_forms_are_two() -> None:
    assert proposed(body("a", "Müller GmbH"), body("b", "Müller AG")) == []
    assert proposed(body("a", "Müller GmbH"), body("b", "Müller")) == [("a", "b", 99.0)]


def test_numbers_are_never_misspelt() -> None:
    assert proposed(body("a", "Primary School 12"), body("b", "Primary School 21")) == []


def test_a_source_that_names_two_bodies_tells_them_apart_unless_it_is_asked_to_be_compared() -> None:
    one, two = (body(key, "Caritas Madrid", sources=frozenset({"list"})) for key in ("a", "b"))
    assert proposed(one, two) == []
    assert proposed(one, two, within=True) == [("a", "b", 100.0)]


def test_a_shared_identifier_is_a_candidate_whatever_the_names() -> None:
    shared = frozenset({"wikidata.org/entity/Q1"})
    found = candidates([body("a", "The town", identifiers=shared), body("b", "Rathaus", identifiers=shared)])
    assert [(each.score, each.method) for each in found] == [(100.0, BY_IDENTIFIER)]
    other = body("b", "Rathaus", country="FR", identifiers=shared)
    assert proposed(body("a", "The town", identifiers=shared), other) == [("a", "b", 95.0)]


def test_two_entries_of_one_list_are_two_bodies() -> None:
    one = body("a", "Caritas Madrid", identifiers=frozenset({"wikidata.org/entity/Q1"}))
    two = body("b", "Caritas Madrid", identifiers=frozenset({"wikidata.org/entity/Q2"}))
    assert proposed(one, two) == []


def test_any_name_of_a_body_may_be_the_one_that_is_alike() -> None:
    one = body("a", "Rotterdam", "Gemeente Rotterdam")
    assert proposed(one, body("b", "Gemente Rotterdam"))[0][:2] == ("a", "b")


def test_nothing_is_found_among_no_bodies_or_bodies_without_names() -> None:
    assert proposed() == []
    assert proposed(body("a"), body("b", "…"), body("c", "…")) == []


def test_the_same_bodies_in_another_order_give_the_same_candidates() -> None:
    found = made_up(400).bodies
    assert candidates(found) == candidates(found[::-1])


# --- How many are found, and how soon --------------------------------------------------------------------------------


def measured(count: int, seed: int) -> tuple[float, float, float, Counter[str]]:
    """Give which part of the pairs that are one is proposed, which part of what is proposed is one, and CPU seconds."""
    made = made_up(count, seed)
    begin = time.process_time()
    found = {(each.one, each.other) for each in candidates(made.bodies)}
    seconds = time.process_time() - begin
    right = {pair: kind for pair, kind in made.same.items() if pair in found}
    return len(right) / len(made.same), len(right) / len(found), seconds, Counter(right.values())


@pytest.mark.timed
def test_nineteen_of_twenty_bodies_written_otherwise_are_found_among_ten_thousand() -> None:
    recall, precision, seconds, kinds = measured(10_000, seed=1)
    assert recall >= 0.95
    assert precision >= 0.98
    assert set(kinds) == set(CORRUPTIONS)
    assert seconds < 15


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_thousand_bodies_are_compared_within_a_minute_of_one_core(seed: int) -> None:
    recall, precision, seconds, _ = measured(100_000, seed)
    print(f"seed {seed}: recall {recall:.4f}, precision {precision:.4f}, {seconds:.1f} s of one core")
    assert recall >= 0.95
    assert precision >= 0.98
    assert seconds < 60


# --- Claims ----------------------------------------------------------------------------------------------------------

ONE: Rows = {**PLACES, "actors": [actor("caritas", "local", "es-town", "ngo", label="Caritas Madrid")]}
OTHER: Rows = {
    **PLACES,
    "actors": [
        actor("caritas-m", "local", "es-town", "ngo", label="CARITAS, Madrid"),
        actor("caritas-fr", "local", "fr", "ngo", label="Caritas Madrid"),
    ],
}
CLAIM = claim_iri(mint("actor", "caritas"), mint("actor", "caritas-m"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Make a store of two sources that both name one body."""
    found = Store.create(tmp_path / "store")
    ontology = NamedNode(graph_name("ontology"))
    found.load([Quad(quad.subject, quad.predicate, quad.object, ontology) for quad in ontology_quads()])
    for name, rows in (("one", ONE), ("other", OTHER)):
        found.load(load_tables(write_tables(tmp_path / name, rows), name).quads)
    return found


def propose_all(store: Store, least: float = 90) -> tuple[int, int, int, int]:
    """Compare and propose; gives the counts of new, known, gone and decided claims."""
    snapshot = store.snapshot()
    found = propose(store, run_of(snapshot, least, within=False), candidates(bodies(snapshot), least))
    return found.new, found.known, found.gone, found.decided


def outside(snapshot: Snapshot) -> set[Quad]:
    """Give all that is stated outside of the graph of claims."""
    return {quad for quad in snapshot.quads() if quad.graph_name != NamedNode(RECONCILIATION)}


def test_a_proposal_is_a_claim_in_a_graph_of_its_own_that_meets_the_shapes(store: Store) -> None:
    before = outside(store.snapshot())
    assert propose_all(store) == (1, 0, 0, 0)
    snapshot = store.snapshot()
    assert outside(snapshot) == before
    (row,) = claims(snapshot)
    assert (row["claim"], row["status"], row["score"], row["method"]) == (CLAIM, "proposed", 100.0, BY_NAME)
    assert {row["one"], row["other"]} == {mint("actor", "caritas"), mint("actor", "caritas-m")}
    of_claims = [item for item in validate(to_rdflib(snapshot.quads())) if "/identity/" in item.focus]
    assert of_claims == []


def test_what_is_found_again_is_not_written_again(store: Store) -> None:
    propose_all(store)
    generation = store.generation
    assert propose_all(store) == (0, 1, 0, 0)
    assert store.generation == generation


def test_a_refused_claim_does_not_come_back_and_can_be_undone(store: Store) -> None:
    propose_all(store)
    decide(store, [CLAIM], "refused", "two parishes; A. Reader")
    assert propose_all(store) == (0, 0, 0, 1)
    (row,) = claims(store.snapshot())
    assert (row["status"], row["reason"]) == ("refused", "two parishes; A. Reader")
    decide(store, [CLAIM], "proposed")
    (row,) = claims(store.snapshot())
    assert (row["status"], row["reason"]) == ("proposed", None)


def test_accepting_changes_the_status_and_nothing_that_a_source_says(store: Store) -> None:
    propose_all(store)
    before = outside(store.snapshot())
    decide(store, [CLAIM.rpartition("/")[2]], "accepted")
    snapshot = store.snapshot()
    assert [row["status"] for row in claims(snapshot)] == ["accepted"]
    assert outside(snapshot) == before
    assert {iri for iri in snapshot.instances("gov:Actor") if "caritas" in iri} == {
        mint("actor", key) for key in ("caritas", "caritas-m", "caritas-fr")
    }


def test_what_is_not_found_any_more_goes_and_what_was_decided_stays(store: Store) -> None:
    propose_all(store)
    store.load([], replace=[graph_name("other")])
    assert propose_all(store) == (0, 0, 1, 0)
    assert list(store.snapshot().graph(RECONCILIATION)) == []


def test_a_decision_outlives_the_source_that_it_is_about(store: Store) -> None:
    propose_all(store)
    decide(store, [CLAIM], "refused")
    store.load([], replace=[graph_name("other")])
    assert propose_all(store) == (0, 0, 0, 1)
    assert [row["status"] for row in claims(store.snapshot())] == ["refused"]


def test_a_pair_that_a_source_claims_itself_is_not_proposed(store: Store) -> None:
    claim, ends = NamedNode("http://example.org/claim"), [mint("actor", "caritas-m"), mint("actor", "caritas")]
    names = ("gov:oneThing", "gov:otherThing")
    graph = NamedNode(graph_name("one"))
    store.load([Quad(claim, NamedNode(expand(n)), NamedNode(e), graph) for n, e in zip(names, ends, strict=True)])
    assert propose_all(store) == (0, 0, 0, 0)


def test_no_claim_is_decided_where_one_of_several_is_unknown(store: Store) -> None:
    propose_all(store)
    with pytest.raises(ClaimUnknown, match="match-nothing"):
        decide(store, [CLAIM, "match-nothing"], "accepted")
    assert [row["status"] for row in claims(store.snapshot())] == ["proposed"]


def test_an_empty_store_has_no_claims_and_none_are_proposed(empty_store: Store) -> None:
    assert propose_all(empty_store) == (0, 0, 0, 0)
    assert claims(empty_store.snapshot()) == []
    assert empty_store.generation == 0


# --- The command -----------------------------------------------------------------------------------------------------


def test_the_command_proposes_lists_refuses_and_undoes(store: Store) -> None:
    def run(*words: str) -> list[dict[str, object]]:
        done = CliRunner().invoke(app, ["reconcile", *words, "--json", "--store", str(store.path)])
        assert done.exit_code == 0, done.output
        rows: list[dict[str, object]] = json.loads(done.stdout)["data"]
        return rows

    assert run() == []
    (row,) = run("--propose")
    assert (row["id"], row["one_label"], row["other_label"]) == (
        CLAIM.rpartition("/")[2],
        "Caritas Madrid",
        "CARITAS, Madrid",
    )
    name = str(row["id"])
    assert [row["status"] for row in run("--refuse", name, "--because", "two parishes")] == ["refused"]
    assert [row["status"] for row in run("--propose")] == ["refused"]
    assert run("--status", "proposed") == []
    assert [row["status"] for row in run("--undo", name)] == ["proposed"]
    assert [row["status"] for row in run("--accept", name)] == ["accepted"]
    assert run("--min-score", "100")


@pytest.mark.parametrize("words", [["--status", "refuse"], ["--accept", "x", "--refuse", "x"], ["--accept", "nothing"]])
def test_the_command_refuses_what_it_cannot_do(store: Store, words: list[str]) -> None:
    done = CliRunner().invoke(app, ["reconcile", *words, "--store", str(store.path)])
    assert done.exit_code != 0
    assert done.stdout == ""


def test_no_source_may_be_loaded_into_the_graph_of_claims(store: Store, tmp_path: Path) -> None:
    folder = str(tmp_path / "one")
    done = CliRunner().invoke(app, ["load", folder, "--graph", "reconciliation", "--store", str(store.path)])
    assert done.exit_code != 0
    assert "written by Subsidia itself" in str(done.exception)
