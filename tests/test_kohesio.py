"""Kohesio's list of operations, in a made-up file of its shape: the flows and the sums worked out by hand."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from api.stores import open_store
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.matrix import funding_matrix
from graph.rdf import to_rdflib
from loaders.mapped import allowance
from loaders.sources import open_mapped
from ontology.shacl import validate
from tests.test_mapping import of, triples

HEADER = [
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
    "NUTS3_Label",
    "NUTS3_Code",
    "Category_Of_Intervention",
    "Fund_Code",
    "Fund_Name",
    "Programme_Code",
    "Programme_Name",
    "Programming_Period",
    "ManagingAuthority",
]
ENTITY = "https://linkedopendata.eu/entity/"
USUAL = {
    "Country": "Germany",
    "CountryCode": "DE",
    "Operation_Start_Date": "01/09/2016",
    "Operation_End_Date": "31/08/2018",
    "Cofinancing_Rate": "50.0",
    "Total_Eligible_Expenditure_Currency": "EUR",
    "Fund_Code": "ESF",
    "Fund_Name": "European Social Fund",
    "Programme_Code": "2014DE05SFOP002",
    "Programme_Name": "ESF Federal Germany",
    "Programming_Period": "2014-2020",
    "ManagingAuthority": "Federal Ministry of Labour",
    "Beneficiary_Unique_Identifier": f"{ENTITY}Q50",
    "Beneficiary_Name": "Stadt Exa",
    "NUTS3_Label": "Exa",
    "NUTS3_Code": "DE999",
}
OPERATIONS = (
    # the Union's part 60,000.00; the rest 100,000.50 − 60,000.00 = 40,000.50
    {
        "Operation_Unique_Identifier": f"{ENTITY}Q1",
        "Operation_Name_English": "Language courses",
        "Total_Eligible_Expenditure_amount": "100000.5",
        "Project_EU_Budget": "60000",
    },
    # no part is given: 0.05 × 50 % = 0.025, half up 0.03; the rest 0.02
    {
        "Operation_Unique_Identifier": f"{ENTITY}Q2",
        "Total_Eligible_Expenditure_amount": "0.05",
        "Project_EU_Budget": "",
        "Beneficiary_Name": "Verein Treffpunkt",
        "Beneficiary_Unique_Identifier": f"{ENTITY}Q51",
        "NUTS3_Code": "DE998|DE999",
    },
    # all of it is the Union's: there is no rest
    {
        "Operation_Unique_Identifier": f"{ENTITY}Q3",
        "Total_Eligible_Expenditure_amount": "10.00",
        "Project_EU_Budget": "10.00",
        "ManagingAuthority": "",
    },
    # neither part nor cost is known: the grant has no amount, and no rest is made up
    {
        "Operation_Unique_Identifier": f"{ENTITY}Q4",
        "Total_Eligible_Expenditure_amount": "",
        "Project_EU_Budget": "",
    },
)
FLOW = "flow/ko-{}-https-linkedopendata-eu-entity-{}"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "DE-pp14-20.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        writer.writerows({**USUAL, **operation} for operation in OPERATIONS)
    return path


def flow(statements: set[tuple[str, str, str]], section: str, entity: str) -> dict[str, str]:
    begin = FLOW.format(section, entity)
    (subject,) = {thing for thing, _, _ in statements if thing.startswith(f"{begin}-")}
    return of(statements, subject)


def test_the_unions_part_goes_by_the_authority_to_the_beneficiary(table: Path) -> None:
    statements = triples(open_mapped(table, mapping="kohesio", name="ko"), "0")
    union, grant = flow(statements, "union", "q1"), flow(statements, "grant", "q1")
    assert union["payer"] == "actor/eu"
    assert union["recipient"] == grant["payer"]
    assert (
        of(statements, grant["payer"])["http://www.w3.org/2004/02/skos/core#prefLabel"] == "Federal Ministry of Labour"
    )
    assert of(statements, grant["recipient"])["actorType"] == "actorType/municipality"
    assert union["amountMax"] == grant["amountMax"] == "60000"
    assert grant["partOf"].startswith(FLOW.format("union", "q1"))
    assert (grant["validFrom"], grant["validTo"], grant["basis"]) == ("2016-09-01", "2018-08-31", "basis/stated")


def test_the_rest_of_the_cost_has_nobody_as_payer(table: Path) -> None:
    statements = triples(open_mapped(table, mapping="kohesio", name="ko"), "0")
    rest = flow(statements, "rest", "q1")
    assert (rest["amountMax"], "payer" in rest) == ("40000.5", False)
    assert rest["recipient"] == flow(statements, "grant", "q1")["recipient"]
    assert not [thing for thing, _, _ in statements if thing.startswith(FLOW.format("rest", "q3"))]


def test_a_part_that_is_not_given_is_worked_out_and_marked(table: Path) -> None:
    statements = triples(open_mapped(table, mapping="kohesio", name="ko"), "0")
    grant, rest = flow(statements, "grant", "q2"), flow(statements, "rest", "q2")
    assert (grant["amountMax"], grant["basis"], rest["amountMax"]) == ("0.03", "basis/derived", "0.02")
    assert grant["over"] == "territory/de", "an operation in several regions is the country's"
    assert not {"amountMax", "currency"} & set(flow(statements, "grant", "q4"))


def test_a_programme_without_a_named_authority_has_one_by_its_own_name(table: Path) -> None:
    statements = triples(open_mapped(table, mapping="kohesio", name="ko"), "0")
    payer = flow(statements, "grant", "q3")["payer"]
    name = of(statements, payer)["http://www.w3.org/2004/02/skos/core#prefLabel"]
    assert name == "Managing authority of ESF Federal Germany"


def test_no_euro_is_added_twice(table: Path, tmp_path: Path) -> None:
    found = open_mapped(table, mapping="kohesio", name="ko")
    store = open_store(tmp_path / "store", empty=True)
    store.load_texts([], ((found.graph, text) for text in found.chunks(allowance("0"))))
    assert found.report.money == {
        ("flows.union", "EUR"): Decimal("60010.03"),
        ("flows.grant", "EUR"): Decimal("60010.03"),
        ("flows.rest", "EUR"): Decimal("40000.52"),
    }
    matrix = funding_matrix(columns_of(store.snapshot()), Filters())
    sums = {(cell.payer, cell.recipient): cell.maximum for cell in matrix.cells if cell.currency}
    assert sums["national", "local"] == Decimal("60010.03")
    assert sums[None, "local"] == Decimal("40000.52")


def test_what_is_made_meets_the_shapes(table: Path) -> None:
    text = b"".join(open_mapped(table, mapping="kohesio", name="ko").chunks(allowance("0")))
    found = validate(to_rdflib(parse(text, RdfFormat.N_QUADS)))
    assert [item for item in found if item.severity == "violation"] == []
