"""Security headers: what every answer tells a browser, and that pages keep to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.store import Store

PAGES: Final = ("/", "/flows", "/network", "/gaps", "/sources", "/ontology", "/actors", "/sparql", "/docs", "/nowhere")
PAGES_OF_ONE: Final = (
    "/actors/es-barcelona",
    "/def/Flow",
    "/id/flow/es-integration-fund-es-autonomous-communities-2005",
)


@pytest.fixture(scope="module")
def client(casebook_store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=casebook_store.path)), headers={"Accept": "text/html"}) as made:
        yield made


def _policy(text: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in text.split(";") if part.strip())}


@pytest.mark.parametrize("path", [*PAGES, *PAGES_OF_ONE])
def test_a_page_runs_only_scripts_of_the_site_and_stands_in_no_frame(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = _policy(answer.headers["content-security-policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"], "no unsafe-inline, no unsafe-eval, no other host"
    for name in ("frame-ancestors", "object-src", "base-uri"):
        assert policy[name] == ["'none'"], name
    assert not any("*" in value or "http" in value for values in policy.values() for value in values)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/sparql?query=ASK%7B%7D&format=json", "/health/live", "/openapi.json", "/dcat", "/api/v1/gaps?type=x"]
)
def test_every_other_answer_has_the_headers_too(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "*/*"})
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy"):
        assert name in answer.headers


class _Scripts(HTMLParser):
    """Finds what a strict policy would stop: inline scripts, handlers in attributes, addresses that are code."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that would be stopped."""
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") not in ("application/json", "text/plain"):
            self.stopped.append(f"<script {given}>")
        if tag == "script" and re.match(r"(?:https?:)?//", given.get("src") or ""):
            self.stopped.append(f"script from {given['src']}")
        self.stopped += [f"{tag} {name}" for name, value in attrs if name.startswith("on")]
        self.stopped += [f"{tag} {name}={value}" for name, value in attrs if (value or "").startswith("javascript:")]


@pytest.mark.parametrize("path", [*PAGES, *PAGES_OF_ONE])
def test_a_page_has_nothing_that_its_policy_stops(client: TestClient, path: str) -> None:
    found = _Scripts()
    found.feed(client.get(path).text)
    assert found.stopped == []
