"""Catalogues: every message of the pages collected into the .po files of the languages.

Run as `python -m visualisations.catalogues` after a text was changed: new messages are added untranslated, messages
that are said no more are taken out, translations of the others stay. Messages come from the templates, from calls of
gettext and ngettext in `visualisations` and `api`, and from the labels of the ontology, with their scheme as context.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from ontology.vocabulary import vocabulary
from visualisations.language import CATALOGUES, LANGUAGES

__all__ = ["messages", "read_catalogue", "update"]

_ROOT: Final = Path(__file__).parents[1]
_KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_METHODS: Final = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("templates/**.html", "jinja2")]
_OPTIONS: Final = {
    "**/templates/**.html": {"trimmed": "true", "silent": "false"},
    "templates/**.html": {"trimmed": "true", "silent": "false"},
}


def messages() -> Catalog:
    """Collect every message that the pages can say, each with the files that say it."""
    found = Catalog(project="Subsidia", charset="utf-8", header_comment="")
    for folder in ("visualisations", "api"):
        extracted = extract_from_dir(
            str(_ROOT / folder), _METHODS, _OPTIONS, _KEYWORDS, directory_filter=lambda path: "node_modules" not in path
        )
        for file, _, message, _, context in extracted:
            found.add(message, locations=[(f"{folder}/{file}", 0)], context=context)
    for scheme, label in _concepts():
        found.add(label, locations=[(f"ontology/schemes/{scheme}.ttl", 0)], context=scheme)
    return found


def _concepts() -> Iterator[tuple[str, str]]:
    for scheme, concepts in vocabulary().schemes.items():
        for concept in concepts.values():
            yield scheme, concept.label


def read_catalogue(code: str) -> Catalog:
    """Read the catalogue of a language; an empty one where there is none yet."""
    file = CATALOGUES / f"{code}.po"
    if not file.is_file():
        return Catalog(locale=code, project="Subsidia", charset="utf-8", header_comment="")
    with file.open("rb") as source:
        return read_po(source, locale=code, abort_invalid=True)


def update(code: str) -> int:
    """Bring the catalogue of a language up to date; give how many of its messages are still to be translated."""
    wanted, known = messages(), read_catalogue(code)
    updated = Catalog(locale=code, charset="utf-8", header_comment=f"# {LANGUAGES[code]}.", fuzzy=False)
    for message in wanted:
        if not message.id:
            continue
        old = known.get(message.id, message.context)
        said = old.string if old is not None and not old.fuzzy else ""
        updated.add(message.id, said, locations=message.locations, flags=message.flags, context=message.context)
    sink = io.BytesIO()
    # no dates and no lines: the same messages give the same file
    write_po(sink, updated, width=0, sort_output=True, omit_header=False, include_lineno=False)
    lines = [line for line in sink.getvalue().decode().splitlines() if not line.startswith(_DATED)]
    CATALOGUES.mkdir(exist_ok=True)
    (CATALOGUES / f"{code}.po").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sum(not _translated(message.string) for message in updated if message.id)


_DATED: Final = (
    '"Project-Id',
    '"Report-Msgid',
    '"POT-Creation-Date',
    '"PO-Revision-Date',
    '"Last-Translator',
    '"Language-Team',
    '"Generated-By',
)


def _translated(said: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(said) and (isinstance(said, str) or all(said or ()))


def main() -> int:
    """Update the catalogues named, or all; say of each what is still to be translated."""
    for code in sys.argv[1:] or [name for name in LANGUAGES if name != "en"]:
        print(f"{code}: {update(code)} of {sum(1 for message in messages() if message.id)} messages untranslated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
