"""The page of SPARQL in a real Chromium: a query is written, run, refused at its line, mended, shared, cancelled."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ontology.competency import questions
from tests.browser import SIZES, Watched

pytestmark = pytest.mark.browser

MADRID = "how-does-the-money-get-from-madrid-to-the-town-halls"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
BY_TYPE = """PREFIX gov: <https://w3id.org/subsidia/def/>
SELECT ?type (COUNT(DISTINCT ?gap) AS ?gaps)
WHERE { ?gap a gov:ReportedGap ; gov:gapType ?type }
GROUP BY ?type ORDER BY DESC(?gaps)"""


def editor(watched: Watched, path: str = "/sparql") -> Page:
    page = watched.open(path)
    page.locator("#editor[data-ready]").wait_for()
    return page


def text_of(page: Page) -> str:
    return str(page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()"))


def write(page: Page, text: str) -> None:
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def heading(page: Page) -> str:
    found = page.locator("#result h2")
    found.wait_for()
    return found.text_content() or ""


def refused(watched: Watched, status: int) -> None:
    """Take the browser's own line about a refused request off the complaints: it is what the test asked for."""
    own = [each for each in watched.complaints if f"status of {status}" in each]
    assert len(own) == 1
    watched.complaints.remove(own[0])


def test_a_partner_changes_an_example_errs_mends_it_takes_the_rows_and_shares_the_link(
    watched: Watched, browser: Browser
) -> None:
    question = next(each for each in questions() if each.name == MADRID)
    page = editor(watched)
    page.get_by_role("link", name=question.question).click()
    assert heading(page).startswith("1 row")
    assert text_of(page) == question.query
    expect(page.locator("table.rows tbody tr")).to_have_text(
        re.compile(r"es-state.*es-autonomous-communities.*72960000")
    )
    # 2005: 120 million, 40 % of it passed on, Handbook 2007, chapter 4.3, lines 2959-2970
    changed = question.query.replace('"2006"', '"2005"')
    write(page, changed.replace("WHERE {", "WHERE ("))
    line = changed[: changed.index("WHERE {")].count("\n") + 1
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#refusal")).to_contain_text(f"line {line}, column")
    refused(watched, 400)
    marked = page.locator(".CodeMirror .refused")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("WHERE (")
    page.get_by_role("button", name=f"Go to line {line}").click()
    assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getCursor().line") == line - 1
    write(page, changed)
    expect(marked).to_have_count(0)
    page.keyboard.press("Control+Enter")
    assert heading(page).startswith("1 row")
    with page.expect_download() as taken:
        page.locator("#result").get_by_role("link", name="CSV").click()
    assert taken.value.suggested_filename == "subsidia.csv"
    rows = list(csv.DictReader(io.StringIO(Path(taken.value.path()).read_text())))
    assert [(row["amount"], row["passedOn"]) for row in rows] == [("120000000", "48000000")]
    page.get_by_role("button", name="Link to this query").click()
    address = page.locator("#address").input_value()
    assert parse_qs(urlsplit(address).query) == {"query": [changed]}
    assert page.url == address
    with browser.new_context() as context:
        fresh = Watched(context, watched.site)
        other = editor(fresh, address.removeprefix(watched.site))
        assert text_of(other) == changed
        other.get_by_role("button", name="Run").click()
        assert heading(other).startswith("1 row")
        assert fresh.complaints == []


def test_every_example_is_a_competency_question(watched: Watched) -> None:
    page = editor(watched)
    asked = {each.name: each for each in questions()}
    links = page.locator("a[data-example]").all()
    assert sorted(link.get_attribute("data-example") or "" for link in links) == sorted(asked)
    assert {link.text_content() for link in links} == {each.question for each in asked.values()}
    some = asked["under-which-names-does-the-german-federal-office-appear"]
    page = editor(watched, f"/sparql?example={some.name}")
    assert text_of(page) == some.query


def test_the_editor_completes_from_the_ontology_and_lets_go_of_the_keyboard(watched: Watched) -> None:
    page = editor(watched)
    hints = page.locator(".CodeMirror-hint")
    page.locator("#new-tab").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab")).to_have_count(2)
    page.keyboard.press("Control+A")
    page.keyboard.type("PREFIX go")
    expect(hints.first).to_have_text("gov: <https://w3id.org/subsidia/def/>")
    page.keyboard.press("Enter")
    page.keyboard.type("\nSELECT * WHERE {\n?a a gov:Fund")
    expect(hints).to_have_text(["gov:FundingFlow   funding flow"])
    page.keyboard.press("Enter")
    page.keyboard.type(" ; gov:paye")
    expect(hints).to_have_text(["gov:payer   payer"])
    page.keyboard.press("Enter")
    page.keyboard.type(" ?who . ?who gov:level level:loc")
    expect(hints).to_have_text(["level:local   local"])
    page.keyboard.press("Enter")
    page.keyboard.type(" }")
    expect(page.locator(".CodeMirror")).to_contain_text("PREFIX level: <https://w3id.org/subsidia/def/level/>")
    page.keyboard.press("Tab")
    expect(page.locator("#run")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    expect(page.locator("#run")).to_be_focused()
    page.keyboard.press("Enter")
    assert re.match(r"\d+ rows?, in ", heading(page))
    page.get_by_role("tab", name="Query 2").focus()
    page.keyboard.press("ArrowLeft")
    assert "Spanish Integration Fund" in text_of(page)
    page.keyboard.press("ArrowRight")
    assert "gov:FundingFlow" in text_of(page)
    page.keyboard.press("Delete")
    expect(page.get_by_role("tab")).to_have_count(1)


def test_results_are_a_table_a_chart_or_rdf(watched: Watched) -> None:
    page = editor(watched, f"/sparql?query={quote(BY_TYPE)}")
    page.get_by_role("button", name="Run").click()
    heading(page)
    counts = [int(each) for each in page.locator("table.rows td.n").all_text_contents()]
    assert counts == sorted(counts, reverse=True)
    page.get_by_role("button", name="gaps", exact=True).click()
    assert [int(each) for each in page.locator("table.rows td.n").all_text_contents()] == sorted(counts)
    page.get_by_role("tab", name="Chart").click()
    expect(page.locator("[data-drawn]")).to_have_attribute("data-drawn", str(len(counts)))
    assert page.locator("[data-drawn] svg text", has_text=re.compile(rf"^{max(counts)}$")).count() == 1
    write(page, "DESCRIBE <https://w3id.org/subsidia/id/actor/es-state>")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#view pre")).to_contain_text("Spanish state")
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("table.rows a", has_text="gov:Actor").first).to_have_attribute("href", "/def/Actor")
    write(page, "ASK { ?s ?p ?o }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result h2")).to_contain_text("true")
    page.go_back()
    page.locator("#editor[data-ready]").wait_for()
    assert text_of(page).startswith("DESCRIBE")


def test_a_long_query_shows_that_it_runs_can_be_cancelled_and_says_which_limit_it_hit(watched: Watched) -> None:
    page = editor(watched, f"/sparql?query={quote(ENDLESS)}")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#progress")).to_contain_text("Running for 1 s")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#refusal")).to_contain_text("Cancelled after")
    expect(page.locator("#run")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#refusal")).to_contain_text("longer than 10 s", timeout=20_000)
    expect(page.locator("#refusal")).to_contain_text("The limit of time was hit")
    refused(watched, 504)


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "dark"), ("phone", "light")])
def test_the_page_holds_at_both_sizes_and_schemes(browser: Browser, site: str, size: str, scheme: str) -> None:
    with browser.new_context(viewport=SIZES[size], color_scheme=scheme) as context:  # type: ignore[arg-type]
        found = Watched(context, site)
        page = editor(found)
        page.get_by_role("button", name="Run").click()
        heading(page)
        page.get_by_role("tab", name="Chart").click()
        page.locator("[data-drawn]").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        serious = [
            (each["id"], each["nodes"][0]["html"])
            for each in Axe().run(page).response["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert serious == []
        assert found.complaints == []


def test_without_script_the_plain_form_asks_and_a_refusal_marks_the_line(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/sparql?example={MADRID}")
        question = next(each for each in questions() if each.name == MADRID)
        assert page.get_by_label("Query", exact=True).input_value() == question.query
        page.get_by_label("Query", exact=True).fill("SELECT *\nWHERE ( ?s ?p ?o )")
        page.get_by_role("button", name="Run").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Not SPARQL")
        expect(page.locator("#line")).to_contain_text("WHERE ( ?s ?p ?o )")
        page.get_by_role("link", name="Mend the query").click()
        page.get_by_label("Query", exact=True).fill("ASK { ?s ?p ?o }")
        page.get_by_label("Format").select_option("json")
        page.get_by_role("button", name="Run").click()
        assert '"boolean":true' in (page.locator("pre").text_content() or "").replace(" ", "")


def test_the_script_of_the_page_is_under_a_megabyte_and_a_half(watched: Watched) -> None:
    sizes: dict[str, int] = {}
    watched.page.on(
        "requestfinished",
        lambda request: (
            sizes.update({request.url: request.sizes()["responseBodySize"]})
            if urlsplit(request.url).path.endswith((".js", ".mjs"))
            else None
        ),
    )
    page = editor(watched)
    page.get_by_role("button", name="Run").click()
    page.get_by_role("tab", name="Chart").click()
    page.locator("[data-drawn]").wait_for()
    assert 200_000 < sum(sizes.values()) < 1_500_000
