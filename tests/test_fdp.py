"""Fiscal Data Packages: every amount once, totals never beside their parts, and nothing from outside the folder."""

from __future__ import annotations

import csv
import json
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.fdp.mapping import mapping_of, open_package
from loaders.fdp.reader import COLUMNS, PROPOSED, TOTAL_MEASURE, TOTAL_ROW, FiscalDataPackage
from loaders.fdp.totals import Line, find_totals
from loaders.mapped import MappedFile, allowance
from loaders.records import Record, RecordRefused
from ontology.errors import InputRefused
from ontology.identifiers import expand

DATA = Path(__file__).parents[2] / "shared" / "data" / "fiscal_data_packages"
EURO = {"source": "amount", "currency": "EUR"}


def dimension(column: str, kind: str = "", **more: Any) -> dict[str, Any]:
    """Give a dimension of one attribute."""
    found = {"attributes": {"label": {"source": column}}, "primaryKey": "label", **more}
    return {**found, "dimensionType": kind} if kind else found


def package(
    tmp_path: Path,
    rows: Sequence[Sequence[object]],
    dimensions: Mapping[str, Any] | None = None,
    measures: Mapping[str, Any] | None = None,
    types: Mapping[str, Any] | None = None,
    called: str = "model",
    **more: Any,
) -> Path:
    """Write a package of one file; its first row is the header, and all columns but the amounts are text."""
    folder = tmp_path / "package"
    folder.mkdir(exist_ok=True)
    with (folder / "budget.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    described = measures or {"amount": EURO}
    sources = {str(measure.get("source")) for measure in described.values()}
    fields = [
        {"name": name, "type": "number" if name in sources else "string", **(types or {}).get(str(name), {})}
        for name in rows[0]
    ]
    descriptor = {
        "name": "made-up",
        "title": "A made-up budget",
        "resources": [{"name": "budget", "path": "budget.csv", "schema": {"fields": fields}}],
        called: {"measures": described, "dimensions": dimensions or {}},
        **more,
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def read(path: Path) -> tuple[list[dict[str, str]], list[RecordRefused]]:
    reader = FiscalDataPackage(path)
    found = list(reader.records())
    names = reader.columns["line"]
    rows = [dict(zip(names, each.cells, strict=True)) for each in found if isinstance(each, Record)]
    return rows, [each for each in found if isinstance(each, RecordRefused)]


def counted(rows: Iterable[Mapping[str, str]]) -> Decimal:
    return sum((Decimal(row["amount"] or 0) for row in rows if not row["not counted"]), Decimal(0))


def loaded(path: Path, allowed: str = "0") -> tuple[pyoxigraph.Store, MappedFile]:
    file = MappedFile(*open_package(path))
    store = pyoxigraph.Store()
    for chunk in file.chunks(allowance(allowed)):
        store.load(chunk, format=pyoxigraph.RdfFormat.N_QUADS)
    return store, file


def flows(store: pyoxigraph.Store) -> list[dict[str, str]]:
    """Give the flows, each with the labels of what it names and the notations of its concepts."""
    query = f"""PREFIX gov: <{expand("gov:x")[:-1]}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT ?amount ?quantity ?phase ?currency ?from ?to ?payer ?recipient ?programme {{
            ?f a gov:FundingFlow ; gov:amountMax ?amount ; gov:quantity ?quantity ; gov:currency ?currency .
            OPTIONAL {{ ?f gov:phase ?phase }} OPTIONAL {{ ?f gov:validFrom ?from }} OPTIONAL {{ ?f gov:validTo ?to }}
            OPTIONAL {{ ?f gov:payer/skos:prefLabel ?payer }} OPTIONAL {{ ?f gov:recipient/skos:prefLabel ?recipient }}
            OPTIONAL {{ ?f gov:programme/skos:prefLabel ?programme }} }}"""
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [
        {
            name: value.value.rsplit("/", 1)[-1] if isinstance(value, pyoxigraph.NamedNode) else value.value
            for name in names
            if isinstance(value := row[name], pyoxigraph.NamedNode | pyoxigraph.Literal)
        }
        for row in found
    ]


# --- the packages of the standard's demonstration


def real(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no {path}")
    return path


def table(name: str) -> list[dict[str, str]]:
    (path,) = (real(name) / "data").glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_allocations_add_up_to_their_published_totals_and_are_not_counted_with_them() -> None:
    name = "eu-allocations-per-ms-2014-2020"
    parts: dict[str, Decimal] = defaultdict(Decimal)
    published: dict[str, Decimal] = {}
    for row in table(name):
        if row["Fund"] == "Total (€)":
            published[row["Country ID"]] = Decimal(row["Amount"])
        else:
            parts[row["Country ID"]] += Decimal(row["Amount"])
    assert (parts["Poland"], published["Poland"]) == (Decimal(77_566_900_000), Decimal(77_567_000_000))
    assert all(abs(parts[country] - published[country]) <= 100_000 for country in published)
    store, found = loaded(real(name))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for flow in flows(store):
        assert flow["quantity"] == "allocation"
        assert (flow["from"], flow["to"], flow["currency"]) == ("2014-01-01", "2020-12-31", "EUR")
        sums[flow["recipient"]] += Decimal(flow["amount"])
    assert sums == parts
    assert list(found.report.skipped.values()) == [len(published)] == [28]
    assert found.report.aside == 0


def test_the_absorption_of_funds_is_counted_once_and_equals_what_the_union_publishes() -> None:
    """Three amounts a row and four funds, each with one that sums up the others; and the Union beside its states."""
    name = "eu-funds-absorption-rate-2007-2013"
    parts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    union: dict[tuple[str, str], Decimal] = {}
    for row in table(name):
        if row["Fund"] == "TOTAL":
            continue
        key = (row["Year"], row["Fund"])
        if row["Member State"] == "EU28":
            union[key] = Decimal(row["Total Paid"])
        else:
            parts[key] += Decimal(row["Advance"]) + Decimal(row["Interim"])
    assert all(abs(parts[key] - union[key]) <= Decimal("1.5") for key in union)
    store, found = loaded(real(name))
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for flow in flows(store):
        assert (flow["phase"], flow["quantity"]) == ("paid", "budget-line")
        sums[flow["from"], flow["programme"]] += Decimal(flow["amount"])
    assert sums == parts
    assert found.report.aside == 0


def test_a_fund_that_is_mapped_to_the_year_is_said_and_not_taken() -> None:
    reader = FiscalDataPackage(real("eu-funds-absorption-rate-2007-2013"))
    assert "the dimension fund from the column Year, which holds dates" in " ".join(reader.remarks)
    programmes = {record.cells[COLUMNS.index("programme")] for record in reader.records() if isinstance(record, Record)}
    assert programmes == {"CF", "ERDF", "ESF", "TOTAL"}
    assert mapping_of(reader)["programmes"]["programme"]["basis"] == "inferred"


def test_payments_of_a_treasury_are_transfers_on_the_day_that_they_were_executed() -> None:
    name = "al-treasury-spending"
    expected = Counter((" ".join(row["Supplier"].split()), row["Date executed"], row["Value"]) for row in table(name))
    store, _ = loaded(real(name))
    found = flows(store)
    assert Counter((flow["recipient"], flow["from"], flow["amount"]) for flow in found) == expected
    assert {(flow["quantity"], flow["phase"], flow["currency"]) for flow in found} == {("transfer", "paid", "ALL")}
    assert len({flow["payer"] for flow in found}) == 1


def test_a_budget_of_five_years_is_read_year_by_year() -> None:
    name = "au-budget"
    sums: dict[str, Decimal] = defaultdict(Decimal)
    unread = 0
    for row in table(name):
        for year in ("2014-15", "2015-16", "2016-17", "2017-18", "2018-19"):
            cell = row[year].strip().replace(",", "")
            if cell in ("-", "nfp"):
                unread += 1
            else:
                sums[year] += Decimal(cell or 0)
    rows, refused = read(real(name))
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in rows:
        assert line["starts"] == line["measure"][:4]
        assert line["ends"] == str(int(line["starts"]) + 1)
        assert line["not counted"] == ""
        found[line["measure"]] += Decimal(line["amount"] or 0)
    assert found == sums
    assert len(refused) == unread == 35


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("examples/minimal", ["measures.amount", "'expenditure'", "no such column"]),
        ("examples/entities-denormalized", ["measures.amount", "dimensions.date.year"]),
        ("examples/entities-normalized", ["dimensions.date.year", "dimensions.payee.title"]),
        ("obeu/mapping-to-FDP/eu-budget_example", ["not well-formed JSON"]),
        ("obeu/mapping-to-FDP/fishing-spending_example", ["not well-formed JSON"]),
    ],
)
def test_an_example_whose_descriptor_does_not_fit_its_file_is_refused(name: str, words: list[str]) -> None:
    with pytest.raises(InputRefused) as refused:
        FiscalDataPackage(real(name))
    assert all(word in str(refused.value) for word in words)


# --- measures and roles

PAID = [["who", "whom", "amount"], ["Town", "Helpers", "1.5"], ["Town", "Owners", "-2"]]
ROLES = {"payer": dimension("who", "entity"), "payee": dimension("whom", "entity")}


def test_money_from_a_payer_to_a_payee_is_a_transfer_and_money_back_goes_the_other_way(tmp_path: Path) -> None:
    store, _ = loaded(package(tmp_path, PAID, ROLES, {"amount": {**EURO, "factor": 1000, "phase": "executed"}}))
    found = {
        (flow["payer"], flow["recipient"], flow["amount"], flow["quantity"], flow["phase"]) for flow in flows(store)
    }
    assert found == {
        ("Town", "Helpers", "1500", "transfer", "paid"),
        ("Owners", "Town", "2000", "transfer", "paid"),
    }


def test_revenue_goes_to_whoever_runs_the_budget(tmp_path: Path) -> None:
    rows = [["who", "whom", "amount"], ["Town", "Owners", "7"]]
    store, _ = loaded(package(tmp_path, rows, ROLES, {"amount": {**EURO, "direction": "revenue"}}))
    assert [(flow["payer"], flow["recipient"]) for flow in flows(store)] == [("Owners", "Town")]


@pytest.mark.parametrize(
    ("dimensions", "phase", "quantity"),
    [
        ({}, "approved", "budget-line"),
        ({"administrator": dimension("who", "entity")}, "approved", "budget-line"),
        ({"payee": dimension("whom", "entity")}, "approved", "allocation"),
        ({"supplier": dimension("whom", "entity")}, "executed", "budget-line"),
        ({"budgetaryUnit": dimension("who"), "recipient": dimension("whom")}, "approved", "transfer"),
    ],
)
def test_what_kind_of_figure_it_is_follows_from_who_is_named(
    tmp_path: Path, dimensions: dict[str, Any], phase: str, quantity: str
) -> None:
    path = package(tmp_path, PAID[:2], dimensions, {"amount": {**EURO, "phase": phase}})
    assert [flow["quantity"] for flow in flows(loaded(path)[0])] == [quantity]


def test_the_phases_of_the_standard_are_three_of_ours_and_none_is_made_up(tmp_path: Path) -> None:
    rows = [["a", "b", "c", "d"], ["1", "2", "3", "4"]]
    stated = dict(zip("abcd", ("approved", "adjusted", "executed", ""), strict=True))
    measures = {name: {"source": name, "currency": "EUR", "phase": phase} for name, phase in stated.items()}
    found, _ = read(package(tmp_path, rows, measures=measures))
    assert [row["phase"] for row in found] == ["planned", "committed", "paid", ""]


def test_what_was_proposed_is_not_planned_a_second_time_beside_what_was_approved(tmp_path: Path) -> None:
    rows = [["a", "b"], ["10", "9"]]
    measures = {
        name: {"source": name, "currency": "EUR", "phase": phase}
        for name, phase in (("a", "proposed"), ("b", "approved"))
    }
    found, _ = read(package(tmp_path, rows, measures=measures))
    assert [row["not counted"] for row in found] == [PROPOSED, ""]
    alone, _ = read(package(tmp_path, rows, measures={"a": measures["a"]}))
    assert [row["not counted"] for row in alone] == [""]


def test_a_phase_may_stand_in_a_column(tmp_path: Path) -> None:
    rows = [["phase", "amount"], ["Approved", "1"], ["executed", "2"], ["proposed", "3"], ["dreamt", "4"]]
    found, refused = read(package(tmp_path, rows, {"phase": dimension("phase")}))
    assert [(row["phase"], row["not counted"]) for row in found] == [
        ("planned", ""),
        ("paid", ""),
        ("planned", PROPOSED),
    ]
    assert [(each.problem.row, each.problem.value) for each in refused] == [(5, "dreamt")]


def test_mapping_and_model_are_the_same_thing_and_so_are_lists_of_named_parts(tmp_path: Path) -> None:
    folder = package(tmp_path, PAID, ROLES)
    one, _ = read(folder)
    other, _ = read(package(tmp_path, PAID, ROLES, called="mapping"))
    listed = {
        "measures": [{"name": "amount", **EURO}],
        "dimensions": [
            {"name": name, "dimensionType": "entity", "fields": [{"name": "label", "source": column}]}
            for name, column in (("payer", "who"), ("payee", "whom"))
        ],
    }
    draft, _ = read(package(tmp_path, PAID, mapping=listed, called="unused"))
    assert one == other == draft


def test_the_columns_of_the_file_follow_as_they_are_written(tmp_path: Path) -> None:
    rows = [["payer", "note", "amount"], ["Town", " as  it is ", "1,0"]]
    fields = {"amount": {"decimalChar": ","}}
    found, _ = read(package(tmp_path, rows, {"payer": dimension("payer")}, types=fields))
    assert (found[0]["own payer"], found[0]["note"], found[0]["own amount"]) == ("Town", " as  it is ", "1,0")
    assert found[0]["amount"] == "1.0"


def test_names_are_looked_up_in_another_file_by_a_foreign_key(tmp_path: Path) -> None:
    payee = {
        "dimensionType": "entity",
        "attributes": {"id": {"source": "id", "resource": "names"}, "title": {"source": "name", "resource": "names"}},
        "primaryKey": "id",
    }
    folder = package(tmp_path, [["to", "amount"], ["1", "5"], ["9", "6"]], {"payee": payee})
    content = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    content["resources"].append({"name": "names", "path": "names.csv"})
    keys = [{"fields": "to", "reference": {"resource": "names", "fields": "id"}}]
    content["resources"][0]["foreignKeys"] = keys
    (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "names.csv").write_text("id,name\n1,Acme\n2,Other\n", encoding="utf-8")
    found, _ = read(folder)
    assert [(row["payee id"], row["payee"]) for row in found] == [("1", "Acme"), ("", "")]
    (folder / "names.csv").write_text("id,name\n1,Acme\n1,Other\n", encoding="utf-8")
    with pytest.raises(InputRefused, match="the key stands twice"):
        FiscalDataPackage(folder)
    del content["resources"][0]["foreignKeys"]
    (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputRefused, match="foreign key"):
        FiscalDataPackage(folder)


def test_states_are_told_by_the_name_of_their_column_and_are_those_that_are_known_already(tmp_path: Path) -> None:
    rows = [["Member State", "amount"], ["Malta", "5"], ["UK", "6"], ["czech  Republic", "7"], ["Atlantis", "8"]]
    path = package(tmp_path, rows, {"payee": dimension("Member State")})
    found, _ = read(path)
    assert [row["payee country"] for row in found] == ["MT", "GB", "CZ", ""]
    store, _ = loaded(path)
    query = f"""SELECT ?actor ?place {{ ?f a <{expand("gov:FundingFlow")}> ; <{expand("gov:recipient")}> ?actor .
        ?actor <{expand("gov:actorType")}> <{expand("gov:actorType/state")}> ; <{expand("gov:level")}> ?level .
        OPTIONAL {{ ?f <{expand("gov:over")}> ?place }} }}"""
    solutions = store.query(query, use_default_graph_as_union=True)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    pairs = {tuple(str(row[name]).strip("<>").rsplit("/", 1)[-1] for name in ("actor", "place")) for row in solutions}
    assert pairs == {
        ("mt-state", "mt"),
        ("gb-state", "gb"),
        ("cz-state", "cz"),
        ("made-up-atlantis", "None"),
    }


def test_that_private_persons_cannot_be_told_is_said_where_somebody_is_paid(tmp_path: Path) -> None:
    assert any("private persons" in each for each in FiscalDataPackage(package(tmp_path, PAID, ROLES)).remarks)
    without = FiscalDataPackage(package(tmp_path, PAID, {"payer": ROLES["payer"]}))
    assert not any("private persons" in each for each in without.remarks)


def test_a_package_of_one_country_puts_its_money_there(tmp_path: Path) -> None:
    path = package(tmp_path, PAID, ROLES, countryCode="AL", cityCode="TIA")
    mapping = mapping_of(FiscalDataPackage(path))
    assert mapping["territories"]["country"]["known"] == "territory/al"
    assert mapping["flows"]["expenditure"]["territory"] == "country"
    assert mapping["actors"]["payer"]["level"] == "local"
    several = mapping_of(FiscalDataPackage(package(tmp_path, PAID, ROLES, countryCode=["AL", "PL"])))
    assert "territories" not in several


# --- a dimension that is mapped wrongly


def test_a_fund_from_a_column_of_dates_is_left_out_where_no_other_column_is_meant(tmp_path: Path) -> None:
    rows = [["year", "amount"], ["2014", "5"]]
    wrong = {"fund": dimension("year", "activity"), "date": dimension("year", "datetime")}
    for kind in ("date", "year", "fiscal-year"):
        reader = FiscalDataPackage(package(tmp_path, rows, wrong, types={"year": {"type": kind}}))
        assert reader.roles.programme is None
        assert any("fund" in remark and "left out" in remark for remark in reader.remarks)
        (record,) = reader.records()
        assert isinstance(record, Record)
        assert (record.cells[COLUMNS.index("programme")], record.cells[COLUMNS.index("starts")]) == ("", "2014")


def test_a_column_that_something_else_is_taken_from_is_not_read_in_the_place_of_a_wrong_one(tmp_path: Path) -> None:
    rows = [["fund", "year", "amount"], ["ESF", "2014", "5"]]
    wrong = {"fund": dimension("year", "activity"), "account": dimension("fund", "other")}
    reader = FiscalDataPackage(package(tmp_path, rows, wrong, types={"year": {"type": "date"}}))
    assert reader.roles.programme is None


# --- periods


@pytest.mark.parametrize(
    ("cells", "field", "periods"),
    [
        (["2014-03-01", "2014", "2014-03"], {}, [("2014-03-01",) * 2, ("2014",) * 2, ("2014-03",) * 2]),
        (["2014-15", "2015-16"], {}, [("2014", "2015"), ("2015", "2016")]),
        (["2014/2015"], {}, [("2014", "2015")]),
        (["2011-12"], {}, [("2011", "2012")]),
        (["2011-12", "2011-11"], {}, [("2011-12",) * 2, ("2011-11",) * 2]),
        (["31/01/2014", "01/02/2014"], {}, [("2014-01-31",) * 2, ("2014-02-01",) * 2]),
        (["01/02/2014"], {"format": "%d/%m/%Y"}, [("2014-02-01",) * 2]),
        (["01/02/2014"], {"format": "fmt:%m/%d/%Y"}, [("2014-01-02",) * 2]),
        (["01/02/2014"], {"format": "DD/MM/YYYY"}, [("2014-02-01",) * 2]),
        (["2014-03-01T00:00:00Z"], {"format": "default"}, [("2014-03-01",) * 2]),
        (["", "2014"], {}, [("", ""), ("2014",) * 2]),
    ],
)
def test_dates_are_read_as_they_are_meant(
    tmp_path: Path, cells: list[str], field: dict[str, str], periods: list[tuple[str, str]]
) -> None:
    rows = [["day", "amount"], *([cell, "1"] for cell in cells)]
    path = package(tmp_path, rows, {"date": dimension("day", "datetime")}, types={"day": {"type": "date", **field}})
    assert [(row["starts"], row["ends"]) for row in read(path)[0]] == periods


def test_dates_that_can_be_read_in_two_ways_are_refused(tmp_path: Path) -> None:
    path = package(tmp_path, [["day", "amount"], ["01/02/2014", "1"]], {"date": dimension("day", "datetime")})
    with pytest.raises(InputRefused, match="declare the format"):
        FiscalDataPackage(path)


def test_a_row_whose_date_is_none_is_set_aside(tmp_path: Path) -> None:
    rows = [["day", "amount"], ["2014-02-30", "1"], ["2014-02-28", "2"], ["soon", "3"]]
    found, refused = read(package(tmp_path, rows, {"date": dimension("day", "datetime")}))
    assert [row["amount"] for row in found] == ["2"]
    assert [(each.problem.row, each.problem.column) for each in refused] == [(2, "day"), (4, "day")]


@pytest.mark.parametrize("period", [{"start": "2014-01-01", "end": "2020-12-31"}, "2014-01-01/2020-12-31"])
def test_without_a_date_the_period_of_the_package_counts(tmp_path: Path, period: object) -> None:
    found, _ = read(package(tmp_path, [["amount"], ["1"]], fiscalPeriod=period))
    assert (found[0]["starts"], found[0]["ends"]) == ("2014-01-01", "2020-12-31")


def test_the_day_of_the_payment_goes_before_other_days(tmp_path: Path) -> None:
    rows = [["registered", "executed", "amount"], ["2014-01-01", "2014-02-02", "1"]]
    days = {"date-registered": dimension("registered", "datetime"), "date-executed": dimension("executed", "datetime")}
    reader = FiscalDataPackage(package(tmp_path, rows, days))
    (record,) = reader.records()
    assert isinstance(record, Record)
    assert record.cells[COLUMNS.index("starts")] == "2014-02-02"
    assert any("date-registered" in remark for remark in reader.remarks)


def test_a_date_of_year_and_month_is_read_by_its_year(tmp_path: Path) -> None:
    parts = {"attributes": {"year": {"source": "y"}, "month": {"source": "m"}}, "primaryKey": ["year", "month"]}
    found, _ = read(package(tmp_path, [["y", "m", "amount"], ["2014", "3", "1"]], {"date": parts}))
    assert (found[0]["starts"], found[0]["ends"]) == ("2014", "2014")


# --- numbers


@pytest.mark.parametrize(
    ("cells", "field", "amounts"),
    [
        (["1000", "0.10", "-3"], {}, ["1000", "0.10", "-3"]),
        (["1.234,50", "7"], {"decimalChar": ",", "groupChar": "."}, ["1234.50", "7"]),
        (["1234,5"], {"decimalChar": ","}, ["1234.5"]),
        (["85,817", "12.5"], {}, ["85817", "12.5"]),
        (["1.234"], {}, ["1.234"]),
        (["123456789012345678901234567.89"], {}, ["123456789012345678901234567.89"]),
    ],
)
def test_amounts_are_read_exactly(tmp_path: Path, cells: list[str], field: dict[str, str], amounts: list[str]) -> None:
    found, refused = read(package(tmp_path, [["amount"], *([cell] for cell in cells)], types={"amount": field}))
    assert [row["amount"] for row in found] == amounts
    assert refused == []


def test_a_factor_multiplies_without_rounding(tmp_path: Path) -> None:
    folder = package(tmp_path, [["amount"], ["123456789012345678901234567.89"]])
    text = (folder / "datapackage.json").read_text(encoding="utf-8")
    text = text.replace('"currency": "EUR"', '"currency": "EUR", "factor": 0.001')
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    assert [row["amount"] for row in read(folder)[0]] == ["123456789012345678901234.56789"]


@pytest.mark.parametrize("cell", ["nfp", "NaN", "1e400", "Infinity", "1.2.3", "١٢", "0x10", "- "])
def test_an_amount_that_is_none_is_set_aside(tmp_path: Path, cell: str) -> None:
    found, refused = read(package(tmp_path, [["name", "amount"], ["a", "1"], ["b", cell], ["c", "2"]]))
    assert [row["amount"] for row in found] == ["1", "2"]
    assert [(each.problem.row, each.problem.column, each.problem.value) for each in refused] == [(3, "amount", cell)]


def test_an_empty_amount_is_no_flow_and_no_zero(tmp_path: Path) -> None:
    store, found = loaded(package(tmp_path, [["name", "amount"], ["a", ""], ["b", "2"]]))
    assert [flow["amount"] for flow in flows(store)] == ["2"]
    assert found.report.aside == 0


def test_amounts_that_can_be_read_in_two_ways_are_refused(tmp_path: Path) -> None:
    path = package(tmp_path, [["amount"], ["1,234"], ["5,678"]])
    with pytest.raises(InputRefused, match="declare decimalChar"):
        FiscalDataPackage(path)


# --- totals

BY_FUND = {"payee": dimension("state", "entity"), "fund": dimension("fund", "activity")}
HEADER = ["state", "fund", "amount"]


def counts(path: Path) -> list[str]:
    """Say for each row of a package: counted, total, or doubtful."""
    said = {
        record.place: record.cells[COLUMNS.index("not counted")] if isinstance(record, Record) else "doubtful"
        for record in FiscalDataPackage(path).records()
        if isinstance(record, Record)
    }
    refused = [each.problem.row for each in read(path)[1]]
    places = {**said, **dict.fromkeys(refused, "doubtful")}
    return [places[place] for place in sorted(places)]


@pytest.mark.parametrize("label", ["Total", "TOTAL", "total (€)", "All", "Grand total", "Insgesamt", "Suma", ""])
def test_a_row_that_says_total_and_is_the_sum_of_the_others_is_not_counted(tmp_path: Path, label: str) -> None:
    rows = [HEADER, ["PL", "CF", "10.1"], ["PL", "ESF", "20.2"], ["PL", label, "30.3"], ["IT", "ESF", "30.3"]]
    assert counts(package(tmp_path, rows, BY_FUND)) == ["", "", TOTAL_ROW, ""]


def test_a_total_may_stand_above_its_parts_and_may_be_rounded(tmp_path: Path) -> None:
    # parts are rounded to 0.1, so that three parts and their total may differ by 0.2
    rows = [HEADER, ["PL", "Total", "100.2"], ["PL", "a", "33.3"], ["PL", "b", "33.3"], ["PL", "c", "33.4"]]
    assert counts(package(tmp_path, rows, BY_FUND)) == [TOTAL_ROW, "", "", ""]
    rows[1][2] = "100.3"
    assert counts(package(tmp_path, rows, BY_FUND)) == ["doubtful", "", "", ""]


def test_a_total_that_is_not_the_sum_is_set_aside_and_neither_counted_nor_skipped(tmp_path: Path) -> None:
    rows = [HEADER, ["PL", "CF", "10"], ["PL", "ESF", "20"], ["PL", "Total", "37"]]
    _, refused = read(package(tmp_path, rows, BY_FUND))
    assert [(each.problem.row, "not the sum" in each.problem.reason) for each in refused] == [(4, True)]


def test_a_total_that_stands_alone_is_the_only_figure_and_is_counted(tmp_path: Path) -> None:
    rows = [HEADER, ["PL", "CF", "10"], ["IT", "Total", "37"]]
    path = package(tmp_path, rows, BY_FUND)
    assert counts(path) == ["", ""]
    assert any("stand alone" in remark for remark in FiscalDataPackage(path).remarks)


def test_a_name_that_begins_with_total_is_no_total_unless_it_is_the_sum(tmp_path: Path) -> None:
    rows = [HEADER, ["PL", "CF", "10"], ["PL", "ESF", "20"], ["PL", "Total Energies", "5"], ["PL", "Total funds", "35"]]
    assert counts(package(tmp_path, rows, BY_FUND)) == ["", "", "", ""]
    rows = [HEADER, ["PL", "CF", "10"], ["PL", "ESF", "20"], ["PL", "Total of funds", "30"]]
    assert counts(package(tmp_path, rows, BY_FUND)) == ["", "", TOTAL_ROW]


def test_totals_of_totals_are_found_at_every_level(tmp_path: Path) -> None:
    rows = [
        HEADER,
        *(["PL", "CF", "10"], ["PL", "ESF", "20"], ["PL", "Total", "30"]),
        *(["IT", "CF", "1"], ["IT", "ESF", "2"], ["IT", "Total", "3"]),
        *(["EU28", "CF", "11"], ["EU28", "ESF", "22"], ["EU28", "Total", "33"], ["Total", "", "33"]),
    ]
    assert counts(package(tmp_path, rows, BY_FUND)) == ["", "", TOTAL_ROW] * 2 + [TOTAL_ROW] * 4


def test_the_union_beside_states_that_do_not_make_it_up_is_counted(tmp_path: Path) -> None:
    rows = [HEADER, ["PL", "CF", "10"], ["IT", "CF", "1"], ["EU28", "CF", "500"]]
    assert counts(package(tmp_path, rows, BY_FUND)) == ["", "", ""]


def test_a_total_is_found_by_a_column_that_the_model_does_not_use(tmp_path: Path) -> None:
    rows = [
        ["state", "kind", "remark", "amount"],
        ["PL", "a", "x", "10"],
        ["PL", "b", "y", "20"],
        ["PL", "Total", "see above", "30"],
    ]
    assert counts(package(tmp_path, rows, {"payee": dimension("state", "entity")})) == ["", "", TOTAL_ROW]


def test_the_number_of_a_row_does_not_hide_that_it_is_a_total(tmp_path: Path) -> None:
    rows = [
        ["id", "state", "kind", "amount"],
        ["1", "PL", "a", "10"],
        ["2", "PL", "b", "20"],
        ["3", "PL", "Total", "30"],
    ]
    dimensions = {"payee": dimension("state"), "kind": dimension("kind"), "id": dimension("id", "fact")}
    assert counts(package(tmp_path, rows, dimensions)) == ["", "", TOTAL_ROW]


def test_more_forms_of_rows_than_can_be_looked_at_are_said(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(7)]
    parts = [[*("x" if number >> place & 1 else "" for place in range(7)), "1"] for number in range(1, 127)]
    rows = [[*names, "amount"], *parts]
    reader = FiscalDataPackage(package(tmp_path, rows, {name: dimension(name) for name in names}))
    assert any("not all of them were looked at" in remark for remark in reader.remarks)


def test_an_empty_label_among_payments_is_no_total(tmp_path: Path) -> None:
    rows = [HEADER, ["PL", "CF", "10"], ["PL", "ESF", "20"], ["PL", "", "30"]]
    assert counts(package(tmp_path, rows, BY_FUND, granularity="transactional")) == ["", "", ""]
    assert counts(package(tmp_path, rows, BY_FUND)) == ["", "", TOTAL_ROW]
    two = [HEADER, ["PL", "CF", "10"], ["PL", "", "10"]]
    assert counts(package(tmp_path, two, BY_FUND)) == ["", ""]  # equal to one row alone: that shows nothing


def test_a_row_is_a_total_only_if_all_its_amounts_are(tmp_path: Path) -> None:
    measures = {name: {"source": name, "currency": "EUR"} for name in ("a", "b")}
    rows = [["fund", "a", "b"], ["CF", "10", "1"], ["ESF", "20", "2"], ["", "30", "4"]]
    found, _ = read(package(tmp_path, rows, {"fund": dimension("fund")}, measures))
    assert {row["not counted"] for row in found} == {""}
    rows[3][2] = "3"
    found, _ = read(package(tmp_path, rows, {"fund": dimension("fund")}, measures))
    assert [row["not counted"] for row in found] == ["", ""] * 2 + [TOTAL_ROW] * 2


def test_a_measure_that_is_the_sum_of_the_others_is_not_counted(tmp_path: Path) -> None:
    measures = {name: {"source": name, "currency": "EUR"} for name in ("total-paid", "advance", "interim")}
    rows = [["total-paid", "advance", "interim"], ["30", "10", "20"], ["7.5", "7.5", "0"]]
    found, _ = read(package(tmp_path, rows, measures=measures))
    assert [row["not counted"] for row in found] == [TOTAL_MEASURE, "", ""] * 2
    assert counted(found) == Decimal("37.5")
    assert {row["phase"] for row in found} == {"paid"}
    rows[1][0] = "31"
    found, _ = read(package(tmp_path, rows, measures=measures))
    assert {row["not counted"] for row in found} == {""}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_totals_that_are_put_into_a_table_change_no_sum(data: st.DataObject) -> None:
    """Whatever the parts and wherever the totals stand: exactly the rows that were put in are found."""
    states, funds = ["PL", "IT", "MT"], ["CF", "ESF", "ERDF", "YEI"]
    amount = st.integers(min_value=1, max_value=10**9).map(lambda n: Decimal(n).scaleb(-1))
    parts = {key: data.draw(amount) for key in product(states, funds)}
    rows = [(state, fund, number, False) for (state, fund), number in parts.items()]
    for state in data.draw(st.sets(st.sampled_from(states))):
        rows.append((state, "Total", sum((parts[state, fund] for fund in funds), Decimal(0)), True))
    for fund in data.draw(st.sets(st.sampled_from(funds))):
        rows.append(("All", fund, sum((parts[state, fund] for state in states), Decimal(0)), True))
    if data.draw(st.booleans()):
        rows.append(("All", "Total", sum(parts.values(), Decimal(0)), True))
    rows = data.draw(st.permutations(rows))

    def lines() -> list[Line]:
        return [(place, [state, fund], [number]) for place, (state, fund, number, _) in enumerate(rows)]

    found = find_totals(lines, [], [Decimal("0.1")], blank=True)
    assert found.verdicts == {place: "total" for place, row in enumerate(rows) if row[3]}


# --- paths


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv",
        "data/../../secret.csv",
        "..\\secret.csv",
        "/etc/hostname",
        "C:\\secret.csv",
        "\\\\server\\secret.csv",
        "http://127.0.0.1:9/secret.csv",
        "HTTPS://example.org/secret.csv",
        "file:///etc/hostname",
        "ftp://example.org/a.csv",
        "s3://bucket/a.csv",
        "link.csv",
        "linked/secret.csv",
        "missing.csv",
        ".",
        "pipe.csv",
        "a\0b.csv",
        5000 * "a",
        "",
    ],
)
def test_a_path_that_leaves_the_folder_is_refused_by_name(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.csv").write_text("amount\n1\n", encoding="utf-8")
    folder = package(tmp_path, [["amount"], ["1"]])
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.csv")
    content = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    content["resources"][0]["path"] = path
    (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        FiscalDataPackage(folder)
    assert [problem.column for problem in refused.value.problems] == ["resources"]


@pytest.mark.parametrize(
    "resource",
    [
        {"name": "a", "url": "http://127.0.0.1:9/a.csv"},
        {"name": "a", "data": [{"amount": 1}]},
        {"name": "a", "path": ["budget.csv", "more.csv"]},
        {"name": "a", "path": 7},
        {"name": "a"},
        "budget.csv",
        None,
    ],
)
def test_a_resource_that_is_no_file_beside_the_descriptor_is_refused(tmp_path: Path, resource: object) -> None:
    folder = package(tmp_path, [["amount"], ["1"]])
    content = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    content["resources"].append(resource)
    (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputRefused):
        FiscalDataPackage(folder)


# --- descriptors that are wrong


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": None}, "no model and no mapping"),
        ({"model": []}, "expected an object"),
        ({"model": {"measures": {}}}, "no measure"),
        ({"model": {"measures": {"a": {"currency": "EUR"}}}}, "no source"),
        ({"model": {"measures": {"a": {"source": "amount"}}}}, "ISO 4217"),
        ({"model": {"measures": {"a": {**EURO, "currency": "euro"}}}}, "ISO 4217"),
        ({"model": {"measures": {"a": {**EURO, "factor": 0}}}}, "factor"),
        ({"model": {"measures": {"a": {**EURO, "factor": "x"}}}}, "factor"),
        ({"model": {"measures": {"a": {**EURO, "factor": float("nan")}}}}, "factor"),
        ({"model": {"measures": {"a": {**EURO, "phase": "dreamt"}}}}, "the phase proposed"),
        ({"model": {"measures": {"a": {**EURO, "direction": "up"}}}}, "the direction"),
        ({"model": {"measures": {"a": {**EURO, "resource": "other"}}}}, "no resource of that name"),
        (
            {"model": {"measures": {"a": EURO, "b": {**EURO, "resource": "c"}, "d": {**EURO, "resource": "e"}}}},
            "several",
        ),
        ({"model": {"measures": {"a": {**EURO, "source": "amuont"}}}}, "did you mean amount?"),
        ({"model": {"measures": {"a": EURO}, "dimensions": {"payee": {}}}}, "no attributes"),
        ({"model": {"measures": {"a": EURO}, "dimensions": {"payee": 7}}}, "expected an object"),
        ({"model": {"measures": {"a": EURO}, "dimensions": {"p": {"attributes": {"x": {}}}}}}, "neither a source"),
        ({"model": {"measures": {"a": EURO}, "dimensions": {"p": dimension("payee")}}}, "no such column"),
        ({"resources": 2 * [{"name": "budget", "path": "budget.csv"}]}, "two files have this name"),
        ({"resources": []}, "a list of files"),
        ({"resources": "budget.csv"}, "a list of files"),
    ],
)
def test_a_descriptor_that_cannot_be_followed_is_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    folder = package(tmp_path, [["amount"], ["1"]], **change)
    with pytest.raises(InputRefused, match=re.escape(words)):
        FiscalDataPackage(folder)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    measures = {"a": {"source": "", "currency": "x"}, "b": {"source": "amount", "currency": ""}}
    folder = package(tmp_path, [["amount"], ["1"]], measures=measures)
    with pytest.raises(InputRefused) as refused:
        FiscalDataPackage(folder)
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"7",
        b"{",
        b"// a remark\n{}",
        b"<xml/>",
        b"\xff\xfe{\x00}\x00",
        '{"name": "Zürich"}'.encode("cp1252"),
        100_000 * b"[",
        b'{"a": ' + 10_000 * b"1" + b"}",
        b'{"a": ["\\ud800"]}',
        b'{"name": "a", "name": "b"}',
        b"\x00" * 1000,
    ],
)
def test_what_is_no_descriptor_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "datapackage.json").write_bytes(content)
    with pytest.raises(InputRefused):
        FiscalDataPackage(tmp_path)


def test_a_descriptor_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    folder = package(tmp_path, [["amount"], ["1"]])
    content = (folder / "datapackage.json").read_bytes()
    (folder / "datapackage.json").write_bytes(b"\xef\xbb\xbf" + content)
    assert len(read(folder)[0]) == len(read(folder / "datapackage.json")[0]) == 1


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder" / "datapackage.json").mkdir(parents=True)
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(1 << 30)  # of no size on the disk, and not to be read as a whole
    for path in (tmp_path, tmp_path / "pipe.json", tmp_path / "folder", tmp_path / "missing", large):
        with pytest.raises(InputRefused):
            FiscalDataPackage(path)


def test_damaged_packages_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    chance = random.Random(2014)
    rows = [["state", "fund", "day", "amount"], ["PL", "CF", "2014", "1.5"], ["PL", "Total", "2014", "1.5"]]
    folder = package(tmp_path, rows, {**BY_FUND, "date": dimension("day", "datetime")})
    files = [folder / "datapackage.json", folder / "budget.csv"]
    whole = {path: path.read_bytes() for path in files}
    for number in range(400):
        path = files[number % 2]
        damaged = bytearray(whole[path])
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged[: chance.randrange(len(damaged))] if number % 5 == 0 else damaged)
        try:
            loaded(folder, "100%")
        except InputRefused as refused:
            assert refused.problems
        path.write_bytes(whole[path])


def test_a_descriptor_with_any_value_in_any_place_is_followed_or_refused(tmp_path: Path) -> None:
    chance = random.Random(360)
    rows = [["state", "fund", "day", "amount"], ["PL", "CF", "2014", "1.5"], ["PL", "Total", "2014", "1.5"]]
    more: dict[str, Any] = {
        "countryCode": "PL",
        "fiscalPeriod": {"start": "2014", "end": "2015"},
        "homepage": "http://example.org",
    }
    folder = package(tmp_path, rows, {**BY_FUND, "date": dimension("day", "datetime")}, **more)
    path = folder / "datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["resources"][0] |= {"encoding": "utf-8", "dialect": {"delimiter": ","}, "foreignKeys": []}
    values: list[Any] = [
        None,
        True,
        7,
        -0.5,
        "",
        "x",
        "\ud800",
        "a\0b",
        "{amount}",
        [],
        {},
        [[]],
        [{}],
        {"a": {}},
        "../x",
        10**400,
    ]
    for _ in range(600):
        changed = json.loads(json.dumps(content))
        for _ in range(chance.randint(1, 2)):
            parent, key = chance.choice(list(places(changed)))
            parent[key] = deepcopy(chance.choice(values))
        path.write_text(json.dumps(changed), encoding="utf-8")
        try:
            loaded(folder, "100%")
        except InputRefused as refused:
            assert refused.problems


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Give every place of a JSON value, as what holds it and the name or number there."""
    for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(part, dict | list):
            yield from places(part)


def test_a_file_without_rows_gives_no_records(tmp_path: Path) -> None:
    assert read(package(tmp_path, [["state", "fund", "amount"]], BY_FUND)) == ([], [])


def test_the_same_package_gives_the_same_statements(tmp_path: Path) -> None:
    folder = package(tmp_path, PAID, ROLES)
    one, other = (b"".join(MappedFile(*open_package(folder)).chunks(allowance("0"))) for _ in range(2))
    assert one == other
