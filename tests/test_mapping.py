"""Mappings: what records become, worked by hand on small tables, and what is said of what is wrong."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from graph.rdf import to_rdflib
from loaders.mapped import MappedFile, allowance
from loaders.mapping.document import read_mapping
from loaders.mapping.report import Report
from loaders.sources import open_mapped, shipped_mappings
from ontology.errors import InputRefused
from ontology.shacl import validate

ID = "https://w3id.org/subsidia/id/"
GRANTS = """\
[source]
key = "grants"
title = "Grants of Examplia"

[read]
numbers = "1,234.56"
dates = "dd/mm/yyyy"

[actors.state]
key = "state"
label = "State of Examplia"
level = "national"
type = "state"

[actors.holder]
key = "{Holder}"
label = "{Holder}"
level = "local"
type = { from = "{Kind}", values = { town = "municipality", club = "ngo" } }

[flows.grant]
key = "{No}"
label = "{Title}"
payer = "state"
recipient = "holder"
amount = "{Amount}"
currency = "EUR"
quantity = "transfer"
per = "total"
phase = "paid"
valid_from = "{Start}"
"""
HEADER = "No,Title,Holder,Kind,Amount,Start"


def table(folder: Path, rows: Sequence[str], header: str = HEADER) -> Path:
    path = folder / "grants.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def opened(folder: Path, rows: Sequence[str], mapping: str = GRANTS, header: str = HEADER) -> MappedFile:
    (folder / "grants.toml").write_text(mapping, encoding="utf-8")
    return open_mapped(table(folder, rows, header), mapping=str(folder / "grants.toml"))


Triple = tuple[str, str, str]


def triples(found: MappedFile, allowed: str = "100%", rejects: Path | None = None) -> set[Triple]:
    """Give the statements, things and properties by the ends of their IRIs."""
    text = b"".join(found.chunks(allowance(allowed), rejects))

    def end(term: object) -> str:
        assert isinstance(term, NamedNode | Literal)
        return term.value.removeprefix(ID).removeprefix("https://w3id.org/subsidia/def/")

    return {(end(t.subject), end(t.predicate), end(t.object)) for t in parse(text, RdfFormat.N_TRIPLES)}


def of(statements: set[Triple], subject: str) -> dict[str, str]:
    return {property_: value for thing, property_, value in statements if thing == subject}


def test_a_record_becomes_the_rows_that_the_mapping_says(tmp_path: Path) -> None:
    statements = triples(opened(tmp_path, ['7,Language courses,Town of Exa,town,"1,234.50",01/09/2006']))
    assert of(statements, "flow/grants-grant-7") == {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": "FundingFlow",
        "http://www.w3.org/2004/02/skos/core#prefLabel": "Language courses",
        "http://www.w3.org/ns/prov#hadPrimarySource": "source/grants",
        "payer": "actor/grants-state",
        "recipient": "actor/grants-town-of-exa-4c9ff0cf",
        "amountMin": "1234.5",
        "amountMax": "1234.5",
        "currency": "http://publications.europa.eu/resource/authority/currency/EUR",
        "quantity": "quantity/transfer",
        "per": "per/total",
        "phase": "phase/paid",
        "basis": "basis/stated",
        "validFrom": "2006-09-01",
        "row": "2",
    }
    assert of(statements, "actor/grants-town-of-exa-4c9ff0cf")["actorType"] == "actorType/municipality"


def test_the_source_tells_which_file_it_was_and_by_which_mapping(tmp_path: Path) -> None:
    found = opened(tmp_path, ["7,Courses,Exa,town,1,01/09/2006"])
    source = of(triples(found), "source/grants")
    assert source["fileName"] == "grants.csv"
    assert source["http://purl.org/dc/terms/title"] == "Grants of Examplia"
    content = f"{HEADER}\n7,Courses,Exa,town,1,01/09/2006\n"
    assert source["fileDigest"] == f"sha256:{sha256(content.encode()).hexdigest()}"


def test_what_is_made_meets_the_shapes(tmp_path: Path) -> None:
    rows = ["7,Courses,Exa,town,10,01/09/2006", "8,Sport,Club,club,20,02/09/2006"]
    text = b"".join(opened(tmp_path, rows).chunks(allowance("0")))
    found = [item for item in validate(to_rdflib(parse(text, RdfFormat.N_QUADS))) if item.severity == "violation"]
    assert found == []


@pytest.mark.parametrize("name", sorted(shipped_mappings()))
def test_every_mapping_that_comes_along_can_be_read(name: str) -> None:
    assert read_mapping(shipped_mappings()[name]).sections


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("7,T,Exa,village,10,01/09/2006", "Kind", "the mapping lists no such value"),
        ("7,T,Exa,town,1.234.5,01/09/2006", "Amount", "expected a number written as 1,234.56"),
        ("7,T,Exa,town,,01/09/2006", "Amount", "it is empty; say what that means in the mapping"),
        ("7,T,Exa,town,-3,01/09/2006", "Amount", "it is below zero; say what that means in the mapping"),
        ("7,T,Exa,town,1e3,01/09/2006", "Amount", "expected a number"),
        ("7,T,Exa,town,n/a,01/09/2006", "Amount", 'say so in the mapping ([read]: blank = ["n/a"])'),
        ("7,T,Exa,town,EUR 5.–,01/09/2006", "Amount", "a dash behind it is not read, it can be an open range"),
        ("7,T,Exa,town,10,31/02/2006", "Start", "there is no day 31"),
        (",T,Exa,town,10,01/09/2006", "No", "the key is empty"),
        ("6,T,Exa,town,10,01/09/2006", "No", "the key stands twice"),
    ],
)
def test_a_record_that_cannot_be_read_is_set_aside_with_its_place(
    tmp_path: Path, row: str, column: str, reason: str
) -> None:
    found = opened(tmp_path, ["6,First,Exa,town,5,01/09/2006", row])
    statements = triples(found, "1", tmp_path / "rejects.csv")
    (rejected,) = csv.DictReader((tmp_path / "rejects.csv").read_text(encoding="utf-8").splitlines())
    assert (rejected["row"], rejected["column"]) == ("3", column)
    assert reason in rejected["reason"]
    # the row before went in, and nothing of this one
    assert {subject for subject, _, _ in statements if subject.startswith("flow/")} == {"flow/grants-grant-6"}
    assert found.report.aside == 1


def test_a_thing_first_named_in_a_record_that_is_set_aside_is_described_by_the_next(tmp_path: Path) -> None:
    found = opened(tmp_path, ["1,T,Exa,town,bad,01/09/2006", "2,T,Exa,town,10,01/09/2006"])
    assert len([1 for subject, _, _ in triples(found) if subject.startswith("actor/grants-exa")]) > 3
    assert found.report.things["actors.holder"] == 1


def test_a_thing_named_twice_in_a_record_that_is_set_aside_is_described_by_the_next(tmp_path: Path) -> None:
    holder = GRANTS[GRANTS.index("[actors.holder]") : GRANTS.index("[flows.grant]")]
    mapping = GRANTS.replace(holder, holder + holder.replace("actors.holder", "actors.partner"))
    found = opened(tmp_path, ["1,T,Exa,town,10,31/02/2006", "2,T,Exa,town,10,01/09/2006"], mapping)
    assert of(triples(found), "actor/grants-exa")["level"] == "level/local"
    assert (found.report.aside, found.report.things["actors.holder"]) == (1, 1)


def test_an_amount_without_a_currency_is_set_aside(tmp_path: Path) -> None:
    mapping = GRANTS.replace('currency = "EUR"', 'currency = "{Unit}"')
    rows = ["1,T,Exa,town,10,01/09/2006,EUR", "2,T,Exa,town,20,01/09/2006,"]
    found = opened(tmp_path, rows, mapping, f"{HEADER},Unit")
    assert "flow/grants-grant-2" not in {subject for subject, _, _ in triples(found)}
    (problem,) = found.report.first
    assert (problem.column, problem.reason) == ("Unit", "it is empty, and an amount needs a currency")


def test_a_header_that_stands_lower_is_hinted_at(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        opened(tmp_path, [HEADER, "1,T,Exa,town,10,01/09/2006"], header="Grants of Examplia")
    assert refused.value.problems[0].reason == (
        "the file has no such column; the file has Grants of Examplia; "
        "where the names of its columns stand in a lower row, say which: header = in [read]"
    )


def test_nothing_is_loaded_where_more_is_set_aside_than_is_allowed(tmp_path: Path) -> None:
    found = opened(tmp_path, ["1,T,Exa,town,bad,01/09/2006", "2,T,Exa,town,10,01/09/2006"])
    with pytest.raises(InputRefused) as refused:
        triples(found, "49%")
    first, second = refused.value.problems
    assert "1 of 2 records cannot be read, more than the 49 %" in first.reason
    assert (second.row, second.column, second.value) == (2, "Amount", "bad")
    assert triples(found, "50%")


def test_the_account_says_how_much_money_went_in(tmp_path: Path) -> None:
    rows = [
        "1,T,Exa,town,10.50,01/09/2006",
        "2,T,Exa,town,20,01/09/2006",
        "3,T,Exa,village,7,01/09/2006",
        "4,T,Exa,town,0,",
    ]
    found = opened(tmp_path, rows)
    triples(found)
    assert found.report.money == {("flows.grant", "EUR"): Decimal("30.50")}
    assert found.report.money_aside == {("flows.grant", "EUR"): Decimal(7)}
    assert found.report.lines() == [
        "3 of 4 records went in (75 %); 1 was set aside",
        "described: 1 actors.holder, 1 actors.state, 2 flows.grant",
        "flows.grant: 30.50 EUR went in, 7 EUR set aside (18.67 % of the money)",
        "1 flows.grant left out: the amount is 0",
    ]


def test_two_equal_rows_are_two_flows_where_nothing_tells_rows_apart(tmp_path: Path) -> None:
    keyless = GRANTS.replace('key = "{No}"\n', "")
    rows = ["1,T,Exa,town,10,01/09/2006"] * 2
    found = opened(tmp_path, rows, keyless)
    statements = triples(found)
    assert len({subject for subject, _, _ in statements if subject.startswith("flow/")}) == 2
    other_order = triples(opened(tmp_path, ["2,T,Exa,town,10,01/09/2006", *rows], keyless))
    # the same rows make the same flows wherever they stand
    flows = {(s, p, o) for s, p, o in statements if s.startswith("flow/") and p != "row"}
    assert flows <= other_order


def test_parts_of_a_total_add_up_to_it_in_cents(tmp_path: Path) -> None:
    shares = GRANTS.replace('amount = "{Amount}"', 'amount = { product = ["{Amount}", "{Kind}%"] }').replace(
        'type = { from = "{Kind}", values = { town = "municipality", club = "ngo" } }', 'type = "ngo"'
    )
    shares += (
        shares[shares.index("[flows.grant]") :]
        .replace("[flows.grant]", "[flows.rest]")
        .replace(
            'amount = { product = ["{Amount}", "{Kind}%"] }',
            'amount = { difference = ["{Amount}", { product = ["{Amount}", "{Kind}%"] }] }',
        )
    )
    statements = triples(opened(tmp_path, ["1,T,Exa,50,0.05,01/09/2006"], shares))
    # 0.05 × 50 % = 0.025, half up 0.03; the rest is 0.02, not 0.03
    assert of(statements, "flow/grants-grant-1")["amountMax"] == "0.03"
    assert of(statements, "flow/grants-rest-1")["amountMax"] == "0.02"
    assert of(statements, "flow/grants-rest-1")["basis"] == "basis/derived"
    assert of(statements, "flow/grants-grant-1")["method"] == "Amount × Kind, rounded to cents"


def test_money_below_zero_goes_back_where_the_mapping_says_so(tmp_path: Path) -> None:
    back = GRANTS.replace('currency = "EUR"', 'currency = "EUR"\nnegative = "return"')
    found = opened(tmp_path, ["1,T,Exa,town,-30,01/09/2006"], back)
    flow = of(triples(found), "flow/grants-grant-1")
    assert (flow["payer"][:16], flow["recipient"]) == ("actor/grants-exa", "actor/grants-state")
    assert flow["amountMax"] == "30"
    assert "goes back" in flow["http://www.w3.org/2004/02/skos/core#note"]
    assert found.report.money == {("flows.grant", "EUR"): Decimal(-30)}


def test_private_persons_are_kept_without_name_and_address(tmp_path: Path) -> None:
    private = GRANTS.replace(
        "[flows.grant]", 'person = { column = "Kind", is = "person" }\nprivate = ["Street"]\n\n[flows.grant]'
    ).replace('label = "{Title}"', 'label = "{Title}, {Holder}, {Street}"')
    rows = ["1,Course,Ann Example,person,10,01/09/2006,High Street 1", "2,Course,Exa,town,20,01/09/2006,Square 2"]
    found = opened(tmp_path, rows, private, f"{HEADER},Street")
    statements = triples(found)
    said = " ".join(value for triple in statements for value in triple)
    assert "Ann" not in said
    assert "High Street" not in said
    assert of(statements, "flow/grants-grant-1")["recipient"] == "actor/grants-natural-person"
    assert of(statements, "actor/grants-natural-person")["actorType"] == "actorType/persons"
    assert "Square 2" in said
    assert found.report.persons == 1


def test_what_others_describe_is_not_described_again(tmp_path: Path) -> None:
    known = GRANTS.replace('key = "state"\n', 'known = "actor/xx-state"\n')
    statements = triples(opened(tmp_path, ["1,T,Exa,town,10,01/09/2006"], known))
    # nobody describes it here, so the mapping does
    assert of(statements, "actor/xx-state")["level"] == "level/national"


def test_a_word_that_stands_for_nothing_is_an_empty_cell(tmp_path: Path) -> None:
    blank = GRANTS.replace("numbers =", 'blank = ["–", "n/a"]\nnumbers =').replace(
        'currency = "EUR"', 'currency = "EUR"\nempty = "leave out"'
    )
    rows = ["1,T,Exa,town, – ,01/09/2006", "2,n/a too,Exa,town,n/a,01/09/2006", "3,T,Exa,town,10,–"]
    found = opened(tmp_path, rows, blank)
    statements = triples(found)
    assert found.report.left_out == {("flows.grant", "the amount is empty"): 2}
    assert of(statements, "flow/grants-grant-3")["amountMax"] == "10"
    assert "validFrom" not in of(statements, "flow/grants-grant-3")
    assert found.report.aside == 0


def test_two_sections_that_say_different_things_of_one_thing_are_told(tmp_path: Path) -> None:
    same = 'key = "{Holder}"\nid = "actor/holder"\nlabel = "{Holder}"\ntype = "ngo"\n'
    begin, end = GRANTS.index("[actors.holder]"), GRANTS.index("[flows.grant]")
    twice = f'[actors.holder]\n{same}level = "local"\n\n[actors.again]\n{same}level = "national"\n\n'
    found = opened(tmp_path, ["1,T,Exa,town,10,01/09/2006"], GRANTS[:begin] + twice + GRANTS[end:])
    triples(found)
    assert found.report.differing == 1


def test_a_name_that_comes_later_is_another_name(tmp_path: Path) -> None:
    by_number = GRANTS.replace('key = "{Holder}"', 'key = "{Number}"')
    rows = ["1,T,Exa,town,10,01/09/2006,55", "2,T,Exa-on-Sea,town,10,01/09/2006,55"]
    statements = triples(opened(tmp_path, rows, by_number, f"{HEADER},Number"))
    assert of(statements, "actor/grants-55")["http://www.w3.org/2004/02/skos/core#prefLabel"] == "Exa"
    assert of(statements, "actor/grants-55")["http://www.w3.org/2004/02/skos/core#altLabel"] == "Exa-on-Sea"


@pytest.mark.parametrize(
    ("wrong", "right", "place", "reason"),
    [
        ("[flow.grant]", "[flows.grant]", "flow", "did you mean flows?"),
        ("ammount", "amount", "flows.grant.ammount", "did you mean amount?"),
        ('"{Ammount}"', '"{Amount}"', "flows.grant.amount", "the file has no such column; did you mean Amount?"),
        ('recipient = "holders"', 'recipient = "holder"', "flows.grant.recipient", "did you mean holder?"),
        ('quantity = "transfers"', 'quantity = "transfer"', "quantity", "did you mean transfer"),
        ('numbers = "1.234"', 'numbers = "1,234.56"', "read.numbers", "write a number as the file does"),
        ('numbers = { Ammount = "1,234.56" }', 'numbers = "1,234.56"', "read.numbers", "did you mean Amount?"),
        ('dates = { Begin = "yyyy" }', 'dates = "dd/mm/yyyy"', "read.dates", "the file has no such column"),
        ('dates = "dd/mm/jjjj"', 'dates = "dd/mm/yyyy"', "read.dates", "j"),
        ("[source", "[source]", "", "not well-formed TOML"),
        ('empty = "zero"\ncurrency', "currency", "flows.grant.empty", "expected one of refuse, leave out, unknown"),
        ("", 'level = "national"\n', "actors.state", "level is missing"),
        ("", 'currency = "EUR"\n', "flows.grant", "currency is missing: an amount needs one"),
        (
            'amount_min = "{Amount}"',
            'amount = "{Amount}"',
            "flows.grant",
            "amount_max is missing: a range has two ends",
        ),
        (
            'currency = { from = "{Kind}", values = { club = "EURO!!" }, otherwise = "EUR" }',
            'currency = "EUR"',
            "flows.grant.currency",
            "currency",
        ),
        ('blank = "n/a"\nnumbers', "numbers", "read.blank", "expected a list of words or signs"),
        ('club = "clubb"', 'club = "ngo"', "actors.holder.type", "unknown actorType 'clubb'"),
        ('when = 3\nkey = "{No}"', 'key = "{No}"', "when", "expected { column ="),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_with_the_place(
    tmp_path: Path, wrong: str, right: str, place: str, reason: str
) -> None:
    assert right in GRANTS
    with pytest.raises(InputRefused) as refused:
        triples(opened(tmp_path, ["1,T,Exa,town,10,01/09/2006"], GRANTS.replace(right, wrong, 1)))
    (problem,) = refused.value.problems
    assert problem.file.endswith("grants.toml")
    assert place in problem.column
    assert reason in problem.reason


def test_a_column_that_two_formats_read_otherwise_is_not_guessed(tmp_path: Path) -> None:
    open_ = GRANTS.replace('numbers = "1,234.56"\n', "")
    with pytest.raises(InputRefused) as refused:
        opened(tmp_path, ["1,T,Exa,town,1.234,01/09/2006"], open_)
    (problem,) = refused.value.problems
    assert problem.column == "Amount"
    assert "can be read in two ways" in problem.reason
    decided = opened(tmp_path, ['1,T,Exa,town,"1.234,5",01/09/2006', "2,T,Exa,town,1.234,01/09/2006"], open_)
    assert "grants.csv, column Amount: numbers are read as 1.234,56" in decided.remarks
    triples(decided)
    assert decided.report.money == {("flows.grant", "EUR"): Decimal("2468.5")}


def test_a_column_without_a_cell_is_not_said_to_be_read_in_a_format(tmp_path: Path) -> None:
    undeclared = GRANTS.replace('dates = "dd/mm/yyyy"\n', "")
    assert opened(tmp_path, ["1,T,Exa,town,10,"], undeclared).remarks == ()
    told = opened(tmp_path, ["1,T,Exa,town,10,2006-09-01"], undeclared).remarks
    assert told == ("grants.csv, column Start: dates are read as yyyy-mm-dd",)


AMOUNTS = st.decimals(min_value="0.01", max_value="999999999", places=2)


@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=20), aside=st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_no_cent_is_lost(amounts: list[Decimal], aside: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = [f'{n},T,Exa,town,"{amount:,}",01/09/2006' for n, amount in enumerate(amounts)]
    rows += [f"x{n},T,Exa,village,1,01/09/2006" for n in range(aside)]
    found = opened(tmp_path_factory.mktemp("cents"), rows)
    statements = triples(found)
    assert sum(Decimal(value) for _, property_, value in statements if property_ == "amountMax") == sum(amounts)
    assert found.report.money["flows.grant", "EUR"] == sum(amounts)
    assert (found.report.data, found.report.aside) == (len(rows), aside)


def test_an_empty_table_gives_a_source_and_nothing_else(tmp_path: Path) -> None:
    found = opened(tmp_path, [])
    assert {subject for subject, _, _ in triples(found)} == {"source/grants"}
    assert found.report.lines() == ["0 of 0 records went in (none); 0 were set aside", "described: nothing"]
    assert Report().share_aside == 0
