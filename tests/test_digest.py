"""The same tables are the same bytes: in any order of hashing, in any locale, on any machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest

from api.stores import CASEBOOK
from loaders.digest import CASEBOOK_DIGEST, n_quads, tables_digest


def test_the_casebook_has_the_digest_that_is_written_beside_it() -> None:
    assert tables_digest(CASEBOOK) == CASEBOOK_DIGEST.read_text().strip(), "write it again: python -m loaders.digest"


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
