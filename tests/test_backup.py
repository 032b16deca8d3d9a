"""Backups: what is restored is a generation that existed, whole; what was changed is refused by name."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from graph.backup import restore_backup, write_backup
from graph.errors import StoreUnreachable
from graph.store import Store
from ontology.errors import InputRefused

_GRAPH = NamedNode("https://example.org/graph")


def _quad(number: int) -> Quad:
    return Quad(
        NamedNode(f"https://example.org/{number}"), NamedNode("https://example.org/is"), Literal(number), _GRAPH
    )


def _numbers(store: Store) -> set[int]:
    return {int(quad.object.value) for quad in store.snapshot().quads() if isinstance(quad.object, Literal)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Give a store of one statement."""
    return Store.create(tmp_path / "store", lambda: [_quad(0)])


def test_a_backup_made_while_it_is_written_to_restores_to_a_generation_that_existed(
    store: Store, tmp_path: Path
) -> None:
    # generation n holds the numbers 0 to n - 1, so that whatever is restored can be told to be whole
    stop = threading.Event()

    def write() -> None:
        number = 1
        while not stop.is_set():
            store.load([_quad(number)])
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = [write_backup(store, tmp_path / f"{place}.tar") for place in range(4)]
    finally:
        stop.set()
        writer.join()
    for place, backup in enumerate(backups):
        restored = tmp_path / f"restored-{place}"
        assert restore_backup(tmp_path / f"{place}.tar", restored) == 1
        assert _numbers(Store(restored)) == set(range(backup.generation))


def test_the_same_generation_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    write_backup(store, tmp_path / "one.tar")
    write_backup(Store(store.path), tmp_path / "other.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "other.tar").read_bytes()


def test_a_store_that_is_there_gets_a_next_generation_and_its_readers_keep_theirs(store: Store, tmp_path: Path) -> None:
    write_backup(store, tmp_path / "one.tar")
    store.load([_quad(1)])
    held = store.snapshot()
    assert restore_backup(tmp_path / "one.tar", store.path) == 3
    assert len(held.database) == 2
    assert _numbers(store) == {0}
    store.load([_quad(5)])
    assert _numbers(store) == {0, 5}


def test_a_changed_byte_is_refused_by_the_name_of_its_file_and_nothing_is_changed(store: Store, tmp_path: Path) -> None:
    backup = write_backup(store, tmp_path / "one.tar")
    largest = max(backup.files, key=lambda file: file.size)
    with tarfile.open(tmp_path / "one.tar") as archive:
        place = archive.getmember(f"graph/{largest.name}").offset_data + largest.size // 2
    content = bytearray((tmp_path / "one.tar").read_bytes())
    content[place] ^= 1
    (tmp_path / "one.tar").write_bytes(content)
    with pytest.raises(InputRefused, match=f"{largest.name} is not what was saved"):
        restore_backup(tmp_path / "one.tar", store.path)
    assert store.generation == 1
    with pytest.raises(InputRefused, match="is not what was saved"):
        restore_backup(tmp_path / "one.tar", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_backup_that_is_cut_short_is_refused(store: Store, tmp_path: Path) -> None:
    write_backup(store, tmp_path / "one.tar")
    whole = (tmp_path / "one.tar").read_bytes()
    for length in (0, 100, 600, len(whole) // 2):
        (tmp_path / "cut.tar").write_bytes(whole[:length])
        with pytest.raises(InputRefused):
            restore_backup(tmp_path / "cut.tar", tmp_path / "new")
        assert not (tmp_path / "new").exists()


def _rewritten(source: Path, target: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Copy a backup with its manifest changed, and what else it holds as it was."""
    with tarfile.open(source) as given, tarfile.open(target, "w") as taken:
        for member in given:
            content = given.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name == "manifest.json":
                manifest = json.loads(data)
                change(manifest)
                data = json.dumps(manifest).encode()
                member.size = len(data)
            taken.addfile(member, io.BytesIO(data))


def test_an_older_format_is_refused_by_name(store: Store, tmp_path: Path) -> None:
    write_backup(store, tmp_path / "one.tar")
    _rewritten(tmp_path / "one.tar", tmp_path / "old.tar", lambda manifest: manifest.update(store=0))
    with pytest.raises(InputRefused, match="a store of format 0, and this version reads formats 1 and 1"):
        restore_backup(tmp_path / "old.tar", tmp_path / "new")
    (store.path / "store.json").write_text('{"format": 0}')
    with pytest.raises(StoreUnreachable, match="format 0, and this version reads format 1"):
        Store(store.path)


def test_a_backup_writes_nowhere_but_into_its_store(store: Store, tmp_path: Path) -> None:
    def climb(manifest: dict[str, Any]) -> None:
        manifest["files"][0]["name"] = "../../outside"

    write_backup(store, tmp_path / "one.tar")
    _rewritten(tmp_path / "one.tar", tmp_path / "bad.tar", climb)
    with pytest.raises(InputRefused, match="is not the name of a file of a database"):
        restore_backup(tmp_path / "bad.tar", tmp_path / "new")
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "new").exists()
