"""One contract for every store: the folder, an Oxigraph server, Virtuoso. The same data gives the same answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store
from rdflib.compare import isomorphic

from api.answers.actor import actor_document
from api.answers.document import Document, as_json
from api.answers.funding import flows_document, matrix_document, sankey_document
from api.answers.gaps import gap_matrix_document, gaps_document
from api.answers.lists import LISTS, list_document
from api.answers.network import network_document
from api.answers.overview import search_document, stats_document
from api.answers.sources import coverage_document, sources_document
from api.answers.territories import territories_document
from api.stores import open_store
from graph.errors import EngineFailed, QueryRefused, StoreUnreachable
from graph.filters import Filters
from graph.rdf import to_rdflib
from graph.remote.address import read_address
from graph.remote.store import RemoteStore
from graph.snapshot import Snapshot
from graph.store import Store as FolderStore
from ontology.errors import SubsidiaError
from tests.engines import ENGINES, running

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_E: Final = "http://example.org/"
_A, _B = f"{_E}graph/a", f"{_E}graph/b"
_OURS: Final = "https://w3id.org/subsidia/"

Term = NamedNode | Literal


def typed(words: str, datatype: str) -> Literal:
    return Literal(words, datatype=NamedNode(_XSD + datatype))


# What an engine does not keep as it is sent, by name; docs/reference/engines.md says it too. Each is tested still.
CANNOT: Final[dict[str, dict[str, Term]]] = {
    "embedded": {},
    "oxigraph": {},
    "virtuoso": {
        "integers from 2^31 on: xsd:decimal instead": typed("2147483648", "integer"),
        "decimals of more than 15 places: rounded": typed("1.1234567890123456789", "decimal"),
        "years before 1: written otherwise": typed("-0044", "gYear"),
        "durations: counted in months or seconds": typed("P1Y", "duration"),
        "numbers that are none: 0 instead": typed("abc", "integer"),
        "IRIs of more than 1,879 characters: cut": NamedNode(f"{_E}{'x' * 2000}"),
    },
}


@dataclass
class Opened:
    """A store under contract: `anew` opens it as somebody does who never has, and so reads what it really holds."""

    kind: str
    store: FolderStore
    anew: Callable[[], FolderStore]


def _embedded(folder: Path, *, casebook: bool) -> Opened:
    place = folder / "store"
    opened = open_store(place) if casebook else FolderStore.create(place)
    return Opened("embedded", opened, lambda: FolderStore(place))


def _served(kind: str, folder: Path, *, casebook: bool) -> Iterator[Opened]:
    meant = _OURS if casebook else _E
    numbers = iter(range(10_000))
    with running(kind, folder / "server") as server, pytest.MonkeyPatch.context() as environment:
        for name, value in {**server.environment, "SUBSIDIA_CACHE": str(folder / "cache")}.items():
            environment.setenv(name, value)
        address = f"{server.address}?graphs={meant}"
        opened = open_store(address, fill=casebook)
        yield Opened(kind, opened, lambda: RemoteStore(read_address(address), folder / f"cache-{next(numbers)}"))


def _opened(kind: str, folder: Path, *, casebook: bool) -> Iterator[Opened]:
    if kind == "embedded":
        yield _embedded(folder, casebook=casebook)
    else:
        yield from _served(kind, folder, casebook=casebook)


@pytest.fixture(scope="module", params=ENGINES)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Give the casebook as it comes back from each server."""
    for opened in _opened(request.param, tmp_path_factory.mktemp(f"{request.param}-casebook"), casebook=True):
        yield opened.anew().snapshot()


@pytest.fixture(scope="module", params=("embedded", *ENGINES))
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Give a store of each kind for small statements; a test empties the graphs that it uses."""
    yield from _opened(request.param, tmp_path_factory.mktemp(request.param), casebook=False)


def quad(name: str, value: Term | BlankNode | str = "yes", graph: str = _A) -> Quad:
    term = Literal(value) if isinstance(value, str) else value
    return Quad(NamedNode(_E + name), NamedNode(f"{_E}says"), term, NamedNode(graph))


def contents(store: FolderStore, graph: str = _A) -> set[str]:
    return {str(found) for found in store.snapshot().graph(graph)}


def as_kept(quads: list[Quad]) -> set[str]:
    """Give the statements as Oxigraph writes them: numbers in their shortest form."""
    kept = Store()
    kept.extend(quads)
    return {str(found) for found in kept}


# --- The same answers ------------------------------------------------------------------------------------------------

_ALL, _SPAIN = Filters(), Filters(country="ES", at=2006)
DOCUMENTS: Final[dict[str, Callable[[Snapshot], Document | None]]] = {
    "stats": stats_document,
    "flows": lambda snapshot: flows_document(snapshot, _ALL),
    "flows of Spain in 2006": lambda snapshot: flows_document(snapshot, _SPAIN),
    "matrix by level": lambda snapshot: matrix_document(snapshot, _ALL, "level"),
    "matrix by programme": lambda snapshot: matrix_document(snapshot, _SPAIN, "programme"),
    "sankey": lambda snapshot: sankey_document(snapshot, _ALL),
    "gaps": lambda snapshot: gaps_document(snapshot, _ALL),
    "gaps of Spain in 2006": lambda snapshot: gaps_document(snapshot, _SPAIN),
    "gap matrix": lambda snapshot: gap_matrix_document(snapshot, _ALL),
    "network": lambda snapshot: network_document(snapshot, _ALL),
    "actor": lambda snapshot: actor_document(snapshot, "es-state", _ALL),
    "search": lambda snapshot: search_document(snapshot, "integration fund"),
    "sources": sources_document,
    "coverage": lambda snapshot: coverage_document(snapshot, "handbook-2007"),
    "territories": lambda snapshot: territories_document(snapshot, _ALL),
    **{name: lambda snapshot, name=name: list_document(snapshot, name, _ALL) for name in LISTS},  # type: ignore[misc]
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_the_same_from_every_server(served: Snapshot, casebook: Snapshot, name: str) -> None:
    here, there = DOCUMENTS[name](casebook), DOCUMENTS[name](served)
    assert here is not None
    assert there is not None
    assert here.data, "a document of the casebook holds something"
    assert as_json(replace(there, generation=0)) == as_json(replace(here, generation=0))


def test_every_graph_comes_back_whole(served: Snapshot, casebook: Snapshot) -> None:
    graphs = sorted(name.value for name in casebook.database.named_graphs() if isinstance(name, NamedNode))
    assert graphs == sorted(name.value for name in served.database.named_graphs() if isinstance(name, NamedNode))
    assert served.size == casebook.size
    for graph in graphs:
        here, there = set(map(str, casebook.graph(graph))), set(map(str, served.graph(graph)))
        blank = {line for line in here ^ there if "_:" not in line}
        assert blank == set(), graph


def test_blank_nodes_keep_their_shape(served: Snapshot, casebook: Snapshot) -> None:
    ontology = f"{_OURS}graph/ontology"
    blank = [found for found in casebook.graph(ontology) if "_:" in str(found)]
    assert blank, "the ontology has lists, and so blank nodes"
    assert isomorphic(to_rdflib(casebook.graph(ontology)), to_rdflib(served.graph(ontology)))


# --- Terms -----------------------------------------------------------------------------------------------------------

_SAFE: Final = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-._~!$&'()*+,;=:@/?éßЖ中😀"
_TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_TAGS: Final = st.sampled_from(["en", "en-GB", "de-AT", "zh-Hant-TW", "sr-Latn"])
_DAYS: Final = st.dates().map(lambda day: typed(day.isoformat(), "date"))
_DECIMALS: Final = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10)
TERMS: Final[st.SearchStrategy[Term]] = st.one_of(
    _TEXT.map(Literal),
    st.builds(lambda words, tag: Literal(words, language=tag), _TEXT, _TAGS),
    st.lists(st.sampled_from([*_SAFE, "%20"])).map(lambda parts: NamedNode(_E + "".join(parts))),
    _DECIMALS.map(lambda number: typed(f"{number:f}", "decimal")),
    st.integers(-(2**31), 2**31 - 1).map(lambda number: typed(str(number), "integer")),
    st.integers(1, 9999).map(lambda number: typed(f"{number:04}", "gYear")),
    _DAYS,
    st.datetimes().map(lambda moment: typed(moment.isoformat(timespec="seconds"), "dateTime")),
    st.booleans().map(lambda truth: typed(str(truth).lower(), "boolean")),
    _TEXT.map(lambda words: Literal(words, datatype=NamedNode(f"{_E}datatype"))),
)
_WORDS: Final = [
    Literal(words)
    for words in (
        "",
        " ",
        "a\"b'c\\d\n\r\t",
        "\r\n",
        "\x01\x0b\x7f\x85\u2028",
        "😀\U0010ffff",
        "<b>&amp;",
        "x" * 200_000,
    )
]
EDGES: Final[list[Term]] = [
    *_WORDS,
    Literal("é😀" * 40_000),
    Literal('"type": "bnode", "value": "nodeID://b1'),
    Literal("2003–2006"),
    typed("2006", "gYear"),
    typed("2006-03", "gYearMonth"),
    typed("120000000.0000", "decimal"),
    typed("0.000000000001", "decimal"),
    NamedNode("urn:isbn:0451450523"),
    NamedNode(f"{_E}{'x' * 1500}"),
]


def kept_by(opened: Opened, terms: Sequence[Term]) -> tuple[set[str], set[str]]:
    """Load terms and read them back: what should be there and is not, and what is instead."""
    quads = [quad(f"thing-{number}", term) for number, term in enumerate(terms)]
    opened.store.load(quads, replace=[_A])
    there, wanted = contents(opened.anew()), as_kept(quads)
    return wanted - there, there - wanted


def test_terms_that_are_hard_to_write_survive(opened: Opened) -> None:
    assert kept_by(opened, EDGES) == (set(), set())


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(terms=st.lists(TERMS, min_size=1, max_size=60))
def test_any_term_survives(opened: Opened, terms: list[Term]) -> None:
    assert kept_by(opened, terms) == (set(), set())


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, found in CANNOT.items() for name in found])
def test_what_an_engine_cannot_keep_is_said_by_name(opened: Opened, kind: str, name: str) -> None:
    lost, instead = kept_by(opened, [CANNOT[kind][name]])
    assert bool(lost or instead) is (opened.kind == kind), "CANNOT and docs/reference/engines.md are not what is so"


_SAY: Final = 'DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s ?p "changed" } }'

# --- Writing ---------------------------------------------------------------------------------------------------------


def test_each_commit_is_one_generation_for_whoever_opens_the_store(opened: Opened) -> None:
    opened.store.load([quad("first")], replace=[_A, _B])
    before = opened.store.generation
    assert opened.store.load([quad("one"), quad("two", graph=_B)]) == before + 1
    assert opened.store.load([quad("three")]) == before + 2
    assert opened.store.snapshot().generation == opened.anew().snapshot().generation == before + 2
    assert contents(opened.anew()) == {str(quad(name)) for name in ("first", "one", "three")}
    assert contents(opened.anew(), _B) == {str(quad("two", graph=_B))}


def test_replacing_empties_only_the_graphs_that_are_named(opened: Opened) -> None:
    opened.store.load([quad("old"), quad("old", graph=_B)], replace=[_A, _B])
    opened.store.load([quad("new")], replace=[_A, f"{_E}graph/unheard-of"])
    assert contents(opened.anew()) == {str(quad("new"))}
    assert contents(opened.anew(), _B) == {str(quad("old", graph=_B))}


def test_many_statements_come_and_go(opened: Opened) -> None:
    many = [quad(f"thing-{number}", f"words {number}") for number in range(6_000)]
    opened.store.load(many, replace=[_A])
    assert len(contents(opened.anew())) == 6_000
    opened.store.load(many[::2], replace=[_A])
    assert contents(opened.anew()) == {str(found) for found in many[::2]}
    opened.store.load([], replace=[_A])
    assert contents(opened.anew()) == set()


def test_a_load_whose_statements_fail_midway_changes_nothing(opened: Opened) -> None:
    opened.store.load([quad("kept")], replace=[_A])
    before = opened.store.generation

    def failing() -> Iterator[Quad]:
        yield quad("lost")
        raise SubsidiaError("the source broke off")

    with pytest.raises(SubsidiaError, match="broke off"):
        opened.store.load(failing(), replace=[_A])
    assert opened.store.generation == opened.anew().generation == before
    assert contents(opened.anew()) == {str(quad("kept"))}


def test_any_change_of_the_copy_reaches_the_store(opened: Opened) -> None:
    opened.store.load([quad("one"), quad("two")], replace=[_A])
    update = f"{_SAY} WHERE {{ GRAPH ?g {{ ?s ?p ?o FILTER(?s = <{_E}one>) }} }}"
    opened.store.commit(lambda database: database.update(update))
    assert contents(opened.anew()) == {str(quad("one", "changed")), str(quad("two"))}


def test_blank_nodes_can_be_changed_too(opened: Opened) -> None:
    node, other = BlankNode(), BlankNode()
    says = NamedNode(f"{_E}says")
    first = [
        quad("thing", node),
        Quad(node, says, other, NamedNode(_A)),
        Quad(other, says, Literal("end"), NamedNode(_A)),
    ]
    opened.store.load(first, replace=[_A])
    assert isomorphic(to_rdflib(opened.anew().snapshot().graph(_A)), to_rdflib(first))
    opened.store.commit(lambda database: database.update(f'{_SAY} WHERE {{ GRAPH ?g {{ ?s ?p "end", ?o }} }}'))
    after = [*first[:2], Quad(other, says, Literal("changed"), NamedNode(_A))]
    assert isomorphic(to_rdflib(opened.anew().snapshot().graph(_A)), to_rdflib(after))


# --- Servers only ----------------------------------------------------------------------------------------------------


ON_SERVERS: Final = pytest.mark.parametrize("opened", ENGINES, indirect=True, scope="module")


def _remote(opened: Opened) -> RemoteStore:
    assert isinstance(opened.store, RemoteStore)
    return opened.store


@ON_SERVERS
def test_a_change_by_others_is_noticed_with_the_generation_they_note(opened: Opened) -> None:
    mine = _remote(opened)
    mine.load([quad("one")], replace=[_A, _B])
    held = mine.snapshot()
    theirs = opened.anew()
    assert theirs.load([quad("two", graph=_B)]) == held.generation + 1
    mine._next = 0.0
    assert mine.snapshot().generation == held.generation + 1
    assert contents(mine, _B) == {str(quad("two", graph=_B))}
    assert list(held.graph(_B)) == [], "what was held does not change"


@ON_SERVERS
def test_statements_without_a_graph_are_refused_by_name(opened: Opened) -> None:
    mine = _remote(opened)
    before = mine.generation
    with pytest.raises(QueryRefused, match="named by an IRI"):
        mine.commit(lambda database: database.add(Quad(NamedNode(_A), NamedNode(_A), NamedNode(_A))))
    with pytest.raises(QueryRefused, match="Subsidia's own"):
        mine.load([quad("one", graph=f"{_OURS}graph/state")])
    assert mine.generation == before


@ON_SERVERS
def test_what_is_laid_down_beside_does_not_stay(opened: Opened) -> None:
    mine = _remote(opened)
    mine.load([quad(f"thing-{number}") for number in range(3_000)], replace=[_A])
    found = {graph.value for (graph,) in mine.engine.rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")}
    assert not [graph for graph in found if graph.startswith(f"{_OURS}graph/state/")]


@pytest.mark.parametrize("opened", ["virtuoso"], indirect=True, scope="module")
def test_a_wrong_login_is_refused_in_words_and_changes_nothing(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = _remote(opened)
    before = mine.generation
    monkeypatch.setenv("SUBSIDIA_STORE_PASSWORD", "not-the-secret")
    with pytest.raises(StoreUnreachable, match="refuses the login") as caught:
        opened.anew().load([quad("lost")])
    assert "not-the-secret" not in str(caught.value)
    monkeypatch.undo()
    assert opened.anew().generation == before


def test_an_answer_that_a_server_cuts_is_read_by_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [quad(f"thing-{number}", f"words {number}") for number in range(3_000)]
    with running("virtuoso", tmp_path / "server", max_rows=700) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        address = read_address(server.address)
        RemoteStore(address, tmp_path / "one").load(many)
        anew = RemoteStore(address, tmp_path / "other")
        assert contents(anew) == {str(found) for found in many}
        with (
            pytest.raises(EngineFailed, match="gives 700 rows"),
            anew.engine.results("SELECT * { GRAPH ?g { ?s ?p ?o } }", whole=True),
        ):
            pass
