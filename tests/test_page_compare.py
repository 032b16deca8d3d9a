"""The page of comparison: what is drawn worked by hand, what is shown held to the API, the example to its document."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from starlette.testclient import TestClient

from api.answers.compare import example_places, named_place, read_places
from api.app import create_app
from api.parameters import ParameterRefused
from api.settings import Settings
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.identifiers import mint, slug
from tests.browser import Watched, api
from tests.conftest import assert_parameter_refused
from visualisations.comparison import absence, aspect_table, indicator_panels, share_panels

HTML: Final = {"Accept": "text/html"}


def line(group: str, indicator: str, *values: tuple[Any, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"group": group, "indicator": indicator}
    for key, (value, coverage) in zip("ab", values, strict=False):
        found |= {key: value, f"{key}_coverage": coverage}
    return found


def test_panels_of_one_kind_share_a_scale_and_nothing_is_drawn_of_what_is_not_recorded() -> None:
    rows = [
        line("duties", "duties", (9, "partly"), (0, "partly")),
        line("duties", "of framing", (4, "researched"), (0, "not-assessed")),
        line("duties", "of delivery", (2, "partly"), (0, "researched")),
        line("duties", "of evaluation", (0, "partly"), (0, "partly")),
        line("ties", "mechanisms", (1, "partly"), (1, "partly")),
        line("money", "transfer EUR 2005, least", (120, "partly"), (None, "partly")),
    ]
    drawn = indicator_panels(rows, ["a", "b"])
    assert [(panel.group, panel.indicator, panel.most) for panel in drawn.panels] == [
        ("duties", "of framing", 4.0),
        ("duties", "of delivery", 4.0),
        ("ties", "mechanisms", 1.0),
    ]
    assert drawn.empty == (("duties", "of evaluation"),)
    framing, delivery, ties = drawn.panels
    # 16 % for the names, four panels of 21 % with a gutter of 4 %; dots reach 82 % of the rest
    assert (framing.left, framing.right, delivery.left) == (16.0, 33.0, 37.0)
    assert [dot.x for dot in framing.dots] == [pytest.approx(16 + 17 * 0.82), 16.0]
    assert delivery.dots[0].x == pytest.approx(37 + 17 * 0.82 / 2)
    assert [dot.state for dot in (*framing.dots, *delivery.dots)] == [
        "recorded",
        "not-assessed",
        "recorded",
        "none-found",
    ]
    assert (framing.first, delivery.first, ties.first) == (True, False, True)
    assert ties.y > framing.y == delivery.y


def test_a_share_that_is_not_known_is_not_nought() -> None:
    rows: list[dict[str, Any]] = [
        {"country": "ES", "field": "housing", "not_targeted": 0.0, "with_targeting": 2},
        {"country": "NL", "field": "housing", "not_targeted": None, "with_targeting": 0},
        {"country": "NL", "field": "health", "not_targeted": None, "with_targeting": 0},
    ]
    spain, netherlands = share_panels(rows, ["ES", "NL"]).panels
    assert [(dot.key, dot.value, dot.of) for dot in spain.dots] == [("housing", 0.0, 2)]
    assert [(dot.key, dot.value, dot.of) for dot in netherlands.dots] == [("housing", None, None)]
    assert share_panels([], ["ES"]).panels == ()


def test_absent_none_found_not_recorded_and_not_assessed_are_four_things() -> None:
    assert [absence(word) for word in ("researched", "partly", "not-assessed")] == [
        "none-found",
        "not-recorded",
        "not-assessed",
    ]
    held = {"field": "housing", "aspect": "framing", "levels": [], "absent": ["local"], "statements": ["s"]}
    place: dict[str, Any] = {"key": "a", "aspects": [{**held, "evidence": ["p"]}]}
    rows = [
        line("aspects", "housing: framing", ("; not local", "partly")),
        line("aspects", "housing: delivery", ("", "partly")),
    ]
    cells = aspect_table([place], rows)["housing"]
    assert (cells["a", "framing"].absent, cells["a", "framing"].statements) == (["local"], ["s"])
    assert (cells["a", "delivery"].absent, cells["a", "delivery"].nothing) == ((), "not-recorded")


def test_the_ready_example_is_the_ten_cities_that_the_project_names(casebook: Snapshot) -> None:
    # UPSTREAM, project description: two cities in each of five countries
    assert [slug(place) for place in example_places(casebook, "upstream")] == [
        "es-barcelona",
        "es-madrid",
        "fr-lyon",
        "fr-saint-denis",
        "gb-bristol",
        "gb-southwark",
        "nl-amsterdam",
        "nl-rotterdam",
        "pl-poznan",
        "pl-warsaw",
    ]
    with pytest.raises(ParameterRefused):
        example_places(casebook, "upsteam")


def test_places_are_named_by_code_slug_or_name(casebook: Snapshot) -> None:
    found = read_places(casebook, ["NL"], ["barcelona,es-madrid", "Netherlands"])
    assert found == [mint("territory", name) for name in ("nl", "es-barcelona", "es-madrid")]
    with pytest.raises(ParameterRefused) as refused:
        named_place(casebook, "place", "Barcelon")
    assert (refused.value.parameter, "barcelona" in refused.value.near) == ("place", True)


def test_an_aspect_names_its_statements_and_passages(client: TestClient) -> None:
    places = client.get("/api/v1/compare?country=NL&country=ES").json()["data"]["places"]
    (each,) = [
        each for each in places[0]["aspects"] if (each["field"], each["aspect"]) == ("civic-integration", "framing")
    ]
    # Penninx (2009): the state frames the courses, municipalities answer for them without a say over their content
    assert (each["levels"], each["absent"]) == (["national"], ["local"])
    stated = {iri.rpartition("/")[2] for iri in each["statements"]}
    assert stated == {
        "nl-municipalities-civic-integration-framing",
        "nl-state-civic-integration-framing",
        "nl-state-civic-integration-framing-1998",
        "nl-state-civic-integration-framing-2003",
    }
    assert len(each["evidence"]) > 1
    assert all("/id/passage/" in iri for iri in each["evidence"])


@pytest.mark.parametrize(
    ("address", "parameter", "near"),
    [
        ("/compare?place=Barcelon", "place", "barcelona"),
        ("/compare?country=XX", "country", None),
        ("/compare?place=nl,es,de,be,fr", "country", None),
        ("/api/v1/compare?example=upsteam", "example", "upstream"),
    ],
)
def test_a_place_that_is_not_known_is_refused(
    client: TestClient, address: str, parameter: str, near: str | None
) -> None:
    assert_parameter_refused(client, address, parameter, near)


def test_one_place_is_told_to_need_another(client: TestClient) -> None:
    text = client.get("/compare?country=ES", headers=HTML).text
    assert "One place is chosen, Spain" in text
    assert 'value="Spain"' in text


@pytest.mark.parametrize("path", ["/compare", "/embed/compare"])
def test_an_empty_store_has_the_comparison(empty_store: Store, path: str) -> None:
    with TestClient(create_app(Settings(store=empty_store.path))) as client:
        answer = client.get(path, headers=HTML)
        assert (answer.status_code, "<h1>" in answer.text) == (200, True)
        assert_parameter_refused(client, "/api/v1/compare?example=upstream", "example", None)


@pytest.mark.browser
def test_places_are_chosen_by_name_and_every_number_is_the_apis(watched: Watched) -> None:
    page = watched.open("/compare")
    data = api(watched, "/compare", example="upstream")["data"]
    for item in data["places"]:
        cells = page.locator(f"#overview tr[data-place={item['key']}]")
        shown = cells.locator("[data-name=duties]").text_content() or ""
        assert shown.strip() == (str(item["duties"]) if item["duties"] else _said(item["coverage"]["competence"]))
    page.get_by_label("Place 1").fill("Spain")
    page.get_by_label("Place 2").fill("Netherlands")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**place=Spain**")
    assert parse_qs(urlsplit(page.url).query) == {"place": ["Spain", "Netherlands"]}
    expect(page.locator("h1")).to_have_text("Recorded duties: Spain 32, Netherlands 42")
    data = api(watched, "/compare", place="es,nl")["data"]
    cells_read = page.eval_on_selector_all(
        "#indicators td[data-value]",
        "cells => cells.map(each => [each.dataset.place, each.closest('tr').dataset.indicator, each.dataset.value])",
    )
    shown_values = {(place, indicator): value for place, indicator, value in cells_read}
    rows = [row for row in data["rows"] if row["group"] != "aspects"]
    assert len(shown_values) == 2 * len(rows)
    for row in rows:
        for key in ("ES", "NL"):
            expected = "" if row[key] is None else str(row[key])
            assert shown_values[key, f"{row['group']}|{row['indicator']}"] == expected
    page.go_back()
    expect(page.locator("#overview")).to_be_visible()


def _said(coverage: str) -> str:
    return {"researched": "none found", "partly": "not recorded", "not-assessed": "not assessed"}[coverage]


@pytest.mark.browser
def test_the_profiles_are_those_of_the_api_with_evidence_and_not_assessed(watched: Watched) -> None:
    page = watched.open("/compare?place=nl-rotterdam,es")
    relations = api(watched, "/profiles", country="NL")["data"]["relations"]
    shown = [each.get_attribute("data-kind") for each in page.locator("[data-relation^='NL|']").all()]
    assert sorted(map(str, shown)) == sorted(row["kind"] or "not-assessed" for row in relations)
    assert {"centralist", "multilevel", "not-assessed"} <= set(shown)
    cell = page.locator("[data-relation='NL|civic-integration'][data-kind=centralist]").first
    cell.locator("summary").click()
    expect(cell.locator("a[href*='/id/passage/']").first).to_be_visible()
    mainstreaming = api(watched, "/profiles", country="NL")["data"]["mainstreaming"]
    assert page.locator("[data-mainstreaming^='NL|']").count() == len(mainstreaming)
