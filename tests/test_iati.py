"""IATI files are read as they stand: every activity, party and transaction, in any version, and nothing hostile."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from pyoxigraph import RdfFormat, Store

from graph.store import Store as Opened
from loaders.iati import stream
from loaders.iati.reader import IatiReader
from loaders.mapped import Allowance, MappedFile
from loaders.mapping.document import read_mapping
from loaders.records import Record, RecordRefused
from ontology.errors import InputRefused
from tests.test_cli import subsidia

DATA = Path(__file__).parents[2] / "shared" / "data" / "iati"
FILES = (
    "2.01-example-annotated.xml",
    "CD.xml",
    "activity-standard-2.03-example-annotated.xml",
    "big_value.xml",
    "many_activities.xml",
    "missing_dates.xml",
    "multiple_locales_descriptions.xml",
    "organisation-standard-2.03-example-annotated.xml",
    "same_orgs_different_roles.xml",
    "transaction_provider.xml",
    "worldbank_1.0.xml",
)
KINDS = {
    "activity": "//iati-activity",
    "participating-org": "//iati-activity/participating-org",
    "transaction": "//iati-activity/transaction",
    "budget": "//iati-activity/budget",
    "planned-disbursement": "//iati-activity/planned-disbursement",
    "organisation": "//iati-organisation",
    "total-budget": "//iati-organisation/total-budget",
    "recipient-org-budget": "//iati-organisation/recipient-org-budget",
    "recipient-country-budget": "//iati-organisation/recipient-country-budget",
    "recipient-region-budget": "//iati-organisation/recipient-region-budget",
    "total-expenditure": "//iati-organisation/total-expenditure",
}

# Version 1.05: words for roles and letters for transactions, elements in any order, names as text.
OLD = """<?xml version="1.0"?>
<iati-activities version="1.05">
  <iati-activity xml:lang="en" default-currency="EUR">
    <transaction ref="t1">
      <transaction-type code="D"/>
      <value value-date="2010-02-01">1000.50</value>
      <transaction-date iso-date="2010-01-31"/>
      <receiver-org>Helfende Hände</receiver-org>
    </transaction>
    <transaction>
      <transaction-type code="IF"/>
      <provider-org ref="AA-GOV-1">Ministry of A</provider-org>
      <value currency="USD" value-date="2010-01-02">2000</value>
      <transaction-date iso-date="2010-01-02"/>
    </transaction>
    <transaction>
      <transaction-type code="D"/>
      <value value-date="2010-03-01">-50</value>
      <transaction-date iso-date="2010-03-01"/>
      <receiver-org>Helfende Hände</receiver-org>
    </transaction>
    <transaction>
      <transaction-type code="E"/>
      <provider-org ref="AA-NGO-7"/>
      <receiver-org ref="AA-NGO-7"/>
      <value value-date="2010-03-02">30</value>
      <transaction-date iso-date="2010-03-02"/>
    </transaction>
    <transaction>
      <transaction-type code="TF"/>
      <value>5</value>
    </transaction>
    <iati-identifier>
      AA-NGO-7-P1
    </iati-identifier>
    <reporting-org ref="AA-NGO-7" type="21">Aid Seven</reporting-org>
    <title xml:lang="de">Sprachkurse</title>
    <title>Language courses</title>
    <participating-org role="Funding" ref="AA-GOV-1" type="10">Ministry of A</participating-org>
    <participating-org role="Implementing" type="22">Helfende Hände</participating-org>
    <participating-org role="donor">Somebody</participating-org>
    <recipient-country code="AT" percentage="60">Austria</recipient-country>
    <recipient-region code="89" percentage="40"/>
    <sector vocabulary="DAC" code="11230"/>
    <activity-date type="start-planned" iso-date="2010-01-01"/>
    <activity-date type="end-planned" iso-date="2011-12-31"/>
    <budget type="Original">
      <period-start iso-date="2010-01-01"/><period-end iso-date="2010-12-31"/><value>1500</value>
    </budget>
    <budget type="Revised">
      <period-start iso-date="2010-01-01"/><period-end iso-date="2010-12-31"/><value>1600</value>
    </budget>
  </iati-activity>
</iati-activities>
"""

# Version 2.03: digits, narratives, types of the sides; two publishers in one file report one payment from both sides.
NEW = """<iati-activities version="2.03">
<iati-activity xml:lang="en" default-currency="GBP">
  <iati-identifier>XM-DAC-1-A</iati-identifier>
  <reporting-org ref="XM-DAC-1" type="10"><narrative>Donor</narrative></reporting-org>
  <title><narrative xml:lang="fr">Accueil</narrative><narrative>Reception</narrative></title>
  <participating-org ref="XM-DAC-1" role="1" type="10"><narrative>Donor</narrative></participating-org>
  <activity-status code="2"/>
  <activity-date iso-date="2020-01-01" type="1"/>
  <activity-date iso-date="2020-02-01Z" type="2"/>
  <default-finance-type code="110"/>
  <transaction>
    <transaction-type code="2"/><transaction-date iso-date="2020-02-01"/>
    <value value-date="2020-02-01">900</value>
    <receiver-org ref="GB-CHC-9" receiver-activity-id="GB-CHC-9-B"><narrative>Charity</narrative></receiver-org>
  </transaction>
  <transaction>
    <transaction-type code="3"/><transaction-date iso-date="2020-03-01"/>
    <value value-date="2020-03-01">400</value>
    <receiver-org ref="GB-CHC-9" receiver-activity-id="GB-CHC-9-B"/>
  </transaction>
  <transaction>
    <transaction-type code="3"/><transaction-date iso-date="2020-04-01"/>
    <value value-date="2020-04-01">70</value>
    <receiver-org type="70"><narrative>Bank</narrative></receiver-org>
    <finance-type code="421"/>
  </transaction>
  <planned-disbursement type="1">
    <period-start iso-date="2021-01-01"/><period-end iso-date="2021-12-31"/><value value-date="2021-01-01">500</value>
    <receiver-org ref="GB-CHC-9"/>
  </planned-disbursement>
</iati-activity>
<iati-activity xml:lang="en" default-currency="GBP">
  <iati-identifier>GB-CHC-9-B</iati-identifier>
  <reporting-org ref="GB-CHC-9" type="22"><narrative>Charity</narrative></reporting-org>
  <title><narrative>Shelter</narrative></title>
  <transaction>
    <transaction-type code="1"/><transaction-date iso-date="2020-03-02"/>
    <value value-date="2020-03-02">400</value>
    <provider-org ref="XM-DAC-1" provider-activity-id="XM-DAC-1-A"/>
  </transaction>
  <transaction>
    <transaction-type code="1"/><transaction-date iso-date="2020-03-03"/>
    <value value-date="2020-03-03">20</value>
    <provider-org><narrative>Parish</narrative></provider-org>
  </transaction>
  <transaction>
    <transaction-type code="3"/><transaction-date iso-date="2020-05-01"/>
    <value value-date="2020-05-01">300</value>
    <provider-org ref="GB-CHC-9" provider-activity-id="GB-CHC-9-B"/>
    <receiver-org type="11"><narrative>Town of C</narrative></receiver-org>
  </transaction>
</iati-activity>
</iati-activities>
"""


def written(folder: Path, content: str | bytes, name: str = "activities.xml") -> Path:
    """Write a file and give its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path, kind: str) -> list[dict[str, str]]:
    """Read the records of a kind, each as column and cell."""
    reader = IatiReader(path)
    found = [each for each in reader.records() if isinstance(each, Record) and each.kind == kind]
    return [dict(zip(reader.columns[kind], each.cells, strict=True)) for each in found]


def picked(path: Path, kind: str, *names: str) -> list[tuple[str, ...]]:
    """Read some columns of the records of a kind."""
    return [tuple(row[name] for name in names) for row in rows(path, kind)]


@pytest.fixture(params=FILES)
def real(request: pytest.FixtureRequest) -> Path:
    """Give each file of the data folder beside the checkout, or skip."""
    path = DATA / str(request.param)
    if not path.exists():
        pytest.skip(f"no {path.name} beside the checkout")
    return path


@pytest.mark.sources
def test_every_element_of_a_real_file_is_a_record_at_its_line(real: Path) -> None:
    tree = etree.parse(real)
    expected = {kind: [each.sourceline for each in tree.xpath(path)] for kind, path in KINDS.items()}
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for record in IatiReader(real).records():
        assert isinstance(record, Record)
        found[record.kind].append(record.place)
    assert found == expected


@pytest.mark.sources
def test_values_currencies_and_dates_of_a_real_file_are_as_written(real: Path) -> None:
    expected = [
        (
            each.xpath("string(value)") if each.xpath("string(value)").strip() else "",
            each.xpath("string(value/@currency)") or each.xpath("string(../@default-currency)"),
            each.xpath("string(transaction-date/@iso-date)"),
            each.xpath("string(transaction-type/@code)"),
            each.xpath("normalize-space(../iati-identifier)"),
        )
        for each in etree.parse(real).xpath("//transaction")
    ]
    assert (
        picked(real, "transaction", "value", "currency", "date-as-written", "type-as-written", "activity") == expected
    )


@pytest.mark.sources
def test_every_role_and_type_of_the_real_files_that_the_standard_knows_has_a_word(real: Path) -> None:
    unknown = {"role": {"donor", "beneficiary", "implementing"}, "type": {""}}
    for row in rows(real, "participating-org"):
        assert row["role"] or row["role-as-written"] in unknown["role"]
    for row in rows(real, "transaction"):
        assert row["type"] or row["type-as-written"] in unknown["type"]


@pytest.mark.sources
def test_a_reference_that_stands_for_a_kind_of_organisation_does_not_merge_those_of_the_kind() -> None:
    path = DATA / "CD.xml"
    if not path.exists():
        pytest.skip("no CD.xml beside the checkout")
    names = etree.parse(path).xpath("//receiver-org[@ref='22000']")
    expected = {" ".join(each.text.split()) for each in names}
    found = {row["receiver"] for row in rows(path, "transaction") if row["receiver-ref"] == "22000"}
    assert found == {f"{name} (22000)" for name in expected}
    assert len(found) > 1


def test_old_words_and_new_digits_come_out_as_the_same_words(tmp_path: Path) -> None:
    old, new = written(tmp_path, OLD, "old.xml"), written(tmp_path, NEW, "new.xml")
    assert picked(old, "participating-org", "role", "role-as-written") == [
        ("funding", "Funding"),
        ("implementing", "Implementing"),
        ("", "donor"),
    ]
    assert picked(new, "participating-org", "role", "role-as-written") == [("funding", "1")]
    assert [word for (word,) in picked(old, "transaction", "type")] == [
        "disbursement",
        "incoming-funds",
        "disbursement",
        "expenditure",
        "",
    ]
    assert [word for (word,) in picked(new, "transaction", "type")] == [
        "commitment",
        "disbursement",
        "disbursement",
        "incoming-funds",
        "incoming-funds",
        "disbursement",
    ]


def test_an_activity_has_its_title_in_its_default_language_and_its_dates_and_places_as_text(tmp_path: Path) -> None:
    names = ("activity", "activity-title", "activity-language", "start", "end", "countries", "regions", "sectors")
    assert picked(written(tmp_path, OLD), "activity", *names) == [
        ("AA-NGO-7-P1", "Language courses", "en", "2010-01-01", "2011-12-31", "AT 60 %", "89 40 %", "DAC 11230")
    ]
    new = written(tmp_path, NEW)
    assert picked(new, "activity", "activity-title", "status", "start") == [
        ("Reception", "implementation", "2020-02-01"),
        ("Shelter", "", ""),
    ]


def test_the_standard_says_who_stands_in_for_a_side_and_nobody_is_guessed_else(tmp_path: Path) -> None:
    sides = ("provider", "provider-from", "receiver", "receiver-from")
    assert picked(written(tmp_path, OLD), "transaction", *sides) == [
        ("AA-NGO-7", "assumed", "Helfende Hände", "stated"),  # money out: the reporting organisation pays
        ("AA-GOV-1", "stated", "AA-NGO-7", "assumed"),  # money in: it receives
        ("AA-NGO-7", "assumed", "Helfende Hände", "stated"),
        ("AA-NGO-7", "stated", "AA-NGO-7", "stated"),
        ("", "", "", ""),  # a type that no version has: neither in nor out
    ]
    secondary = OLD.replace('type="21">Aid Seven', 'type="21" secondary-reporter="1">Aid Seven')
    assert picked(written(tmp_path, secondary), "transaction", *sides)[:2] == [
        ("", "", "Helfende Hände", "stated"),
        ("AA-GOV-1", "stated", "", ""),
    ]


def test_an_organisation_has_one_name_and_one_type_wherever_the_file_says_them(tmp_path: Path) -> None:
    new = written(tmp_path, NEW)
    assert picked(new, "transaction", "receiver-name", "receiver-name-as-written", "receiver-type") == [
        ("Charity", "Charity", "national-ngo"),
        ("Charity", "", "national-ngo"),
        ("Bank", "Bank", "private-sector"),
        ("Charity", "", "national-ngo"),
        ("Charity", "", "national-ngo"),
        ("Town of C", "Town of C", "local-government"),
    ]
    renamed = NEW.replace('role="1" type="10"><narrative>Donor<', 'role="1" type="40"><narrative>The Giver<')
    reader = IatiReader(written(tmp_path, renamed))
    providers = {record.cells[reader.columns["activity"].index("reporting-name")] for record in _records(reader)}
    assert providers == {"Donor", "Charity"}
    assert "several names under one reference, of which the first is taken: XM-DAC-1" in reader.remarks
    assert "several types of one organisation, of which the first is taken: XM-DAC-1" in reader.remarks


def _records(reader: IatiReader) -> Iterator[Record]:
    return (each for each in reader.records() if isinstance(each, Record))


def test_incoming_money_that_its_provider_reports_in_the_same_file_is_marked(tmp_path: Path) -> None:
    new = written(tmp_path, NEW)
    assert picked(new, "transaction", "value", "also-reported") == [
        ("900", ""),
        ("400", ""),
        ("70", ""),
        ("400", "yes"),
        ("20", ""),
        ("300", ""),
    ]
    alone = written(tmp_path, NEW[: NEW.index("<iati-activity ")] + NEW[NEW.index("</iati-activity>") + 17 :])
    assert [mark for (mark,) in picked(alone, "transaction", "also-reported")] == ["", "", ""]


def test_one_reference_on_both_sides_is_one_body_unless_a_name_says_otherwise(tmp_path: Path) -> None:
    transaction = """<transaction><transaction-type code="D"/><transaction-date iso-date="2011-01-01"/><value>5</value>
      <provider-org ref="AA-NGO-7"/><receiver-org ref="AA-NGO-7">Community Centres</receiver-org></transaction>"""
    content = OLD.replace("<iati-identifier>", f"{transaction}<iati-identifier>")
    found = picked(written(tmp_path, content), "transaction", "receiver", "receiver-name", "same-body")
    assert found[3] == ("AA-NGO-7", "Aid Seven", "yes")
    assert found[5] == ("Community Centres (AA-NGO-7)", "Community Centres", "")


def test_only_what_is_one_organisations_own_reference_is_its_identifier(tmp_path: Path) -> None:
    content = OLD.replace("<receiver-org>Helfende", '<receiver-org ref="22000">Helfende', 1)
    assert picked(written(tmp_path, content), "transaction", "provider-identifier", "receiver-identifier")[:3] == [
        ("AA-NGO-7", ""),
        ("AA-GOV-1", "AA-NGO-7"),
        ("AA-NGO-7", ""),
    ]


def test_an_original_budget_is_superseded_by_the_revised_one_of_its_period(tmp_path: Path) -> None:
    names = ("budget-type", "budget-status", "period-start", "period-end", "value", "currency", "superseded")
    assert picked(written(tmp_path, OLD), "budget", *names) == [
        ("original", "indicative", "2010-01-01", "2010-12-31", "1500", "EUR", "yes"),
        ("revised", "indicative", "2010-01-01", "2010-12-31", "1600", "EUR", ""),
    ]


def test_the_currency_is_the_values_own_or_the_activitys(tmp_path: Path) -> None:
    found = picked(written(tmp_path, OLD), "transaction", "value", "currency", "currency-from", "value-date")
    assert found[:2] == [("1000.50", "EUR", "default", "2010-02-01"), ("2000", "USD", "stated", "2010-01-02")]


def test_loans_are_told_from_grants_by_the_transaction_or_the_activity(tmp_path: Path) -> None:
    found = picked(written(tmp_path, NEW), "transaction", "finance", "finance-as-written")
    assert found[:4] == [("grant", "110"), ("grant", "110"), ("loan", "421"), ("", "")]


def test_an_organisation_file_gives_its_budgets(tmp_path: Path) -> None:
    content = """<iati-organisations version="2.03"><iati-organisation default-currency="EUR" xml:lang="en">
      <organisation-identifier>AA-1</organisation-identifier><name><narrative>Fund</narrative></name>
      <reporting-org ref="AA-1" type="60"><narrative>Fund</narrative></reporting-org>
      <total-budget status="2"><period-start iso-date="2014-01-01"/><period-end iso-date="2014-12-31"/>
        <value value-date="2014-01-01">90</value><budget-line ref="1"><value>80</value></budget-line></total-budget>
      <recipient-org-budget><recipient-org ref="AA-2"><narrative>Helper</narrative></recipient-org>
        <period-start iso-date="2014-01-01"/><period-end iso-date="2014-12-31"/><value currency="USD">7</value>
      </recipient-org-budget></iati-organisation></iati-organisations>"""
    path = written(tmp_path, content)
    common = ("organisation", "organisation-name", "organisation-type", "budget-status", "value", "currency")
    assert picked(path, "total-budget", *common) == [("AA-1", "Fund", "foundation", "committed", "90", "EUR")]
    assert picked(path, "recipient-org-budget", *common, "receiver", "receiver-name") == [
        ("AA-1", "Fund", "foundation", "indicative", "7", "USD", "AA-2", "Helper")
    ]


def test_a_file_may_be_one_activity_or_have_none(tmp_path: Path) -> None:
    inner = OLD[OLD.index("<iati-activity ") : OLD.index("</iati-activities>")]
    assert Counter(record.kind for record in _records(IatiReader(written(tmp_path, inner)))) == {
        "activity": 1,
        "participating-org": 3,
        "transaction": 5,
        "budget": 2,
    }
    assert list(IatiReader(written(tmp_path, "<iati-activities/>")).records()) == []
    assert list(IatiReader(written(tmp_path, "<iati-organisations version='2.03'/>")).records()) == []


def test_an_activity_within_another_takes_nothing_from_it(tmp_path: Path) -> None:
    inner = NEW[NEW.index("<iati-activity ") : NEW.index("</iati-activity>") + 16]
    content = OLD.replace("<iati-identifier>", f"{inner}<iati-identifier>")
    assert [found for (found,) in picked(written(tmp_path, content), "activity", "activity")] == [
        "XM-DAC-1-A",
        "AA-NGO-7-P1",
    ]
    assert len(rows(written(tmp_path, content), "transaction")) == 3 + 5


def test_a_transaction_with_two_values_is_set_aside_and_the_others_are_read(tmp_path: Path) -> None:
    content = OLD.replace("<value>5</value>", "<value>5</value><value>6</value>")
    found = list(IatiReader(written(tmp_path, content)).records())
    (refused,) = [each for each in found if isinstance(each, RecordRefused)]
    assert (refused.problem.row, refused.problem.column) == (29, "value")
    assert sum(isinstance(each, Record) and each.kind == "transaction" for each in found) == 4


def test_records_are_given_anew_each_time_and_progress_grows_to_one(tmp_path: Path) -> None:
    reader = IatiReader(written(tmp_path, OLD))
    assert reader.progress() == 0
    seen = []
    for _ in reader.records():
        seen.append(reader.progress())
    assert seen == sorted(seen)
    assert reader.progress() == 1
    assert list(reader.records()) == list(reader.records())


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
HOSTILE = {
    "bomb": f'<!DOCTYPE x [<!ENTITY e0 "ha">{BOMB}]><iati-activities><a>&e11;</a></iati-activities>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY e "{"x" * 50_000}">]><iati-activities>{"&e;" * 50_000}</iati-activities>',
    "external": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><iati-activities><a>&e;</a></iati-activities>',
    "external dtd": '<!DOCTYPE iati-activities SYSTEM "http://127.0.0.1:9/x.dtd"><iati-activities/>',
    "parameter": '<!DOCTYPE x [<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]><iati-activities/>',
    "unknown entity": OLD.replace("Sprachkurse", "&nothing;"),
    "attribute": f'<iati-activities><iati-activity a="{"x" * 10_500_000}"/></iati-activities>',
    "text": f"<iati-activities><iati-activity>{'x' * 10_500_000}</iati-activity></iati-activities>",
    "deep": f"<iati-activities>{'<a>' * 100_000}",
    "endless start": f"<!--{'x' * 2_000_000}--><iati-activities/>",
    "another": "<rss/>",
    "no xml": "Title,Amount\nA,1\n",
    "empty": "",
    "blank": "  \n",
    "cut": OLD[:-30],
    "cut in a tag": OLD[: OLD.index("budget type") + 3],
    "two roots": f"{OLD}<iati-activities/>",
    "mismatch": OLD.replace("</budget>", "</bugdet>"),
    "encoding that is none": OLD.replace('version="1.0"', 'version="1.0" encoding="klingon"'),
    "declared otherwise": OLD.replace('version="1.0"', 'version="1.0" encoding="us-ascii"'),
}


@pytest.mark.timed
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_with_its_name_and_quickly(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, HOSTILE[name])
    start = time.perf_counter()
    with pytest.raises(InputRefused) as caught:
        list(IatiReader(path).records())
    assert time.perf_counter() - start < 5
    assert [problem.file for problem in caught.value.problems] == [str(path)]
    assert "passwd" not in str(caught.value)
    assert "root:" not in str(caught.value)


def test_a_file_that_is_cut_off_or_wrongly_encoded_is_refused_with_the_line(tmp_path: Path) -> None:
    latin, cut = OLD.encode("latin-1"), OLD[: OLD.index("<title>")].encode()
    for content, end in ((latin, latin.index("ä".encode("latin-1"))), (cut, len(cut))):
        with pytest.raises(InputRefused) as caught:
            list(IatiReader(written(tmp_path, content)).records())
        assert caught.value.problems[0].row == content[:end].count(b"\n") + 1


@pytest.mark.parametrize("place", range(0, len(NEW), 97))
def test_no_cut_gives_anything_but_a_refusal(tmp_path: Path, place: int) -> None:
    with pytest.raises(InputRefused):
        list(IatiReader(written(tmp_path, NEW[:place])).records())


@pytest.mark.parametrize("seed", range(8))
def test_bytes_that_changed_are_read_or_refused_and_never_anything_else(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for content in (OLD.encode(), NEW.encode()):
        for _ in range(25):
            changed = bytearray(content)
            for _ in range(chance.randint(1, 4)):
                changed[chance.randrange(len(changed))] = chance.choice(b"<>&;\"'/= \n\0\x80\xff-]19aZ")
            path = written(tmp_path, bytes(changed))
            try:
                file = MappedFile(IatiReader(path), read_mapping(MAPPING))
                for chunk in file.chunks(ANYTHING):
                    Store().load(chunk, format=RdfFormat.N_QUADS)
            except InputRefused as error:
                assert error.problems[0].file == str(path)


def test_other_encodings_are_read_as_declared(tmp_path: Path) -> None:
    for encoding in ("utf-16", "iso-8859-1"):
        content = OLD.replace('version="1.0"', f'version="1.0" encoding="{encoding}"').encode(encoding)
        path = written(tmp_path, content)
        assert ("Helfende Hände",) in picked(path, "transaction", "receiver")


def test_a_folder_a_pipe_a_missing_and_a_forbidden_file_are_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    forbidden = written(tmp_path, OLD, "forbidden.xml")
    forbidden.chmod(0)
    paths = [tmp_path, pipe, tmp_path / "missing.xml", Path("/dev/zero")]
    for path in paths if os.geteuid() == 0 else [*paths, forbidden]:
        with pytest.raises(InputRefused):
            IatiReader(path)


def test_an_activity_without_end_is_refused_and_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_BYTES", 2**20)
    path = written(tmp_path, "<iati-activities><iati-activity>" + "<tag code='1'/>" * (2 * 2**20 // 15))
    with pytest.raises(InputRefused, match="more than 1,048,576 bytes without the end of an activity"):
        list(IatiReader(path).records())
    ended = written(tmp_path, f"<iati-activities>{'<iati-activity><tag/></iati-activity>' * 32_000}</iati-activities>")
    assert sum(1 for _ in IatiReader(ended).records()) == 32_000


def test_a_record_beyond_the_65535th_line_has_its_line(tmp_path: Path) -> None:
    activity = "<iati-activity>\n<transaction>\n<value>1</value>\n</transaction>\n</iati-activity>\n"
    path = written(tmp_path, f"<iati-activities>\n{activity * 14_000}</iati-activities>")
    places = [record.place for record in _records(IatiReader(path)) if record.kind == "transaction"]
    assert places == [3 + 5 * number for number in range(14_000)]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = [_peak(tmp_path, times) for times in (20, 200)]
    assert peaks[1] < peaks[0] + 4_000  # kilobytes, of a file of four megabytes more


def _peak(folder: Path, times: int) -> int:
    """Give the peak memory, in kilobytes, of a process that reads a file of so many times ten activities."""
    inner = NEW[NEW.index("<iati-activity ") : NEW.index("</iati-activities>")]
    path = written(folder, f"<iati-activities>{inner * 10 * times}</iati-activities>", f"{times}.xml")
    program = (
        "import resource, sys; from pathlib import Path; from loaders.iati.reader import IatiReader\n"
        "print(sum(1 for _ in IatiReader(Path(sys.argv[1])).records()))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    count, peak = done.stdout.split()
    assert int(count) == 10 * times * 10  # two activities, one participant, one planned disbursement, six transactions
    return int(peak)


MAPPING = Path(__file__).parents[1] / "loaders" / "mappings" / "iati.toml"
FLOWS = """
PREFIX gov: <https://w3id.org/subsidia/def/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?payer ?recipient ?amount ?currency ?quantity ?phase ?from ?to ?basis WHERE {
  ?flow a gov:FundingFlow ; gov:quantity ?q ; gov:basis ?b .
  OPTIONAL { ?flow gov:payer/skos:prefLabel ?payer }
  OPTIONAL { ?flow gov:recipient/skos:prefLabel ?recipient }
  OPTIONAL { ?flow gov:amountMin ?amount }
  OPTIONAL { ?flow gov:currency ?c }
  OPTIONAL { ?flow gov:phase ?p }
  OPTIONAL { ?flow gov:validFrom ?from }
  OPTIONAL { ?flow gov:validTo ?to }
  BIND (REPLACE(STR(?c), "^.*/", "") AS ?currency)
  BIND (REPLACE(STR(?q), "^.*/", "") AS ?quantity)
  BIND (REPLACE(STR(?p), "^.*/", "") AS ?phase)
  BIND (REPLACE(STR(?b), "^.*/", "") AS ?basis)
}
"""
ANYTHING = Allowance(None, 100.0)


def mapped(path: Path) -> tuple[Store, MappedFile]:
    """Map a file, and give what it says with the account of it."""
    file = MappedFile(IatiReader(path), read_mapping(MAPPING))
    store = Store()
    for chunk in file.chunks(ANYTHING):
        store.load(chunk, format=RdfFormat.N_QUADS)
    return store, file


def flows(store: Store) -> set[tuple[str, ...]]:
    """Give the flows of a store, "" for what is not said."""
    found = store.query(FLOWS)
    return {tuple(value.value if value else "" for value in row) for row in found}  # type: ignore[union-attr]


def test_an_old_file_becomes_the_flows_worked_by_hand(tmp_path: Path) -> None:
    store, file = mapped(written(tmp_path, OLD))
    hands, aid, ministry = "Helfende Hände", "Aid Seven", "Ministry of A"
    assert flows(store) == {
        (aid, hands, "1000.5", "EUR", "transfer", "paid", "2010-01-31", "2010-01-31", "inferred"),
        (ministry, aid, "2000", "USD", "transfer", "paid", "2010-01-02", "2010-01-02", "inferred"),
        (hands, aid, "50", "EUR", "transfer", "paid", "2010-03-01", "2010-03-01", "inferred"),  # -50: it goes back
        (aid, "", "30", "EUR", "transfer", "paid", "2010-03-02", "2010-03-02", "stated"),  # spent, on whom is not said
        ("", "", "1600", "EUR", "budget-line", "planned", "2010-01-01", "2010-12-31", "stated"),
    }
    assert dict(file.report.skipped) == {
        "an original budget that a revised one of the same period replaces": 1,
    }
    assert [(problem.row, problem.column) for problem in file.report.first] == [(29, "type")]


def test_a_new_file_becomes_the_flows_worked_by_hand_and_counts_no_payment_twice(tmp_path: Path) -> None:
    store, file = mapped(written(tmp_path, NEW))
    assert flows(store) == {
        ("Donor", "Charity", "900", "GBP", "commitment", "committed", "2020-02-01", "2020-02-01", "inferred"),
        ("Donor", "Charity", "400", "GBP", "transfer", "paid", "2020-03-01", "2020-03-01", "inferred"),
        ("Donor", "Bank", "70", "GBP", "loan", "paid", "2020-04-01", "2020-04-01", "inferred"),
        ("Donor", "Charity", "500", "GBP", "allocation", "planned", "2021-01-01", "2021-12-31", "inferred"),
        ("Parish", "Charity", "20", "GBP", "transfer", "paid", "2020-03-03", "2020-03-03", "inferred"),
        ("Charity", "Town of C", "300", "GBP", "transfer", "paid", "2020-05-01", "2020-05-01", "stated"),
    }
    assert dict(file.report.skipped) == {"incoming money that its provider reports in this file as well": 1}


def test_what_is_for_one_country_is_about_that_country(tmp_path: Path) -> None:
    place = '<recipient-country code="{}"{}><narrative>Kenya</narrative></recipient-country>'
    cases = {
        place.format("KE", ""): "ke",
        place.format("KE", ' percentage="100"'): "ke",
        place.format("KE", ' percentage="60"'): "",
        place.format("KE", "") + place.format("UG", ""): "",
        place.format("KE", "") + '<recipient-region code="289" percentage="50"/>': "",
        place.format("Kenya", ""): "",
    }
    for place, code in cases.items():
        store, _ = mapped(written(tmp_path, one("3", more=place)))
        found = store.query("""PREFIX gov: <https://w3id.org/subsidia/def/> SELECT ?code ?name {
            ?flow a gov:FundingFlow ; gov:over ?place .
            ?place gov:countryCode ?code ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?name }""")
        expected = [(code.upper(), "Kenya")] if code else []
        assert [tuple(value.value for value in row) for row in found] == expected  # type: ignore[union-attr]


def test_organisations_have_level_and_kind_by_their_type(tmp_path: Path) -> None:
    store, _ = mapped(written(tmp_path, NEW))
    found = store.query("""PREFIX gov: <https://w3id.org/subsidia/def/>
        SELECT ?name ?level ?kind { ?actor gov:level ?l ; gov:actorType ?k ;
          <http://www.w3.org/2004/02/skos/core#prefLabel> ?name
          BIND (REPLACE(STR(?l), "^.*/", "") AS ?level) BIND (REPLACE(STR(?k), "^.*/", "") AS ?kind) }""")
    assert {tuple(value.value for value in row) for row in found} == {  # type: ignore[union-attr]
        ("Donor", "national", "state"),
        ("Charity", "national", "ngo"),
        ("Bank", "national", "company"),
        ("Parish", "national", "organisation"),
        ("Town of C", "local", "municipality"),
    }


@pytest.mark.sources
@pytest.mark.parametrize("name", ["CD.xml", "same_orgs_different_roles.xml", "big_value.xml", "missing_dates.xml"])
def test_the_sums_of_a_real_file_are_those_of_its_values(name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no {name} beside the checkout")
    tree = etree.parse(path)
    values = {
        phase: sum((Decimal(each.text.strip()) for each in tree.xpath(where)), Decimal(0))
        for phase, where in {
            "paid": "//transaction[transaction-type[@code='D' or @code='E' or @code='IF']]/value",
            "committed": "//transaction[transaction-type/@code='C']/value",
            "planned": "//planned-disbursement/value[number(.) > 0]",
            "budget": "//iati-activity/budget/value[number(.) > 0]",
        }.items()
    }
    _, file = mapped(path)
    sums: Counter[str] = Counter()
    sections = {"payment": "paid", "commitment": "committed", "plan": "planned", "budget": "budget"}
    for (section, _), amount in file.report.money.items():
        sums[sections[section.removeprefix("flows.")]] += amount  # type: ignore[assignment]
    assert {phase: sums.get(phase, 0) for phase in values} == values
    assert file.report.aside == 0


def one(code: str, value: str = "100", date: str = "2012-05-06", more: str = "", sides: str = "") -> str:
    """Write a file of one activity with one transaction."""
    return f"""<iati-activities version="2.03"><iati-activity default-currency="EUR">
      <iati-identifier>AA-GOV-1-X</iati-identifier><reporting-org ref="AA-GOV-1"><narrative>Payer</narrative>
      </reporting-org><title><narrative>Project</narrative></title>
      <transaction><transaction-type code="{code}"/><transaction-date iso-date="{date}"/><value>{value}</value>
      {sides or '<receiver-org ref="AA-NGO-2"><narrative>Taker</narrative></receiver-org>'}{more}</transaction>
      </iati-activity></iati-activities>"""


GIVER = '<provider-org ref="AA-GOV-9"><narrative>Giver</narrative></provider-org>'
MADE = {
    "reimbursement": (one("7"), ("Payer", "Taker", "100", "transfer", "paid")),
    "expenditure": (one("4"), ("Payer", "Taker", "100", "transfer", "paid")),
    "commitment": (one("2"), ("Payer", "Taker", "100", "commitment", "committed")),
    "incoming commitment": (one("11", sides=GIVER), ("Giver", "Payer", "100", "commitment", "committed")),
    "incoming without provider": (one("1", sides=" "), ("", "Payer", "100", "transfer", "paid")),
    "withheld": (
        one("4", sides='<receiver-org ref="Excluded"><narrative>Supplier Name Withheld</narrative></receiver-org>'),
        ("Payer", "", "100", "transfer", "paid"),
    ),
    "loan": (one("3", more='<finance-type code="410"/>'), ("Payer", "Taker", "100", "loan", "paid")),
    "loan committed": (one("2", more='<finance-type code="421"/>'), ("Payer", "Taker", "100", "loan", "committed")),
    "repaid": (one("6", sides=f"{GIVER}"), ("Giver", "", "100", "loan", "paid")),
    "interest": (one("5", sides=f"{GIVER}"), ("Giver", "", "100", "fee", "paid")),
    "returned": (one("3", "-70"), ("Taker", "Payer", "70", "transfer", "paid")),
    "incoming returned": (one("1", "-70", sides=GIVER), ("Payer", "Giver", "70", "transfer", "paid")),
}
SKIPPED = {
    "pledge": (one("12"), "a pledge, which binds nobody"),
    "shares": (one("8"), "shares bought or sold, or a guarantee: no transfer"),
    "guarantee": (one("10"), "shares bought or sold, or a guarantee: no transfer"),
    "debt": (
        one("3", more='<finance-type code="610"/>'),
        "shares, securities, guarantees, or relief of debts: no transfer",
    ),
    "within": (
        one("3", sides='<receiver-org ref="AA-GOV-1"/>'),
        "provider and receiver are one organisation: no transfer between two",
    ),
    "taken back": (one("2", "-5"), "a commitment below zero, which takes back a part of others"),
}
ASIDE = {
    "type": (one("99"), "type"),
    "date": (one("3", date=""), "date"),
    "value": (one("3", value=""), "value"),
    "no number": (one("3", value="1.000,50"), "value"),
    "no day": (one("3", date="2012-02-30"), "date"),
    "currency": (one("3").replace(' default-currency="EUR"', ""), "currency"),
    "below zero": (one("6", "-5"), "value"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_transaction_becomes_the_flow_that_it_is(tmp_path: Path, name: str) -> None:
    content, (payer, recipient, amount, quantity, phase) = MADE[name]
    store, _ = mapped(written(tmp_path, content))
    assert [row[:8] for row in flows(store)] == [
        (payer, recipient, amount, "EUR", quantity, phase, "2012-05-06", "2012-05-06")
    ]


@pytest.mark.parametrize("name", SKIPPED)
def test_what_is_no_transfer_is_left_out_with_its_reason(tmp_path: Path, name: str) -> None:
    content, reason = SKIPPED[name]
    store, file = mapped(written(tmp_path, content))
    assert not flows(store)
    assert dict(file.report.skipped) == {reason: 1}


@pytest.mark.parametrize("name", ASIDE)
def test_a_broken_transaction_is_set_aside_with_line_and_column(tmp_path: Path, name: str) -> None:
    content, column = ASIDE[name]
    store, file = mapped(written(tmp_path, content))
    assert not flows(store)
    assert [(problem.row, problem.column) for problem in file.report.first] == [(4, column)]


def test_money_is_traced_through_the_activities_of_two_publishers(tmp_path: Path, empty_store: Opened) -> None:
    path = written(tmp_path, NEW)
    subsidia("load", path, "--format", "iati", "--store", empty_store.path)
    outcome = subsidia("trace", "activities-xm-dac-1", "--at", "2020", "--store", empty_store.path)
    assert "Charity  Town of C  300 GBP" in outcome.out
    assert "no source links the two" in " ".join(outcome.out.split())
