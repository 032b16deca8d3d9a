"""A made-up list of operations of the shape of Kohesio's: the same seed gives the same bytes, on any machine.

Written row by row, so that its size is not bound by memory. A third of the beneficiaries have one operation, as in the
real lists, and a few have thousands.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

__all__ = ["COLUMNS", "Sums", "operations", "write_operations"]

COLUMNS: Final = (
    "Operation_Unique_Identifier",
    "Operation_Local_Identifier",
    "Operation_Name_English",
    "Operation_Name_Programme_Language",
    "Country",
    "CountryCode",
    "Operation_Start_Date",
    "Operation_End_Date",
    "Cofinancing_Rate",
    "Total_Eligible_Expenditure_amount",
    "Total_Eligible_Expenditure_Currency",
    "Project_EU_Budget",
    "Beneficiary_Unique_Identifier",
    "Beneficiary_Name",
    "Category_Of_Intervention",
    "Category_Label",
    "Fund_Code",
    "Fund_Name",
    "Programme_Code",
    "Programme_Name",
    "NUTS3_Code",
    "NUTS3_Label",
    "Programming_Period",
    "Operation_Summary_English",
    "ManagingAuthority",
)
_ENTITY: Final = "https://linkedopendata.eu/entity/Q"
_FUNDS: Final = (("ESF", "European Social Fund"), ("ERDF", "European Regional Development Fund"))
_KINDS: Final = ("Gemeinde", "Verein", "Universität", "Beispiel GmbH", "Stiftung")
_RATES: Final = (50, 60, 75, 80, 85)
_PROGRAMMES: Final = 40
_REGIONS: Final = 400


@dataclass(slots=True)
class Sums:
    """What the rows add up to, in cents: the Union's part, and the rest of the eligible cost."""

    union: int = 0
    rest: int = 0
    rows: int = 0


def operations(count: int, seed: int, sums: Sums) -> Iterator[tuple[str, ...]]:
    """Give the rows one by one, and add their amounts up in whole cents."""
    rng = Random(f"operations {seed}")
    bodies = max(count // 4, 10)
    for number in range(count):
        cost, rate = 100_000 + int(rng.random() * 500_000_000), _RATES[int(rng.random() * len(_RATES))]
        part = (cost * rate + 50) // 100
        body, programme = int(bodies * rng.random() ** 3), int(rng.random() * _PROGRAMMES)
        region, begin = int(rng.random() * _REGIONS), 2014 + int(rng.random() * 7)
        month, day = 1 + int(rng.random() * 12), 1 + int(rng.random() * 28)
        code, fund = _FUNDS[programme % len(_FUNDS)]
        sums.union, sums.rest, sums.rows = sums.union + part, sums.rest + cost - part, sums.rows + 1
        yield (
            f"{_ENTITY}{number + 1_000_000}",
            f"2014DE_{number:07}",
            f"Integration and work, part {number}",
            f"Integration und Arbeit, Teil {number}",
            "Germany",
            "DE",
            f"{day:02}/{month:02}/{begin}",
            f"{day:02}/{month:02}/{begin + 2}",
            f"{rate}.0",
            f"{cost // 100}.{cost % 100:02}",
            "EUR",
            f"{part // 100}.{part % 100:02}" if rng.random() < 0.9 else "",
            f"{_ENTITY}{body + 9_000_000}",
            f"{_KINDS[body % len(_KINDS)]} Nummer {body}",
            f"{100 + programme % 20}",
            "Active inclusion",
            code,
            fund,
            f"2014DE05SFOP{programme:03}",
            f"Programme {programme}",
            f"DE{region:03}",
            f"Region {region}",
            "2014-2020",
            "A summary that is not loaded, as long as such summaries are, of what people will learn and do. " * 4,
            f"Authority of programme {programme}",
        )


def write_operations(path: Path, count: int = 2_000_000, seed: int = 1) -> Sums:
    """Write the list as CSV; gives what its rows add up to."""
    sums = Sums()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(operations(count, seed, sums))
    return sums
