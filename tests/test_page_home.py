"""The front page, search, the ontology and its terms, in a real Chromium and in a store that has little."""

from __future__ import annotations

import html
import re

import pytest
from playwright.sync_api import expect
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.store import Store
from loaders.tables.statements import load_tables
from ontology.terms import terms
from tests.browser import Watched, api, run
from tests.conftest import WriteTables

PAGES = ["/", "/search?q=barcelona", "/search?q=zzz", "/ontology?q=share", "/def/share", "/graph/casebook"]
HTML = {"Accept": "text/html"}


@pytest.mark.browser
def test_each_guide_leads_from_its_answer_to_the_passage(watched: Watched) -> None:
    page = watched.open("/")
    answers = page.locator(".guides .answer").all_text_contents()
    # 40 % of 182.4 million, Handbook 2007, chapter 4.3; Building Inclusive Cities 2014, section II.B; preface, line 23
    assert answers[0] == "Of 182,400,000 EUR in 2006, 40 % had to be passed on to Municipalities of Spain."
    assert "Dutch state ended in 2012" in answers[1]
    assert "preface of the Handbook" in answers[2]
    expect(page.get_by_text("72,960,000 EUR")).to_be_visible()
    chains = [
        [link.get_attribute("href") or "" for link in guide.locator(".steps a").all()]
        for guide in page.locator(".guides > li").all()
    ]
    assert [len(chain) for chain in chains] == [4, 4, 4]
    for address in [each for chain in chains for each in chain]:
        assert page.request.get(watched.site + address, headers=HTML).ok, address
    for chain, locator in ((chains[0], "chapter 4.3"), (chains[1], "section II.B")):
        assert "/id/passage/" in chain[-1]
        watched.open(chain[-1])
        expect(page.get_by_role("heading", level=1)).to_contain_text(locator)
    watched.open("/")
    page.get_by_role("link", name="Open its cell: Netherlands, civic integration").click()
    expect(page.locator("article.gap:target")).to_contain_text("The money ended, the duty did not")


@pytest.mark.browser
def test_the_coverage_shown_is_that_of_the_api(watched: Watched) -> None:
    page = watched.open("/")
    cells = api(watched, "/gaps/matrix")["data"]
    read = sum(cell["researched"] for cell in cells)
    assert page.locator("[data-coverage=read]").count() == read > 0
    assert page.locator("[data-coverage=noted]").count() == len(cells) - read
    expect(page.get_by_text(f"{read} pairs of country and field were searched")).to_be_visible()


@pytest.mark.browser
def test_a_term_is_found_and_opened_by_keyboard(watched: Watched) -> None:
    page = watched.open("/ontology")
    page.get_by_label("Search in names, labels and definitions").focus()
    page.keyboard.type("co-financing rate")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ontology?q=co-financing+rate")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("“co-financing rate”")
    wanted = [
        each
        for each in terms().values()
        if all(word in f"{each.name} {each.label} {each.definition}".casefold() for word in ("co-financing", "rate"))
    ]
    shown = page.locator("table.terms tbody tr").count()
    assert re.match(r"\d+", heading.text_content() or "")[0] == str(len(wanted))  # type: ignore[index]
    assert shown == sum(each.kind != "scheme" for each in wanted) > 0
    page.locator("#cofinancingRate th a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/def/cofinancingRate")
    uses = run(
        watched, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s <https://w3id.org/subsidia/def/cofinancingRate> ?o } }"
    )
    expect(page.get_by_text(f"in {uses[0]['n']} statements of the data")).to_be_visible()
    page.locator("dl.facts a[href*='/id/flow/']").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("co-financing rate")


def test_a_property_tells_what_it_is_of_and_what_it_holds() -> None:
    # ontology/core.ttl: gov:payer schema:domainIncludes gov:FundingFlow ; schema:rangeIncludes gov:Actor
    payer = terms()["https://w3id.org/subsidia/def/payer"]
    assert payer.used_with == ("https://w3id.org/subsidia/def/FundingFlow",)
    assert payer.values == ("https://w3id.org/subsidia/def/Actor",)


def test_a_store_without_the_casebook_has_guides_of_its_own_and_no_dead_link(
    tables: WriteTables, empty_store: Store
) -> None:
    empty_store.load(load_tables(tables()).quads)
    with TestClient(create_app(Settings(store=empty_store.path))) as client:
        text = client.get("/", headers=HTML).text
        guides = re.findall(r'<p class="reader">(.*?)</p>', text)
        # no flow of the small tables is passed on, one gap is reported, and a query can always be asked
        assert guides == ["For researchers", "For partners"]
        assert "casebook" not in text.casefold()
        links = {html.unescape(each) for each in re.findall(r'href="(/[^"]*)"', text.partition("<main")[2])}
        assert len(links) > 10
        assert [each for each in sorted(links) if client.get(each, headers=HTML).status_code != 200] == []
        asked = client.get("/sparql", headers=HTML).text
        assert "which is not in this store" in asked


def test_an_empty_store_has_no_guide_but_that_of_the_partner(empty_store: Store) -> None:
    with TestClient(create_app(Settings(store=empty_store.path))) as client:
        text = client.get("/", headers=HTML).text
    assert re.findall(r'<p class="reader">(.*?)</p>', text) == ["For partners"]
    assert "This store holds no statement yet" in text


def test_an_unknown_example_is_refused_with_one_that_is_like_it(client: TestClient) -> None:
    answer = client.get("/sparql?example=who-runs-the-european-refugee-found", headers=HTML)
    assert answer.status_code == 422
    assert "who-runs-the-european-refugee-fund" in answer.text
