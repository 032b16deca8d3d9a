"""Reference: the pages of docs/ that are made of the code, so that they cannot say anything else.

`python -m api.reference` writes them again; a test holds what is committed to what this makes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from api.reference.commands import commands
from api.reference.filters import filters
from api.reference.measures import measures
from api.reference.routes import routes
from api.reference.rules import gap_rules
from api.reference.settings import settings
from loaders.tables.document import guides

__all__ = ["DOCS", "reference", "write_reference"]

DOCS: Final = Path(__file__).parents[2] / "docs"
_NOTICE: Final = "<!-- Made by `python -m api.reference` of the code: change it there. -->\n\n"
_MADE: Final = {
    "commands": commands,
    "filters": filters,
    "measures": measures,
    "routes": routes,
    "rules": gap_rules,
    "settings": settings,
}


def reference() -> dict[str, str]:
    """Give the text of each page that is made of the code, by its path in docs/."""
    made = {f"reference/{name}.md": f"{_NOTICE}{make().strip()}\n" for name, make in _MADE.items()}
    return {**made, **guides()}


def write_reference(folder: Path = DOCS) -> list[Path]:
    """Write the pages into the folder of the documents; gives the paths of those that were not so before."""
    changed = []
    for name, text in reference().items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
