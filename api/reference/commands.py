"""Commands: what `subsidia` takes, from the command line program itself."""

from __future__ import annotations

import re

import typer
from typer.cli import get_docs_for_click

from api.cli import app

__all__ = ["commands"]

_END = """
## Exit status

| status | means |
|---|---|
| 0 | done |
| 1 | an input was refused, and nothing has changed |
| 2 | wrong usage: an unknown command, option or value; Spark was named and is not installed |
| 3 | the store, or Spark, cannot be reached |
"""


def commands() -> str:
    """Give the page: every command with its arguments and options."""
    command = typer.main.get_command(app)
    with typer.Context(command, info_name="subsidia") as context:  # type: ignore[arg-type,attr-defined,unused-ignore]
        text = get_docs_for_click(obj=command, ctx=context, name="subsidia")  # type: ignore[arg-type,unused-ignore]
    whole = {found[1]: found[2] for found in re.finditer(r"^#+ `subsidia ([\w ]+)`\n\n(.+)$", text, re.MULTILINE)}

    if len({name.split()[-1] for name in whole}) < len(whole):
        raise ValueError("two commands end with one word, by which they are found here")

    def uncut(line: re.Match[str]) -> str:
        """Give a line of a list of commands with the sentence that was cut to fit a terminal."""
        said = next((text for name, text in whole.items() if name.split()[-1] == line[1]), line[2])
        return f"* [`{line[1]}`](#{_anchor(line[1], whole)}): {said}"

    listed = re.sub(r"^\* `([a-z]+)`: (.+)$", uncut, text, flags=re.MULTILINE)
    return listed.replace("# `subsidia`", "# Commands", 1).rstrip() + "\n" + _END


def _anchor(name: str, whole: dict[str, str]) -> str:
    path = next(each for each in whole if each.split()[-1] == name)
    return f"subsidia-{path.replace(' ', '-')}"
