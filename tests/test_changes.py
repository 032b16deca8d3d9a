"""Changes between two years: what began, ended and changed hands, worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.answers.changes import changes_document
from graph.changes import Handover, Held, change_of, handovers
from graph.filters import Filters
from graph.snapshot import Snapshot
from graph.store import Store
from tests.test_cli import subsidia

MATTER = ("nl", "civic-integration", "financing")
YEARS = st.none() | st.integers(1990, 2020)


@pytest.mark.parametrize(
    ("begin", "end", "change"),
    [
        (None, None, "undated"),
        (2000, 2020, "held"),
        (2000, None, "held"),
        (None, 2013, "held"),
        (None, 2012, "ended"),
        (2006, 2006, "ended"),
        (2007, 2013, "began"),
        (2013, None, "began"),
        (2007, 2012, "came-and-went"),
        (1990, 2005, "outside"),
        (2014, None, "outside"),
    ],
)
def test_between_2006_and_2013(begin: int | None, end: int | None, change: str) -> None:
    assert change_of(begin, end, 2006, 2013) == change


@given(YEARS, YEARS, st.integers(1990, 2020), st.integers(0, 10))
def test_what_began_one_way_ended_the_other(begin: int | None, end: int | None, since: int, length: int) -> None:
    if begin is not None and end is not None and end < begin:
        begin, end = end, begin
    mirrored = {"began": "ended", "ended": "began"}
    forward = change_of(begin, end, since, since + length)
    # time told backwards: years become their negatives, first and last change places
    back = change_of(None if end is None else -end, None if begin is None else -begin, -since - length, -since)
    assert back == mirrored.get(forward, forward)


def _duty(holder: str, begin: int | None, end: int | None, name: str | None = None) -> Held:
    return Held(name or f"{holder}-{begin}-{end}", holder, MATTER, begin, end)


def test_a_matter_changes_hands_where_one_ends_and_another_begins_next() -> None:
    found = handovers([_duty("state", 1998, 2012, "a"), _duty("newcomers", 2012, None, "b")], 2006, 2013)
    assert found == [Handover(*MATTER, before=("state",), after=("newcomers",), statements=("a", "b"))]


@pytest.mark.parametrize(
    "duties",
    [
        [],
        [_duty("state", 1998, 2012)],
        [_duty("state", 1998, 2012), _duty("newcomers", None, None)],
        [_duty("state", 1998, 2007), _duty("newcomers", 2012, None)],
        [_duty("state", 1998, 2012), _duty("state", 2012, None)],
        [_duty("state", 1998, 2012), _duty("city", 2012, None), _duty("city", 1990, 2011)],
        [_duty("state", 1998, 2012), _duty("state", None, None), _duty("city", 2013, None)],
    ],
    ids=[
        "nothing",
        "nobody follows",
        "who follows has no date",
        "years lie between",
        "the same body goes on",
        "who follows was there before",
        "who went is still there by another statement",
    ],
)
def test_a_matter_does_not_change_hands(duties: list[Held]) -> None:
    assert handovers(duties, 2006, 2013) == []


def test_the_netherlands_from_2006_to_2013(casebook: Snapshot) -> None:
    # UPSTREAM: from 2012 newcomers pay the courses that the state had funded
    data = changes_document(casebook, Filters(country="NL", since=2006, until=2013)).data
    (handed,) = data["handovers"]
    assert [handed["aspect"], handed["field"]] == ["financing", "civic-integration"]
    assert [iri.rpartition("/")[2] for iri in (*handed["before"], *handed["after"])] == ["nl-state", "nl-newcomers"]
    ended = {row["label"] for row in data["statements"] if row["change"] == "ended" and row["kind"] == "measure"}
    assert ended == {"Dutch civic integration courses"}
    assert all(row["evidence"] for row in data["statements"])
    assert all("2007" <= event["date"][:4] <= "2013" for event in data["events"])


def test_one_year_changes_nothing(casebook: Snapshot) -> None:
    data = changes_document(casebook, Filters(since=2006, until=2006)).data
    assert (data["statements"], data["handovers"], data["events"]) == ([], [], [])


def test_an_empty_graph_gives_empty_lists(empty_store: Store) -> None:
    data = changes_document(empty_store.snapshot(), Filters(since=2006, until=2013)).data
    assert data == {"statements": [], "handovers": [], "events": [], "counts": []}


def test_the_api_gives_json_and_csv_and_refuses_without_two_years(client: TestClient) -> None:
    found = client.get("/api/v1/changes", params={"from": "2006", "to": "2013", "country": "NL"})
    statements = found.json()["data"]["statements"]
    table = client.get("/api/v1/changes", params={"from": "2006", "to": "2013", "country": "NL", "format": "csv"})
    assert len(table.text.splitlines()) == len(statements) + 1 > 10
    for asked in ({}, {"from": "2006"}, {"from": "2006", "to": "2013", "at": "2010"}, {"from": "2013", "to": "2006"}):
        refused = client.get("/api/v1/changes", params=asked)
        assert refused.status_code == 422, asked
        assert refused.headers["content-type"] == "application/problem+json"


def test_the_command_tells_who_handed_over_to_whom(casebook_store: Store) -> None:
    told = subsidia("changes", "2006", "2013", "--country", "NL", "--store", casebook_store.path)
    assert told.status == 0
    assert "changed hands: financing of civic integration and language from Dutch state to Newcomers" in told.err
    assert subsidia("changes", "2013", "2006", "--store", casebook_store.path).status == 2


def test_a_filter_that_some_lists_have_no_answer_to_is_named(client: TestClient) -> None:
    asked = {"from": "2006", "to": "2013", "programme": "eif"}
    meta = client.get("/api/v1/changes", params=asked).json()["meta"]
    assert meta["not_applied"] == {"programme": "the graph does not say which programme a mechanism belongs to"}
