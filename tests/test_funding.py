"""Funding sums: only like adds to like, ranges keep both ends, and what is left out is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.answers.funding import cofinancing, flows_document, matrix_document, sankey_document
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.chain import funding_chain
from graph.funding.matrix import Cell, funding_matrix
from graph.snapshot import Snapshot
from tests.small_graphs import actor, flow, snapshot_of

STATE = actor("state", "national", "es")
REGION = actor("region", "regional", "es-region", "regional-government")
TOWN = actor("town", "local", "es-town", "municipality")
UNION = actor("union", "eu", "eu", "eu-institution")
BODIES = [STATE, REGION, TOWN, UNION]


def cells(snapshot: Snapshot, **filters: Any) -> list[Cell]:
    return list(funding_matrix(columns_of(snapshot), Filters(**filters)).cells)


def between(found: list[Cell], payer: str | None, recipient: str | None) -> list[Cell]:
    return [cell for cell in found if (cell.payer, cell.recipient) == (payer, recipient) and cell.maximum is not None]


# The Spanish Integration Fund, as the Handbook of 2007 gives it


def test_spain_transfers_120_million_to_its_regions_in_2005_and_182_4_million_in_2006(casebook: Snapshot) -> None:
    for year, amount in ((2005, "120000000"), (2006, "182400000")):
        found = between(cells(casebook, country="ES", at=year), "national", "regional")
        assert [(cell.minimum, cell.maximum, cell.quantity, cell.currency) for cell in found] == [
            (Decimal(amount), Decimal(amount), "transfer", "EUR")
        ]


def test_forty_per_cent_is_passed_on_to_municipalities_as_derived_money(casebook: Snapshot) -> None:
    # 0.40 × 120,000,000 = 48,000,000; 0.40 × 182,400,000 = 72,960,000
    for year, amount in ((2005, "48000000"), (2006, "72960000")):
        found = between(cells(casebook, country="ES", at=year), "regional", "local")
        assert [(cell.minimum, cell.maximum) for cell in found] == [(Decimal(amount), Decimal(amount))]
        assert found[0].passed_on
        assert found[0].bases == ("derived",)


def test_money_passed_on_is_not_added_twice(casebook: Snapshot) -> None:
    totals = matrix_document(casebook, Filters(country="ES", at=2006)).more["totals"]
    assert totals == [{"currency": "EUR", "phase": None, "period": "2006", "min": 182400000, "max": 182400000}]


def test_the_share_for_education_is_an_earmark_and_adds_to_nothing(casebook: Snapshot) -> None:
    flows = flows_document(casebook, Filters(country="ES", at=2006)).data
    (education,) = [row for row in flows if row["flow"].endswith("/es-integration-fund-education-2006")]
    assert (education["quantity"], education["share"]) == ("earmark", 0.5)
    left_out = matrix_document(casebook, Filters(country="ES", at=2006)).more["left_out"]
    assert {"earmark"} <= {item["quantity"] for item in left_out}


def test_cofinancing_of_thirty_per_cent_keeps_both_readings(casebook: Snapshot) -> None:
    flows = flows_document(casebook, Filters(country="ES", at=2005)).data
    (transfer,) = [row for row in flows if row["amount_min"] == 120000000]
    # of the grant: 0.30 × 120 m = 36 m; of the total: 120 m × 0.30 / 0.70 = 51,428,571.43
    assert [(reading["of"], reading["min"], reading["max"]) for reading in transfer["cofinancing"]] == [
        ("grant", 36000000, 36000000),
        ("total", 51428571.43, 51428571.43),
    ]


def test_the_fund_is_there_at_2006_and_not_at_2013(casebook: Snapshot) -> None:
    def amounts(year: int) -> set[float]:
        rows = flows_document(casebook, Filters(programme="es-integration-fund", at=year)).data
        return {row["amount_min"] for row in rows if row["amount_min"]}

    assert amounts(2006) == {182400000, 72960000}
    assert amounts(2013) == set()
    assert flows_document(casebook, Filters(programme="es-national-integration-fund", at=2012)).rows == 2
    assert flows_document(casebook, Filters(programme="es-national-integration-fund", at=2013)).rows == 0


def test_flanders_spends_a_range_at_the_regional_level_in_2012(casebook: Snapshot) -> None:
    found = [cell for cell in cells(casebook, country="BE", at=2012) if cell.minimum != cell.maximum]
    assert [(cell.payer, cell.quantity, cell.minimum, cell.maximum) for cell in found] == [
        ("regional", "budget-line", Decimal(30000000), Decimal(35000000))
    ]


def test_rates_endowments_and_ceilings_are_in_the_graph_and_in_no_sum(casebook: Snapshot) -> None:
    flows = flows_document(casebook, Filters()).data
    amounts = {(row["quantity"], row["amount_max"]) for row in flows if row["amount_max"] is not None}
    # unit costs of note 13, endowments of three foundations, the ceiling of a British grant
    expected = {("unit-rate", 2500), ("unit-rate", 1800), ("unit-rate", 5000), ("unit-rate", 4500), ("unit-rate", 1500)}
    expected |= {("stock", 526000000), ("stock", 180000000), ("stock", 800000000), ("ceiling", 7200)}
    assert expected <= amounts
    summed = {cell.quantity for cell in cells(casebook)}
    assert summed <= {"transfer", "allocation", "commitment", "budget-line"}


def test_an_amount_over_seven_years_is_shown_with_its_period_and_not_as_a_yearly_one(casebook: Snapshot) -> None:
    found = [cell for cell in cells(casebook, at=2010) if cell.maximum == Decimal(825000000)]
    assert [(cell.period, cell.quantity) for cell in found] == [("2007–2013", "allocation")]


# Small graphs with the working in the test


def test_planned_is_never_added_to_paid_nor_one_currency_to_another(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "town", "100", year="2010", phase="planned"),
        flow("b", "state", "town", "60", year="2010", phase="paid"),
        flow("c", "state", "town", "7", year="2010", phase="paid", currency="SEK"),
        flow("d", "state", "town", "40", year="2010", phase="paid"),
    ]
    found = cells(snapshot_of(tmp_path, {"actors": BODIES, "flows": flows}), at=2010)
    assert {(cell.phase, cell.currency): (cell.minimum, cell.flows) for cell in found} == {
        ("planned", "EUR"): (Decimal(100), 1),
        ("paid", "EUR"): (Decimal(100), 2),  # 60 + 40
        ("paid", "SEK"): (Decimal(7), 1),
    }


def test_ranges_are_added_at_both_ends_and_unknown_amounts_are_counted_not_taken_for_zero(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "30", "35", "2012"),
        flow("b", "state", "region", "10.50", year="2012"),
        flow("c", "state", "region", year="2012"),
    ]
    document = matrix_document(snapshot_of(tmp_path, {"actors": BODIES, "flows": flows}), Filters(at=2012))
    known = [row for row in document.data if row["max"] is not None]
    assert [(row["min"], row["max"], row["flows"], row["with_amount"]) for row in known] == [(40.5, 45.5, 2, 2)]
    assert (known[0]["pair_flows"], known[0]["pair_with_amount"]) == (3, 2)
    assert document.more["coverage"] == {"flows": 3, "with_amount": 2}


def test_a_yearly_rate_counts_for_the_year_that_is_asked_for_and_is_not_multiplied_otherwise(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "town", "7", valid_from="2000", valid_to="2004"),
        flow("b", "state", "town", "5", year="2002", per="total"),
        flow("c", "state", "town", "9", per="total", valid_from="2001", valid_to="2003"),
    ]
    snapshot = snapshot_of(tmp_path, {"actors": BODIES, "flows": flows})
    assert {cell.period: cell.minimum for cell in cells(snapshot, at=2002)} == {
        "2002": Decimal(12),  # the yearly 7 and the 5 of that year
        "2001–2003": Decimal(9),
    }
    assert {cell.period: cell.minimum for cell in cells(snapshot)} == {
        "2002": Decimal(5),
        "2001–2003": Decimal(9),
        "yearly 2000–2004": Decimal(7),
    }


def test_an_empty_graph_has_a_matrix_without_cells_and_a_chain_without_nodes(tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, {})
    assert funding_matrix(columns_of(snapshot), Filters()).cells == ()
    chain = funding_chain(columns_of(snapshot), Filters())
    assert (chain.nodes, chain.links, chain.currency) == ((), (), None)


def test_a_flow_without_payer_is_kept_under_not_stated(tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, {"actors": BODIES, "flows": [flow("a", "", "town", "5", year="2010")]})
    assert [(cell.payer, cell.recipient, cell.minimum) for cell in cells(snapshot)] == [(None, "local", Decimal(5))]
    links = sankey_document(snapshot, Filters()).data["links"]
    assert [(link["source"], link["min"]) for link in links] == [("not-stated-payer", 5)]


def test_the_chain_shows_what_is_passed_on_and_what_is_not_traced(tmp_path: Path) -> None:
    flows = [
        flow("whole", "state", "region", "100", year="2010"),
        flow("part", "region", "town", "30", "45", "2010", part_of="whole", basis="derived"),
    ]
    snapshot = snapshot_of(tmp_path, {"actors": BODIES, "flows": flows})
    links = {link["kind"]: (link["min"], link["max"]) for link in sankey_document(snapshot, Filters()).data["links"]}
    # not traced: at least 100 − 45, at most 100 − 30
    assert links == {"direct": (100, 100), "passed-on": (30, 45), "not-traced": (55, 70)}


def test_the_chain_finds_circles_and_names_them(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "10", year="2010"),
        flow("b", "region", "state", "4", year="2010"),
        flow("c", "town", "town", "1", year="2010"),
        flow("d", "union", "state", "3", year="2010"),
    ]
    document = sankey_document(snapshot_of(tmp_path, {"actors": BODIES, "flows": flows}), Filters())
    names = [[node.rpartition("/")[2] for node in cycle] for cycle in document.more["cycles"]]
    assert names == [["region@regional", "state@national"], ["town@local"]]
    assert [link["in_cycle"] for link in document.data["links"] if link["min"] == 3] == [False]


def test_the_chain_leaves_out_other_currencies_and_spans_and_says_so(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "10", year="2010"),
        flow("b", "state", "region", "10", year="2010", currency="SEK"),
        flow("c", "state", "region", "70", per="total", valid_from="2007", valid_to="2013"),
        flow("d", "state", "region", "5", year="2010", quantity="stock"),
        flow("e", "state", "region", year="2010"),
    ]
    document = sankey_document(snapshot_of(tmp_path, {"actors": BODIES, "flows": flows}), Filters(), currency="EUR")
    assert [(link["min"], len(link["flows"]), link["with_amount"]) for link in document.data["links"]] == [(10, 2, 1)]
    assert {item["flow"].rpartition("/")[2] for item in document.more["left_out"]} == {"b", "c", "d"}


def test_the_chain_never_adds_what_is_planned_to_what_is_paid(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "10", year="2010", phase="paid"),
        flow("b", "state", "region", "20", year="2010", phase="paid"),
        flow("c", "state", "region", "400", year="2010", phase="planned"),
        flow("d", "state", "region", "8000", year="2010"),
        flow("e", "state", "region", year="2010", phase="planned"),
    ]
    document = sankey_document(snapshot_of(tmp_path, {"actors": BODIES, "flows": flows}), Filters())
    assert document.more["phase"] == "paid"
    # 10 + 20; the one without an amount adds nothing, and stays in sight
    assert [(link["min"], link["max"], link["with_amount"]) for link in document.data["links"]] == [(30, 30, 2)]
    reasons = {item["flow"].rpartition("/")[2]: item["reason"] for item in document.more["left_out"]}
    assert reasons == {
        "c": "planned: not added to what is paid",
        "d": "of no stated phase: not added to what is paid",
    }


AMOUNTS = st.lists(
    st.tuples(
        st.sampled_from(["union", "state", "region", "town"]),
        st.sampled_from(["state", "region", "town"]),
        st.integers(0, 10**9),
        st.integers(2008, 2012),
        st.sampled_from(["education", "housing", "education|housing", ""]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=AMOUNTS)
def test_money_is_conserved_by_every_dimension(
    rows: list[tuple[str, str, int, int, str]], tmp_path_factory: Any
) -> None:
    flows = [
        flow(f"f{n}", payer, recipient, str(cents / 100), year=str(year), fields=fields)
        for n, (payer, recipient, cents, year, fields) in enumerate(rows)
    ]
    expected = sum((Decimal(str(row[2] / 100)) for row in rows), Decimal(0))
    snapshot = snapshot_of(tmp_path_factory.mktemp("graph"), {"actors": BODIES, "flows": flows})
    for by in ("level", "country", "field", "programme", "actor"):
        found = funding_matrix(columns_of(snapshot), Filters(), by).cells
        assert sum((cell.minimum or Decimal(0) for cell in found), Decimal(0)) == expected


def test_cofinancing_of_the_whole_total_gives_no_amount() -> None:
    row = {
        "cofinancing_rate": Decimal(1),
        "cofinancing_of": ["total"],
        "amount_min": Decimal(5),
        "amount_max": Decimal(5),
    }
    assert [(reading["min"], reading["max"]) for reading in cofinancing(row)] == [(None, None)]
