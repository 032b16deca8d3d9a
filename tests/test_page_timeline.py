"""The pages of time and of what-if: what is drawn worked by hand, what is shown held to the API and to the tables."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from api.answers import timeline as answers
from api.answers.timeline import timeline_document
from api.app import create_app
from api.settings import Settings
from graph.filters import Filters
from graph.snapshot import Snapshot
from graph.store import Store
from tests.browser import Watched, api
from tests.conftest import assert_parameter_refused
from visualisations import timeline
from visualisations.timeline import busiest_year, timeline_chart, years_axis

CASEBOOK: Final = Path(__file__).parents[1] / "loaders" / "casebook"
HTML: Final = {"Accept": "text/html"}


def row(name: str, begin: str | None, end: str | None, kind: str = "duty", **more: Any) -> dict[str, Any]:
    unknown = None if kind == "event" or (begin and end) else "begin" if end else "end" if begin else None
    found = {"statement": name, "kind": kind, "label": name, "begin": begin, "end": end, "open": unknown}
    return {**found, "country": "ES", "fields": ["housing"], **more}


def test_a_bar_covers_its_years_and_stops_where_nobody_says_when_it_ended() -> None:
    rows = [
        row("a", "2000", "2003"),
        row("b", "2005-03", None),
        row("c", None, "2001"),
        row("d", "2001-06-01", None, "event"),
        row("e", "2002", "2003", "event"),
        row("f", None, None),
    ]
    chart = timeline_chart(rows, "country", 2000, 2005)
    (group,) = chart.groups
    bars = {bar.row["statement"]: bar for bar in group.bars}
    # six years of 100/6 = 16.667 % each
    assert {name: (bar.left, bar.width) for name, bar in bars.items()} == {
        "a": (0.0, 66.667),
        "b": (83.333, 16.667),
        "c": (16.667, 16.666),
        "d": (16.667, 16.666),
        "e": (33.333, 33.334),
    }
    assert {name for name, bar in bars.items() if not bar.closes} == {"b"}
    assert {name for name, bar in bars.items() if not bar.opens} == {"c"}
    assert {name for name, bar in bars.items() if bar.point} == {"d"}
    assert (group.key, group.count, chart.labelled) == ("ES", 5, True)


def test_what_lies_beyond_the_years_is_counted_and_not_drawn() -> None:
    rows = [
        row("before", "1990", "1999"),
        row("early", "1999", "2000"),
        row("going on", "1990", None),
        row("until later", None, "2010"),
        row("after", "2006", None),
    ]
    chart = timeline_chart(rows, "kind", 2000, 2005)
    assert {bar.row["statement"] for group in chart.groups for bar in group.bars} == {
        "early",
        "going on",
        "until later",
    }
    assert (chart.before, chart.after, chart.beyond) == (1, 1, 0)


def test_the_axis_begins_when_three_in_a_hundred_have_begun() -> None:
    # index 41 · 0.03 = 1: the second of the years in order
    assert (
        years_axis([row("old", "1900", "1901"), *(row(str(place), "2000", "2004") for place in range(40))]).first
        == 2000
    )
    assert years_axis([row("old", "1900", "1901"), row("new", "2000", None)]).first == 1900
    assert years_axis([]).ticks == ((2000, 0.0),)


def test_many_bars_share_lanes_where_they_do_not_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "LABELLED", 0)
    rows = [
        row("a", "2000", "2004"),
        row("b", "2003", "2006"),
        row("c", "2007", "2008"),
        row("d", "2007", "2008", "flow"),
    ]
    (group,) = timeline_chart(rows, "country", 2000, 2009).groups
    lanes = {bar.row["statement"]: bar.y for bar in group.bars}
    assert lanes["a"] == lanes["c"] < lanes["b"] < lanes["d"]  # another kind has lanes of its own


def test_a_statement_of_two_fields_stands_in_both_and_the_busiest_year_is_the_earliest() -> None:
    rows = [row("a", "2000", None, fields=["housing", "education"]), row("b", "2001", None, fields=[])]
    assert [(group.key, group.count) for group in timeline_chart(rows, "field").groups] == [
        ("education", 1),
        ("housing", 1),
        (None, 1),
    ]
    assert busiest_year(rows) == (2000, 1)
    assert busiest_year([]) is None


def test_the_timeline_has_every_row_of_the_tables_but_the_norms(casebook: Snapshot) -> None:
    expected: dict[str, list[int]] = {}
    for table, begin, end in (
        ("competences", "valid_from", "valid_to"),
        ("events", "date", "date_end"),
        ("flows", "valid_from", "valid_to"),
        ("mechanisms", "valid_from", "valid_to"),
    ):
        with (CASEBOOK / f"{table}.csv").open(encoding="utf-8") as file:
            for line in csv.DictReader(file):
                kind = table.removesuffix("s")
                if table == "competences":
                    if line["modality"] == "should":
                        continue
                    kind = "absence" if line["nature"] == "none" else "duty"
                counts = expected.setdefault(kind, [0, 0])
                counts[0 if line[begin] or line[end] else 1] += 1
    meta = timeline_document(casebook, Filters()).more
    assert {each["kind"]: [each["dated"], each["undated"]] for each in meta["counts"]} == expected


def test_flows_beyond_a_number_are_said_to_be_left_out(casebook: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    with (CASEBOOK / "flows.csv").open(encoding="utf-8") as file:
        recorded = sum(1 for _ in csv.DictReader(file))
    assert timeline_document(casebook, Filters(), ["flow"]).more["cut"] == []
    monkeypatch.setattr(answers, "MOST_FLOWS", 10)
    document = timeline_document(casebook, Filters(), ["flow"])
    assert document.rows == 10
    assert document.more["cut"][0].startswith(f"{recorded - 10} more flows are recorded and not told here")


def test_a_flow_that_changed_has_the_country_where_its_money_arrives(client: TestClient) -> None:
    rows = client.get("/api/v1/changes?from=2004&to=2006").json()["data"]["statements"]
    flows = {each["statement"].rpartition("/")[2]: each["country"] for each in rows if each["kind"] == "flow"}
    # from the Union to Czech projects; from the Spanish state; a fine paid to nobody named, in France
    assert flows["eu-cz-integration-projects-2005"] == "CZ"
    assert flows["es-state-integration-budget-2000-2004"] == "ES"
    assert flows["fr-brahmia-landowner-fine-2005"] == "FR"


@pytest.mark.parametrize(
    ("address", "parameter", "near"),
    [
        ("/api/v1/timeline?kind=flows", "kind", "flow"),
        ("/api/v1/timeline?field=educatoin", "field", "education"),
        ("/timeline?by=countries", "by", "country"),
        ("/timeline?from=2010&to=2006", "to", None),
        ("/whatif?remove=es-integration-fun", "remove", "es-integration-fund"),
    ],
)
def test_what_is_not_understood_is_refused(client: TestClient, address: str, parameter: str, near: str | None) -> None:
    assert_parameter_refused(client, address, parameter, near)


@pytest.mark.parametrize("path", ["/timeline", "/timeline?from=2006&to=2013", "/whatif", "/embed/timeline"])
def test_an_empty_store_has_the_pages_of_time(empty_store: Store, path: str) -> None:
    with TestClient(create_app(Settings(store=empty_store.path))) as client:
        answer = client.get(path, headers=HTML)
        assert (answer.status_code, "<h1>" in answer.text) == (200, True)


@pytest.mark.browser
def test_two_years_side_by_side_are_those_of_the_api(watched: Watched) -> None:
    page = watched.open("/timeline?country=NL")
    dated = [each for each in api(watched, "/timeline", country="NL")["data"] if each["begin"] or each["end"]]
    assert page.locator(".timeline-table tr[data-statement]").count() >= len(dated)
    page.get_by_label("From year").fill("2006")
    page.get_by_label("To year").fill("2013")
    page.get_by_role("button", name="Draw and compare").click()
    page.wait_for_url("**from=2006**")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items() if name != "kind"}
    assert asked == {"country": "NL", "from": "2006", "to": "2013", "by": "country"}
    expect(page.locator("#change-counts")).to_be_visible()
    data = api(watched, "/changes", country="NL", **{"from": 2006, "to": 2013})["data"]
    for change in ("began", "ended", "came-and-went"):
        found = [each for each in data["statements"] if each["change"] == change]
        expect(page.locator(f"h3 [data-change={change}]")).to_have_attribute("data-count", str(len(found)))
    expect(page.locator("[data-change=handover]")).to_have_attribute("data-count", str(len(data["handovers"])))
    for each in data["counts"]:
        if each["change"] != "outside":
            cell = page.locator(f"td[data-kind={each['kind']}][data-change={each['change']}]")
            expect(cell).to_have_text(str(each["statements"]))
    # the state paid for the courses until 2012, and newcomers do from 2012 (Building Inclusive Cities 2014)
    hands = page.locator(".hands li").first
    expect(hands.get_by_role("link", name="Dutch state").first).to_be_visible()
    expect(hands.locator(".sources a[href*='/id/passage/']").first).to_be_visible()
    page.go_back()
    expect(page.locator("#change-counts")).to_have_count(0)


@pytest.mark.browser
def test_a_selected_statement_is_marked_in_the_drawing_and_what_if_it_ended_is_asked(watched: Watched) -> None:
    page = watched.open("/timeline?country=ES&kind=flow,mechanism")
    page.locator("details summary", has_text="The table").click()
    line = page.locator("tr[data-statement$='/mechanism/es-integration-fund-cofinancing']")
    line.get_by_role("link", name="Select").click()
    page.wait_for_url("**mark=mechanism%2Fes-integration-fund-cofinancing**")
    expect(page.locator("svg.timeline a.is-marked")).to_have_count(1)
    page.locator("details summary", has_text="The table").click()
    line.get_by_role("link", name="What if").click()
    page.wait_for_url("**/whatif?**")
    document = api(watched, "/whatif", remove="mechanism/es-integration-fund-cofinancing", rules="false")["data"]
    assert page.locator("#ties-gone tbody tr").count() == len(document["ties"]) > 0
    expect(page.get_by_text("The rules were not asked again")).to_be_visible()


@pytest.mark.browser
def test_what_goes_with_the_spanish_fund_is_shown_with_its_sums(watched: Watched) -> None:
    page = watched.open("/whatif?remove=es-integration-fund")
    # the Handbook (2007): 120 million in 2005 and 182.4 million in 2006, of which municipalities get 40 %
    shown = {each.get_attribute("data-max") for each in page.locator("#lost td[data-max]").all()}
    assert {"120000000", "182400000"} <= shown
    assert "302400000" not in shown
    duties = api(watched, "/whatif", remove="es-integration-fund", rules="false")["data"]["duties"]
    assert page.locator("#duties-losing tr[data-duty]").count() == len(duties) == 2


@pytest.mark.browser
def test_the_drawing_is_there_without_script_and_can_be_kept_with_it(watched: Watched, browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = Watched(context, watched.site).open("/timeline")
        assert page.locator("svg.timeline a.bar").count() > 300
        assert page.locator("main table tbody tr").count() > 0
        expect(page.get_by_role("button", name="Save as SVG")).to_be_hidden()
    page = watched.open("/timeline?country=NL")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Save as SVG").click()
    text = Path(kept.value.path()).read_text(encoding="utf-8")
    assert "Dutch state" in text
    assert "fill: rgb(" in text
