"""RDF files: Turtle, N-Triples, N-Quads, TriG and JSON-LD as they are, with the place of the first mistake named."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from loaders.base import Statements
from loaders.values import value_problems
from ontology.errors import CellProblem, InputRefused
from ontology.identifiers import graph_name, slugified

__all__ = ["FORMATS", "load_rdf"]

FORMATS: Final = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
}


def load_rdf(path: Path, name: str | None = None) -> Statements:
    """Read an RDF file.

    Statements without a graph, and with `name` all of them, stand in the graph of that name (by default the file's).
    Blank nodes are named apart from those of other files. Raises InputRefused with the line where the file is not
    well-formed, and with each value of one of our properties that cannot be understood.
    """
    given = name or slugified(path.stem)
    home = NamedNode(graph_name(given))
    try:
        found = [
            quad if not name and not isinstance(quad.graph_name, DefaultGraph) else _moved(quad, home)
            for quad in parse(path=str(path), format=FORMATS[path.suffix], rename_blank_nodes=True)
        ]
    except SyntaxError as error:
        line = error.lineno or 0
        raise InputRefused([CellProblem(str(path), line, "", "", f"not well-formed RDF: {error}")]) from error
    except MemoryError as error:
        reason = f"a value in it is longer than the 16 MB that the parser holds at once ({error})"
        raise InputRefused([CellProblem(str(path), 0, "", "", reason)]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused([CellProblem(str(path), 0, "", "", f"cannot be read ({error})")]) from error
    problems = list(value_problems(str(path), found))
    if problems:
        raise InputRefused(problems)
    return Statements(given, found, {"statements": len(found)})


def _moved(quad: Quad, graph: NamedNode) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, graph)
