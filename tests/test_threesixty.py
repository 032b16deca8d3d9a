"""Grants by the 360Giving standard: every grant once, every amount as it is written, nothing of private persons."""

from __future__ import annotations

import json
import os
import random
import re
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from loaders import json_items
from loaders.json_items import items
from loaders.mapped import MappedFile, allowance
from loaders.mapping.document import read_mapping
from loaders.records import Record, RecordRefused
from loaders.sources import MAPPINGS
from loaders.threesixty import COLUMNS, ThreeSixtyGiving
from ontology.errors import InputRefused
from ontology.identifiers import expand

DATA = Path(__file__).parents[2] / "shared" / "data" / "threesixtygiving"
FILES = ("a002400000KeYdsAAF.json", "a002400000OiDBQAA3.json", "a002400000nO46WAAS.json")


def grant(**changes: Any) -> dict[str, Any]:
    """Give a small valid grant, changed; None leaves a member out."""
    whole: dict[str, Any] = {
        "id": "360G-trust-1",
        "title": "Welcome house",
        "description": "A house for newcomers",
        "currency": "GBP",
        "amountAwarded": 15000,
        "awardDate": "2015-06-10T00:00:00+00:00",
        "plannedDates": [{"startDate": "2015-07-01", "endDate": "2016-06-30", "duration": 12}],
        "fundingOrganization": [{"id": "GB-CHC-1", "name": "The Trust"}],
        "recipientOrganization": [{"id": "GB-CHC-22", "name": "The Helpers", "postalCode": "LS3 1HH"}],
        "grantProgramme": [{"code": "W", "title": "Welcome"}],
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def written(tmp_path: Path, *grants: Any, name: str = "grants.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps({"grants": grants}), encoding="utf-8")
    return path


def read(path: Path) -> tuple[list[dict[str, str]], list[RecordRefused]]:
    found = list(ThreeSixtyGiving(path).records())
    rows = [dict(zip(COLUMNS, each.cells, strict=True)) for each in found if isinstance(each, Record)]
    return rows, [each for each in found if isinstance(each, RecordRefused)]


def mapped(path: Path) -> MappedFile:
    return MappedFile(ThreeSixtyGiving(path), read_mapping(MAPPINGS / "360giving.toml"))


def loaded(path: Path, allowed: str = "0") -> tuple[pyoxigraph.Store, MappedFile]:
    file = mapped(path)
    store = pyoxigraph.Store()
    for chunk in file.chunks(allowance(allowed)):
        store.load(chunk, format=pyoxigraph.RdfFormat.N_QUADS)
    return store, file


def solutions(store: pyoxigraph.Store, pattern: str) -> Iterator[Mapping[str, str]]:
    """Give the solutions of a pattern over all graphs, each variable as text."""
    prefixes = f"PREFIX gov: <{expand('gov:x')[:-1]}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
    found = store.query(f"{prefixes} SELECT * {{ {pattern} }}", use_default_graph_as_union=True)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    names = [variable.value for variable in found.variables]
    for row in found:
        values = {name: row[name] for name in names}
        yield {n: v.value for n, v in values.items() if isinstance(v, pyoxigraph.NamedNode | pyoxigraph.Literal)}


def sums(store: pyoxigraph.Store, by: str) -> dict[tuple[str, str], Decimal]:
    """Add up the flows by phase and by the label of what the property `by` names."""
    pattern = f"?f gov:amountMax ?a ; gov:phase ?p ; {by} ?x . ?x skos:prefLabel ?l"
    found: dict[tuple[str, str], Decimal] = {}
    for row in solutions(store, pattern):
        key = (row["p"].rsplit("/", 1)[-1], row["l"])
        found[key] = found.get(key, Decimal(0)) + Decimal(row["a"])
    return found


# --- the files of three foundations


def independent(path: Path) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["grants"]
    return given


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest) -> Path:
    path = DATA / str(request.param)
    if not path.exists():
        pytest.skip(f"no {path}")
    return path


def test_every_grant_of_a_foundation_is_read_with_its_amount(file: Path) -> None:
    given = independent(file)
    rows, refused = read(file)
    assert refused == []
    assert [row["id"] for row in rows] == [each["id"] for each in given]
    for name in ("amountAwarded", "amountDisbursed"):
        assert [Decimal(row[name]) if row[name] else None for row in rows] == [each.get(name) for each in given]


def test_amounts_of_a_foundation_add_up_by_funder_and_programme(file: Path) -> None:
    store, found = loaded(file, "1%")
    backwards = {row.row for row in found.report.first}
    assert all("ends before it begins" in row.reason for row in found.report.first)
    by_funder: Counter[tuple[str, str]] = Counter()
    by_programme: dict[tuple[str, str], Decimal] = {}
    for number, each in enumerate(independent(file), start=1):
        if number in backwards:
            continue
        for phase, name in (("committed", "amountAwarded"), ("paid", "amountDisbursed")):
            amount = Decimal(each.get(name, 0))
            if amount:
                by_funder[phase, each["fundingOrganization"][0]["name"]] += amount  # type: ignore[assignment]
                key = (phase, " ".join(each["grantProgramme"][0]["title"].split()))
                by_programme[key] = by_programme.get(key, Decimal(0)) + amount
    assert sums(store, "gov:payer") == dict(by_funder)
    assert sums(store, "gov:programme") == by_programme
    assert {row["c"].rsplit("/", 1)[-1] for row in solutions(store, "?f gov:currency ?c")} == {"GBP"}


def test_what_ends_before_it_begins_is_set_aside_with_its_money() -> None:
    path = DATA / FILES[2]
    if not path.exists():
        pytest.skip(f"no {path}")
    backwards = [
        (number, Decimal(each["amountAwarded"]))
        for number, each in enumerate(independent(path), start=1)
        for dates in each.get("plannedDates", [])
        if dates.get("endDate") and dates.get("startDate", each["awardDate"]) > dates["endDate"]
    ]
    _, found = loaded(path, "1%")
    assert [problem.row for problem in found.report.first] == [number for number, _ in backwards]
    assert found.report.money_aside["flows.award", "GBP"] == sum(amount for _, amount in backwards)


# --- one grant


def test_a_grant_becomes_who_gave_whom_how_much_from_when_to_when(tmp_path: Path) -> None:
    store, found = loaded(written(tmp_path, grant(amountDisbursed=9000)))
    flows = {
        row["p"].rsplit("/", 1)[-1]: (row["a"], row["start"], row["end"], row["q"].rsplit("/", 1)[-1])
        for row in solutions(
            store,
            "?f gov:phase ?p ; gov:amountMax ?a ; gov:validFrom ?start ; gov:validTo ?end ; gov:quantity ?q",
        )
    }
    assert flows == {
        "committed": ("15000", "2015-07-01", "2016-06-30", "transfer"),
        "paid": ("9000", "2015-07-01", "2016-06-30", "transfer"),
    }
    actors = {
        row["l"]: (row["t"].rsplit("/", 1)[-1], row["b"].rsplit("/", 1)[-1])
        for row in solutions(store, "?a a gov:Actor ; skos:prefLabel ?l ; gov:actorType ?t ; gov:basis ?b")
    }
    assert actors == {
        "The Trust": ("foundation", "inferred"),
        "The Helpers": ("ngo", "inferred"),
    }
    assert found.graph.endswith("graph/grants")
    assert found.report.money == {
        ("flows.award", "GBP"): Decimal(15000),
        ("flows.disbursement", "GBP"): Decimal(9000),
    }


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("GB-CHC-1136419", "ngo"),
        ("GB-SC-SC0001", "ngo"),
        ("GB-NIC-100", "ngo"),
        ("GB-COH-09668396", "organisation"),
        ("GB-EDU-113882", "education-institution"),
        ("GB-LAE-LDS", "municipality"),
        ("GB-NHS-A8F4L", "health-institution"),
        ("XI-GRID-grid.10420.37", "research-body"),
        ("360G-trust-org-7", "organisation"),
        ("X-GB-CHC-1", "organisation"),
    ],
)
def test_the_register_of_an_identifier_tells_the_kind_of_a_recipient(
    tmp_path: Path, identifier: str, kind: str
) -> None:
    store, _ = loaded(written(tmp_path, grant(recipientOrganization=[{"id": identifier, "name": "Somebody"}])))
    pattern = '?a skos:prefLabel "Somebody"@en ; gov:actorType ?t ; gov:method ?m'
    (row,) = solutions(store, pattern)
    assert row["t"].rsplit("/", 1)[-1] == kind
    assert "register" in row["m"]


def test_a_grant_without_planned_dates_is_of_the_day_of_its_award(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        grant(plannedDates=None),
        grant(id="2", plannedDates=[{"startDate": "2015-07-01"}]),
        grant(id="3", plannedDates=[{"endDate": "2017-07-01"}]),
    )
    rows, _ = read(path)
    award = "2015-06-10T00:00:00+00:00"
    assert [(row["starts"], row["ends"]) for row in rows] == [
        (award, award),
        ("2015-07-01", ""),
        (award, "2017-07-01"),
    ]


def test_a_loan_is_no_transfer(tmp_path: Path) -> None:
    store, _ = loaded(written(tmp_path, grant(fundingType=[{"code": "FT02", "title": "Loan"}])))
    assert {row["q"].rsplit("/", 1)[-1] for row in solutions(store, "?f gov:quantity ?q")} == {"loan"}


def test_grants_to_persons_keep_no_name_and_no_words(tmp_path: Path) -> None:
    person = {"id": "360G-trust-person-9", "name": "Ada Example"}
    rejects = tmp_path / "rejects.csv"
    path = written(
        tmp_path,
        grant(recipientOrganization=None, recipientIndividual=person, title="For Ada", description="Ada studies"),
        grant(
            id="2",
            recipientOrganization=None,
            recipientIndividual=[person],
            title="For Ada",
            awardDate="no day",
            plannedDates=None,
        ),
    )
    file = mapped(path)
    content = b"".join(file.chunks(allowance("1"), rejects))
    assert file.report.persons == 1
    assert b"natural person" in content
    assert b"Ada" not in content
    assert b"person-9" not in content
    assert "Ada" not in rejects.read_text(encoding="utf-8")
    assert all("Ada" not in cell for record in ThreeSixtyGiving(path).records() for cell in _cells(record))


def _cells(record: Record | RecordRefused) -> list[str]:
    return list(record.cells) if isinstance(record, Record) else [str(record)]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"fundingOrganization": [{"id": "a"}, {"id": "b"}]}, "fundingOrganization"),
        ({"recipientOrganization": [{"id": "a"}, {"id": "b"}]}, "recipientOrganization"),
        ({"recipientOrganization": []}, "recipientOrganization"),
        ({"recipientOrganization": [{"name": "No id"}]}, "recipientOrganization"),
        ({"recipientOrganization": ["The Helpers"]}, "recipientOrganization"),
        ({"fundingOrganization": None}, "fundingOrganization"),
        ({"recipientIndividual": {"id": "p"}}, "recipientIndividual"),
        ({"amountAwarded": {"value": 3}}, "amountAwarded"),
        ({"title": "half \ud83d"}, "title"),
    ],
)
def test_a_grant_that_is_not_as_the_standard_has_it_is_set_aside(
    tmp_path: Path, changes: Mapping[str, Any], column: str
) -> None:
    rows, refused = read(written(tmp_path, grant(id="1"), grant(**changes), grant(id="3")))
    assert [row["id"] for row in rows] == ["1", "3"]
    (problem,) = [each.problem for each in refused]
    assert (problem.row, problem.column) == (2, column)


@pytest.mark.parametrize("item", [7, "text", None, [], True])
def test_an_item_that_is_no_grant_is_set_aside(tmp_path: Path, item: object) -> None:
    rows, refused = read(written(tmp_path, item, grant()))
    assert len(rows) == len(refused) == 1


def test_a_member_that_stands_twice_in_a_grant_is_not_decided(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    one = json.dumps(grant())
    path.write_text(f'{{"grants": [{one[:-1]}, "amountAwarded": 1}}, {one}]}}', encoding="utf-8")
    rows, refused = read(path)
    assert len(rows) == 1
    assert refused[0].problem.column == "amountAwarded"


def test_of_several_programmes_none_is_taken_and_that_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, grant(grantProgramme=[{"title": "One"}, {"title": "Two"}]))
    assert read(path)[0][0]["grantProgramme.title"] == ""
    assert ThreeSixtyGiving(path).remarks == ["grants.json: several grantProgramme, of which none is taken (1 grants)"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("40000.0", "40000.0"),
        ("0.1", "0.1"),
        ("123456789012345.67", "123456789012345.67"),
        ("1.5e4", "15000"),
        ("1E2", "100"),
        ("-12", "-12"),
        ("1e400", "1e400"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("true", "true"),
        ("null", ""),
        ('"1,000"', "1,000"),
    ],
)
def test_an_amount_is_never_rounded(tmp_path: Path, number: str, text: str) -> None:
    path = tmp_path / "amount.json"
    content = json.dumps({"grants": [grant(amountAwarded="HERE")]}).replace('"HERE"', number)
    path.write_text(content, encoding="utf-8")
    assert [row["amountAwarded"] for row in read(path)[0]] == [text]


@pytest.mark.parametrize("number", ["1e400", "NaN", "Infinity", "true", "null", '"a lot"', "-5", "1" + 5000 * "0"])
def test_an_amount_that_is_none_is_set_aside(tmp_path: Path, number: str) -> None:
    path = tmp_path / "amount.json"
    grants = json.dumps({"grants": [grant(id="1"), grant(amountAwarded="HERE")]})
    path.write_text(grants.replace('"HERE"', number), encoding="utf-8")
    _, found = loaded(path, "1")
    assert (found.report.aside, found.report.things["flows.award"]) == (1, 1)


def test_an_identifier_that_comes_again_is_set_aside(tmp_path: Path) -> None:
    _, found = loaded(written(tmp_path, grant(), grant(amountAwarded=3)), "1")
    assert found.report.money == {("flows.award", "GBP"): Decimal(15000)}
    assert found.report.aside == 1


# --- the list in the file


def test_other_members_of_the_object_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "more.json"
    path.write_text(
        '\ufeff{"v": "1.4", "metadata": {"grants": [1, 2]}, "grants" : [ {"a": [1.10, {}]}\n,\t{} ], "x": null} \n',
        encoding="utf-8",
    )
    assert [value for value, _, _ in items(path, "grants")] == [{"a": ["1.10", {}]}, {}]


def test_an_empty_list_gives_no_grants(tmp_path: Path) -> None:
    assert read(written(tmp_path)) == ([], [])


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 50])
def test_the_pieces_in_which_a_file_is_read_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    grants = [grant(title='Zoë "quotes" \\ € \U0001f3e0', amountAwarded=number * 1.25) for number in range(5)]
    path = tmp_path / "grants.json"
    path.write_text(json.dumps({"a": -1.5, "grants": [*grants, 12, True]}, ensure_ascii=False, indent=1), "utf-8")
    whole = [value for value, _, _ in items(path, "grants")]
    monkeypatch.setattr(json_items, "_CHUNK", chunk)
    assert [value for value, _, _ in items(path, "grants")] == whole
    assert len(whole) == 7


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file ends in the middle"),
        (b"   \n", "the file ends in the middle"),
        (b"[]", "expected an object"),
        (b"id,amount\n1,2\n", "expected an object"),
        (b"<grants/>", "expected an object"),
        (b"{}", 'no list "grants"'),
        (b'{"grant": []}', 'no list "grants"'),
        (b'{"grants": {}}', "expected a list"),
        (b'{"grants": null}', "expected a list"),
        (b'{"grants": []', "the file ends in the middle"),
        (b'{"grants": [{}', "the file ends in the middle"),
        (b'{"grants": [{"a": "', "the file ends in the middle"),
        (b'{"grants": [{"a": tr', "not well-formed JSON"),
        (b'{"grants": []} x', "nothing after the object"),
        (b'{"grants": []}{"grants": []}', "nothing after the object"),
        (b'{"grants": [], "grants": []}', "stands twice"),
        (b'{"grants": [{},]}', "not well-formed JSON"),
        (b'{"grants": [{} {}]}', "not well-formed JSON"),
        (b'{"grants": [{"a": 01}]}                     ', "not well-formed JSON"),
        (b"{'grants': []}", "in quotation marks"),
        (b'{"grants": [{"a": "\n"}]}                   ', "control character"),
        (b'{"grants": [{"a": "\xe9"}]}', "not UTF-8 (byte 19)"),
        (b'{"grants": [{"a": "\xc3', "not UTF-8 (byte 19)"),
        ('{"grants": []}'.encode("utf-16"), "not UTF-8 (byte 0)"),
        ('{"grants": [{"title": "Zürich"}]}'.encode("cp1252"), "not UTF-8"),
        (b'{"grants": [' + 100_000 * b"[" + b"]}", "nested too deeply"),
        (b'{"grants": [' + 100_000 * b'{"a":' + b"]}", "nested too deeply"),
        (b"\x00" * 100, "expected an object"),
    ],
)
def test_a_file_that_is_no_list_of_grants_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(InputRefused, match=re.escape(reason)):
        ThreeSixtyGiving(path)


def test_the_line_of_a_mistake_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bad.json"
    text = json.dumps({"grants": [grant(), grant()]}, indent=1)
    line = text[: text.rindex('"currency"')].count("\n") + 1
    path.write_text(text[: text.rindex('"currency"')] + text[text.rindex('"currency"') + 1 :], encoding="utf-8")
    monkeypatch.setattr(json_items, "_CHUNK", 64)
    with pytest.raises(InputRefused) as refused:
        ThreeSixtyGiving(path)
    assert refused.value.problems[0].row == line


def test_a_file_that_breaks_off_anywhere_gives_no_grants(tmp_path: Path) -> None:
    whole = json.dumps({"grants": [grant(title="Zoë", amountDisbursed=1.5)]}, ensure_ascii=False).encode()
    path = tmp_path / "cut.json"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(InputRefused):
            ThreeSixtyGiving(path)


def test_damaged_files_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    chance = random.Random(360)
    whole = json.dumps({"grants": [grant(), grant(id="2", amountDisbursed=1.5)]}).encode()
    path = tmp_path / "damaged.json"
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            loaded(path, "100%")
        except InputRefused as refused:
            assert refused.problems


def test_a_grant_with_any_value_in_any_place_is_read_or_set_aside(tmp_path: Path) -> None:
    chance = random.Random(7)
    values: list[Any] = [
        None,
        True,
        7,
        -0.5,
        "",
        "x",
        "\ud800",
        "a\0b",
        "{id}",
        [],
        {},
        [[]],
        [{}],
        [7],
        {"a": {}},
        10**400,
    ]
    whole = grant(beneficiaryLocation=[{"geoCode": "E1", "countryCode": "GB"}], fundingType=[{"title": "Grant"}])
    for _ in range(60):
        grants = []
        for number in range(10):
            changed = json.loads(json.dumps({**whole, "id": f"g-{number}"}))
            for _ in range(chance.randint(1, 2)):
                parent, key = chance.choice(list(places(changed)))
                parent[key] = deepcopy(chance.choice(values))
            grants.append(changed)
        rows, refused = read(written(tmp_path, *grants))
        assert len(rows) + len(refused) == 10
        _, found = loaded(written(tmp_path, *grants), "100%")
        assert found.report.records == 10


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Give every place of a JSON value, as what holds it and the name or number there."""
    for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(part, dict | list):
            yield from places(part)


@pytest.mark.parametrize("name", ["awardDate", "currency"])
def test_a_grant_without_its_day_or_currency_is_set_aside(tmp_path: Path, name: str) -> None:
    _, found = loaded(written(tmp_path, grant(id="1"), grant(**{name: ""})), "1")
    assert [problem.column for problem in found.report.first] == [name]


def test_the_money_is_for_the_country_that_the_grant_names(tmp_path: Path) -> None:
    places = [{"countryCode": "IE"}, {"countryCode": "IE", "geoCode": "X"}]
    path = written(tmp_path, grant(beneficiaryLocation=places), grant(id="2", beneficiaryLocation=None))
    store, _ = loaded(path)
    found = [row["x"].rsplit("/", 1)[-1] for row in solutions(store, "?f a gov:FundingFlow ; gov:over ?x")]
    assert found == ["ie"]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe, tmp_path / "missing.json"):
        with pytest.raises(InputRefused):
            ThreeSixtyGiving(path)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    one = json.dumps(grant(description=1000 * "x"))
    with path.open("w", encoding="utf-8") as file:
        file.write('{"grants": [')
        file.writelines(f"{one},\n" for _ in range(12_000))
        file.write(f"{one}]}}")
    assert path.stat().st_size > 15 << 20
    tracemalloc.start()
    try:
        assert sum(1 for _ in items(path, "grants")) == 12_001
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 << 20


def test_an_item_without_end_is_refused_in_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_items, "_LARGEST", 1 << 18)
    monkeypatch.setattr(json_items, "_CHUNK", 1 << 14)
    path = tmp_path / "endless.json"
    path.write_bytes(b'{"grants": [{"a": "' + (1 << 20) * b"x" + b'"}]}')
    with pytest.raises(InputRefused, match="an item of more than"):
        ThreeSixtyGiving(path)
