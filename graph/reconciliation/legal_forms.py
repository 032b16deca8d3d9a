"""Legal forms: the words at the ends of a name that say what kind of legal person it names, by country's usage.

Forms are written as `names.words_of` gives them: small letters without accents, abbreviations as one word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["without_forms"]

_FORMS: Final[Mapping[str, str]] = {
    # German-speaking countries
    "gmbh": "gesellschaft mit beschrankter haftung|ges mbh|gesmbh|mbh",
    "ggmbh": "gemeinnutzige gmbh|gemeinnutzige gesellschaft mit beschrankter haftung",
    "gmbh co kg": "gmbh und co kg|gmbh cokg|gmbh co",
    "ag": "aktiengesellschaft",
    "kg": "kommanditgesellschaft",
    "ohg": "offene handelsgesellschaft",
    "ug": "ug haftungsbeschrankt|unternehmergesellschaft",
    "gbr": "gesellschaft burgerlichen rechts",
    "ev": "eingetragener verein",
    "eg": "eingetragene genossenschaft",
    # United Kingdom, Ireland, Malta, Cyprus
    "ltd": "limited|company limited|co ltd",
    "plc": "public limited company",
    "llp": "limited liability partnership",
    "cic": "community interest company",
    "clg": "company limited by guarantee",
    "dac": "designated activity company",
    # France, Belgium, Luxembourg
    "sa": "societe anonyme|sociedad anonima|sociedade anonima|sp akc|spolka akcyjna|sau",
    "sarl": "societe a responsabilite limitee|societe responsabilite limitee|eurl",
    "sas": "societe par actions simplifiee|sasu|societa in accomandita semplice",
    "sci": "societe civile immobiliere",
    "scop": "societe cooperative et participative",
    "asbl": "association sans but lucratif|vzw|vereniging zonder winstoogmerk",
    "aisbl": "association internationale sans but lucratif|ivzw|internationale vereniging zonder winstoogmerk",
    "sprl": "bvba|societe privee a responsabilite limitee",
    # Netherlands, Belgium
    "bv": "besloten vennootschap",
    "nv": "naamloze vennootschap",
    "stichting": "",
    # Italy, Romania
    "srl": "societa a responsabilita limitata|societate cu raspundere limitata|srls",
    "spa": "societa per azioni",
    "snc": "societa in nome collettivo|societe en nom collectif",
    "scarl": "societa consortile a responsabilita limitata|scrl",
    "soc coop": "societa cooperativa|soc cooperativa|scs|societa cooperativa sociale|soc coop sociale",
    "onlus": "organizzazione non lucrativa di utilita sociale",
    "odv": "organizzazione di volontariato",
    "aps": "associazione di promozione sociale|anpartsselskab",
    # Spain, Portugal
    "sl": "sociedad limitada|slu|sociedad de responsabilidad limitada",
    "scoop": "s coop|sociedad cooperativa",
    "lda": "limitada",
    # Poland
    "spzoo": "spolka z ograniczona odpowiedzialnoscia|sp zoo|spolka zoo",
    "spj": "spolka jawna",
    # Czechia, Slovakia
    "sro": "spol sro|spol s ro|s ro|spolecnost s rucenim omezenym|spolocnost s rucenim obmedzenym",
    "as": "akciova spolecnost|akciova spolocnost|aktieselskab|aksjeselskap|aktsiaselts|akciju sabiedriba",
    "zs": "zapsany spolek",
    "ops": "obecne prospesna spolecnost",
    "vos": "verejna obchodni spolecnost|verejna obchodna spolocnost",
    # Hungary
    "kft": "korlatolt felelossegu tarsasag",
    "zrt": "zartkoruen mukodo reszvenytarsasag",
    "nyrt": "nyilvanosan mukodo reszvenytarsasag",
    "bt": "beteti tarsasag",
    # Bulgaria, Croatia, Slovenia, Greece
    "ood": "оод",
    "eood": "еоод",
    "ad": "ад",
    "ead": "еад",
    "doo": "drustvo s ogranicenom odgovornoscu|druzba z omejeno odgovornostjo|jdoo",
    "dd": "dionicko drustvo|delniska druzba",
    "ae": "αε|ανωνυμη εταιρεια",
    "epe": "επε|εταιρεια περιορισμενης ευθυνης",
    "ike": "ικε",
    # Nordic and Baltic countries
    "ab": "aktiebolag|akcine bendrove",
    "oy": "osakeyhtio|oy ab",
    "oyj": "julkinen osakeyhtio",
    "ry": "rekisteroity yhdistys",
    "ou": "osauhing",
    "mtu": "mittetulundusuhing",
    "sia": "sabiedriba ar ierobezotu atbildibu",
    "uab": "uzdaroji akcine bendrove",
    "vsi": "viesoji istaiga",
    # Union
    "eeig": "european economic interest grouping|geie|ewiv|eesv|groupement europeen d interet economique",
    "egtc": "european grouping of territorial cooperation|gect|evtz",
}
_AT_THE_START: Final = frozenset(
    {"stichting", "uab", "sia", "oy", "ou", "mtu", "vsi", "asbl", "scop", "soc coop", "ab"}
)
_BY_WORDS: Final[Mapping[tuple[str, ...], str]] = {
    tuple(written.split()): form
    for form, others in _FORMS.items()
    for written in (form, *filter(None, others.split("|")))
}
_LONGEST: Final = max(map(len, _BY_WORDS))
_LAST_WORDS: Final = frozenset(words[-1] for words in _BY_WORDS)
_FIRST_WORDS: Final = frozenset(words[0] for words in _BY_WORDS)


def without_forms(words: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Take legal forms off the ends of a name: the words that are left, and the forms; a name is never all form.

    >>> without_forms(("muller", "gmbh")), without_forms(("stichting", "lezen"))
    ((('muller',), frozenset({'gmbh'})), (('lezen',), frozenset({'stichting'})))
    """
    left, forms = tuple(words), set[str]()
    if not left or not (left[-1] in _LAST_WORDS or left[0] in _FIRST_WORDS):
        return left, frozenset()
    while True:
        length = next((n for n in range(min(_LONGEST, len(left) - 1), 0, -1) if left[-n:] in _BY_WORDS), 0)
        if length:
            forms.add(_BY_WORDS[left[-length:]])
            left = left[:-length]
            continue
        length = next((n for n in (2, 1) if len(left) > n and _BY_WORDS.get(left[:n]) in _AT_THE_START), 0)
        if not length:
            return left, frozenset(forms)
        forms.add(_BY_WORDS[left[:length]])
        left = left[length:]
