"""Gap rules, one file each: a header that defines the rule, and the SPARQL that finds its pattern.

A rule is added by adding a file. Its query gives the columns `between` (IRIs divided by spaces), `field` (notations
divided by spaces: one gap each), `country`, `severity` (0..1), `evidence` (passage IRIs) and `explanation`, asks only
inside researched scopes, and never takes missing evidence for a gap. Where no scope was searched for its kind of tie
(`scope`), a rule is not asked at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ontology.errors import SubsidiaError
from ontology.vocabulary import vocabulary

__all__ = ["Rule", "RuleRefused", "read_rule", "rules"]

_HEADER: Final = ("id", "type", "label", "definition", "severity", "scope", "source", "closes")


class RuleRefused(SubsidiaError):
    """A rule file that does not define a rule."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is, where it comes from, and how it is asked.

    `type` is a gap type, `scope` the kind of tie that must have been researched, `closes` what would end the gap.
    """

    id: str
    type: str
    label: str
    definition: str
    severity: str
    scope: str
    source: str
    closes: str
    query: str


def read_rule(path: Path) -> Rule:
    """Read one rule file; RuleRefused where its header is not whole or names an unknown type or tie."""
    query = path.read_text(encoding="utf-8")
    header = {}
    for line in query.splitlines():
        if line.startswith("#:"):
            name, _, value = line[2:].partition(":")
            header[name.strip()] = value.strip()
    missing = [name for name in _HEADER if not header.get(name)]
    if missing:
        raise RuleRefused(path, f"the header lacks {', '.join(missing)}")
    if header["type"] not in vocabulary().schemes["gapType"]:
        raise RuleRefused(path, f"{header['type']!r} is not a gap type")
    if header["scope"] not in vocabulary().schemes["tie"]:
        raise RuleRefused(path, f"{header['scope']!r} is not a kind of tie")
    return Rule(**{name: header[name] for name in _HEADER}, query=query)


def rules(folder: Path | None = None) -> list[Rule]:
    """Read all rules of a folder (the built-in ones by default), by identifier."""
    return sorted(
        (read_rule(path) for path in sorted((folder or Path(__file__).parent).glob("*.rq"))), key=lambda r: r.id
    )
