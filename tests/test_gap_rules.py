"""Each gap rule on graphs small enough to work out by hand: its pattern, what ends it, and never without research."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal

from graph.filters import Filters
from graph.gaps.gap import find_gaps, gap_matrix
from graph.gaps.rules import rules
from graph.queries import bind
from graph.snapshot import Snapshot
from ontology.identifiers import slug
from tests.small_graphs import PLACES, Row, Rows, actor, competence, flow, in_memory, mechanism, scope

Tables = Mapping[str, Sequence[Row]]
Found = list[tuple[tuple[str, ...], str, float | None]]

STATE: Final = actor("state", "national", "es")
REGION: Final = actor("region", "regional", "es-region", "regional-government")
TOWN: Final = actor("town", "local", "es-town", "municipality")
VILLAGE: Final = actor("village", "local", "es-village", "municipality")
CHARITY: Final = actor("charity", "local", "es-town", "ngo")
UNION: Final = actor("union", "eu", "eu", "eu-institution")
BODIES: Final = [STATE, REGION, TOWN, VILLAGE, CHARITY, UNION]
MINISTRIES: Final = [actor(f"m{number}", "national", "es", "ministry") for number in (1, 2, 3)]
SETTLEMENTS: Final = [
    *PLACES["territories"],
    {"key": "es-village", "label": "A village", "level": "local", "within": "es-region"},
]
_SAID: Final = {"basis": "stated", "passage": "p1"}
_RULES: Final = {rule.id: rule for rule in rules()}


def researched(ties: str, fields: str = "education", place: str = "es", **more: str) -> Row:
    return scope("s", place, fields, ties, **more)


def measure(key: str, initiator: str = "", implementers: str = "", territory: str = "es-town", **more: str) -> Row:
    row = {"key": key, "label": key, "fields": "education", "initiator": initiator, "implementers": implementers}
    return {**row, "territory": territory, **_SAID, **more}


def programme(key: str, operated_by: str = "", territory: str = "es-region", **more: str) -> Row:
    row = {"key": key, "label": key, "fields": "education", "operated_by": operated_by, "territory": territory}
    return {**row, **_SAID, **more}


def world(**tables: Sequence[Row]) -> Snapshot:
    base: dict[str, Sequence[Row]] = {"territories": SETTLEMENTS, "actors": BODIES}
    rows: Rows = {**base, **tables}
    return in_memory(rows)


def ask(rule: str, at: int | None = None, tables: Tables | None = None, **more: Sequence[Row]) -> Found:
    """Give what the rule finds in these tables: bodies, field and severity."""
    query = bind(_RULES[rule].query, {"at": Literal(at) if at else None})
    found = [row for row in world(**{**(tables or {}), **more}).select(query) if row["between"]]
    for row in found:
        assert {slug(passage) for passage in (row["evidence"] or "").split()} == {"p1"}
        assert row["explanation"]
        assert row["country"] == "ES"
    return [
        (
            tuple(slug(body) for body in (row["between"] or "").split()),
            row["field"] or "",
            None if row["severity"] is None else round(float(row["severity"]), 4),
        )
        for row in found
    ]


# unfunded-mandate

TASK: Final = competence("task", "town", "education", "delivery", "es-town")
FUNDING: Final = researched("funding")


@pytest.mark.parametrize(
    ("begins", "at", "severity"),
    [
        ("", None, 0.2),  # nobody knows since when: the one year of the source that says so, 2014
        ("2011", None, 0.8),  # 2011, 2012, 2013 and 2014: four years of five
        ("2011", 2012, 0.4),  # 2011 and 2012
        ("2004", None, 1.0),  # eleven years, capped at five
    ],
)
def test_a_task_without_any_money_is_weighed_by_its_years(begins: str, at: int | None, severity: float) -> None:
    found = ask("unfunded-mandate", at, competences=[{**TASK, "valid_from": begins}], scopes=[FUNDING])
    assert found == [(("town",), "education", severity)]


def test_a_task_is_not_asked_for_before_it_begins_nor_after_the_last_source_that_knows_it() -> None:
    task = [{**TASK, "valid_from": "2011"}]
    years = [at for at in range(2009, 2017) if ask("unfunded-mandate", at, competences=task, scopes=[FUNDING])]
    assert years == [2011, 2012, 2013, 2014]


@pytest.mark.parametrize(
    ("money", "why"),
    [
        (flow("f", "state", "town", fields="education"), "the state pays"),
        (flow("f", "", "town", fields="education"), "somebody pays"),
        (flow("f", "state", "town"), "money for no field in particular is money for this one"),
        (flow("f", "town", "charity", fields="education"), "who pays others has money"),
        (flow("f", "town", "", fields="education", quantity="budget-line"), "a budget of its own"),
        (flow("f", "state", "charity", fields="education", serves="task"), "it serves the task, says the source"),
        (flow("f", "state", "towns", fields="education"), "the towns get it, and it is one of them"),
        (flow("f", "state", "school-office", fields="education"), "a part of it gets it"),
        (flow("f", "state", "town", fields="education", year="2005"), "a figure for one year says nothing of the next"),
    ],
)
def test_money_of_any_kind_leaves_no_unfunded_task(money: Row, why: str) -> None:
    bodies = [STATE, CHARITY, {**TOWN, "member_of": "towns"}]
    bodies += [actor("towns", "local", "es", "municipality", collective="yes")]
    bodies += [actor("school-office", "local", "es-town", "municipal-service", part_of="town")]
    assert ask("unfunded-mandate", actors=bodies, competences=[TASK], flows=[money], scopes=[FUNDING]) == [], why


def test_a_competence_to_finance_is_money_of_its_own_and_a_fine_is_none() -> None:
    own = competence("own", "town", "education", "financing", "es-town")
    assert ask("unfunded-mandate", competences=[TASK, own], scopes=[FUNDING]) == []
    fine = flow("fine", "state", "town", fields="education", quantity="fine")
    assert ask("unfunded-mandate", competences=[TASK], flows=[fine], scopes=[FUNDING])


def test_money_in_the_wider_field_counts_and_money_in_another_does_not() -> None:
    task = [competence("task", "town", "civic-integration", "delivery", "es-town")]
    searched = [researched("funding", "civic-integration")]
    wider = [flow("f", "state", "town", fields="integration")]
    assert ask("unfunded-mandate", competences=task, flows=wider, scopes=searched) == []
    other = [flow("f", "state", "town", fields="housing")]
    assert ask("unfunded-mandate", competences=task, flows=other, scopes=searched)


def test_money_that_begins_later_leaves_the_years_before_it_without() -> None:
    late = [flow("f", "state", "town", fields="education", valid_from="2013", valid_to="2014")]
    task = [{**TASK, "valid_from": "2011"}]
    years = [
        at for at in range(2010, 2016) if ask("unfunded-mandate", at, competences=task, flows=late, scopes=[FUNDING])
    ]
    assert years == [2011, 2012]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"nature": "none"}, "an absence is no task"),
        ({"modality": "should"}, "a norm is no fact"),
        ({"holder": "charity"}, "nobody mandates a charity"),
        ({"aspect": "framing"}, "to frame is no task that needs a budget"),
        ({"valid_to": "2008"}, "it ended before anybody looked"),
    ],
)
def test_what_is_no_public_task_of_the_time_is_not_asked_for_money(change: Row, why: str) -> None:
    searched = [researched("funding", valid_from="2010")]
    assert ask("unfunded-mandate", competences=[{**TASK, **change}], scopes=searched) == [], why


# silo

DUTIES: Final = [competence(f"d{number}", f"m{number}", "education", "framing", "es") for number in (1, 2, 3)]
COORDINATION: Final = researched("coordination")


def test_two_ministries_in_one_field_without_a_mechanism_are_a_silo() -> None:
    found = ask("silo", actors=MINISTRIES, competences=DUTIES[:2], scopes=[COORDINATION])
    assert found == [(("m1", "m2"), "education", 1.0)]


def test_the_severity_of_a_silo_is_the_share_of_pairs_that_nothing_ties() -> None:
    tie = [mechanism("tie", "m1|m2", "education")]
    found = ask("silo", actors=MINISTRIES, competences=DUTIES, mechanisms=tie, scopes=[COORDINATION])
    # three pairs, one of them tied
    assert found == [(("m1", "m3"), "education", 0.6667), (("m2", "m3"), "education", 0.6667)]


@pytest.mark.parametrize(
    "tie",
    [
        mechanism("tie", "m1|m2", "education"),
        mechanism("tie", "m1|m2"),
        mechanism("tie", "m1|office"),
        mechanism("tie", "ministries|state"),
    ],
)
def test_a_mechanism_with_both_or_their_parts_or_their_collective_ends_a_silo(tie: Row) -> None:
    bodies = [STATE, *({**body, "member_of": "ministries"} for body in MINISTRIES)]
    bodies += [actor("ministries", "national", "es", "ministry", collective="yes")]
    bodies += [actor("office", "national", "es", "national-agency", part_of="m2")]
    assert ask("silo", actors=bodies, competences=DUTIES[:2], mechanisms=[tie], scopes=[COORDINATION]) == []


def test_the_state_that_both_are_parts_of_does_not_tie_them() -> None:
    bodies = [STATE, UNION, *({**body, "part_of": "state"} for body in MINISTRIES)]
    tie = [mechanism("tie", "state|union", "education")]
    found = ask("silo", actors=bodies, competences=DUTIES[:2], mechanisms=tie, scopes=[COORDINATION])
    assert found == [(("m1", "m2"), "education", 1.0)]


def test_sister_fields_are_held_together_by_a_mechanism_in_either() -> None:
    duties = [
        competence("d1", "m1", "civic-integration", "framing", "es"),
        competence("d2", "m2", "newcomer-reception", "framing", "es"),
    ]
    searched = [researched("coordination", "civic-integration|newcomer-reception")]
    found = ask("silo", actors=MINISTRIES, competences=duties, scopes=searched)
    assert found == [(("m1", "m2"), "civic-integration", 1.0)]
    for field in ("civic-integration", "newcomer-reception", "integration"):
        tie = [mechanism("tie", "m1|m2", field)]
        assert ask("silo", actors=MINISTRIES, competences=duties, mechanisms=tie, scopes=searched) == [], field
    apart = [DUTIES[0], competence("d2", "m2", "housing", "framing", "es")]
    searched = [researched("coordination", "education|housing")]
    assert ask("silo", actors=MINISTRIES, competences=apart, scopes=searched) == [], "fields without a common one above"


def test_a_silo_is_asked_for_only_where_ties_within_the_level_were_looked_for() -> None:
    for levels, found in (("national", 1), ("national|local", 0), ("local", 0)):
        searched = [researched("coordination", levels=levels)]
        assert len(ask("silo", actors=MINISTRIES, competences=DUTIES[:2], scopes=searched)) == found, levels


def test_no_silo_between_whole_and_part_or_other_places_or_other_times() -> None:
    part = [MINISTRIES[0], {**MINISTRIES[1], "part_of": "m1"}]
    assert ask("silo", actors=part, competences=DUTIES[:2], scopes=[COORDINATION]) == []
    places = [TASK, competence("other", "village", "education", "delivery", "es-village")]
    assert ask("silo", competences=places, scopes=[COORDINATION]) == []
    times = [{**DUTIES[0], "valid_to": "2008"}, {**DUTIES[1], "valid_from": "2008"}]
    assert ask("silo", actors=MINISTRIES, competences=times, scopes=[COORDINATION]) == []


def test_a_silo_begins_when_the_mechanism_ends() -> None:
    duties = [{**duty, "valid_from": "2005"} for duty in DUTIES[:2]]
    tie = [mechanism("tie", "m1|m2", "education", valid_from="2005", valid_to="2010")]
    years = [
        at
        for at in (2009, 2010, 2011, 2014)
        if ask("silo", at, actors=MINISTRIES, competences=duties, mechanisms=tie, scopes=[COORDINATION])
    ]
    assert years == [2011, 2014]


# missing-vertical-tie, beside what test_gaps.py asks of it


def test_a_tie_from_above_the_researched_place_counts() -> None:
    duties = [competence("d", "state", "education", "framing", "es"), TASK]
    searched = [researched("coordination", place="es-region")]
    assert ask("missing-vertical-tie", competences=duties, scopes=searched) == [(("state", "town"), "education", 1.0)]
    tie = [mechanism("tie", "state|town", "education")]
    assert ask("missing-vertical-tie", competences=duties, mechanisms=tie, scopes=searched) == []


def test_a_ministry_does_not_tell_again_what_its_state_lacks() -> None:
    bodies = [STATE, TOWN, {**MINISTRIES[0], "part_of": "state"}]
    duties = [competence("d", "state", "education", "framing", "es"), DUTIES[0], TASK]
    found = ask("missing-vertical-tie", actors=bodies, competences=duties, scopes=[COORDINATION])
    assert found == [(("state", "town"), "education", 1.0)]
    alone = ask("missing-vertical-tie", actors=bodies, competences=duties[1:], scopes=[COORDINATION])
    assert alone == [(("m1", "town"), "education", 1.0)]


def test_a_duty_of_another_time_than_the_research_is_not_asked_for() -> None:
    duties = [competence("d", "state", "education", "framing", "es", valid_to="2000"), {**TASK, "valid_to": "2000"}]
    searched = [researched("coordination", valid_from="2010")]
    assert ask("missing-vertical-tie", competences=duties, scopes=searched) == []


# partial-decentralisation

EXCLUSIVE: Final = competence("frame", "state", "education", "framing", "es", nature="exclusive")
FRAMES: Final = competence("frame", "state", "education", "framing", "es")
COMPETENCE: Final = researched("competence")


def lacks(aspect: str, holder: str = "town", place: str = "es-town") -> Row:
    return competence(f"no-{aspect}", holder, "education", aspect, place, nature="none")


@pytest.mark.parametrize(
    ("duties", "severity"),
    [
        ([EXCLUSIVE, TASK], 0.3333),  # framing of three
        ([FRAMES, TASK, lacks("framing")], 0.3333),
        ([FRAMES, TASK, lacks("framing"), lacks("financing")], 0.6667),  # framing and financing
        ([FRAMES, {**TASK, "aspect": "coordination"}, lacks("framing"), lacks("financing"), lacks("delivery")], 1.0),
    ],
)
def test_who_delivers_without_a_say_in_framing_is_decentralised_by_half(duties: list[Row], severity: float) -> None:
    found = ask("partial-decentralisation", competences=duties, scopes=[COMPETENCE])
    assert found == [(("state", "town"), "education", severity)]


def test_that_towns_have_no_say_holds_for_each_of_them() -> None:
    bodies = [STATE, {**TOWN, "member_of": "towns"}, actor("towns", "local", "es", "municipality", collective="yes")]
    duties = [FRAMES, TASK, lacks("framing", "towns", "es")]
    found = ask("partial-decentralisation", actors=bodies, competences=duties, scopes=[COMPETENCE])
    assert found == [(("state", "town"), "education", 0.3333)]


@pytest.mark.parametrize(
    ("duties", "why"),
    [
        ([FRAMES, TASK], "nobody says that the town has no say"),
        ([EXCLUSIVE, TASK, competence("say", "town", "education", "framing", "es-town")], "it has a say"),
        ([EXCLUSIVE, {**TASK, "holder": "region", "territory": "es-region"}], "a region is not local"),
        ([EXCLUSIVE, {**TASK, "aspect": "monitoring"}], "to watch is no responsibility"),
        ([EXCLUSIVE, {**TASK, "nature": "none"}], "it has no task either"),
        ([{**EXCLUSIVE, "modality": "should"}, TASK], "a norm is no fact"),
        ([{**EXCLUSIVE, "valid_to": "2008"}, {**TASK, "valid_from": "2008"}], "the one follows the other"),
        ([EXCLUSIVE], "the presence of a national policy is no gap"),
    ],
)
def test_no_partial_decentralisation(duties: list[Row], why: str) -> None:
    assert ask("partial-decentralisation", competences=duties, scopes=[COMPETENCE]) == [], why


def test_content_without_instruments_is_asked_for_where_money_was_looked_for() -> None:
    say = competence("say", "town", "education", "framing", "es-town")
    both = [researched("competence|funding")]
    assert ask("partial-decentralisation", competences=[say], scopes=both) == [(("town",), "education", 0.3333)]
    # the source says as well that it does not deliver: two of three
    no = [say, lacks("delivery")]
    assert ask("partial-decentralisation", competences=no, scopes=both) == [(("town",), "education", 0.6667)]
    assert ask("partial-decentralisation", competences=[say], scopes=[COMPETENCE]) == []
    money = [flow("f", "state", "town", fields="education")]
    assert ask("partial-decentralisation", competences=[say], flows=money, scopes=both) == []


def test_who_frames_and_delivers_without_money_is_told_of_once() -> None:
    duties = [competence("say", "town", "education", "framing", "es-town"), TASK]
    both = [researched("competence|funding")]
    assert ask("partial-decentralisation", competences=duties, scopes=both) == []
    assert ask("unfunded-mandate", competences=duties, scopes=both) == [(("town",), "education", 0.2)]


# unaccountable-money

GRANT: Final = flow("grant", "state", "town", "100", year="2012", fields="education")
EVALUATION: Final = researched("evaluation")


def test_money_that_nobody_follows_is_unaccountable_as_a_whole() -> None:
    found = ask("unaccountable-money", flows=[GRANT], scopes=[EVALUATION])
    assert found == [(("state", "town"), "education", 1.0)]


@pytest.mark.parametrize(
    ("passed", "severity"),
    [
        (["40"], 0.6),  # 60 of 100 cannot be followed
        (["40", "35"], 0.25),
        ([""], None),  # passed on, and nobody says how much
    ],
)
def test_what_is_passed_on_can_be_followed(passed: list[str], severity: float | None) -> None:
    parts = [
        flow(f"part{number}", "town", "charity", amount, year="2012", fields="education", part_of="grant")
        for number, amount in enumerate(passed)
    ]
    found = ask("unaccountable-money", flows=[GRANT, *parts], scopes=[EVALUATION])
    assert (("state", "town"), "education", severity) in found


def test_money_that_is_followed_to_the_last_euro_is_accounted_for() -> None:
    part = flow("part", "town", "charity", "100", year="2012", fields="education", part_of="grant")
    found = ask("unaccountable-money", flows=[GRANT, part], scopes=[EVALUATION])
    assert (("state", "town"), "education", 0.0) not in found
    assert not [row for row in found if row[0] == ("state", "town")]


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"competences": [competence("c", "state", "education", "monitoring", "es")]}, "the payer monitors"),
        ({"competences": [competence("c", "m1", "education", "evaluation", "es")]}, "a part of the payer evaluates"),
        ({"mechanisms": [mechanism("m", "state|town", "education", functions="monitoring")]}, "reports go up"),
        ({"mechanisms": [mechanism("m", "state|town", "education")]}, "a mechanism may monitor"),
        ({"measures": [measure("run", programme="fund", evaluated_by="region")]}, "the programme is evaluated"),
    ],
)
def test_money_that_is_watched_or_evaluated_is_accounted_for(tables: Tables, why: str) -> None:
    bodies = [*BODIES, {**MINISTRIES[0], "part_of": "state"}]
    grant = [{**GRANT, "programme": "fund"}]
    found = ask(
        "unaccountable-money",
        tables={"actors": bodies, "flows": grant, "programmes": [programme("fund")], "scopes": [EVALUATION], **tables},
    )
    assert found == [], why


def test_a_mechanism_that_only_consults_follows_no_money() -> None:
    talk = [mechanism("m", "state|town", "education", functions="consultation")]
    assert ask("unaccountable-money", flows=[GRANT], mechanisms=talk, scopes=[EVALUATION])


def test_persons_and_parts_of_the_payer_need_not_account() -> None:
    bodies = [STATE, actor("people", "local", "es-town", "persons"), {**TOWN, "part_of": "state"}]
    paid = [GRANT, {**GRANT, "key": "aid", "recipient": "people"}]
    assert ask("unaccountable-money", actors=bodies, flows=paid, scopes=[EVALUATION]) == []


# no-evaluation


def test_a_measure_that_nobody_evaluates_is_named_without_a_weight_where_its_money_is_unknown() -> None:
    found = ask("no-evaluation", measures=[measure("classes", "state", "town")], scopes=[EVALUATION])
    assert found == [(("town",), "education", None)]


def test_a_programme_without_evaluation_weighs_by_its_share_of_the_money() -> None:
    funds = [programme("small", "state", "es"), programme("large", "state", "es")]
    paid = [
        flow("f1", "state", "town", "30", year="2012", fields="education", programme="small"),
        flow("f2", "state", "town", "90", year="2012", fields="education", programme="large"),
    ]
    found = ask("no-evaluation", programmes=funds, flows=paid, scopes=[EVALUATION])
    # of the 120 that run through programmes, 90 run through the one and 30 through the other
    assert found == [(("state",), "education", 0.75), (("state",), "education", 0.25)]


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"measures": [measure("classes", "state", "town", evaluated_by="region")]}, "it is evaluated"),
        (
            {"competences": [competence("c", "region", "education", "evaluation", "es-region")]},
            "a body is to evaluate the field there",
        ),
        (
            {
                "programmes": [programme("p")],
                "measures": [
                    measure("a", "", "town", programme="p"),
                    measure("b", programme="p", evaluated_by="union"),
                ],
            },
            "another measure of its programme is",
        ),
        ({"measures": [measure("act", "state")]}, "a law is run by nobody"),
        ({"measures": [measure("classes", "state", "town", fields="housing")]}, "another field"),
    ],
)
def test_no_want_of_evaluation(tables: Tables, why: str) -> None:
    base: dict[str, Sequence[Row]] = {"measures": [measure("classes", "state", "town")], "scopes": [EVALUATION]}
    assert ask("no-evaluation", tables={**base, **tables}) == [], why


# eligibility-mismatch

ABROAD: Final = programme("fund", "union", "eu", target_groups="third-country-nationals")
SUPPORT: Final = flow("support", "union", "town", fields="education", programme="fund")
SERVICE: Final = measure("service", "town", "town", target_groups="eu-citizens")


def test_a_fund_that_leaves_out_whom_the_town_serves_is_a_mismatch() -> None:
    found = ask("eligibility-mismatch", programmes=[ABROAD], flows=[SUPPORT], measures=[SERVICE], scopes=[FUNDING])
    assert found == [(("union", "town"), "education", 1.0)]


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"programmes": [{**ABROAD, "target_groups": "third-country-nationals|eu-citizens"}]}, "it takes them in"),
        ({"programmes": [{**ABROAD, "target_groups": "newcomers"}]}, "newcomers may be citizens of the Union"),
        ({"programmes": [{**ABROAD, "target_groups": "third-country-nationals|women"}]}, "it is open to others too"),
        ({"programmes": [{**ABROAD, "target_groups": ""}]}, "for whom it is, nobody says"),
        ({"measures": [{**SERVICE, "target_groups": "all-residents"}]}, "all residents are not left out by name"),
        ({"measures": [{**SERVICE, "implementers": "charity"}]}, "another body serves them"),
        ({"flows": [SUPPORT, flow("more", "state", "town", fields="education")]}, "other money may serve them"),
        ({"flows": [SUPPORT, flow("own", "town", "", fields="education", quantity="budget-line")]}, "its own money"),
    ],
)
def test_no_mismatch(tables: Tables, why: str) -> None:
    base: dict[str, Sequence[Row]] = {"programmes": [ABROAD], "flows": [SUPPORT], "measures": [SERVICE]}
    assert ask("eligibility-mismatch", tables={**base, "scopes": [FUNDING], **tables}) == [], why


def test_other_money_that_leaves_out_the_same_people_does_not_help() -> None:
    second = programme("second", "state", "es", target_groups="refugees-asylum-seekers")
    paid = [SUPPORT, flow("more", "state", "town", fields="education", programme="second")]
    found = ask("eligibility-mismatch", programmes=[ABROAD, second], flows=paid, measures=[SERVICE], scopes=[FUNDING])
    assert found == [(("state", "town"), "education", 1.0), (("union", "town"), "education", 1.0)]


# duplication

ABOVE: Final = measure("above", "state", "charity", target_groups="women")
BELOW: Final = measure("below", "town", "town", target_groups="women")


def test_two_levels_that_serve_the_same_people_untied_are_a_duplication() -> None:
    found = ask("duplication", measures=[ABOVE, BELOW], scopes=[COORDINATION])
    assert found == [(("state", "town"), "education", 0.5)]


def test_a_third_such_measure_makes_each_duplication_weigh_a_third() -> None:
    third = measure("third", "town", "village", target_groups="women")
    found = ask("duplication", measures=[ABOVE, BELOW, third], scopes=[COORDINATION])
    assert found == [(("state", "town"), "education", 0.3333), (("state", "town"), "education", 0.3333)]


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"mechanisms": [mechanism("m", "state|town", "education")]}, "a mechanism holds both"),
        ({"mechanisms": [mechanism("m", "state|town")]}, "a mechanism for all fields holds both"),
        ({"measures": [ABOVE, {**BELOW, "implementers": "town|charity"}]}, "one body runs both"),
        ({"measures": [ABOVE, {**BELOW, "initiator": "town|state"}]}, "both were started by one"),
        (
            {"measures": [{**ABOVE, "programme": "p"}, {**BELOW, "programme": "p"}], "programmes": [programme("p")]},
            "one programme",
        ),
        ({"measures": [ABOVE, {**BELOW, "target_groups": "youth"}]}, "for other people"),
        ({"measures": [ABOVE, {**BELOW, "territory": "es-village"}]}, "in another place"),
        ({"measures": [ABOVE, {**BELOW, "fields": "housing"}]}, "in another field"),
        ({"measures": [ABOVE]}, "one measure alone"),
        ({"measures": [ABOVE, {**BELOW, "implementers": ""}]}, "nobody runs the other"),
        (
            {"measures": [{**ABOVE, "valid_to": "2008"}, {**BELOW, "valid_from": "2008"}]},
            "the one follows the other",
        ),
        ({"scopes": [researched("coordination", levels="national|regional")]}, "these levels were not looked at"),
    ],
)
def test_no_duplication(tables: Tables, why: str) -> None:
    base: dict[str, Sequence[Row]] = {"measures": [ABOVE, BELOW], "scopes": [COORDINATION]}
    assert ask("duplication", tables={**base, **tables}) == [], why


# boundary-mismatch

AREA: Final = programme("area", "town", "es-region")


def test_a_programme_that_reaches_into_the_next_village_untied_is_a_mismatch() -> None:
    found = ask("boundary-mismatch", programmes=[AREA], scopes=[COORDINATION])
    # two municipalities in the region, one of them outside that of the town
    assert found == [(("town", "village"), "education", 0.5)]


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"mechanisms": [mechanism("m", "town|village", "education")]}, "a mechanism holds both"),
        ({"programmes": [{**AREA, "operated_by": "town|village"}]}, "both run it"),
        ({"programmes": [{**AREA, "operated_by": "town|region"}]}, "the region of both runs it too"),
        ({"programmes": [{**AREA, "operated_by": "state"}]}, "whose territory holds the area"),
        ({"programmes": [{**AREA, "territory": "es-town"}]}, "the area is that of the town"),
        (
            {"competences": [competence("c", "region", "education", "coordination", "es-region")]},
            "a body of the area has the field",
        ),
        (
            {"scopes": [researched("coordination", levels="national|local")]},
            "ties within the level were not looked for",
        ),
    ],
)
def test_no_boundary_mismatch(tables: Tables, why: str) -> None:
    base: dict[str, Sequence[Row]] = {"programmes": [AREA], "scopes": [COORDINATION]}
    assert ask("boundary-mismatch", tables={**base, **tables}) == [], why


# one-way-information

ORDERED: Final = measure("ordered", "state", "town")


def test_a_measure_from_above_with_monitoring_only_hears_one_way() -> None:
    reports = [mechanism("m", "state|town", "education", functions="monitoring")]
    found = ask("one-way-information", measures=[ORDERED], mechanisms=reports, scopes=[COORDINATION])
    assert found == [(("state", "town"), "education", 0.5)]  # one of two directions is missing


def test_a_measure_from_above_without_any_mechanism_hears_nothing() -> None:
    found = ask("one-way-information", measures=[ORDERED], scopes=[COORDINATION])
    assert found == [(("state", "town"), "education", 1.0)]


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        (
            {"mechanisms": [mechanism("m", "state|town", "education", functions="information")]},
            "they inform each other",
        ),
        ({"mechanisms": [mechanism("m", "state|town", "education", functions="monitoring|consultation")]}, "they talk"),
        ({"mechanisms": [mechanism("m", "state|town", "education")]}, "what it is for, nobody says"),
        ({"measures": [measure("own", "town", "town")]}, "its own measure"),
        ({"measures": [measure("shared", "state|town", "town")]}, "who started it as well knows"),
        ({"measures": [measure("service", "state", "charity")]}, "a charity is no level of government"),
        ({"scopes": [researched("coordination", levels="national|regional")]}, "these levels were not looked at"),
    ],
)
def test_no_one_way_information(tables: Tables, why: str) -> None:
    base: dict[str, Sequence[Row]] = {"measures": [ORDERED], "scopes": [COORDINATION]}
    assert ask("one-way-information", tables={**base, **tables}) == [], why


# dependency


def paid(payer: str, low: str, high: str = "", **more: str) -> Row:
    cells = {"year": "2012", "fields": "education", **more}
    return flow(f"from-{payer or 'somebody'}", payer, "town", low, high, **cells)


@pytest.mark.parametrize(
    ("flows", "payer", "index"),
    [
        ([paid("state", "100")], "state", 1.0),
        ([paid("state", "95"), paid("region", "5")], "state", 0.905),  # .95² + .05²
        ([paid("state", "10"), paid("union", "190")], "union", 0.905),
        # lower ends .96² + .04² = .9232, upper ends 96 of 101: .9034 + .0025 = .9059; the smaller counts
        ([paid("state", "96"), paid("region", "4", "5")], "state", 0.9059),
        ([paid("state", "60"), paid("m1", "35"), paid("region", "5")], "state", 0.905),  # a ministry is the state
    ],
)
def test_one_payer_for_nearly_all_is_a_dependency(flows: list[Row], payer: str, index: float) -> None:
    bodies = [*BODIES, {**MINISTRIES[0], "part_of": "state"}]
    found = ask("dependency", actors=bodies, competences=[TASK], flows=flows, scopes=[FUNDING])
    assert found == [((payer, "town"), "education", index)]


@pytest.mark.parametrize(
    ("flows", "why"),
    [
        ([paid("state", "85"), paid("region", "15")], ".85² + .15² = .745"),
        ([paid("state", "100"), paid("region", "")], "how much the region pays is not known"),
        ([paid("", "100")], "who pays is not known"),
        ([paid("state", "100", currency="EUR"), paid("region", "5", currency="SEK")], "two currencies do not add"),
        ([paid("state", "100"), paid("region", "5", phase="planned")], "planned and paid do not add"),
        ([paid("state", "100"), {**paid("town", "9", quantity="budget-line"), "recipient": ""}], "it has a budget"),
        ([paid("towns", "100")], "the towns are many payers"),
        ([paid("state", "100", quantity="ceiling")], "a ceiling is no money"),
    ],
)
def test_no_dependency_that_can_be_known(flows: list[Row], why: str) -> None:
    bodies = [*BODIES, actor("towns", "local", "es", "municipality", collective="yes")]
    assert ask("dependency", actors=bodies, competences=[TASK], flows=flows, scopes=[FUNDING]) == [], why


def test_means_of_its_own_or_no_task_leave_no_dependency() -> None:
    own = competence("own", "town", "education", "financing", "es-town")
    assert ask("dependency", competences=[TASK, own], flows=[paid("state", "100")], scopes=[FUNDING]) == []
    assert ask("dependency", flows=[paid("state", "100")], scopes=[FUNDING]) == []


# leakage

SHARE: Final = flow(
    "due", "region", "town", fields="education", quantity="earmark", share="0.4", share_of="whole", condition="to towns"
)
WHOLE: Final = flow("whole", "state", "region", "100", year="2012", fields="education")


def passed_on(amount: str, recipient: str = "town", **more: str) -> Row:
    return flow(f"to-{recipient}", "region", recipient, amount, year="2012", part_of="whole", **more)


@pytest.mark.parametrize(
    ("flows", "severity"),
    [
        ([passed_on("20")], 0.5),  # 40 were due, 20 came
        ([passed_on("30")], 0.25),
        ([passed_on("10"), passed_on("20", "school-office")], 0.25),  # a part of the town got the rest
        ([passed_on("0")], 1.0),
    ],
)
def test_less_passed_on_than_the_condition_says_leaks(flows: list[Row], severity: float) -> None:
    bodies = [*BODIES, actor("school-office", "local", "es-town", "municipal-service", part_of="town")]
    found = ask("leakage", actors=bodies, flows=[WHOLE, SHARE, *flows], scopes=[FUNDING])
    assert found == [(("region", "town"), "education", severity)]


@pytest.mark.parametrize(
    ("year", "until", "count"),
    [("1990", "1995", 0), ("1990", "2012", 1), ("2013", "", 0), ("2000", "", 1), ("", "", 1)],
)
def test_a_share_counts_while_it_holds(year: str, until: str, count: int) -> None:
    share = {**SHARE, "valid_from": year, "valid_to": until}
    assert len(ask("leakage", flows=[WHOLE, share, passed_on("20")], scopes=[FUNDING])) == count


@pytest.mark.parametrize(
    ("flows", "why"),
    [
        ([WHOLE, SHARE, passed_on("40")], "all that was due came"),
        ([WHOLE, SHARE], "nobody says what was passed on"),
        ([WHOLE, SHARE, passed_on("")], "how much was passed on is not known"),
        ([WHOLE, SHARE, passed_on("20"), passed_on("", "school-office")], "a part of it is not known"),
        ([WHOLE, {**SHARE, "condition": ""}, passed_on("20")], "no condition fixes the share"),
        ([{**WHOLE, "amount_min": "", "amount_max": "", "currency": ""}, SHARE, passed_on("20")], "of how much?"),
        ([WHOLE, SHARE, passed_on("20", currency="SEK")], "another currency"),
        ([WHOLE, SHARE, passed_on("10", "village")], "the village is not the town"),
    ],
)
def test_no_leakage_that_can_be_known(flows: list[Row], why: str) -> None:
    bodies = [*BODIES, actor("school-office", "local", "es-town", "municipal-service", part_of="town")]
    assert ask("leakage", actors=bodies, flows=flows, scopes=[FUNDING]) == [], why


# All rules

PATTERNS: Final[Mapping[str, Tables]] = {
    "boundary-mismatch": {"programmes": [AREA], "scopes": [COORDINATION]},
    "bypass": {
        "competences": [
            FRAMES,
            competence("serves", "charity", "education", "delivery", "es-town"),
            lacks("delivery"),
        ],
        "scopes": [COMPETENCE],
    },
    "dependency": {"competences": [TASK], "flows": [paid("state", "100")], "scopes": [FUNDING]},
    "duplication": {"measures": [ABOVE, BELOW], "scopes": [COORDINATION]},
    "duty-outlives-funding": {
        "competences": [TASK],
        "flows": [flow("grant", "state", "town", fields="education", valid_from="2005", valid_to="2010")],
        "events": [
            {"key": "cut", "label": "Cut", "type": "funding-cut", "affects": "flow/grant", "date": "2010"} | _SAID
        ],
        "scopes": [FUNDING],
    },
    "eligibility-mismatch": {
        "programmes": [ABROAD],
        "flows": [SUPPORT],
        "measures": [SERVICE],
        "scopes": [FUNDING],
    },
    "leakage": {"flows": [WHOLE, SHARE, passed_on("20")], "scopes": [FUNDING]},
    "missing-vertical-tie": {"competences": [FRAMES, TASK], "scopes": [COORDINATION]},
    "no-evaluation": {"measures": [measure("classes", "state", "town")], "scopes": [EVALUATION]},
    "one-way-information": {"measures": [ORDERED], "scopes": [COORDINATION]},
    "partial-decentralisation": {"competences": [EXCLUSIVE, TASK], "scopes": [COMPETENCE]},
    "silo": {"actors": MINISTRIES, "competences": DUTIES[:2], "scopes": [COORDINATION]},
    "unaccountable-money": {"flows": [GRANT], "scopes": [EVALUATION]},
    "unfunded-mandate": {"competences": [TASK], "scopes": [FUNDING]},
}


def test_there_is_a_pattern_for_each_rule() -> None:
    assert sorted(PATTERNS) == sorted(_RULES)


@pytest.mark.parametrize("rule", sorted(PATTERNS))
def test_the_pattern_is_this_gap_and_without_research_it_is_none(rule: str) -> None:
    assert len(ask(rule, tables=PATTERNS[rule])) == 1
    for scopes in (
        [],
        [{**PATTERNS[rule]["scopes"][0], "ties": "evaluation" if _RULES[rule].scope != "evaluation" else "funding"}],
        [{**PATTERNS[rule]["scopes"][0], "fields": "housing"}],
        [{**PATTERNS[rule]["scopes"][0], "territory": "fr"}],
        [{**PATTERNS[rule]["scopes"][0], "valid_from": "2030"}],
    ):
        assert ask(rule, tables={**PATTERNS[rule], "scopes": scopes}) == [], scopes
    assert find_gaps(world(**{**PATTERNS[rule], "scopes": []}), Filters()) == []


@pytest.mark.parametrize("rule", sorted(PATTERNS))
def test_the_four_states_are_kept_apart_for_each_rule(rule: str) -> None:
    snapshot = world(**PATTERNS[rule])
    gaps = [gap for gap in find_gaps(snapshot, Filters()) if gap.rule == rule]
    assert [(gap.state, gap.type, gap.fields) for gap in gaps] == [("indicated", _RULES[rule].type, ("education",))]
    assert gaps[0].closes == _RULES[rule].closes
    cells = {(cell.country, cell.field): cell.state for cell in gap_matrix(snapshot, Filters())}
    assert cells == {("ES", "education"): "indicated"}
    unread = world(**{**PATTERNS[rule], "scopes": []})
    assert {cell.state for cell in gap_matrix(unread, Filters())} <= {"not-assessed"}


@pytest.mark.parametrize("rule", sorted(PATTERNS))
def test_a_stranger_changes_nothing(rule: str) -> None:
    tables = PATTERNS[rule]
    bodies = [*tables.get("actors", BODIES), actor("stranger", "local", "fr", "municipality")]
    duties = [*tables.get("competences", []), competence("foreign", "stranger", "education", "delivery", "fr")]
    assert ask(rule, tables={**tables, "actors": bodies, "competences": duties}) == ask(rule, tables=tables)


# What holds for any graph

HOLDERS: Final = {
    "state": "es",
    "region": "es-region",
    "town": "es-town",
    "village": "es-village",
    "charity": "es-town",
}
_BODY: Final = st.sampled_from(sorted(HOLDERS))
_YEARS: Final = st.sampled_from([("", ""), ("2005", ""), ("2005", "2010"), ("2010", "2014")])


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Draw a few duties, measures, flows and mechanisms between five bodies, all inside one researched scope."""
    duties: list[Row] = []
    measures: list[Row] = []
    flows: list[Row] = []
    ties: list[Row] = []
    for number in range(draw(st.integers(2, 5))):
        holder, (begin, end) = draw(_BODY), draw(_YEARS)
        aspect = draw(st.sampled_from(["framing", "financing", "delivery", "monitoring"]))
        nature = draw(st.sampled_from(["", "", "exclusive", "none"]))
        row = competence(f"duty{number}", holder, "education", aspect, HOLDERS[holder], nature=nature)
        duties.append({**row, "valid_from": begin, "valid_to": end})
    for number in range(draw(st.integers(0, 2))):
        measures.append(measure(f"measure{number}", draw(_BODY), draw(_BODY), target_groups="women"))
    for number in range(draw(st.integers(0, 2))):
        payer, amount = draw(_BODY), draw(st.sampled_from(["", "10", "100"]))
        flows.append(flow(f"flow{number}", payer, draw(_BODY), amount, year="2012", fields="education"))
    for number in range(draw(st.integers(0, 1))):
        ties.append(draw(mechanisms(f"tie{number}")))
    area = [programme("area", draw(_BODY))]
    scopes = [researched("competence|funding|coordination|evaluation", levels=draw(st.sampled_from(["", "local"])))]
    return {
        "competences": duties,
        "measures": measures,
        "flows": flows,
        "mechanisms": ties,
        "programmes": area,
        "scopes": scopes,
    }


@st.composite
def mechanisms(draw: st.DrawFn, key: str) -> Row:
    sides = draw(st.lists(_BODY, min_size=2, max_size=3, unique=True))
    fields = draw(st.sampled_from(["", "education", "housing"]))
    function = draw(st.sampled_from(["", "monitoring", "consultation"]))
    begin, end = draw(_YEARS)
    return mechanism(key, "|".join(sides), fields, functions=function, valid_from=begin, valid_to=end)


def all_gaps(tables: Tables, at: int | None) -> set[tuple[str, frozenset[str], str]]:
    """Give the gaps of all rules, each by its rule, its bodies and what it is about."""
    snapshot, found = world(**tables), set()
    for rule in _RULES.values():
        for row in snapshot.select(bind(rule.query, {"at": Literal(at) if at else None})):
            if row["between"]:
                about = " ".join(sorted(slug(thing) for thing in (row.get("about") or "").split()))
                found.add((rule.id, frozenset(slug(body) for body in row["between"].split()), about))
    return found


_AT: Final = st.sampled_from([None, 2007, 2012])
_FEW: Final = settings(max_examples=6, deadline=None)


@_FEW
@given(worlds(), mechanisms("more"), _AT)
def test_a_mechanism_more_never_makes_a_gap(tables: dict[str, list[Row]], more: Row, at: int | None) -> None:
    with_it = {**tables, "mechanisms": [*tables["mechanisms"], more]}
    assert all_gaps(with_it, at) <= all_gaps(tables, at)


@_FEW
@given(worlds(), _AT)
def test_other_names_and_strangers_and_other_order_change_nothing(tables: dict[str, list[Row]], at: int | None) -> None:
    names = {key: f"{9 - number}-renamed" for number, key in enumerate(HOLDERS)} | {"union": "0-renamed"}
    columns = {"key", "holder", "payer", "recipient", "initiator", "implementers", "participants", "operated_by"}

    def renamed(row: Row, table: str) -> Row:
        return {
            column: "|".join(names.get(part, part) for part in cell.split("|"))
            if column in columns - ({"key"} if table != "actors" else set())
            else cell
            for column, cell in row.items()
        }

    stranger = actor("stranger", "local", "fr", "municipality")
    other = {table: [renamed(row, table) for row in reversed(rows)] for table, rows in tables.items()}
    other["actors"] = [*(renamed(body, "actors") for body in BODIES), stranger]
    other["competences"].append(competence("foreign", "stranger", "education", "delivery", "fr"))
    expected = {
        (rule, frozenset(names[body] for body in bodies), about) for rule, bodies, about in all_gaps(tables, at)
    }
    assert all_gaps(other, at) == expected


@_FEW
@given(worlds(), _BODY, _BODY, _AT)
def test_money_more_never_makes_a_task_unfunded(
    tables: dict[str, list[Row]], payer: str, recipient: str, at: int | None
) -> None:
    money = flow("more", payer, recipient, fields="education")
    unfunded = {"unfunded-mandate", "partial-decentralisation"}
    before = {gap for gap in all_gaps(tables, at) if gap[0] in unfunded}
    after = {gap for gap in all_gaps({**tables, "flows": [*tables["flows"], money]}, at) if gap[0] in unfunded}
    assert after <= before


@_FEW
@given(worlds(), _AT)
def test_without_research_there_is_never_a_gap(tables: dict[str, list[Row]], at: int | None) -> None:
    assert all_gaps({**tables, "scopes": []}, at) == set()
