"""What is remembered goes with the snapshot that it was made from."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from weakref import ref

import pytest

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


def test_who_asks_what_is_being_made_waits_for_it_and_others_do_not(tmp_path: Path) -> None:
    asked, begun, go_on = [], Event(), Event()

    @remembered(4)
    def ask(snapshot: Snapshot, word: str) -> str:
        asked.append(word)
        if word == "slow":
            begun.set()
            assert go_on.wait(10)
        return word.upper()

    snapshot = Store.create(tmp_path / "store").snapshot()
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask, snapshot, "slow") for _ in range(3)]
        assert begun.wait(10)
        assert pool.submit(ask, snapshot, "quick").result(10) == "QUICK"
        go_on.set()
        assert [answer.result(10) for answer in answers] == ["SLOW"] * 3
    assert asked == ["slow", "quick"]


def test_an_error_is_told_to_each_who_asks_and_nothing_is_kept_of_it(tmp_path: Path) -> None:
    asked = []

    @remembered(4)
    def ask(snapshot: Snapshot, word: str) -> str:
        asked.append(word)
        if len(asked) < 3:
            raise ValueError(word)
        return word

    snapshot = Store.create(tmp_path / "store").snapshot()
    for _ in range(2):
        with pytest.raises(ValueError, match="word"):
            ask(snapshot, "word")
    assert ask(snapshot, "word") == "word"


def test_a_snapshot_is_let_go_with_all_that_was_asked_of_it(tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, {"actors": [actor("state", "national", "es")]})
    assert list_rows(snapshot, "actors", Filters())
    assert find_gaps(snapshot, Filters()) == []
    watched = ref(snapshot)
    del snapshot
    gc.collect()
    assert watched() is None
