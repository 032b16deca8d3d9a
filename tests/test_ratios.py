"""Funding ratios: each against figures worked by hand, with ranges, unknown amounts and two currencies."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.concentration import Concentration, Side, concentrations, herfindahl
from graph.funding.interval import Interval, exact, total
from graph.funding.ledger import Flow, read_flows
from graph.funding.matrix import DIMENSIONS, funding_matrix
from graph.funding.passing import conservation, pass_through
from graph.funding.ratios import absorption, cofinancing, leverage
from graph.funding.sums import sums, without_parts
from graph.snapshot import Snapshot
from ontology.identifiers import mint
from tests.small_flows import between, ledger, paid
from tests.small_graphs import Row, actor, flow, snapshot_of

BODIES = [
    actor("union", "eu", "eu", "eu-institution"),
    actor("state", "national", "es"),
    actor("region", "regional", "es-region", "regional-government"),
    actor("town", "local", "es-town", "municipality"),
    actor("paris", "local", "fr", "municipality"),
]


def es(name: str) -> str:
    return mint("actor", f"es-{name}")


@pytest.fixture(scope="module")
def flows(casebook: Snapshot) -> tuple[Flow, ...]:
    return read_flows(columns_of(casebook))


# Sums


def test_a_flow_and_its_part_are_never_in_one_sum_though_a_part_alone_counts() -> None:
    whole = paid("whole", "state", "region", 100)
    part = paid("part", "region", "town", 40, part_of="whole")
    crumb = paid("crumb", "town", "club", 10, part_of="part")
    (found,) = sums(ledger(whole, part, crumb))
    assert (found.amount, found.flows, found.parts) == (exact(100), 1, 2)
    # without the flow in the middle the crumb is still part of the whole
    (found,) = sums([each for each in ledger(whole, part, crumb) if each.iri != "part"])
    assert found.amount == exact(100)
    (found,) = sums(ledger(part))
    assert found.amount == exact(40)


def test_only_one_quantity_currency_phase_and_period_is_added() -> None:
    found = sums(
        [
            paid("a", "state", "town", 60, phase="paid"),
            paid("b", "state", "town", 40, phase="paid"),
            paid("c", "state", "town", 100, phase="planned"),
            paid("d", "state", "town", 7, currency="SEK", phase="paid"),
            paid("e", "state", "town", 5, phase="paid", period="2007–2013"),
            paid("f", "state", "town", 9, phase="paid", quantity="allocation"),
            paid("g", "state", "town", 1, quantity="ceiling"),
            paid("h", "state", "town", 1, quantity="loan"),
            paid("i", "state", "town", 1, per="person"),
            paid("j", "state", "town", phase="paid"),
        ]
    )
    table = [(*item.kind.order, item.amount and item.amount.low, item.flows, item.with_amount) for item in found]
    assert table == [
        ("allocation", "EUR", "paid", "2010", 9, 1, 1),
        ("transfer", "", "paid", "2010", None, 1, 0),  # no amount: unknown, not zero
        ("transfer", "EUR", "paid", "2007–2013", 5, 1, 1),
        ("transfer", "EUR", "paid", "2010", 100, 2, 2),  # 60 + 40
        ("transfer", "EUR", "planned", "2010", 100, 1, 1),
        ("transfer", "SEK", "paid", "2010", 7, 1, 1),
    ]


def test_a_part_in_another_currency_is_told_of_and_not_added() -> None:
    found = sums(
        ledger(paid("a", "state", "region", 100), paid("b", "region", "town", 900, currency="SEK", part_of="a"))
    )
    assert [(item.kind.currency, item.amount, item.flows, item.parts) for item in found] == [
        ("EUR", exact(100), 1, 0),
        ("SEK", None, 0, 1),
    ]


FORESTS = st.lists(st.tuples(st.integers(0, 1000), st.integers(-3, 20)), min_size=1, max_size=12)


@given(rows=FORESTS, chosen=st.sets(st.integers(0, 11)))
def test_no_total_of_any_selection_contains_a_flow_and_its_part(rows: list[tuple[int, int]], chosen: set[int]) -> None:
    # flow n may be part of an earlier flow: no circles
    every = ledger(
        *(
            paid(f"f{n}", "state", "town", amount, part_of=f"f{whole}" if 0 <= whole < n else None)
            for n, (amount, whole) in enumerate(rows)
        )
    )
    some = [each for n, each in enumerate(every) if n in chosen]
    counted = without_parts(some)
    for one, other in combinations(counted, 2):
        assert one.iri not in other.wholes
        assert other.iri not in one.wholes
    left_out = {each.iri for each in some} - {each.iri for each in counted}
    assert all(set(each.wholes) & {other.iri for other in some} for each in some if each.iri in left_out)
    added = total(item.amount for item in sums(some) if item.amount)
    assert added == total(each.amount for each in counted if each.amount)


MONEY = st.lists(
    st.tuples(
        st.sampled_from(["union", "state", "region", "town", "paris"]),
        st.sampled_from(["state", "region", "town", "paris"]),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
        st.sampled_from(["EUR", "SEK"]),
        st.integers(-4, 8),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=12, deadline=None)
@given(rows=MONEY)
def test_sums_over_any_dimension_are_the_sum_over_the_union_and_parts_stay_apart(
    rows: list[tuple[str, str, int, int, str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = [
        dict(flow(f"f{n}", payer, recipient, str(low), str(low + more), "2010", currency=currency))
        | ({"part_of": f"f{whole}"} if 0 <= whole < n else {})
        for n, (payer, recipient, low, more, currency, whole) in enumerate(rows)
    ]
    snapshot = snapshot_of(tmp_path_factory.mktemp("graph"), {"actors": BODIES, "flows": written})
    for passed_on in (False, True):
        mine = [row for row in written if ("part_of" in row) == passed_on]
        expected = {
            currency: total(
                between(row["amount_min"], row["amount_max"]) for row in mine if row["currency"] == currency
            )
            for currency in sorted({row["currency"] for row in mine})
        }
        for by in DIMENSIONS:
            found: dict[str, Interval] = {}
            for cell in funding_matrix(columns_of(snapshot), Filters(), by).cells:
                if cell.passed_on == passed_on and cell.minimum is not None and cell.maximum is not None:
                    amount = Interval(cell.minimum, cell.maximum)
                    found[cell.currency or ""] = found.get(cell.currency or "", exact(0)) + amount
            assert dict(sorted(found.items())) == expected, by
    direct = {item.kind.currency: item.amount for item in sums(read_flows(columns_of(snapshot)))}
    roots = [row for row in written if "part_of" not in row]
    assert {name: amount for name, amount in direct.items() if amount} == {
        currency: total(between(row["amount_min"], row["amount_max"]) for row in roots if row["currency"] == currency)
        for currency in {row["currency"] for row in roots}
    }


# Pass-through


def test_pass_through_is_what_is_passed_on_of_what_was_received() -> None:
    chosen = ledger(
        paid("a", "state", "region", 100),
        paid("b", "state", "region", 300),
        paid("a1", "region", "town", 40, part_of="a"),
        paid("b1", "region", "town", 60, part_of="b"),
        paid("c", "state", "region", 500),  # no part recorded: nothing is known of it
    )
    (found,) = pass_through(chosen, "region")
    # (40 + 60) / (100 + 300) = 0.25; c is in neither
    assert (found.received, found.passed_on, found.ratio) == (exact(400), exact(100), exact(Decimal("0.25")))
    assert (found.flows, found.parts, found.unknown) == (2, 2, 0)
    assert pass_through(chosen, "town") == ()
    assert pass_through([], "region") == ()


def test_pass_through_keeps_ranges_and_a_stated_share_makes_them_narrow() -> None:
    whole = paid("a", "state", "region", 100, 200)
    by_amount = ledger(whole, paid("a1", "region", "town", 40, 50, part_of="a"))
    (found,) = pass_through(by_amount, "region")
    assert found.ratio == between("0.2", "0.5")  # 40 / 200 to 50 / 100
    stated = paid("a1", "region", "town", part_of="a", share=exact(Decimal("0.4")), share_of="a")
    (found,) = pass_through(ledger(whole, stated), "region")
    assert (found.passed_on, found.ratio) == (between(40, 80), exact(Decimal("0.4")))


def test_a_part_without_amount_leaves_the_upper_end_at_one() -> None:
    chosen = ledger(
        paid("a", "state", "region", 100),
        paid("a1", "region", "town", 40, part_of="a"),
        paid("a2", "region", "club", part_of="a"),
    )
    (found,) = pass_through(chosen, "region")
    assert (found.ratio, found.unknown) == (between("0.4", 1), 1)


def test_shares_that_contradict_the_amounts_never_turn_a_range_round() -> None:
    part = paid("a1", "region", "town", 50, part_of="a", share=exact(Decimal("0.4")), share_of="a")
    (found,) = pass_through(ledger(paid("a", "state", "region", 100), part), "region")
    assert found.ratio == exact(Decimal("0.5"))


def test_planned_money_and_another_currency_are_no_part_that_can_be_weighed() -> None:
    whole = paid("a", "state", "region", 100, phase="paid")
    for other in ({"phase": "planned"}, {"phase": "paid", "currency": "SEK"}):
        (found,) = pass_through(ledger(whole, paid("a1", "region", "town", 40, part_of="a", **other)), "region")
        assert (found.passed_on, found.ratio, found.unknown) == (exact(0), between(0, 1), 1)


def test_a_part_of_one_year_is_weighed_against_an_amount_over_several_and_a_yearly_rate_is_not() -> None:
    whole = paid("a", "union", "state", 700, period="2007–2013", begin=2007, end=2013)
    part = paid("a1", "state", "town", 70, part_of="a")
    (found,) = pass_through(ledger(whole, part), "state")
    assert found.ratio == exact(Decimal("0.1"))
    rate = paid("a1", "state", "town", 70, part_of="a", per="year", period="yearly 2008–2010", begin=2008, end=2010)
    (found,) = pass_through(ledger(whole, rate), "state")
    assert (found.ratio, found.unknown) == (between(0, 1), 1)


def test_spain_passes_on_forty_per_cent_in_2005_and_in_2006(flows: tuple[Flow, ...]) -> None:
    # flows.csv: es-integration-fund-es-autonomous-communities-2005 and -2006, es-integration-fund-es-municipalities-…
    found = {item.kind.period: item for item in pass_through(flows, es("autonomous-communities"))}
    assert {period: item.ratio for period, item in found.items()} == {
        "2005": exact(Decimal("0.40")),
        "2006": exact(Decimal("0.40")),
    }
    assert (found["2006"].received, found["2006"].passed_on) == (exact(182400000), exact(72960000))


# Conservation


def test_more_out_than_in_is_found_at_a_flow_and_at_a_body() -> None:
    chosen = ledger(
        paid("a", "state", "region", 100),
        paid("a1", "region", "town", 80, part_of="a"),
        paid("a2", "region", "club", 30, part_of="a"),  # 80 + 30 > 100
        paid("b", "region", "museum", 5),  # the region pays 80 + 30 + 5 > 100
    )
    found = conservation(chosen)
    assert [(item.at, item.thing, item.came_in, item.went_out, item.certain) for item in found] == [
        ("actor", "region", exact(100), exact(115), True),
        ("flow", "a", exact(100), exact(110), True),
    ]


def test_ranges_that_only_may_conflict_are_not_certain() -> None:
    chosen = ledger(paid("a", "state", "region", 100, 120), paid("a1", "region", "town", 90, 110, part_of="a"))
    assert [(item.at, item.certain) for item in conservation(chosen)] == [("actor", False), ("flow", False)]
    halves = [paid(f"a{n}", "region", "town", part_of="a", share=exact(Decimal("0.5")), share_of="a") for n in (1, 2)]
    assert conservation(ledger(chosen[0], *halves)) == ()  # two halves are the whole, whatever it is


def test_what_is_in_another_kind_of_money_or_unknown_is_no_finding() -> None:
    chosen = [
        paid("a", "state", "region", 100),
        paid("b", "region", "town", 200, currency="SEK"),
        paid("c", "region", "town", 200, period="2011"),
        paid("d", "region", "town"),
        paid("e", "museum", "town", 200),  # nothing is recorded as paid to the museum
    ]
    assert conservation(chosen) == ()
    assert conservation([]) == ()


def test_a_circle_of_money_is_weighed_like_any_other() -> None:
    chosen = [paid("a", "state", "region", 10), paid("b", "region", "state", 4)]
    assert [(item.thing, item.came_in, item.went_out) for item in conservation(chosen)] == [
        ("state", exact(4), exact(10))
    ]


def test_no_flow_of_the_casebook_passes_on_more_than_it_is(flows: tuple[Flow, ...]) -> None:
    assert [item for item in conservation(flows) if item.at == "flow"] == []


# Concentration


PAYERS = [actor("club", "local", "es-town", "ngo"), *BODIES]


def of_town(folder: Path, flows: list[Row], side: Side, body: str = "town") -> tuple[Concentration, ...]:
    columns = columns_of(snapshot_of(folder, {"actors": PAYERS, "flows": flows}))
    return concentrations(columns, Filters(), side).get(mint("actor", body), ())


def test_the_herfindahl_index_of_payers_and_recipients(tmp_path: Path) -> None:
    chosen = [
        flow("a", "union", "town", "30", year="2010"),
        flow("b", "union", "town", "30", year="2010"),
        flow("c", "state", "town", "30", year="2010"),
        flow("d", "region", "town", "10", year="2010"),
        flow("e", "club", "town", year="2010"),
        flow("f", "", "town", "5", year="2010"),
        flow("g", "town", "club", "8", year="2010"),
    ]
    (payers,) = of_town(tmp_path / "one", chosen, "payer")
    # shares 0.6, 0.3, 0.1: 0.36 + 0.09 + 0.01
    assert (payers.herfindahl, payers.largest, payers.dependency) == (
        exact(Decimal("0.46")),
        mint("actor", "union"),
        exact(Decimal("0.6")),
    )
    assert (payers.parties, payers.flows, payers.with_amount, payers.not_stated) == (3, 6, 4, 1)
    (recipients,) = of_town(tmp_path / "two", chosen, "recipient")
    assert (recipients.herfindahl, recipients.parties) == (exact(1), 1)
    assert of_town(tmp_path / "three", chosen, "payer", body="paris") == ()
    assert of_town(tmp_path / "four", [], "payer") == ()


def test_money_that_comes_back_after_a_thousand_steps_is_the_same_money(tmp_path: Path) -> None:
    # the union pays the town, which passes it on to the state in a chain, which gives it back
    steps = [flow("s0", "union", "town", "10", year="2010")]
    steps += [flow(f"s{n}", "town", "state", "10", year="2010", part_of=f"s{n - 1}") for n in range(1, 1000)]
    steps += [flow("s1000", "state", "town", "10", year="2010", part_of="s999")]
    begun = process_time()
    (found,) = of_town(tmp_path, steps, "payer")
    assert (found.largest, found.herfindahl, found.flows) == (mint("actor", "union"), exact(1), 1)
    assert process_time() - begun < 20, "pairs of ends, and not every way between them"


def test_concentration_of_ranges_encloses_what_is_possible(tmp_path: Path) -> None:
    chosen = [flow("a", "union", "town", "10", "30", "2010"), flow("b", "state", "town", "10", year="2010")]
    (found,) = of_town(tmp_path, chosen, "payer")
    # the union's share is 10/20 to 30/40; the index 0.5 at 10 : 10 and 0.625 at 30 : 10
    assert found.dependency == between("0.5", "0.75")
    assert found.herfindahl.low == Decimal("0.5")
    assert Decimal("0.625") <= found.herfindahl.high <= 1


def test_concentration_never_adds_currencies_nor_a_flow_and_its_part(tmp_path: Path) -> None:
    chosen = [
        flow("a", "union", "town", "60", year="2010"),
        flow("b", "state", "town", "40", year="2010", currency="SEK"),
        flow("c", "region", "town", "20", year="2010", part_of="d"),
        # what the region passes on to the town comes back, through the club, from what the town got
        flow("d", "club", "region", "20", year="2010", part_of="e"),
        flow("e", "town", "club", "20", year="2010", part_of="a"),
    ]
    found = of_town(tmp_path, chosen, "payer")
    assert [(item.kind.currency, item.herfindahl, item.parties) for item in found] == [
        ("EUR", exact(1), 1),
        ("SEK", exact(1), 1),
    ]


RANGES = st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 500)), min_size=1, max_size=6)


@given(rows=RANGES, places=st.lists(st.integers(0, 100), min_size=6, max_size=6))
def test_the_index_at_any_point_of_the_ranges_lies_within_its_ends(
    rows: list[tuple[int, int]], places: list[int]
) -> None:
    enclosing = herfindahl(between(low, low + more) for low, more in rows)
    amounts = [Decimal(low) + Decimal(more * place) / 100 for (low, more), place in zip(rows, places, strict=False)]
    index = sum((amount / sum(amounts)) ** 2 for amount in amounts)
    slack = Decimal("1e-20")
    assert enclosing.low - slack <= index <= enclosing.high + slack
    assert 1 / Decimal(len(rows)) - slack <= enclosing.low
    assert enclosing.high <= 1 + slack


# Leverage, co-financing, absorption


def test_leverage_is_the_total_over_the_share_of_the_union() -> None:
    chosen = ledger(
        paid("a", "union", "state", 75, programme="fund", payer_level="eu"),
        paid("b", "state", "town", 25, programme="fund", payer_level="national"),
        paid("c", "state", "town", 50, programme="fund", payer_level="national", part_of="a"),  # the union's money
        paid("d", "state", "town", 9, programme="own", payer_level="national"),
    )
    (found,) = leverage(chosen)
    # (75 + 25) / 75
    assert (found.programme, found.total, found.union) == ("fund", exact(100), exact(75))
    assert found.ratio == exact(1 + Decimal(25) / Decimal(75))
    assert (found.flows, found.with_amount) == (2, 2)
    assert leverage([]) == ()


def test_leverage_of_ranges_has_both_ends_and_that_of_unknown_shares_is_unknown() -> None:
    union = paid("a", "union", "state", 50, 100, programme="fund", payer_level="eu")
    (found,) = leverage([union, paid("b", "state", "town", 25, 50, programme="fund", payer_level="national")])
    assert found.ratio == between("1.25", 2)  # 1 + 25/100 to 1 + 50/50
    (found,) = leverage([union, paid("b", "state", "town", programme="fund", payer_level="national")])
    assert (found.ratio, found.flows, found.with_amount) == (None, 2, 1)
    (found,) = leverage([union, paid("b", "state", "town", 5, currency="SEK", programme="fund")])
    assert found.ratio is None
    (found,) = leverage([paid("a", "union", "state", 0, 100, programme="fund", payer_level="eu")])
    assert found.ratio is None


def test_both_readings_of_the_spanish_cofinancing_are_kept(flows: tuple[Flow, ...]) -> None:
    # flows.csv, es-integration-fund-es-autonomous-communities-2005: 120,000,000, rate 0.30 of grant|total
    (transfer,) = [each for each in flows if each.iri.endswith("/es-integration-fund-es-autonomous-communities-2005")]
    assert [(item.of, item.added, item.together) for item in cofinancing(transfer)] == [
        ("grant", exact(36000000), exact(156000000)),  # 0.30 × 120 m
        ("total", exact(Decimal("51428571.43")), exact(Decimal("171428571.43"))),  # 120 m × 0.30 / 0.70
    ]
    assert cofinancing(paid("a", "state", "town", 5)) == ()


def test_absorption_is_paid_over_committed_in_like_years_and_currencies() -> None:
    of_fund = {"programme": "fund"}
    committed = paid("a", "union", "state", 200, quantity="allocation", phase="committed", **of_fund)
    chosen = ledger(
        committed,
        paid("b", "union", "state", 90, phase="paid", part_of="a", **of_fund),  # a payment of what was committed
        paid("c", "state", "town", 60, phase="paid", part_of="b", **of_fund),  # passed on: paid once
        paid("d", "union", "state", 30, phase="paid", **of_fund),
        paid("e", "union", "state", 500, phase="planned", **of_fund),
        paid("f", "union", "state", 70, phase="paid", currency="SEK", **of_fund),
        paid("g", "union", "state", phase="paid", **of_fund),
    )
    (found,) = absorption(chosen)
    # (90 + 30) / 200
    assert (found.paid, found.committed, found.ratio) == (exact(120), exact(200), exact(Decimal("0.6")))
    assert (found.committed_as, found.currency, found.flows, found.with_amount) == ("allocation", "EUR", 4, 3)
    assert absorption([committed]) == ()
    assert absorption([]) == ()


def test_an_empty_graph_has_no_flows(tmp_path: Path) -> None:
    assert read_flows(columns_of(snapshot_of(tmp_path, {}))) == ()


def test_a_flow_is_read_with_all_that_it_is_part_of(tmp_path: Path) -> None:
    written = [
        flow("a", "state", "region", "100", "120", "2010"),
        flow("b", "region", "town", "40", year="2010", part_of="a"),
        flow("c", "town", "paris", year="2010", part_of="b"),
        flow("r", "state", "town", "7", valid_from="2000", valid_to="2004"),
    ]
    columns = columns_of(snapshot_of(tmp_path, {"actors": BODIES, "flows": written}))
    a, b, c, r = (mint("flow", name) for name in "abcr")
    found = {each.iri: each for each in read_flows(columns)}
    assert {iri: each.wholes for iri, each in found.items()} == {a: (), b: (a,), c: (b, a), r: ()}
    assert (found[a].amount, found[c].amount) == (between(100, 120), None)
    assert (found[a].is_lump, found[r].is_lump, found[r].kind.period) == (True, False, "yearly 2000–2004")
    # the wholes are known even where they are not in the selection
    (only,) = read_flows(columns, "flow = $flow", {"flow": c})
    assert only.wholes == (b, a)
    assert {each.iri: each.kind.period for each in read_flows(columns, at=2002)}[r] == "2002"
