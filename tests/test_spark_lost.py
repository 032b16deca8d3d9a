"""A Spark that is lost: what is told, and that whoever asks next has a new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.handover import handed_over
from graph.snapshot import Snapshot
from graph.tabular.master import SparkUnreachable
from graph.tabular.spark import forget_spark, spark_over
from tests.small_graphs import actor, flow, snapshot_of
from tests.spark_cluster import end_spark, environment

# PySpark leaves closing the socket that an answer came through to the collector
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")]

COUNT = "SELECT count(*) FROM flows"


@pytest.fixture
def flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Snapshot]:
    """Give a graph of two flows, and end the Spark that was asked about them."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    bodies = [actor("state", "national", "es"), actor("town", "local", "es-town", "municipality")]
    paid = [flow(name, "state", "town", "1", year="2010") for name in ("a", "b")]
    yield snapshot_of(tmp_path / "tables", {"actors": bodies, "flows": paid})
    forget_spark()
    end_spark()


def test_after_spark_has_stopped_who_asks_is_told_and_who_asks_next_begins_anew(flows: Snapshot) -> None:
    folder = handed_over(flows)
    asked = spark_over("local[2]", folder)
    assert asked.tuples(COUNT) == [(2,)]
    assert spark_over("local[2]", folder) is asked
    asked._session.sparkContext._jsc.sc().stop()
    with pytest.raises(SparkUnreachable, match="stopped"):
        asked.tuples(COUNT)
    assert spark_over("local[2]", folder).tuples(COUNT) == [(2,)]


def test_what_spark_holds_of_the_oldest_folder_is_let_go(flows: Snapshot, tmp_path: Path) -> None:
    bodies = {"actors": [actor("state", "national", "es")]}
    folders = [handed_over(each) for each in (flows, *(snapshot_of(tmp_path / name, bodies) for name in "bc"))]
    oldest = spark_over("local[2]", folders[0])
    oldest.keep("kept", COUNT)
    assert oldest._session.catalog.isCached("kept")
    for folder in folders[1:]:
        spark_over("local[2]", folder)
    assert not oldest._session.catalog.isCached("kept")
    assert oldest.tuples("SELECT * FROM kept") == [(2,)], "made again"
