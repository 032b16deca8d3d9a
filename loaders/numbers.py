"""Numbers: cells of a table read as exact decimals, each in the one style in which its column is written.

A style is told by a sample, such as `1.234,56`. Nothing is guessed: a cell that is not written in the style is refused,
and where the style has to be found out, a column that two styles read differently is doubtful until somebody decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

__all__ = ["NUMBERS", "FoundStyle", "NumberRefused", "find_style", "number_reader", "styles_of"]


class NumberRefused(ValueError):
    """A cell that is no number in the style of its column; the message says what was expected."""


class _Marks(NamedTuple):
    """What divides thousands (a class of characters, or nothing) and what stands before the decimals."""

    thousands: str
    point: str


_SPACES: Final = " \u00a0\u2007\u2009\u202f"
_STYLES: Final[Mapping[str, _Marks]] = {
    "1234.56": _Marks("", "."),
    "1,234.56": _Marks(",", "."),
    "1.234,56": _Marks(".", ","),
    "1 234,56": _Marks(_SPACES, ","),
    "1'234.56": _Marks("'\u2019", "."),
    "1234,56": _Marks("", ","),
}
NUMBERS: Final = tuple(_STYLES)
"""The styles, each a sample with its sign of thousands, where it has one, and its decimal sign."""

_DASHES: Final = ("-", "\u2013", "\u2014")
_LONGEST: Final = 60  # characters of a cell; no amount is longer, and a text is not searched through
_SHOWN: Final = 5  # examples of refused cells

_Alike: TypeAlias = tuple[int | None, ...]  # for each style which of the different readings of a cell it gives

# Signs and words of currencies, folded. ISO 4217: the codes in use, and those that the euro and newer ones replaced.
_CODES: Final = """
aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd btn bwp byn bzd cad cdf chf clp cny
cop crc cup cve czk djf dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr
iqd irr isk jmd jod jpy kes kgs khr kmf kpw krw kwd kyd kzt lak lbp lkr lrd lsl lyd mad mdl mga mkd mmk mnt mop mru mur
mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sdg sek sgd
shp sle sos srd ssp stn svc syp szl thb tjs tmt tnd top try ttd twd tzs uah ugx usd uyu uzs ved ves vnd vuv wst xaf xcd
xdr xof xpf yer zar zmw zwg
ats bef cyp dem eek esp fim frf grd hrk iep itl ltl luf lvl mtl nlg pte rol sit skk trl xeu
"""
_WORDS: Final = """
€ £ $ ¥ ₤ ₺ ₽ ₴ us$ euro euros ευρω евро ecu kč kc zł zl ft kr kr. dkr skr nkr isk. lei leu лв лв. fr fr. sfr sfr. kn
din din. дин дин. ден ден. km dm öre ls lt sk £stg
"""
_CURRENCIES: Final = frozenset(_CODES.split()) | frozenset(_WORDS.split())

_GAP: Final = rf"[{_SPACES}\t\r\n]*"
_WORD: Final = r"[^0-9()+\-\u2212\s]*"
_PARTS: Final = re.compile(r"([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)", re.DOTALL)
_DRESS: Final = (
    re.compile(  # what stands around a number: its sign or parentheses, a currency or the sign for hundredths
        rf"({_WORD}){_GAP}(?P<open>\()?{_GAP}(?P<sign>[+\-\u2212])?{_GAP}({_WORD}){_GAP}"
        rf"0{_GAP}(?P<after>{_WORD}){_GAP}(?P<close>\))?{_GAP}(?P<behind>{_WORD})"
    )
)


def number_reader(style: str) -> Callable[[str], Decimal]:
    """Give what reads a cell strictly in one of the styles NUMBERS.

    A number may have a sign (also U+2212), or parentheses for a loss, and a currency's sign, word or ISO code on one
    side. The thousands are divided throughout, by groups of exactly three, or not at all; no-break and thin spaces
    are spaces. Parts of one hundred (`49,92%`) are given as what they are (0.4992). No exponent, no infinity, no
    digits but 0 to 9, and no dash at the end, which would be a range that is open.

    Raises ValueError where there is no such style. The reader raises NumberRefused.

    >>> read = number_reader("1.234,56")
    >>> read("5.172.338,50"), read("-90.388,44 €"), read("49,92%"), read("(7)")
    (Decimal('5172338.50'), Decimal('-90388.44'), Decimal('0.4992'), Decimal('-7'))
    """
    if style not in _STYLES:
        raise ValueError(f"no style of numbers {style!r}; expected one of: {' | '.join(NUMBERS)}")
    plain = re.compile(f"-?(?:{_form(style).pattern})").fullmatch
    marks = _plain_marks(style)

    def read(cell: str) -> Decimal:
        if cell.isdecimal() and cell.isascii() and len(cell) <= _LONGEST:
            return Decimal(cell)
        if len(cell) <= _LONGEST and plain(cell):
            return Decimal(cell.translate(marks))
        try:
            return _read(cell, style)
        except NumberRefused as refusal:
            others = " or ".join(sorted(styles_of(cell), key=NUMBERS.index))
            raise NumberRefused(f"{refusal}; this is written as {others}" if others else str(refusal)) from None

    return read


def _read(cell: str, style: str) -> Decimal:
    """Read a number that may have a sign, thousands, a currency or be parts of one hundred."""
    text = cell.strip()
    if len(text) > _LONGEST:
        raise NumberRefused(f"expected a number written as {style}")
    bare = _form(style).fullmatch(text)  # the only one that may begin with the decimal sign
    parts = ("", text, "") if bare else (found.groups() if (found := _PARTS.fullmatch(text)) else ("", "", ""))
    number = bare or _form(style).fullmatch(parts[1])
    if not number:
        raise NumberRefused(f"expected a number written as {style}")
    sign, exponent, reason = _dress(parts[0], parts[2])
    if reason:
        raise NumberRefused(f"expected a number written as {style}{reason}")
    return Decimal(sign + number[0].translate(_plain_marks(style)) + exponent)


@lru_cache(maxsize=4096)
def _dress(before: str, behind: str) -> tuple[str, str, str]:
    """Give the sign of a number and its exponent by what stands before and behind it, or the reason of a refusal."""
    found = _DRESS.fullmatch(f"{before}0{behind}")
    if behind.endswith(_DASHES):
        return "", "", "; a dash behind it is not read, it can be an open range: write the digits"
    if not found:
        return "", "", ", with a sign before it and a currency on one side"
    words = [word.casefold() for word in found.group(1, 4, "after", "behind") if word]
    hundredths = "%" in found.group("after", "behind")
    if len(words) > 1 or not (hundredths or _CURRENCIES.issuperset(words)):
        return "", "", f" and at most one currency, not {' '.join(words)!r}"
    if bool(found["open"]) != bool(found["close"]) or (found["open"] and found["sign"]):
        return "", "", ", its sign a minus or both parentheses"
    negative = found["open"] or found["sign"] in ("-", "\u2212")
    return "-" if negative else "", "E-2" if hundredths else "", ""


@lru_cache(maxsize=len(NUMBERS))
def _plain_marks(style: str) -> Mapping[int, str]:
    """Give what to put for the marks of a style, for str.translate."""
    thousands, point = _STYLES[style]
    return str.maketrans(dict.fromkeys(thousands, "") | {point: "."})


@lru_cache(maxsize=len(NUMBERS))
def _form(style: str) -> re.Pattern[str]:
    """Give the form of the digits of a style; a number with divided thousands does not begin with 0."""
    thousands, point = _STYLES[style]
    whole = rf"[0-9]+|(?={re.escape(point)})"
    if thousands:
        whole = rf"[1-9][0-9]{{0,2}}(?P<mark>[{thousands}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*|{whole}"
    return re.compile(rf"(?:{whole})(?:{re.escape(point)}[0-9]+)?")


def styles_of(cell: str) -> frozenset[str]:
    """Give the styles that a cell can be written in; none for what is no number.

    >>> sorted(styles_of("1.234,5")), sorted(styles_of("1 234")), styles_of("n/a")
    (['1.234,56'], ['1 234,56'], frozenset())
    """
    return frozenset(style for style, value in zip(NUMBERS, _readings(_shape(cell)), strict=True) if value is not None)


def _shape(cell: str) -> str:
    """Write each digit as 9, but for a zero at the beginning: cells of one shape are read alike by each style."""
    text = cell.strip()[: _LONGEST + 1]
    if text.isdecimal() and text.isascii() and len(text) <= _LONGEST:
        return "9"
    return re.sub("[1-9]|(?<=[0-9.,])0", "9", text)


@lru_cache(maxsize=4096)
def _readings(shape: str) -> tuple[Decimal | None, ...]:
    return tuple(_read_or_none(shape, style) for style in NUMBERS)


def _read_or_none(cell: str, style: str) -> Decimal | None:
    try:
        return _read(cell, style)
    except NumberRefused:
        return None


@dataclass(frozen=True, slots=True)
class FoundStyle:
    """How the numbers of a column are written.

    `style` reads the most cells, `read` says how many those are (with none it says nothing), `refused` gives some of
    the cells that it does not read and `not_read` their number. `doubtful` is empty where the style is certain; else
    it names a cell that another style reads as a different number, as good a reading as the one by `style`.
    """

    style: str
    doubtful: str
    refused: tuple[str, ...]
    read: int
    not_read: int


def find_style(cells: Iterable[str]) -> FoundStyle:
    """Find out in which style a column is written; blank cells are passed over.

    The style is decided by the cells that only it can read. Where two styles read a cell as different numbers, and
    each of them reads all cells, or each reads cells that the other does not, it is doubtful. Where several styles
    read all cells as the same numbers it is the narrowest, and `1234.56` for a column of whole numbers or an empty one.

    >>> find_style(["1.234", "56,70", ""])
    FoundStyle(style='1.234,56', doubtful='', refused=(), read=2, not_read=0)
    >>> find_style(["1.234"]).doubtful
    '1.234 is 1.234 as 1234.56, and 1234 as 1.234,56'
    """
    counts: dict[_Alike, int] = {}
    examples: dict[_Alike, list[str]] = {}
    for cell in cells:
        shape = _shape(cell)
        if not shape:
            continue
        readings = _alike(_readings(shape))
        counts[readings] = counts.get(readings, 0) + 1
        kept = examples.setdefault(readings, [])
        if len(kept) < _SHOWN:
            kept.append(cell.strip()[: _LONGEST + 1])
    total = {place: sum(n for seen, n in counts.items() if seen[place] is not None) for place in range(len(NUMBERS))}
    best = max(total, key=lambda place: (total[place], not _STYLES[NUMBERS[place]].thousands, -place))
    refused = [cell for seen, kept in examples.items() if seen[best] is None for cell in kept]
    doubtful = next((words for rival in total if (words := _doubt(best, rival, examples))), "")
    return FoundStyle(NUMBERS[best], doubtful, tuple(refused[:_SHOWN]), total[best], sum(counts.values()) - total[best])


@lru_cache(maxsize=4096)
def _alike(readings: tuple[Decimal | None, ...]) -> _Alike:
    """Number the different readings, so that few remain however many shapes there are.

    >>> _alike((Decimal("9.99"), None, Decimal("999"), Decimal("9.99")))
    (0, None, 1, 0)
    """
    values = list(dict.fromkeys(value for value in readings if value is not None))
    return tuple(None if value is None else values.index(value) for value in readings)


def _doubt(best: int, rival: int, examples: Mapping[_Alike, list[str]]) -> str:
    """Say which cell a rival reads differently, if it is no worse than the best; else nothing."""
    differing = next(
        (
            kept[0]
            for seen, kept in examples.items()
            if None not in (seen[best], seen[rival]) and seen[best] != seen[rival]
        ),
        None,
    )
    only_best = any(seen[best] is not None and seen[rival] is None for seen in examples)
    only_rival = any(seen[rival] is not None and seen[best] is None for seen in examples)
    if differing is None or (only_best and not only_rival):
        return ""
    one, other = (f"{_read(differing, NUMBERS[place]):f} as {NUMBERS[place]}" for place in (best, rival))
    return f"{differing} is {one}, and {other}"
