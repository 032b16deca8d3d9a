"""Places over the API: with codes and points, narrowed by country and level, as GeoJSON."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient


def rows(client: TestClient, **parameters: str) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/territories", params=parameters)
    assert answer.status_code == 200
    return list(answer.json()["data"])


def test_vienna_is_municipality_and_land_with_its_nuts_code(client: TestClient) -> None:
    (vienna,) = [row for row in rows(client, country="AT") if row["slug"] == "at-vienna"]
    assert (vienna["level"], vienna["also_levels"], vienna["nuts"]) == ("local", ["regional"], "AT130")
    assert vienna["country"] == "AT"
    # the city hall stands at 48.2108 north, 16.3575 east
    assert (abs(vienna["lat"] - 48.21) < 0.05, abs(vienna["lon"] - 16.37) < 0.05) == (True, True)


def test_a_level_finds_the_places_that_have_it_also(client: TestClient) -> None:
    regional = {row["slug"] for row in rows(client, country="DE", level="regional")}
    assert {"de-berlin", "de-hamburg"} <= regional
    assert "de-munich" not in regional


def test_points_are_longitude_first_and_places_without_one_are_named(client: TestClient) -> None:
    answer = client.get("/api/v1/territories", params={"format": "geojson"})
    assert answer.headers["content-type"].startswith("application/geo+json")
    found = answer.json()
    everything = rows(client, limit="1000")
    assert len(found["features"]) + len(found["without_point"]) == len(everything)
    assert found["without_point"] == ["https://w3id.org/subsidia/id/territory/eu"]
    for feature in found["features"]:
        longitude, latitude = feature["geometry"]["coordinates"]
        assert -180 <= longitude <= 180
        assert -90 <= latitude <= 90


def test_what_says_nothing_of_places_is_named_as_not_applied(client: TestClient) -> None:
    answer = client.get("/api/v1/territories", params={"field": "housing"}).json()
    assert set(answer["meta"]["not_applied"]) == {"field"}
