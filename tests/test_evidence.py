"""Evidence: whether the passages of a store are found in the documents, and where given words stand."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import pytest

from graph.evidence import Finding, Place, SourcesAbsent, check_evidence, describe, locate, passage_words
from graph.snapshot import Snapshot
from ontology.passages import digest
from tests.small_graphs import snapshot_of

# 42 characters; "pays 10 €" stands at 10–19, with the line break after it at 19
TEXT: Final = "The state pays 10 €\nto the town.  Ten €\n\n."
WORDS: Final = "pays 10 €"
PASSAGE: Final = "https://w3id.org/subsidia/id/passage/"


def sha(words: str) -> str:
    return "sha256:" + hashlib.sha256(words.encode()).hexdigest()


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Write the made-up document."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "report.txt").write_bytes(TEXT.encode())
    return folder


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """Make a store whose passages are in that document, beyond it, and in one that is not at hand."""
    whole = sha("The state pays 10 € to the town. Ten € .")
    sources = [
        {"key": "report", "title": "A report", "file": "report.txt", "digest": whole},
        {"key": "lost", "title": "A lost report", "file": "lost.txt", "digest": sha("lost")},
        {"key": "web", "title": "A page without a file"},
    ]
    passages = [
        ("found", "report", "10", "19", sha(WORDS), ""),
        ("found-over-lines", "report", "15", "31", sha("10 € to the town"), ""),
        ("other-words", "report", "10", "19", sha("pays 11 €"), ""),
        ("moved", "report", "11", "20", sha(WORDS), ""),
        ("beyond", "report", "10", "43", sha(WORDS), ""),
        ("absent", "lost", "0", "4", sha("lost"), ""),
        ("nowhere", "web", "0", "4", sha("page"), ""),
        ("by-page", "report", "", "", "", "page 3"),
    ]
    names = ("key", "source", "start", "end", "digest", "locator")
    rows = [dict(zip(names, passage, strict=True)) for passage in passages]
    rows.append({"key": "p1", "source": "report", "locator": "page 1"})
    return snapshot_of(tmp_path, {"sources": sources, "passages": rows})


def test_each_passage_is_found_or_it_is_said_why_not(snapshot: Snapshot, documents: Path) -> None:
    found = {finding.passage.removeprefix(PASSAGE): finding.state for finding in check_evidence(snapshot, documents)}
    assert found == {
        "found": "found",
        "found-over-lines": "found",
        "other-words": "digest differs",
        "moved": "digest differs",
        "beyond": "outside the document",
        "absent": "document absent",
        "nowhere": "document absent",
        "by-page": "no offsets",
        "p1": "no offsets",
    }


def test_another_edition_of_the_document_is_told_from_a_wrong_passage(snapshot: Snapshot, documents: Path) -> None:
    (documents / "report.txt").write_text("Foreword. " + TEXT, encoding="utf-8")
    found = {finding.passage.removeprefix(PASSAGE): finding.state for finding in check_evidence(snapshot, documents)}
    assert found["found"] == "document differs"
    assert found["other-words"] == "document differs"
    assert found["beyond"] == "document differs", "it is 52 characters long now"


def test_more_or_less_white_space_leaves_the_document_the_same(snapshot: Snapshot, documents: Path) -> None:
    (documents / "report.txt").write_text(TEXT + "\n\n", encoding="utf-8")
    found = {finding.passage.removeprefix(PASSAGE): finding.state for finding in check_evidence(snapshot, documents)}
    assert found["found"] == "found"
    assert found["other-words"] == "digest differs"


def test_a_passage_may_end_where_its_document_ends(tmp_path: Path, documents: Path) -> None:
    passages = [
        {"key": "p1", "source": "report", "start": "40", "end": "42", "digest": sha("."), "locator": ""},
        {"key": "p2", "source": "report", "start": "40", "end": "43", "digest": sha("."), "locator": ""},
    ]
    snapshot = snapshot_of(
        tmp_path,
        {"sources": [{"key": "report", "title": "A report", "file": "report.txt"}], "passages": passages},
    )
    assert len(TEXT) == 42
    assert [finding.state for finding in check_evidence(snapshot, documents)] == ["found", "outside the document"]


def test_offsets_count_characters_and_not_bytes_or_translated_line_ends(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "windows.txt").write_bytes("10 €\r\n20 €\r\n".encode())
    # 1 0 space € CR LF 2: the seventh character
    assert locate("20 €", folder) == [Place("windows.txt", 6, 10, 2, sha("20 €"))]


def test_words_are_located_by_document_offsets_line_and_digest(documents: Path) -> None:
    (documents / "another.txt").write_text("pays 10 €", encoding="utf-8")
    assert locate(WORDS, documents) == [
        Place("another.txt", 0, 9, 1, sha(WORDS)),
        Place("report.txt", 10, 19, 1, sha(WORDS)),
    ]
    assert locate("10  € to the\ttown.", documents) == [Place("report.txt", 15, 32, 1, sha("10 € to the town."))]
    assert [place.start for place in locate("€", documents)] == [8, 18, 38]


@pytest.mark.parametrize("words", ["pays 12 €", "", "  ", "PAYS 10 €", "pays.10"])
def test_words_that_stand_nowhere_are_located_nowhere(documents: Path, words: str) -> None:
    assert locate(words, documents) == []


def test_a_folder_that_is_not_there_is_refused_by_name(snapshot: Snapshot, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    for ask in (lambda: check_evidence(snapshot, missing), lambda: locate("words", missing)):
        with pytest.raises(SourcesAbsent, match=str(missing)):
            ask()


def test_a_document_that_is_not_utf_8_is_refused_by_name(snapshot: Snapshot, documents: Path) -> None:
    (documents / "old.txt").write_bytes("10 €".encode("cp1252"))
    for ask in (lambda: check_evidence(snapshot, documents), lambda: locate("words", documents)):
        with pytest.raises(SourcesAbsent, match=r"old\.txt: not UTF-8 \(byte 3\)"):
            ask()


def test_a_finding_is_described_in_one_line() -> None:
    finding = Finding(PASSAGE + "p1", "https://w3id.org/subsidia/id/source/report", 10, 19, "digest differs")
    assert describe(finding) == "report: p1 (10–19): digest differs"
    by_page = Finding(PASSAGE + "p2", "https://w3id.org/subsidia/id/source/report", None, None, "no offsets")
    assert describe(by_page) == "report: p2: no offsets"


def test_the_digest_is_that_of_the_words_with_white_space_folded() -> None:
    assert digest(" pays\n10  € ") == sha(WORDS)


@pytest.mark.sources
def test_every_passage_of_the_casebook_is_found_in_the_documents(casebook: Snapshot, sources_folder: Path) -> None:
    findings = check_evidence(casebook, sources_folder)
    assert len(findings) == len(casebook.instances("gov:Passage")) > 400
    bad = [describe(finding) for finding in findings if finding.state not in ("found", "no offsets")]
    assert bad == []


@pytest.mark.sources
def test_only_the_council_decision_is_cited_by_number(casebook: Snapshot, sources_folder: Path) -> None:
    """Its text is not among the documents: the decision and its eleven principles are cited without offsets."""
    bare = [finding.source for finding in check_evidence(casebook, sources_folder) if finding.state == "no offsets"]
    assert bare == ["https://w3id.org/subsidia/id/source/council-cbp-2004"] * 12


@pytest.mark.sources
def test_the_documents_are_those_that_the_casebook_names(casebook: Snapshot, sources_folder: Path) -> None:
    files = casebook.values("gov:fileName")
    lengths, digests = casebook.values("gov:characters"), casebook.values("gov:digest")
    assert len(files) == 5
    for source, (name,) in files.items():
        text = (sources_folder / name).read_bytes().decode()
        assert len(text) == int(lengths[source][0]), name
        assert sha(" ".join(text.split())) == digests[source][0], name


def test_the_words_of_a_passage_are_shown_from_a_copy_that_fits_and_from_no_other(tmp_path: Path) -> None:
    text = "The town pays.\nThe state\n does not."
    tables = {
        "sources": [{"key": "report", "title": "A report", "file": "report.txt", "characters": str(len(text))}],
        "passages": [{"key": "p1", "source": "report", "start": "15", "end": str(len(text)), "digest": ""}],
    }
    tables["passages"][0]["digest"] = sha("The state does not.")
    snapshot = snapshot_of(tmp_path, tables)
    passage = PASSAGE + "p1"
    copies = tmp_path / "copies"
    copies.mkdir()
    assert passage_words(snapshot, [passage], copies) == {}
    (copies / "report.txt").write_text(text, newline="")
    assert passage_words(snapshot, [passage], copies)[passage] == "The state\n does not."
    (copies / "report.txt").write_text(text.replace("state", "State"), newline="")
    assert passage_words(snapshot, [passage], copies) == {}
