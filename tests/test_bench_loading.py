"""The benchmark of loading in its short form: the sums to the cent, and reading in memory that stays the same."""

from __future__ import annotations

import tracemalloc
from decimal import Decimal
from pathlib import Path

from loaders.delimited import Delimited
from tests.bench.loading import run
from tests.bench.operations import write_operations


def test_the_same_seed_gives_the_same_list(tmp_path: Path) -> None:
    first = write_operations(tmp_path / "first.csv", 50, 3)
    assert first == write_operations(tmp_path / "again.csv", 50, 3)
    write_operations(tmp_path / "other.csv", 50, 4)
    texts = [(tmp_path / f"{name}.csv").read_bytes() for name in ("first", "again", "other")]
    assert texts[0] == texts[1] != texts[2]


def test_what_is_loaded_adds_up_to_the_cent(tmp_path: Path) -> None:
    found = run(2000, 1, tmp_path)
    union, rest = (Decimal(found["cents"][part]) / 100 for part in ("union", "rest"))
    money = {section: Decimal(amount) for section, amount in found["load"]["money"].items()}
    assert money == {"flows.union": union, "flows.grant": union, "flows.rest": rest}
    sums = {pair: Decimal(amount) for pair, amount in found["answers"]["sums"].items()}
    # the Union's part is passed on by national authorities, and nobody is named as who pays the rest
    assert (sums["national to local"], sums["None to local"]) == (union, rest)


def test_reading_takes_no_more_memory_for_a_longer_list(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.csv"
        write_operations(path, count)
        reader = Delimited(path)
        tracemalloc.start()
        try:
            for _ in reader.records():
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(20)
    # both lists are longer than the buffer
    assert peak(12_000) < 1.2 * peak(4_000)
