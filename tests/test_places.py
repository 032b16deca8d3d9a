"""Places and authority lists as they go into the graph: by the mappings that come along, from file to statements."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from graph.rdf import to_rdflib
from loaders.known import NOTHING, Known, Term
from loaders.mapped import MappedFile, allowance
from loaders.sources import MAPPINGS, open_mapped
from ontology.errors import InputRefused
from ontology.identifiers import expand
from ontology.shacl import validate
from tests.test_genericode import AUTHORITY, code_list
from tests.test_lau import LIST
from tests.test_lau import listed as lau_list
from tests.test_nuts import DATA as REAL
from tests.test_nuts import SQUARE, feature, listed, mapped, present
from tests.test_nuts import workbook as workbook  # a fixture

ID = "https://w3id.org/subsidia/id/"
DEF = "https://w3id.org/subsidia/def/"
Said = set[tuple[str, str]]


def statements(found: MappedFile) -> dict[str, Said]:
    """Give what is said of each thing: things and properties by the ends of their IRIs, names with their language."""
    text = b"".join(found.chunks(allowance("0")))

    def end(term: object) -> str:
        if isinstance(term, Literal) and term.language:
            return f"{term.value}@{term.language}"
        assert isinstance(term, NamedNode | Literal)
        return term.value.removeprefix(ID).removeprefix(DEF)

    said: dict[str, Said] = {}
    for each in parse(text, RdfFormat.N_TRIPLES):
        property_ = end(each.predicate).rpartition("/")[2].rpartition("#")[2]
        said.setdefault(end(each.subject), set()).add((property_, end(each.object)))
    return said


def violations(found: MappedFile) -> list[str]:
    """Give what the shapes have against the statements of a file."""
    rdf = to_rdflib(parse(b"".join(found.chunks(allowance("0"))), RdfFormat.N_QUADS))
    return [item.message for item in validate(rdf) if item.severity == "violation"]


class Described:
    """A store that describes one thing."""

    def __init__(self, iri: str) -> None:
        self._iri = iri

    def has(self, iri: str) -> bool:
        return iri == self._iri

    def keys(self, kind: str) -> list[str]:
        del kind
        return []

    def label(self, iri: str) -> str | None:
        del iri
        return None

    def described(self, iri: str) -> Mapping[str, frozenset[Term]]:
        del iri
        return {}


def test_regions_are_territories_with_the_vintage_in_their_names(workbook: Path) -> None:
    found = open_mapped(workbook, "nuts")
    said = statements(found)
    assert said["territory/nuts-2024-el1"] == {
        ("type", "Territory"),
        ("prefLabel", "Voreia@en"),
        ("prefLabel", "Βόρεια@el"),
        ("level", "level/regional"),
        ("within", "territory/gr"),
        ("nutsCode", "EL1"),
        ("exactMatch", "territory/nuts-2021-el1"),
        ("note", "NUTS 2024, level 1"),
    }
    assert said["territory/gr"] == {
        ("type", "Territory"),
        ("prefLabel", "Greece@en"),
        ("level", "level/national"),
        ("countryCode", "GR"),
        ("nutsCode", "EL"),
    }
    assert ("within", "territory/nuts-2024-el1") in said["territory/nuts-2024-el11"]
    assert any(name == "note" and "none of its regions" in value for name, value in said["territory/nuts-2024-elz"])
    assert violations(open_mapped(workbook, "nuts")) == []


def test_codes_that_are_gone_are_territories_of_their_vintage(workbook: Path) -> None:
    said = statements(open_mapped(workbook, "nuts"))
    assert {thing for thing in said if "nuts-2021" in thing} == {
        "territory/nuts-2021-el12",
        "territory/nuts-2021-el13",
        "territory/nuts-2021-el131",
    }
    assert {
        ("exactMatch", "territory/nuts-2024-el18"),
        ("note", "NUTS 2021, level 2; written EL18 in 2024"),
        ("within", "territory/nuts-2024-el1"),
    } <= said["territory/nuts-2021-el12"]
    assert {
        ("note", "NUTS 2021, level 3; not in 2024: Split"),
        ("within", "territory/nuts-2021-el13"),
    } <= said["territory/nuts-2021-el131"]
    assert not any(name == "exactMatch" for name, _ in said["territory/nuts-2021-el13"])


def test_an_outline_is_a_literal_of_well_known_text(tmp_path: Path) -> None:
    path = mapped(tmp_path, [feature("AT", [SQUARE], "Österreich"), feature("AT1", [SQUARE], "Ostösterreich")])
    text = b"".join(open_mapped(path).chunks(allowance("0"))).decode()
    shape = '"POLYGON((0 0,4 0,4 4,0 4,0 0))"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
    assert f"<{ID}territory/nuts-2021-at1> <http://www.w3.org/ns/locn#geometry> {shape} ." in text
    assert f"<{ID}territory/at> <http://www.w3.org/ns/locn#geometry> {shape} ." in text
    assert {("lat", "2"), ("long", "2")} <= statements(open_mapped(path))["territory/nuts-2021-at1"]
    assert violations(open_mapped(path)) == []


def test_outlines_of_another_file_are_named_in_a_mapping_of_ones_own(workbook: Path, tmp_path: Path) -> None:
    geometry = mapped(tmp_path, [feature("EL12", [SQUARE])])
    text = (MAPPINGS / "nuts.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace("[read]\n", f'[read]\ngeometry = "{geometry.name}"\n'), encoding="utf-8")
    said = statements(open_mapped(workbook, "nuts", str(own)))
    assert ("lat", "2") in said["territory/nuts-2024-el18"]
    assert not any(name == "geometry" for name, _ in said["territory/nuts-2024-el11"])


def test_a_country_that_is_described_already_keeps_what_is_said_of_it(workbook: Path) -> None:
    known: Known = Described(f"{ID}territory/gr")
    said = statements(open_mapped(workbook, "nuts", known=known))
    assert "territory/gr" not in said
    assert ("within", "territory/gr") in said["territory/nuts-2024-el1"]
    assert NOTHING.has(f"{ID}territory/gr") is False


def test_of_two_lists_of_a_vintage_the_first_describes_a_region(workbook: Path) -> None:
    known: Known = Described(f"{ID}territory/nuts-2024-el1")
    said = statements(open_mapped(workbook, "nuts", known=known))
    assert "territory/nuts-2024-el1" not in said
    assert ("within", "territory/nuts-2024-el1") in said["territory/nuts-2024-el11"]


def test_placeholders_of_unknown_regions_are_left_out(tmp_path: Path) -> None:
    path = listed(tmp_path, "code,label\nAT1,Ost\nATX,Unknown\nATXX,Unknown\n")
    found = open_mapped(path, "nuts")
    assert {thing for thing in statements(found) if thing.startswith("territory")} == {
        *("territory/at", "territory/nuts-2024-at1"),
    }
    assert found.report.skipped == {"the placeholder of a region that is not known": 2}


MONEY = """\
[source]
key = "grants"
[read]
numbers = "1234.56"
[territories.place]
known = "territory/nuts-2024-{NUTS}"
[actors.state]
key = "state"
label = "State"
level = "national"
type = "state"
[actors.holder]
key = "{Holder}"
label = "{Holder}"
level = "local"
type = "municipality"
territory = "place"
[flows.grant]
payer = "state"
recipient = "holder"
amount = "{Amount}"
currency = "EUR"
quantity = "transfer"
per = "total"
"""


def test_a_table_of_money_joins_by_its_codes_and_sets_unknown_ones_aside(tmp_path: Path) -> None:
    (tmp_path / "grants.csv").write_text("NUTS,Holder,Amount\nAT130,Wien,10\nAT999,Elsewhere,20\n", encoding="utf-8")
    (tmp_path / "grants.toml").write_text(MONEY, encoding="utf-8")
    known: Known = Described(f"{ID}territory/nuts-2024-at130")
    found = open_mapped(tmp_path / "grants.csv", mapping=str(tmp_path / "grants.toml"), known=known)
    text = b"".join(found.chunks(allowance("1"))).decode()
    assert f"<{expand('gov:jurisdiction')}> <{ID}territory/nuts-2024-at130>" in text
    assert "Elsewhere" not in text
    assert [problem.value for problem in found.report.first] == [f"{ID}territory/nuts-2024-at999"]


def test_local_units_are_territories_in_their_regions(tmp_path: Path) -> None:
    path = lau_list(tmp_path)
    said = statements(open_mapped(path, "nuts"))
    assert said["territory/lau-2016-el-01"] == {
        ("type", "Territory"),
        ("prefLabel", "Αθήνα@el"),
        ("level", "level/local"),
        ("within", "territory/nuts-2013-el303"),
        ("lauCode", "01"),
    }
    assert ("prefLabel", "Aartselaar@und") in said["territory/lau-2016-be-1"]
    assert ("within", "territory/nl") in said["territory/lau-2016-nl-gm0361"]
    assert ("prefLabel", "EL303@zxx") in said["territory/nuts-2013-el303"]
    assert "Uoplyst" not in str(said)
    units = [thing for thing in said if thing.startswith("territory/lau-")]
    assert len(units) == LIST.count("prefLabel") - 1  # all that are named but the one without a code
    assert violations(open_mapped(path, "nuts")) == []


def test_authority_lists_become_actors_countries_and_programmes(tmp_path: Path) -> None:
    names = {"Name": "European Commission", "eng_label": "European Commission", "deu_label": "Europäische Kommission"}
    body = open_mapped(code_list(tmp_path, [{"code": "COM", **names}, {"code": "ILO", **names}], "corporate-body"))
    said = statements(body)["actor/corporate-body-com"]
    assert {
        ("type", "Actor"),
        ("prefLabel", "European Commission@en"),
        ("prefLabel", "Europäische Kommission@de"),
        ("level", "level/eu"),
        ("actorType", "actorType/eu-institution"),
        ("jurisdiction", "territory/eu"),
        ("exactMatch", f"{AUTHORITY}/corporate-body/COM"),
        ("basis", "basis/inferred"),
    } <= said
    labour = statements(body)["actor/corporate-body-ilo"]
    assert ("level", "level/international") in labour
    assert not any(property_ == "jurisdiction" for property_, _ in labour)
    country = open_mapped(
        code_list(tmp_path, [{"code": "GRC", "Name": "Greece"}, {"code": "CPT", "Name": "Clipperton"}])
    )
    assert statements(country)["territory/gr"] == {
        ("type", "Territory"),
        ("prefLabel", "Greece@en"),
        ("level", "level/national"),
        ("countryCode", "GR"),
        ("exactMatch", f"{AUTHORITY}/country/GRC"),
    }
    fund = open_mapped(code_list(tmp_path, [{"code": "ESF_PLUS", "Name": "ESF+ (2021/2027)"}], "eu-programme"))
    assert {
        ("type", "Programme"),
        ("exactMatch", f"{AUTHORITY}/eu-programme/ESF_PLUS"),
        ("validFrom", "2021"),
        ("validTo", "2027"),
    } <= statements(fund)["programme/eu-programme-esf-plus"]
    for found in (body, country, fund):
        assert violations(found) == []


def test_the_two_lists_of_the_mapping_agree_on_which_bodies_are_not_of_the_union() -> None:
    given = tomllib.loads((MAPPINGS / "authority.toml").read_text(encoding="utf-8"))
    types = given["words"]["type"]
    elsewhere = [code for code, kind in types.items() if kind == "international-organisation"]
    assert sorted(given["territories"]["union"]["when"][1]["not"]) == sorted(elsewhere)


def test_a_body_that_the_mapping_does_not_know_is_set_aside(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="the mapping lists no such value"):
        statements(open_mapped(code_list(tmp_path, [{"code": "NEW", "Name": "A new body"}], "corporate-body")))


def test_lists_of_other_things_say_nothing(tmp_path: Path) -> None:
    found = open_mapped(code_list(tmp_path, [{"code": "EUR", "Name": "euro"}], "currency"))
    assert not any(thing.startswith(("actor", "territory", "programme")) for thing in statements(found))


@pytest.mark.sources
@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [("corporate-body", "actor", 91), ("country", "territory", 245), ("eu-programme", "programme", 145)],
)
def test_every_code_of_a_real_list_is_a_thing_with_its_names(name: str, kind: str, count: int) -> None:
    found = open_mapped(present(REAL / "eu_authority_gc" / f"{name}.gc"))
    things = {thing: said for thing, said in statements(found).items() if thing.startswith(f"{kind}/")}
    assert len(things) == count
    for said in things.values():
        languages = [value.rpartition("@")[2] for property_, value in said if property_ == "prefLabel"]
        assert len(languages) == len(set(languages)) == 24
    assert violations(found) == []


@pytest.mark.sources
@pytest.mark.slow
def test_all_of_the_real_workbook_goes_in_and_meets_the_shapes() -> None:
    found = open_mapped(present(REAL / "nuts_codes" / "NUTS2021-NUTS2024.xlsx"), "nuts")
    said = statements(found)
    assert found.report.aside == 0
    territories = {thing: values for thing, values in said.items() if thing.startswith("territory/")}
    assert len(territories) == 1582 + 466 + 57 + 39  # codes, those of the neighbours, those that are gone, countries
    for values in territories.values():
        within = [value for property_, value in values if property_ == "within"]
        assert all(value in territories for value in within)
        assert len(within) == (0 if ("level", "level/national") in values else 1)
    assert violations(open_mapped(present(REAL / "nuts_codes" / "NUTS2021-NUTS2024.xlsx"), "nuts")) == []
