"""What if: what goes with an actor, a programme or a flow, what duties lose, and what stays."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answers import whatif as answers
from api.answers.whatif import what_if_document
from graph import removal as removals
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.duties import DutyLoss
from graph.funding.interval import exact, total
from graph.gaps.gap import find_gaps
from graph.removal import Target, named, removal, without
from graph.snapshot import Snapshot
from graph.store import Store
from graph.whatif import WhatIf, changed_gaps, what_if
from ontology.identifiers import mint, slug
from tests.conftest import assert_parameter_refused
from tests.small_flows import between
from tests.small_graphs import actor, competence, flow, mechanism, scope, snapshot_of
from tests.test_cli import subsidia

API = "/api/v1/whatif"
BODIES = [
    actor("union", "eu", "eu", "eu-institution"),
    actor("state", "national", "es"),
    actor("region", "regional", "es-region", "regional-government"),
    actor("town", "local", "es-town", "municipality"),
    actor("club", "local", "es-town", "ngo"),
]
DUTY = competence("town-housing", "town", "housing", "delivery", "es-town")
IN_HOUSING = {"year": "2010", "fields": "housing"}


def graph_of(folder: Path, flows: list[Any], **tables: Any) -> Snapshot:
    return snapshot_of(folder, {"actors": BODIES, "competences": [DUTY], "flows": flows, **tables})


def without_it(snapshot: Snapshot, name: str, at: int | None = None) -> WhatIf:
    (target,) = named(snapshot, name)
    return what_if(snapshot, target, at)


def loss(found: WhatIf, duty: str = "town-housing") -> DutyLoss:
    (only,) = [each for each in found.duties if slug(each.duty) == duty]
    return only


def names(things: Any) -> list[str]:
    return [slug(thing) for thing in things]


def test_a_removed_flow_takes_with_it_what_is_passed_on_of_it(tmp_path: Path) -> None:
    flows = [
        flow("a", "union", "state", "100", year="2010"),
        flow("b", "state", "region", "60", year="2010", part_of="a"),
        flow("c", "region", "town", "30", part_of="b", serves="town-housing", **IN_HOUSING),
        flow("d", "state", "town", "10", serves="town-housing", **IN_HOUSING),
    ]
    found = without_it(graph_of(tmp_path, flows), "flow/a")
    assert (names(found.removal.flows), names(found.removal.passed_on)) == (["a"], ["b", "c"])
    # lost is 100: b and c are parts of it
    assert [(item.amount, item.flows, item.parts) for item in found.lost] == [(exact(100), 1, 2)]
    (kind,) = loss(found).kinds
    # the town had 30 + 10 for housing, and keeps 10
    assert (kind.before, kind.after, kind.lost) == (exact(40), exact(10), exact(30))
    assert (kind.share, kind.flows, kind.flows_lost) == (exact(Decimal("0.75")), 2, 1)
    assert [(slug(iri), link) for iri, link in loss(found).flows] == [("c", "serves")]


def test_money_that_only_follows_in_time_stays(tmp_path: Path) -> None:
    flows = [
        flow("a", "union", "state", "100", year="2010"),
        flow("b", "state", "town", "60", serves="town-housing", **IN_HOUSING),
    ]
    found = without_it(graph_of(tmp_path, flows), "flow/a")
    assert (names(each.iri for each in found.flows), found.duties) == (["a"], ())


def test_a_flow_and_its_part_that_serve_one_duty_are_not_added(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "100", serves="town-housing", **IN_HOUSING),
        flow("b", "region", "town", "40", part_of="a", serves="town-housing", **IN_HOUSING),
    ]
    (kind,) = loss(without_it(graph_of(tmp_path, flows), "flow/a")).kinds
    assert (kind.before, kind.lost, kind.after, kind.share) == (exact(40), exact(40), None, exact(1))


def test_ranges_keep_both_ends_and_unknown_amounts_stay_unknown(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "town", "10", "30", serves="town-housing", **IN_HOUSING),
        flow("b", "region", "town", "10", serves="town-housing", **IN_HOUSING),
        flow("c", "state", "town", serves="town-housing", **IN_HOUSING),
    ]
    kinds = {kind.kind.currency: kind for kind in loss(without_it(graph_of(tmp_path, flows), "state")).kinds}
    # 10/(10+10) to 30/(30+10)
    assert (kinds["EUR"].share, kinds["EUR"].before, kinds["EUR"].lost) == (
        between("0.5", "0.75"),
        between(20, 40),
        between(10, 30),
    )
    unknown = kinds[None]
    assert (unknown.before, unknown.lost, unknown.share, unknown.flows_lost, unknown.with_amount) == (
        None,
        None,
        None,
        1,
        0,
    )


def test_currencies_phases_and_years_are_lost_each_for_itself(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "town", "10", serves="town-housing", phase="paid", **IN_HOUSING),
        flow("b", "state", "town", "20", serves="town-housing", phase="planned", **IN_HOUSING),
        flow("c", "state", "town", "30", serves="town-housing", phase="paid", currency="SEK", **IN_HOUSING),
        flow("d", "state", "town", "40", serves="town-housing", phase="paid", year="2011", fields="housing"),
    ]
    snapshot = graph_of(tmp_path, flows)
    kinds = loss(without_it(snapshot, "state")).kinds
    assert {kind.kind.order[1:]: kind.lost for kind in kinds} == {
        ("EUR", "paid", "2010"): exact(10),
        ("EUR", "paid", "2011"): exact(40),
        ("EUR", "planned", "2010"): exact(20),
        ("SEK", "paid", "2010"): exact(30),
    }
    assert [kind.lost for kind in loss(without_it(snapshot, "state", 2011)).kinds] == [exact(40)]


def test_a_flow_that_names_no_duty_pays_for_those_in_its_field_and_place_and_says_so(tmp_path: Path) -> None:
    duties = [
        DUTY,
        competence("club-housing", "club", "housing", "delivery", "es-town"),
        competence("town-plan", "town", "housing", "framing", "es-town"),
        competence("town-health", "town", "health", "delivery", "es-town"),
        competence("town-should", "town", "housing", "delivery", "es-town", modality="should"),
    ]
    flows = [flow("a", "state", "town", "10", **IN_HOUSING), flow("b", "town", "", "5", **IN_HOUSING)]
    snapshot = graph_of(tmp_path, flows, competences=duties)
    found = without_it(snapshot, "flow/a")
    # the town's own duty before the club's; no norm, no other field, no other aspect
    assert [(slug(each.duty), [link for _, link in each.flows]) for each in found.duties] == [
        ("town-housing", ["field-and-territory"])
    ]
    (kind,) = found.duties[0].kinds
    assert (kind.before, kind.share) == (exact(15), exact(1 - Decimal(5) / 15))
    # what the town pays and nobody is stated to receive is its own means for the duty
    assert [slug(each.duty) for each in without_it(snapshot, "flow/b").duties] == ["town-housing"]


def test_with_an_actor_go_its_flows_duties_and_the_mechanisms_it_alone_keeps_up(tmp_path: Path) -> None:
    snapshot = graph_of(
        tmp_path,
        [flow("a", "state", "town", "10", **IN_HOUSING), flow("b", "union", "state", "7", year="2010")],
        mechanisms=[mechanism("pair", "state|town"), mechanism("round", "state|region|town")],
    )
    found = without_it(snapshot, "state")
    assert (names(found.removal.mechanisms), names(found.removal.left)) == (["pair"], ["round"])
    assert [(tie.kind, slug(tie.one), slug(tie.other), names(tie.through)) for tie in found.ties] == [
        ("funding", "state", "town", ["a"]),
        ("funding", "union", "state", ["b"]),
        ("coordination", "state", "region", ["round"]),
        ("coordination", "state", "town", ["pair", "round"]),
    ]
    found = without_it(snapshot, "town")
    assert (names(found.duties_gone), found.duties) == (["town-housing"], ())


def test_a_tie_stays_where_another_flow_makes_it(tmp_path: Path) -> None:
    flows = [flow("a", "state", "town", "10", year="2010"), flow("b", "state", "town", "10", year="2011")]
    snapshot = graph_of(tmp_path, flows)
    assert without_it(snapshot, "flow/a").ties == ()
    assert names(tie.one for tie in without_it(snapshot, "flow/a", 2010).ties) == ["state"]


def test_with_a_programme_go_those_below_it_and_their_flows(tmp_path: Path) -> None:
    programmes = [
        {"key": "fund", "label": "Fund", "basis": "stated", "passage": "p1"},
        {"key": "line", "label": "Line", "part_of": "fund", "basis": "stated", "passage": "p1"},
    ]
    flows = [
        flow("a", "state", "town", "10", programme="line", **IN_HOUSING),
        flow("b", "town", "club", "4", part_of="a", **IN_HOUSING),
        flow("c", "state", "town", "1", **IN_HOUSING),
    ]
    found = without_it(graph_of(tmp_path, flows, programmes=programmes), "fund")
    assert (names(found.removal.programmes), names(each.iri for each in found.flows)) == (["line"], ["a", "b"])


def test_circles_of_parts_and_of_payers_end(tmp_path: Path) -> None:
    flows = [
        flow("a", "state", "region", "10", year="2010", part_of="b"),
        flow("b", "region", "state", "10", year="2010", part_of="a"),
    ]
    found = without_it(graph_of(tmp_path, flows), "flow/a")
    assert names(each.iri for each in found.flows) == ["a", "b"]


def test_without_nothing_and_in_an_empty_graph_nothing_changes(tmp_path: Path, casebook: Snapshot) -> None:
    for snapshot in (snapshot_of(tmp_path, {}), casebook):
        found = what_if(snapshot, None)
        assert (found.flows, found.lost, found.duties, found.duties_gone, found.ties) == ((), (), (), (), ())
        assert changed_gaps(snapshot, None).appear == ()
    assert named(snapshot_of(tmp_path / "again", {}), "state") == []


def test_a_gap_appears_where_the_body_between_two_levels_goes_and_the_store_stays(tmp_path: Path) -> None:
    snapshot = graph_of(
        tmp_path,
        [],
        competences=[DUTY, competence("state-housing", "state", "housing", "framing", "es")],
        mechanisms=[mechanism("upper", "state|region", "housing"), mechanism("lower", "region|town", "housing")],
        scopes=[scope("s", "es", "housing", "coordination|competence")],
    )
    before = {str(quad) for quad in snapshot.quads()}
    (region,) = named(snapshot, "region")
    found = changed_gaps(snapshot, region)
    # the region sat with each of them: without it nothing ties state and town
    assert [(gap.rule, names(gap.between)) for gap in found.appear] == [("missing-vertical-tie", ["state", "town"])]
    assert found.vanish == ()
    assert {str(quad) for quad in snapshot.quads()} == before
    with without(snapshot, removal(snapshot, region)) as changed:
        left = {str(quad) for quad in changed.quads()}
        assert [gap.id for gap in find_gaps(changed, Filters())] == [gap.id for gap in found.appear]
    assert left < before
    assert not [words for words in left if region.iri in words]


def test_a_graph_too_large_for_memory_is_asked_on_disk_with_the_same_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = graph_of(
        tmp_path, [], mechanisms=[mechanism("pair", "state|town"), mechanism("round", "state|region|town")]
    )
    removed = removal(snapshot, named(snapshot, "state")[0])
    with without(snapshot, removed) as changed:
        in_memory = {str(quad) for quad in changed.quads()}
    monkeypatch.setattr(removals, "_IN_MEMORY", 0)
    with without(snapshot, removed) as changed:
        assert {str(quad) for quad in changed.quads()} == in_memory
        folder = changed.folder
        assert columns_of(changed).rows("SELECT flow FROM flows") == []
    assert not folder.exists()


def test_a_gap_vanishes_with_one_of_the_two_it_lies_between(tmp_path: Path) -> None:
    snapshot = graph_of(
        tmp_path,
        [],
        competences=[DUTY, competence("state-housing", "state", "housing", "framing", "es")],
        scopes=[scope("s", "es", "housing", "coordination|competence")],
    )
    found = changed_gaps(snapshot, named(snapshot, "state")[0])
    assert ([gap.rule for gap in found.vanish], found.appear) == (["missing-vertical-tie"], ())


# The casebook


def test_without_the_spanish_fund_towns_lose_what_was_passed_on_to_them_in_2006(casebook: Snapshot) -> None:
    # flows.csv: es-integration-fund-es-autonomous-communities-2006 (182,400,000), its part
    # es-integration-fund-es-municipalities-2006 (72,960,000), es-integration-fund-cofinancing-2006 (no amount)
    found = without_it(casebook, "es-integration-fund", 2006)
    lost = {item.kind.quantity: item for item in found.lost if item.amount}
    assert {name: item.amount for name, item in lost.items()} == {"transfer": exact(182400000)}
    regions = loss(found, "es-autonomous-communities-integration-delivery")
    towns = loss(found, "es-municipalities-integration-delivery")
    amounts = [{kind.lost for kind in each.kinds if kind.lost} for each in (regions, towns)]
    assert amounts == [{exact(182400000)}, {exact(72960000)}]
    assert {kind.share for kind in towns.kinds if kind.share} == {exact(1)}


def test_what_a_duty_had_is_what_it_loses_and_what_it_keeps(casebook: Snapshot) -> None:
    targets = [Target("programme", iri) for iri in casebook.instances("gov:Programme")]
    targets += [named(casebook, name)[0] for name in ("es-state", "eu", "de-bamf", "gb-home-office", "nl-state")]
    weighed = 0
    for target in targets:
        for kind in (kind for each in what_if(casebook, target).duties for kind in each.kinds):
            parts = [amount for amount in (kind.lost, kind.after) if amount]
            assert kind.before == (total(parts) if parts else None)
            assert kind.with_amount <= kind.flows
            assert kind.flows_lost <= kind.flows
            weighed += kind.lost is not None
    assert weighed > 0


@pytest.mark.parametrize("name", ["es-state", "es-integration-fund", "eu", "nl-state"])
def test_the_query_beside_it_finds_what_goes(casebook: Snapshot, name: str) -> None:
    (target,) = named(casebook, name)
    removed = removal(casebook, target)
    expected = {*removed.programmes, *removed.flows, *removed.passed_on, *removed.duties}
    expected |= {*removed.mechanisms, *removed.left}
    document = what_if_document(casebook, target, Filters(), rules=False)
    assert {row["thing"] for row in casebook.select(document.query or "")} == expected


# The API and the command


def test_the_api_tells_what_goes_and_null_where_rules_were_not_asked(client: TestClient) -> None:
    answer = client.get(API, params={"remove": "es-integration-fund", "at": "2006", "rules": "false"})
    document = json.loads(answer.text, parse_constant=pytest.fail)
    data = document["data"]
    assert data["removed"] == {
        "kind": "programme",
        "iri": mint("programme", "es-integration-fund"),
        "label": data["removed"]["label"],
    }
    assert {slug(row["flow"]) for row in data["flows"] if row["cascades"]} == set()  # all are of the programme itself
    assert (data["gaps_appear"], data["gaps_vanish"]) == (None, None)
    assert document["meta"]["rows"] == len(data["duties"]) > 0
    full = client.get(API, params={"remove": "es-integration-fund", "at": "2006"}).json()
    assert isinstance(full["data"]["gaps_appear"], list)
    assert {key: value for key, value in full["data"].items() if not key.startswith("gaps")} == {
        key: value for key, value in data.items() if not key.startswith("gaps")
    }


def test_a_list_of_flows_that_is_cut_says_so_and_the_sums_do_not_change(
    casebook: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target,) = named(casebook, "eu")
    whole = what_if_document(casebook, target, Filters(), rules=False)
    monkeypatch.setattr(answers, "_MOST_FLOWS", 3)
    cut = what_if_document(casebook, target, Filters(), rules=False)
    flows = len(whole.data["flows"])
    assert (whole.more["cut"], len(cut.data["flows"]), cut.more["flows"]) == ([], 3, flows)
    assert cut.more["cut"] == [f"{flows - 3} more flows go: they are in the sums and not in the list"]
    assert (cut.data["lost"], cut.data["duties"]) == (whole.data["lost"], whole.data["duties"])


@pytest.mark.parametrize(
    ("query", "parameter", "near"),
    [
        ("", "remove", None),
        ("?remove=es-stat", "remove", "es-state"),
        ("?remove=actor/es-integration-fund", "remove", "es-integration-fund"),
        ("?remove=es-state&at=06", "at", None),
        ("?remove=es-state&rules=maybe", "rules", None),
    ],
)
def test_what_is_not_understood_is_422_and_names_the_parameter(
    client: TestClient, query: str, parameter: str, near: str | None
) -> None:
    assert_parameter_refused(client, API + query, parameter, near)


def test_a_name_of_several_things_is_refused_with_their_full_names(tmp_path: Path) -> None:
    programmes = [{"key": "club", "label": "Club", "basis": "stated", "passage": "p1"}]
    snapshot = graph_of(tmp_path, [], programmes=programmes)
    assert named(snapshot, "club") == [
        Target("actor", mint("actor", "club")),
        Target("programme", mint("programme", "club")),
    ]
    done = subsidia("whatif", "--remove", "club", "--store", tmp_path / "store")
    assert (done.status, "actor/club" in done.err, "programme/club" in done.err) == (2, True, True)
    assert subsidia("whatif", "--remove", "programme/club", "--store", tmp_path / "store").status == 0


def test_the_command_prints_the_document_that_the_api_gives(client: TestClient, casebook_store: Store) -> None:
    document = client.get(API, params={"remove": "es-integration-fund", "at": "2006"}).json()
    words = ("whatif", "--remove", "es-integration-fund", "--at", "2006", "--store", casebook_store.path)
    assert json.loads(subsidia(*words, "--json").out) == document
    done = subsidia(*words)
    assert (done.status, "72,960,000" in done.out, "100 %" in done.out) == (0, True, True)
    assert "transfer (2006): 182,400,000 EUR" in done.err
    done = subsidia("whatif", "--remove", "es-stat", "--store", casebook_store.path)
    assert (done.status, "did you mean" in done.err, len(done.err.splitlines())) == (2, True, 1)


def test_a_mechanism_goes_alone_and_unties_whom_no_other_ties(tmp_path: Path) -> None:
    mechanisms = [mechanism("table", "state|region|town"), mechanism("other", "state|town")]
    snapshot = graph_of(tmp_path, [], mechanisms=mechanisms)
    found = without_it(snapshot, "table")
    assert (names(found.removal.mechanisms), found.flows, found.duties_gone) == (["table"], (), ())
    assert [(tie.kind, slug(tie.one), slug(tie.other)) for tie in found.ties] == [
        ("coordination", "region", "state"),
        ("coordination", "region", "town"),
    ]
    assert names(tie.through[0] for tie in found.ties) == ["table", "table"]


def test_a_slug_alone_names_a_mechanism_only_where_it_names_nothing_else(tmp_path: Path) -> None:
    snapshot = graph_of(tmp_path, [flow("both", "state", "town")], mechanisms=[mechanism("both", "state|town")])
    assert [each.kind for each in named(snapshot, "both")] == ["flow"]
    assert [each.kind for each in named(snapshot, "mechanism/both")] == ["mechanism"]
