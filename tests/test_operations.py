"""The guide for those who run the service: what it names is there, and its examples are understood."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from api.settings import Settings

ROOT = Path(__file__).parents[1]
SETTINGS_PAGE = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "how-to" / "run-for-others.md").read_text(encoding="utf-8")


def test_every_file_that_the_guide_names_is_there() -> None:
    named = set(re.findall(r"`(tests/[a-z_]+\.py)`", GUIDE))
    assert named
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []


def test_every_setting_that_the_program_reads_is_described() -> None:
    described = set(re.findall(r"^\| `(SUBSIDIA_[A-Z_]+)` \|", SETTINGS_PAGE, re.MULTILINE))
    read = {f"SUBSIDIA_{item.name.upper()}" for item in fields(Settings)}
    for folder in ("api", "graph", "loaders", "ontology", "visualisations"):
        for path in (ROOT / folder).rglob("*.py"):
            read |= set(re.findall(r'"(SUBSIDIA_[A-Z_]+)"', path.read_text(encoding="utf-8")))
    assert described == read


def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    command = shutil.which("systemd-analyze")
    if command is None:
        pytest.skip("systemd-analyze is not on this machine: the unit is not checked")
    unit = (ROOT / "docs" / "operations" / "subsidia@.service").read_text(encoding="utf-8")
    # the program and the user of the example are not on the machine that tests it
    unit = unit.replace("/opt/subsidia/bin/subsidia", shutil.which("true") or "").replace("=subsidia\n", "=root\n")
    (tmp_path / "subsidia@.service").write_text(unit)
    (tmp_path / "subsidia@8001.service").symlink_to("subsidia@.service")
    done = subprocess.run([command, "verify", str(tmp_path / "subsidia@8001.service")], capture_output=True, text=True)
    assert "subsidia" not in done.stderr, done.stderr
