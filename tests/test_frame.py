"""The frame of the pages in a real Chromium: renewal in place, play, cancel, selection, language, embedding."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect
from starlette.testclient import TestClient

from tests.browser import Watched

pytestmark = pytest.mark.browser


def test_a_filter_renews_the_page_in_place_and_the_way_back_works(watched: Watched) -> None:
    page = watched.open("/sources")
    page = watched.open("/gaps?country=ES")
    page.evaluate("window.kept = true")
    before = page.inner_text("h1")
    page.select_option("#filters [name=country]", "NL")
    page.click("#filters button[type=submit]")
    page.wait_for_url("**/gaps?country=NL")
    expect(page.locator("h1")).not_to_have_text(before)
    assert page.evaluate("window.kept") is True
    page.go_back()
    expect(page.locator("h1")).to_have_text(before)
    assert page.url.endswith("/gaps?country=ES")
    assert page.evaluate("window.kept") is True
    page.go_back()
    assert page.url.endswith("/sources")


def test_a_slow_answer_shows_progress_and_can_be_cancelled(watched: Watched) -> None:
    page = watched.open("/gaps?country=ES")
    before = page.inner_text("h1")
    waiting: list[Route] = []
    page.route("**/gaps?country=NL", lambda route: waiting.append(route))
    page.select_option("#filters [name=country]", "NL")
    page.click("#filters button[type=submit]")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".busy")).to_have_count(0)
    assert waiting
    assert page.inner_text("h1") == before
    assert page.url.endswith("/gaps?country=ES")


def test_the_years_are_played_and_stopped(watched: Watched) -> None:
    page = watched.open("/actors?country=ES&at=1990")
    page.get_by_role("button", name="Play the years").click()
    page.wait_for_url("**at=1992**")
    page.get_by_role("button", name="Stop").click()
    stopped = page.url
    page.wait_for_timeout(1800)
    assert page.url == stopped
    assert page.input_value("#at") == stopped.rpartition("at=")[2].partition("&")[0]


def test_a_selection_goes_along_and_is_taken_back(watched: Watched) -> None:
    page = watched.open("/actors?country=ES&mark=actor/es-municipalities")
    page.get_by_role("link", name="Network", exact=True).click()
    page.wait_for_url("**/network?**mark=actor%2Fes-municipalities**")
    expect(page.locator("p.selected")).to_contain_text("Municipalities of Spain")
    page.get_by_role("link", name="clear the selection").click()
    expect(page.locator("p.selected")).to_have_count(0)
    assert "mark=" not in page.url


def test_a_page_speaks_the_language_of_its_address_before_that_of_the_browser(browser: Browser, site: str) -> None:
    with browser.new_context(locale="de-AT") as context:
        page = context.new_page()
        page.goto(f"{site}/actors")
        assert page.get_attribute("html", "lang") == "de"
        page.goto(f"{site}/actors?lang=nl")
        assert page.get_attribute("html", "lang") == "nl"
        page.locator(".top nav a").first.click()
        page.wait_for_url("**lang=nl**")
        assert page.get_attribute("html", "lang") == "nl"


def test_only_embedded_charts_may_be_framed(client: TestClient) -> None:
    html = {"Accept": "text/html"}
    page = client.get("/gaps", headers=html)
    embedded = client.get("/embed/gaps", headers=html)
    other = client.get("/embed/docs", headers=html)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "frame-ancestors *" in embedded.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in other.headers["content-security-policy"]
    assert other.status_code == 404
    assert 'id="filters"' in page.text
    assert 'id="filters"' not in embedded.text


def test_a_page_asked_again_is_the_same_and_never_in_the_language_or_for_the_host_of_another(
    client: TestClient,
) -> None:
    kept = client.app.state.repeats  # type: ignore[attr-defined]
    address, before = "/gaps?country=NL&type=discontinuity", kept.hits

    def ask(language: str, host: str) -> str:
        headers = {"Accept": "text/html", "Accept-Language": language, "Host": host}
        return client.get(address, headers=headers).text

    first = ask("en", "one.example")
    assert kept.hits == before
    assert ask("en", "one.example") == first
    assert kept.hits == before + 1
    assert '<html lang="de">' in ask("de", "one.example")
    other = ask("en", "other.example")
    assert kept.hits == before + 1
    assert "http://other.example/gaps" in other
    assert "one.example" not in other
