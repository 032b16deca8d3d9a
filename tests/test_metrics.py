"""What an operator sees: metrics by route, readers and caches; request ids; a log without what people typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from starlette.types import Message

from api.app import create_app
from api.settings import SettingRefused, Settings
from graph.store import Store
from tests.layers import told

_SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def watched_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Give a service of its own, so that what it counts is what these tests asked."""
    folder: Path = tmp_path_factory.mktemp("metrics") / "store"
    settings = Settings(store=folder, query_timeout=1.0, readers=2, token="ann:secret", log_requests=True)
    with TestClient(create_app(settings)) as client:
        yield client


def _values(client: TestClient, name: str) -> dict[tuple[str, ...], float]:
    """Give the samples of a metric by their labels' values, the worker's number left out."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        tuple(value for label, value in sorted(sample.labels.items()) if label != "worker"): sample.value
        for family in families
        for sample in family.samples
        if sample.name == name
    }


def test_requests_are_counted_by_the_pattern_of_their_path(watched_client: TestClient) -> None:
    before = _values(watched_client, "subsidia_request_seconds_count")
    for name in ("es-barcelona", "es-municipalities"):
        watched_client.get(f"/api/v1/actors/{name}")
    watched_client.get("/api/v1/actors/no-such-body")
    watched_client.get("/nowhere/at/all")
    after = _values(watched_client, "subsidia_request_seconds_count")
    found = {key: count - before.get(key, 0) for key, count in after.items() if count != before.get(key, 0)}
    found.pop(("GET", "/metrics", "200"), None)
    assert found == {
        ("GET", "/api/v1/actors/{name}", "200"): 2,
        ("GET", "/api/v1/actors/{name}", "404"): 1,
        ("GET", "none", "404"): 1,
    }


@pytest.mark.timed
def test_a_reader_that_took_too_long_is_counted_with_why(watched_client: TestClient) -> None:
    before = _values(watched_client, "subsidia_readers_ended_total").get(("time",), 0)
    assert watched_client.get("/sparql", params={"query": _SLOW}).status_code in (503, 504)
    assert _values(watched_client, "subsidia_readers_ended_total")[("time",)] == before + 1


def test_the_cache_and_the_generation_are_told(watched_client: TestClient) -> None:
    for _ in range(2):
        watched_client.get("/sparql", params={"query": "ASK { ?cached ?by ?this }"})
    repeats = _values(watched_client, "subsidia_repeats_hits_total")
    assert sum(repeats.values()) >= 1
    store: Store = watched_client.app.state.store  # type: ignore[attr-defined]
    assert set(_values(watched_client, "subsidia_generation").values()) == {float(store.generation)}
    assert set(_values(watched_client, "subsidia_store_reachable").values()) == {1.0}


def test_a_request_keeps_its_plain_id_and_gets_one_where_it_has_none(watched_client: TestClient) -> None:
    given = watched_client.get("/health/live", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"]
    assert given == "abc-1"
    doubtful = watched_client.get("/health/live", headers={"X-Request-ID": "two words"}).headers["x-request-id"]
    assert len(doubtful) == 16


def test_the_log_has_the_path_and_not_what_was_typed(
    watched_client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="subsidia.requests"):
        watched_client.get("/api/v1/search?q=someone", headers={"X-Request-ID": "r1", "Authorization": "Bearer secret"})
    (line,) = [record.message for record in caplog.records if record.name == "subsidia.requests"]
    facts = json.loads(line)
    assert {name: facts[name] for name in ("id", "method", "path", "route", "status")} == {
        "id": "r1",
        "method": "GET",
        "path": "/api/v1/search",
        "route": "/api/v1/search",
        "status": 200,
    }
    assert "someone" not in line
    assert "secret" not in line


def test_the_log_of_a_write_names_its_request(watched_client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="subsidia.writes"):
        answer = watched_client.post(
            "/update",
            content="INSERT DATA { GRAPH <https://example.org/g> { <urn:a> <urn:b> <urn:c> } }",
            headers={
                "X-Request-ID": "w1",
                "Authorization": "Bearer secret",
                "Content-Type": "application/sparql-update",
            },
        )
    assert answer.status_code == 204
    (line,) = [json.loads(record.message) for record in caplog.records if record.name == "subsidia.writes"]
    assert (line["request"], line["who"], line["result"]) == ("w1", "ann", "done")


def test_the_switch_of_the_log_is_on_or_off() -> None:
    assert Settings.from_environment({"SUBSIDIA_LOG_REQUESTS": "ON"}).log_requests
    with pytest.raises(SettingRefused, match="SUBSIDIA_LOG_REQUESTS=yes: expected on or off"):
        Settings.from_environment({"SUBSIDIA_LOG_REQUESTS": "yes"})


def test_starting_and_ending_pass_through_all_layers(empty_store: Store) -> None:
    asked, sent = iter(["lifespan.startup", "lifespan.shutdown"]), list[str]()

    async def receive() -> Message:
        return {"type": next(asked)}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    app = create_app(Settings(store=empty_store.path))
    told(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
