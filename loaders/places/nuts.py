"""NUTS: the regions of the EU's nomenclature of territorial units for statistics, and of its neighbours, as records.

Read from Eurostat's workbook, a CSV of codes and names, a SKOS code list in Turtle, or GeoJSON. What all need is made
here: the level and the larger region from the code, the country of each, ISO codes, keys that keep vintages apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from loaders.places.changes import Succession
from loaders.places.concepts import concept_listing
from loaders.places.countries import COUNTRIES, iso_code
from loaders.places.files import refuse
from loaders.places.lists import csv_listing
from loaders.places.maps import map_listing
from loaders.places.outlines import Outline
from loaders.places.regions import Listing, Region, code_problem, key_of, level_of, native_language, unit_of
from loaders.places.workbook import workbook_listing
from loaders.records import Record, RecordRefused
from ontology.errors import CellProblem

__all__ = ["CHANGE", "COUNTRY", "NUTS_SUFFIXES", "TERRITORY", "NutsReader"]

COUNTRY: Final = ("Country", "Country name", "NUTS country", "Native label", "Native language", "Lat", "Lon", "WKT")
TERRITORY: Final = (
    *("Key", "Code", "Label", "Native label", "Native language", "Level", "Unit", "Scheme", "Vintage"),
    *("Parent", "Within", "Same as", "Country", "NUTS country", "Lat", "Lon", "WKT"),
)
CHANGE: Final = (
    *("Old key", "New key", "Old code", "New code", "Level", "Label", "Change", "Scheme", "Old vintage", "New vintage"),
    *("Gone", "Within", "Country", "NUTS country"),
)
_LISTS: Final[Mapping[str, Callable[[Path], Listing]]] = {
    ".xlsx": workbook_listing,
    ".csv": csv_listing,
    ".ttl": concept_listing,
}
_MAPS: Final = (".geojson", ".json")
NUTS_SUFFIXES: Final[tuple[str, ...]] = (*_LISTS, *_MAPS)


class NutsReader:
    """A list of NUTS codes.

    It gives records of three kinds. A `country` is a code of level 0, or what stands for one in a list without level
    0; Country is its ISO 3166-1 code, GR where NUTS has EL, GB where it has UK. A `territory` is a code of levels 1 to
    3: Key is the vintage and the code (2024-at130), Parent the next larger code in the list, Within its key ("" where
    it is the country), Unit says whether it is a region, extra-regio or unknown, Same as is the key that the same area
    had in the vintage before. A `change` is what became of a code since the vintage before; Gone says yes where the old
    code is no code of this vintage, and Within is then the key of where it lay.
    """

    def __init__(self, path: Path, vintage: str | None = None, geometry: Path | None = None) -> None:
        """Read a list.

        Parameters
        ----------
        path
            an .xlsx, .csv, .ttl or .geojson file; none has more than a few thousand codes, so it is read whole.
        vintage
            the year of the regulation that the codes are of, where the file does not say it, or wrongly.
        geometry
            a GeoJSON file with the outlines of the regions, where the list itself has none.

        Raises
        ------
        InputRefused
            for a file that is none of these, or cannot be read.
        """
        self._path = path
        self._outlines: Mapping[int, Outline | str] = {}
        self._made: set[str] = set()
        listing = self._listing(path)
        self._vintage = listing.vintage if vintage is None else vintage
        self._remarks = [*listing.remarks, *self._vintage_remarks(vintage, listing.vintage)]
        self._succession = Succession(listing.changes, listing.earlier, self._vintage)
        self._refused_rows = listing.refused
        self._regions = self._with_countries(listing)
        self._codes = {region.code for region in self._regions}
        self._joined = self._join(geometry) if geometry is not None else None
        self._given = 0

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The columns of countries, territories, and changes between two vintages."""
        return {"country": COUNTRY, "territory": TERRITORY, "change": CHANGE}

    @property
    def remarks(self) -> Sequence[str]:
        """What was found out, made or missed: the vintage, countries, outlines."""
        return tuple(self._remarks)

    def progress(self) -> float:
        """Say how many of the records have been given, as a share of all."""
        whole = len(self._regions) + len(self._succession.changes)
        return min(1.0, self._given / whole) if whole else 1.0

    def records(self) -> Iterator[Record | RecordRefused]:
        """Give the countries, then the territories, then the changes, each in the order of the file."""
        self._given = 0
        yield from self._refused_rows
        seen: set[str] = set()
        for region in self._regions:
            self._given += 1
            reason = code_problem(region.code, region.level) or self._shape_problem(region)
            if region.code in seen:
                reason = "this code stands in the list already"
            elif not region.label:
                reason = reason or "the region has no name"
            seen.add(region.code)
            yield self._refused(region, reason) if reason else self._record(region)
        for change in self._succession.changes:
            self._given += 1
            reason = next((found for code in (change.old, change.new) if code and (found := code_problem(code))), None)
            if reason:
                yield RecordRefused(
                    CellProblem(str(self._path), change.place, "Code", change.old or change.new, reason)
                )
            else:
                yield Record("change", change.place, self._succession.cells(change, self._codes))

    def _refused(self, region: Region, reason: str) -> RecordRefused:
        return RecordRefused(CellProblem(str(self._path), region.place, "Code", region.code, reason))

    def _record(self, region: Region) -> Record:
        code, country = region.code, region.code[:2]
        label = COUNTRIES[country] if code == country else region.label
        language = native_language(code, region.native or region.label)
        native = (region.native or region.label) if language else ""
        native, language = (native, language) if native != label else ("", "")
        shape = self._shape(region)
        outline = shape if isinstance(shape, Outline) else Outline("", "", "")
        where = (outline.latitude, outline.longitude, outline.wkt)
        if code == country:
            return Record("country", region.place, (iso_code(country), label, country, native, language, *where))
        parent = next((code[:end] for end in range(len(code) - 1, 1, -1) if code[:end] in self._codes), country)
        within = key_of(self._vintage, parent) if parent != country else ""
        words = (key_of(self._vintage, code), code, label, native, language)
        kinds = (str(level_of(code)), unit_of(code), region.scheme, self._vintage)
        same = self._succession.same_as(code)
        return Record(
            "territory", region.place, (*words, *kinds, parent, within, same, iso_code(country), country, *where)
        )

    def _listing(self, path: Path) -> Listing:
        suffix = path.suffix.casefold()
        if suffix in _LISTS:
            return _LISTS[suffix](path)
        if suffix not in _MAPS:
            refuse(path, f"a list of NUTS codes is read from a file of {', '.join(NUTS_SUFFIXES)}")
        listing, self._outlines = map_listing(path)
        return listing

    def _vintage_remarks(self, given: str | None, found: str) -> list[str]:
        if given is not None and found and given != found:
            return [f"vintage {given} as declared; the file itself says {found}"]
        if given is None:
            return [f"vintage {found}, as the file has it" if found else "the file does not say of which vintage it is"]
        return []

    def _with_countries(self, listing: Listing) -> list[Region]:
        """Put the countries first, those that a list without level 0 leaves out made from the codes."""
        found = list(listing.regions)
        known = {region.code for region in found}
        codes = [(region.place, region.code) for region in found]
        for place, code in (*codes, *((change.place, change.old or change.new) for change in listing.changes)):
            country = code[:2]
            if country not in known and code_problem(code) is None:
                known.add(country)
                self._made.add(country)
                found.append(Region(place, country, COUNTRIES[country]))
        if self._made:
            made = ", ".join(sorted(self._made))
            self._remarks.append(f"{len(self._made)} countries are not in the list; made from the codes: {made}")
        return sorted(found, key=lambda region: len(region.code) != 2)

    def _shape(self, region: Region) -> Outline | str | None:
        """Give the outline of a region, or why it has none, or None: from the other file, if one was named."""
        if self._joined is not None:
            return self._joined.get(region.code)
        return None if region.code in self._made else self._outlines.get(region.place)

    def _shape_problem(self, region: Region) -> str | None:
        found = self._shape(region)
        return f"its outline is broken: {found}" if isinstance(found, str) else None

    def _join(self, geometry: Path) -> dict[str, Outline]:
        """Give the outlines of another file to the codes that they are of, and name the codes that have none."""
        others, outlines = map_listing(geometry)
        by_code = {region.code: outlines[region.place] for region in others.regions}
        found: dict[str, Outline] = {}
        broken: list[str] = []
        missing: list[str] = []
        recoded = 0
        for region in self._regions:
            code = self._succession.code_in(others.vintage, region.code)
            shape = by_code.get(code) if code else None
            if isinstance(shape, Outline):
                found[region.code] = shape
                recoded += code != region.code
            else:
                (broken if shape else missing).append(region.code)
        self._remarks.append(
            f"{geometry.name}: outlines of {others.vintage or 'an unknown vintage'} for {len(found)} of "
            f"{len(self._regions)} codes, {recoded} of them by the code that the same area had then"
        )
        outside = [code for code in missing if unit_of(code) == "extra-regio"]
        inside = [code for code in missing if unit_of(code) != "extra-regio"]
        for what, codes in (
            ("broken outlines", broken),
            ("no outline", inside),
            ("extra-regio, so no outline", outside),
        ):
            if codes:
                self._remarks.append(f"{geometry.name}: {what}: {len(codes)} codes, {', '.join(codes)}")
        return found
