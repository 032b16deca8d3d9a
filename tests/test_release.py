"""The release: one version, the same bytes twice, refused in one line, and metadata that others' schemas accept."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from api.stores import CASEBOOK
from graph.snapshot import Snapshot
from loaders.editions import CREATOR, TITLE, editions
from tests.release.metadata import citation, datacite
from tests.release.notes import release_notes
from tests.release.repository import ROOT, ReleaseRefused, check_releasable, git, version

SCHEMAS = Path(__file__).parent / "schemas"


def _schema(name: str) -> Any:
    return jsonschema_rs.validator_for(json.loads((SCHEMAS / name).read_text(encoding="utf-8")))


def _cff(text: str) -> Any:
    return yaml.load(text, yaml.BaseLoader)  # every scalar as it is written: 1.0.0 and days are texts in the schema


def test_the_version_of_the_program_stands_in_one_place() -> None:
    number = re.compile(rf"(?<![\d.]){re.escape(version())}(?![\d.]*\d)")
    # locks have versions of others, ontology and casebook their own; the changelog tells of all, and tests make some up
    others = re.compile(r"\.lock$|package-lock\.json$|^(ontology|tests|loaders/casebook)/|^(CHANGELOG|CITATION)\.")
    names = [name for name in git(ROOT, "ls-files", "-z").split("\0") if name and not others.search(name)]
    texts = {name: (ROOT / name).read_bytes().decode("utf-8", "ignore") for name in names if (ROOT / name).is_file()}
    assert [name for name, text in texts.items() if number.search(text)] == ["pyproject.toml"]
    assert "version" not in _cff((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_citation_and_editions_agree_on_the_data_and_the_schema_accepts_both_forms() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (data,) = _cff(text)["references"]
    newest = (CASEBOOK / "EDITIONS").read_text().splitlines()[-1].split()
    assert [data["version"], data["date-released"]] == newest[:2], "CITATION.cff names another edition of the casebook"
    assert [data["title"], data["authors"][0]["name"]] == [TITLE, CREATOR]
    released = _cff(citation(text, "0.9.1", date(2026, 11, 23)))
    assert [released["version"], released["date-released"]] == ["0.9.1", "2026-11-23"]
    for found in (_cff(text), released):
        _schema("cff-1.2.0.json").validate(found)


def test_datacite_accepts_what_is_said_of_the_casebook(casebook: Snapshot) -> None:
    newest = editions()[-1]
    found = datacite(casebook, newest, 1234)
    _schema("datacite-4.5.json").validate(found)
    assert [found["version"], found["publicationYear"]] == [newest.version, str(newest.issued.year)]
    assert {"geoLocationPlace": "Spain"} in found["geoLocations"]
    # events.csv: a national integration policy in Sweden, from 1974; a round table of 19 May 2015
    assert found["dates"][1]["date"] == "1974/2015"
    assert "Decentralising Integration Policies" in found["descriptions"][1]["description"]
    with pytest.raises(jsonschema_rs.ValidationError):
        _schema("datacite-4.5.json").validate({**found, "publicationYear": "soon"})


@pytest.mark.parametrize("changelog", ["# Changelog\n", "# C\n\n## Unreleased\n\n### Added\n\n## 0.1.0\n- Old.\n"])
def test_a_changelog_without_entries_is_not_released(changelog: str) -> None:
    with pytest.raises(ReleaseRefused, match="no entry under Unreleased"):
        release_notes(changelog, "0.2.0")


def test_changes_that_are_not_committed_and_versions_with_a_tag_are_not_released(tmp_path: Path) -> None:
    def run(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)

    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.3.0"\n')
    with pytest.raises(ReleaseRefused, match="not a git repository"):
        check_releasable(tmp_path)
    run("init")
    run("config", "user.name", "nobody")
    run("config", "user.email", "nobody@example.org")
    with pytest.raises(ReleaseRefused, match=r"not what was committed: pyproject\.toml"):
        check_releasable(tmp_path)
    run("add", "pyproject.toml")
    run("commit", "-m", "Begin")
    check_releasable(tmp_path)
    run("tag", "v0.3.0")
    with pytest.raises(ReleaseRefused, match=r"0\.3\.0 is released already: there is a tag v0\.3\.0"):
        check_releasable(tmp_path)
