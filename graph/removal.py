"""Removal: what goes from the graph when an actor, a programme, a flow or a mechanism is taken away, and what is left.

The store itself is never changed: the graph without the statements is a copy (its large files by hard link) that is
thrown away when it has been asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from graph.snapshot import Snapshot
from ontology.identifiers import ID, expand, is_slug, mint

__all__ = ["KINDS", "Removal", "Target", "named", "removal", "without"]

TargetKind = Literal["actor", "programme", "flow", "mechanism"]
KINDS: Final[dict[TargetKind, str]] = {
    "actor": "gov:Actor",
    "programme": "gov:Programme",
    "flow": "gov:FundingFlow",
    "mechanism": "gov:CoordinationMechanism",
}

_IN_MEMORY: Final = 500_000
"""Up to so many statements the copy is held in memory, where rules are asked three times as fast."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be taken away."""

    kind: TargetKind
    iri: str


@dataclass(frozen=True, slots=True)
class Removal:
    """Everything that goes, by IRI, sorted.

    `flows` go with the target, `passed_on` because they are part of one that goes, directly or through others;
    `duties` are those that the actor holds; `mechanisms` keep fewer than two participants, and `left` go on without
    the actor.
    """

    target: Target | None
    programmes: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    passed_on: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def things(self) -> tuple[str, ...]:
        """All that goes entirely."""
        target = (self.target.iri,) if self.target else ()
        return tuple(sorted({*target, *self.programmes, *self.flows, *self.passed_on, *self.duties, *self.mechanisms}))


def named(snapshot: Snapshot, name: str) -> list[Target]:
    """Give the things of that name: a slug, `actor/slug`, or an IRI; [] where there is none.

    A slug alone names a mechanism only where it names nothing else: many are called as the programme that they serve.
    """
    kind, _, last = name.removeprefix(ID).rpartition("/")
    if not is_slug(last):
        return []
    found = [Target(each, mint(each, last)) for each in KINDS if kind in ("", each)]
    known = [each for each in found if _is(snapshot, each.iri, KINDS[each.kind])]
    return [each for each in known if each.kind != "mechanism" or len(known) == 1]


def _is(snapshot: Snapshot, iri: str, curie: str) -> bool:
    return next(snapshot.quads(iri, expand("rdf:type"), expand(curie)), None) is not None


def removal(snapshot: Snapshot, target: Target | None) -> Removal:
    """Say what goes with a target; of nothing nothing goes. The cost grows with what is stated about the target.

    With an actor go the flows that it pays or receives, its duties, and the mechanisms that it alone keeps up; with a
    programme those below it and the flows through them; with each flow those that pass its money on (gov:partOf). A
    mechanism goes alone.
    """
    if target is None:
        return Removal(None)
    programmes = _below(snapshot, [target.iri]) if target.kind == "programme" else set()
    flows = {target.iri} if target.kind == "flow" else set()
    for programme in programmes:
        flows |= _subjects(snapshot, "gov:programme", programme, "gov:FundingFlow")
    duties: set[str] = set()
    mechanisms: set[str] = set()
    if target.kind == "actor":
        flows |= _subjects(snapshot, "gov:payer", target.iri) | _subjects(snapshot, "gov:recipient", target.iri)
        duties = _subjects(snapshot, "gov:holder", target.iri)
        mechanisms = _subjects(snapshot, "gov:participant", target.iri)
    if target.kind == "mechanism":
        mechanisms = {target.iri}
    gone = {each for each in mechanisms if each == target.iri or len(_objects(snapshot, each, "gov:participant")) <= 2}
    return Removal(
        target=target,
        programmes=tuple(sorted(programmes - {target.iri})),
        flows=tuple(sorted(flows)),
        passed_on=tuple(sorted(_below(snapshot, flows) - flows)),
        duties=tuple(sorted(duties)),
        mechanisms=tuple(sorted(gone)),
        left=tuple(sorted(mechanisms - gone)),
    )


def _below(snapshot: Snapshot, wholes: Iterable[str]) -> set[str]:
    """Give the things and all that is part of them, directly or through others."""
    found, waiting = set(wholes), list(wholes)
    while waiting:
        fresh = _subjects(snapshot, "gov:partOf", waiting.pop()) - found
        found |= fresh
        waiting += fresh
    return found


def _subjects(snapshot: Snapshot, curie: str, value: str, kind: str | None = None) -> set[str]:
    quads = snapshot.quads(predicate=expand(curie), object_=value)
    found = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    return {each for each in found if kind is None or _is(snapshot, each, kind)}


def _objects(snapshot: Snapshot, subject: str, curie: str) -> set[str]:
    quads = snapshot.quads(subject, expand(curie))
    return {quad.object.value for quad in quads if isinstance(quad.object, NamedNode)}


@contextmanager
def without(snapshot: Snapshot, removed: Removal) -> Iterator[Snapshot]:
    """Give the graph without the things: no statement about them or that names them, as long as the block lasts."""
    with TemporaryDirectory(prefix="subsidia-what-if-") as place:
        folder = Path(place) / "generation"  # what is kept by folder is kept by the one around it
        folder.mkdir()
        snapshot.database.backup(str(folder / "graph"))
        database = pyoxigraph.Store(str(folder / "graph"))
        for quad in _statements(snapshot, removed.things):
            database.remove(quad)
        database.flush()
        del database  # closes it: a snapshot opens it again for reading
        changed = Snapshot(folder, snapshot.generation)
        if changed.size <= _IN_MEMORY:
            memory = pyoxigraph.Store()
            memory.bulk_extend(changed.quads())
            changed.database = memory
        yield changed


def _statements(snapshot: Snapshot, things: Iterable[str]) -> Iterator[Quad]:
    for thing in things:
        yield from snapshot.quads(subject=thing)
        yield from snapshot.quads(object_=thing)
