"""The map: what it counts, how it is laid out, and the page in a real Chromium."""

from __future__ import annotations

import json
from math import radians
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from api.answers.document import Document
from api.answers.map import map_document, ties_document
from graph.filters import Filters
from graph.snapshot import Snapshot
from loaders.places.outlines import outline
from tests.browser import Watched, api
from tests.conftest import assert_parameter_refused
from tests.small_graphs import PLACES, Rows, actor, flow, mechanism, scope, snapshot_of
from visualisations.assets.europe import europe
from visualisations.map import map_picture
from visualisations.outline import area, rings_of, simplified
from visualisations.projection import KILOMETRES, projected

# Two squares side by side with one border: arc 0 is shared, arc 1 closes the west one, arc 2 the east one. All steps
# are of a tenth of a degree from 10° east, 50° north.
ATLAS: dict[str, Any] = {
    "transform": {"scale": [0.1, 0.1], "translate": [10, 50]},
    "arcs": [
        [[20, 0], [0, 20]],
        [[20, 20], [-20, 0], [0, -20], [20, 0]],
        [[20, 0], [20, 0], [0, 20], [-20, 0]],
    ],
    "objects": {
        "countries": {
            "geometries": [
                {"id": "276", "type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "West"}},
                {"id": "616", "type": "MultiPolygon", "arcs": [[[2, -1]]], "properties": {"name": "East"}},
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "Kosovo"}},
            ]
        }
    },
}


def test_countries_share_their_border_and_keep_their_area() -> None:
    drawn = {each["code"]: each["path"] for each in json.loads(europe(ATLAS))["countries"]}
    assert set(drawn) == {"DE", "PL", "XK"}
    corners = {code: set(path.strip("MZ").split("L")) for code, path in drawn.items()}
    assert [len(found) for found in corners.values()] == [4, 4, 4]
    assert len(corners["DE"] & corners["PL"]) == 2
    # a sphere's surface between two meridians and two parallels: R² · Δλ · (sin φ₂ − sin φ₁)
    expected = 6371.007**2 * radians(2) * (0.7880108 - 0.7660444)
    ring = [(float(x), float(y)) for x, y in (corner.split() for corner in drawn["DE"].strip("MZ").split("L"))]
    assert area(ring) * KILOMETRES**2 == pytest.approx(expected, rel=0.01)


def test_a_point_lies_as_far_from_the_middle_as_the_projection_says() -> None:
    # ten degrees north of the middle: 2 R sin(5°) = 2 · 6371.007 · 0.0871557 = 1110.54 km, straight up
    (x, y), (north_x, north_y) = projected(10, 52), projected(10, 62)
    assert north_x == pytest.approx(x)
    assert (y - north_y) * KILOMETRES == pytest.approx(1110.54, abs=0.01)


def test_the_outline_of_a_region_has_the_area_that_the_statistics_office_gives() -> None:
    file = Path(__file__).parents[2] / "shared" / "data" / "nuts_geo" / "NUTS_RG_60M_2021_4326.geojson"
    if not file.exists():
        pytest.skip(f"no {file.name} beside the checkout")
    features = {each["properties"]["NUTS_ID"]: each for each in json.loads(file.read_text())["features"]}
    wkt = outline(features["ES51"]["geometry"]).wkt
    drawn = [simplified([projected(*point) for point in ring], 0.25) for ring in rings_of(wkt)]
    # Catalonia has 32,113 km² (Idescat); the outline is one to 60 million
    assert sum(map(area, drawn)) * KILOMETRES**2 == pytest.approx(32113, rel=0.05)


TOWN = "https://w3id.org/subsidia/id/territory/es-town"
REGION = "https://w3id.org/subsidia/id/territory/es-region"
BODIES = [
    actor("es-state", "national", "es"),
    actor("es-hall", "local", "es-town", "municipality"),
    actor("es-ngo", "local", "es-town", "ngo"),
    actor("fr-state", "national", "fr"),
    actor("eu-body", "eu", "eu", "eu-institution"),
]
# Spain's town is paid 100 by the state and 30 to 50 by France, and passes 40 of the 100 on within the town; what the
# Union pays to France has no amount.
SMALL: Rows = {
    "actors": BODIES,
    "flows": [
        flow("a", "es-state", "es-hall", "100", year="2006", per="total"),
        flow("b", "fr-state", "es-hall", "30", "50", year="2006", per="total"),
        flow("c", "es-hall", "es-ngo", "40", year="2006", per="total", part_of="a"),
        flow("d", "eu-body", "fr-state", year="2006", per="total"),
    ],
    "mechanisms": [mechanism("table", "es-hall|es-state"), mechanism("talks", "es-state|fr-state")],
    "scopes": [scope("read", "fr", "housing", "competence")],
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_of(tmp_path_factory.mktemp("map"), SMALL)


def _by_code(document: Document) -> dict[str, Any]:
    return {row["code"]: row for row in document.data["countries"]}


def test_money_is_added_like_to_like_with_both_ends_and_nothing_twice(small: Snapshot) -> None:
    received = map_document(small, "received", Filters())
    found = _by_code(received)
    assert (found["ES"]["min"], found["ES"]["max"], found["ES"]["with_amount"]) == (130, 150, 2)
    assert (found["FR"]["value"], found["FR"]["state"], found["FR"]["flows"]) == (None, "amount-unknown", 1)
    assert (found["EU"]["value"], found["EU"]["state"]) == (None, "nothing-recorded")
    places = {row["territory"]: (row["min"], row["max"]) for row in received.data["places"]}
    assert places == {TOWN: (130, 150), REGION: (130, 150)}
    assert (received.more["unit"], received.more["passed_on"]) == ("EUR", 1)
    paid = _by_code(map_document(small, "paid", Filters()))
    assert [paid[code]["max"] for code in ("ES", "FR", "EU")] == [100, 50, None]


def test_nothing_recorded_is_never_zero_and_a_search_is_told(small: Snapshot) -> None:
    mechanisms = _by_code(map_document(small, "mechanisms", Filters()))
    assert [(row["value"], row["state"]) for row in mechanisms.values()] == [
        (2, "recorded"),
        (None, "nothing-recorded"),
        (1, "recorded"),
    ]
    duties = _by_code(map_document(small, "duties", Filters(field="housing")))
    assert {code: row["state"] for code, row in duties.items()} == {
        "ES": "nothing-recorded",
        "EU": "nothing-recorded",
        "FR": "none-found",
    }


def test_ties_join_countries_or_places_and_tell_what_joins_none(small: Snapshot) -> None:
    document = ties_document(small, "flows", "countries", Filters())
    pairs = [(row["source"], row["target"], row["count"], row["with_amount"]) for row in document.data]
    assert pairs == [("EU", "FR", 1, 0), ("FR", "ES", 1, 1)]
    assert [document.more[name] for name in ("total", "within", "unplaced")] == [4, 2, 0]
    places = ties_document(small, "mechanisms", "places", Filters(country="FR")).data
    assert [(row["source_label"], row["target_label"]) for row in places] == [("Spain", "France")]


def test_outlined_places_are_shapes_and_places_without_a_point_are_named(small: Snapshot) -> None:
    document = map_document(small, "flows", Filters())
    picture = map_picture(
        document.data["countries"],
        document.data["places"],
        [],
        name=small.label,
        outlines={REGION: "POLYGON((-6 40,-2 40,-2 42,-6 42,-6 40))"},
    )
    assert [(shape.name, shape.shade.split()[0]) for shape in picture.regions] == [("A region", "region")]
    assert picture.places == ()
    assert {row["territory"] for row in picture.unplaced} == {TOWN}  # the region has no point, but is drawn
    shades = {shape.row["code"]: shape.shade for shape in picture.shapes if shape.row}
    assert shades["FR"].startswith("class-")
    assert {shape.shade for shape in picture.shapes if shape.row is None} == {"nothing"}


@pytest.mark.parametrize(
    "wkt",
    [
        "",
        "POLYGON((here",
        "POLYGON EMPTY",
        "POLYGON((nan 40,-2 40,-2 42,nan 40))",
        "POLYGON((1e400 40,-2 40,-2 42,1e400 40))",
        "CURVEPOLYGON((-6 40,-2 40,-2 42,-6 40))",
        "POLYGON((100 -40,101 -40,101 -41,100 -40))",
        "POLYGON((-30 30,70 75,-30 30,-30 30))",
    ],
)
def test_a_place_whose_outline_cannot_be_drawn_stays_a_point(small: Snapshot, wkt: str) -> None:
    town = {"territory": TOWN, "code": None, "lat": 41.4, "lon": 2.2, "value": 1, "country": "ES"}
    region = {**town, "territory": REGION, "lat": None, "lon": None}
    picture = map_picture([], [town, region], [], name=small.label, outlines={TOWN: wkt, REGION: wkt})
    assert picture.regions == ()
    assert [dot.row["territory"] for dot in picture.places] == [TOWN]
    assert [row["territory"] for row in picture.unplaced] == [REGION]


def test_a_place_has_the_outline_of_the_region_with_its_code(tmp_path: Path) -> None:
    square = "POLYGON((-6 40,-2 40,-2 42,-6 42,-6 40))"
    places = [{**row, "nuts": "ES51"} if row["key"] == "es-region" else row for row in PLACES["territories"]] + [
        {"key": "nuts-es51", "label": "ES51", "level": "regional", "nuts": "ES51", "geometry": square}
    ]
    found = snapshot_of(tmp_path, {"territories": places, "actors": [actor("es-hall", "regional", "es-region")]})
    (row,) = map_document(found, "flows", Filters()).data["places"]
    assert (row["territory"], row["outline"]) == (REGION, REGION.replace("es-region", "nuts-es51"))


@pytest.mark.parametrize("code", ["DE", "EE", "EU"])
def test_a_country_has_as_many_things_as_their_lists_have(client: TestClient, code: str) -> None:
    def asked(path: str, **parameters: str) -> Any:
        return client.get(f"/api/v1/{path}", params={"country": code, **parameters}).json()

    def value(measure: str) -> Any:
        (row,) = asked("map", measure=measure, basis="stated")["data"]["countries"]
        return row["value"] or 0

    duties = [row for row in asked("competences", basis="stated", limit="10000")["data"] if row["modality"] == "is"]
    assert value("duties") == sum(row["nature"] != "none" for row in duties)
    assert value("mechanisms") == asked("mechanisms", basis="stated")["meta"]["rows"]
    assert value("flows") == asked("flows", basis="stated")["meta"]["rows"]
    assert value("reported-gaps") == asked("gaps", basis="stated")["meta"]["rows"]


def test_the_map_is_a_table_too_and_refuses_what_it_does_not_know(client: TestClient) -> None:
    rows = client.get("/api/v1/map", params={"measure": "scopes", "format": "csv"}).text.splitlines()
    assert rows[0].startswith("kind,code,territory,label,level,country,value,state")
    assert any(row.startswith("country,DE,") and ",1,recorded," in row for row in rows)
    assert client.get("/api/v1/map/ties", params={"format": "csv"}).text.startswith("source,source_label,target")
    assert_parameter_refused(client, "/api/v1/map?measure=dutys", "measure", "duties")
    assert_parameter_refused(client, "/api/v1/map?measure=paid&phase=payd", "phase", "paid")
    assert_parameter_refused(client, "/map?view=somewhere", "view", None)
    assert client.get("/map", params={"mark": "a b<>"}).status_code == 200


@pytest.mark.browser
@pytest.mark.parametrize("measure", ["reported-gaps", "paid"])
def test_the_map_shows_the_numbers_of_the_api(watched: Watched, measure: str) -> None:
    page = watched.open(f"/map?measure={measure}")
    document = api(watched, "/map", measure=measure)
    rows = page.locator("#map-countries tbody tr").all()
    shown = {row.get_attribute("data-code"): row.get_attribute("data-value") for row in rows}
    assert shown == {row["code"]: str(row["value"] or "") for row in document["data"]["countries"]}
    ties = api(watched, "/map/ties")["data"]
    counts = [row.get_attribute("data-count") for row in page.locator("#map-ties tbody tr").all()]
    assert counts == [str(tie["count"]) for tie in ties]
    hatched = page.locator("#map path.land.nothing[data-code]").count()
    recorded = [row for row in document["data"]["countries"] if row["state"] == "nothing-recorded"]
    assert 0 < hatched <= len(recorded)


@pytest.mark.browser
def test_a_click_on_a_country_filters_and_the_way_back_works(watched: Watched) -> None:
    page = watched.open("/map?measure=duties")
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = projected(-4, 42)  # in the north of Spain, where no city is drawn
    page.locator("#map").click(position={"x": x * box["width"] / 1000, "y": y * box["height"] / 860})
    expect(page.locator("#filters select[name=country]")).to_have_value("ES")
    (spain,) = api(watched, "/map", measure="duties", country="ES")["data"]["countries"]
    expect(page.locator("h1")).to_have_text(f"Spain: {spain['value']} duties")
    assert page.locator("#map-places tbody tr").count() > 0
    expect(page.locator("#map path.is-chosen")).to_have_attribute("data-code", "ES")
    page.go_back()
    expect(page.locator("#filters select[name=country]")).to_have_value("")
    expect(page.locator("#map path.is-chosen")).to_have_count(0)


@pytest.mark.browser
def test_the_keys_and_buttons_move_the_map_and_the_address_keeps_the_view(watched: Watched) -> None:
    page = watched.open("/map?measure=duties")
    box = page.locator("#map-box")
    box.focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**view=**")
    moved = page.locator("#map").get_attribute("viewBox")
    assert moved != "0.0 0.0 1000.0 860.0"
    page.reload()
    left, *_ = (float(part) for part in (page.locator("#map").get_attribute("viewBox") or "").split())
    assert left == pytest.approx(float((moved or "").split()[0]), abs=0.2)
    page.locator("#map-whole").click()
    expect(page.locator("#map")).to_have_attribute("viewBox", "0 0 1000 860")
    with page.expect_download() as kept:
        page.locator("#map-svg").click()
    text = Path(kept.value.path()).read_text()
    assert kept.value.suggested_filename == "subsidia-map.svg"
    assert text.count('d="M') > 50


@pytest.mark.browser
def test_the_map_is_there_without_script_and_in_a_frame(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = Watched(context, site).open("/map?measure=duties")
        expect(page.locator("#map path.land").first).to_be_attached()
        assert (page.locator("#map").bounding_box() or {"height": 0})["height"] > 300
        page.locator("#map-in").click()
        assert "view=500" in page.url
        assert page.locator("#map").get_attribute("viewBox") != "0.0 0.0 1000.0 860.0"
        framed = Watched(context, site).open("/embed/map?measure=duties")
        assert framed.locator("#map-countries tbody tr").count() > 20
        assert framed.locator("#filters, .top nav").count() == 0
