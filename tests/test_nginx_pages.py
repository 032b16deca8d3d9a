"""Pages that nginx keeps for a while, as docs/operations/nginx.conf has it: which, for whom, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from graph.store import Store
from tests.nginx import behind_nginx
from tests.service import serving

_TOKEN = "secret"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Serve an empty store behind nginx, as /kg/; give a client of nginx."""
    folder = tmp_path_factory.mktemp("nginx-pages")
    store = Store.create(folder / "store")
    with (
        serving(store.path, token=_TOKEN, readers="2") as service,
        behind_nginx(folder, service.port) as port,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}/kg", trust_env=False, timeout=60) as found,
    ):
        yield found


def generation(client: httpx2.Client) -> int:
    """Make a new generation; gives its number."""
    body = f"INSERT DATA {{ GRAPH <urn:g> {{ <urn:a> <urn:b> {time.monotonic_ns()} }} }}"
    headers = {"Authorization": f"Bearer {_TOKEN}", "Content-Type": "application/sparql-update"}
    assert client.post("/update", content=body, headers=headers).status_code == 204
    return int(client.get("/api/v1/stats").json()["meta"]["generation"])


def page(client: httpx2.Client, path: str = "/sources", **headers: str) -> Any:
    return client.get(path, headers={"Accept": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}})


def test_a_page_is_sent_as_it_was_and_made_anew_behind_that(client: httpx2.Client) -> None:
    before = generation(client)
    assert f"data generation {before}." in page(client).text
    after = generation(client)
    time.sleep(1.1)  # it counts as new for a second
    first = page(client)
    assert f"data generation {before}." in first.text, "as it was"
    assert "x-accel-expires" not in first.headers
    until = time.monotonic() + 10
    while f"data generation {after}." not in page(client).text:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_answers_of_the_api_and_of_sparql_are_never_as_they_were(client: httpx2.Client) -> None:
    for path in ("/api/v1/stats", "/sparql?query=ASK%7B%3Curn:a%3E%20?p%20?o%7D"):
        tag = client.get(path, headers={"Accept": "application/json"}).headers["etag"]
        headers = {"Accept": "application/json", "If-None-Match": tag}
        assert client.get(path, headers=headers).status_code == 304
        generation(client)
        assert client.get(path, headers=headers).status_code == 200


def test_languages_and_filters_are_kept_apart(client: httpx2.Client) -> None:
    for _ in range(2):
        assert '<html lang="de">' in page(client, Accept_Language="de").text
        assert '<html lang="fr">' in page(client, Accept_Language="fr").text
        assert '<html lang="pl">' in page(client, "/sources?lang=pl", Accept_Language="fr").text


def test_a_page_is_there_while_its_process_is_not(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    with (
        serving(store.path) as service,
        behind_nginx(tmp_path, service.port) as port,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}/kg", trust_env=False, timeout=60) as client,
    ):
        shown = page(client).text
        service.process.kill()
        service.process.wait()
        time.sleep(1.1)
        assert page(client).text == shown
        assert client.get("/api/v1/stats").status_code == 502
