"""What is remembered goes with the snapshot that it was made from."""

from __future__ import annotations

import gc
from pathlib import Path
from weakref import ref

from api.answers.lists import list_rows
from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.store import Store
from tests.small_graphs import actor, snapshot_of


def test_an_answer_is_made_once_for_each_question_and_snapshot(tmp_path: Path) -> None:
    asked = []

    @remembered(2)
    def ask(snapshot: Snapshot, word: str) -> str:
        asked.append((snapshot.generation, word))
        return word.upper()

    snapshot = Store.create(tmp_path / "store").snapshot()
    assert [ask(snapshot, word) for word in ("a", "b", "a")] == ["A", "B", "A"]
    assert asked == [(0, "a"), (0, "b")]


def test_a_snapshot_is_let_go_with_all_that_was_asked_of_it(tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, {"actors": [actor("state", "national", "es")]})
    assert list_rows(snapshot, "actors", Filters())
    assert find_gaps(snapshot, Filters()) == []
    watched = ref(snapshot)
    del snapshot
    gc.collect()
    assert watched() is None
