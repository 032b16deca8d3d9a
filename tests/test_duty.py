"""Duties and mechanisms: one place says what a competence tells, and which mechanisms a territory has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from api.answers.changes import changes_document
from api.answers.compare import compare_document, read_places
from api.answers.profile import profile_document
from api.answers.report import report_document
from graph.duty import kind_of_duty
from graph.facts import Facts
from graph.filters import Filters
from graph.gaps.gap import gap_matrix
from graph.mechanisms import levels_of, mechanisms_in
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.identifiers import expand, mint
from tests.small_graphs import actor, competence, mechanism, snapshot_of

BODIES = [
    actor("union", "eu", "eu", "eu-institution"),
    actor("state", "national", "es"),
    actor("town", "local", "es-town", "municipality"),
    actor("paris", "local", "fr", "municipality"),
]


@pytest.mark.parametrize(
    ("modality", "nature", "kind"),
    [
        ("is", "exclusive", "duty"),
        ("is", None, "duty"),
        ("is", "none", "absence"),
        ("should", "shared", "norm"),
        ("should", "none", "norm"),
        ("may", "shared", "norm"),
        (None, None, "norm"),
    ],
)
def test_only_what_a_source_tells_as_a_fact_is_a_duty_or_an_absence(
    modality: str | None, nature: str | None, kind: str
) -> None:
    assert kind_of_duty(modality, nature) == kind


def test_a_modality_that_is_not_ours_makes_a_fact_in_no_answer(tmp_path: Path) -> None:
    duty = competence("a", "state", "housing", "framing", "es", valid_from="2008")
    snapshot_of(tmp_path, {"actors": BODIES, "competences": [duty]})
    store = Store(tmp_path / "store")
    modality = f"<{expand('gov:modality')}>"
    change = f"DELETE {{ GRAPH ?g {{ ?c {modality} ?m }} }} INSERT {{ GRAPH ?g {{ ?c {modality} <urn:may> }} }}"
    store.commit(lambda database: database.update(f"{change} WHERE {{ GRAPH ?g {{ ?c {modality} ?m }} }}"))
    found = store.snapshot()
    assert {kind: len(rows) for kind, rows in report_document(found, Filters()).data["duties"].items()} == {
        "duty": 0,
        "absence": 0,
        "norm": 1,
    }
    assert changes_document(found, Filters(since=2006, until=2013)).data["statements"] == []
    spain = compare_document(found, read_places(found, ["ES", "FR"]), Filters()).data["places"][0]
    assert (spain["duties"], spain["norms"]) == (0, 1)
    assert profile_document(found, Filters()).data["jurisdictions"] == []


def test_a_mechanism_is_of_the_place_it_is_over_else_of_those_who_take_part(tmp_path: Path) -> None:
    found = snapshot_of(
        tmp_path,
        {
            "actors": BODIES,
            "mechanisms": [
                mechanism("over-town", "state|town|paris", "housing", territory="es-town"),
                mechanism("unplaced", "town|paris", "housing"),
                mechanism("with-union", "union|state", "housing"),
            ],
        },
    )
    facts = Facts(found, Filters())
    names = {code: iri for iri, code in facts.places.code.items()}

    def of(place: str) -> list[str]:
        return [iri.rpartition("/")[2] for iri in mechanisms_in(found, facts, place)]

    assert of(names["ES"]) == ["over-town", "unplaced", "with-union"]
    assert of(mint("territory", "es-town")) == ["over-town", "unplaced"]
    assert of(names["FR"]) == ["unplaced"]
    assert of(names["EU"]) == ["with-union"], "the Union stands for itself"
    assert levels_of(facts, mint("mechanism", "over-town")) == {"national", "local"}
    # of one level is a mechanism between levels nowhere; the others are counted in each country of theirs
    assert {(cell.country, cell.ties) for cell in gap_matrix(found, Filters())} == {("ES", 2), ("EU", 1)}


def test_places_are_profiled_from_one_reading_of_each_property(
    casebook: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Counter[str]()
    values = Snapshot.values

    def counted(snapshot: Snapshot, curie: str) -> Mapping[str, Sequence[str]]:
        read[curie] += 1
        return values(snapshot, curie)

    monkeypatch.setattr(Snapshot, "values", counted)
    casebook.memory.pop("api.answers.profile._rows", None)
    assert len({row["country"] for row in profile_document(casebook, Filters(at=1999)).data["relations"]}) > 10
    assert read["gov:holder"] == read["gov:participant"] == 1
