"""The page of flows: the chain at each grain, what is selected in it, the picture that is kept, and the trace."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from api.answers.chain import chain_document
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.chain import funding_chain
from graph.funding.grain import GRAINS, Grain, grain_chain
from graph.snapshot import Snapshot
from tests.browser import Watched, api
from tests.small_graphs import actor, flow, snapshot_of

Row = dict[str, Any]
SPAIN = {"country": "ES", "at": "2006"}


# Spain in 2006, worked out in the Handbook: the state transfers 182,400,000 EUR to the regions, 40 % of it
# (0.40 × 182,400,000 = 72,960,000) goes on to municipalities, and of the rest (182,400,000 − 72,960,000 =
# 109,440,000) nothing is known. One further transfer to the regions and one to the municipalities have no amount.
BALANCES = {
    "national": (None, 182_400_000, (0, 3)),
    "regional": (182_400_000, 182_400_000, (1, 2)),
    "local": (72_960_000, None, (1, 2)),
}


@pytest.mark.parametrize("grain", ["level", "country", "actor"])
def test_what_runs_into_a_group_and_out_of_it_balances_with_the_flows(client: TestClient, grain: str) -> None:
    document = client.get("/api/v1/flows/sankey", params={**SPAIN, "grain": grain}).json()
    nodes = {node["level"]: node for node in document["data"]["nodes"] if node["role"] == "group"}
    for level, (into, out, coverage) in BALANCES.items():
        received, paid = nodes[level]["received"], nodes[level]["paid"]
        assert (received["min"], received["max"]) == (into, into)
        assert (paid["min"], paid["max"]) == (out, out)
        assert (received["with_amount"], received["count"]) == (coverage if into else (0, 0))
    (lost,) = [link for link in document["data"]["links"] if link["kind"] == "not-traced"]
    assert (lost["min"], lost["max"]) == (109_440_000, 109_440_000)
    flows = client.get("/api/v1/flows", params=SPAIN).json()["data"]
    known = sorted(flow["amount_max"] for flow in flows if flow["quantity"] == "transfer" and flow["amount_max"])
    drawn = [link for link in document["data"]["links"] if link["kind"] != "not-traced"]
    assert sorted(link["max"] for link in drawn if link["max"]) == known == [72_960_000, 182_400_000]
    assert sum(link["count"] for link in drawn) == sum(flow["quantity"] == "transfer" for flow in flows)


def test_a_programme_stands_between_who_pays_into_it_and_who_is_paid(client: TestClient) -> None:
    document = client.get("/api/v1/flows/sankey", params={**SPAIN, "grain": "programme"}).json()
    fund = [node for node in document["data"]["nodes"] if (node["programme"] or "").endswith("/es-integration-fund")]
    assert sorted((node["received"]["max"], node["paid"]["max"]) for node in fund) == [
        (72_960_000, 72_960_000),
        (182_400_000, 182_400_000),
    ]


BODIES = [
    actor("union", "eu", "eu", "eu-institution"),
    actor("state", "national", "es"),
    actor("agency", "national", "es", "national-agency"),
    actor("region", "regional", "es-region", "regional-government"),
    actor("town", "local", "es-town", "municipality"),
    actor("helpers", "local", "es-town", "ngo"),
]
FLOWS = [
    flow("a", "union", "state", "100", year="2010"),
    flow("b", "state", "region", "30", "50", "2010"),
    flow("c", "state", "region", year="2010", phase="planned"),
    flow("d", "state", "agency", "9", year="2010"),
    flow("e", "region", "town", "20", year="2010", part_of="b", basis="derived"),
    flow("f", "town", "state", "4", year="2010"),
    flow("g", "town", "helpers", "1", year="2010", basis="inferred"),
    flow("h", "state", "region", "70", year="2010", currency="SEK"),
    flow("i", "state", "region", "80", year="2010", phase="planned"),
    flow("j", "state", "region", "60", per="total", valid_from="2007", valid_to="2013"),
]


def small(tmp_path: Path) -> Snapshot:
    return snapshot_of(tmp_path, {"actors": BODIES, "flows": FLOWS})


def found(snapshot: Snapshot, grain: Grain) -> dict[tuple[str, str], tuple[Any, ...]]:
    chain = grain_chain(columns_of(snapshot), Filters(), grain=grain)
    names = {group.id: group.role if group.role not in ("group", "programme") else "" for group in chain.groups}
    return {
        (names[strand.source] or strand.source, names[strand.target] or strand.target): (
            strand.kind,
            strand.minimum,
            strand.maximum,
            strand.count,
            strand.within,
            strand.in_cycle,
        )
        for strand in chain.strands
    }


def test_levels_add_up_what_is_alike_and_tell_the_rest_apart(tmp_path: Path) -> None:
    assert found(small(tmp_path), "level") == {
        ("@eu", "@national"): ("direct", 100, 100, 1, False, False),
        # 30 to 50 is known, the planned flow c has no amount
        ("@national", "@regional"): ("direct", 30, 50, 2, False, True),
        ("@national", "@national"): ("direct", 9, 9, 1, True, False),
        ("@regional", "@local"): ("passed-on", 20, 20, 1, False, True),
        ("@local", "@national"): ("direct", 4, 4, 1, False, True),
        ("@local", "provider"): ("direct", 1, 1, 1, False, False),
        # of 30 to 50 that reach the region 20 go on: 10 to 30 are left
        ("@regional", "not-traced"): ("not-traced", 10, 30, 1, False, False),
    }


def test_what_cannot_be_drawn_with_it_is_counted_by_reason(tmp_path: Path) -> None:
    document = chain_document(small(tmp_path), Filters(), grain="actor")
    assert [(item["reason"], item["period"], item["flows"]) for item in document.more["left_out"]] == [
        ("amount for 2007–2013: not added to amounts of one year", "2007–2013", 1),
        ("in SEK: not added to EUR without a stated rate", "2010", 1),
        ("planned: not added to what is of no stated phase", "2010", 1),
    ]
    # a, b, d, e, f, g and j; and h
    assert document.more["currencies"] == {"EUR": 8, "SEK": 1}
    drawn = sum(link["count"] for link in document.data["links"] if link["kind"] != "not-traced")
    assert drawn + 3 == len(FLOWS)
    assert [[name.rpartition("/")[2] for name in cycle] for cycle in document.more["cycles"]] == [
        ["region@regional", "town@local", "state@national"]
    ]


def test_links_past_the_limit_are_counted_and_nothing_draws_nothing(tmp_path: Path) -> None:
    chain = grain_chain(columns_of(small(tmp_path)), Filters(), grain="level", most=2)
    assert [strand.maximum for strand in chain.strands if strand.kind != "not-traced"] == [100, 50]
    assert chain.beyond == 4
    empty = grain_chain(columns_of(snapshot_of(tmp_path / "none", {})), Filters())
    assert (empty.groups, empty.strands, empty.currency, empty.beyond) == ((), (), None, 0)


def test_every_grain_counts_the_same_flows(casebook: Snapshot) -> None:
    counts = {}
    for grain in GRAINS:
        links = chain_document(casebook, Filters(), grain=grain).data["links"]
        halves = [link for link in links if "@>" not in link["source"] and link["kind"] != "not-traced"]
        counts[grain] = (sum(link["count"] for link in halves), sum(link["max"] or 0 for link in halves))
    assert len(set(counts.values())) == 1, counts


@pytest.mark.parametrize("quantity", ["transfer", "budget-line"])
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(country="ES", at=2006), Filters(at=2005), Filters(field="education")]
)
def test_the_chain_by_actor_is_that_of_every_flow_added_up_in_another_way(
    casebook: Snapshot, filters: Filters, quantity: str
) -> None:
    # the one reads each flow and adds in Python, the other adds in columns; they share no sum
    columns = columns_of(casebook)
    each = funding_chain(columns, filters, quantity)
    summed = grain_chain(columns, filters, quantity, grain="actor")
    bodies = {node.id: node.actor for node in each.nodes}
    groups = {group.id: group.who for group in summed.groups}
    one = Counter(
        (bodies[link.source], link.kind, link.basis, link.minimum, link.maximum, len(link.flows), link.with_amount)
        for link in each.links
    )
    other = Counter(
        (groups[link.source], link.kind, link.basis, link.minimum, link.maximum, link.count, link.with_amount)
        for link in summed.strands
    )
    assert one
    assert one == other
    assert (each.currency, each.phase, each.years) == (summed.currency, summed.phase, summed.years)


@pytest.mark.browser
@pytest.mark.parametrize("grain", GRAINS)
def test_the_table_of_links_shows_what_the_api_gives(watched: Watched, grain: str) -> None:
    page = watched.open(f"/flows?{urlencode({'country': 'ES', 'grain': grain})}")
    links = api(watched, "/flows/sankey", country="ES", grain=grain)["data"]["links"]
    cells = page.locator("tr[data-link] td[data-max]").evaluate_all(
        "cells => cells.map(cell => [cell.dataset.min, cell.dataset.max])"
    )
    shown = [["" if link[end] is None else str(link[end]) for end in ("min", "max")] for link in links]
    assert cells == shown != []
    expect(page.locator("#sankey[data-drawn=true] svg")).to_be_visible()


@pytest.mark.browser
def test_the_chain_is_drilled_by_keyboard_and_back_leads_back(watched: Watched) -> None:
    page = watched.open("/flows?country=ES&grain=level")
    press(page, "[data-pick='@regional']")
    expect(page.locator("#picked h3")).to_have_text("Regional")
    for word, grain in (("countries", "country"), ("programmes", "programme")):
        press(page, f"#picked a:has-text('drill down: by {word}')")
        expect(page.locator(".switch strong").first).to_have_text(word)
        assert parse_qs(urlsplit(page.url).query)["grain"] == [grain]
        press(page, "[data-pick='ES@regional']")
        expect(page.locator("#picked h3")).to_have_text("Spain, regional")
    page.go_back()
    expect(page.locator("#picked")).to_have_count(0)
    page.go_back()
    expect(page.locator("#picked h3")).to_have_text("Spain, regional")
    expect(page.locator(".switch strong").first).to_have_text("countries")


def press(page: Page, selector: str) -> None:
    """Follow a link as somebody without a mouse does."""
    page.locator(selector).first.focus()
    page.keyboard.press("Enter")


@pytest.mark.browser
def test_a_click_in_the_drawing_selects_on_all_pages_and_offers_the_trace(watched: Watched) -> None:
    page = watched.open("/flows?country=ES&at=2006")
    page.locator("#sankey svg text", has_text="Autonomous Communities").first.click()
    expect(page.locator("#picked h3")).to_have_text("Autonomous Communities of Spain")
    assert parse_qs(urlsplit(page.url).query)["mark"] == ["actor/es-autonomous-communities"]
    expect(page.locator(".selected a").first).to_have_text("Autonomous Communities of Spain")
    expect(page.locator("table.flows a.marked").first).to_be_visible()
    page.get_by_role("link", name="trace where its money goes").click()
    page.wait_for_url("**/flows/trace?*")
    assert parse_qs(urlsplit(page.url).query)["actor"] == ["es-autonomous-communities"]


@pytest.mark.browser
def test_the_kept_picture_stands_alone(watched: Watched) -> None:
    page = watched.open("/flows?country=ES&at=2006")
    with page.expect_download() as kept:
        page.locator("#save-svg").click()
    root = ElementTree.fromstring(Path(kept.value.path()).read_text())
    said = " ".join("".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text"))
    for words in (
        "Of 182,400,000 EUR in 2006, 40 % had to be passed on to Municipalities of Spain.",
        "transfers, EUR, 2006",
        "2 of 8 flows that may be summed have an amount",
        "amount unknown: a line without width",
        "derived: worked out from what a source says (dashed)",
        "inferred: our reading (dotted)",
        "money passed on",
        "not traced further",
        "109,440,000 EUR",
        "Source: Subsidia",
        "CC BY 4.0",
        "/flows?country=ES&at=2006",
    ):
        assert words in said
    with page.expect_download() as kept:
        page.locator("#save-png").click()
    assert kept.value.suggested_filename == "subsidia-flows.png"
    assert Path(kept.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.browser
def test_a_trace_shows_how_a_sum_came_to_be_and_where_the_trail_breaks(watched: Watched) -> None:
    page = watched.open("/flows/trace?actor=es-state&at=2005")
    expect(page.locator("h1")).to_have_text(
        "Of the 120,000,000 EUR that Spanish state pays (2005), "
        "48,000,000 EUR are traced on and 72,000,000 EUR are not."
    )
    main = page.locator("main")
    expect(main).to_contain_text("40 % × 120,000,000 EUR = 48,000,000 EUR: the share is stated for the flow before")
    expect(main).to_contain_text("120,000,000 EUR − 48,000,000 EUR passed on = 72,000,000 EUR not traced")
    expect(main).to_contain_text("The trail breaks here: no onward flow is recorded")
    document = api(watched, "/flows/trace", actor="es-state", at=2005)["data"]
    ends = [path.get_attribute("data-end") for path in page.locator("[data-path]").all()]
    assert ends == [path["end"] for path in document["paths"]]
    steps = page.locator("[data-step] .amount").evaluate_all("all => all.map(each => each.dataset.max)")
    assert steps == [
        "" if step["max"] is None else str(step["max"]) for path in document["paths"] for step in path["steps"]
    ]
    page.get_by_label("Direction").select_option("up")
    page.get_by_label("Body").fill("es-municipalities")
    page.get_by_role("button", name="Trace").click()
    expect(page.locator("h1")).to_have_text("Municipalities of Spain receives 48,000,000 EUR (2005).")


@pytest.mark.browser
def test_the_chain_can_be_framed_with_its_table(browser: Browser, site: str) -> None:
    with browser.new_context(viewport={"width": 640, "height": 640}) as context:
        watched = Watched(context, site)
        page = watched.open("/embed/flows?country=ES&at=2006")
        expect(page.locator("#sankey[data-drawn=true] svg")).to_be_visible()
        expect(page.locator("h1")).to_contain_text("Of 182,400,000 EUR in 2006")
        assert page.locator("tr[data-link]").count() == 4
        assert watched.complaints == []
