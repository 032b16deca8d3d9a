"""Flow columns made while a load writes: the same as read from the store, and left to it where that is not certain."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from graph.flow_files import flow_file
from graph.flow_parts import SCHEMA
from graph.flows import build_flow_table, keep_flow_table
from graph.ntriples import Triples, Unreadable
from graph.store import Store
from ontology.identifiers import expand, mint

GRAPH = "https://w3id.org/subsidia/graph/list"
DECIMAL = "^^<http://www.w3.org/2001/XMLSchema#decimal>"


def line(subject: str, property_: str, value: str) -> str:
    """Give a statement; a value that begins with a quote is a literal, else the IRI of a thing or term of ours."""
    term = value if value.startswith('"') else f"<{mint(*value.split('/')) if '/' in value else expand(value)}>"
    return f"<{mint(*subject.split('/'))}> <{expand(property_)}> {term} .\n"


def actor(key: str, name: str, place: str) -> str:
    facts = [("rdf:type", "gov:Actor"), ("skos:prefLabel", f'"{name}"@fr'), ("gov:jurisdiction", f"territory/{place}")]
    return "".join(line(f"actor/{key}", *fact) for fact in facts)


def flow(key: str, payer: str, recipient: str, amount: str) -> str:
    facts = [
        ("rdf:type", "gov:FundingFlow"),
        ("skos:prefLabel", f'"Cours \\"{key}\\" \\u00e0 deux\\nlignes"@en'),
        ("gov:payer", f"actor/{payer}"),
        ("gov:recipient", f"actor/{recipient}"),
        ("gov:amountMin", f'"{amount}"{DECIMAL}'),
        ("gov:amountMax", f'"{amount}"{DECIMAL}'),
        ("gov:validFrom", '"2007"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
        ("gov:field", "gov:field/housing"),
        ("gov:field", "gov:field/education"),
    ]
    return "".join(line(f"flow/{key}", *fact) for fact in facts)


PLACE = line("territory/lieu", "gov:within", "territory/pays") + line("territory/pays", "gov:countryCode", '"FR"')
FIRST = PLACE + actor("etat", "État", "pays") + actor("ville", "Ville", "lieu") + flow("m-1", "etat", "ville", "10.5")


@pytest.fixture
def store(empty_store: Store) -> Store:
    """Give a store with one flow, whose columns are kept."""
    load(empty_store, [FIRST])
    keep_flow_table(empty_store.snapshot())
    return empty_store


def load(store: Store, pieces: Iterable[str], replace: Iterable[str] = ()) -> bool:
    """Load pieces; says whether the columns were made with them, and if so holds them to those of the store."""
    store.load_texts([], ((GRAPH, piece.encode()) for piece in pieces), replace=replace)
    snapshot = store.snapshot()
    path = flow_file(snapshot.folder)
    assert [item.name for item in snapshot.folder.iterdir() if item.name == "parts"] == []
    if path.exists():
        assert pq.read_table(path, schema=SCHEMA).equals(build_flow_table(snapshot))
    return path.exists()


def test_a_load_brings_the_columns_that_reading_the_store_would_give(store: Store) -> None:
    # a known payer, a new one of a known place, and one that nobody describes; IRIs before and after the earlier flow's
    pieces = [
        flow("b-2", "etat", "region", "20") + actor("region", "Région", "lieu"),
        flow("z-3", "region", "inconnu", "0.0001"),
    ]
    assert load(store, pieces)
    rows = build_flow_table(store.snapshot()).to_pylist()
    assert [(row["payer_label"], row["recipient_label"], row["recipient_country"]) for row in rows] == [
        ("État", "Région", "FR"),
        ("État", "Ville", "FR"),
        ("Région", "inconnu", None),
    ]
    assert rows[0]["label"] == 'Cours "b-2" à deux\nlignes'
    assert rows[0]["fields"] == ["education", "housing"]


def test_a_load_without_flows_keeps_the_columns_there_were(store: Store) -> None:
    assert load(store, [actor("autre", "Autre", "lieu")])
    assert len(build_flow_table(store.snapshot())) == 1


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([actor("ville", "Ville nouvelle", "lieu")], "what is known of an earlier payer is changed"),
        ([line("territory/pays", "gov:countryCode", '"BE"')], "an earlier place is said to lie elsewhere"),
        ([line("flow/m-1", "gov:phase", "gov:phase/paid")], "an earlier flow is told more of"),
        ([flow("n-1", "etat", "ville", "1"), line("flow/n-1", "gov:phase", "gov:phase/paid")], "a flow in two pieces"),
        ([flow("n-1", "etat", "ville", "1"), flow("n-1", "etat", "ville", "2")], "a flow that is told of twice"),
        ([flow("n-1", "etat", "ville", "1").replace("> <", ">\t<")], "N-Triples in another form"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_certain_is_left_to_the_store(store: Store, pieces: list[str], why: str) -> None:
    assert not load(store, pieces), why


def test_graphs_that_are_emptied_leave_the_columns_to_the_store(store: Store) -> None:
    assert not load(store, [FIRST], replace=[GRAPH])


def test_only_the_canonical_form_of_n_triples_is_read() -> None:
    for text in (b"<a> <b> .\n", b"<a>\t<b>\t<c> .\n", b"# a comment of words\n", b"<a> <b> <c>.\n"):
        with pytest.raises(Unreadable):
            Triples(text)
    blank = Triples(b'_:x <b> <c> .\n<a> <https://w3id.org/subsidia/def/payer> _:x .\n<a> <b> "x"@en .\n')
    assert blank.subjects.to_pylist() == ["a"]
    assert blank.pairs("gov:payer").num_rows == 0


def test_large_loads_are_put_together_of_parts(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("graph.flows_ahead._FLOWS_A_PART", 2)
    pieces = [flow(f"p-{number}", "etat", "ville", str(number)) for number in (3, 1, 4, 5, 9, 2, 6)]
    assert load(store, pieces)
    assert len(build_flow_table(store.snapshot())) == 8
