"""Months: their names in the 24 official languages of the European Union, as dates have them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

__all__ = ["MonthRefused", "month_of"]


class MonthRefused(ValueError):
    """A word that is the name of no month, or of two."""


# The months in the 24 official languages of the European Union, January first: the name as it stands alone, the form
# that it has in a date where that is another one, and abbreviations. Points and accents are left out when compared.
_MONTHS: Final[Mapping[str, str]] = {
    "bg": "януари ян яну|февруари фев|март мар|април апр|май|юни|юли|август авг|септември сеп септ|октомври окт"
    "|ноември ное ноем|декември дек",
    "cs": "leden ledna led|únor února úno|březen března bře|duben dubna dub|květen května kvě|červen června čvn"
    "|červenec července čvc|srpen srpna srp|září zář|říjen října říj|listopad listopadu lis|prosinec prosince pro",
    "da": "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug|september sep sept|oktober okt"
    "|november nov|december dec",
    "de": "januar jänner jan jän|februar feber feb|märz mär mrz|april apr|mai|juni jun|juli jul|august aug"
    "|september sep sept|oktober okt|november nov|dezember dez",
    "el": "ιανουάριος ιανουαρίου ιαν|φεβρουάριος φεβρουαρίου φεβ|μάρτιος μαρτίου μαρ μάρτ|απρίλιος απριλίου απρ"
    "|μάιος μαΐου μάι μαΐ|ιούνιος ιουνίου ιουν ιούν|ιούλιος ιουλίου ιουλ ιούλ|αύγουστος αυγούστου αυγ αύγ"
    "|σεπτέμβριος σεπτεμβρίου σεπ σεπτ|οκτώβριος οκτωβρίου οκτ|νοέμβριος νοεμβρίου νοε νοέμ"
    "|δεκέμβριος δεκεμβρίου δεκ",
    "en": "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept"
    "|october oct|november nov|december dec",
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago"
    "|septiembre setiembre sep sept|octubre oct|noviembre nov|diciembre dic",
    "et": "jaanuar jaan|veebruar veebr|märts|aprill apr|mai|juuni|juuli|august aug|september sept|oktoober okt"
    "|november nov|detsember dets",
    "fi": "tammikuu tammikuuta tammi|helmikuu helmikuuta helmi|maaliskuu maaliskuuta maalis|huhtikuu huhtikuuta huhti"
    "|toukokuu toukokuuta touko|kesäkuu kesäkuuta kesä|heinäkuu heinäkuuta heinä|elokuu elokuuta elo"
    "|syyskuu syyskuuta syys|lokakuu lokakuuta loka|marraskuu marraskuuta marras|joulukuu joulukuuta joulu",
    "fr": "janvier janv jan|février févr fév|mars|avril avr|mai|juin|juillet juil|août|septembre sept|octobre oct"
    "|novembre nov|décembre déc",
    "ga": "eanáir ean|feabhra feabh|márta|aibreán aib|bealtaine beal|meitheamh meith|iúil|lúnasa lún"
    "|meánfómhair mfómh|deireadh-fómhair dfómh|samhain samh|nollaig noll",
    "hr": "siječanj siječnja sij|veljača veljače velj|ožujak ožujka ožu|travanj travnja tra|svibanj svibnja svi"
    "|lipanj lipnja lip|srpanj srpnja srp|kolovoz kolovoza kol|rujan rujna ruj|listopad listopada lis"
    "|studeni studenoga studenog stu|prosinac prosinca pro",
    "hu": "január jan|február febr feb|március márc|április ápr|május máj|június jún|július júl|augusztus aug"
    "|szeptember szept|október okt|november nov|december dec",
    "it": "gennaio gen genn|febbraio feb febbr|marzo mar|aprile apr|maggio mag magg|giugno giu|luglio lug|agosto ago"
    "|settembre set sett|ottobre ott|novembre nov|dicembre dic",
    "lt": "sausis sausio saus|vasaris vasario vas|kovas kovo kov|balandis balandžio bal|gegužė gegužės geg"
    "|birželis birželio birž|liepa liepos liep|rugpjūtis rugpjūčio rugp|rugsėjis rugsėjo rugs|spalis spalio spal"
    "|lapkritis lapkričio lapkr|gruodis gruodžio gruod",
    "lv": "janvāris janvārī janv|februāris februārī febr|marts martā|aprīlis aprīlī apr|maijs maijā|jūnijs jūnijā jūn"
    "|jūlijs jūlijā jūl|augusts augustā aug|septembris septembrī sept|oktobris oktobrī okt|novembris novembrī nov"
    "|decembris decembrī dec",
    "mt": "jannar jan|frar fra|marzu mar|april apr|mejju mej|ġunju ġun|lulju lul|awwissu aww|settembru set|ottubru ott"
    "|novembru nov|diċembru diċ",
    "nl": "januari jan|februari feb|maart mrt maa|april apr|mei|juni jun|juli jul|augustus aug|september sep sept"
    "|oktober okt|november nov|december dec",
    "pl": "styczeń stycznia sty|luty lutego lut|marzec marca mar|kwiecień kwietnia kwi|maj maja|czerwiec czerwca cze"
    "|lipiec lipca lip|sierpień sierpnia sie|wrzesień września wrz|październik października paź"
    "|listopad listopada lis|grudzień grudnia gru",
    "pt": "janeiro jan|fevereiro fev|março mar|abril abr|maio mai|junho jun|julho jul|agosto ago|setembro set"
    "|outubro out|novembro nov|dezembro dez",
    "ro": "ianuarie ian|februarie feb|martie mar|aprilie apr|mai|iunie iun|iulie iul|august aug|septembrie sept sep"
    "|octombrie oct|noiembrie noi noiem nov|decembrie dec",
    "sk": "január januára jan|február februára feb|marec marca mar|apríl apríla apr|máj mája|jún júna|júl júla"
    "|august augusta aug|september septembra sep sept|október októbra okt|november novembra nov|december decembra dec",
    "sl": "januar januarja jan|februar februarja feb|marec marca mar|april aprila apr|maj maja|junij junija jun"
    "|julij julija jul|avgust avgusta avg|september septembra sep sept|oktober oktobra okt|november novembra nov"
    "|december decembra dec",
    "sv": "januari jan|februari feb|mars mar|april apr|maj|juni jun|juli jul|augusti aug|september sep sept|oktober okt"
    "|november nov|december dec",
}


def _folded(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in parts if letter.isalpha())


def _month_names() -> dict[str, dict[int, list[str]]]:
    """Give for each folded name the months that it means, with the languages that have it."""
    names: dict[str, dict[int, list[str]]] = {}
    for language, months in _MONTHS.items():
        for month, words in enumerate(months.split("|"), start=1):
            for word in dict.fromkeys(map(_folded, words.split())):
                names.setdefault(word, {}).setdefault(month, []).append(language)
    return names


_NAMES: Final = _month_names()


def month_of(name: str, language: str = "") -> int:
    """Give the month of a name in any of the 24 languages, 1 for January.

    `language` decides, where it is given, on a name that languages use for different months.

    Raises MonthRefused for a word that is none, and for one that languages use for different months.

    >>> month_of("März"), month_of("Sept."), month_of("stycznia"), month_of("μαΐου")
    (3, 9, 1, 5)
    """
    all_months = _NAMES.get(_folded(name), {})
    months = {month: there for month, there in all_months.items() if language.lower() in there} or all_months
    if len(months) == 1:
        return next(iter(months))
    if not months:
        raise MonthRefused(f"expected the name of a month, not {name!r}")
    readings = " or ".join(f"{month:02} ({', '.join(languages)})" for month, languages in months.items())
    raise MonthRefused(f"{name!r} can be the month {readings}; write its number")
