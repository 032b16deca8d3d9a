"""A type that cannot narrow an answer is said to be not applied, and one that nobody knows is refused."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

_ASKED = (
    "/api/v1/profiles?country=NL",
    "/api/v1/compare?country=ES&country=NL",
    "/api/v1/changes?from=2006&to=2013&country=NL",
    "/api/v1/whatif?remove=es-integration-fund&rules=false",
    "/api/v1/flows/trace?actor=es-state&at=2006",
    "/api/v1/timeline?country=NL",
    "/api/v1/actors/es-municipalities?at=2006",
    "/api/v1/actors/es-municipalities/money?at=2006",
    "/api/v1/actors/es-municipalities/neighbours?at=2006",
    "/api/v1/map?measure=scopes",
    "/api/v1/territories?country=NL",
)


@pytest.mark.parametrize("address", _ASKED)
def test_a_type_that_does_not_narrow_is_told(client: TestClient, address: str) -> None:
    plain, typed = client.get(address).json(), client.get(f"{address}&type=transfer").json()
    assert typed["meta"]["filters"]["type"] == "transfer"
    assert typed["meta"]["not_applied"]["type"]
    assert "type" not in plain["meta"]["not_applied"]
    assert typed["data"] == plain["data"]


@pytest.mark.parametrize("address", _ASKED[:2])
def test_a_type_that_nobody_knows_is_refused(client: TestClient, address: str) -> None:
    answer = client.get(f"{address}&type=tranfser")
    assert answer.status_code == 422
    assert "transfer" in answer.text


def test_a_profile_of_the_union_says_why_it_is_empty(client: TestClient) -> None:
    found = client.get("/api/v1/profiles?country=EU").json()
    assert not any(found["data"].values())
    (told,) = found["meta"]["left_out"]
    assert told["country"] == "EU"
    assert "no country" in told["reason"]
    assert client.get("/api/v1/profiles?country=NL").json()["meta"]["left_out"] == []
