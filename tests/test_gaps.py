"""Gaps: the first three rules, the four states, the casebook, and never a gap for want of data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from api.stores import open_store
from graph.filters import Filters
from graph.gaps.gap import Gap, find_gaps, gap_matrix, gap_queries, rules_asked, telling
from graph.gaps.rules import RuleRefused, read_rule, rules
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.identifiers import slug
from tests.small_graphs import Row, Rows, actor, competence, flow, in_memory, mechanism, scope

STATE = actor("state", "national", "es")
TOWN = actor("town", "local", "es-town", "municipality")
UNION = actor("union", "eu", "eu", "eu-institution")
BROKER = actor("broker", "regional", "es-region", "regional-government")
CHARITY = actor("charity", "local", "es-town", "ngo")

FRAMES = competence("frames", "state", "education", "framing", "es")
DELIVERS = competence("delivers", "town", "education", "delivery", "es-town")
SCOPE = scope("s", "es", "education", "competence|coordination|funding")
# where nobody looked for money, that none is recorded says nothing
TIES = scope("s", "es", "education", "competence|coordination")


def indicated(snapshot: Snapshot, rule: str, **filters: int | str) -> list[Gap]:
    return [gap for gap in find_gaps(snapshot, Filters(**filters)) if gap.rule == rule]  # type: ignore[arg-type]


def names(gaps: list[Gap]) -> list[tuple[str, ...]]:
    return [tuple(slug(body) for body in gap.between) for gap in gaps]


def graph(**tables: Sequence[Row]) -> Snapshot:
    base: dict[str, Sequence[Row]] = {"actors": [STATE, TOWN, BROKER, CHARITY, UNION], "scopes": [SCOPE]}
    rows: Rows = {**base, **tables}
    return in_memory(rows)


# missing-vertical-tie


def test_two_levels_in_one_field_without_a_tie_are_a_gap_inside_a_researched_scope() -> None:
    found = indicated(graph(competences=[FRAMES, DELIVERS]), "missing-vertical-tie")
    assert names(found) == [("state", "town")]
    assert (found[0].country, found[0].fields, found[0].severity) == ("ES", ("education",), 1.0)
    assert found[0].levels == ("national", "local")


def test_a_cell_with_an_indicated_gap_and_no_reported_one_is_indicated() -> None:
    snapshot = graph(competences=[FRAMES, DELIVERS], scopes=[TIES])
    assert [(cell.country, cell.field, cell.state, cell.indicated) for cell in gap_matrix(snapshot, Filters())] == [
        ("ES", "education", "indicated", 1)
    ]


def test_without_a_researched_scope_nothing_is_a_gap_and_the_cell_is_not_assessed() -> None:
    snapshot = graph(competences=[FRAMES, DELIVERS], scopes=[])
    assert find_gaps(snapshot, Filters()) == []
    assert gap_matrix(snapshot, Filters()) == ()


def test_a_mechanism_with_both_ends_the_gap_and_the_cell_is_coordinated() -> None:
    snapshot = graph(
        competences=[FRAMES, DELIVERS],
        mechanisms=[mechanism("m", "state|town", "education", territory="es")],
        scopes=[TIES],
    )
    assert indicated(snapshot, "missing-vertical-tie") == []
    assert [(cell.country, cell.field, cell.state) for cell in gap_matrix(snapshot, Filters())] == [
        ("ES", "education", "coordinated")
    ]


def test_a_duty_without_dates_is_not_held_against_one_that_has_ended() -> None:
    ended = graph(competences=[FRAMES, {**DELIVERS, "valid_to": "2010"}])
    assert indicated(ended, "missing-vertical-tie") == []


def test_a_third_body_that_sits_with_each_is_a_bridge() -> None:
    ties = [mechanism("m1", "state|broker", "education"), mechanism("m2", "broker|town", "education")]
    assert indicated(graph(competences=[FRAMES, DELIVERS], mechanisms=ties), "missing-vertical-tie") == []


def test_a_mechanism_in_another_field_is_no_tie() -> None:
    snapshot = graph(competences=[FRAMES, DELIVERS], mechanisms=[mechanism("m", "state|town", "housing")])
    assert names(indicated(snapshot, "missing-vertical-tie")) == [("state", "town")]


def test_a_ministry_at_the_table_stands_for_its_state_and_a_collective_for_its_members() -> None:
    bodies = [STATE, {**TOWN, "member_of": "towns"}]
    bodies += [actor("ministry", "national", "es", "ministry", part_of="state")]
    bodies += [actor("towns", "local", "es", "municipality", collective="yes")]
    snapshot = graph(
        actors=bodies,
        competences=[FRAMES, DELIVERS],
        mechanisms=[mechanism("m", "ministry|towns", "education")],
    )
    assert indicated(snapshot, "missing-vertical-tie") == []


def test_severity_is_the_share_of_common_fields_without_a_tie() -> None:
    duties = [{**FRAMES, "fields": "education|housing"}, {**DELIVERS, "fields": "education|housing"}]
    snapshot = graph(
        competences=duties,
        mechanisms=[mechanism("m", "state|town", "housing")],
        scopes=[scope("s", "es", "education|housing", "coordination")],
    )
    assert [(gap.fields, gap.severity) for gap in indicated(snapshot, "missing-vertical-tie")] == [
        (("education",), 0.5)
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"modality": "should"}, "a norm is no fact"),
        ({"nature": "none"}, "an absence is no duty"),
        ({"nature": "delegated"}, "delegation is a tie"),
        ({"valid_from": "2015"}, "it begins after the other ended"),
    ],
)
def test_no_gap_where_one_side_holds_no_duty_of_its_own(change: Row, why: str) -> None:
    duties = [{**FRAMES, "valid_to": "2012"}, {**DELIVERS, **change}]
    assert indicated(graph(competences=duties), "missing-vertical-tie") == [], why


def test_an_unrelated_body_changes_no_finding() -> None:
    before = find_gaps(graph(competences=[FRAMES, DELIVERS]), Filters())
    other = [STATE, TOWN, BROKER, CHARITY, UNION, actor("stranger", "local", "fr", "municipality")]
    after = find_gaps(graph(actors=other, competences=[FRAMES, DELIVERS]), Filters())
    assert after == before


# bypass


def test_a_charity_that_delivers_past_a_town_without_part_is_a_bypass() -> None:
    duties = [
        FRAMES,
        competence("serves", "charity", "education", "delivery", "es-town"),
        competence("absent", "town", "education", "delivery", "es-town", nature="none"),
    ]
    found = indicated(graph(competences=duties), "bypass")
    assert names(found) == [("state", "charity", "town")]
    # aspects held by anybody: framing, delivery; by local government: none
    assert found[0].severity == 1.0


def test_that_the_town_takes_no_part_must_be_stated_not_just_unrecorded() -> None:
    duties = [FRAMES, competence("serves", "charity", "education", "delivery", "es-town")]
    assert indicated(graph(competences=duties), "bypass") == []


def test_a_town_with_any_part_is_not_bypassed() -> None:
    duties = [
        FRAMES,
        competence("serves", "charity", "education", "delivery", "es-town"),
        competence("absent", "town", "education", "delivery", "es-town", nature="none"),
        competence("part", "town", "education", "monitoring", "es-town"),
    ]
    assert indicated(graph(competences=duties), "bypass") == []


# duty-outlives-funding

_COURSES = "civic-integration"
ENDED = flow("grant", "state", "town", fields="education", per="total", valid_from="2005", valid_to="2010")
CUT = {"key": "cut", "label": "Cut", "type": "funding-withdrawal", "affects": "flow/grant", "date": "2010"}
CUT |= {"basis": "stated", "passage": "p1"}


def test_a_duty_whose_money_was_withdrawn_is_a_gap_weighed_by_the_years_that_are_known() -> None:
    found = indicated(graph(competences=[DELIVERS], flows=[ENDED], events=[CUT]), "duty-outlives-funding")
    assert names(found) == [("state", "town")]
    # the money ended in 2010, the source of 2014 says that the duty holds: 4 years of 5
    assert found[0].severity == 0.8


def test_no_gap_where_other_money_follows_or_the_duty_ended_too() -> None:
    other = flow("other", "union", "town", fields="education", per="total", valid_from="2009", valid_to="2013")
    assert indicated(graph(competences=[DELIVERS], flows=[ENDED, other], events=[CUT]), "duty-outlives-funding") == []
    ended = {**DELIVERS, "valid_to": "2010"}
    assert indicated(graph(competences=[ended], flows=[ENDED], events=[CUT]), "duty-outlives-funding") == []


def test_the_gap_is_there_after_the_end_and_not_before() -> None:
    snapshot = graph(competences=[DELIVERS], flows=[ENDED], events=[CUT])
    years = [year for year in range(2008, 2017) if indicated(snapshot, "duty-outlives-funding", at=year)]
    assert years == [2011, 2012, 2013, 2014]


# The casebook


def test_the_dutch_withdrawal_of_2012_leaves_duties_without_money(casebook: Snapshot) -> None:
    found = indicated(casebook, "duty-outlives-funding", country="NL")
    assert ("nl-state", "nl-newcomers") in names(found)
    passages = {slug(passage) for gap in found for passage in gap.evidence}
    assert "building-inclusive-cities-2014-nl-withdrawal-2012" in passages
    assert all(gap.fields == ("civic-integration",) for gap in found)


def test_the_abolition_of_the_spanish_fund_leaves_duties_without_money(casebook: Snapshot) -> None:
    found = names(indicated(casebook, "duty-outlives-funding", country="ES"))
    assert found == [("es-state", "es-autonomous-communities"), ("es-state", "es-municipalities")]


def test_french_and_flemish_courses_pass_the_municipalities_by(casebook: Snapshot) -> None:
    found = indicated(casebook, "bypass")
    left_out = {(gap.country, slug(gap.between[2])) for gap in found}
    assert {("FR", "fr-municipalities"), ("BE", "be-flanders-municipalities")} <= left_out


def test_the_casebook_has_these_indicated_gaps_and_no_others(casebook: Snapshot) -> None:
    # each was read against its passages: see docs/decisions/0007-gap-rules.md
    found = [gap for gap in find_gaps(casebook, Filters()) if gap.state == "indicated"]
    assert sorted((gap.rule, *(slug(body) for body in gap.between), *gap.fields) for gap in found) == [
        ("bypass", "be-flanders", "be-flanders-ngos-civic-integration", "be-flanders-municipalities", _COURSES),
        ("bypass", "de-state", "de-integration-course-providers", "de-municipalities", _COURSES),
        ("bypass", "fr-state", "fr-ngos-civic-integration", "fr-municipalities", _COURSES),
        ("duplication", "de-state", "de-large-cities", _COURSES),
        ("duty-outlives-funding", "es-state", "es-autonomous-communities", "newcomer-reception"),
        ("duty-outlives-funding", "es-state", "es-municipalities", "newcomer-reception"),
        ("duty-outlives-funding", "nl-state", "nl-newcomers", _COURSES),
        ("missing-vertical-tie", "de-state", "de-large-cities", _COURSES),
    ]


def test_each_indicated_gap_of_the_casebook_stands_in_a_cell_where_a_source_reports_one(casebook: Snapshot) -> None:
    cells = {(cell.country, cell.field): cell for cell in gap_matrix(casebook, Filters())}
    for gap in find_gaps(casebook, Filters()):
        if gap.state == "indicated":
            cell = cells[gap.country or "", gap.fields[0]]
            assert cell.reported
            assert gap.id in cell.gaps


def test_gaps_that_a_document_states_and_a_rule_sees_are_found_together(casebook: Snapshot) -> None:
    gaps = find_gaps(casebook, Filters())
    for name in (
        "be-flanders-cities-no-formal-part",
        "de-courses-apart-from-cities",
        "es-fund-abolished-tasks-stay",
        "fr-cities-no-formal-part",
        "nl-funding-withdrawn-duty-stays",
    ):
        stated = next(gap for gap in gaps if slug(gap.id) == name)
        seen = [gap for gap in gaps if gap.state == "indicated" and gap.country == stated.country]
        assert any(len({*gap.between} & {*stated.between}) >= 2 and {*gap.fields} & {*stated.fields} for gap in seen)


def test_the_rules_give_the_same_gaps_again_in_a_store_made_again(casebook: Snapshot, tmp_path: Path) -> None:
    again = open_store(tmp_path / "again").snapshot()
    for at in (None, 2013):
        assert find_gaps(again, Filters(at=at)) == find_gaps(casebook, Filters(at=at))


def test_every_gap_has_evidence_and_a_type_and_every_state_is_told_apart(casebook: Snapshot) -> None:
    gaps = find_gaps(casebook, Filters())
    assert all(gap.evidence for gap in gaps)
    cells = gap_matrix(casebook, Filters())
    # in the documents every cell where a rule finds a gap has a reported one too
    assert {cell.state for cell in cells} == {"reported", "coordinated", "not-assessed"}
    assert sum(cell.indicated for cell in cells) == sum(gap.state == "indicated" for gap in gaps)


def test_no_country_without_research_is_called_coordinated_or_indicated(casebook: Snapshot) -> None:
    unresearched = [cell for cell in gap_matrix(casebook, Filters()) if not cell.researched]
    assert {cell.state for cell in unresearched} <= {"reported", "not-assessed", "indicated"}
    assert [cell for cell in unresearched if cell.country == "PL"] == [
        replace(cell, state="not-assessed") for cell in unresearched if cell.country == "PL"
    ]


def test_the_printed_query_gives_the_gaps_again(casebook: Snapshot) -> None:
    for rule, query in gap_queries(Filters(at=2013)).items():
        if rule != "reported":
            pairs = {(tuple((row["between"] or "").split()), row["field"]) for row in casebook.select(query)}
            again = {(gap.between, " ".join(gap.fields)) for gap in indicated(casebook, rule, at=2013)}
            assert pairs == again


# Rule files


def test_each_rule_defines_itself_and_its_query_runs(casebook: Snapshot) -> None:
    found = rules()
    assert [rule.id for rule in found] == [
        "boundary-mismatch",
        "bypass",
        "dependency",
        "duplication",
        "duty-outlives-funding",
        "eligibility-mismatch",
        "leakage",
        "missing-vertical-tie",
        "no-evaluation",
        "one-way-information",
        "partial-decentralisation",
        "silo",
        "unaccountable-money",
        "unfunded-mandate",
    ]
    for rule in found:
        assert rule.source
        casebook.select(rule.query)


def test_a_rule_without_a_definition_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "half.rq"
    path.write_text("#: id: half\n#: type: policy\nSELECT * {}")
    with pytest.raises(RuleRefused, match=r"half\.rq: the header lacks label, definition"):
        read_rule(path)


def test_who_asks_for_gaps_hears_of_each_rule_once(casebook_store: Store) -> None:
    snapshot = Snapshot(casebook_store.snapshot().folder, casebook_store.generation)
    heard: list[tuple[int, int, str]] = []
    with telling(lambda *told: heard.append(told)):
        found = find_gaps(snapshot, Filters())
        assert find_gaps(snapshot, Filters()) == found
    names = sorted(rule.id for rule in rules_asked(snapshot))
    assert sorted(name for _, _, name in heard) == names, "in the order of their answers, the slow ones late"
    assert [told[:2] for told in heard] == [(number, len(names)) for number in range(1, len(names) + 1)]
