"""The lists of beneficiaries of the European funds: what is loaded, against sums that DuckDB makes of the files.

The sums are made of the CSV alone, with SQL that knows nothing of the mappings; rows that were set aside are left out
by their number. The lists have no clear licence, so they are beside the checkout or the tests skip.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from graph.store import Store
from loaders.mapped import MappedFile, allowance
from loaders.mapping.terms import identifier, thing_iri
from loaders.sources import open_mapped
from ontology.identifiers import expand, mint

LISTS = Path(__file__).parents[2] / "shared" / "data" / "esif_beneficiaries"
pytestmark = pytest.mark.skipif(not LISTS.is_dir(), reason="the lists of beneficiaries are not beside the checkout")


class Casebook:
    """A store that describes everything that a mapping takes as known."""

    def has(self, iri: str) -> bool:
        return "/actor/eu" in iri or "/territory/" in iri

    def keys(self, kind: str) -> list[str]:
        del kind
        return []

    def label(self, iri: str) -> None:
        del iri

    def described(self, iri: str) -> dict[str, Any]:
        del iri
        return {}


@dataclass(frozen=True)
class Listed:
    """A list: its file, its mapping, and for each section of flows how SQL gives amount, fund, region and year.

    `rejects` is how many rows are set aside, each read by hand: a date or an amount that cannot be.
    """

    file: str
    mapping: str
    rejects: int
    flows: dict[str, str]
    fund: str
    region: str
    year: str

    @property
    def path(self) -> Path:
        return LISTS / self.file


def comma(column: str) -> str:
    """Read numbers with a decimal comma and divided thousands, a sign of money or per cent left out."""
    bare = f"""replace(replace(replace(replace("{column}", '.', ''), ',', '.'), '€', ''), '%', '')"""
    return f"CAST(trim({bare}) AS DECIMAL(18, 4))"


def point(column: str) -> str:
    return f"""CAST(nullif(trim("{column}"), '') AS DECIMAL(18, 4))"""


def share(total: str, rate: str) -> str:
    """The part of a total at a rate in per cent, in cents, half up."""
    return f"round(({total}) * ({rate}) * 0.01, 2)"


def day_last(column: str) -> str:
    """The year of a date that ends with it, or is nothing else; two digits are of this century."""
    last = f"""regexp_extract("{column}", '([0-9]{{2,4}})$', 1)"""
    return f"CASE WHEN length({last}) = 2 THEN '20' || {last} ELSE {last} END"


TOTAL_DE = "Gesamtbetrag der förderfähigen Ausgaben des Vorhabens"
RATE_DE = "Unions-Kofinanzierungssatz"
UNION_SAXONY = share(comma(TOTAL_DE), comma(f"{RATE_DE} pro Prioritätsachse"))
UNION_BAVARIA = share(comma(f"{TOTAL_DE} in €"), comma(RATE_DE))
PUBLIC_BAVARIA = share(comma(f"{TOTAL_DE} in €"), comma("Kofinanzierung aus anderen öffentlichen Mitteln"))
TOTAL_BERLIN = comma("Gesamtbetrag förderfähiger \nAusgaben")
UNION_BERLIN = share(TOTAL_BERLIN, comma("Kofinanzierungssatz"))
GRANTED, PAID = "Myönnetty EU- ja valtion rahoitus", "Toteutunut EU- ja valtion rahoitus"
PUBLIC_PLANNED, PUBLIC_PAID = "Suunniteltu julkinen rahoitus yhteensä", "Toteutunut julkinen rahoitus yhteensä"
FINLAND = {
    "granted": point(GRANTED),
    "paid": point(PAID),
    "others-planned": f"greatest({point(PUBLIC_PLANNED)} - {point(GRANTED)}, 0)",
    "others-paid": f"greatest({point(PUBLIC_PAID)} - {point(PAID)}, 0)",
}

LISTED = [
    Listed(
        "uk_2007_2013.csv",
        "uk-esif-2007-2013",
        3,
        {"union": point("Subsidy"), "grant": point("Subsidy"), "matching": point("Matching")},
        '"Type"',
        '"Region"',
        day_last("Start_date"),
    ),
    Listed(
        "fi_erdf_2007_2013.csv",
        "fi-structural-funds-2007-2013",
        2,
        FINLAND,
        '"Rahasto"',
        "'fi'",
        day_last("Aloituspvm"),
    ),
    Listed(
        "fi_erdf_2014_2020.csv",
        "fi-structural-funds-2014-2020",
        3,
        FINLAND,
        '"Rahasto"',
        "'fi'",
        day_last("Aloituspvm"),
    ),
    Listed(
        "ro_erdf_2007_2013.csv",
        "ro-erdf-2007-2013",
        0,
        {
            "union": comma("FEDR"),
            "grant": comma("FEDR"),
            "state": comma("member state amount"),
            "own": f"""CASE WHEN trim("own contribution") <> '' THEN {comma("own contribution")} END""",
        },
        "'Regional Operational Programme 2007-2013'",
        """CASE WHEN "Region" = 'SUD' THEN 'Sud' WHEN "Region" = 'Sud est' THEN 'Sud Est'
        WHEN "Region" IN ('AM POR', 'OI Turism') THEN NULL ELSE trim("Region") END""",
        "'2007'",
    ),
    Listed(
        "de_sachsen_esf_2014_2020.csv",
        "de-sachsen-esf-2014-2020",
        0,
        {"union": UNION_SAXONY, "grant": UNION_SAXONY, "rest": f"{comma(TOTAL_DE)} - {UNION_SAXONY}"},
        "'ESF 2014-2020'",
        '"Landkreis"',
        day_last("Datum des Beginns des Vorhabens"),
    ),
    Listed(
        "de_bayern_esf_2014_2020.csv",
        "de-bayern-esf-2014-2020",
        0,
        {
            "union": UNION_BAVARIA,
            "grant": UNION_BAVARIA,
            "public": PUBLIC_BAVARIA,
            "own": f"greatest({comma(f'{TOTAL_DE} in €')} - {UNION_BAVARIA} - {PUBLIC_BAVARIA}, 0)",
        },
        "'ESF 2014-2020'",
        "'de-bavaria'",
        day_last("Datum des Beginns des Vorhabens"),
    ),
    Listed(
        "de_berlin_esf_2014_2020.csv",
        "de-berlin-esf-2014-2020",
        0,
        {"union": UNION_BERLIN, "grant": UNION_BERLIN, "rest": f"{TOTAL_BERLIN} - {UNION_BERLIN}"},
        "'ESF 2014-2020'",
        "'de-berlin'",
        day_last("Datum des Beginns"),
    ),
    Listed(
        "england_esif_2014_2020.csv",
        "england-esif-2014-2020",
        2,
        {
            "union": comma("ERDF/ESF investment £m"),
            "grant": comma("ERDF/ESF investment £m"),
            "rest": f"greatest({comma('Total project costs £m')} - {comma('ERDF/ESF investment £m')}, 0)",
        },
        """CASE WHEN "Type of fund" LIKE 'ESF%' THEN 'ESF' ELSE 'ERDF' END""",
        "'gb-england'",
        day_last("Start date"),
    ),
]
by_file = pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed.mapping)

Values = dict[str, dict[str, str]]
Sums = dict[tuple[str, str | None, str | None], Decimal]


def made(listed: Listed, folder: Path) -> tuple[MappedFile, Values, list[dict[str, str]]]:
    """Make the statements of a list; the file, its values by property and subject, and what was set aside."""
    rejects = folder / "rejects.csv"
    found = open_mapped(listed.path, mapping=listed.mapping, known=Casebook())
    values: Values = {}
    for text in found.chunks(allowance("1%"), rejects):
        for line in text.decode().splitlines():
            subject, property_, value = line.removesuffix(" .").split(" ", 2)
            bare = value.split('"')[1] if value.startswith('"') else value[1:-1]
            values.setdefault(property_[1:-1], {})[subject[1:-1]] = bare
    aside = list(csv.DictReader(rejects.read_text(encoding="utf-8").splitlines())) if rejects.exists() else []
    return found, values, aside


def by_sql(listed: Listed, section: str, rejected: list[int]) -> Sums:
    """Sum one kind of flow by fund, region and year of beginning, straight over the file."""
    left_out = ", ".join(map(str, [-1, *rejected]))
    sql = f"""
        WITH listed AS (
            SELECT row_number() OVER () + 1 AS number, *
            FROM read_csv('{listed.path}', all_varchar = true, header = true, delim = ',', quote = '"', escape = '"',
                          strict_mode = false, parallel = false, max_line_size = 10000000)
        )
        SELECT {listed.fund} AS fund, nullif(trim({listed.region}), '') AS region,
               nullif(trim({listed.year}), '') AS year, sum({listed.flows[section]}) AS money
        FROM listed WHERE number NOT IN ({left_out}) GROUP BY ALL HAVING money > 0
    """
    return {(fund, region, year): money for fund, region, year, money in duckdb.execute(sql).fetchall()}


def by_statements(found: MappedFile, values: Values, section: str) -> Sums:
    """Sum the same of the statements."""
    properties = ("gov:amountMax", "gov:validFrom", "gov:programme", "gov:over")
    amounts, begins, funds, places = (values.get(expand(name), {}) for name in properties)
    sums: Sums = {}
    for flow, amount in amounts.items():
        if f"/{found.key}-{section}-" in flow:
            key = (funds[flow], places.get(flow), begins[flow][:4] if flow in begins else None)
            sums[key] = sums.get(key, Decimal(0)) + Decimal(amount)
    return sums


def named(found: MappedFile, sums: Sums) -> Sums:
    """Name funds and regions as the loader does: by what its identifiers end in."""

    def thing(kind: str, name: str | None) -> str | None:
        if name is None:
            return None
        if name in ("fi", "de-bavaria", "de-berlin", "gb-england"):
            return mint(kind, name)
        return thing_iri(kind, found.key, identifier(" ".join(name.split())))

    renamed: Sums = {}
    for (fund, region, year), money in sums.items():
        key = (thing("programme", fund) or "", thing("territory", region), year)
        renamed[key] = renamed.get(key, Decimal(0)) + money
    return renamed


@by_file
def test_sums_by_fund_region_and_year_are_those_of_the_file_to_the_cent(listed: Listed, tmp_path: Path) -> None:
    found, values, aside = made(listed, tmp_path)
    rejected = [int(row["row"]) for row in aside]
    assert len(rejected) == listed.rejects
    with listed.path.open(encoding="utf-8", newline="") as file:
        filled = [number for number, row in enumerate(csv.reader(file), start=1) if any(map(str.strip, row))]
    assert found.report.data == len(filled) - 1
    for section in listed.flows:
        # DuckDB leaves blank rows out, and so counts the others otherwise than a spreadsheet
        expected = named(found, by_sql(listed, section, [filled.index(number) + 1 for number in rejected]))
        assert by_statements(found, values, section) == expected, section


def test_money_of_the_union_that_is_passed_on_is_part_of_what_the_union_paid(tmp_path: Path) -> None:
    found, values, _ = made(LISTED[0], tmp_path)
    wholes = values[expand("gov:partOf")]
    grants = [flow for flow in values[expand("gov:amountMax")] if f"/{found.key}-grant-" in flow]
    assert len(grants) == 8185
    assert {wholes[flow] for flow in grants} == {flow.replace("-grant-", "-union-") for flow in grants}


def test_a_list_that_is_loaded_again_changes_nothing(tmp_path: Path) -> None:
    berlin = next(listed for listed in LISTED if listed.mapping.startswith("de-berlin"))
    store = Store.create(tmp_path / "store")

    def load() -> int:
        found = open_mapped(berlin.path, mapping=berlin.mapping, known=Casebook())
        store.load_texts([], ((found.graph, text) for text in found.chunks(allowance("1%"))))
        return store.snapshot().size

    first = load()
    assert first > 10_000
    assert load() == first
