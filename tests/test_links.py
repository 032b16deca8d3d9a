"""Links of the documents: each leads to a file, page or heading that is there, and every document can be found."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from visualisations.markdown import headings, links, read

ROOT = Path(__file__).parents[1]
TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS = [*TOP, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "loaders" / "template" / "README.md"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(path: Path) -> None:
    broken = [link for link in links(read(path.read_text(encoding="utf-8"))) if not leads(path, link)]
    assert broken == []


def leads(path: Path, link: str) -> bool:
    """Say whether a link leads somewhere; one to another host is not asked."""
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme in ("https", "http")
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    if not parts.fragment:
        return True
    return target.suffix == ".md" and parts.fragment in anchors(target)


@cache
def anchors(path: Path) -> frozenset[str]:
    return frozenset(heading.anchor for heading in headings(read(path.read_text(encoding="utf-8"))))


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    readme = ROOT / "README.md"
    assert leads(readme, "docs/reference/tables.md#the-words-that-cells-may-hold")
    assert leads(readme, "#start")
    for wrong in (
        "docs/nowhere.md",
        "docs/reference/tables.md#nowhere",
        "#nowhere",
        "../README.md",
        "ftp://example.org",
    ):
        assert not leads(readme, wrong), wrong


def test_every_document_that_the_program_or_its_tests_name_is_there() -> None:
    missing = []
    for folder in ("api", "graph", "loaders", "ontology", "visualisations", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for name in re.findall(r"\bdocs/[\w/-]+\.(?:md|ipynb|conf)\b", path.read_text(encoding="utf-8")):
                if not (ROOT / name).is_file() and path.name != "test_links.py":
                    missing.append(f"{name_of(path)}: {name}")
    assert missing == []
