"""Indicators as the API gives them: one row a figure, with what was divided, coverage and definition."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answers import indicators
from api.answers.indicators import indicators_document
from api.parameters import ParameterRefused
from graph.filters import Filters
from graph.snapshot import Snapshot
from ontology.identifiers import mint
from tests.small_graphs import actor, flow, snapshot_of

API = "/api/v1/flows/indicators"
BODIES = [
    actor("union", "eu", "eu", "eu-institution"),
    actor("state", "national", "es"),
    actor("region", "regional", "es-region", "regional-government"),
    actor("town", "local", "es-town", "municipality"),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Make a fund of the Union and a state, part of which is passed on to a town."""
    of_fund = {"programme": "fund", "phase": "paid"}
    tables: dict[str, Any] = {
        "actors": BODIES,
        "programmes": [{"key": "fund", "label": "Fund", "basis": "stated", "passage": "p1"}],
        "flows": [
            flow("c", "union", "region", "200", year="2010", programme="fund", phase="committed"),
            flow("u", "union", "region", "75", year="2010", **of_fund),
            flow("s", "state", "region", "25", year="2010", **of_fund),
            flow("p", "region", "town", "90", year="2010", part_of="u", **of_fund),
            flow("x", "state", "town", "7", year="2010", currency="SEK"),
        ],
    }
    return snapshot_of(tmp_path_factory.mktemp("indicators"), tables)


def figures(snapshot: Snapshot, toward: str | None = None, **filters: Any) -> dict[tuple[str, str], tuple[Any, Any]]:
    rows = indicators_document(snapshot, Filters(**filters), toward).data
    return {(row["indicator"], row["about"].rpartition("/")[2]): (row["min"], row["max"]) for row in rows}


def test_the_figures_of_a_fund_are_those_worked_by_hand(small: Snapshot) -> None:
    found = figures(small, programme="fund")
    assert found["leverage", "fund"] == (pytest.approx(4 / 3), pytest.approx(4 / 3))  # (75 + 25) / 75
    assert found["absorption", "fund"] == (0.5, 0.5)  # (75 + 25) / 200: what is passed on is not paid again
    assert found["conservation", "u"] == (1.2, 1.2)  # 90 out of 75


def test_the_figures_of_an_actor_need_only_its_own_money(small: Snapshot) -> None:
    found = figures(small, actor="region", toward="town")
    assert found["herfindahl-payers", "region"] == (0.625, 0.625)  # of what is paid: 0.75² + 0.25²
    assert found["dependency-payers", "region"] == (0.75, 0.75)
    assert found["pass-through", "region"] == (1.2, 1.2)
    assert found["max-flow", "region"] == (90, 90)
    assert ("conservation", "region") not in found  # 75 + 25 came in, 90 went out


def test_a_body_is_weighed_only_where_all_of_its_money_is_at_hand(tmp_path: Path) -> None:
    flows = [
        flow("in", "state", "region", "100", year="2010", fields="housing"),
        flow("out", "region", "town", "110", year="2010", fields="housing|education"),
    ]
    snapshot = snapshot_of(tmp_path, {"actors": BODIES, "flows": flows})
    assert figures(snapshot)["conservation", "region"] == (1.1, 1.1)
    assert figures(snapshot, actor="region", at=2010)["conservation", "region"] == (1.1, 1.1)
    assert figures(snapshot, actor="town") == figures(snapshot, actor="town", field="education")
    assert ("conservation", "region") not in figures(snapshot, field="housing")


def test_an_empty_selection_has_no_figures(small: Snapshot) -> None:
    assert figures(small, at=1066) == {}
    assert figures(small, actor="town", toward="union") == figures(small, actor="town")


def test_too_many_flows_are_refused_and_not_silently_cut(small: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indicators, "MOST_FLOWS", 2)
    with pytest.raises(ParameterRefused, match="more than 2 flows are not weighed at once"):
        indicators_document(small, Filters(basis="stated"))


def test_the_api_gives_the_spanish_figures_with_their_definitions(client: TestClient) -> None:
    # flows.csv: es-integration-fund-es-autonomous-communities-2006 and es-integration-fund-es-municipalities-2006
    answer = client.get(API, params={"actor": "es-state", "toward": "es-municipalities", "at": "2006"})
    document = json.loads(answer.text, parse_constant=pytest.fail)
    (most,) = [row for row in document["data"] if row["indicator"] == "max-flow"]
    assert (most["min"], most["max"], most["currency"], most["period"]) == (72960000, 72960000, "EUR", "2006")
    assert most["note"] == "bottleneck: es-autonomous-communities → es-municipalities"
    assert document["meta"]["toward"] == mint("actor", "es-municipalities")
    assert {row["indicator"] for row in document["data"]} <= document["meta"]["definitions"].keys()
    rows = list(csv.DictReader(io.StringIO(client.get(API, params={"country": "ES", "format": "csv"}).text)))
    # two years, two readings of the rate of 30 %
    assert [row["min"] for row in rows if row["indicator"] == "co-financing"] == ["0.3"] * 4


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?actor=es-stat", "actor"),
        ("?actor=es-state&toward=es-municipalites", "toward"),
        ("?toward=es-state", "toward"),
        ("?actor=es-state&toward=es-state", "toward"),
        ("?at=20x6", "at"),
        ("?type=fundin", "type"),
        ("?format=xml", "format"),
    ],
)
def test_what_is_not_understood_is_422_and_names_the_parameter(client: TestClient, query: str, parameter: str) -> None:
    answer = client.get(API + query)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["parameter"] == parameter
