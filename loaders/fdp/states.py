"""States: which country a name or a code in a column of countries means."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from loaders.fdp.roles import Named, words
from loaders.places.countries import ALPHA_2, COUNTRIES, iso_code

__all__ = ["country_name", "country_of", "holds_states"]

_COLUMNS: Final = frozenset(
    {"country", "country id", "country name", "country code", "member state", "member state name", "state", "nation"}
)
_ALSO: Final = {
    "czech republic": "CZ",
    "the netherlands": "NL",
    "slovak republic": "SK",
    "turkey": "TR",
    "great britain and northern ireland": "GB",
    "republic of ireland": "IE",
}
_NAMES: Final = {name.casefold(): iso_code(code) for code, name in COUNTRIES.items()} | _ALSO
_CODES: Final = frozenset(ALPHA_2.values())


def holds_states(named: Named) -> bool:
    """Say whether a dimension is taken from a column whose name says that it holds states."""
    return bool({words(named.key.column), words(named.label.column), words(named.dimension)} & _COLUMNS)


@lru_cache(maxsize=4096)
def country_of(text: str) -> str:
    """Give the ISO 3166-1 alpha-2 code of a country; "" for what is none.

    >>> country_of("Czech republic"), country_of("UK"), country_of("GRC"), country_of("EU28")
    ('CZ', 'GB', 'GR', '')
    """
    name = " ".join(text.split())
    code = iso_code(ALPHA_2.get(name, name))
    return code if code in _CODES else _NAMES.get(name.casefold(), "")


def country_name(code: str) -> str:
    """Give the English name of a country by its ISO code; the code where no name is known.

    >>> country_name("GB"), country_name("AU")
    ('United Kingdom', 'AU')
    """
    return next((name for own, name in COUNTRIES.items() if iso_code(own) == code), code)
