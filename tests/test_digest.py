"""The same tables are the same bytes: in any order of hashing, in any locale, on any machine."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyoxigraph
import pytest

from api.stores import CASEBOOK
from loaders.digest import n_quads, tables_digest
from loaders.editions import EDITIONS, Edition, EditionRefused, editions, next_edition

ROOT = Path(__file__).parent.parent


def test_the_casebook_is_the_newest_of_its_editions() -> None:
    newest = editions()[-1]
    why = f"the casebook is not version {newest.version} any more: give it the next, python -m loaders.editions VERSION"
    assert tables_digest(CASEBOOK) == newest.digest, why


def test_no_version_of_the_casebook_that_was_ever_committed_has_changed() -> None:
    path = EDITIONS.relative_to(ROOT).as_posix()
    git = ["git", "-C", str(ROOT)]
    log = subprocess.run([*git, "log", "--format=%H", "--", path], capture_output=True, text=True, check=True)
    now = {str(edition) for edition in editions()}
    assert (
        len({edition.version for edition in editions()}) == len({edition.digest for edition in editions()}) == len(now)
    )
    for commit in log.stdout.split():
        then = subprocess.run([*git, "show", f"{commit}:{path}"], capture_output=True, text=True, check=True).stdout
        assert {str(edition) for edition in editions(then)} <= now, f"a line of {path} is not as it was in {commit}"


def test_a_version_of_the_casebook_is_above_the_last_and_of_a_changed_casebook() -> None:
    day = date(2026, 11, 23)
    known = [Edition("1.9.0", day, "a" * 64)]
    assert next_edition(known, "1.10.0", day, "b" * 64).version == "1.10.0"
    for version, digest, why in (
        ("1.9.0", "b" * 64, "not above"),
        ("1.8.1", "b" * 64, "not above"),
        ("1.10.0", "a" * 64, "has not changed"),
        ("1.10", "b" * 64, "three numbers"),
        ("1.x.0", "b" * 64, "three numbers"),
    ):
        with pytest.raises(EditionRefused, match=why):
            next_edition(known, version, day, digest)


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_no_order_of_hashing_and_no_locale_changes_a_byte(seed: str) -> None:
    code = "from loaders.digest import *; from pathlib import Path; import sys; print(tables_digest(Path(sys.argv[1])))"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-c", code, str(CASEBOOK)]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == tables_digest(CASEBOOK)


def test_the_lines_are_n_quads_and_all_of_them(tmp_path: Path) -> None:
    content = n_quads(CASEBOOK)
    store = pyoxigraph.Store()
    store.load(content, format=pyoxigraph.RdfFormat.N_QUADS)
    assert len(store) == content.count(b"\n")
