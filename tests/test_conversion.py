"""Conversion: published reference rates, the day before a day without one, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.funding.conversion import ConversionRefused, Rate, rate_on
from graph.store import Store
from loaders.tables.statements import load_tables
from tests.small_graphs import PLACES, actor, flow, write_tables
from tests.test_cli import subsidia


def test_the_rates_are_those_that_the_central_bank_published() -> None:
    # reference rates of 29 December 2006: 0.67150 pounds, 9.0404 kronor, 7.4560 Danish kroner a euro
    day = date(2006, 12, 29)
    assert rate_on("EUR", "GBP", day) == Rate("EUR", "GBP", Decimal("0.6715"), day)
    assert rate_on("EUR", "SEK", day).value == Decimal("9.0404")
    assert rate_on("GBP", "EUR", day).convert(Decimal("671.50")) == Decimal("1000.00")
    assert rate_on("SEK", "DKK", day).convert(Decimal("9040.40")) == Decimal("7456.00")


def test_a_day_without_a_rate_takes_the_day_before_and_says_so() -> None:
    assert rate_on("EUR", "GBP", date(2006, 12, 31)).day == date(2006, 12, 29)


def test_one_currency_is_itself_on_any_day() -> None:
    assert rate_on("EUR", "EUR", date(1900, 1, 1)).convert(Decimal("5.5")) == Decimal("5.50")
    assert rate_on("EUR", "EUR", date(1900, 1, 1)).convert(None) is None


@pytest.mark.parametrize(
    ("of", "to", "on", "said"),
    [
        ("XXX", "EUR", date(2006, 1, 2), "XXX: no rates are known"),
        ("EUR", "GB", date(2006, 1, 2), "GB: no rates are known"),
        ("GBP", "EUR", date(1998, 12, 31), "no rate to EUR for 1998-12-31; there are rates from 1999-01-04"),
        ("EEK", "EUR", date(2012, 1, 2), "EEK: no rate to EUR for 2012-01-02"),
    ],
)
def test_nothing_is_extrapolated(of: str, to: str, on: date, said: str) -> None:
    with pytest.raises(ConversionRefused, match=said):
        rate_on(of, to, on)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Make a store of three flows of one year: pounds, euros, and an amount that nobody states."""
    folder = tmp_path_factory.mktemp("conversion")
    tables = {
        **PLACES,
        "actors": [actor("s", "national", "es"), actor("t", "local", "es-town", type="municipality")],
        "flows": [
            flow("pounds", "s", "t", "671.50", "1343", "2006", currency="GBP"),
            flow("euros", "s", "t", "100", year="2006"),
            flow("unknown", "s", "t", year="2006"),
            flow("marks", "s", "t", "5", year="2006", currency="DEM"),
        ],
    }
    made = Store.create(folder / "store")
    made.load(load_tables(write_tables(folder / "tables", tables)).quads)
    return made


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store.path))) as found:
        yield found


def test_each_flow_is_told_in_the_other_currency_beside_its_own(client: TestClient) -> None:
    found = client.get("/api/v1/flows", params={"convert": "eur", "on": "2006-12-31"}).json()
    rows = {row["flow"].rpartition("/")[2]: row for row in found["data"]}
    told = {name: (row["converted_min"], row["converted_max"], row["rate_day"]) for name, row in rows.items()}
    assert told == {
        "pounds": (1000, 2000, "2006-12-29"),
        "euros": (100, 100, "2006-12-31"),
        "unknown": (None, None, None),
        "marks": (None, None, None),
    }
    assert (rows["pounds"]["amount_min"], rows["pounds"]["currency"]) == (671.5, "GBP")
    assert found["meta"]["conversion"]["to"] == "EUR"
    assert list(found["meta"]["not_converted"]) == ["DEM"]
    plain = client.get("/api/v1/flows").json()
    assert "converted_min" not in plain["data"][0]
    assert "conversion" not in plain["meta"]


def test_the_matrix_converts_its_sums_and_adds_none_together(client: TestClient) -> None:
    asked = {"convert": "EUR", "on": "2006-12-29"}
    cells = client.get("/api/v1/flows/matrix", params=asked).json()["data"]
    sums = {
        cell["currency"]: (cell["min"], cell["max"], cell["converted_min"], cell["converted_max"]) for cell in cells
    }
    assert sums["GBP"] == (671.5, 1343, 1000, 2000)
    assert sums["EUR"] == (100, 100, 100, 100)
    assert sums["DEM"] == (5, 5, None, None)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"convert": "EUR"}, "on"),
        ({"convert": "EUR", "on": "yesterday"}, "on"),
        ({"on": "2006-12-29"}, "convert"),
        ({"convert": "XXX", "on": "2006-12-29"}, "convert"),
    ],
)
def test_one_without_the_other_is_refused(client: TestClient, asked: dict[str, str], parameter: str) -> None:
    refused = client.get("/api/v1/flows", params=asked)
    assert (refused.status_code, refused.json()["parameter"]) == (422, parameter)


def test_the_command_shows_rate_and_day(store: Store) -> None:
    told = subsidia("flows", "--convert", "EUR", "--on", "2006-12-31", "--store", store.path)
    assert "1,000–2,000 EUR (rate 1.4892 of 2006-12-29)" in " ".join(told.out.split())
    assert "not converted: DEM: no rates are known" in told.err
    assert subsidia("flows", "--convert", "EUR", "--store", store.path).status == 2
