"""The Financial Transparency System, in a made-up workbook of its shape: the flows and the sums worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from pyoxigraph import RdfFormat, parse

from graph.rdf import to_rdflib
from loaders.mapped import MappedFile, allowance
from loaders.sources import open_mapped
from ontology.shacl import validate
from tests.test_mapping import of, triples

LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
HEADER = (
    "Year",
    "Budget",
    "Reference of the Legal Commitment (LC)",
    "Reference (Budget)",
    "Name of beneficiary",
    "VAT number of beneficiary",
    "Not-for-profit organisation (NFPO)",
    "Non-governmental organisation (NGO)",
    "Coordinator",
    "Address",
    "City",
    "Postal code",
    "Beneficiary country",
    "NUTS2",
    "Beneficiary’s contracted amount (EUR)",
    "Beneficiary’s estimated contracted amount (EUR)",
    "Commitment contracted amount (EUR) (A)",
    "Commitment  total amount (EUR) (A+B)",
    "Subject of grant or contract",
    "Responsible department",
    "Programme name",
    "Beneficiary type",
    "Project start date",
    "Project end date",
)
USUAL = dict.fromkeys(HEADER, "-") | {
    "Year": 2024,
    "Reference of the Legal Commitment (LC)": "LC.1",
    "Beneficiary country": "Belgium",
    "Commitment contracted amount (EUR) (A)": 150000.25,
    "Commitment  total amount (EUR) (A+B)": 150000.25,
    "Subject of grant or contract": "Integration of newcomers",
    "Responsible department": "Directorate-General for Migration and Home Affairs",
    "Programme name": "Asylum, Migration and Integration Fund (AMIF)",
    "Beneficiary type": "Private Companies",
    "Project start date": date(2024, 3, 1),
    "Project end date": date(2026, 2, 28),
}
AMOUNT, ESTIMATE = HEADER[14], HEADER[15]
ROWS = (
    # two members of one commitment of 150,000.25 in all: 100,000.25 + 50,000 = 150,000.25
    {"Name of beneficiary": "EXA NV", AMOUNT: 100000.25, "Coordinator": "Yes"},
    {
        "Name of beneficiary": "NEIGHBOURS",
        AMOUNT: 50000,
        "Beneficiary type": "Other",
        "Non-governmental organisation (NGO)": "Yes",
        "Beneficiary country": "Italy",
    },
    # a member whose part is estimated, and one of whom nothing is known
    {"Name of beneficiary": "EXA NV", ESTIMATE: 700.5, "Reference of the Legal Commitment (LC)": "LC.2"},
    {
        "Name of beneficiary": "*****",
        "Reference of the Legal Commitment (LC)": "LC.2",
        "Project start date": "-",
        "Project end date": "-",
        "Responsible department": "European Research Executive Agency",
    },
    # a private person
    {
        "Name of beneficiary": "ANN EXAMPLE",
        "Address": "High Street 1",
        "Beneficiary type": "Private Persons",
        AMOUNT: 1200,
        "Subject of grant or contract": "Report by Ann Example",
    },
    {"Name of beneficiary": "NATURAL PERSON", "Beneficiary type": "-", AMOUNT: 300},
)


@pytest.fixture
def opened(tmp_path: Path) -> MappedFile:
    book = Workbook()
    book.active.append(HEADER)
    for row in ROWS:
        book.active.append([{**USUAL, **row}[name] for name in HEADER])
    book.save(tmp_path / "2024_FTS_dataset_en.xlsx")
    return open_mapped(tmp_path / "2024_FTS_dataset_en.xlsx", mapping="eu-fts", name="fts")


def by_label(statements: set[tuple[str, str, str]], label: str) -> str:
    (subject,) = {thing for thing, property_, value in statements if (property_, value) == (LABEL, label)}
    return subject


def test_members_of_a_commitment_have_their_parts_and_the_commitment_is_not_added(opened: MappedFile) -> None:
    statements = triples(opened, "0")
    # 100,000.25 + 50,000 + 1,200 + 300; the 150,000.25 of the commitment stand in every row and are in none of them
    assert opened.report.money == {
        ("flows.grant", "EUR"): Decimal("151500.25"),
        ("flows.estimate", "EUR"): Decimal("700.5"),
    }
    amounts = sorted(Decimal(value) for _, property_, value in statements if property_ == "amountMax")
    assert amounts == [Decimal(text) for text in ("300", "700.5", "1200", "50000", "100000.25")]
    assert opened.report.data == 6
    assert opened.report.things["flows.unknown"] == 1


def test_a_department_pays_a_beneficiary_of_a_country(opened: MappedFile) -> None:
    statements = triples(opened, "0")
    (subject,) = {thing for thing, name, value in statements if (name, value) == ("amountMax", "50000")}
    flow = of(statements, subject)
    department, beneficiary = of(statements, flow["payer"]), of(statements, flow["recipient"])
    assert department[LABEL] == "Directorate-General for Migration and Home Affairs"
    assert (department["level"], department["actorType"]) == ("level/eu", "actorType/eu-institution")
    assert department["http://www.w3.org/ns/org#subOrganizationOf"] == "actor/eu-commission"
    assert (beneficiary[LABEL], beneficiary["actorType"]) == ("NEIGHBOURS", "actorType/ngo")
    assert of(statements, beneficiary["jurisdiction"])[LABEL] == "Italy"
    assert of(statements, beneficiary["jurisdiction"])["countryCode"] == "IT"
    assert (flow["validFrom"], flow["validTo"], flow[LABEL]) == ("2024-03-01", "2026-02-28", "Integration of newcomers")
    assert flow["phase"] == "phase/committed"


def test_an_estimate_is_marked_and_what_is_not_known_is_no_amount(opened: MappedFile) -> None:
    statements = triples(opened, "0")
    (estimate,) = {thing for thing, name, value in statements if (name, value) == ("amountMax", "700.5")}
    assert of(statements, estimate)["basis"] == "basis/inferred"
    agency = by_label(statements, "European Research Executive Agency")
    assert of(statements, agency)["actorType"] == "actorType/eu-agency"
    assert "http://www.w3.org/ns/org#subOrganizationOf" not in of(statements, agency)
    (unknown,) = {thing for thing, name, value in statements if (name, value) == ("payer", agency)}
    flow = of(statements, unknown)
    assert "amountMax" not in flow
    assert flow["recipient"] == by_label(statements, "Beneficiaries whose names are withheld")
    assert (flow["validFrom"], "validTo" in flow) == ("2024", False)


def test_persons_are_not_named(opened: MappedFile) -> None:
    statements = triples(opened, "0")
    said = " ".join(value for triple in statements for value in triple).casefold()
    for word in ("ann", "high street"):
        assert f" {word} " not in f" {said} "
    assert opened.report.persons == 2
    paid = {of(statements, thing)["recipient"] for thing, _, value in statements if value in ("1200", "300")}
    assert paid == {"actor/fts-natural-person"}


def test_what_is_made_meets_the_shapes(opened: MappedFile) -> None:
    found = validate(to_rdflib(parse(b"".join(opened.chunks(allowance("0"))), RdfFormat.N_QUADS)))
    assert [item for item in found if item.severity == "violation"] == []
