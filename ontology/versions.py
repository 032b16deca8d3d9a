"""Versions: the ontology as one graph, and a copy of each version that was published.

`python -m ontology.versions` writes the copy of today's version; a test holds the copy to the ontology, so that a
change of the ontology is a new version.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from rdflib import Graph

from ontology.identifiers import PREFIXES
from ontology.terms import version
from ontology.vocabulary import FOLDER, ontology_files

__all__ = ["VERSIONS", "ontology_graph", "published"]

VERSIONS: Final = FOLDER / "versions"


@cache
def ontology_graph() -> Graph:
    """Give the core ontology and its concept schemes as one graph; it is shared, so it must not be changed."""
    rdf = Graph(bind_namespaces="none")
    for prefix, base in PREFIXES.items():
        rdf.bind(prefix, base)
    for path in ontology_files():
        rdf.parse(path, format="turtle")
    return rdf


def published() -> dict[str, Path]:
    """Give the file of each published version, oldest first."""
    return {path.stem: path for path in sorted(VERSIONS.glob("*.ttl"), key=_order)}


def _order(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.stem.split("."))


def main() -> None:
    """Write the copy of today's version."""
    VERSIONS.mkdir(exist_ok=True)
    (VERSIONS / f"{version()}.ttl").write_text(ontology_graph().serialize(format="turtle"), encoding="utf-8")


if __name__ == "__main__":
    main()
