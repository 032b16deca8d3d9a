"""Countries: how NUTS and LAU write them, how ISO 3166-1 does, and what they are called.

NUTS writes EL for Greece and UK for the United Kingdom where ISO 3166-1 has GR and GB; the others agree. Kosovo has no
code in ISO 3166-1: XK is one that the standard leaves to its users.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["COUNTRIES", "iso_code"]

COUNTRIES: Final[Mapping[str, str]] = {
    "AL": "Albania",
    "AT": "Austria",
    "BA": "Bosnia and Herzegovina",
    "BE": "Belgium",
    "BG": "Bulgaria",
    "CH": "Switzerland",
    "CY": "Cyprus",
    "CZ": "Czechia",
    "DE": "Germany",
    "DK": "Denmark",
    "EE": "Estonia",
    "EL": "Greece",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "HR": "Croatia",
    "HU": "Hungary",
    "IE": "Ireland",
    "IS": "Iceland",
    "IT": "Italy",
    "LI": "Liechtenstein",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "LV": "Latvia",
    "ME": "Montenegro",
    "MK": "North Macedonia",
    "MT": "Malta",
    "NL": "Netherlands",
    "NO": "Norway",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "RS": "Serbia",
    "SE": "Sweden",
    "SI": "Slovenia",
    "SK": "Slovakia",
    "TR": "Türkiye",
    "UA": "Ukraine",
    "UK": "United Kingdom",
    "XK": "Kosovo",
}
"""The countries that have NUTS or statistical regions, by the code that those begin with."""

_ISO: Final[Mapping[str, str]] = {"EL": "GR", "UK": "GB"}


def iso_code(country: str) -> str:
    """Give the ISO 3166-1 alpha-2 code of a country that NUTS writes so.

    >>> iso_code("EL"), iso_code("UK"), iso_code("AT")
    ('GR', 'GB', 'AT')
    """
    return _ISO.get(country, country)
