"""How far a place was searched, worked by hand: in what it lies in, in a part of it, in its fields and years."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.filters import Filters
from graph.researched import Coverage, searches, tie_coverage
from graph.snapshot import Snapshot
from ontology.identifiers import mint
from tests.small_graphs import scope, snapshot_of

# es contains es-region, which contains es-town; fr lies beside it; the Union contains both
PLACES = ("eu", "es", "es-region", "es-town", "fr")


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Give a region searched for money in housing, and that of the Union searched for mechanisms, in 2010 alone."""
    scopes = [
        scope("region-housing", "es-region", "housing", "funding"),
        scope("union-ties", "eu", "education", "coordination", valid_from="2010", valid_to="2010"),
    ]
    folder: Path = tmp_path_factory.mktemp("searched")
    return snapshot_of(folder, {"scopes": scopes})


def _coverage(snapshot: Snapshot, tie: str, filters: Filters) -> dict[str, Coverage]:
    found = tie_coverage(snapshot, [mint("territory", place) for place in PLACES], tie, filters)
    return {place: found[mint("territory", place)] for place in PLACES}


def test_what_was_searched_counts_for_all_that_lies_in_it_and_partly_for_what_contains_it(searched: Snapshot) -> None:
    # the Union stands for itself: a region of one of its states says nothing of it
    assert _coverage(searched, "funding", Filters(field="housing")) == {
        "eu": "not-assessed",
        "es": "partly",
        "es-region": "researched",
        "es-town": "researched",
        "fr": "not-assessed",
    }


def test_all_fields_are_searched_only_where_each_is(searched: Snapshot) -> None:
    assert _coverage(searched, "funding", Filters())["es-region"] == "partly"


def test_a_scope_of_the_union_is_not_one_of_its_states(searched: Snapshot) -> None:
    found = _coverage(searched, "coordination", Filters(field="education", at=2010))
    assert found == dict.fromkeys(PLACES, "not-assessed") | {"eu": "researched"}


@pytest.mark.parametrize(
    "filters", [Filters(field="education", at=2011), Filters(field="health", at=2010), Filters(since=2011, until=2012)]
)
def test_other_years_and_fields_were_not_searched(searched: Snapshot, filters: Filters) -> None:
    assert _coverage(searched, "coordination", filters)["eu"] == "not-assessed"


def test_another_kind_of_tie_was_not_searched_for(searched: Snapshot) -> None:
    assert set(_coverage(searched, "evaluation", Filters(field="housing")).values()) == {"not-assessed"}


def test_a_graph_without_scopes_has_none(tmp_path: Path) -> None:
    assert searches(snapshot_of(tmp_path, {})) == ()
