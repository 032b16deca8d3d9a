"""Values that no loader takes and an update may write: each answer is defined, and none is an error of the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.stores import open_store
from graph.flows import flow_table
from graph.store import Store
from loaders.tables.statements import load_tables
from tests.conftest import MINIMAL
from tests.small_graphs import write_tables

ODD: Final = """
PREFIX gov: <https://w3id.org/subsidia/def/>
PREFIX place: <https://w3id.org/subsidia/id/territory/>
PREFIX aspect: <https://w3id.org/subsidia/def/aspect/>
PREFIX modality: <https://w3id.org/subsidia/def/modality/>
PREFIX field: <https://w3id.org/subsidia/def/field/>
INSERT DATA { GRAPH <https://w3id.org/subsidia/graph/odd> {
  <urn:union> a gov:Territory ; gov:countryCode "EU" .
  <urn:parish> a gov:Actor ; gov:level <urn:level/parish> ; gov:jurisdiction place:es .
  <urn:duty> a gov:Competence ; gov:holder <urn:parish> ; gov:over place:es ;
    gov:aspect aspect:delivery ; gov:modality modality:is ;
    gov:field field:housing ; gov:validFrom "long ago" ; gov:validTo "-0044" .
  <urn:table> a gov:CoordinationMechanism ; gov:participant <urn:parish> , <urn:nobody> ;
    gov:over place:es .
} }"""
PATHS: Final = (
    "/report",
    "/api/v1/profiles",
    "/api/v1/compare?country=ES&country=EU",
    "/api/v1/changes?from=2006&to=2013",
    "/api/v1/whatif?remove=es-state",
    "/api/v1/network/measures/brokerage",
    "/api/v1/network?format=graphml",
    "/api/v1/gaps/matrix",
    "/",
    "/flows",
    "/network",
    "/gaps",
    "/actors",
    "/sources",
    "/actors/es-state",
)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Serve a small graph with a level that is not ours and years that are none."""
    folder = tmp_path_factory.mktemp("odd")
    store = open_store(folder / "store", empty=True)
    store.load(load_tables(write_tables(folder / "tables", MINIMAL)).quads)
    store.commit(lambda database: database.update(ODD))
    with TestClient(create_app(Settings(store=folder / "store")), raise_server_exceptions=False) as found:
        yield found


@pytest.mark.parametrize("year", ["", "at=2006"])
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_defined(odd: TestClient, path: str, year: str) -> None:
    if year and "from=" in path:
        year = "country=ES"
    answer = odd.get(f"{path}{'&' if '?' in path else '?'}{year}")
    assert answer.status_code == 200, answer.text


def test_a_level_that_is_not_ours_is_told_by_its_name_after_those_that_are(odd: TestClient) -> None:
    aspects = odd.get("/api/v1/compare?country=ES&country=EU").json()["data"]["places"][0]["aspects"]
    delivery = next(row for row in aspects if (row["field"], row["aspect"]) == ("housing", "delivery"))
    assert delivery["levels"] == ["local", "parish"]
    assert "Parish" in odd.get("/report").text


def test_what_is_no_year_is_not_known(odd: TestClient) -> None:
    (relation,) = odd.get("/api/v1/profiles?country=ES&field=housing").json()["data"]["relations"]
    assert (relation["begin"], relation["end"]) == (None, None)


def test_a_flow_at_what_is_no_year_is_still_refused(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", empty=True)
    gov = "https://w3id.org/subsidia/def/"
    store.commit(
        lambda database: database.update(f'INSERT DATA {{ <urn:f> a <{gov}FundingFlow> ; <{gov}validFrom> "soon" }}')
    )
    with pytest.raises(ValueError, match="'soon' is no year"):
        flow_table(store.snapshot())


def test_where_no_country_is_known_the_refusal_says_so(empty_store: Store) -> None:
    with TestClient(create_app(Settings(store=empty_store.path))) as client:
        refused = client.get("/report?country=ES", headers={"Accept": "application/problem+json"})
    assert refused.status_code == 422
    assert refused.json()["detail"].endswith("that the graph knows: it knows none")
