"""Comparison: the same indicators of several places, each with its coverage, and none taken for an absence."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answers.compare import compare_document, read_places
from graph.compare import Profile, profiles
from graph.filters import Filters
from graph.funding.interval import exact
from graph.gaps.gap import find_gaps
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.identifiers import mint
from tests.conftest import assert_parameter_refused
from tests.small_flows import between
from tests.small_graphs import actor, competence, flow, mechanism, scope, snapshot_of
from tests.test_cli import subsidia

API = "/api/v1/compare"
BODIES = [
    actor("union", "eu", "eu", "eu-institution"),
    actor("state", "national", "es"),
    actor("region", "regional", "es-region", "regional-government"),
    actor("town", "local", "es-town", "municipality"),
    actor("paris", "local", "fr", "municipality"),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Make a graph of Spain, researched in part, and France, of which little is recorded and nothing researched."""
    measure = {"basis": "stated", "passage": "p1", "label": "Flats"}
    tables: dict[str, Any] = {
        "actors": BODIES,
        "competences": [
            competence("a", "state", "housing", "framing", "es", nature="exclusive"),
            competence("b", "town", "housing", "delivery", "es-town", valid_to="2010"),
            competence("c", "region", "housing", "financing", "es-region", nature="none"),
            competence("d", "town", "housing", "financing", "es-town", modality="should"),
            competence("e", "paris", "education", "delivery", "fr"),
        ],
        "flows": [
            flow("f", "state", "region", "100", "120", "2010", fields="housing"),
            flow("g", "region", "town", "40", year="2010", part_of="f", fields="housing"),
            flow("h", "union", "state", year="2010"),
            flow("i", "state", "town", "7", year="2010", currency="SEK", fields="education"),
            flow("j", "state", "town", "1", year="2010", quantity="ceiling"),
        ],
        "mechanisms": [mechanism("m", "state|town", "housing"), mechanism("n", "paris|town", "education")],
        "measures": [{"key": "flats", "fields": "housing", "territory": "es", "targeting": "targeted", **measure}],
        "scopes": [
            scope("s", "es", "housing", "competence|funding"),
            scope("t", "es-region", "education", "competence", valid_to="2010"),
        ],
    }
    return snapshot_of(tmp_path_factory.mktemp("compare"), tables)


def compared(snapshot: Snapshot, *places: str, **filters: Any) -> list[Profile]:
    return list(profiles(snapshot, tuple(mint("territory", place) for place in places), Filters(**filters)))


def test_duties_absences_and_norms_are_counted_apart(small: Snapshot) -> None:
    spain, france = compared(small, "es", "fr")
    assert spain.duties_by_aspect == {"delivery": 1, "framing": 1}
    assert spain.duties_by_nature == {"exclusive": 1, "not-stated": 1}
    assert (spain.absences, spain.norms) == (1, 1)
    assert (france.duties_by_aspect, france.absences) == ({"delivery": 1}, 0)


def test_each_aspect_names_the_levels_that_hold_it_and_those_of_which_a_source_says_not(small: Snapshot) -> None:
    spain, france = compared(small, "es", "fr")
    assert [(each.field, each.aspect, each.levels, each.absent, each.coverage) for each in spain.aspects] == [
        ("housing", "framing", ("national",), (), "researched"),
        ("housing", "financing", (), ("regional",), "researched"),
        ("housing", "delivery", ("local",), (), "researched"),
    ]
    assert {each.coverage for each in france.aspects} == {"not-assessed"}


def test_money_is_added_like_to_like_and_never_with_what_is_passed_on(small: Snapshot) -> None:
    spain, france = compared(small, "es", "fr")
    known = {item.kind.currency: item.amount for item in spain.sums if item.amount}
    assert known["EUR"] == between(100, 120)  # 40 of it is passed on
    assert known["SEK"] == exact(7)
    assert (spain.flows, spain.flows_with_amount) == (4, 3)  # the ceiling is in no sum
    assert (france.flows, france.sums) == (0, ())


def test_coverage_says_what_was_researched_in_the_field_and_years_asked_for(small: Snapshot) -> None:
    spain, france = compared(small, "es", "fr", field="housing")
    assert spain.coverage == {
        "competence": "researched",
        "funding": "researched",
        "coordination": "not-assessed",
        "evaluation": "not-assessed",
    }
    assert set(france.coverage.values()) == {"not-assessed"}
    # of all fields only housing; of education only one region, until 2010
    assert compared(small, "es", "fr")[0].coverage["competence"] == "partly"
    assert compared(small, "es", "fr", field="education")[0].coverage["competence"] == "partly"
    assert compared(small, "es", "fr", field="education", at=2011)[0].coverage["competence"] == "not-assessed"
    assert compared(small, "es-region", "fr", field="education")[0].coverage["competence"] == "researched"
    # a scope over the country speaks for a town in it
    assert compared(small, "es-town", "fr", field="housing")[0].coverage["funding"] == "researched"


def test_a_year_and_a_field_narrow_every_count(small: Snapshot) -> None:
    (spain,) = compared(small, "es", at=2011)
    assert (spain.duties_by_aspect, spain.flows) == ({"framing": 1}, 0)
    (spain,) = compared(small, "es", field="education")
    assert (spain.duties_by_aspect, spain.flows, spain.mechanisms) == ({}, 1, 1)


def test_mechanisms_belong_where_their_participants_sit_and_the_union_stands_for_itself(small: Snapshot) -> None:
    spain, france, union = compared(small, "es", "fr", "eu")
    assert (spain.mechanisms, spain.mechanisms_between_levels) == (2, 1)
    assert (france.mechanisms, france.mechanisms_between_levels) == (1, 0)
    assert (union.mechanisms, union.duties_by_aspect, union.flows) == (0, {}, 1)


def test_places_within_a_country_are_compared_like_countries(small: Snapshot) -> None:
    region, town = compared(small, "es-region", "es-town")
    assert (region.duties_by_aspect, town.duties_by_aspect) == ({"delivery": 1}, {"delivery": 1})
    assert (region.absences, town.absences) == (1, 0)


def test_a_low_count_where_nothing_was_researched_is_marked_so_in_every_row(small: Snapshot) -> None:
    document = compare_document(small, read_places(small, ["ES", "FR"]), Filters(field="housing"))
    rows = {(row["group"], row["indicator"]): row for row in document.data["rows"]}
    duties = rows["duties", "duties"]
    assert (duties["ES"], duties["ES_coverage"]) == (2, "researched")
    assert (duties["FR"], duties["FR_coverage"]) == (0, "not-assessed")
    money = rows["money", "transfer EUR 2010, least"]
    assert (money["ES"], money["FR"]) == (100, None)  # no amount is not zero


def test_filters_that_cannot_narrow_a_comparison_are_told(small: Snapshot) -> None:
    asked = Filters(actor="state", since=2005, until=2010)
    document = compare_document(small, read_places(small, ["ES", "FR"]), asked)
    assert list(document.not_applied) == ["actor", "from", "to"]


def test_an_empty_graph_has_places_with_nothing_assessed(tmp_path: Path) -> None:
    spain, france = compared(snapshot_of(tmp_path, {}), "es", "fr")
    assert (spain.duties_by_aspect, spain.sums, spain.gaps) == ({}, (), {"reported": {}, "indicated": {}})
    assert set(france.coverage.values()) == {"not-assessed"}


# The casebook


def test_spain_and_the_netherlands_have_the_gaps_that_the_list_of_gaps_has(casebook: Snapshot) -> None:
    document = compare_document(casebook, read_places(casebook, ["ES", "NL"]), Filters())
    for place in document.data["places"]:
        listed = Counter((gap.state, gap.type) for gap in find_gaps(casebook, Filters(country=place["key"])))
        shown = {(state, name): count for state, types in place["gaps"].items() for name, count in types.items()}
        assert shown == listed
    # flows.csv: es-integration-fund-es-autonomous-communities-2005, 120,000,000; what is passed on is not added
    rows = {row["indicator"]: row for row in document.data["rows"] if row["group"] == "money"}
    assert rows["transfer EUR 2005, least"]["ES"] == rows["transfer EUR 2005, most"]["ES"] == 120000000


@pytest.mark.parametrize(
    ("places", "filters"),
    [
        (["ES", "NL"], {}),
        (["ES", "DE", "EU"], {"field": "housing"}),
        (["nl-rotterdam", "at-vienna"], {"at": 2006}),
        (["ES", "nl-rotterdam"], {"field": "education", "since": 2005, "until": 2010}),
    ],
)
def test_the_query_beside_each_place_finds_what_is_counted(
    casebook: Snapshot, places: list[str], filters: dict[str, Any]
) -> None:
    document = compare_document(casebook, read_places(casebook, places), Filters(**filters))
    for place in document.data["places"]:
        rows = casebook.select(document.more["queries"][place["key"]])
        found = Counter(row["class"] for row in rows)
        assert found["Competence"] == place["duties"] + place["absences"] + place["norms"]
        assert found["CoordinationMechanism"] == place["mechanisms"]
        assert found["Measure"] == sum(place["measures"].values())
        assert found["ResearchedScope"] == len(place["scopes"])
        assert found["FundingFlow"] >= place["flows"]


# The API and the command


def test_the_api_gives_a_column_and_a_coverage_for_each_place(client: TestClient) -> None:
    answer = client.get(API, params={"country": ["ES", "NL"], "place": "at-vienna", "field": "housing"})
    document = json.loads(answer.text, parse_constant=pytest.fail)
    keys = [place["key"] for place in document["data"]["places"]]
    assert keys == ["ES", "NL", "at-vienna"]
    columns = {name for key in keys for name in (key, f"{key}_coverage")}
    assert all(row.keys() == {"group", "indicator", *columns} for row in document["data"]["rows"])
    assert set(keys) < document["meta"]["queries"].keys()
    assert document["meta"]["sources"]
    text = client.get(f"{answer.request.url}&format=csv").text
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(document["data"]["rows"])


@pytest.mark.parametrize(
    ("query", "parameter", "near"),
    [
        ("", "country", None),
        ("?country=ES", "country", None),
        ("?country=ES&country=ES", "country", None),
        ("?country=ES&country=NL&country=DE&country=FR&country=AT", "country", None),
        ("?country=ES&country=XX", "country", None),
        ("?country=ES&place=nl-roterdam", "place", "nl-rotterdam"),
        ("?country=ES&country=NL&at=20x6", "at", None),
        ("?country=ES&country=NL&field=housng", "field", "housing"),
        ("?country=ES&country=NL&format=xml", "format", None),
    ],
)
def test_what_is_not_understood_is_422_and_names_the_parameter(
    client: TestClient, query: str, parameter: str, near: str | None
) -> None:
    assert_parameter_refused(client, API + query, parameter, near)


def test_the_command_prints_the_document_that_the_api_gives(client: TestClient, casebook_store: Store) -> None:
    document = client.get(API, params={"country": ["ES", "NL"], "field": "housing"}).json()
    words = ("compare", "ES", "NL", "--field", "housing", "--store", casebook_store.path)
    assert json.loads(subsidia(*words, "--json").out) == document
    done = subsidia(*words)
    assert (done.status, "not assessed" in done.out) == (0, True)
    assert "a low count says nothing" in done.err
    done = subsidia("compare", "ES", "--store", casebook_store.path)
    assert (done.status, len(done.err.splitlines())) == (2, 1)
