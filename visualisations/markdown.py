"""Markdown: a document as HTML for a page, with anchors at its headings, and the links that it holds.

CommonMark with tables, read by markdown-it-py. HTML in the text is not let through: a comment at the top is left out,
all else is shown as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

__all__ = ["Heading", "Written", "anchor", "headings", "links", "read", "written"]

_NOTICE: Final = re.compile(r"\A<!--.*?-->\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its depth from 1, its words, and the anchor that links to it end in."""

    depth: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Written:
    """A document as it is shown: its title, its headings, its HTML without the title."""

    title: str
    headings: tuple[Heading, ...]
    html: str


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _table)
    parser.add_render_rule("table_close", lambda *_: "</table></div>")
    parser.add_render_rule("thead_open", _head)
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    return parser


def _table(_: RendererHTML, tokens: Sequence[Token], place: int, *__: Any) -> str:
    """Begin a table, named after the heading above it."""
    above = [at for at in range(place) if tokens[at].type == "heading_open"]
    name = f' aria-label="{escape(_words(tokens[above[-1] + 1]))}"' if above else ' aria-label="Table"'
    return f'<div class="scroll" tabindex="0" role="region"{name}><table>'


def _code(_: RendererHTML, tokens: Sequence[Token], place: int, *__: Any) -> str:
    """Give a block of code, under the name of the file that it is to be saved as where its first line has one.

    A block `page ADDRESS` holds words of a page of ours, and stands under a link to it.
    """
    token = tokens[place]
    kind, _space, named = token.info.strip().partition(" ")
    words = f"<code>{escape(token.content)}</code></pre>\n"
    if kind == "page":
        link = f'<a href="{escape(str(token.meta.get("link", named)))}">{escape(named)}</a>'
        return f'<p class="file">{link}</p>\n<pre class="said">{words}'
    name = f'<p class="file"><code>{escape(named)}</code></p>\n' if named else ""
    return f'{name}<pre tabindex="0">{words}'


def _head(_: RendererHTML, tokens: Sequence[Token], place: int, *__: Any) -> str:
    """Begin the head of a table; one without words, as Markdown asks for, is not shown."""
    end = next(at for at in range(place, len(tokens)) if tokens[at].type == "thead_close")
    empty = not any(token.content for token in tokens[place:end])
    return "<thead hidden>" if empty else "<thead>"


def read(text: str) -> list[Token]:
    """Read a document into the tokens of markdown-it, without a comment at its top."""
    return _parser().parse(_NOTICE.sub("", text))


def anchor(words: str) -> str:
    """Give the anchor of a heading, as forges make it.

    >>> anchor("In this order"), anchor("`subsidia evidence locate`"), anchor("What it can't do (yet)")
    ('in-this-order', 'subsidia-evidence-locate', 'what-it-cant-do-yet')
    """
    return re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")


def headings(tokens: Sequence[Token]) -> list[Heading]:
    """Give the headings in their order; one that comes again has a number behind its anchor, as on forges."""
    found: list[Heading] = []
    times: dict[str, int] = {}
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            words = _words(inside)
            name = anchor(words)
            count = times[name] = times.get(name, -1) + 1
            found.append(Heading(int(token.tag[1]), words, f"{name}-{count}" if count else name))
    return found


def _words(inline: Token) -> str:
    return "".join(part.content for part in inline.children or () if part.type in ("text", "code_inline"))


def links(tokens: Sequence[Token]) -> list[str]:
    """Give the address of every link and image, in the order of the text."""
    parts = [part for token in tokens for part in token.children or ()]
    return [
        str(part.attrs.get("href") or part.attrs.get("src")) for part in parts if part.type in ("link_open", "image")
    ]


def written(text: str, address: Callable[[str], str]) -> Written:
    """Make the HTML of a document; `address` gives for each link, image and page named the address here.

    Tables and code can be scrolled by themselves, also by keyboard, so that a narrow page does not. The first
    heading is the title, and left out of the HTML; a document without one has the title "".
    """
    tokens = read(text)
    found = headings(tokens)
    opened = [token for token in tokens if token.type == "heading_open"]
    for token, heading in zip(opened, found, strict=True):
        token.attrSet("id", heading.anchor)
    for part in (part for token in tokens for part in token.children or ()):
        name = {"link_open": "href", "image": "src"}.get(part.type)
        if name:
            part.attrSet(name, address(str(part.attrs[name])))
    for token in tokens:
        if token.info.startswith("page "):
            token.meta["link"] = address(token.info.removeprefix("page ").strip())
    titled = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    title = found.pop(0).text if titled else ""
    parser = _parser()
    html = parser.renderer.render(tokens[3:] if titled else tokens, parser.options, {})
    return Written(title, tuple(found), html)
