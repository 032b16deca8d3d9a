"""Traces: every path of money, what is known at each step, and where and why the trail breaks."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.answers.trace import trace_document
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding import trail
from graph.funding.interval import exact
from graph.funding.trace import REASONS, Trace, trace
from graph.funding.trace import Path as Way
from graph.funding.trail import Direction
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.identifiers import mint, slug
from tests.conftest import assert_parameter_refused
from tests.small_flows import between
from tests.small_graphs import Rows, actor, flow, snapshot_of
from tests.test_cli import subsidia

API = "/api/v1/flows/trace"
BODIES = [
    actor("union", "eu", "eu", "eu-institution"),
    actor("state", "national", "es"),
    actor("region", "regional", "es-region", "regional-government"),
    actor("town", "local", "es-town", "municipality"),
    actor("club", "local", "es-town", "ngo"),
    actor("people", "local", "es-town", "persons"),
]


def traced(folder: Path, flows: Rows | list[Any], name: str, direction: Direction = "down", **filters: Any) -> Trace:
    snapshot = snapshot_of(folder, {"actors": BODIES, "flows": flows} if isinstance(flows, list) else flows)
    return trace(columns_of(snapshot), Filters(actor=name, **filters), direction)


def steps(way: Way) -> list[str]:
    return [slug(step.flow.iri) for step in way.steps]


def ways(found: Trace) -> list[tuple[list[str], str]]:
    return [(steps(way), way.end) for way in found.paths]


def breaks(way: Way) -> list[tuple[str, str]]:
    return [(slug(item.flow), item.reason) for item in way.breaks]


def test_the_share_is_known_at_each_step_and_the_rest_is_not_traced(tmp_path: Path) -> None:
    flows = [
        flow("a", "union", "state", "100", year="2010"),
        flow("b", "state", "region", "60", year="2010", part_of="a"),
        flow("c", "region", "people", year="2010", part_of="b", share="0.5", share_of="b"),
    ]
    found = traced(tmp_path, flows, "union")
    assert ways(found) == [(["a"], "not-traced"), (["a", "b"], "not-traced"), (["a", "b", "c"], "arrived")]
    assert [way.not_traced for way in found.paths] == [exact(40), exact(30), None]  # 100 − 60; 60 − 0.5 × 60
    whole = found.paths[2]
    assert [(step.relation, step.share, step.share_from) for step in whole.steps] == [
        ("start", None, None),
        ("passed-on", exact(Decimal("0.6")), "amounts"),  # 60 / 100
        ("passed-on", exact(Decimal("0.5")), "stated"),
    ]
    assert whole.share == exact(Decimal("0.30"))  # 0.6 × 0.5
    assert breaks(whole) == [("c", "amount-unknown")]
    (started,) = found.started
    assert (started.amount, started.passed_on, started.not_traced, started.flows) == (
        exact(100),
        exact(60),
        exact(40),
        1,
    )


def test_a_trace_up_finds_who_paid_first_and_reads_in_the_order_of_the_money(tmp_path: Path) -> None:
    flows = [
        flow("a", "union", "state", "100", year="2010"),
        flow("b", "state", "region", "60", year="2010", part_of="a"),
        flow("c", "region", "town", "30", year="2010", part_of="b"),
        flow("d", "", "town", "5", year="2010"),
    ]
    found = traced(tmp_path, flows, "town", "up")
    assert ways(found) == [(["a", "b", "c"], "no-inward-flow"), (["d"], "payer-not-stated")]
    assert found.paths[0].share == exact(Decimal("0.30"))
    assert breaks(found.paths[0]) == [("a", "no-inward-flow")]
    # c and d are of one kind: 30 + 5; what passes on is not asked upwards
    assert [(item.amount, item.passed_on) for item in found.started] == [(exact(35), None)]


def test_money_that_only_follows_in_time_is_told_apart_from_money_passed_on(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "100", year="2010"),
        flow("b", "region", "town", "30", year="2010"),
        flow("c", "region", "town", "50", year="2011"),  # another year: it cannot be the same money
        flow("d", "region", "town", "40", year="2010", quantity="loan"),
    ]
    (only,) = traced(tmp_path, flows, "state").paths
    assert (steps(only), only.share) == (["a", "b"], None)
    assert breaks(only) == [("b", "only-follows-in-time"), ("b", "no-onward-flow")]


def test_money_in_another_currency_or_phase_is_passed_on_with_an_unknown_share(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "100", year="2010", phase="paid"),
        flow("b", "region", "town", "900", year="2010", part_of="a", phase="paid", currency="SEK"),
        flow("c", "region", "club", "30", year="2010", part_of="a", phase="planned"),
    ]
    found = traced(tmp_path, flows, "state")
    assert [(steps(way), way.share) for way in found.paths[1:]] == [(["a", "b"], None), (["a", "c"], None)]
    assert ("b", "share-unknown") in breaks(found.paths[1])
    (started,) = found.started
    # two parts that cannot be weighed: all of it may be traced, or none
    assert (started.passed_on, started.not_traced, started.unknown_parts) == (exact(0), between(0, 100), 2)


def test_ranges_keep_both_ends_down_a_path(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "100", "200", "2010"),
        flow("b", "region", "town", "40", "50", "2010", part_of="a"),
    ]
    rest, path = traced(tmp_path, flows, "state").paths
    assert rest.not_traced == between(50, 160)  # 100 − 50 to 200 − 40
    assert path.share == between("0.2", "0.5")


def test_an_unknown_amount_is_neither_zero_nor_all(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", year="2010"),
        flow("b", "region", "town", "40", year="2010", part_of="a"),
        flow("c", "region", "", "5", year="2010", part_of="a"),
    ]
    found = traced(tmp_path, flows, "state")
    assert ways(found) == [(["a", "b"], "no-onward-flow"), (["a", "c"], "recipient-not-stated")]
    assert [way.share for way in found.paths] == [None, None]
    assert breaks(found.paths[0])[:2] == [("a", "amount-unknown"), ("b", "share-unknown")]
    (started,) = found.started
    assert (started.amount, started.passed_on, started.not_traced) == (None, None, None)


@pytest.mark.parametrize("direction", ["down", "up"])
def test_a_circle_is_cut_and_named_once(tmp_path: Path, direction: Direction) -> None:
    flows = [
        flow("a", "state", "region", "10", year="2010"),
        flow("b", "region", "town", "8", year="2010"),
        flow("c", "town", "state", "4", year="2010"),
        flow("d", "town", "town", "1", year="2010"),
    ]
    found = traced(tmp_path, flows, "state", direction)
    assert {way.end for way in found.paths} == {"cycle"}
    names = {tuple(map(slug, ring)) for ring in found.cycles}
    assert names == {("region", "town", "state"), ("town",)}


def test_what_starts_a_trace_never_holds_a_flow_and_its_part(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "100", year="2010"),
        flow("b", "state", "town", "40", year="2010", part_of="a"),
    ]
    found = traced(tmp_path, flows, "state")
    assert [(item.amount, item.flows) for item in found.started] == [(exact(100), 1)]
    assert ways(found) == [(["a"], "not-traced"), (["a", "b"], "no-onward-flow")]


def test_prices_and_limits_are_left_out_with_the_reason(tmp_path: Path) -> None:
    flows = [flow("a", "state", "town", "", "100", "2010", quantity="ceiling", per="grant")]
    found = traced(tmp_path, flows, "state")
    assert (found.paths, found.started) == ((), ())
    assert [(slug(each.iri), "at most" in why) for each, why in found.left_out] == [("a", True)]


def test_a_year_narrows_the_trace_and_an_open_end_stays(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "town", "1", year="2010"),
        flow("b", "state", "town", "2", year="2011"),
        flow("c", "state", "town", "3", valid_from="2009"),
    ]
    assert ways(traced(tmp_path, flows, "state", at=2010)) == [(["c"], "no-onward-flow"), (["a"], "no-onward-flow")]


def test_one_level_alone_is_traced_like_several(tmp_path: Path) -> None:
    towns = [actor(key, "local", "es-town", "municipality") for key in ("one", "two")]
    flows = [flow("a", "one", "two", "5", year="2010")]
    assert ways(traced(tmp_path, {"actors": towns, "flows": flows}, "one")) == [(["a"], "no-onward-flow")]


def test_an_empty_graph_has_no_paths(tmp_path: Path) -> None:
    found = traced(tmp_path, {}, "nobody")
    assert (found.paths, found.started, found.cycles, found.cut) == ((), (), (), ())


def test_what_is_cut_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flows = [flow(f"f{n}", "state", "town", str(n + 1), year="2010") for n in range(6)]
    snapshot = snapshot_of(tmp_path, {"actors": BODIES, "flows": flows})
    found = trace(columns_of(snapshot), Filters(actor="state"), most=2)
    assert [steps(way) for way in found.paths] == [["f5"], ["f4"]]  # the largest are kept
    assert found.cut == ("more than 2 paths: the others are left out",)
    monkeypatch.setattr(trail, "MOST_FLOWS", 3)
    found = trace(columns_of(snapshot), Filters(actor="state"))
    assert [way.end for way in found.paths] == ["cut"] * 3  # whether they go on is not known
    assert found.cut == ("more than 3 flows within reach: the others are left out",)


def test_a_long_chain_is_followed_for_as_many_steps_as_are_allowed(tmp_path: Path) -> None:
    bodies = [actor(f"b{n:02}", "local", "es-town", "ngo") for n in range(16)]
    flows = [flow(f"f{n:02}", f"b{n:02}", f"b{n + 1:02}", "5", year="2010") for n in range(15)]
    (only,) = traced(tmp_path, {"actors": bodies, "flows": flows}, "b00").paths
    assert (len(only.steps), only.end) == (trail.MOST_STEPS, "cut")


def test_a_part_of_what_leads_back_begins_a_path_of_its_own(tmp_path: Path) -> None:
    flows = [
        flow("itself", "state", "state", "9", year="2010"),
        flow("part", "state", "town", "3", year="2010", part_of="itself"),
        flow("there", "state", "region", "8", year="2010"),
        flow("back", "region", "state", "5", year="2010", part_of="there"),
        flow("again", "state", "club", "2", year="2010", part_of="back"),
    ]
    found = traced(tmp_path, {"actors": BODIES, "flows": flows}, "state")
    assert sorted(tuple(steps(way)) for way in found.paths) == [
        ("again",),
        ("itself",),
        ("part",),
        ("there",),
        ("there", "back"),
    ]
    # 9 and 8 were paid; what is part of them is in no sum with them
    assert [(item.amount.low, item.flows) for item in found.started if item.amount] == [(Decimal(17), 2)]


NAMES = ["union", "state", "region", "town", "club"]
BODY = st.sampled_from(NAMES)
AMOUNT = st.none() | st.integers(0, 100)
MONEY = st.lists(st.tuples(BODY, BODY, AMOUNT, st.integers(-4, 7), st.booleans()), min_size=1, max_size=8)


@settings(max_examples=15, deadline=None)
@given(rows=MONEY)
def test_on_any_graph_paths_are_simple_and_no_money_is_made_on_the_way(
    rows: list[tuple[str, str, int | None, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    flows = [
        {
            **flow(f"f{n}", payer, recipient, "" if amount is None else str(amount), year="2010"),
            "part_of": f"f{whole}" if 0 <= whole < n else "",
            "phase": "planned" if planned else "paid",
        }
        for n, (payer, recipient, amount, whole, planned) in enumerate(rows)
    ]
    snapshot = snapshot_of(tmp_path_factory.mktemp("trace"), {"actors": BODIES, "flows": flows})
    begun = trace(columns_of(snapshot), Filters(actor="state"))
    paid = {row["key"] for row in flows if row["payer"] == "state"}
    assert {name for way in begun.paths for name in steps(way)} >= paid
    for way in begun.paths:
        assert len(set(steps(way))) == len(way.steps) or way.end == "cycle"
        assert way.steps[0].flow.payer == mint("actor", "state")
        assert [step.relation for step in way.steps].count("start") == 1
        assert way.end in REASONS
        # a share is known only where it is known at every step, and never of another phase
        assert (way.share is None) == any(step.share is None for step in way.steps[1:])
        for before, after in pairwise(way.steps):
            assert after.share is None or before.flow.kind.phase == after.flow.kind.phase
    for item in begun.started:
        if item.amount and item.passed_on and item.not_traced and not item.unknown_parts:
            # what is not traced is the rest, and never below zero where more goes out than came in
            assert item.not_traced.low >= max(Decimal(0), item.amount.low - item.passed_on.high)


# The casebook


def test_the_spanish_fund_of_2006_is_traced_to_the_municipalities(casebook: Snapshot) -> None:
    # flows.csv: es-integration-fund-es-autonomous-communities-2006 (182,400,000) and, 0.40 of it,
    # es-integration-fund-es-municipalities-2006 (72,960,000)
    found = trace(columns_of(casebook), Filters(actor="es-state", at=2006))
    (way,) = [way for way in found.paths if steps(way)[-1] == "es-integration-fund-es-municipalities-2006"]
    assert steps(way)[0] == "es-integration-fund-es-autonomous-communities-2006"
    assert (way.share, way.end) == (exact(Decimal("0.40")), "no-onward-flow")
    (started,) = [item for item in found.started if item.kind.period == "2006"]
    assert (started.amount, started.passed_on, started.not_traced) == (
        exact(182400000),
        exact(72960000),
        exact(109440000),  # 182,400,000 − 72,960,000
    )
    up = trace(columns_of(casebook), Filters(actor="es-municipalities", at=2006), "up")
    assert steps(way) in [steps(each) for each in up.paths]


@pytest.mark.parametrize("direction", ["down", "up"])
@pytest.mark.parametrize("name", ["es-state", "es-municipalities", "eu", "de-bamf", "gb-state"])
def test_the_query_beside_a_trace_finds_all_flows_on_its_paths(
    casebook: Snapshot, name: str, direction: Direction
) -> None:
    for year in (None, 2006, 2012):
        document = trace_document(casebook, Filters(actor=name, at=year), direction)
        shown = {step["flow"] for path in document.data["paths"] for step in path["steps"]}
        left_out = {item["flow"] for item in document.data["left_out"]}
        assert shown | left_out <= {row["flow"] for row in casebook.select(document.query or "")}


# The API and the command


def test_the_api_gives_paths_with_their_breaks_in_words_and_no_nan(client: TestClient) -> None:
    answer = client.get(API, params={"actor": "es-state", "at": "2006"})
    document = json.loads(answer.text, parse_constant=pytest.fail)
    assert document["data"]["actor"] == mint("actor", "es-state")
    assert document["meta"]["rows"] == len(document["data"]["paths"]) == 5
    assert document["meta"]["cut"] == []
    assert document["meta"]["reasons"] == REASONS
    path = document["data"]["paths"][1]
    assert (path["share"], path["end"], path["currency"]) == ({"min": 0.4, "max": 0.4}, "no-onward-flow", "EUR")
    assert path["breaks"][-1]["words"] == REASONS["no-onward-flow"]
    last = path["steps"][-1]
    assert (last["min"], last["share_min"], last["share_from"], last["basis"]) == (72960000, 0.4, "stated", "derived")
    assert last["evidence"]
    unknown = [step for path in document["data"]["paths"] for step in path["steps"] if step["min"] is None]
    assert unknown  # null, never 0
    assert document["meta"]["sources"]
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(API, params={"actor": "es-state", "at": "2006"}, headers=headers).status_code == 304


def test_the_csv_has_one_row_a_step(client: TestClient) -> None:
    document = client.get(API, params={"actor": "es-state"}).json()
    text = client.get(API, params={"actor": "es-state", "format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == sum(len(path["steps"]) for path in document["data"]["paths"])
    assert {row["path_end"] for row in rows} - {""} == {path["end"] for path in document["data"]["paths"]}


@pytest.mark.parametrize(
    ("query", "parameter", "near"),
    [
        ("", "actor", None),
        ("?actor=es-stat", "actor", "es-state"),
        ("?actor=es-state&at=20x6", "at", None),
        ("?actor=es-state&direction=dwn", "direction", "down"),
        ("?actor=es-state&format=xml", "format", None),
        ("?actor=es-state&limit=0", "limit", None),
    ],
)
def test_what_is_not_understood_is_422_and_names_the_parameter(
    client: TestClient, query: str, parameter: str, near: str | None
) -> None:
    assert_parameter_refused(client, API + query, parameter, near)


def test_filters_that_cannot_narrow_a_trace_are_told(client: TestClient) -> None:
    document = client.get(API, params={"actor": "es-state", "country": "ES"}).json()
    assert list(document["meta"]["not_applied"]) == ["country"]


def test_the_command_prints_the_document_that_the_api_gives(client: TestClient, casebook_store: Store) -> None:
    document = client.get(API, params={"actor": "es-municipalities", "at": "2006", "direction": "up"}).json()
    words = ("trace", "es-municipalities", "--up", "--at", "2006", "--store", casebook_store.path)
    assert json.loads(subsidia(*words, "--json").out) == document
    done = subsidia("trace", "es-state", "--at", "2006", "--store", casebook_store.path)
    assert (done.status, "72,960,000" in done.out, "40 %" in done.out) == (0, True, True)
    assert "transfer (2006): 182,400,000 EUR, 1 of 1 flows known; passed on 72,960,000 EUR" in done.err
    assert subsidia("trace", "es-state", "--store", casebook_store.path).out == (
        subsidia("trace", "es-state", "--down", "--store", casebook_store.path, PYTHONHASHSEED="7").out
    )


def test_the_command_refuses_as_the_api_does(casebook_store: Store) -> None:
    done = subsidia("trace", "es-stat", "--store", casebook_store.path)
    assert (done.status, "did you mean es-state" in done.err, len(done.err.splitlines())) == (2, True, 1)
    done = subsidia("trace", "es-state", "--up", "--down", "--store", casebook_store.path)
    assert (done.status, len(done.err.splitlines())) == (2, 1)
