"""Pages in a real Chromium: they open cleanly, stay on the host, and show the numbers of the API."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.store import Store
from tests.browser import SIZES, Watched, api, run

pytestmark = pytest.mark.browser

PAGES: Final = (
    "/",
    "/search?q=barcelona",
    "/search?q=zzz",
    "/flows",
    "/flows?country=ES&at=2006",
    "/flows?by=country",
    "/flows?by=actor",
    "/flows?by=field",
    "/flows?country=ES&at=2006&pick=actor/es-state@national&mark=actor/es-state",
    "/embed/flows?country=ES&at=2006",
    "/flows?country=BE&at=1900&basis=derived",
    "/flows?grain=programme",
    "/flows/trace?actor=es-state&at=2005",
    "/network",
    "/network?country=ES&kind=funding,hierarchy",
    "/timeline",
    "/embed/timeline?country=NL",
    "/timeline?country=NL&from=2006&to=2013",
    "/whatif?remove=es-integration-fund",
    "/compare",
    "/embed/compare?place=es,nl",
    "/compare?place=es,nl",
    "/map",
    "/map?measure=duties&country=NL&mark=territory/nl-rotterdam",
    "/embed/map",
    "/map?measure=received&ties=mechanisms&country=ES",
    "/gaps",
    "/gaps?country=NL&type=discontinuity",
    "/gaps?rows=actor&country=NL",
    "/gaps?country=NL&field=civic-integration&ties=all",
    "/embed/gaps?country=ES",
    "/network?of=nl-state&size=brokerage&colour=community",
    "/network?country=BE&at=1900&basis=derived",
    "/embed/network?country=PL",
    "/network?path=nl-state..nl-newcomers&kind=funding",
    "/actors",
    "/actors?level=local&q=spain",
    "/actors/es-autonomous-communities",
    "/id/passage/handbook-2007-es-fund-amounts",
    "/id/source/handbook-2007",
    "/sources",
    "/sources/handbook-2007?kind=flow",
    "/sources/council-cbp-2004",
    "/ontology?q=share",
    "/def/level/local",
    "/def/Competence",
    "/def/share",
    "/def/",
    "/graph/casebook",
    "/sparql",
    "/docs",
    "/guide",
    "/guide/tutorials/policymaker",
    "/guide/reference/settings?lang=de",
    "/guide/reference/tables",
)


# axe takes half a minute for the largest pages, and finds nothing in them that it does not find in a small one of the
# same template; Swagger's page is its own
NOT_FOR_AXE: Final = frozenset(
    {"/gaps", "/network", "/flows", "/flows?by=country", "/flows?by=actor", "/flows?by=field", "/actors", "/timeline"}
    | {"/actors/es-autonomous-communities", "/id/source/handbook-2007", "/def/Competence", "/def/", "/docs"}
    | {"/guide/reference/tables"}
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_cleanly_stays_on_the_host_and_can_be_used_by_everybody(
    browser: Browser, site: str, path: str
) -> None:
    with browser.new_context(viewport=SIZES["desktop"], color_scheme="light") as context:
        watched = Watched(context, site)
        page = watched.open(path)
        page.wait_for_load_state("networkidle")
        assert page.locator("h1, h2").count() >= 1
        _is_open_to_everybody(page, path, asked=PAGES.index(path) % 2 == 0)
        page.set_viewport_size(SIZES["phone"])
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(200)
        _is_open_to_everybody(page, path, asked=PAGES.index(path) % 2 == 1)
        assert watched.complaints == []


def _is_open_to_everybody(page: Page, path: str, *, asked: bool) -> None:
    """Check that a page fits its window, and every other one of them, as pages have templates in common, with axe."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    if path in NOT_FOR_AXE or not asked:
        return
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.parametrize("path", ["/flows?country=ES&at=2006", "/network?country=ES", "/gaps", "/actors/es-barcelona"])
def test_a_page_reads_well_without_script(browser: Browser, site: str, path: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = Watched(context, site).open(path)
        assert page.locator("main table tbody tr").count() > 0
        assert page.locator("figure.chart").filter(visible=True).count() == 0
        assert page.locator("form.filters button").is_visible()


def test_the_charts_are_drawn(watched: Watched) -> None:
    page = watched.open("/flows?country=ES&at=2006")
    expect(page.locator("#sankey[data-drawn=true] svg")).to_be_visible()
    drawing = page.locator("#sankey svg")
    for text in ("Spanish state", "Municipalities of Spain", "72,960,000 EUR", "Regional"):
        expect(drawing.get_by_text(text, exact=True).first).to_be_attached()
    page = watched.open("/network?country=ES")
    expect(page.locator("#network-canvas canvas")).to_be_visible()
    nodes = api(watched, "/network", country="ES")["meta"]["nodes"]
    expect(page.locator("#network-canvas")).to_have_attribute("data-drawn", str(nodes))


def test_the_picture_of_the_flows_can_be_kept(watched: Watched) -> None:
    page = watched.open("/flows?country=ES&at=2006")
    with page.expect_download() as kept:
        page.locator("#save-svg").click()
    assert kept.value.suggested_filename == "subsidia-flows.svg"
    assert b"<svg" in Path(kept.value.path()).read_bytes()[:2000]


def test_the_question_about_spain_is_answered_in_the_headline(watched: Watched) -> None:
    page = watched.open("/")
    page.get_by_role("link", name="Follow the money").click()
    expect(page.locator("h1")).to_have_text(
        "Of 182,400,000 EUR in 2006, 40 % had to be passed on to Municipalities of Spain."
    )
    expect(page.get_by_text("amount unknown").first).to_be_visible()


Sums = list[tuple[str, str, int]]


def _number(value: object) -> str:
    return "" if value in (None, "") else f"{Decimal(str(value)).normalize():f}"


def _sums(page: Page) -> Sums:
    cells = page.locator("#funding-matrix [data-cell]").all()
    found = [[cell.get_attribute(f"data-{name}") for name in ("min", "max", "flows")] for cell in cells]
    return sorted((_number(low), _number(high), int(flows or 0)) for low, high, flows in found)


@pytest.mark.parametrize(
    ("by", "filters"),
    [
        *((by, {"country": "ES", "at": "2006"}) for by in ("level", "country", "field", "programme", "actor")),
        ("level", {}),
        ("actor", {}),
        ("country", {"field": "education"}),
        ("field", {"level": "local"}),
    ],
)
def test_the_matrix_shows_what_the_api_and_the_printed_query_give(
    watched: Watched, by: str, filters: dict[str, str]
) -> None:
    page = watched.open(f"/flows?{urlencode({**filters, 'by': by})}")
    document = api(watched, "/flows/matrix", by=by, **filters)
    shown = _sums(page)
    assert shown == sorted((_number(cell["min"]), _number(cell["max"]), cell["flows"]) for cell in document["data"])
    printed = page.locator("details.query", has_text="SPARQL: the matrix").locator("code").text_content()
    assert printed == document["meta"]["query"]
    rows = run(watched, printed or "")
    assert shown == sorted((_number(row.get("min")), _number(row.get("max")), int(row["flows"])) for row in rows)
    coverage = page.locator(".coverage")
    assert coverage.get_attribute("data-flows") == str(document["meta"]["coverage"]["flows"])
    assert coverage.get_attribute("data-with-amount") == str(document["meta"]["coverage"]["with_amount"])


def test_every_flow_is_listed_with_the_amount_of_the_api(watched: Watched) -> None:
    page = watched.open("/flows?country=ES")
    rows = page.locator("table.flows tbody tr")
    amounts = [(row.get_attribute("id"), row.locator("td.n").get_attribute("data-max")) for row in rows.all()]
    flows = api(watched, "/flows", country="ES")["data"]
    assert amounts == [
        (flow["flow"].rsplit("/", 1)[1], "" if flow["amount_max"] is None else str(flow["amount_max"]))
        for flow in flows
    ]


@pytest.mark.parametrize(
    "filters", [{}, {"country": "NL", "type": "discontinuity"}, {"field": "education", "at": "2006"}]
)
def test_the_gaps_are_those_of_the_api(watched: Watched, filters: dict[str, str]) -> None:
    page = watched.open(f"/gaps?{urlencode(filters)}")
    gaps = api(watched, "/gaps", **filters)
    assert [each.get_attribute("data-gap") for each in page.locator("article.gap").all()] == [
        gap["id"] for gap in gaps["data"]
    ]
    counts = {
        each.get_attribute("data-state"): each.get_attribute("data-count")
        for each in page.locator(".key [data-state]").all()
    }
    rest = {name: value for name, value in filters.items() if name not in ("country", "field")}
    cells = api(watched, "/gaps/matrix", **rest)["data"]
    for state in ("reported", "indicated", "coordinated"):
        assert counts[state] == str(sum(cell["state"] == state for cell in cells))
        signs = page.locator(f"#gap-matrix a[data-state={state}]")
        assert signs.count() == int(counts[state] or 0)


def test_reported_gaps_are_those_of_the_printed_query(watched: Watched) -> None:
    page = watched.open("/gaps")
    printed = page.locator("details.query", has_text="SPARQL: the reported gaps").locator("code").text_content()
    found = {row["gap"] for row in run(watched, printed or "")}
    shown = {each.get_attribute("data-gap") for each in page.locator("article.gap:has(.state-reported)").all()}
    assert shown == found


def test_a_cell_opens_its_gaps_and_the_way_back_works(watched: Watched) -> None:
    page = watched.open("/gaps")
    page.locator("#gap-matrix a[data-state=reported]").first.click()
    page.wait_for_url("**/gaps?*country=*")
    chosen = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert set(chosen) == {"country", "field"}
    gaps = api(watched, "/gaps", **chosen)
    assert page.locator("article.gap").count() == gaps["meta"]["rows"] > 0
    page.go_back()
    page.wait_for_url("**/gaps")
    expect(page.locator("article.gap")).to_have_count(api(watched, "/gaps")["meta"]["rows"])


def test_counts_on_the_front_page_are_the_statistics(watched: Watched) -> None:
    page = watched.open("/")
    things = api(watched, "/stats")["data"]["things"]
    for kind, count in things.items():
        assert page.locator(f"[data-count={kind}]").text_content() == f"{count:,}"


def test_the_coverage_of_a_source_is_that_of_the_api(watched: Watched) -> None:
    page = watched.open("/sources")
    for row in api(watched, "/sources")["data"]:
        line = page.locator("main tbody tr", has=page.locator(f"a[href$='/sources/{row['slug']}']"))
        for kind in ("figure", "event", "organisation"):
            for count in ("lines", "covered", "explained", "open"):
                cell = line.locator(f"[data-count={kind}-{count}]")
                shown = cell.text_content() if row["read"] else "–"
                assert shown == (f"{row[f'{kind}_{count}']:,}" if row["read"] else "–")
    page.locator("a[href$='/sources/handbook-2007']").click()
    page.wait_for_load_state()
    statements = api(watched, "/sources/handbook-2007", limit=1)["meta"]["rows"]
    assert page.locator("#statement-count").get_attribute("data-count") == str(statements)
    page.get_by_role("link", name="Next statements").click()
    expect(page.locator("#statement-count")).to_contain_text("201 to 400")


def test_the_uses_of_a_term_are_those_of_the_printed_query(watched: Watched) -> None:
    page = watched.open("/ontology")
    printed = page.locator("details.query", has_text="SPARQL: the usage").locator("code").text_content()
    uses = {
        row["term"].removeprefix("https://w3id.org/subsidia/def/"): row["uses"] for row in run(watched, printed or "")
    }
    shown = {each.get_attribute("data-uses"): each.text_content() for each in page.locator("[data-uses]").all()}
    assert {name: f"{int(uses.get(name or '', 0)):,}" for name in shown} == shown
    assert shown["Actor"] == f"{api(watched, '/stats')['data']['things']['actor']:,}"


def test_the_whole_network_is_drawn_where_it_is_asked_for(watched: Watched) -> None:
    page = watched.open("/network")
    everything = api(watched, "/network")["meta"]["rows"]
    link = page.locator("a[data-left-out]")
    shown = api(watched, "/network", kind="funding,coordination,hierarchy")["meta"]["rows"]
    assert link.get_attribute("data-left-out") == str(everything - shown)
    link.click()
    page.wait_for_url("**/network?kind=all")
    assert f"{everything:,} ties" in (page.locator("h1").text_content() or "")


def test_a_filter_goes_into_the_address_and_the_address_can_be_shared(watched: Watched, browser: Browser) -> None:
    page = watched.open("/flows?by=country")
    page.locator("select[name=country]").select_option("ES")
    page.get_by_label("As of year", exact=True).fill("2006")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/flows?*country=ES*")
    query = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert query == {"by": "country", "country": "ES", "at": "2006"}
    headline = page.locator("h1").text_content()
    with browser.new_context() as context:
        other = Watched(context, watched.site)
        shared = other.open(page.url.removeprefix(watched.site))
        assert shared.locator("h1").text_content() == headline
        assert _sums(shared) == _sums(page)
    page.go_back()
    expect(page.locator("h1")).not_to_have_text(headline or "")
    page.go_forward()
    expect(page.locator("h1")).to_have_text(headline or "")
    page.get_by_role("link", name="Clear", exact=True).click()
    page.wait_for_url(f"{watched.site}/flows")


def test_the_slider_mirrors_the_year(watched: Watched) -> None:
    page = watched.open("/flows?at=2006")
    slider = page.get_by_label("As of year, slider")
    expect(slider).to_have_value("2006")
    slider.fill("2005")
    expect(page.locator("#at")).to_have_value("2005")


def test_undated_rows_are_counted_where_a_year_is_asked_for(watched: Watched) -> None:
    page = watched.open("/flows?country=ES&at=2006")
    flows = api(watched, "/flows", country="ES", at=2006)["data"]
    undated = sum(flow["begin"] is None and flow["end"] is None for flow in flows)
    expect(page.get_by_text(f"{undated} of the flows shown are undated")).to_be_visible()


def test_ties_are_switched_in_the_address(watched: Watched) -> None:
    page = watched.open("/network?country=ES")
    page.get_by_label("competence").uncheck()
    page.wait_for_url("**kind=funding**")
    page.wait_for_load_state()
    document = api(watched, "/network", country="ES", kind="funding,coordination,hierarchy")
    assert f"{document['meta']['rows']} ties" in (page.locator("h1").text_content() or "")
    link = page.get_by_role("link", name="GraphML").get_attribute("href") or ""
    assert parse_qs(urlsplit(link).query)["kind"] == ["funding,coordination,hierarchy"]
    assert watched.page.request.get(watched.site + link).text().count("<node ") == document["meta"]["nodes"]


def test_an_actor_is_found_in_the_picture(watched: Watched) -> None:
    page = watched.open("/network?country=ES")
    page.get_by_label("Find in the picture").fill("barcelona")
    page.keyboard.press("Enter")
    page.locator("#node-said a").click()
    page.wait_for_url("**/actors/es-barcelona")
    expect(page.get_by_role("heading", level=1)).to_have_text("Barcelona")


def test_an_actor_page_opens_its_evidence(watched: Watched) -> None:
    page = watched.open("/actors/es-autonomous-communities")
    document = api(watched, "/actors/es-autonomous-communities")["data"]
    for part, word in (("money_in", "Money in"), ("money_out", "Money out"), ("mechanisms", "Ties")):
        expect(page.get_by_role("heading", name=f"{word} ({len(document[part])})")).to_be_visible()
    page.locator("ul.sources a").first.click()
    page.wait_for_url("**/id/passage/**")
    expect(page.get_by_text("sha256:").first).to_be_visible()
    expect(page.get_by_role("heading", name="What it supports")).to_be_visible()
    assert page.get_by_role("link", name="Autonomous Communities of Spain").count() > 0


def test_absences_and_norms_are_told_apart_from_duties(watched: Watched) -> None:
    duties = api(watched, "/competences")["data"]
    norm = next(row for row in duties if row["modality"] == "should")
    page = watched.open(f"/actors/{norm['holder'].rsplit('/', 1)[1]}")
    expect(page.get_by_role("heading", name="norms, not facts")).to_be_visible()
    absence = next(row for row in duties if row["nature"] == "none" and row["modality"] == "is")
    page = watched.open(f"/actors/{absence['holder'].rsplit('/', 1)[1]}")
    expect(page.get_by_role("heading", name="No part in, as a source says")).to_be_visible()


def test_search_by_key_and_by_suggestion(watched: Watched) -> None:
    page = watched.open("/gaps")
    page.keyboard.press("/")
    page.keyboard.type("barcelona")
    page.locator("#found a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/actors/es-barcelona")
    expect(page.get_by_role("heading", level=1)).to_have_text("Barcelona")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/flows?country=XX", 422, "country=XX"),
        ("/flows?field=educatoin", 422, "Did you mean"),
        ("/actors/es-stat", 404, "No actor is called"),
        ("/id/actor/nobody", 404, "Not found"),
        ("/nowhere", 404, "Not found"),
    ],
)
def test_a_refusal_is_a_page_that_helps(browser: Browser, site: str, path: str, status: int, said: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        answer = page.goto(site + path)
        assert answer is not None
        assert answer.status == status
        assert answer.headers["content-type"].startswith("text/html")
        expect(page.get_by_text(said).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_near_match_of_a_refused_word_leads_on(browser: Browser, site: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site}/flows?field=educatoin&country=ES")
        page.get_by_role("link", name="education").click()
        assert parse_qs(urlsplit(page.url).query) == {"field": ["education"], "country": ["ES"]}
        expect(page.locator("form.filters")).to_be_visible()


def test_an_empty_answer_says_what_to_loosen(watched: Watched) -> None:
    page = watched.open("/flows?country=BE&at=1900&basis=derived")
    page.get_by_role("link", name="without basis derived").click()
    page.wait_for_url(lambda address: "basis" not in address)
    assert parse_qs(urlsplit(page.url).query) == {"country": ["BE"], "at": ["1900"]}


@pytest.mark.parametrize("path", ["/", "/flows", "/network", "/gaps", "/actors", "/search?q=a"])
def test_an_empty_store_has_pages(empty_store: Store, path: str) -> None:
    with TestClient(create_app(Settings(store=empty_store.path))) as client:
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert "<h1>" in answer.text
