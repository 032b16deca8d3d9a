"""The growth report in its smallest form, and its exponents."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.exponents import as_markdown, broke_first, exponent
from tests.bench.growing import Limits, Taken
from tests.bench.growth import grow


def test_a_small_graph_is_measured_whole(tmp_path: Path) -> None:
    told: list[Taken] = []
    taken = grow([100], Limits(60, 120), told.append, ["silo"], tmp_path)
    assert told == taken
    assert [each.stage for each in taken] == ["generate", "load", "projection", "point query", "silo"]
    assert [each.why for each in taken if each.why] == []
    assert all(each.wall and each.peak and each.cpu is not None for each in taken)
    facts = {each.stage: each.facts for each in taken}
    assert facts["projection"]["flows"] == 100
    # nothing is lost on the way: the store has the generated statements and the ontology
    assert facts["load"]["statements"] > facts["generate"]["statements"] > 10 * 100
    assert list(tmp_path.iterdir()) == []
    assert "| silo |" in as_markdown(taken)


def test_what_does_not_end_is_told_and_nothing_larger_is_begun(tmp_path: Path) -> None:
    # 300,000 flows take several seconds to be written
    (only,) = grow([400_000, 300_000], Limits(1, 1), lambda each: None, ["silo"], tmp_path)
    assert (only.flows, only.stage, only.why, only.cpu) == (300_000, "generate", "> 1 s", None)


def test_a_table_says_what_grows_how_and_what_did_not_end() -> None:
    taken = [
        Taken("load", 10, 2.0, 4.0, 2**20),
        Taken("silo", 10, 1.0, 1.0, 2**20, warm=0.5),
        Taken("load", 100, 20.0, 40.0, 2**22),
        Taken("silo", 100, why="> 60 s"),
        Taken("load", 1000, 200.0, 400.0, 2**25),
        Taken("silo", 1000, why="not tried"),
    ]
    lines = as_markdown(taken).splitlines()
    assert "| load | 2.000 (4.000) | 20.0 (40.0) | 200 (400) | 1.00 (of 3), at the end 1.00 |" in lines
    # 1, 4 and 32 MiB: in logs of two 0, 2, 5, of which the least squares have the slope 5/2 for each log₂ 10 = 3.3219
    assert "| load | 1 | 4 | 32 | 0.75 (of 3), at the end 0.90 |" in lines
    assert "| silo | 1.000 (1.000), again 0.500 | > 60 s | not tried |  |" in lines
    assert broke_first(taken) == "- 100 flows: silo (> 60 s)"
    assert broke_first(taken[:2]) == "- nothing: every stage ended at every size"


@pytest.mark.parametrize(
    ("points", "slope"),
    [
        ([(1, 5), (10, 5), (100, 5)], 0),
        ([(2, 8), (4, 64)], 3),
        # logs of ten (0, 0), (1, 1), (2, 1): mean (1, 2/3), slope (1·2/3 + 1·1/3) / 2
        ([(1, 1), (10, 10), (100, 10)], 0.5),
    ],
)
def test_exponents_are_slopes_of_logarithms(points: list[tuple[float, float]], slope: float) -> None:
    assert exponent(points) == pytest.approx(slope)
