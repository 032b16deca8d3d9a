"""Evidence: whether each passage can be found in the documents, and where given words stand in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from graph.snapshot import Snapshot
from ontology.errors import SubsidiaError
from ontology.identifiers import expand, slug
from ontology.passages import digest, find

__all__ = [
    "Finding",
    "Place",
    "SourcesAbsent",
    "check_evidence",
    "describe",
    "line_words",
    "locate",
    "passage_words",
    "texts",
]

State = Literal["found", "document absent", "document differs", "outside the document", "digest differs", "no offsets"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one passage; `state` is found, or why not."""

    passage: str
    source: str
    start: int | None
    end: int | None
    state: State


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: offsets in decoded characters, line from 1, and the digest to write down."""

    document: str
    start: int
    end: int
    line: int
    digest: str


class SourcesAbsent(SubsidiaError):
    """A folder of documents, or a document, that is not there or cannot be read."""


def check_evidence(snapshot: Snapshot, folder: Path) -> list[Finding]:
    """Look for every passage of the graph in the documents of a folder; [] for a graph without passages.

    Raises SourcesAbsent where the folder does not exist. The cost is one reading of each document.
    """
    copies = dict(texts(folder))
    files = {source: values[0] for source, values in snapshot.values("gov:fileName").items()}
    whole = {source: values[0] for source, values in snapshot.values("gov:digest").items()}
    sources = snapshot.values("oa:hasSource")
    starts, ends = snapshot.values("oa:start"), snapshot.values("oa:end")
    selectors = snapshot.values("oa:hasSelector")
    same = {source: digest(copies[name]) == whole.get(source) for source, name in files.items() if name in copies}
    found = []
    for passage in snapshot.instances("gov:Passage"):
        source = sources.get(passage, [""])[0]
        selector = selectors.get(passage, [""])[0]
        start, end = (int(at[selector][0]) if selector in at else None for at in (starts, ends))
        text = copies.get(files.get(source, ""))
        state = _state(text, start, end, whole.get(passage), unchanged=same.get(source, False))
        found.append(Finding(passage, source, start, end, state))
    return found


def _state(text: str | None, start: int | None, end: int | None, wanted: str | None, *, unchanged: bool) -> State:
    if start is None or end is None:
        return "no offsets"
    if text is None:
        return "document absent"
    if end > len(text):
        return "outside the document"
    if digest(text[start:end]) != wanted:
        return "digest differs" if unchanged else "document differs"
    return "found"


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the documents of a folder, name and decoded text; SourcesAbsent where they cannot be read."""
    if folder.is_file():
        raise SourcesAbsent(f"{folder}: is a file; name the folder that it is in")
    if not folder.is_dir():
        raise SourcesAbsent(f"{folder}: there is no such folder of documents")
    for path in sorted(folder.glob("*.txt")):
        try:
            # decoded from bytes, which keeps offsets as they are in the file, whatever its line ends
            yield path.name, path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise SourcesAbsent(f"{path}: not UTF-8 (byte {error.start})") from error
        except OSError as error:
            raise SourcesAbsent(f"{path}: cannot be read ({error.strerror})") from error


def passage_words(snapshot: Snapshot, passages: Iterable[str], folder: Path) -> dict[str, str]:
    """Give the words of passages from a reader's own copies of their documents, each document read once.

    A passage is left out where its document is not in the folder, where it has no place in the text, and where the
    digest says that the copy differs. SourcesAbsent where the folder cannot be read.
    """

    def first(thing: str, curie: str) -> str | None:
        terms = snapshot.quads(subject=thing, predicate=expand(curie))
        return next((getattr(quad.object, "value", None) for quad in terms), None)

    copies = dict(texts(folder))
    found = {}
    for passage in dict.fromkeys(passages):
        text = copies.get(first(first(passage, "oa:hasSource") or passage, "gov:fileName") or "")
        selector = first(passage, "oa:hasSelector") or passage
        start, end = first(selector, "oa:start"), first(selector, "oa:end")
        if text is not None and start is not None and end is not None:
            words = text[int(start) : int(end)]
            if digest(words) == first(passage, "gov:digest"):
                found[passage] = words
    return found


def line_words(snapshot: Snapshot, source: str, folder: Path) -> dict[int, str]:
    """Give the lines of a document from a reader's own copy, by number from 1; {} where the copy is not there."""
    name = snapshot.values("gov:fileName").get(source, [""])[0]
    lines = dict(texts(folder)).get(name, "").split("\n")
    return {number: line.strip() for number, line in enumerate(lines, start=1) if line.strip()}


def locate(words: str, folder: Path) -> list[Place]:
    """Find words in the documents of a folder; white space matches any white space. [] where they stand nowhere."""
    places = []
    for name, text in texts(folder):
        for start, end in find(words, text):
            places.append(Place(name, start, end, text.count("\n", 0, start) + 1, digest(text[start:end])))
    return places


def describe(finding: Finding) -> str:
    """Write a finding as a line for people."""
    offsets = "" if finding.start is None else f" ({finding.start}–{finding.end})"
    return f"{slug(finding.source)}: {slug(finding.passage)}{offsets}: {finding.state}"
