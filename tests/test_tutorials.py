"""Tutorials: what they tell to type is typed, and what they show must come out.

The blocks of a tutorial are done in their order, in one folder that has a store with the casebook:

- `console`: lines that begin with `$` are typed, a backslash at their end joins the next; the lines below must come
  out, where there are any. A line `…` stands for any lines, `…` at the end of a line for its rest, and spaces in a row
  count as one, so that a table may be narrower here.
- `page ADDRESS`: each line must be on that page of the running service, as words.
- a language and a file's name, as `sparql question.rq`: the block is saved under that name.
- `python`: it is run; the block `text` below it is what it prints.

`http://127.0.0.1:8000` is the address of the service in all of them.
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from markdown_it.token import Token

from graph.store import Store
from tests.service import Service, serving
from tests.test_cli import typed
from visualisations.markdown import read

DOCS: Final = Path(__file__).parents[1] / "docs"
SHOWN: Final = "http://127.0.0.1:8000"
TUTORIALS: Final = (
    "start.md",
    "tutorials/policymaker.md",
    "tutorials/researcher.md",
    "tutorials/partner.md",
    "../README.md",
)


@pytest.fixture(scope="module")
def service(casebook_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = tmp_path_factory.mktemp("tutorials") / "store"
    shutil.copytree(casebook_store.path, place)
    with serving(place) as found:
        yield found


@dataclass
class Reader:
    """Somebody who does what a tutorial says, in a folder of their own."""

    folder: Path
    service: Service
    names: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    done: int = 0

    def do(self, token: Token) -> None:
        """Do one block."""
        kind, _, place = token.info.strip().partition(" ")
        if kind == "console":
            for command, expected in steps(token.content):
                assert_shown(expected, self.run(command), command)
        elif kind == "page":
            self.look(place, token.content)
        elif place:
            (self.folder / place).write_text(token.content, encoding="utf-8")
        elif kind == "python":
            self.compute(token.content)
        elif kind == "text":
            assert_shown(token.content.splitlines(), self.said, "python")
        else:
            return
        self.done += 1

    def here(self, text: str) -> str:
        """Put the address of the service that runs in the place of the one that is written."""
        return text.replace(SHOWN, f"http://127.0.0.1:{self.service.port}")

    def run(self, command: str) -> str:
        """Type a command; give what it shows."""
        words = shlex.split(self.here(command))
        if words[0] == "subsidia" and ">" in words:
            outcome = typed(self.folder, *words[1 : words.index(">")], apart=True)
            (self.folder / words[-1]).write_text(outcome.out, encoding="utf-8")
            return outcome.err
        if words[0] == "subsidia":
            outcome = typed(self.folder, *words[1:])
            assert outcome.status == 0, f"{command}: {outcome.out}"
            return outcome.out
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def look(self, address: str, expected: str) -> None:
        """Open a page; each line must be on it."""
        answer = self.service.request("GET", address, Accept="text/html")
        assert answer.status == 200, address
        shown = words_of(answer.body.decode())
        missing = [line for line in expected.splitlines() if folded(line) not in shown]
        assert missing == [], address

    def compute(self, code: str) -> None:
        """Run Python in the folder; what is printed is kept."""
        printed = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(printed):
            exec(compile(code, "tutorial", "exec"), self.names)
        self.said = printed.getvalue()


def steps(text: str) -> list[tuple[str, list[str]]]:
    """Divide a block into commands, each with the lines that must come out.

    >>> steps("$ one \\\\\\n  two\\na\\n$ three\\n")
    [('one two', ['a']), ('three', [])]
    """
    found: list[tuple[str, list[str]]] = []
    open_line = False
    for line in text.splitlines():
        if open_line or line.startswith("$ "):
            words = line.removeprefix("$ ").strip()
            before = f"{found.pop()[0]} " if open_line else ""
            found.append((before + words.removesuffix("\\").rstrip(), []))
            open_line = words.endswith("\\")
        else:
            found[-1][1].append(line)
    return found


def folded(text: str) -> str:
    return " ".join(text.split())


def words_of(page: str) -> str:
    """Give the words of a page's body, spaces folded, without its marks."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page.partition("<body")[2], flags=re.DOTALL)
    return folded(html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</?(?!a\b|span\b|b\b|strong\b)\w[^>]*>", " ", body))))


def assert_shown(expected: list[str], shown: str, of: str) -> None:
    """Check that lines come out as they are written; a line `…` stands for any."""
    pattern = [r"(?:[^\n]*\n)*?" if line.strip() == "…" else _line(folded(line)) for line in expected]
    lines = "".join(f"{folded(line)}\n" for line in shown.splitlines())
    assert not expected or re.fullmatch("".join(pattern), lines), f"{of} shows:\n{shown}"


def _line(words: str) -> str:
    return re.escape(words.removesuffix("…")) + (r"[^\n]*\n" if words.endswith("…") else r"\n")


@pytest.mark.parametrize("name", TUTORIALS)
def test_what_a_tutorial_shows_comes_out(
    name: str, casebook_store: Store, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(casebook_store.path, tmp_path / "subsidia-store")
    for setting in [each for each in os.environ if each.startswith("SUBSIDIA_")]:
        monkeypatch.delenv(setting)
    reader = Reader(tmp_path, service)
    for token in read((DOCS / name).read_text(encoding="utf-8")):
        if token.type == "fence":
            reader.do(token)
    assert reader.done


def test_what_does_not_come_out_is_told() -> None:
    assert_shown(["a  b", "…", "d"], "a b\nc\nd\n", "x")
    assert_shown(["…"], "anything\n", "x")
    for wrong in (["a"], ["a b", "d"], ["a b", "c", "d", "e"], ["…", "c"]):
        with pytest.raises(AssertionError):
            assert_shown(wrong, "a b\nc\nd\n", "x")
    assert "Of 3 EUR" in words_of("<body><p>Of <b>3</b> EUR<script>no</script></p>")
