"""Published totals: whether the tables that funds publish add up, and what they are known to be out by."""

from __future__ import annotations

from decimal import Decimal

from graph.funding.published import RowProblem, check_columns, check_rows

# Regulation (EU) No 516/2014, annex I: minimum in millions, average 2011–2013, total, in euros
AMIF = """
    AT 5 59533977 64533977 | BE 5 84250977 89250977 | BG 5 5006777 10006777 | CY 10 22308677 32308677
    CZ 5 21185177 26185177 | DE 5 203416877 208416877 | EE 5 5156577 10156577 | ES 5 252101877 257101877
    FI 5 18488777 23488777 | FR 5 260565577 265565577 | GR 5 254348877 259348877 | HR 5 12133800 17133800
    HU 5 18713477 23713477 | IE 5 14519077 19519077 | IT 5 305355777 310355777 | LT 5 4632277 9632277
    LU 5 2160577 7160577 | LV 5 8751777 13751777 | MT 10 7178877 17178877 | NL 5 89419077 94419077
    PL 5 58410477 63410477 | PT 5 27776377 32776377 | RO 5 16915877 21915877 | SE 5 113536877 118536877
    SI 5 9725477 14725477 | SK 5 5980477 10980477 | UK 5 365425577 370425577
"""


def amif() -> dict[str, dict[str, Decimal]]:
    rows = {}
    for row in AMIF.replace("\n", "|").split("|"):
        if row.strip():
            state, minimum, average, total = row.split()
            amounts = {"minimum": Decimal(minimum) * 10**6, "average": Decimal(average), "total": Decimal(total)}
            rows[state] = amounts
    return rows


def test_the_asylum_migration_and_integration_fund_adds_up_in_every_row() -> None:
    assert len(amif()) == 27
    assert check_rows(amif(), ["minimum", "average"], "total") == ()


def test_its_columns_are_two_euros_above_the_published_totals_which_are_rounded() -> None:
    published = {"minimum": Decimal(145000000), "average": Decimal(2247000000), "total": Decimal(2392000000)}
    found = {item.column: item for item in check_columns(amif(), published, unit=Decimal(1000))}
    assert {name: item.summed for name, item in found.items()} == {
        "minimum": 145000000,
        "average": 2247000002,
        "total": 2392000002,
    }
    assert {name: item.difference for name, item in found.items()} == {"minimum": 0, "average": 2, "total": 2}
    assert all(item.agrees for item in found.values())
    # to the euro they do not agree
    assert [item.column for item in check_columns(amif(), published) if not item.agrees] == ["average", "total"]


def test_national_programmes_are_93_per_cent_of_the_european_integration_fund_2007_to_2009() -> None:
    # 239.9 million in all, of which 223.1 for national programmes: 7 % stay for Community actions
    rows = {"2007-2009": {"programmes": Decimal("223.1"), "actions": Decimal("16.8"), "total": Decimal("239.9")}}
    assert check_rows(rows, ["programmes", "actions"], "total") == ()
    assert round(rows["2007-2009"]["programmes"] / rows["2007-2009"]["total"], 3) == Decimal("0.930")


def test_a_row_that_does_not_add_up_is_named_with_its_difference() -> None:
    rows = {"AT": {"a": Decimal(1), "b": Decimal(2), "total": Decimal(4)}}
    assert check_rows(rows, ["a", "b"], "total") == (RowProblem("AT", Decimal(3), Decimal(4), Decimal(-1)),)


def test_a_table_without_rows_has_no_problem_and_sums_to_zero() -> None:
    assert check_rows({}, ["a"], "total") == ()
    (found,) = check_columns({}, {"total": Decimal(0)})
    assert (found.summed, found.agrees) == (Decimal(0), True)
