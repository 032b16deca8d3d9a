"""What every loader gives: a named set of statements, ready to be committed as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Quad

from loaders.tables.rows import Row

__all__ = ["Statements"]


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one source.

    `name` is the source's name, `quads` its statements in a fixed order, each in a named graph,
    `rows` how many rows of each table or record kind they were made from, `remarks` what was read otherwise than it was
    written, for its owner to check, `origins` the row that describes each thing, where it comes from a table.
    """

    name: str
    quads: Sequence[Quad]
    rows: Mapping[str, int]
    remarks: Sequence[str] = ()
    origins: Mapping[str, Row] = field(default_factory=dict)

    @property
    def graphs(self) -> list[str]:
        """The IRIs of the named graphs that the statements are in, sorted."""
        return sorted({quad.graph_name.value for quad in self.quads if isinstance(quad.graph_name, NamedNode)})
