"""What the tests of writes share: updates that take too much, tasks, refusals, and the children that write."""

from __future__ import annotations

import re
import time
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from graph.store import Store
from graph.write_task import Document, Task

__all__ = ["ENDLESS", "GREEDY", "NESTED", "generation", "numbers", "refused", "triples", "update_task", "writing_child"]

# no end in sight: some thousands of statements five times over, none of which meets the filter
ENDLESS: Final = (
    "INSERT { ?a <http://example.org/x> ?b } WHERE { GRAPH <http://example.org/n> "
    "{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f . ?g ?s ?h . ?i ?t ?j FILTER(?b + ?d + ?f + ?h + ?j < 0) } }"
)
# all pairs of some thousands of statements, each a new one
GREEDY: Final = (
    "INSERT { GRAPH <http://example.org/m> { ?a ?iri ?b } } WHERE { GRAPH <http://example.org/n> "
    "{ ?a ?p ?b . ?c ?q ?d . BIND(IRI(CONCAT('http://example.org/', STR(?b), '/', STR(?d), '/', "
    "'a-long-name-that-takes-room/a-long-name-that-takes-room')) AS ?iri) } }"
)
# no bracket in it, so that no guard can count; the parser goes down one level a sign
NESTED: Final = "INSERT { ?s ?p ?z } WHERE { ?s ?p ?o BIND(" + "!" * 20_000 + "true AS ?z) }"


def numbers(count: int) -> str:
    """Give an update that adds so many statements to one graph."""
    rows = " ".join(f"<http://example.org/{n}> <http://example.org/p> {n} ." for n in range(count))
    return f"INSERT DATA {{ GRAPH <http://example.org/n> {{ {rows} }} }}"


def update_task(text: str) -> Task:
    """Make the task of an update."""
    return Task("update", (Document("application/sparql-update", text.encode()),))


def triples(store: Store, graph: str = "http://example.org/n") -> int:
    """Count the statements of a graph in the current generation."""
    return len(list(store.snapshot().graph(graph)))


def writing_child(seconds: float = 20.0, of: int | None = None) -> psutil.Process:
    """Wait for a child of this process, or of another, that writes, and give it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for child in psutil.Process(of).children():
            try:
                if "graph.writer_process" in child.cmdline():
                    return child
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
        time.sleep(0.005)
    raise AssertionError("no child ever wrote")


def generation(client: TestClient) -> int:
    """Give the current generation of the store that is served."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    return store.generation


def refused(answer: Any, status: int, words: str) -> dict[str, Any]:
    """Check that an answer is a problem document of that status, whose detail has the words, and give it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert re.search(words, document["detail"]), document
    return document
