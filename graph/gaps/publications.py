"""Publications: what the headers of the gap rules name by author and year, in full."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

__all__ = ["PUBLICATIONS", "cited"]

PUBLICATIONS: Final[Mapping[str, str]] = {
    "Charbit & Michalun 2009": "Charbit, C. and Michalun, M. V. (2009). Mind the gaps: managing mutual dependence in "
    "relations among levels of government. OECD Working Papers on Public Governance 14. doi:10.1787/221253707200",
    "Charbit 2011": "Charbit, C. (2011). Governance of public policies in decentralised contexts: the multi-level "
    "approach. OECD Regional Development Working Papers 2011/04. doi:10.1787/5kg883pkxkhc-en",
    "Gebhardt 2014": "Gebhardt, D. (2014). Building inclusive cities: challenges in the multilevel governance of "
    "immigrant integration in Europe. Migration Policy Institute Europe.",
    "Guerrero, Bodin, McAllister & Wilson 2015": "Guerrero, A. M., Bodin, Ö., McAllister, R. R. J. and Wilson, K. A. "
    "(2015). Achieving social-ecological fit through bottom-up collaborative governance: an empirical investigation. "
    "Ecology and Society 20(4), 41.",
    "Hirschman 1964": "Hirschman, A. O. (1964). The paternity of an index. American Economic Review 54(5), 761–762.",
    "Hooghe & Marks 2003": "Hooghe, L. and Marks, G. (2003). Unraveling the central state, but how? Types of "
    "multi-level governance. American Political Science Review 97(2), 233–243. doi:10.1017/S0003055403000649",
    "OECD 2018": "OECD (2018). Working together for local integration of migrants and refugees. OECD Publishing.",
    "Penninx 2009": "Penninx, R. (2009). Decentralising integration policies: managing migration in cities, regions "
    "and localities. London: Policy Network.",
    "Reinikka & Svensson 2004": "Reinikka, R. and Svensson, J. (2004). Local capture: evidence from a central "
    "government transfer program in Uganda. Quarterly Journal of Economics 119(2), 679–705.",
}
"""By how a rule names it."""
_NAMED: Final = re.compile(r"[A-Z]\w+(?:(?:, | & )[A-Z]\w+)* [0-9]{4}")


def cited(source: str) -> list[str]:
    """Give the publications that the source of a rule names, as it names them.

    >>> cited("Charbit & Michalun 2009 (policy gap); OECD 2018 checklist")
    ['Charbit & Michalun 2009', 'OECD 2018']
    """
    return _NAMED.findall(source)
