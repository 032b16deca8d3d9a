"""Behind a reverse proxy: Debian's nginx with a path prefix, and whose X-Forwarded headers are believed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin

import httpx2
import pytest
import rdflib
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import SettingRefused, Settings
from graph.store import Store
from ontology.identifiers import ID
from tests.nginx import behind_nginx
from tests.service import serving

OUTSIDE: Final = "https://data.example.org/kg"
ACTOR: Final = "actor/es-state"


@pytest.fixture(scope="module")
def proxy(casebook_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Serve the casebook behind nginx, as /kg/; give a client of nginx."""
    folder = tmp_path_factory.mktemp("nginx")
    with (
        serving(casebook_store.path, readers="2") as service,
        behind_nginx(folder, service.port) as port,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client,
    ):
        yield client


def get(proxy: httpx2.Client, path: str, accept: str = "*/*") -> Any:
    return proxy.get(f"/kg{path}", headers={"Accept": accept})


# --- Linked data -----------------------------------------------------------------------------------------------------

FORMS: Final = {"text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml"}


@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("accept", [*FORMS, "application/ld+json"])
def test_an_entity_is_had_in_each_form_by_its_iri(proxy: httpx2.Client, accept: str, end: str) -> None:
    answer = get(proxy, f"/id/{ACTOR}{end}", accept)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, accept)
    if accept in FORMS:
        found = rdflib.Graph().parse(data=answer.text, format=FORMS[accept])
        assert set(found.objects(rdflib.URIRef(ID + ACTOR))), "its IRI is the same behind any proxy"
    else:
        assert ID + ACTOR in answer.text or ACTOR in answer.text


@pytest.mark.parametrize("end", ["", "/"])
def test_a_redirect_leads_to_the_page_under_the_prefix(proxy: httpx2.Client, end: str) -> None:
    answer = get(proxy, f"/id/{ACTOR}{end}", "text/html")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{OUTSIDE}/actors/es-state")
    assert get(proxy, "/actors/es-state", "text/html").status_code == 200
    assert get(proxy, "/def/", "text/html").headers["location"] == f"{OUTSIDE}/ontology"


# --- Pages -----------------------------------------------------------------------------------------------------------

LINK: Final = re.compile(r"""(?:href|src|action)="([^"#?][^"]*)\"""")


@pytest.mark.parametrize(
    "path", ["/", "/flows", "/network", "/gaps", "/actors/es-state", "/sources", "/sparql", "/docs"]
)
def test_every_link_and_file_of_a_page_is_under_the_prefix(proxy: httpx2.Client, path: str) -> None:
    answer = get(proxy, path, "text/html")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    links = {link.replace("&amp;", "&") for link in LINK.findall(answer.text)}
    inside = {urljoin(f"{OUTSIDE}{path}", link) for link in links if not re.match(r"[a-z]+:", link)}
    assert inside, "a page has links"
    assert {link for link in inside if not link.startswith(f"{OUTSIDE}/")} == set()
    assert "127.0.0.1" not in answer.text
    files = [link.removeprefix(OUTSIDE) for link in inside if "/static/" in link]
    for file in files:
        assert get(proxy, file).status_code == 200, file


def test_a_page_that_is_not_there_is_a_page_under_the_prefix(proxy: httpx2.Client) -> None:
    answer = get(proxy, "/actors/nobody", "text/html")
    assert answer.status_code == 404
    assert 'href="/kg/static/' in answer.text


# --- Endpoints -------------------------------------------------------------------------------------------------------


def test_queries_are_answered_under_the_prefix(proxy: httpx2.Client) -> None:
    sent = {"query": f"ASK {{ <{ID}{ACTOR}> ?p ?o }}"}
    answers = [
        proxy.get("/kg/sparql", params=sent),
        proxy.post("/kg/sparql", data=sent),
        proxy.get("/kg/sparql/", params=sent),
    ]
    assert [answer.json()["boolean"] for answer in answers] == [True, True, True]
    assert proxy.put("/kg/sparql", content="").status_code == 405


def test_the_descriptions_name_the_address_that_the_client_asked(proxy: httpx2.Client) -> None:
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    found = rdflib.Graph().parse(data=get(proxy, "/sparql", "text/turtle").text, format="turtle")
    endpoints = {str(each) for each in found.objects(None, sd.endpoint)}
    assert endpoints == {f"{OUTSIDE}/sparql", f"{OUTSIDE}/update"}
    for path in ("/.well-known/void", "/dcat"):
        text = get(proxy, path, "text/turtle").text
        assert OUTSIDE in text
        assert "127.0.0.1" not in text
    assert get(proxy, "/openapi.json").json()["servers"] == [{"url": "/kg"}]
    assert get(proxy, "/api/v1/stats").status_code == 200


def test_a_graph_of_the_store_has_the_address_outside_as_its_name(proxy: httpx2.Client) -> None:
    answer = get(proxy, "/store/none")
    assert (answer.status_code, f"{OUTSIDE}/store/none" in answer.json()["detail"]) == (404, True)


# --- Trust -----------------------------------------------------------------------------------------------------------

SAID: Final = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "data.example.org",
    "X-Forwarded-Prefix": "/kg",
    "X-Forwarded-For": "198.51.100.7, 10.1.2.3",
}


def endpoint(store: Store, client: str, headers: dict[str, str], proxies: str) -> str:
    """Give the endpoint that the service names to a client."""
    settings = Settings.from_environment({"SUBSIDIA_PROXIES": proxies}, store=store.path)
    with TestClient(create_app(settings), client=(client, 4000)) as made:
        text = made.get("/sparql", headers={"Accept": "application/n-triples", **headers}).text
    found = re.search(r"description#endpoint> <([^>]*)/sparql>", text)
    assert found, text
    return found[1]


@pytest.mark.parametrize(
    ("client", "proxies", "expected"),
    [
        ("10.1.2.3", "10.0.0.0/8", OUTSIDE),
        ("127.0.0.1", "", OUTSIDE),
        ("10.1.2.3", "", "http://testserver"),
        ("127.0.0.1", "off", "http://testserver"),
        ("203.0.113.9", "10.0.0.0/8,2001:db8::/32", "http://testserver"),
        ("2001:db8::1", "10.0.0.0/8,2001:db8::/32", OUTSIDE),
    ],
)
def test_only_a_trusted_proxy_is_believed(empty_store: Store, client: str, proxies: str, expected: str) -> None:
    assert endpoint(empty_store, client, SAID, proxies) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"X-Forwarded-Host": "evil.example/../x", "X-Forwarded-Proto": "javascript", "X-Forwarded-Prefix": "//evil"},
        {"X-Forwarded-Host": 'a"b', "X-Forwarded-Proto": "", "X-Forwarded-Prefix": "/a/../<b>"},
    ],
)
def test_what_is_no_host_scheme_or_prefix_counts_for_nothing(empty_store: Store, wrong: dict[str, str]) -> None:
    assert endpoint(empty_store, "127.0.0.1", wrong, "") == "http://testserver"


def test_the_setting_is_checked() -> None:
    with pytest.raises(SettingRefused, match="SUBSIDIA_PROXIES=here: expected addresses"):
        Settings.from_environment({"SUBSIDIA_PROXIES": "here"})
