"""The same questions on DuckDB, on a Spark in this process, and on a Spark of a master and two workers: to the cent."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

import networkx as nx
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from api.commands.files import write_partitioned
from api.parameters import ParameterRefused
from api.settings import SettingRefused, Settings
from api.stores import open_store
from graph.columns import columns_of
from graph.errors import StoreUnreachable
from graph.filters import Filters
from graph.flows import flow_table
from graph.funding.concentration import concentrations
from graph.funding.interval import exact
from graph.funding.matrix import Dimension, LeftOut, Matrix, funding_matrix
from graph.handover import handed_over, write_parts
from graph.measures.brokerage import brokerage
from graph.measures.external_internal import ei_by_actor, ei_index
from graph.snapshot import Snapshot
from graph.tabular.engine import FlowEngine
from graph.tabular.master import SparkMissing
from graph.tabular.spark import Spark, SparkFlows
from ontology.errors import InputRefused
from ontology.identifiers import mint
from tests.small_graphs import Row, actor, flow, snapshot_of
from tests.spark_cluster import WORKERS, cluster, end_spark, environment

# PySpark leaves closing the socket that an answer came through to the collector
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")]

BODIES = [
    actor("union", "eu", "eu", "eu-institution"),
    actor("state", "national", "es"),
    actor("region", "regional", "es-region", "regional-government"),
    actor("town", "local", "es-town", "municipality"),
    actor("paris", "local", "fr", "municipality"),
]
FLOWS = [
    # more than a float can tell apart: the cents of the first and the second would be lost in its 53 bits
    flow("a", "union", "state", "90071992547409.93", year="2010", phase="paid", fields="housing"),
    flow("b", "union", "state", "0.01", "0.02", "2010", phase="paid", fields="education|housing"),
    flow("c", "union", "state", "5", year="2010", phase="planned", fields="education"),
    flow("d", "union", "state", year="2010", phase="paid", basis="inferred", note="read off a chart"),
    flow("e", "state", "town", "40", "45.50", "2010", currency="SEK"),
    flow("f", "state", "town", "7", valid_from="2009", valid_to="2011"),
    flow("g", "state", "region", "100", per="total", valid_from="2007", valid_to="2013", programme="fund"),
    flow("h", "region", "town", "30", per="total", valid_from="2007", valid_to="2013", part_of="g"),
    flow("i", "", "paris", "3", year="2011"),
    flow("j", "state", "town", "9", year="2010", quantity="unit-rate", per="person"),
    flow("k", "state", "town", "8", year="2010", quantity="stock", per="total"),
    flow("l", "state", "paris", "45", per="total", valid_from="2007", valid_to="2013"),
    # a circle of money: n comes from m, which comes from o, and is the same 6 that o has counted
    flow("o", "union", "paris", "6", year="2020"),
    flow("m", "paris", "town", "6", year="2020", part_of="o"),
    flow("n", "town", "paris", "6", year="2020", part_of="m"),
]


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    programmes: list[Row] = [{"key": "fund", "label": "The fund", "basis": "stated", "passage": "p1"}]
    tables = {"actors": BODIES, "programmes": programmes, "flows": FLOWS}
    return snapshot_of(tmp_path_factory.mktemp("flows"), tables)


@pytest.fixture(scope="module", params=["duckdb", "local[2]", "master and two workers"])
def engine(
    request: pytest.FixtureRequest, flows: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Snapshot], FlowEngine]]:
    if request.param == "duckdb":
        yield columns_of
        return
    folder = tmp_path_factory.mktemp("spark")
    given = environment(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        if request.param == "local[2]":
            yield cache(lambda snapshot: SparkFlows("local[2]", handed_over(snapshot)))
            end_spark()
            return
        with cluster(folder, given) as (master, processes):
            yield cache(lambda snapshot: SparkFlows(master, handed_over(snapshot)))
            end_spark()
        assert all(process.returncode is not None for process in processes)


def cells(found: Matrix) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {
        (cell.payer, cell.recipient, cell.currency, cell.phase, cell.period, cell.passed_on): (
            cell.minimum,
            cell.maximum,
            cell.flows,
            cell.with_amount,
        )
        for cell in found.cells
    }


def test_sums_from_level_to_level_keep_every_cent_and_both_ends(
    flows: Snapshot, engine: Callable[[Snapshot], FlowEngine]
) -> None:
    found = funding_matrix(engine(flows), Filters())
    assert cells(found) == {
        # 90,071,992,547,409.93 + 0.01, and + 0.02
        ("eu", "national", "EUR", "paid", "2010", False): (
            Decimal("90071992547409.94"),
            Decimal("90071992547409.95"),
            2,
            2,
        ),
        ("eu", "national", None, "paid", "2010", False): (None, None, 1, 0),
        ("eu", "national", "EUR", "planned", "2010", False): (Decimal(5), Decimal(5), 1, 1),
        ("national", "local", "SEK", None, "2010", False): (Decimal(40), Decimal("45.5"), 1, 1),
        ("national", "local", "EUR", None, "yearly 2009–2011", False): (Decimal(7), Decimal(7), 1, 1),
        ("national", "regional", "EUR", None, "2007–2013", False): (Decimal(100), Decimal(100), 1, 1),
        ("regional", "local", "EUR", None, "2007–2013", True): (Decimal(30), Decimal(30), 1, 1),
        (None, "local", "EUR", None, "2011", False): (Decimal(3), Decimal(3), 1, 1),
        ("national", "local", "EUR", None, "2007–2013", False): (Decimal(45), Decimal(45), 1, 1),
        ("eu", "local", "EUR", None, "2020", False): (Decimal(6), Decimal(6), 1, 1),
        # passed on twice: 6 and 6
        ("local", "local", "EUR", None, "2020", True): (Decimal(12), Decimal(12), 2, 2),
    }
    assert (found.flows, found.with_amount) == (13, 12)
    assert found.left_out == (
        LeftOut("a stock (endowment, assets) is not paid to anybody", "stock", 1),
        LeftOut("a unit rate is a price, not a sum of money", "unit-rate", 1),
    )
    pairs = {(cell.payer, cell.recipient): (cell.pair_flows, cell.pair_with_amount) for cell in found.cells}
    assert pairs["eu", "national"] == (4, 3)
    assert {cell.bases for cell in found.cells if cell.with_amount == 0} == {("inferred",)}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        # 7 a year holds at 2010 and stands with what is of that year; the sum over seven years keeps its own
        (
            Filters(at=2010, type="transfer", country="ES", level="local"),
            {("2010", 7), ("2007–2013", 30), ("2007–2013", 45), ("2010", 40)},
        ),
        (Filters(since=2011, basis="stated", actor="region"), {("2007–2013", 100), ("2007–2013", 30)}),
        (Filters(field="education", until=2010), {("2010", Decimal("0.01")), ("2010", 5)}),
        (Filters(programme="fund", at=2013), {("2007–2013", 100)}),
    ],
    ids=["year, type, country, level", "span, basis, actor", "field, span", "programme, year"],
)
def test_filters_let_the_same_flows_through(
    flows: Snapshot, engine: Callable[[Snapshot], FlowEngine], filters: Filters, expected: set[tuple[str, Any]]
) -> None:
    assert {(cell.period, cell.minimum) for cell in funding_matrix(engine(flows), filters).cells} == expected


@pytest.mark.parametrize(
    ("by", "pair", "expected"),
    [
        ("country", ("ES", "ES"), {40, 7, 100, 30}),
        ("field", ("education|housing", "education|housing"), {Decimal("0.01")}),
        ("programme", (mint("programme", "fund"),) * 2, {100}),
        ("actor", (mint("actor", "state"), mint("actor", "town")), {40, 7}),
    ],
    ids=["country", "field", "programme", "actor"],
)
def test_sums_by_every_other_dimension(
    flows: Snapshot, engine: Callable[[Snapshot], FlowEngine], by: Dimension, pair: tuple[str, str], expected: set[Any]
) -> None:
    found = funding_matrix(engine(flows), Filters(), by)
    assert {cell.minimum for cell in found.cells if (cell.payer, cell.recipient) == pair} == expected
    assert found.flows == 13


def test_the_casebook_has_one_answer_in_every_dimension(
    casebook: Snapshot, engine: Callable[[Snapshot], FlowEngine]
) -> None:
    asked, known = engine(casebook), columns_of(casebook)
    for by in ("level", "actor"):
        assert funding_matrix(asked, Filters(), by) == funding_matrix(known, Filters(), by)


def test_a_graph_without_flows_has_no_cells(tmp_path: Path, engine: Callable[[Snapshot], FlowEngine]) -> None:
    found = funding_matrix(engine(snapshot_of(tmp_path, {})), Filters())
    assert (found.cells, found.left_out, found.flows) == ((), (), 0)


def test_the_dependency_of_bodies_on_their_payers_is_as_worked_by_hand(
    flows: Snapshot, engine: Callable[[Snapshot], FlowEngine]
) -> None:
    found = concentrations(engine(flows), Filters(at=2010), "payer")
    assert sorted(found) == [mint("actor", name) for name in ("paris", "region", "state", "town")]
    # in 2010 the town gets 40–45.5 SEK and 7 EUR a year of the state, and in 2007–2013 30 EUR of the region
    town = [(item.kind.currency, item.kind.period, item.largest, item.flows) for item in found[mint("actor", "town")]]
    assert town == [
        ("EUR", "2007–2013", mint("actor", "region"), 1),
        ("EUR", "2010", mint("actor", "state"), 1),
        ("SEK", "2010", mint("actor", "state"), 1),
    ]
    paid, planned = found[mint("actor", "state")]
    # of three flows that are paid one has no amount, and may be of either phase
    assert (paid.kind.phase, paid.flows, paid.with_amount, planned.flows) == ("paid", 3, 2, 2)
    paying = concentrations(engine(flows), Filters(type="transfer"), "recipient")
    # of 145 EUR over seven years, 100 to the region and 45 to Paris: 0.4756 + 0.0963
    (long,) = [item for item in paying[mint("actor", "state")] if item.kind.period == "2007–2013"]
    assert long.herfindahl == exact((Decimal(100) / 145) ** 2 + (Decimal(45) / 145) ** 2)
    assert (long.dependency, long.parties) == (exact(Decimal(100) / 145), 2)


def test_one_body_has_the_concentration_that_it_has_among_all(
    flows: Snapshot, engine: Callable[[Snapshot], FlowEngine]
) -> None:
    found = concentrations(engine(flows), Filters(at=2010), "payer", mint("actor", "town"))
    assert found == {
        mint("actor", "town"): concentrations(engine(flows), Filters(at=2010), "payer")[mint("actor", "town")]
    }
    assert concentrations(engine(flows), Filters(), "payer", mint("actor", "nobody")) == {}


def test_money_that_comes_back_to_a_body_is_not_counted_again(
    flows: Snapshot, engine: Callable[[Snapshot], FlowEngine]
) -> None:
    # n is part of m, which is part of o: what Paris paid comes back to it
    (back,) = concentrations(engine(flows), Filters(since=2020), "payer")[mint("actor", "paris")]
    assert (back.flows, back.largest, back.herfindahl) == (1, mint("actor", "union"), exact(1))


def tied(arcs: str, **levels: str) -> nx.MultiDiGraph[str]:
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph([(pair[0], pair[1]) for pair in arcs.split()])
    for level, actors in levels.items():
        for one in actors:
            network.nodes[one]["level"] = level
    return network


def test_brokerage_of_six_ties_between_two_groups_is_as_worked_by_hand(
    flows: Snapshot, engine: Callable[[Snapshot], FlowEngine]
) -> None:
    # over A: D-A-C, of which D and C are at one level and A is not, and D-A-B, into A's own level
    found = brokerage(tied("AB AC BC BD CD DA AE", one="AB", two="CD"), master=master_of(engine(flows)))
    roles = {actor: {role: n for role, n in (counts or {}).items() if n} for actor, counts in found.items()}
    assert roles == {
        "A": {"itinerant": 1, "gatekeeper": 1},
        "B": {"representative": 1},
        "C": {"gatekeeper": 1},
        "D": {"itinerant": 1, "representative": 1},
        "E": {},
    }
    assert found["E"] is None, "without a level"


def test_the_ei_index_of_two_pairs_with_four_ties_is_as_worked_by_hand(
    flows: Snapshot, engine: Callable[[Snapshot], FlowEngine]
) -> None:
    master = master_of(engine(flows))
    # A-B and C-D within, A-C (tied both ways, one dyad) and C-B between; E has no level and does not count
    network = tied("AB AC CA CB CD AE EE", one="AB", two="CD")
    found = ei_index(network, permutations=0, master=master)
    assert (found["external"], found["internal"], found["index"]) == (2, 2, 0.0)
    # of three partners C has two at the other level: (2 - 1) / 3
    values = ei_by_actor(network, master=master)
    assert isnan(values.pop("E"))
    assert values == {"A": 0.0, "B": 0.0, "C": pytest.approx(1 / 3), "D": -1.0}


def master_of(engine: FlowEngine) -> str:
    return engine.master if isinstance(engine, Spark) else ""


def test_both_workers_of_the_master_are_asked(engine: Callable[[Snapshot], FlowEngine], flows: Snapshot) -> None:
    asked = engine(flows)
    if isinstance(asked, Spark):
        context: Any = SparkSession.builder.getOrCreate().sparkContext
        # the driver is one more
        expected = 1 if asked.master == "local[2]" else 1 + WORKERS
        assert context._jsc.sc().getExecutorMemoryStatus().size() == expected


# The hand-over, and the setting


def test_flows_are_handed_over_by_country_and_year_and_always_in_the_same_bytes(
    flows: Snapshot, tmp_path: Path
) -> None:
    table = flow_table(flows)
    for name in ("one", "two"):
        write_parts(table, tmp_path / name)
    files = [path.relative_to(tmp_path / "one") for path in parquet_files(tmp_path / "one")]
    assert [str(path.parent) for path in files] == [
        "recipient_country=ES/begin_year=2007",
        "recipient_country=ES/begin_year=2009",
        "recipient_country=ES/begin_year=2010",
        "recipient_country=ES/begin_year=2020",
        "recipient_country=FR/begin_year=2007",
        "recipient_country=FR/begin_year=2011",
        "recipient_country=FR/begin_year=2020",
    ]
    assert all((tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes() for path in files)
    assert sum(pq.ParquetFile(tmp_path / "one" / path).metadata.num_rows for path in files) == len(FLOWS)


def test_what_is_there_already_is_not_written_over(casebook: Snapshot, tmp_path: Path) -> None:
    target = tmp_path / "flows.parquet"
    assert write_partitioned(casebook, Filters(country="ES", at=2006), target) == len(parquet_files(target)) > 1
    before = {path: path.read_bytes() for path in parquet_files(target)}
    with pytest.raises(ParameterRefused, match="nothing is written over one"):
        write_partitioned(casebook, Filters(), target)
    with pytest.raises(ParameterRefused, match=r"ends in \.parquet"):
        write_partitioned(casebook, Filters(), tmp_path / "flows.csv")
    with pytest.raises(InputRefused, match="No such file or directory"):
        write_partitioned(casebook, Filters(), tmp_path / "no" / "flows.parquet")
    assert {path: path.read_bytes() for path in parquet_files(target)} == before
    assert [path.name for path in tmp_path.iterdir()] == ["flows.parquet"]


def parquet_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.parquet") if path.is_file())


def test_flows_that_cannot_be_handed_over_are_told_in_one_line(
    casebook: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("graph.handover.handover_folder", lambda folder: folder / "nowhere" / "flows")
    monkeypatch.setattr("graph.handover.write_parts", full)
    with pytest.raises(StoreUnreachable, match="cannot be handed over"):
        handed_over(casebook)


def test_a_store_that_is_just_made_is_summed_by_the_spark_that_was_named(tmp_path: Path) -> None:
    made = open_store(tmp_path / "store", bare=True, engine="local[2]")
    assert made.snapshot().spark_master == "local[2]"
    assert open_store(tmp_path / "store", engine="local[2]").snapshot().spark_master == "local[2]"
    made.load([])
    assert made.snapshot().spark_master == "local[2]"


@pytest.mark.parametrize("engine_setting", ["local[2]", "spark://127.0.0.1:7077", "spark://one:7077,two:7077"])
def test_the_engine_is_a_setting(engine_setting: str) -> None:
    assert Settings.from_environment({"SUBSIDIA_ENGINE": engine_setting}).engine == engine_setting
    assert Settings.from_environment({}).engine == ""


@pytest.mark.parametrize("engine_setting", ["flink", "local", "local[0]", "spark://host", "http://127.0.0.1:7077"])
def test_another_engine_is_refused_in_one_line(engine_setting: str) -> None:
    with pytest.raises(SettingRefused) as caught:
        Settings.from_environment({"SUBSIDIA_ENGINE": engine_setting})
    assert str(caught.value) == (
        f"SUBSIDIA_ENGINE={engine_setting}: expected nothing for DuckDB, local[N], or spark://host:port"
    )


def test_spark_that_is_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.tabular.master.find_spec", lambda name: None)
    with pytest.raises(SparkMissing, match=r"^SUBSIDIA_ENGINE=local\[2\]: .*pip install 'subsidia\[spark\]'$"):
        Settings.from_environment({"SUBSIDIA_ENGINE": "local[2]"})
    assert Settings.from_environment({}).engine == "", "DuckDB needs none"


def test_spark_without_a_java_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SparkMissing, match="no Java runtime: install one, 17 or newer"):
        SparkFlows("local[2]", tmp_path)
