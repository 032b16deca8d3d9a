"""The governance tables: what good rows become, and how bad ones are refused without a trace in the store."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad
from rdflib import Graph
from rdflib.compare import isomorphic

from graph.rdf import to_rdflib
from graph.store import Store
from loaders.rdf import load_rdf
from loaders.sources import load_source
from loaders.tables.cells import CellRefused, date_literal, parse_cell
from loaders.tables.reader import read_tables
from loaders.tables.schema import CASEBOOK_TABLES, Column, Kind, table_named
from loaders.tables.statements import load_tables
from ontology.errors import CellProblem, InputRefused
from ontology.shacl import validate
from tests.conftest import MINIMAL, WriteTables, with_cells
from tests.small_graphs import Rows, write_tables

ID: Final = "https://w3id.org/subsidia/id/"
DEF: Final = "https://w3id.org/subsidia/def/"
GRAPH: Final = "https://w3id.org/subsidia/graph/"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
LABEL: Final = "http://www.w3.org/2004/02/skos/core#prefLabel"
TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _quad(subject: str, predicate: str, value: NamedNode | Literal, graph: str) -> Quad:
    return Quad(NamedNode(ID + subject), NamedNode(predicate), value, NamedNode(GRAPH + graph))


def _typed(value: str, datatype: str) -> Literal:
    return Literal(value, datatype=NamedNode(XSD + datatype))


def _iri(term: object) -> str:
    assert isinstance(term, NamedNode)
    return term.value


def _label(quads: Sequence[Quad], subject: str) -> str:
    (label,) = [q.object for q in quads if q.subject == NamedNode(ID + subject) and q.predicate.value == LABEL]
    assert isinstance(label, Literal)
    return label.value


# --- Good tables -----------------------------------------------------------------------------------------------------


def test_a_flow_becomes_these_statements_and_no_others(tables: WriteTables) -> None:
    graph, flow = "report", "flow/fund-2006"
    expected = {
        _quad(flow, TYPE, NamedNode(DEF + "FundingFlow"), graph),
        _quad(flow, DEF + "payer", NamedNode(ID + "actor/es-state"), graph),
        _quad(flow, DEF + "recipient", NamedNode(ID + "actor/es-town"), graph),
        _quad(flow, DEF + "programme", NamedNode(ID + "programme/es-fund"), graph),
        _quad(flow, DEF + "field", NamedNode(DEF + "field/housing"), graph),
        _quad(flow, DEF + "amountMin", _typed("1000000", "decimal"), graph),
        _quad(flow, DEF + "amountMax", _typed("1500000.5", "decimal"), graph),
        _quad(
            flow,
            DEF + "currency",
            NamedNode("http://publications.europa.eu/resource/authority/currency/EUR"),
            graph,
        ),
        _quad(flow, DEF + "quantity", NamedNode(DEF + "quantity/transfer"), graph),
        _quad(flow, DEF + "per", NamedNode(DEF + "per/total"), graph),
        _quad(flow, DEF + "validFrom", _typed("2006", "gYear"), graph),
        _quad(flow, DEF + "validTo", _typed("2006", "gYear"), graph),
        _quad(flow, DEF + "basis", NamedNode(DEF + "basis/stated"), graph),
        _quad(flow, "http://www.w3.org/ns/prov#hadPrimarySource", NamedNode(ID + "passage/p1"), graph),
        _quad(flow, LABEL, Literal("The state to The town: The fund (2006)", language="en"), graph),
    }
    quads = load_tables(tables()).quads
    assert {quad for quad in quads if quad.subject == NamedNode(ID + flow)} == expected


def test_a_register_a_source_and_a_passage_become_this_graph(tmp_path: Path) -> None:
    digest = "sha256:" + 64 * "b"
    folder = write_tables(
        tmp_path / "small",
        {
            "sources": [{"key": "report", "title": "Bericht@de|Report@en", "issued": "2014-05", "characters": "90"}],
            "passages": [{"key": "p1", "source": "report", "start": "0", "end": "7", "digest": digest}],
            "territories": [
                {"key": "at", "label": "Austria", "level": "national", "country_code": "AT", "lat": "47.50", "lon": ""}
            ],
            "actors": [
                {"key": "at-state", "label": "Bund@de", "aliases": "Republic", "level": "national", "type": "state"}
                | {"territory": "at", "collective": "yes", "same_as": "http://example.org/a", "basis": "derived"}
                | {"passage": "p1", "note": "a “note”, with a comma"}
            ],
        },
    )
    expected = Graph().parse(
        format="turtle",
        data=f"""
        @prefix gov: <{DEF}> . @prefix id: <{ID}> . @prefix oa: <http://www.w3.org/ns/oa#> .
        @prefix dcterms: <http://purl.org/dc/terms/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix prov: <http://www.w3.org/ns/prov#> . @prefix xsd: <{XSD}> .
        @prefix wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
        <{ID}source/report> a gov:Source ; dcterms:title "Bericht"@de , "Report"@en ;
            dcterms:issued "2014-05"^^xsd:gYearMonth ; gov:characters 90 .
        <{ID}passage/p1> a gov:Passage , oa:SpecificResource ; skos:prefLabel "characters 0 to 7"@en ;
            oa:hasSource <{ID}source/report> ; gov:digest "{digest}" ; oa:hasSelector <{ID}passage/p1/selector> .
        <{ID}passage/p1/selector> a oa:TextPositionSelector ;
            oa:start "0"^^xsd:nonNegativeInteger ; oa:end "7"^^xsd:nonNegativeInteger .
        <{ID}territory/at> a gov:Territory ; skos:prefLabel "Austria"@en ; gov:level <{DEF}level/national> ;
            gov:countryCode "AT" ; wgs:lat 47.5 .
        <{ID}actor/at-state> a gov:Actor ; skos:prefLabel "Bund"@de ; skos:altLabel "Republic"@en ;
            gov:level <{DEF}level/national> ; gov:actorType <{DEF}actorType/state> ;
            gov:jurisdiction <{ID}territory/at> ; gov:collective true ; skos:exactMatch <http://example.org/a> ;
            gov:basis <{DEF}basis/derived> ; prov:hadPrimarySource <{ID}passage/p1> ;
            skos:note "a “note”, with a comma" .
        """,
    )
    assert isomorphic(to_rdflib(load_tables(folder).quads), expected)


def test_the_minimal_tables_meet_the_shapes(tables: WriteTables) -> None:
    assert validate(to_rdflib(load_tables(tables(with_cells("territories", 1, lau="ES_1"))).quads)) == []


def test_each_table_is_read_and_its_rows_are_counted(tables: WriteTables) -> None:
    found = load_tables(tables())
    assert found.name == "report-tables"
    assert set(found.rows) == {table.name for table in CASEBOOK_TABLES}
    assert (found.rows["actors"], found.rows["territories"], found.rows["flows"]) == (3, 2, 1)


def test_a_passage_with_offsets_has_a_selector_and_one_without_has_none(tables: WriteTables) -> None:
    rows = [*MINIMAL["passages"], {"key": "p2", "source": "report", "locator": "page 2"}]
    quads = load_tables(tables({"passages": rows})).quads
    selector = NamedNode(ID + "passage/p1/selector")
    oa = "http://www.w3.org/ns/oa#"
    assert _quad("passage/p1", oa + "hasSelector", selector, "report") in quads
    assert _quad("passage/p1/selector", oa + "start", _typed("10", "nonNegativeInteger"), "report") in quads
    assert _quad("passage/p1/selector", oa + "end", _typed("20", "nonNegativeInteger"), "report") in quads
    assert _quad("passage/p2", DEF + "locator", Literal("page 2"), "report") in quads
    assert not [quad for quad in quads if _iri(quad.subject).startswith(ID + "passage/p2/")]
    assert (_label(quads, "passage/p1"), _label(quads, "passage/p2")) == ("page 1", "page 2")


def test_a_row_stands_in_the_graph_of_the_document_that_its_first_passage_is_in(tables: WriteTables) -> None:
    changes: Rows = {
        "sources": [*MINIMAL["sources"], {"key": "leaflet", "title": "A leaflet"}],
        "passages": [*MINIMAL["passages"], {"key": "p2", "source": "leaflet", "locator": "page 2"}],
        **with_cells("programmes", passage="p2|p1"),
    }
    quads = load_tables(tables(changes)).quads
    graphs = {(_iri(quad.subject).removeprefix(ID), _iri(quad.graph_name).removeprefix(GRAPH)) for quad in quads}
    assert ("source/report", "report") in graphs
    assert ("source/leaflet", "leaflet") in graphs
    assert ("passage/p2", "leaflet") in graphs
    assert ("flow/fund-2006", "report") in graphs
    assert ("programme/es-fund", "leaflet") in graphs
    assert ("territory/es", "report-tables") in graphs
    assert len(graphs) == len({subject for subject, _ in graphs}), "a row stands in one graph"


def test_with_a_name_given_all_statements_stand_in_the_graph_of_that_name(tables: WriteTables) -> None:
    found = load_tables(tables(), "partner-1")
    assert found.graphs == [GRAPH + "partner-1"]
    assert found.name == "partner-1"


@pytest.mark.parametrize("folder", ["Our Tables", "our_tables", "--our--tables--"])
def test_a_folder_of_any_name_gives_its_graph_a_name_that_can_end_an_iri(tables: WriteTables, folder: str) -> None:
    assert load_tables(tables(folder=folder)).graphs == [GRAPH + "our-tables", GRAPH + "report"]


def test_the_folder_at_hand_is_named_as_it_is_called(tables: WriteTables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tables())
    assert load_tables(Path()).graphs == [GRAPH + "report", GRAPH + "report-tables"]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_and_columns_changes_nothing(tables: WriteTables, seed: int) -> None:
    chance = random.Random(seed)  # the seed makes the shuffle the same each time
    shuffled = {}
    for name, rows in MINIMAL.items():
        columns = sorted({column for row in rows for column in row})
        chance.shuffle(columns)
        shuffled[name] = [{column: row.get(column, "") for column in columns} for row in rows]
        chance.shuffle(shuffled[name])
    straight = load_tables(tables(folder="straight"), "x").quads
    assert load_tables(tables(shuffled, folder="shuffled"), "x").quads == straight
    assert [str(quad) for quad in straight] == sorted(str(quad) for quad in straight)


@pytest.mark.parametrize(
    ("cells", "label"),
    [
        ({}, "The state to The town: The fund (2006)"),
        ({"valid_to": "2008"}, "The state to The town: The fund (2006–2008)"),
        ({"valid_to": ""}, "The state to The town: The fund (from 2006)"),
        ({"valid_from": ""}, "The state to The town: The fund (until 2006)"),
        ({"valid_from": "", "valid_to": ""}, "The state to The town: The fund"),
        ({"payer": "", "programme": ""}, "not stated to The town (2006)"),
        ({"recipient": ""}, "The state to not stated: The fund (2006)"),
    ],
)
def test_a_flow_is_named_for_its_ends_programme_and_years(
    tables: WriteTables, cells: dict[str, str], label: str
) -> None:
    assert _label(load_tables(tables(with_cells("flows", 0, **cells))).quads, "flow/fund-2006") == label


def test_a_duty_is_named_for_its_holder_and_what_it_is(tables: WriteTables) -> None:
    quads = load_tables(tables(with_cells("competences", what="", fields="housing|health"))).quads
    assert _label(quads, "competence/es-town-housing") == "The town: housing, health"
    quads = load_tables(tables(with_cells("competences", what="builds homes", valid_from="2010"))).quads
    assert _label(quads, "competence/es-town-housing") == "The town: builds homes (from 2010)"


def test_a_name_that_is_made_up_in_english_is_made_of_english_names(tables: WriteTables) -> None:
    changes = with_cells("actors", 0, label="El Estado@es|The Spanish state@en")
    assert _label(load_tables(tables(changes)).quads, "flow/fund-2006").startswith("The Spanish state to The town")
    changes = with_cells("actors", 0, label="El Estado@es|Der Staat@de")
    assert _label(load_tables(tables(changes)).quads, "flow/fund-2006").startswith("El Estado to The town")


def test_a_byte_order_mark_is_accepted(tables: WriteTables) -> None:
    plain = load_tables(tables(folder="plain"), "x").quads
    folder = tables(folder="marked")
    for path in folder.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_tables(folder, "x").quads == plain


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_ends_blank_lines_and_spaces_around_cells_change_nothing(tables: WriteTables, line_end: str) -> None:
    plain = load_tables(tables(folder="plain"), "x").quads
    folder = tables(folder="spaced")
    lines = [
        "key , label,level,within,country_code",
        "",
        " es,Spain , national,,ES",
        " , ,,,",
        "es-town,A town,local,es,",
    ]
    (folder / "territories.csv").write_bytes(line_end.join(lines).encode())
    assert load_tables(folder, "x").quads == plain


class _Only:
    """A store that has one thing, and knows no more of it."""

    def __init__(self, iri: str) -> None:
        self._iri = iri

    def has(self, iri: str) -> bool:
        return iri == self._iri

    def keys(self, kind: str) -> list[str]:
        return []

    def label(self, iri: str) -> str | None:
        return None

    def described(self, iri: str) -> dict[str, frozenset[NamedNode | Literal]]:
        return {}


def test_a_thing_that_only_the_store_describes_may_be_referred_to(tables: WriteTables) -> None:
    changes = with_cells("flows", payer="fr-state")
    with pytest.raises(InputRefused):
        read_tables(tables(changes))
    known = ID + "actor/fr-state"
    found = load_tables(tables(changes), known=_Only(known)).quads
    assert _quad("flow/fund-2006", DEF + "payer", NamedNode(known), "report") in found
    assert _label(found, "flow/fund-2006") == "fr-state to The town: The fund (2006)"


# --- Refused tables --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Make a store with the minimal tables in it, which no refusal may change."""
    folder = tmp_path_factory.mktemp("kept")
    store = Store.create(folder / "store")
    store.load(load_tables(write_tables(folder / "report-tables", MINIMAL)).quads)
    return store


Refuse = Callable[[Path], list[CellProblem]]


@pytest.fixture
def refuse(kept_store: Store) -> Refuse:
    """Give a function that loads a folder as the command does, and gives the problems that it is refused for."""

    def refused(folder: Path) -> list[CellProblem]:
        before = _contents(kept_store)
        with pytest.raises(InputRefused) as caught:
            kept_store.load(load_source(folder).quads)
        assert _contents(kept_store) == before
        assert _contents(Store(kept_store.path)) == before
        return caught.value.problems

    return refused


def _contents(store: Store) -> tuple[int, set[str]]:
    return store.generation, {str(quad) for quad in store.snapshot().quads()}


@dataclass(frozen=True)
class Bad:
    """One bad cell: where it is (row as a spreadsheet counts, the header being 1), what it holds, how it is refused."""

    changes: Rows
    file: str
    row: int
    column: str
    value: str
    words: str


def _bad(table: str, column: str, value: str, words: str, row: int = 0, **more: str) -> Bad:
    """Describe a bad value in a row of the minimal tables, with further cells changed to bring it about."""
    return Bad(with_cells(table, row, **{column: value}, **more), f"{table}.csv", row + 2, column, value, words)


BAD: Final[Mapping[str, Bad]] = {
    # what a cell may hold
    "amount with separators": _bad("flows", "amount_min", "1.000", "can be 1000 or 1.0000"),
    "amount with exponent": _bad("flows", "amount_max", "1e6", "expected an amount in digits"),
    "amount with comma": _bad("flows", "amount_max", "1,0,5", "expected an amount in digits"),
    "amount below zero": _bad("flows", "amount_min", "-3", "expected an amount in digits"),
    "amount with currency": _bad("flows", "amount_min", "3 €", "expected an amount in digits"),
    "amount in other digits": _bad("flows", "amount_min", "١٢", "expected an amount in digits"),
    "amount that is no number": _bad("flows", "amount_min", "NaN", "expected an amount in digits"),
    "share above one": _bad("flows", "share", "1.2", "expected a share between 0 and 1"),
    "share below zero": _bad("flows", "share", "-0.1", "expected a share between 0 and 1"),
    "share in per cent": _bad("flows", "cofinancing_rate", "140 %", "expected a share between 0 and 1"),
    "concept": _bad("flows", "quantity", "tranfer", "unknown quantity 'tranfer'; did you mean transfer?"),
    "concept of another scheme": _bad("actors", "level", "state", "unknown level 'state'"),
    "month 13": _bad("flows", "valid_from", "2006-13", "no such date"),
    "30 February": _bad("flows", "valid_from", "2005-02-30", "no such date"),
    "29 February of no leap year": _bad("events", "date", "2005-02-29", "no such date"),
    "year 0": _bad("flows", "valid_from", "0000", "no such date"),
    "date with points": _bad("flows", "valid_from", "12.03.05", "a year of two digits"),
    "date in other digits": _bad("flows", "valid_from", "２００６", "expected a date"),
    "offset in other digits": _bad("passages", "end", "２０", "expected a whole number"),
    "key": _bad("measures", "key", "Es Fund", "expected lower-case letters, digits and single hyphens"),
    "reference that is no key": _bad("flows", "payer", "The state", "expected the key of a row of actors"),
    "reference into an unknown table": _bad("events", "affects", "actor/es-state", "expected one of flow/key"),
    "currency": _bad("flows", "currency", "euro", "expected an ISO 4217 code"),
    "country": _bad("territories", "country_code", "ESP", "expected an ISO 3166-1 alpha-2 code"),
    "digest": _bad("passages", "digest", "sha256:12", "expected sha256: and 64 hexadecimal digits"),
    "yes": _bad("actors", "collective", "true", "expected yes, or nothing"),
    "iri": _bad("actors", "same_as", "Q29", "expected an IRI"),
    "iri with half an escape": _bad("actors", "same_as", "http://example.org/%zz", "expected an IRI"),
    "latitude": _bad("territories", "lat", "41,38,1", "expected a number with a decimal point"),
    "empty required cell": _bad("flows", "quantity", "", "must not be empty"),
    "twice the same value": _bad("mechanisms", "participants", "es-ngo|es-town|es-ngo", "the same value stands twice"),
    "nothing between bars": _bad("sources", "creator", "One||Two", "an empty value"),
    "nothing after a bar": _bad("actors", "aliases", "One|", "an empty value"),
    # what a row may say
    "unknown actor": _bad(
        "flows", "payer", "es-stat", "no actor of that key, here or in the store; did you mean es-state"
    ),
    "unknown passage": _bad("gaps", "passage", "p9", "no passage of that key"),
    "passage past its document": _bad("passages", "end", "1001", "outside its document, which has 1000 characters"),
    "passage that ends at its start": _bad("passages", "end", "10", "ends at or before its start (10)"),
    "passage that ends before its start": _bad("passages", "end", "9", "ends at or before its start (10)"),
    "start without end": _bad("passages", "end", "", "start and end come together"),
    "end without start": _bad("passages", "start", "", "start and end come together"),
    "offsets without digest": _bad("passages", "digest", "", "needs the digest"),
    "passage that cannot be found": _bad("passages", "locator", "", "needs start and end, or", start="", end=""),
    "end before begin": _bad("flows", "valid_to", "2005-12-31", "ends before it begins (2006)"),
    "event that ends before it begins": _bad("events", "date_end", "2006-02", "ends before it begins (2006-03-01)"),
    "amount without currency": _bad("flows", "currency", "", "an amount needs its currency"),
    "amount_min above amount_max": _bad("flows", "amount_max", "999999.99", "is less than amount_min (1000000)"),
    "amounts that floats cannot tell apart": _bad(
        "flows", "amount_max", "999999999999999", "is less than amount_min", amount_min="999999999999999.0001"
    ),
    "lower end alone": _bad("flows", "amount_max", "", "the upper end is missing"),
    "upper end alone": _bad("flows", "amount_min", "", "the lower end is missing"),
    "share of nothing": _bad("flows", "share_of", "", "a share needs the flow", share="0.4"),
    "flow in itself": _bad("flows", "part_of", "fund-2006", "fund-2006 cannot be a part of itself"),
    "flow that is a share of itself": _bad("flows", "share_of", "fund-2006", "cannot be a part of itself", share="0.4"),
    "actor in itself": _bad("actors", "part_of", "es-state", "es-state cannot be a part of itself"),
    "programme in itself": _bad("programmes", "part_of", "es-fund", "es-fund cannot be a part of itself"),
    "territory in itself": _bad("territories", "within", "es-town", "es-town cannot be a part of itself", row=1),
    "reading of no rate": _bad("flows", "cofinancing_rate", "", "needs the rate", cofinancing_of="grant"),
    "mechanism of one": _bad("mechanisms", "participants", "es-ngo", "a tie needs two participants or more"),
    "claim that a thing is itself": _bad("identities", "other", "actor/es-ngo", "needs two different things"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_cell_is_refused_by_file_row_column_and_value(tables: WriteTables, refuse: Refuse, bad: Bad) -> None:
    folder = tables(bad.changes)
    problems = refuse(folder)
    assert len(problems) == 1, problems
    (problem,) = problems
    assert (problem.file, problem.row, problem.column) == (str(folder / bad.file), bad.row, bad.column)
    assert problem.value == bad.value
    assert bad.words in problem.reason
    assert str(problem).startswith(f"{folder / bad.file}, row {bad.row}, column {bad.column}: ")


def test_two_rows_with_one_key_are_refused(tables: WriteTables, refuse: Refuse) -> None:
    folder = tables({"programmes": [*MINIMAL["programmes"], *MINIMAL["programmes"]]})
    assert refuse(folder) == [
        CellProblem(str(folder / "programmes.csv"), 3, "key", "es-fund", "row 2 has the same key")
    ]


def test_an_upper_end_alone_is_right_for_a_ceiling(tables: WriteTables) -> None:
    quads = load_tables(tables(with_cells("flows", quantity=" ceiling ", amount_min=""))).quads
    assert _quad("flow/fund-2006", DEF + "amountMax", _typed("1500000.5", "decimal"), "report") in quads


def test_a_validity_is_compared_as_far_as_both_ends_go(tables: WriteTables) -> None:
    quads = load_tables(tables(with_cells("flows", valid_from="2006-03-14", valid_to="2006"))).quads
    assert _quad("flow/fund-2006", DEF + "validFrom", _typed("2006-03-14", "date"), "report") in quads


def _rewrite(folder: Path, file: str, change: Callable[[str], str]) -> Path:
    path = folder / file
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    return path


def test_an_unknown_column_is_refused_with_the_one_that_looks_like_it(tables: WriteTables, refuse: Refuse) -> None:
    folder = tables()
    path = _rewrite(folder, "flows.csv", lambda text: text.replace("amount_min", "amount_mim", 1))
    reason = "flows has no such column; did you mean amount_min?"
    assert refuse(folder) == [CellProblem(str(path), 1, "amount_mim", "amount_mim", reason)]


def test_a_missing_required_column_is_refused(tables: WriteTables, refuse: Refuse) -> None:
    folder = tables({"programmes": [{"key": "es-fund", "label": "The fund", "passage": "p1"}]})
    reason = "the column is missing and must be there"
    assert refuse(folder) == [CellProblem(str(folder / "programmes.csv"), 1, "basis", "", reason)]


def test_a_column_that_stands_twice_is_refused(tables: WriteTables, refuse: Refuse) -> None:
    folder = tables()
    path = _rewrite(
        folder, "programmes.csv", lambda text: "\n".join(line + "," + line.split(",")[1] for line in text.splitlines())
    )
    assert refuse(folder) == [CellProblem(str(path), 1, "label", "label", "the column stands twice")]


@pytest.mark.parametrize(("cells", "count"), [("x,y", 2), ("x,y,national,es,FR,more", 6)])
def test_a_row_with_too_few_or_too_many_cells_is_refused(
    tables: WriteTables, refuse: Refuse, cells: str, count: int
) -> None:
    folder = tables()
    path = _rewrite(folder, "territories.csv", lambda text: text + cells + "\n")
    assert refuse(folder) == [CellProblem(str(path), 4, "", "", f"the row has {count} cells and the header 5")]


def test_an_unclosed_quote_is_refused_at_the_row_that_it_begins_in(tables: WriteTables, refuse: Refuse) -> None:
    folder = tables()
    path = _rewrite(folder, "territories.csv", lambda text: text + 'fr,"France,national,,FR\nfr-x,X,local,fr,\n')
    (problem,) = refuse(folder)
    assert (problem.file, problem.row, problem.column) == (str(path), 4, "")
    assert "not well-formed CSV" in problem.reason


def test_a_letter_that_code_pages_read_otherwise_is_refused_with_both_readings(
    tables: WriteTables, refuse: Refuse
) -> None:
    folder = tables(with_cells("territories", 0, label="Espana"))
    path = folder / "territories.csv"
    path.write_bytes(path.read_bytes().replace(b"Espana", "España".encode("cp1252")))
    (problem,) = refuse(folder)
    assert (problem.file, problem.row, problem.column, problem.value) == (str(path), 2, "label", "España")
    assert "can be España or Espańa" in problem.reason


def test_bytes_in_no_code_page_are_refused_with_their_place(tables: WriteTables, refuse: Refuse) -> None:
    folder = tables()
    path = folder / "territories.csv"
    at = len(path.read_bytes())
    path.write_bytes(path.read_bytes() + b"\x81")
    assert refuse(folder) == [CellProblem(str(path), 0, "", "", f"not UTF-8 (byte {at}); save it as UTF-8")]


def test_a_folder_without_tables_is_refused(tmp_path: Path, refuse: Refuse) -> None:
    (problem,) = refuse(tmp_path)
    assert (problem.file, problem.row, problem.column, problem.value) == (str(tmp_path), 0, "", "")
    assert "no governance table here; expected sources.csv, passages.csv" in problem.reason


def test_a_file_without_a_header_is_refused(tables: WriteTables, refuse: Refuse) -> None:
    folder = tables()
    (folder / "scopes.csv").write_bytes(b"")
    assert {(problem.row, problem.column) for problem in refuse(folder)} == {
        (1, name) for name in ("key", "territory", "fields", "ties", "basis", "passage")
    }


@pytest.mark.parametrize("name", ["flow.csv", "Flows.csv", "flows.CSV"])
def test_a_file_of_an_unknown_name_is_refused_and_never_passed_over(
    tables: WriteTables, refuse: Refuse, name: str
) -> None:
    folder = tables({"flows": [], "events": []})
    (folder / name).write_text("key\n")
    reason = "not a governance table; did you mean flows.csv?"
    assert refuse(folder) == [CellProblem(str(folder / name), 0, "", "", reason)]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, refuse: Refuse) -> None:
    missing = tmp_path / "nowhere"
    assert refuse(missing) == [CellProblem(str(missing), 0, "", "", "there is no such file or folder")]


def test_the_problems_of_all_files_are_told_at_once(tables: WriteTables, refuse: Refuse) -> None:
    changes = {
        **with_cells("territories", 1, level="town"),
        **with_cells("actors", 2, territory="fr-town", valid_from="2006-13"),
        **with_cells("flows", payer="es-stat", amount_min="12,5,1", share="1.2"),
        **with_cells("mechanisms", participants="es-town|es-ngos"),
    }
    problems = refuse(tables(changes))
    assert [(Path(problem.file).name, problem.row, problem.column, problem.value) for problem in problems] == [
        ("actors.csv", 4, "valid_from", "2006-13"),
        ("flows.csv", 2, "amount_min", "12,5,1"),
        ("flows.csv", 2, "share", "1.2"),
        ("mechanisms.csv", 2, "participants", "es-town|es-ngos"),
        ("territories.csv", 3, "level", "town"),
    ]


def test_a_row_that_is_refused_itself_is_not_also_called_missing(tables: WriteTables, refuse: Refuse) -> None:
    problems = refuse(tables(with_cells("actors", 0, valid_from="2006-13")))
    assert [(problem.column, problem.value) for problem in problems] == [("valid_from", "2006-13")]


def test_rows_of_a_file_that_cannot_be_read_are_not_also_called_missing(tables: WriteTables, refuse: Refuse) -> None:
    folder = tables()
    _rewrite(folder, "actors.csv", lambda text: text.replace("level", "rank", 1))
    assert {Path(problem.file).name for problem in refuse(folder)} == {"actors.csv"}


def test_a_line_break_in_a_cell_keeps_the_numbers_of_later_rows_as_a_spreadsheet_shows_them(
    tables: WriteTables, refuse: Refuse
) -> None:
    rows = [
        {**MINIMAL["programmes"][0], "note": "one\ntwo\r\nthree"},
        {**MINIMAL["programmes"][0], "key": "es-second", "note": "", "valid_from": "12.03.05"},
    ]
    folder = tables({"programmes": rows})
    (problem,) = refuse(folder)
    assert (problem.row, problem.column, problem.value) == (3, "valid_from", "12.03.05")


def test_blank_lines_count_as_rows_as_they_do_in_a_spreadsheet(tables: WriteTables, refuse: Refuse) -> None:
    folder = tables()
    _rewrite(folder, "territories.csv", lambda text: text + "\n,,,,\nfr,France,realm,,FR\n")
    assert [(problem.row, problem.value) for problem in refuse(folder)] == [(6, "realm")]


# --- Cells -----------------------------------------------------------------------------------------------------------


def _cell(kind: Kind, value: str) -> Any:
    return parse_cell(Column("any", kind, "", scheme="level", table="actors", tables=("actors", "flows")), value)


@given(st.decimals(min_value=0, max_value=10**15 - 1, places=4))
def test_every_amount_keeps_its_value_and_is_written_in_one_way(amount: Decimal) -> None:
    term = _cell("amount", f"{amount:f}")
    assert Decimal(term.value) == amount
    assert term.datatype.value == XSD + "decimal"
    assert re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", term.value)
    assert _cell("amount", term.value) == term


@given(st.decimals(min_value=0, max_value=1, places=15))
def test_every_share_keeps_its_value(share: Decimal) -> None:
    term = _cell("share", f"{share:f}")
    assert Decimal(term.value) == share
    assert _cell("share", term.value) == term


@given(st.decimals(min_value=-180, max_value=180, places=6))
def test_every_degree_keeps_its_value_and_zero_has_no_sign(degree: Decimal) -> None:
    term = _cell("decimal", f"{degree:f}")
    assert Decimal(term.value) == degree
    assert re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", term.value)
    assert term.value != "-0"


@given(st.dates(), st.sampled_from([(4, "gYear"), (7, "gYearMonth"), (10, "date")]))
def test_every_date_is_kept_to_the_year_month_or_day(day: Any, precision: tuple[int, str]) -> None:
    length, datatype = precision
    text = day.isoformat()[:length]
    assert date_literal(text) == _typed(text, datatype)


@given(st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True))
def test_every_key_is_kept_and_ends_the_iri(key: str) -> None:
    assert _cell("key", key) == Literal(key)
    assert _cell("ref", key) == NamedNode(f"{ID}actor/{key}")
    assert _cell("any-ref", f"flow/{key}") == NamedNode(f"{ID}flow/{key}")


@given(st.integers(0, 10**15 - 1))
def test_every_whole_number_is_kept(number: int) -> None:
    assert _cell("integer", str(number)) == _typed(str(number), "integer")


@given(st.from_regex(r"[A-Z]{3}", fullmatch=True), st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True))
def test_every_code_and_digest_is_kept(code: str, digest: str) -> None:
    assert _cell("currency", code).value.endswith(f"/currency/{code}")
    assert _cell("country", code[:2]) == Literal(code[:2])
    assert _cell("digest", digest) == Literal(digest)


@given(
    st.from_regex(
        r"https?://[a-z]{1,9}\.org/[a-zA-Z0-9/._~-]{0,20}(%2F)?(\?[a-z=&]{0,9})?(#[a-z]{1,5})?", fullmatch=True
    )
)
def test_every_iri_is_kept(iri: str) -> None:
    assert _cell("iri", iri) == NamedNode(iri)


_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="|@\x00"), min_size=1).filter(str.strip)


@given(_WORDS, st.sampled_from(["", "de", "en", "gsw", "de-AT", "DE"]))
def test_every_name_is_kept_with_its_language(name: str, language: str) -> None:
    term = _cell("names", f"{name.strip()}@{language}" if language else name.strip())
    assert term == Literal(name.strip(), language=language.lower() or "en")


@settings(max_examples=40)
@given(st.lists(_WORDS.map(str.strip), min_size=1, max_size=3, unique=True), _WORDS)
def test_every_word_passes_through_the_csv_file_unchanged(names: list[str], note: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "territories.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["key", "label", "level", "note"], ["es", "|".join(names), "national", note]])
        (row,) = read_tables(Path(folder))
    assert [term.value for term in row.terms["label"]] == names
    assert row.value("note") == note.strip()


@given(st.sampled_from(sorted({column.kind for table in CASEBOOK_TABLES for column in table.columns})), st.data())
def test_any_text_at_all_is_understood_or_refused_and_nothing_else(kind: Kind, data: st.DataObject) -> None:
    shapes = [r"\d{1,17}", r"-?\d+\.\d+", r"\d{4}(-\d{1,3}){0,3}", r"\w{2,3}", r"\w+/\w+", r".{0,9}"]
    value = data.draw(st.one_of([st.from_regex(shape, fullmatch=True) for shape in shapes]))
    try:
        term = _cell(kind, value)
    except CellRefused as error:
        assert str(error)
        return
    if isinstance(term, Literal) and term.datatype.value not in (XSD + "string", _LANGUAGE_STRING):
        assert term.value.isascii(), "no digits but 0 to 9 are numbers in RDF"


_LANGUAGE_STRING: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


def test_every_column_of_every_table_names_what_its_kind_needs() -> None:
    for table in CASEBOOK_TABLES:
        for column in table.columns:
            assert bool(column.scheme) == (column.kind == "concept"), column
            assert bool(column.table) == (column.kind == "ref"), column
            assert bool(column.tables) == (column.kind == "any-ref"), column
            assert table_named(table.name).column(column.name) is column


@pytest.mark.parametrize(
    ("statement", "column", "value", "expected"),
    [
        ('gov:amountMin "lots"', "gov:amountMin", "lots", "an amount in digits"),
        ('gov:validFrom "soon"', "gov:validFrom", "soon", "a date as 2006"),
        ("gov:quantity <http://example.org/gift>", "gov:quantity", "http://example.org/gift", "the scheme quantity: "),
        ("gov:level <http://example.org/moon>", "gov:level", "http://example.org/moon", "the scheme level: "),
        ('gov:payer "the state"', "gov:payer", "the state", "the IRI of a thing"),
        ("gov:share 1.5", "gov:share", "1.5", "a share between 0 and 1"),
    ],
)
def test_rdf_is_refused_where_a_table_would_be(
    tmp_path: Path, statement: str, column: str, value: str, expected: str
) -> None:
    path = tmp_path / "partner.ttl"
    path.write_text(f"@prefix gov: <{DEF}> . <http://example.org/flow> a gov:FundingFlow ; {statement} .")
    with pytest.raises(InputRefused) as refused:
        load_rdf(path)
    (problem,) = refused.value.problems
    assert (problem.file, problem.column, problem.value) == (str(path), column, value)
    assert expected in problem.reason
    assert "<http://example.org/flow>" in problem.reason


@pytest.mark.parametrize("form", [".nt", ".ttl"])
def test_rdf_with_a_value_longer_than_the_parser_holds_is_refused_in_words(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"long{form}"
    path.write_text(f'<http://example.org/a> <http://example.org/b> "{"x" * 2**24}" .\n')
    with pytest.raises(InputRefused, match="longer than the 16 MB"):
        load_rdf(path)
