"""Names: what of a name can be compared, without case, accents, punctuation, small words and legal forms."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from graph.reconciliation.legal_forms import without_forms

__all__ = ["LONGEST", "Name", "folded", "name_of", "words_of"]

LONGEST: Final = 1000
"""Of a longer name this many characters are compared."""

_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
_POLISH: Final = re.compile(r"\b(?:sp(?:\.\s*|\s+))?z\s*\.?\s*o\s*\.\s*o\b\.?")
_INITIALS: Final = re.compile(r"(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?")
_WORD: Final = re.compile(r"[^\W_]+")
_SMALL: Final = frozenset(
    {
        *("al", "and", "d", "da", "das", "de", "degli", "dei", "del", "della", "delle", "den", "der", "des", "di"),
        *("die", "do", "dos", "e", "ed", "een", "el", "en", "et", "fur", "het", "i", "in", "l", "la", "las", "le"),
        *("les", "lo", "los", "na", "o", "of", "och", "og", "os", "pri", "si", "the", "un", "und", "ve", "voor"),
        *("von", "y", "z", "za", "zu", "zum", "zur"),
    }
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared.

    `text` is the name as written, `plain` its words in their order, `words` those that are compared, in alphabetical
    order and without legal forms, `core` the same as one text, `joined` the words in their order without spaces,
    `forms` the legal forms.
    """

    text: str
    plain: str
    words: tuple[str, ...]
    core: str
    joined: str
    forms: frozenset[str]


def folded(text: str) -> str:
    """Write a text in small letters without accents.

    >>> folded("Łódź"), folded("STRAẞE"), folded("Ελλάδα")
    ('lodz', 'strasse', 'ελλαδα')
    """
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """Give the words of a text, folded; single letters that follow one another, as in abbreviations, are one word.

    >>> words_of("Ges.m.b.H. & Co. KG"), words_of("ACME Sp. z o.o."), words_of("A/S Søn")
    (['ges', 'mbh', 'co', 'kg'], ['acme', 'spzoo'], ['as', 'son'])
    """
    plain = _POLISH.sub(" spzoo ", folded(text[:LONGEST]))
    plain = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", plain).replace("'", " ").replace("’", " ")
    found: list[str] = []
    single = False
    for word in _WORD.findall(plain):
        letter = len(word) == 1 and word.isalpha()
        if letter and single:
            found[-1] += word
        else:
            found.append(word)
        single = letter
    return found


def name_of(text: str) -> Name:
    """Make a name comparable; a name without any letter or digit has no words, and is like no other.

    >>> name_of("The Ministry of Éducation Ltd.").words
    ('education', 'ministry')
    """
    plain = words_of(text)
    left, forms = without_forms(plain)
    kept = tuple(word for word in left if word not in _SMALL) or left
    words = tuple(sorted(kept))
    return Name(text, " ".join(plain), words, " ".join(words), "".join(kept), forms)
