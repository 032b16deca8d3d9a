"""Profiles: relations after Scholten, mainstreaming, jurisdictions after Hooghe and Marks, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.answers.profile import profile_document
from graph.filters import Filters
from graph.places import Places
from graph.profiles.jurisdictions import Jurisdictions, jurisdictions_at
from graph.profiles.mainstreaming import Mainstreaming, entropy, mainstreaming_in
from graph.profiles.reading import Duty, Initiative, Reading, Tie
from graph.profiles.relations import relations_in
from graph.researched import Scope
from graph.snapshot import Snapshot
from graph.store import Store
from tests.test_cli import subsidia

HERE = "land"
PLACES = Places({"city": "land", "town": "land"}, {"land": "NL"})


def duty(holder: str, level: str, aspect: str, **more: Any) -> Duty:
    given_ = {
        "territory": HERE,
        "fields": frozenset(["housing"]),
        "absent": False,
        "evidence": (f"p-{holder}",),
        **more,
    }
    return Duty(iri=f"{holder}-{aspect}", holder=holder, level=level, aspect=aspect, **given_)


def tie(*levels: str, **more: Any) -> Tie:
    return Tie("tie", frozenset(levels), frozenset(["housing"]), ("p-tie",), **more)


def scope(kind: str, begin: int | None = None, end: int | None = None) -> Scope:
    return Scope(f"scope-{kind}", ("housing",), (kind,), begin, end, whole=True)


def reading(*things: Duty | Tie | Initiative | Scope) -> Reading:
    def those(kind: type) -> tuple[Any, ...]:
        return tuple(each for each in things if isinstance(each, kind))

    return Reading(HERE, those(Duty), those(Tie), those(Initiative), those(Scope))


STATE = duty("state", "national", "framing")
CITY = duty("city", "local", "framing", territory="city")
DELIVERY = duty("city", "local", "delivery", territory="city")
NO_STATE = duty("state", "national", "framing", absent=True)
NO_CITY = duty("cities", "local", "framing", absent=True)


@pytest.mark.parametrize(
    ("things", "kind"),
    [
        ([STATE, CITY, tie("national", "local")], "multilevel"),
        ([STATE, CITY, scope("coordination")], "decoupled"),
        ([STATE, CITY], None),
        ([STATE, CITY, tie("local", "regional"), scope("coordination")], "decoupled"),
        ([STATE, CITY, scope("funding")], None),
        ([STATE, DELIVERY], None),
        ([STATE, DELIVERY, NO_CITY], "centralist"),
        ([STATE, DELIVERY, scope("competence")], "centralist"),
        ([STATE, DELIVERY, replace(NO_CITY, territory="city")], None),
        ([CITY], None),
        ([CITY, NO_STATE], "localist"),
        ([CITY, scope("competence")], "localist"),
        ([STATE], None),
        ([STATE, scope("competence")], None),
        ([DELIVERY], None),
        ([], None),
    ],
)
def test_a_relation_is_told_only_where_enough_is_known(things: list[Any], kind: str | None) -> None:
    (found,) = relations_in(reading(*things), "housing")
    assert (found.kind, found.begin, found.end) == (kind, None, None)
    assert found.why


def test_statements_of_different_years_are_never_put_together() -> None:
    things = reading(replace(CITY, begin=2000, end=2009), replace(NO_STATE, end=1996), replace(STATE, begin=2005))
    told = [(each.begin, each.end, each.kind, each.statements) for each in relations_in(things, "housing")]
    assert told == [
        (2000, 2004, None, ("city-framing",)),
        (2005, 2009, None, ("city-framing", "state-framing")),
        (2010, None, None, ("state-framing",)),
    ]
    tied = replace(things, ties=(tie("national", "local", begin=2008, end=2008),))
    assert [(each.begin, each.end) for each in relations_in(tied, "housing") if each.kind] == [(2008, 2008)]


def test_a_span_of_years_cuts_the_periods() -> None:
    things = reading(replace(STATE, begin=2005), CITY, tie("national", "local"))
    (within,) = relations_in(things, "housing", (2007, 2008))
    assert (within.begin, within.end, within.kind, within.undated) == (2007, 2008, "multilevel", 2)
    assert within.evidence == ("p-city", "p-state", "p-tie")


def test_research_of_other_years_is_no_research_of_these() -> None:
    found = relations_in(reading(CITY, scope("competence", 2012, 2014)), "housing")
    assert [(each.begin, each.end, each.kind) for each in found] == [
        (None, 2011, None),
        (2012, 2014, "localist"),
        (2015, None, None),
    ]


@given(st.lists(st.sampled_from([STATE, CITY, DELIVERY, NO_STATE, NO_CITY]), max_size=6))
def test_without_research_and_stated_absence_no_relation_rests_on_silence(duties: list[Duty]) -> None:
    known = [each for each in duties if not each.absent]
    (found,) = relations_in(reading(*known), "housing")
    assert found.kind is None


def test_mainstreaming_by_hand() -> None:
    things = reading(
        STATE,
        NO_CITY,
        Initiative("one", "targeted", frozenset(["housing"]), (("state", "national"), ("city", "local")), ("p-1",)),
        Initiative("two", "mainstreamed", frozenset(["housing"]), (("city", "local"),), ("p-2",)),
        Initiative("three", "", frozenset(["housing"]), (), ("p-3",)),
        Initiative("other", "targeted", frozenset(["health"]), (("church", ""),), ("p-4",)),
    )
    # parts: state by its duty and one measure, city by two: 2 and 2, so one bit over bodies and over levels
    assert mainstreaming_in(things, "housing") == Mainstreaming(
        "housing", 3, 2, 0.5, 2, 2, 1.0, 1.0, ("p-1", "p-2", "p-3", "p-state")
    )
    assert mainstreaming_in(things, "nothing") == Mainstreaming("nothing", 0, 0, None, 0, 0, None, None, ())


def test_entropy_by_hand() -> None:
    assert entropy([1, 1, 1, 1]) == 2.0
    assert entropy([3, 1]) == pytest.approx(0.8112781244591328)  # 2 − ¾·log2(3)


def test_jurisdictions_by_hand() -> None:
    def held(holder: str, *fields: str, territory: str) -> Duty:
        return duty(holder, "local", "delivery", fields=frozenset(fields), territory=territory)

    things = reading(
        held("council", "housing", "health", territory="city"),
        held("agency", "health", territory="city"),
        held("board", "housing", "education", "health", territory="town"),
        duty("none", "local", "framing", absent=True, territory="city"),
    )
    # council and agency share the city: 1 of 1; the board's town lies in neither; fields 2 + 1 + 3 over three bodies
    assert jurisdictions_at(things, PLACES) == [
        Jurisdictions("local", 3, 2.0, 1 / 3, 1, 1.0, ("p-agency", "p-board", "p-council"))
    ]
    assert jurisdictions_at(reading(), PLACES) == []


def test_the_netherlands_centralise_civic_integration(casebook: Snapshot) -> None:
    # Building Inclusive Cities was read for who frames civic integration in the Netherlands from 2012 to 2014
    rows = profile_document(casebook, Filters(country="NL", field="civic-integration", at=2013)).data["relations"]
    assert [(row["country"], row["field"], row["kind"]) for row in rows] == [("NL", "civic-integration", "centralist")]
    assert rows[0]["evidence"]
    silent = profile_document(casebook, Filters(country="NL", field="housing")).data["relations"]
    assert [row["kind"] for row in silent] == [None]


def test_an_empty_graph_has_no_profile(empty_store: Store) -> None:
    found = profile_document(empty_store.snapshot(), Filters())
    assert found.data == {"relations": [], "mainstreaming": [], "jurisdictions": []}


def test_the_api_and_the_command_give_the_same(client: TestClient, casebook_store: Store) -> None:
    told = subsidia("profile", "NL", "--at", "2013", "--json", "--store", casebook_store.path)
    found = client.get("/api/v1/profiles", params={"country": "NL", "at": "2013"})
    assert told.status == 0
    assert found.text.strip() == told.out.strip()
    named = client.get("/api/v1/profiles", params={"country": "NL", "programme": "eif"}).json()["meta"]["not_applied"]
    assert list(named) == ["programme"]
    assert client.get("/api/v1/profiles", params={"country": "XX"}).status_code == 422
