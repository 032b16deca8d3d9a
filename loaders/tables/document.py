"""Document: the guides to the governance tables, written from the schema and the template.

`python -m api.reference` writes docs/reference/tables.md and docs/how-to/add-a-country.md again; a test holds them to
the schema and the template.
"""

from __future__ import annotations

from loaders.tables.schema import CASEBOOK_TABLES, Column, Kind, Table
from loaders.tables.template import TEMPLATE
from ontology.vocabulary import vocabulary

__all__ = ["guide", "guides"]

_INTRODUCTION = """\
# The governance tables

A country is written down in CSV tables, all in one folder: one file a table, one row a thing, UTF-8, commas, a header
line. Leave out the tables that you do not need. `loaders/casebook/` is the example; `subsidia load FOLDER --dry-run`
checks, `subsidia load FOLDER` loads, all of it or nothing.

- **Keys** name rows and end their IRIs: lower-case letters, digits, hyphens, such as `es-autonomous-communities`. A
  key must never change.
- **Several values** in one cell are divided by `|`. Names may carry a language: `Wien@de|Vienna@en`; without one they
  are English.
- **Amounts** are digits with at most one decimal point: `4800000.50`. Not known: leave both ends empty. Exact: both
  ends equal.
- **Dates** are `2006`, `2006-03` or `2006-03-14`. An empty end is open or unknown; write only what the source says.
- **Evidence**: every statement names its passages. A passage is a document with start and end, counted in characters
  from 0, and the digest of the words in between; `subsidia evidence locate "words" --sources DIR` prints all three.
  Never copy a sentence of a source into a cell.
- **References** point at keys of other tables, here or already in the store. An unknown key is refused, with those
  that look like it.
- **Basis**: `stated` by the source, `derived` from what it states by arithmetic (give the working in `note`), or
  `inferred` by a judgement (say whose, and why, in `note`).

A row that cannot be right is refused with file, row, column and value; all problems are told at once, and nothing is
loaded.
"""


def guide() -> str:
    """Give the guide as Markdown."""
    return "\n".join([_INTRODUCTION, *(_table(table) for table in CASEBOOK_TABLES), _concepts()])


def _table(table: Table) -> str:
    meaning = f"{table.meaning[0].upper()}{table.meaning[1:]}. Each row is a `{table.type}`."
    lines = [f"## {table.name}.csv", "", meaning, ""]
    lines += ["| column | holds | meaning | becomes |", "|---|---|---|---|"]
    for column in table.columns:
        name = f"**{column.name}**" if column.required else column.name
        becomes = f"`{column.property}`" if column.property else ""
        lines.append(f"| {name} | {_holds(column)} | {column.meaning.replace('|', chr(92) + '|')} | {becomes} |")
    return "\n".join([*lines, ""])


_WORDS: dict[Kind, str] = {
    "key": "key",
    "text": "words of our own",
    "names": "names",
    "amount": "amount",
    "share": "0 to 1",
    "decimal": "number",
    "integer": "whole number",
    "date": "date",
    "currency": "ISO 4217 code",
    "country": "ISO 3166-1 alpha-2",
    "iri": "IRI",
    "wkt": "well-known text",
    "yes": "`yes` or empty",
    "digest": "`sha256:…`",
}


def _holds(column: Column) -> str:
    if column.kind == "concept":
        text = f"[{column.scheme}](#{column.scheme.lower()})"
    elif column.kind == "ref":
        text = f"key of [{column.table}](#{column.table}csv)"
    elif column.kind == "any-ref":
        text = "table/key, as `programme/es-integration-fund`"
    else:
        text = _WORDS[column.kind]
    return f"{text}, several" if column.many else text


def _concepts() -> str:
    used = sorted({column.scheme for table in CASEBOOK_TABLES for column in table.columns if column.scheme})
    lines = ["## The words that cells may hold", ""]
    for scheme in used:
        lines += [f"### {scheme}", "", "| word | means |", "|---|---|"]
        lines += [f"| `{item.notation}` | {item.definition} |" for item in vocabulary().schemes[scheme].values()]
        lines.append("")
    return "\n".join(lines)


def guides() -> dict[str, str]:
    """Give the guides, by their path in docs/."""
    country = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    return {"reference/tables.md": guide(), "how-to/add-a-country.md": country}
