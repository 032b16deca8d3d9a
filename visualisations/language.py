"""Language: in which one a page speaks, and the catalogues that say its words in it.

English is what the code and the templates are written in, so it needs no catalogue. The others are kept as .po files
in `languages/`, read when they are first asked for; a message that a catalogue lacks stays English.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Final

from babel.core import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

__all__ = [
    "CATALOGUES",
    "LANGUAGES",
    "best_language",
    "catalogue",
    "gettext",
    "language",
    "locale",
    "ngettext",
    "pgettext",
    "speaking",
]

LANGUAGES: Final = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "nl": "Nederlands",
    "pl": "Polski",
}
CATALOGUES: Final = Path(__file__).parent / "languages"
_spoken: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """Give the code of the language that is spoken now: English, where nothing was said."""
    return _spoken.get()


def locale() -> Locale:
    """Give the rules for numbers and dates of the language that is spoken now."""
    return Locale.parse(language())


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for as long as a block lasts; an unknown code speaks English."""
    before = _spoken.set(code if code in LANGUAGES else "en")
    try:
        yield
    finally:
        _spoken.reset(before)


def best_language(accepted: str) -> str:
    """Choose by a header Accept-Language; English where it names none of ours.

    >>> best_language("nl-BE,nl;q=0.9,en;q=0.8"), best_language("sv;q=0.9, es;q=0.2"), best_language("")
    ('nl', 'es', 'en')
    """
    weighted = []
    for place, item in enumerate(accepted.split(",")):
        tag, _, weight = item.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), place, tag.replace("-", "_")))
        except ValueError:
            continue
    preferred = [tag for weight, _, tag in sorted(weighted) if tag and weight < 0]
    return negotiate_locale(preferred, list(LANGUAGES)) or "en"


def gettext(message: str, **facts: Any) -> str:
    """Say a message in the language spoken now, with `%(name)s` filled from `facts`.

    >>> gettext("Of %(amount)s", amount="3 EUR")
    'Of 3 EUR'
    """
    said = catalogue().gettext(message)
    return said % facts if facts else said


def pgettext(context: str, message: str) -> str:
    """Say a message that means what its context says: `level` and "national", `field` and "education"."""
    return catalogue().pgettext(context, message)


def ngettext(one: str, many: str, count: int, **facts: Any) -> str:
    """Say a message for a count, in the form that the language spoken now has for it."""
    return catalogue().ngettext(one, many, count) % {"num": count, **facts}


def catalogue() -> NullTranslations:
    """Give the catalogue of the language spoken now; its messages come with their places still to be filled."""
    return _catalogue(language())


@cache
def _catalogue(code: str) -> NullTranslations:
    file = CATALOGUES / f"{code}.po"
    if not file.is_file():
        return NullTranslations()
    with file.open("rb") as source:
        messages = read_po(source, locale=code, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)
