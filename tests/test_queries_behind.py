"""The SPARQL behind an answer: every query is there by name, the first is `meta.query`, and they give what is told."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answers.report import report_document
from graph.filters import Filters
from graph.snapshot import Snapshot

ASKED: dict[str, Any] = {
    "profiles": {"country": "NL", "at": "2013"},
    "changes": {"from": "2006", "to": "2013", "country": "NL"},
    "compare": {"country": ["ES", "NL"], "at": "2006"},
    "whatif": {"remove": "es-integration-fund", "at": "2006"},
    "gaps": {"country": "ES"},
    "gaps/matrix": {"country": "ES"},
    "stats": {},
    "actors/es-autonomous-communities": {"at": "2006"},
    "flows/indicators": {"actor": "es-state", "toward": "es-municipalities"},
}


def _meta(client: TestClient, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}", params=ASKED[path])
    assert answer.status_code == 200, answer.text
    meta: dict[str, Any] = answer.json()["meta"]
    return meta


def _things(snapshot: Snapshot, query: str) -> set[str | None]:
    return {value for row in snapshot.select(query) for value in row.values()}


@pytest.mark.parametrize("path", ASKED)
def test_of_several_queries_all_are_named_and_the_first_is_the_main_one(client: TestClient, path: str) -> None:
    meta = _meta(client, path)
    assert len(meta["queries"]) > 1
    assert next(iter(meta["queries"].values())) == meta["query"]


def test_the_queries_of_a_profile_give_its_statements_and_its_scopes(client: TestClient, casebook: Snapshot) -> None:
    answer = client.get("/api/v1/profiles", params=ASKED["profiles"]).json()
    found = {name: _things(casebook, query) for name, query in answer["meta"]["queries"].items()}
    told = {iri for row in answer["data"]["relations"] for iri in row["statements"]}
    assert told
    assert told <= found["competences"] | found["mechanisms"]
    assert any("/scope/" in str(iri) for iri in found["scopes, and all else, of the countries"])


def test_the_queries_of_changes_give_each_statement_under_its_kind(client: TestClient, casebook: Snapshot) -> None:
    answer = client.get("/api/v1/changes", params=ASKED["changes"]).json()
    found = {name: _things(casebook, query) for name, query in answer["meta"]["queries"].items()}
    lists = {"duty": "competences", "absence": "competences", "flow": "flows", "mechanism": "mechanisms"}
    assert answer["data"]["statements"]
    for row in answer["data"]["statements"]:
        assert row["statement"] in found[lists.get(row["kind"], f"{row['kind']}s")]
    assert {row["event"] for row in answer["data"]["events"]} <= found["events"]


def test_the_queries_of_an_actor_give_each_part_of_it(client: TestClient, casebook: Snapshot) -> None:
    path = "actors/es-autonomous-communities"
    answer = client.get(f"/api/v1/{path}", params=ASKED[path]).json()
    found = {name: _things(casebook, query) for name, query in answer["meta"]["queries"].items()}
    for part in ("competences", "mechanisms", "measures", "events"):
        assert {row[part.removesuffix("s")] for row in answer["data"][part]} <= found[part]
    assert {row["flow"] for side in ("money_in", "money_out") for row in answer["data"][side]} <= found["flows"]
    assert {f"gaps: {gap['rule'] or 'reported'}" for gap in answer["data"]["gaps"]} <= found.keys()


def test_a_report_names_the_query_of_each_of_its_parts(casebook: Snapshot) -> None:
    meta = report_document(casebook, Filters(country="ES", at=2006)).as_dict()["meta"]
    assert {"flows", "funding matrix", "network", "competences", "gaps: reported"} < meta["queries"].keys()
    assert meta["query"] == meta["queries"]["gaps: reported"]


def test_the_openapi_document_says_what_the_queries_are(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/api/v1/profiles"]["get"]
    assert "meta.queries" in operation["responses"]["200"]["description"]
