"""The page of gaps: the states by actor, a researcher's way from a cell to a file, the ranking of missing ties."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from graph.filters import Filters
from graph.gaps.actors import actor_gap_matrix
from ontology.identifiers import mint
from tests.browser import Watched, api
from tests.small_graphs import actor, in_memory, mechanism, scope
from visualisations.matrix import gap_grid

GEXF = "{http://www.gexf.net/1.2draft}"

# The town and the state have a gap in housing, the state and the region a mechanism in housing and in health. Spain
# was searched for coordination in housing only, France not at all, though its state has a mechanism with the Union.
TABLES: dict[str, list[Any]] = {
    "actors": [
        actor("state", "national", "es"),
        actor("region", "regional", "es-region", "regional-government"),
        actor("town", "local", "es-town", "municipality"),
        actor("french", "national", "fr"),
        actor("union", "eu", "eu", "eu-institution"),
    ],
    "gaps": [
        {"key": "g1", "label": "Not asked", "type": "policy", "between": "state|town", "levels": "national|local"}
        | {"fields": "housing", "basis": "stated", "passage": "p1"},
    ],
    "mechanisms": [
        mechanism("table", "state|region", "housing|health"),
        mechanism("council", "french|union", "housing"),
    ],
    "scopes": [scope("s1", "es", "housing", "coordination")],
}


def test_an_actor_is_coordinated_only_where_its_country_was_searched_and_it_has_no_gap() -> None:
    cells = {
        (cell.actor.rsplit("/", 1)[1], cell.field): (cell.state, cell.reported, cell.ties)
        for cell in actor_gap_matrix(in_memory(TABLES), Filters())
    }
    assert cells == {
        ("state", "housing"): ("reported", 1, 1),
        ("town", "housing"): ("reported", 1, 0),
        ("region", "housing"): ("coordinated", 0, 1),
        ("state", "health"): ("not-assessed", 0, 1),
        ("region", "health"): ("not-assessed", 0, 1),
        ("french", "housing"): ("not-assessed", 0, 1),
        ("union", "housing"): ("not-assessed", 0, 1),
    }


def test_filters_narrow_the_actors_and_no_filter_makes_one_coordinated() -> None:
    snapshot = in_memory(TABLES)
    hidden = {cell.actor: cell.state for cell in actor_gap_matrix(snapshot, Filters(type="funding", field="housing"))}
    assert hidden[mint("actor", "state")] == "not-assessed", "it has a gap, of another type"
    french = actor_gap_matrix(snapshot, Filters(country="FR"))
    assert [cell.actor for cell in french] == [mint("actor", "french")]


def test_actors_of_whom_nothing_can_be_said_are_no_row() -> None:
    def cell(name: str, field: str, state: str, *gaps: str) -> dict[str, Any]:
        counts = {"reported": len(gaps), "indicated": 0, "gaps": list(gaps)}
        return {"actor": name, "field": field, "state": state, **counts}

    cells = [
        cell("a", "housing", "not-assessed"),
        cell("b", "housing", "reported", "one"),
        cell("c", "housing", "reported", "one", "two"),
        cell("c", "health", "reported", "two"),
    ]
    grid = gap_grid(cells, "actor")
    assert grid.rows == ("c", "b"), "who has most gaps comes first"
    assert grid.gaps == {"c": 2, "b": 1}, "a gap in two fields is one"
    assert grid.counts == {"reported": 3, "indicated": 0, "coordinated": 0, "not-assessed": 1}


@pytest.mark.browser
def test_a_researcher_goes_from_the_cell_of_the_dutch_duty_to_a_file_of_its_network(watched: Watched) -> None:
    # Building Inclusive Cities: from 2012 newcomers pay for their courses themselves, and must still pass the test
    page = watched.open("/gaps")
    page.locator("#gap-matrix a[href*='country=NL'][href*='field=civic-integration']").press("Enter")
    page.wait_for_url("**/gaps?country=NL&field=civic-integration*")
    gap = page.locator("article.gap", has=page.get_by_role("heading", name="The money ended, the duty did not"))
    expect(gap).to_contain_text("2012")
    expect(gap.get_by_role("link", name="Dutch state")).to_be_visible()
    expect(gap.locator("ul.sources a").first).to_contain_text("Building Inclusive Cities (2014)")
    expect(gap).to_contain_text("another flow to the holder in that field, or the end of the duty")
    gap.locator("summary").press("Enter")
    expect(gap).to_contain_text("Severity:")
    gap.get_by_role("link", name="missing ties, ranked").press("Enter")
    page.wait_for_url("**/gaps?*ties=duty-outlives-funding*")
    inside = page.locator("#missing-ties tr.inside").first
    expect(inside).to_contain_text("Newcomers to the Netherlands with an integration duty")
    expect(inside).to_contain_text("Dutch state")
    with page.expect_download() as kept:
        gap.get_by_role("link", name="GEXF").press("Enter")
    nodes = ElementTree.parse(Path(kept.value.path())).getroot().iter(f"{GEXF}node")
    exported = {node.get("id") for node in nodes}
    network = api(watched, "/network", country="NL", field="civic-integration")
    assert exported == {node["actor"] for node in network["data"]["nodes"]}
    assert {mint("actor", "nl-state"), mint("actor", "nl-newcomers")} <= exported
    page.go_back()
    page.wait_for_url("**/gaps?country=NL&field=civic-integration*")
    expect(page.locator("#missing-ties")).to_have_count(0)


@pytest.mark.browser
def test_cells_by_actor_are_those_of_the_api_and_open_the_gaps_of_the_actor(watched: Watched) -> None:
    page = watched.open("/gaps?rows=actor&whole=yes")
    cells = api(watched, "/gaps/matrix", by="actor")["data"]
    for state in ("reported", "indicated", "coordinated"):
        count = sum(cell["state"] == state for cell in cells)
        assert page.locator(f".key [data-state={state}]").get_attribute("data-count") == str(count)
        assert page.locator(f"#gap-matrix a[data-state={state}]").count() == count
    page.locator("#gap-matrix a[href*='actor=nl-state'][href*='field=civic-integration']").click()
    page.wait_for_url("**/gaps?actor=nl-state*")
    assert parse_qs(urlsplit(page.url).query)["rows"] == ["actor"]
    gaps = api(watched, "/gaps", actor="nl-state", field="civic-integration")
    expect(page.locator("article.gap")).to_have_count(gaps["meta"]["rows"])
    page.locator("p.types a", has_text="funding").click()
    page.wait_for_url("**type=funding*")
    gaps = api(watched, "/gaps", actor="nl-state", field="civic-integration", type="funding")
    expect(page.locator("article.gap")).to_have_count(gaps["meta"]["rows"])


@pytest.mark.browser
def test_the_ranking_of_missing_ties_is_asked_for_and_has_the_numbers_of_the_api(watched: Watched) -> None:
    page = watched.open("/gaps?country=NL&field=civic-integration")
    assert page.locator("#missing-ties").count() == 0, "it takes time, and waits to be asked for"
    page.locator("#rank-ties").press("Enter")
    page.wait_for_url("**ties=all*")
    document = api(watched, "/network/measures/missing-ties", country="NL", field="civic-integration")
    rows = page.locator("#missing-ties tbody tr")
    expected = document["data"][:25]
    expect(rows).to_have_count(len(expected))
    for shown, row in zip(rows.all(), expected, strict=True):
        cells = [cell.strip() for cell in shown.locator("td.n").all_text_contents()]
        assert cells[1] == str(row["closes"])
        assert cells[3:] == [f"{row['z']:.2f}", f"{row['p']:.3f}"]
        assert (shown.locator(".bridged").count() == 1) == row["bridged"]
    assert page.locator("#tie-count").get_attribute("data-closing") == str(document["meta"]["whole"]["closing"])
    expect(page.locator("#tie-count")).to_contain_text("proves no single pair")
