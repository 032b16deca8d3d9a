"""Pages of actors and sources: their numbers are the API's, their ties the network's, and passages open beside them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.actors import actor_row, actors_found
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.of_actor import actor_money
from graph.lists import list_rows
from graph.neighbours import neighbours_of, stated_ties
from graph.network import network_of, ties_of
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.identifiers import mint
from tests.browser import Watched, api
from visualisations.actor import money_chart, neighbourhood

STATE = "es-state"
REGIONS = "es-autonomous-communities"


@pytest.mark.parametrize("filters", [Filters(), Filters(at=2006), Filters(field="housing"), Filters(basis="stated")])
@pytest.mark.parametrize("name", [STATE, REGIONS, "es-barcelona", "nl-municipalities"])
def test_the_neighbours_of_an_actor_are_those_of_the_network(casebook: Snapshot, name: str, filters: Filters) -> None:
    actor = mint("actor", name)
    wanted: Counter[tuple[str, str, str]] = Counter()
    for one, other, _, facts in ties_of(network_of(casebook, filters)):
        way = "with" if facts["kind"] == "coordination" else None
        if one == actor:
            wanted[other, facts["kind"], way or "to"] += 1
        elif other == actor:
            wanted[one, facts["kind"], way or "from"] += 1
    only = Filters(actor=name, at=filters.at, field=filters.field, basis=filters.basis)
    found = {
        (near.actor, kind, way): count
        for near in neighbours_of(casebook, only)
        for (kind, way), count in near.ties.items()
    }
    assert found == wanted


def test_ties_of_the_list_are_the_degrees_without_shared_duties(casebook: Snapshot) -> None:
    network = network_of(casebook, Filters(), ("funding", "coordination", "hierarchy"))
    assert stated_ties(casebook) == {str(actor): int(degree) for actor, degree in network.degree()}


@pytest.mark.parametrize("filters", [Filters(), Filters(at=2006), Filters(country="EU"), Filters(basis="inferred")])
def test_actors_read_by_property_are_those_of_the_query(casebook: Snapshot, filters: Filters) -> None:
    found = [actor_row(casebook, each.actor) for each in actors_found(casebook, filters)]
    assert found == list(list_rows(casebook, "actors", filters))


def test_money_of_an_actor_adds_only_like_to_like(casebook: Snapshot) -> None:
    # the Handbook, p. 21: the state paid 120 million in 2005 and 182.4 million in 2006 to the regions, of which 40 %
    # had to reach municipalities: 48 and 72.96 million are passed on by them
    sums = actor_money(columns_of(casebook), Filters(actor=REGIONS))
    known = {
        (str(row.side), row.period, row.passed_on): (int(row.minimum), int(row.maximum))
        for row in sums
        if row.minimum is not None and row.maximum is not None
    }
    assert known == {
        ("in", "2005", False): (120_000_000, 120_000_000),
        ("in", "2006", False): (182_400_000, 182_400_000),
        ("out", "2005", True): (48_000_000, 48_000_000),
        ("out", "2006", True): (72_960_000, 72_960_000),
    }
    assert [row.flows for row in sums if row.quantity == "earmark"] == [1, 1]
    assert actor_money(columns_of(casebook), Filters(actor="nobody")) == []


def _sum(period: str, begin: int, low: int | None, high: int | None, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "side": "in",
        "quantity": "transfer",
        "per": "total",
        "phase": "paid",
        "currency": "EUR",
        "period": period,
    }
    row |= {"begin": begin, "end": begin, "passed_on": False, "summable": True, "min": low, "max": high, "flows": 1}
    return {**row, "with_amount": int(high is not None), "bases": ["stated"], **more}


def test_a_range_is_two_bars_and_an_unknown_amount_is_none() -> None:
    rows = [_sum("2007", 2007, None, None, currency=None), _sum("2006", 2006, 30, 35), _sum("2005", 2005, 10, 10)]
    chart = money_chart(rows, "EUR")
    assert chart is not None
    low, high, unknown = chart.option["series"]
    assert chart.option["xAxis"][0]["data"] == ["2005", "2006", "2007"]
    assert [bar and bar["value"] for bar in low["data"]] == [10, 30, None]
    assert [bar and bar["value"] for bar in high["data"]] == [0, 5, None]
    assert [(point["value"], point["label"]["formatter"]) for point in unknown["data"]] == [([2, 0], "1 ?")]
    assert money_chart(rows[:1], "EUR") is None
    assert (
        money_chart([_sum("2006", 2006, 7, 7, phase="paid"), _sum("2006", 2006, 9, 9, phase="planned")], "SEK") is None
    )


def test_kinds_phases_and_money_passed_on_have_bars_of_their_own() -> None:
    rows = [_sum("2006", 2006, 7, 7), _sum("2006", 2006, 9, 9, phase="planned")]
    rows += [_sum("2006", 2006, 3, 3, passed_on=True), _sum("2006", 2006, 5, 5, side="out", quantity="allocation")]
    chart = money_chart(rows, "EUR")
    assert chart is not None
    bars = [series for series in chart.option["series"] if series["type"] == "bar"]
    assert sorted((bar["xAxisIndex"], bar["data"][0]["value"]) for bar in bars) == [(0, 3), (0, 7), (0, 9), (1, 5)]
    assert len({bar["stack"] for bar in bars}) == 4
    assert [bar["data"][0]["value"] for bar in bars if "decal" in bar["itemStyle"]] == [3]


def test_neighbours_stand_in_lanes_from_the_union_down() -> None:
    none = dict.fromkeys(["pays", "paid_by", "coordinates", "part_of", "has_part", "duty_above", "duty_below"], 0)
    rows = [{**none, "actor": level, "level": level, "pays": 4} for level in ("local", "eu", "national")]
    drawn = neighbourhood("The state", "national", rows)
    assert [lane["level"] for lane in drawn["lanes"]] == ["eu", "national", "local"]
    assert [node["row"]["actor"] for node in drawn["nodes"]] == ["eu", "national", "local"]
    assert [line["kind"] for line in drawn["lines"]] == ["funding"] * 3
    assert drawn["nodes"][0]["ties"] == "pays it 4 flows"


def test_money_and_neighbours_come_as_json_and_csv(client: TestClient) -> None:
    for part in ("money", "neighbours"):
        document = client.get(f"/api/v1/actors/{STATE}/{part}").json()
        lines = client.get(f"/api/v1/actors/{STATE}/{part}", params={"format": "csv"}).text.splitlines()
        assert len(lines) == len(document["data"]) + 1 == document["meta"]["rows"] + 1
        assert client.get(f"/api/v1/actors/nobody/{part}").status_code == 404


@pytest.mark.sources
def test_the_passage_opens_beside_its_statement(casebook_store: Store, sources_folder: Path) -> None:
    with TestClient(create_app(Settings(store=casebook_store.path, sources=sources_folder))) as holder:
        page = holder.get("/sources/handbook-2007", headers={"Accept": "text/html"})
        rows = holder.get("/api/v1/sources/handbook-2007", params={"limit": 200}).json()["data"]
    assert page.text.count("<blockquote>") == sum(len(row["evidence"]) for row in rows)


@pytest.mark.browser
def test_the_page_of_an_actor_shows_the_numbers_of_the_api(watched: Watched) -> None:
    page = watched.open(f"/actors/{REGIONS}")
    expect(page.locator("#money-chart[data-drawn=true] svg")).to_be_visible()
    shown = page.locator("#sums tbody tr").evaluate_all(
        "rows => rows.map(row => [row.dataset.side, row.dataset.min, row.dataset.max, row.dataset.flows])"
    )
    sums = api(watched, f"/actors/{REGIONS}/money")["data"]
    empty = {None: ""}
    assert shown == [
        [row["side"], *(str(empty.get(row[end], row[end])) for end in ("min", "max")), str(row["flows"])]
        for row in sums
    ]
    near = api(watched, f"/actors/{REGIONS}/neighbours", limit=100)
    assert page.locator("#neighbour-table tbody tr").count() == len(near["data"])
    ties = page.locator("#neighbour-table tbody tr").evaluate_all("rows => rows.map(row => +row.dataset.ties)")
    assert ties == [row["ties"] for row in near["data"]]
    network = api(watched, "/network", actor=REGIONS)
    assert near["meta"]["ties"] == network["meta"]["rows"]
    assert near["meta"]["rows"] == network["meta"]["nodes"] - 1
    with page.expect_download() as kept:
        page.locator("#save-neighbours").click()
    assert "Spanish state" in Path(kept.value.path()).read_text()


@pytest.mark.browser
def test_an_actor_is_selected_and_marked_elsewhere(watched: Watched) -> None:
    page = watched.open(f"/actors/{STATE}")
    page.get_by_role("link", name="Select this actor").click()
    expect(page.get_by_text("This actor is selected.")).to_be_visible()
    for name in ("the network", "the flows", "the map", "the timeline"):
        link = page.locator(".choose").get_by_role("link", name=name, exact=True).get_attribute("href") or ""
        assert f"mark=actor%2F{STATE}" in link
    page.goto(f"{watched.site}/actors?mark=actor/{STATE}&q=spanish%20state")
    expect(page.locator("#actor-table a.marked")).to_have_text("Spanish state")


@pytest.mark.browser
def test_actors_are_sorted_and_searched_as_the_api_sorts_them(watched: Watched) -> None:
    page = watched.open("/actors?sort=ties&q=spain")
    shown = page.locator("#actor-table tbody tr").evaluate_all("rows => rows.map(row => row.dataset.actor)")
    rows = api(watched, "/actors", sort="ties", q="spain")["data"]
    assert shown == [row["actor"] for row in rows]
    assert [row["ties"] for row in rows] == sorted((row["ties"] for row in rows), reverse=True)


@pytest.mark.browser
def test_an_actor_reads_well_without_script(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = Watched(context, site).open(f"/actors/{REGIONS}")
        expect(page.locator("#neighbour-picture")).to_be_visible()
        expect(page.locator("#money-chart")).to_be_hidden()
        expect(page.locator("#sums")).to_be_visible()
