"""LAU: the municipalities and other local administrative units of a year, as records, from a SKOS list in TriG.

The list is that of OpenBudgets: a concept a unit, whose IRI ends in lau/{year}/{country}/{code}, under the NUTS 3
regions that it lies in or under a unit of the upper level, which lies in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, Quad

from loaders.places.countries import COUNTRIES, iso_code
from loaders.places.packed import Statements
from loaders.places.regions import code_problem, key_of, level_of
from loaders.records import Record, RecordRefused
from ontology.errors import CellProblem
from ontology.identifiers import expand

__all__ = ["COUNTRY", "LAU_SUFFIXES", "REGION", "UNIT", "LauReader"]

LAU_SUFFIXES: Final[tuple[str, ...]] = (".trig", ".trig.gz")
COUNTRY: Final = ("Country", "Country name", "NUTS country")
REGION: Final = ("Key", "Code", "Level", "Vintage", "Within", "Country", "NUTS country")
UNIT: Final = (
    *("Key", "Code", "Label", "Language", "Vintage", "NUTS 3", "Regions", "Within", "NUTS vintage"),
    *("Country", "NUTS country"),
)
_UNIT: Final = re.compile(r"/lau/([0-9]{4})/(?:([a-z]{2})/)?([^/]+)$")
_REGION: Final = re.compile(r"/nuts/([0-9]{4})/([A-Z]{2}[0-9A-Z]{0,3})$")
_LABEL, _NOTATION = (NamedNode(expand(f"skos:{name}")) for name in ("prefLabel", "notation"))
_BROADER: Final = tuple(NamedNode(expand(f"skos:{name}")) for name in ("broaderTransitive", "broader"))
_MISTAGGED: Final = frozenset({("BE", "be")})
"""Countries and language tags of the list that are the country's code, and another country's language."""
_UNSTATED: Final = "und"
"""The language tag of names whose language is not known."""


class _Unit(NamedTuple):
    place: int
    iri: str
    year: str
    country: str
    code: str
    label: Literal | None
    larger: tuple[str, ...]


class LauReader:
    """A list of local administrative units.

    It gives records of three kinds: each `country`, each `region` of NUTS that units lie in, with the larger ones, and
    each `unit` that has a name. NUTS 3 is the region that a unit lies in, where it is one; a unit that lies in
    several, or is said to, has "" there, and Within is the key of the smallest region that holds them all, "" where
    only the country does. Code is "" for a unit that the list gives no code. The list has no names of regions.
    """

    def __init__(self, path: Path) -> None:
        """Read the file once, to see what lies in what; the units themselves are read when they are asked for.

        Raises InputRefused for a file that cannot be read, or is not well-formed.
        """
        self._path = path
        self._statements = Statements(path)
        self._larger: dict[str, tuple[str, ...]] = {}
        self._roots: dict[str, frozenset[str]] = {}
        self._countries: set[str] = set()
        self._remarks = self._survey()

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The columns of units, and of the regions and countries that they lie in."""
        return {"country": COUNTRY, "region": REGION, "unit": UNIT}

    @property
    def remarks(self) -> Sequence[str]:
        """How many units are left out, have no code, or lie in no region or in several."""
        return self._remarks

    def progress(self) -> float:
        """Say how much of the file the pass under way has read."""
        return self._statements.progress

    def records(self) -> Iterator[Record | RecordRefused]:
        """Give the countries and regions, each after what it lies in, then the units in the order of the file."""
        larger = {iri for several in self._larger.values() for iri in several}
        regions = [region for iri in larger if (region := _REGION.search(iri))]
        vintages = sorted({region[1] for region in regions})
        vintage = vintages[0] if vintages else ""
        wanted = {region[2][:end] for region in regions for end in range(2, len(region[2]) + 1)}
        for place, code in enumerate(sorted(wanted | (self._countries & COUNTRIES.keys())), start=1):
            yield self._region(place, code, vintage)
        seen: set[str] = set()
        for each in self._units():
            if each.label is None:
                continue
            found = self._unit(each, each.label, vintage)
            key = found.cells[0] if isinstance(found, Record) else ""
            if key and key in seen:
                found = self._refused(each, "this unit stands in the list already")
            seen.add(key)
            yield found

    def _region(self, place: int, code: str, vintage: str) -> Record | RecordRefused:
        if reason := code_problem(code):
            return RecordRefused(CellProblem(str(self._path), place, "Code", code, reason))
        country = code[:2]
        if code == country:
            return Record("country", place, (iso_code(country), COUNTRIES[country], country))
        cells = (key_of(vintage, code), code, str(level_of(code)), vintage, _key_within(vintage, code[:-1]))
        return Record("region", place, (*cells, iso_code(country), country))

    def _unit(self, unit: _Unit, label: Literal, nuts_vintage: str) -> Record | RecordRefused:
        roots = self._regions_of(unit.iri)
        common = _common_start(roots) if roots else unit.country
        country = unit.country or common[:2]
        if country not in COUNTRIES or common[:2] != country:
            return self._refused(unit, f"expected the code of a country, not {country!r}, with its regions in it")
        language = "" if (country, label.language) in _MISTAGGED else label.language
        only = next(iter(roots)) if len(roots) == 1 else ""
        key = f"{unit.year}-{country}-{'-'.join(unit.code.split())}".lower() if unit.code else ""
        words = (key, unit.code, label.value.strip(), language or _UNSTATED)
        where = (only, str(len(roots)), _key_within(nuts_vintage, common), nuts_vintage)
        return Record("unit", unit.place, (*words, unit.year, *where, iso_code(country), country))

    def _refused(self, unit: _Unit, reason: str) -> RecordRefused:
        return RecordRefused(CellProblem(str(self._path), unit.place, "Code", unit.code, reason))

    def _survey(self) -> tuple[str, ...]:
        """Note what each unit lies in, as the larger ones may stand after the smaller; say what is to be known."""
        named = []
        unnamed = uncoded = mistagged = several = nowhere = 0
        for unit in self._units():
            self._countries.add(unit.country)
            if unit.larger:
                self._larger[unit.iri] = unit.larger
            if unit.label is None:
                unnamed += 1
                continue
            named.append(unit.iri)
            uncoded += not unit.code
            mistagged += (unit.country, unit.label.language) in _MISTAGGED
        for iri in named:
            roots = self._regions_of(iri)
            several += len(roots) > 1
            nowhere += not roots
        counts = {
            "units have no name and are left out, such as upper units and replaced ones": unnamed,
            "units have a name and no code": uncoded,
            "names in Belgium are tagged be, which is Belarusian; read as of unknown language": mistagged,
            "units lie in several NUTS 3 regions by the list; placed in the smallest region of all": several,
            "units lie in no region; placed in their country": nowhere,
        }
        return tuple(f"{count} {what}" for what, count in counts.items() if count)

    def _regions_of(self, iri: str) -> frozenset[str]:
        """Give the NUTS codes of the regions that a unit lies in, by way of the units that it lies in."""
        larger = self._larger.get(iri, ())
        found = self._roots.get("|".join(larger))
        if found is None:
            codes, seen, waiting = set(), set(larger), list(larger)
            while waiting:
                each = waiting.pop()
                if region := _REGION.search(each):
                    codes.add(region[2])
                    continue
                further = [one for one in self._larger.get(each, ()) if one not in seen]
                seen.update(further)
                waiting += further
            found = self._roots["|".join(larger)] = frozenset(codes)
        return found

    def _units(self) -> Iterator[_Unit]:
        """Give the units; statements about one stand together, as in all files of the kind."""
        groups = groupby(self._statements, key=lambda quad: quad.subject)
        for place, (subject, quads) in enumerate(groups, start=1):
            if isinstance(subject, NamedNode) and (unit := _UNIT.search(subject.value)):
                label, code, larger = _described(quads)
                country = (unit[2] or "").upper()
                coded = code or (unquote(unit[3]).upper() if country else "")
                yield _Unit(place, subject.value, unit[1], country, coded, label, larger)


def _key_within(vintage: str, code: str) -> str:
    """Give the key of a larger region; "" where it is the country."""
    return key_of(vintage, code) if level_of(code) else ""


def _described(quads: Iterator[Quad]) -> tuple[Literal | None, str, tuple[str, ...]]:
    """Give the name of a concept, its code, and what it lies in."""
    labels, code, larger = [], "", []
    for quad in quads:
        predicate, value = quad.predicate, quad.object
        if isinstance(value, Literal):
            if predicate == _LABEL and value.value.strip():
                labels.append(value)
            elif predicate == _NOTATION:
                code = value.value.strip()
        elif isinstance(value, NamedNode) and predicate in _BROADER:
            larger.append(value.value)
    return min(labels, key=lambda one: (one.language or "", one.value), default=None), code, tuple(larger)


def _common_start(codes: Iterable[str]) -> str:
    """Give the code of the smallest region that holds all of these; at least two signs, as of one country.

    >>> _common_start(["DK021", "DK022"]), _common_start(["ES211", "ES421"])
    ('DK02', 'ES')
    """
    first, *others = sorted(codes)
    return next((first[:end] for end in range(len(first), 0, -1) if all(o.startswith(first[:end]) for o in others)), "")
