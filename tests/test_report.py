"""The report: its numbers are the API's, every reference leads somewhere, it fetches nothing, it is the same twice."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answers.gaps import gaps_document
from api.answers.report import report_document
from api.app import create_app
from api.settings import Settings
from graph.filters import Filters
from graph.snapshot import Snapshot
from graph.store import Store
from tests.test_cli import installed, subsidia
from visualisations.level_diagram import level_diagram
from visualisations.report import findings, report_html

SPAIN = Filters(country="ES", at=2006)


class Read(HTMLParser):
    """What a page has: text, ids, links, and the elements that would fetch or run something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetching: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))
        self.fetching += [(tag, found.get(name)) for name in ("src", "srcset", "data", "poster") if name in found]
        if tag in ("link", "script", "iframe", "object", "embed", "img"):
            self.fetching.append((tag, None))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _html(snapshot: Snapshot, filters: Filters) -> str:
    return report_html(report_document(snapshot, filters).as_dict(), "A title", snapshot.label, {"ES": "Spain"}, "1.0")


@pytest.fixture(scope="module")
def spain(casebook: Snapshot) -> str:
    return _html(casebook, SPAIN)


def test_it_tells_what_the_handbook_tells_of_spain(casebook: Snapshot, spain: str) -> None:
    # Handbook, page 41 and following: 182.4 million to the regions in 2006, 40 % of it for municipalities
    words = " ".join(Read(spain).words)
    assert "Of 182,400,000 EUR in 2006, 40 % had to be passed on to Municipalities of Spain." in words
    data = report_document(casebook, SPAIN).data
    assert data["funding"]["totals"] == [
        {"currency": "EUR", "phase": None, "period": "2006", "min": 182_400_000, "max": 182_400_000}
    ]
    assert "72,960,000 EUR" in words


def test_its_gaps_are_those_of_the_api_with_their_evidence(casebook: Snapshot, spain: str) -> None:
    gaps = gaps_document(casebook, Filters(country="ES", at=2006)).data
    words = " ".join(Read(spain).words)
    assert len(gaps) > 2
    for gap in gaps:
        assert gap["label"] in words
    assert {iri for gap in gaps for iri in gap["evidence"]} <= set(Read(spain).links)


def test_every_reference_leads_to_a_place_in_it_and_it_fetches_nothing(spain: str) -> None:
    read = Read(spain)
    assert len(read.ids) == len(set(read.ids))
    inside = [link[1:] for link in read.links if link.startswith("#")]
    assert len(inside) > 50
    assert set(inside) <= set(read.ids)
    assert read.fetching == []
    assert "url(" not in spain
    assert "@import" not in spain


def test_what_is_unknown_is_counted(casebook: Snapshot) -> None:
    data = report_document(casebook, SPAIN).data
    unknown = data["unknown"]
    assert unknown["flows_without_amount"] == sum(
        flow["amount_max"] is None and flow["share"] is None for flow in data["flows"]
    )
    silent = [cell for cell in data["cells"] if cell["state"] == "not-assessed"]
    assert len(unknown["not_assessed"]) == len(silent) > 0
    assert f"{len(silent)} are not assessed" in " ".join(findings(data))


def test_an_absence_and_a_norm_are_no_duty(casebook: Snapshot) -> None:
    data = report_document(casebook, Filters()).data
    assert {kind: len(rows) for kind, rows in data["duties"].items()} == {"duty": 419, "absence": 23, "norm": 169}
    assert sum(row["duty"] for row in data["levels"]) == 419


def test_an_empty_graph_gives_a_report_that_says_so(empty_store: Store) -> None:
    html = _html(empty_store.snapshot(), Filters())
    words = " ".join(Read(html).words)
    assert "No gap in coordination is reported or indicated; that is no proof of coordination." in words
    assert "No flow that may be summed is recorded here." in words
    assert "<svg" not in html


def _network(levels: dict[str, str | None], edges: list[tuple[str, str, str]]) -> dict[str, Any]:
    return {
        "nodes": [{"actor": actor, "level": level} for actor, level in levels.items()],
        "edges": [{"source": one, "target": other, "kind": kind} for one, other, kind in edges],
    }


def test_the_diagram_counts_ties_between_levels_and_inside_them() -> None:
    levels = {"a": "national", "b": "local", "c": "local", "d": None}
    edges = [("a", "b", "funding"), ("a", "c", "funding"), ("b", "a", "coordination"), ("a", "c", "coordination")]
    svg = level_diagram(_network(levels, [*edges, ("b", "c", "coordination"), ("d", "a", "hierarchy")]))
    assert re.findall(r">(\d+)</text>", svg) == ["2", "2", "1"]
    assert "within: 1 coordination" in svg
    assert [name in svg for name in ("National", "Local", "At no stated level", "2 bodies")] == [True] * 4
    assert level_diagram(_network({}, [])) == ""


def test_the_command_writes_the_same_bytes_in_every_process(tmp_path: Path, casebook_store: Store) -> None:
    first, second = tmp_path / "first.html", tmp_path / "second.html"
    asked = ("--country", "NL", "--at", 2012, "--store", casebook_store.path)
    for file, seed in ((first, "1"), (second, "2")):
        told = installed("report", file, *asked, PYTHONHASHSEED=seed)
        assert (told.status, told.out) == (0, "")
    assert first.read_bytes() == second.read_bytes()
    assert "<h1>Multilevel governance: Netherlands, 2012</h1>" in first.read_text(encoding="utf-8")


def test_the_page_is_what_the_command_writes(tmp_path: Path, casebook_store: Store) -> None:
    file = tmp_path / "page.html"
    asked = ("--country", "NL", "--at", "2012", "--store", casebook_store.path)
    assert subsidia("report", file, *asked).status == 0
    with TestClient(create_app(Settings(store=casebook_store.path))) as client:
        shown = client.get("/report", params={"country": "NL", "at": "2012"})
        linked = client.get("/gaps", params={"country": "NL", "at": "2012"}, headers={"Accept": "text/html"}).text
        assert client.get("/report", params={"country": "XX"}).status_code == 422
    assert shown.content == file.read_bytes()
    assert 'href="/report?at=2012&amp;country=NL"' in linked


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("report", "out.pdf"), 2, ".html"),
        (("report",), 2, ".html"),
        (("report", "out.html", "--country", "XX"), 2, "XX"),
        (("report", "nowhere/out.html"), 1, "nowhere/out.html"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(
    tmp_path: Path, casebook_store: Store, words: tuple[str, ...], status: int, said: str
) -> None:
    command, *rest = words
    place = [str(tmp_path / word) if word.endswith(("html", "pdf")) else word for word in rest]
    told = subsidia(command, *place, "--store", casebook_store.path)
    assert told.status == status
    assert said in told.err
    assert "Traceback" not in told.err
    assert list(tmp_path.iterdir()) == []
