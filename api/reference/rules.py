"""Rules: the gap rules with what they look for, where they come from, and what would close the gap."""

from __future__ import annotations

from graph.gaps.publications import PUBLICATIONS, cited
from graph.gaps.rules import rules

__all__ = ["gap_rules"]

_BEGIN = """
# Gap rules

A rule indicates a gap where its pattern is found, and only inside scopes that were researched for its kind of tie;
outside of them the answer is *not assessed*. The query itself is the rule: it is printed at `/gaps` under each gap, and
runs as it stands in any SPARQL 1.1 engine. What the rules found in the casebook, and how each finding was read against
the documents, is in [decision 7](../decisions/0007-gap-rules.md). A rule of your own: [add a
rule](../how-to/add-a-rule.md).
"""


def gap_rules() -> str:
    """Give the page: every rule with what it looks for and what closes the gap, then the publications."""
    parts = [_BEGIN.strip()]
    for rule in rules():
        facts = [
            ("gap type", f"[{rule.type}](tables.md#gaptype)"),
            ("asked where", f"ties of kind `{rule.scope}` were researched"),
            ("severity", rule.severity),
            ("comes from", rule.source),
            ("closed by", rule.closes),
            ("query", f"`graph/gaps/rules/{rule.file.name}`"),
        ]
        lines = [f"| {name} | {value.replace('|', chr(92) + '|')} |" for name, value in facts]
        head = [f"## {rule.id}", "", f"*{rule.label}.* {rule.definition}", "", "| | |", "|---|---|"]
        parts.append("\n".join([*head, *lines]))
    named = sorted({name for rule in rules() for name in cited(rule.source)})
    parts.append("\n".join(["## Publications", "", *(f"- {PUBLICATIONS[name]}" for name in named)]))
    return "\n\n".join(parts)
