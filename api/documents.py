"""Documents: the guide that people read, from the Markdown in docs/, and where each part of it is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Final
from urllib.parse import urlsplit

from api.problems import NotFound
from visualisations.markdown import Written, read, written

__all__ = ["GUIDE", "SHOWN_AT", "Group", "beside", "contents", "document", "file_of"]

GUIDE: Final = "/guide"
SHOWN_AT: Final = "http://127.0.0.1:8000"
"""The address that the documents write for the application, as somebody has it who starts it."""
_FOLDERS: Final = (Path(__file__).parents[1] / "docs", Path(__file__).parent / "guide")
"""In a checkout the documents are at its top; the wheel has them in this package."""
_INDEX: Final = "README"
_LONGEST: Final = 200  # characters; a file system may refuse more
_FILES: Final = {
    ".md": "text/markdown; charset=utf-8",
    ".png": "image/png",
    ".conf": "text/plain; charset=utf-8",
    ".service": "text/plain; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
}
"""What is served as it is, by its ending."""


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that belong together: the heading that they have in the index, and their names with their addresses."""

    title: str
    documents: tuple[tuple[str, str], ...]


def _folder() -> Path:
    for folder in _FOLDERS:
        if (folder / f"{_INDEX}.md").is_file():
            return folder
    raise NotFound("the guide is not part of this installation")


def file_of(name: str) -> tuple[Path, str]:
    """Give a file of the documents and its media type; NotFound where there is none of that name."""
    path = PurePosixPath(name)
    found = _folder() / path
    odd = len(name) > _LONGEST or ".." in path.parts or path.is_absolute()
    if odd or path.suffix not in _FILES or not found.is_file():
        raise NotFound(f"the guide has no file {name}")
    return found, _FILES[path.suffix]


def document(name: str, root: str, query: str = "") -> Written:
    """Give a document, "" for the index, its links leading to pages below `root`; NotFound where there is none.

    `query` is taken along to pages of ours, as `?lang=de`.
    """
    path, _ = file_of(f"{name or _INDEX}.md")
    return _written(path, path.stat().st_mtime_ns, name or _INDEX, root, query)


@lru_cache(maxsize=256)
def _written(path: Path, changed: int, name: str, root: str, query: str) -> Written:
    del changed  # part of what the result is kept under
    return written(path.read_text(encoding="utf-8"), lambda link: _address(link, name, root, query))


def _address(link: str, name: str, root: str, query: str) -> str:
    """Give the address here of a link in a document, or of a page of ours; one to another host stays as it is."""
    parts = urlsplit(link)
    place = f"#{parts.fragment}" if parts.fragment else ""
    if link.startswith((f"{SHOWN_AT}/", "/")) or link == SHOWN_AT:
        asked = "&".join(filter(None, (parts.query, query.removeprefix("?"))))
        return f"{root}{parts.path or '/'}{f'?{asked}' if asked else ''}{place}"
    if parts.scheme or not parts.path:
        return link
    return f"{_page(_path(link, name), root, query)}{place}"


def _path(link: str, name: str) -> str:
    """Give the path in docs/ that a relative link of a document leads to."""
    return normpath(str(PurePosixPath(name).parent / urlsplit(link).path))


def _page(path: str, root: str, query: str) -> str:
    if path.endswith(".md"):
        name = path.removesuffix(".md")
        return f"{root}{GUIDE}{'' if name == _INDEX else f'/{name}'}{query}"
    return f"{root}{GUIDE}/{path}"


def contents(root: str, query: str = "") -> list[Group]:
    """Give what the guide holds, in the order of its index: groups, each document with its name and address."""
    path, _ = file_of(f"{_INDEX}.md")
    return _contents(path, path.stat().st_mtime_ns, root, query)


@lru_cache(maxsize=64)
def _contents(path: Path, changed: int, root: str, query: str) -> list[Group]:
    del changed
    tokens = read(path.read_text(encoding="utf-8"))
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            groups.append((tokens[at + 1].content, []))
        for place, part in enumerate(token.children or ()):
            if part.type == "link_open" and groups:
                words = (token.children or [])[place + 1].content
                groups[-1][1].append((words, _address(str(part.attrs["href"]), _INDEX, root, query)))
    return [Group(title, tuple(found)) for title, found in groups]


def beside(groups: Sequence[Group], address: str) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """Give the documents before and after one in the order of the index; None at either end, and of one not in it."""
    own = [each for group in groups for each in group.documents if f"{GUIDE}/" in each[1].partition("?")[0]]
    addresses = [each[1] for each in own]
    if address not in addresses:
        return None, None
    at = addresses.index(address)
    return own[at - 1] if at else None, own[at + 1] if at + 1 < len(own) else None
