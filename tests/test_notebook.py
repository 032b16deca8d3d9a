"""The worked example: its cells run from top to bottom against the casebook, and carry no outputs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from graph.snapshot import Snapshot
from graph.store import Store

NOTEBOOK = Path(__file__).parents[1] / "docs" / "analysis.ipynb"


def cells() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return found


def test_the_notebook_is_of_the_format_that_it_says_and_has_no_outputs() -> None:
    book = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    for cell in book["cells"]:
        assert cell["cell_type"] in ("code", "markdown")
        if cell["cell_type"] == "code":
            assert (cell["execution_count"], cell["outputs"]) == (None, [])


def test_every_cell_of_the_notebook_runs_on_the_casebook(
    casebook_store: Store, casebook: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # on a copy, as its last step writes
    shutil.copytree(casebook_store.path, tmp_path / "store")
    monkeypatch.setenv("SUBSIDIA_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for cell in cells():
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    assert names["spain"].num_rows > 0
    assert names["roles"]["liaison"][0].as_py() > 0
    assert len(names["by_year"]) == 5
    assert names["missing"].pairs
    assert names["layers"]["coordination|funding"]["r"] > 0
    assert (tmp_path / "constraint.csv").read_text().count("\n") == len(names["constraint"].actors) + 1
    assert names["g"].generation == casebook.generation + 1
    assert casebook_store.generation == casebook.generation
