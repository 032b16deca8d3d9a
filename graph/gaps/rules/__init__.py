"""Gap rules, one file each: a header that defines the rule, and the SPARQL that finds its pattern.

A rule is added by adding a file. Its query takes the year in `VALUES ?at { UNDEF }` and gives the columns `between`
(IRIs divided by spaces), `field` (notations divided by spaces: one gap each), `country`, `severity` (0..1, unbound
where it cannot be known), `evidence` (passage IRIs) and `explanation`, and `about` (IRIs) where the gap is about a
measure, programme or flow. It asks only inside researched scopes, and never takes missing evidence for a gap. Where no
scope was searched for its kind of tie (`scope`), a rule is not asked at all.

Oxigraph joins in an order that it guesses from the form of a query, not from the data. docs/how-to/add-a-rule.md says
how a rule is written so that it starts from the few statements that it is about, and what `LIMIT 1000000000` is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph

from graph.queries import bind
from ontology.errors import SubsidiaError
from ontology.vocabulary import vocabulary

__all__ = ["Rule", "RuleRefused", "own_rules", "read_rule", "rules"]

_HEADER: Final = ("id", "type", "label", "definition", "severity", "scope", "source", "closes")
_COLUMNS: Final = ("between", "field", "country", "severity", "evidence", "explanation")


class RuleRefused(SubsidiaError):
    """A rule file that does not define a rule."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is, where it comes from, and how it is asked.

    `type` is a gap type, `scope` the kind of tie that must have been researched, `closes` what would end the gap,
    `file` where it was read.
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
    file: Path


def read_rule(path: Path) -> Rule:
    """Read one rule file; RuleRefused where its header is not whole or names an unknown type or tie."""
    try:
        query = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleRefused(path, f"it cannot be read ({error})") from error
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
    return Rule(**{name: header[name] for name in _HEADER}, query=query, file=path)


def rules(folder: Path | None = None) -> list[Rule]:
    """Read all rules of a folder (the built-in ones by default), by identifier."""
    return sorted(
        (read_rule(path) for path in sorted((folder or Path(__file__).parent).glob("*.rq"))), key=lambda r: r.id
    )


def own_rules(folder: Path) -> tuple[Rule, ...]:
    """Read the rules of a partner's folder, to be asked beside the built-in ones.

    RuleRefused, naming the file, where there is no rule, an identifier is taken, or a query cannot be asked: it does
    not parse, does not take the year, or does not give all the columns.
    """
    found = rules(folder) if folder.is_dir() else []
    if not found:
        raise RuleRefused(folder, "no folder with rules (*.rq) in it")
    taken = {rule.id: rule.file for rule in rules()}
    for rule in found:
        if rule.id in taken:
            raise RuleRefused(rule.file, f"the identifier {rule.id!r} is taken by {taken[rule.id].name}")
        taken[rule.id] = rule.file
        _check_query(rule)
    return tuple(found)


def _check_query(rule: Rule) -> None:
    """Ask the query of an empty store, so that whatever is wrong with it is told before the graph is asked."""
    try:
        answer = pyoxigraph.Store().query(bind(rule.query, {"at": None}))
    except KeyError:
        raise RuleRefused(rule.file, "the query has no line VALUES ?at { UNDEF } for the year") from None
    except SyntaxError as error:
        raise RuleRefused(rule.file, f"the query is not SPARQL: {' '.join(str(error).split())}") from error
    if not isinstance(answer, pyoxigraph.QuerySolutions):
        raise RuleRefused(rule.file, "the query is not a SELECT")
    columns = {variable.value for variable in answer.variables}
    missing = [name for name in _COLUMNS if name not in columns]
    if missing:
        raise RuleRefused(rule.file, f"the query does not give the columns {', '.join(missing)}")
