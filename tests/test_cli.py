"""The command line: what it prints, how it refuses, and its exit status, asked as a user would ask it."""

from __future__ import annotations

import atexit
import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import networkx as nx
import pyarrow.parquet as pq
import pytest
from rdflib import Dataset, Graph

from api.answers.document import Document, as_json
from api.answers.funding import flows_document, matrix_document
from api.answers.gaps import gaps_document
from api.answers.overview import stats_document
from graph.evidence import locate
from graph.filters import Filters
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.tables.statements import load_tables
from tests.conftest import MINIMAL, WriteTables, with_cells
from tests.service import serving
from tests.small_graphs import write_tables
from tests.test_own_rules import HEADER, QUERY

BESIDE: Final = Path(sys.executable).parent / "subsidia"
COMMAND: Final = [str(BESIDE)] if BESIDE.exists() else [shutil.which("subsidia") or sys.executable, "-m", "api.cli"]
ACTOR: Final = "https://w3id.org/subsidia/id/actor/"


@dataclass(frozen=True)
class Outcome:
    """What a command left: its status, what it printed, and what it noted on standard error."""

    status: int
    out: str
    err: str


def installed(*arguments: object, **environment: str) -> Outcome:
    """Run the installed command, as a shell does; it takes a second to start."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=_environment(environment),
        timeout=60,
    )
    return _checked(Outcome(done.returncode, done.stdout, done.stderr))


def subsidia(*arguments: object, **environment: str) -> Outcome:
    """Run the command in an empty folder, in a process forked from one that has read the program already."""
    return _forked([str(word) for word in arguments], _environment(environment))


def typed(folder: Path, *words: str, apart: bool = False) -> Outcome:
    """Run the command in a folder; unless kept apart, `out` is all that a terminal shows, in its order."""
    return _forked(list(words), _environment({}), str(folder), not apart)


def _forked(words: list[str], environment: dict[str, str], folder: str | None = None, shown: bool = False) -> Outcome:
    process = _warm()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([words, environment, folder, shown]) + "\n")
    process.stdin.flush()
    return _checked(Outcome(*json.loads(process.stdout.readline())))


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUBSIDIA_")}
    return {**kept, "COLUMNS": "200", **given}


def _checked(outcome: Outcome) -> Outcome:
    assert "Traceback" not in outcome.err + outcome.out, outcome.err + outcome.out
    return outcome


_WARM: Final = """
import json, os, sys, tempfile
from pathlib import Path
import api.cli
for line in sys.stdin:
    words, environment, place, shown = json.loads(line)
    with tempfile.TemporaryDirectory() as folder:
        out, err = (Path(folder) / name for name in ("out", "err"))
        child = os.fork()
        if child == 0:
            os.environ.clear()
            os.environ.update(environment)
            os.chdir(place or folder)
            sys.argv = ["subsidia", *words]
            for number, path in ((0, "/dev/null"), (1, out), (2, err)):
                os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
            if shown:  # as on a terminal
                os.dup2(1, 2)
                sys.stdout.reconfigure(line_buffering=True)
            status = 0
            try:
                api.cli.main()
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException:
                import traceback
                traceback.print_exc()
                status = 70
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps([status, out.read_text("utf-8"), err.read_text("utf-8")]), flush=True)
"""


@cache
def _warm() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", _WARM], stdin=pipe, stdout=pipe, encoding="utf-8")
    atexit.register(process.communicate)
    return process


def all_of(commands: Mapping[str, list[object]]) -> dict[str, Outcome]:
    """Run commands one after the other; gives what each left."""
    return {name: subsidia(*arguments) for name, arguments in commands.items()}


def contents(store: Store) -> tuple[int, set[str]]:
    return store.generation, {str(quad) for quad in store.snapshot().quads()}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Make a store with the minimal tables in it; read by many tests, changed by none."""
    folder = tmp_path_factory.mktemp("cli")
    store = Store.create(folder / "store")
    store.load(load_tables(write_tables(folder / "report-tables", MINIMAL)).quads)
    return store


@pytest.fixture
def own(empty_store: Store, tables: WriteTables) -> Store:
    """Make a store with the minimal tables in it, to be changed."""
    empty_store.load(load_tables(tables(folder="own")).quads)
    return empty_store


# --- Refusals --------------------------------------------------------------------------------------------------------

INPUT, USAGE, STORE = 1, 2, 3
# arguments, status and words. 1 input refused, 2 wrong usage, 3 store unreachable
REFUSED: Final[Mapping[str, tuple[list[str], int, str]]] = {
    "no command": ([], USAGE, "Usage: subsidia"),
    "unknown command": (["tracee"], USAGE, "No such command 'tracee'"),
    "unknown option": (["info", "--stor", "x"], USAGE, "No such option"),
    "query without a query": (["query"], USAGE, "Missing argument"),
    "query that is no SPARQL": (["query", "SELECT *\nWHERE {\n  ?s ?p"], INPUT, "line 3, column 8: expected"),
    "query with a service": (["query", "SELECT * { SERVICE <http://127.0.0.1:9/> { } }"], INPUT, "SERVICE"),
    "query that changes": (["query", "DROP ALL"], INPUT, "line 1"),
    "query file that is not there": (["query", "nowhere.rq"], USAGE, "query=nowhere.rq: expected a file"),
    "unknown query format": (["query", "ASK {}", "--format", "tabel"], USAGE, "format=tabel: expected one of"),
    "rows as turtle": (["query", "SELECT * { ?s ?p ?o }", "--format", "turtle"], INPUT, "sparql-results+json"),
    "triples as csv": (["query", "CONSTRUCT WHERE { ?s ?p ?o }", "--format", "csv"], INPUT, "text/turtle"),
    "gaps of an unknown country": (["gaps", "--country", "XX"], USAGE, "country=XX: expected the code of a country"),
    "gaps of an unknown type": (["gaps", "--type", "fundin"], USAGE, "did you mean funding?"),
    "gaps at no year": (["gaps", "--at", "2006-03"], USAGE, "at=2006-03: expected a year in four digits"),
    "gaps by rules of no folder": (["gaps", "--rules", "/nowhere"], INPUT, "/nowhere: no folder with rules (*.rq)"),
    "flows of an unknown field": (["flows", "--field", "housng"], USAGE, "did you mean housing?"),
    "flows of an unknown programme": (["flows", "--programme", "es-fond"], USAGE, "did you mean es-fund?"),
    "flows by an unknown dimension": (["flows", "--by", "levels"], USAGE, "by=levels: expected one of level"),
    "export of an unknown ending": (["export", "graph.docx"], USAGE, "file=graph.docx: expected a name that ends in"),
    "export of RDF with filters": (["export", "g.ttl", "--country", "ES"], USAGE, "filters=country"),
    "export to nowhere": (["export", "/nowhere/at/all.csv"], INPUT, "/nowhere/at/all.csv: cannot be written"),
    "load of nothing": (["load"], USAGE, "Missing argument"),
    "load of a missing folder": (["load", "/nowhere"], INPUT, "/nowhere: there is no such file or folder"),
    "load of a file of no kind": (["load", "/dev/null"], INPUT, "/dev/null: its name does not tell what it is"),
    "load in an unknown format": (["load", "/nowhere", "--format", "tabels"], USAGE, "did you mean tables?"),
    "load into a graph without a name": (["load", "/nowhere", "--graph", "Our Graph"], USAGE, "graph=Our Graph"),
    "validate of a missing folder": (["validate", "/nowhere"], INPUT, "/nowhere: there is no such file or folder"),
    "evidence without a command": (["evidence"], USAGE, "Usage: subsidia evidence"),
    "evidence without documents": (["evidence", "check"], USAGE, "Missing option '--sources'"),
    "evidence in a missing folder": (["evidence", "check", "--sources", "/nowhere"], INPUT, "/nowhere: there is no"),
    "serve on no port": (["serve", "--port", "0"], USAGE, "Invalid value for '--port'"),
    "serve on an address that is not ours": (["serve", "--host", "192.0.2.1"], USAGE, "port=8000"),
}


@pytest.fixture(scope="module")
def refusals(small: Store) -> dict[str, Outcome]:
    """Run every refused command once, on the small store."""
    before = contents(small)
    found = all_of({name: [*words, *_at(words, small)] for name, (words, _, _) in REFUSED.items()})
    assert contents(small) == before
    return found


def _at(words: list[str], store: Store) -> list[object]:
    """Give the option that names the store, where a command is given that takes it."""
    return ["--store", store.path] if words and words != ["evidence"] and words != ["tracee"] else []


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_has_its_status_and_one_or_two_plain_lines(refusals: dict[str, Outcome], name: str) -> None:
    _, status, words = REFUSED[name]
    outcome = refusals[name]
    assert outcome.status == status, outcome.err
    assert words in outcome.err + (outcome.out if words.startswith("Usage: ") else "")
    if outcome.err.startswith("subsidia: "):
        assert outcome.out == ""
        assert len(outcome.err.splitlines()) <= 2


def test_a_store_that_cannot_be_reached_is_status_3(empty_store: Store, tmp_path: Path) -> None:
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "sea.jpg").write_bytes(b"sea")
    (tmp_path / "file").write_text("words")
    (empty_store.path / "store.json").write_text('{"format": 2}')
    commands: dict[str, list[object]] = {
        "holds no store": ["info", "--store", tmp_path / "photographs"],
        "File exists": ["flows", "--store", tmp_path / "file"],
        "it has format 2, and this version reads format 1": ["query", "ASK {}", "--store", empty_store.path],
    }
    for words, outcome in all_of(commands).items():
        assert (outcome.status, outcome.out) == (STORE, "")
        assert outcome.err.startswith("subsidia: store /")
        assert words in outcome.err
        assert len(outcome.err.splitlines()) == 1
    assert [item.name for item in (tmp_path / "photographs").iterdir()] == ["sea.jpg"]


def test_the_installed_command_has_the_same_statuses_as_the_forked_one(small: Store) -> None:
    commands: dict[int, list[object]] = {
        0: ["query", "ASK {}", "--store", small.path],
        INPUT: ["query", "ASK {", "--store", small.path],
        USAGE: ["gaps", "--at", "soon", "--store", small.path],
        STORE: ["info", "--store", Path(__file__)],
    }
    with ThreadPoolExecutor(2) as runners:
        outcomes = dict(zip(commands, runners.map(lambda words: installed(*words), commands.values()), strict=True))
    assert {wanted: outcome.status for wanted, outcome in outcomes.items()} == {status: status for status in commands}
    assert outcomes == {status: subsidia(*words) for status, words in commands.items()}
    assert outcomes[0] == Outcome(0, "true\n", "")


def test_a_setting_that_cannot_be_understood_is_status_2(small: Store) -> None:
    outcome = subsidia("info", SUBSIDIA_STORE=str(small.path), SUBSIDIA_QUERY_TIMEOUT="soon")
    assert (outcome.status, outcome.out) == (USAGE, "")
    assert outcome.err == "subsidia: SUBSIDIA_QUERY_TIMEOUT=soon: expected seconds above 0\n"


# --- Reading ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documents(casebook_store: Store) -> dict[str, Outcome]:
    """Print the documents of the casebook as JSON."""
    commands: dict[str, list[object]] = {
        "gaps": ["gaps"],
        "gaps in ES": ["gaps", "--country", "es", "--type", "funding", "--at", "2012"],
        "flows": ["flows"],
        "flows in DE": ["flows", "--country", "DE", "--at", "2011", "--field", "civic-integration"],
        "flows by level": ["flows", "--by", "level"],
        "info": ["info"],
    }
    return all_of({name: [*words, "--json", "--store", casebook_store.path] for name, words in commands.items()})


@pytest.mark.parametrize("name", ["gaps", "gaps in ES", "flows", "flows in DE", "flows by level", "info"])
def test_json_is_the_document_that_the_api_gives(documents: dict[str, Outcome], casebook: Snapshot, name: str) -> None:
    expected: dict[str, Document] = {
        "gaps": gaps_document(casebook, Filters()),
        "gaps in ES": gaps_document(casebook, Filters(country="ES", type="funding", at=2012)),
        "flows": flows_document(casebook, Filters()),
        "flows in DE": flows_document(casebook, Filters(country="DE", at=2011, field="civic-integration")),
        "flows by level": matrix_document(casebook, Filters(), "level"),
        "info": stats_document(casebook),
    }
    assert (documents[name].status, documents[name].err) == (0, "")
    assert documents[name].out == as_json(expected[name]) + "\n"
    assert json.loads(documents[name].out)["meta"]["generation"] == 1


@pytest.fixture(scope="module")
def printed(small: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Run commands that read the small store."""
    file = tmp_path_factory.mktemp("queries") / "names.rq"
    file.write_text(
        "# names\nSELECT ?name WHERE { ?a a <https://w3id.org/subsidia/def/Actor> ; "
        "<http://www.w3.org/2004/02/skos/core#prefLabel> ?name } ORDER BY ?name\n",
        encoding="utf-8",
    )
    construct = (
        "CONSTRUCT { ?f <http://example.org/pays> ?r } WHERE { ?f <https://w3id.org/subsidia/def/recipient> ?r }"
    )
    commands: dict[str, list[object]] = {
        "file as csv": ["query", file, "--format", "csv"],
        "file as json": ["query", file, "--json"],
        "file as table": ["query", file],
        "triples": ["query", construct],
        "yes or no": ["query", "ASK { ?s a <https://w3id.org/subsidia/def/FundingFlow> }"],
        "flows": ["flows", "--at", "2006"],
        "no flows": ["flows", "--at", "2007"],
        "flows by level": ["flows", "--by", "level"],
        "gaps": ["gaps", "--type", "policy"],
        "info": ["info"],
        "version": ["version"],
        "help": ["load", "--help"],
    }
    return all_of(
        {name: [*words, *([] if name == "help" else ["--store", small.path])] for name, words in commands.items()}
    )


def test_a_query_from_a_file_is_answered_in_the_format_asked_for(printed: dict[str, Outcome]) -> None:
    names = ["The helpers", "The state", "The town"]
    assert printed["file as csv"] == Outcome(0, "name\n" + "".join(f"{name}\n" for name in names), "")
    body = json.loads(printed["file as json"].out)
    assert [row["name"]["value"] for row in body["results"]["bindings"]] == names
    lines = [line.strip() for line in printed["file as table"].out.splitlines()]
    assert lines == ["name", *[f'"{name}"@en' for name in names]]


def test_a_query_on_the_command_line_is_answered(printed: dict[str, Outcome]) -> None:
    expected = Graph().parse(
        format="turtle",
        data=f"<https://w3id.org/subsidia/id/flow/fund-2006> <http://example.org/pays> <{ACTOR}es-town> .",
    )
    assert set(Graph().parse(data=printed["triples"].out, format="turtle")) == set(expected)
    assert printed["yes or no"] == Outcome(0, "true\n", "")


def test_tables_for_people_show_what_is_there_and_nothing_cut(printed: dict[str, Outcome]) -> None:
    flows = printed["flows"]
    assert flows.status == 0
    assert "The state to The town: The fund (2006)" in flows.out
    assert "fund-2006" in flows.out
    assert "transfer" in flows.out
    assert "fund-2006" not in printed["no flows"].out
    assert "national" in printed["flows by level"].out
    assert "1 of 1 flows that may be summed have an amount" in printed["flows by level"].err
    assert "The town is not asked" in printed["gaps"].out
    assert "reported" in printed["gaps"].out


def test_rules_of_a_folder_are_asked_too_and_a_bad_one_is_named(small: Store, tmp_path: Path) -> None:
    for name, text in {"good": HEADER.replace("competence", "funding") + QUERY, "bad": QUERY}.items():
        (tmp_path / name).mkdir()
        text = text.replace("aspect/monitoring", "aspect/delivery")
        (tmp_path / name / "watched.rq").write_text(text, encoding="utf-8")
    asked = {name: ["gaps", "--rules", tmp_path / name, "--store", small.path] for name in ("good", "bad")}
    outcomes = all_of(asked)
    assert "watched-only" in outcomes["good"].out
    assert "The town is not asked" in outcomes["good"].out
    assert outcomes["bad"].status == INPUT
    assert outcomes["bad"].err.startswith(f"subsidia: {tmp_path / 'bad' / 'watched.rq'}: the header lacks id, type")


def test_info_counts_and_version_tells_the_version(printed: dict[str, Outcome], small: Store) -> None:
    words = [line.split() for line in printed["info"].out.splitlines()]
    assert ["store", str(small.path)] in words
    assert ["generation", "1"] in words
    assert ["actor", "3"] in words
    assert ["flow", "1"] in words
    assert ["graph", "https://w3id.org/subsidia/graph/report"] in words
    assert printed["version"] == Outcome(0, version("subsidia") + "\n", "")
    assert "--dry-run" in printed["help"].out


# --- Export ----------------------------------------------------------------------------------------------------------

SUFFIXES: Final = ("ttl", "nt", "nq", "trig", "jsonld", "graphml", "gexf", "csv", "parquet")


@pytest.fixture(scope="module")
def exports(small: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the small store to a file of each kind, twice."""
    folder = tmp_path_factory.mktemp("exports")
    files = [folder / f"{name}.{suffix}" for suffix in SUFFIXES for name in ("one", "two")]
    for file, outcome in all_of({str(file): ["export", file, "--store", small.path] for file in files}).items():
        assert (outcome.status, outcome.out) == (0, "")
        assert outcome.err == f"{file}: {Path(file).stat().st_size:,} bytes, generation 1\n"
    assert sorted(folder.iterdir()) == sorted(files), "no draft is left"
    return folder


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_export_is_the_same_bytes_when_repeated(exports: Path, suffix: str) -> None:
    first, second = ((exports / f"{name}.{suffix}").read_bytes() for name in ("one", "two"))
    assert first
    assert first == second


def test_an_export_of_triples_holds_each_triple_once(exports: Path, small: Store) -> None:
    expected = {str(quad.triple) for quad in small.snapshot().quads()}
    turtle, lines = Graph().parse(exports / "one.ttl"), Graph().parse(exports / "one.nt")
    assert len(turtle) == len(lines) == len(expected)
    assert set(turtle) == set(lines)
    assert len((exports / "one.nt").read_text(encoding="utf-8").splitlines()) == len(expected)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's parsers of data sets warn of rdflib
@pytest.mark.parametrize(("suffix", "form"), [("nq", "nquads"), ("trig", "trig"), ("jsonld", "json-ld")])
def test_an_export_of_named_graphs_holds_every_statement_in_its_graph(
    exports: Path, small: Store, suffix: str, form: str
) -> None:
    rdf = Dataset()
    rdf.parse(exports / f"one.{suffix}", format=form)
    graphs = {str(name): len(rdf.graph(name)) for _, _, _, name in rdf.quads((None, None, None, None)) if name}
    expected: dict[str, int] = {}
    for quad in small.snapshot().quads():
        name = str(getattr(quad.graph_name, "value", ""))
        expected[name] = expected.get(name, 0) + 1
    assert graphs == expected
    assert set(graphs) == {f"https://w3id.org/subsidia/graph/{name}" for name in ("report", "report-tables")}


@pytest.mark.parametrize(("suffix", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_an_export_of_the_network_is_read_by_networkx(exports: Path, suffix: str, read: Any) -> None:
    network = read(exports / f"one.{suffix}")
    assert set(network.nodes) == {ACTOR + name for name in ("es-state", "es-town", "es-ngo")}
    assert network.nodes[ACTOR + "es-state"]["label"] == "The state"
    ties = {(one, other, facts["kind"]) for one, other, facts in network.edges(data=True)}
    assert (ACTOR + "es-state", ACTOR + "es-town", "funding") in ties
    assert {kind for one, other, kind in ties if {one, other} == {ACTOR + "es-ngo", ACTOR + "es-town"}} == {
        "coordination"
    }


def test_an_export_of_the_flows_is_read_as_csv_and_as_parquet(exports: Path) -> None:
    with (exports / "one.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["flow"] == "https://w3id.org/subsidia/id/flow/fund-2006"
    assert (row["amount_min"], row["amount_max"], row["currency"]) == ("1000000", "1500000.5", "EUR")
    assert (row["payer_level"], row["recipient_level"], row["phase"]) == ("national", "local", "")
    (record,) = pq.read_table(exports / "one.parquet").to_pylist()
    assert record["flow"] == row["flow"]
    assert (str(record["amount_min"]), str(record["amount_max"])) == ("1000000.0000", "1500000.5000")
    assert (record["begin_year"], record["end_year"], record["fields"]) == (2006, 2006, ["housing"])


# --- Loading ---------------------------------------------------------------------------------------------------------


def test_a_good_folder_is_loaded_as_one_generation(own: Store, tables: WriteTables) -> None:
    row = {**MINIMAL["measures"][0], "key": "es-second", "label": "The second plan"}
    folder = tables({"measures": [row]}, folder="more-tables")
    before = own.snapshot().size
    outcome = subsidia("load", folder, "--graph", "partner", "--store", own.path)
    assert (outcome.status, outcome.err) == (0, "")
    first, last = outcome.out.splitlines()
    assert first.startswith("partner: 1 sources, 1 passages, 1 mentions, 2 territories, 3 actors, 1 programmes")
    size = own.snapshot().size
    assert last == f"generation 2, {size:,} statements in all, {size - before:+,}"
    assert own.generation == 2
    graph = {str(quad.subject) for quad in own.snapshot().graph("https://w3id.org/subsidia/graph/partner")}
    assert "<https://w3id.org/subsidia/id/measure/es-second>" in graph
    assert own.snapshot().has("https://w3id.org/subsidia/id/measure/es-plan")


def test_replacing_takes_away_what_is_no_longer_in_the_source(own: Store, tables: WriteTables) -> None:
    row = {**MINIMAL["measures"][0], "key": "es-second", "label": "The second plan"}
    outcome = subsidia("load", tables({"measures": [row]}), "--replace", "--store", own.path)
    assert outcome.status == 0
    assert own.snapshot().has("https://w3id.org/subsidia/id/measure/es-second")
    assert not own.snapshot().has("https://w3id.org/subsidia/id/measure/es-plan")
    assert own.snapshot().instances("gov:Measure") == ["https://w3id.org/subsidia/id/measure/es-second"]


def test_a_dry_run_changes_nothing(own: Store, tables: WriteTables) -> None:
    before = contents(own)
    outcome = subsidia(
        "load", tables(with_cells("measures", 0, label="Another name")), "--replace", "--dry-run", "--store", own.path
    )
    assert outcome.status == 0
    assert outcome.err.endswith("statements of report, report-tables are replaced\n")
    assert outcome.out.endswith("nothing was changed (--dry-run)\n")
    assert contents(own) == before


def test_a_bad_folder_is_refused_with_the_good_one_beside_it(own: Store, tables: WriteTables) -> None:
    before = contents(own)
    good = tables({"measures": [{**MINIMAL["measures"][0], "key": "es-second"}]}, folder="good")
    bad = tables(with_cells("flows", amount_max="1e6"), folder="bad")
    outcome = subsidia("load", good, bad, "--store", own.path)
    assert (outcome.status, outcome.out) == (INPUT, "")
    expected = "expected an amount in digits with at most one decimal point, as 4800000.50"
    assert outcome.err == f"subsidia: {bad / 'flows.csv'}, row 2, column amount_max: '1e6': {expected}\n"
    assert contents(own) == before


def test_an_rdf_file_that_is_not_well_formed_is_refused_with_its_line(own: Store, tmp_path: Path) -> None:
    before = contents(own)
    (tmp_path / "bad.ttl").write_text(
        "<http://example.org/a> a <http://example.org/B> .\n<http://example.org/c> oops .\n"
    )
    outcome = subsidia("load", tmp_path / "bad.ttl", "--store", own.path)
    assert (outcome.status, outcome.out) == (INPUT, "")
    assert outcome.err.startswith(f"subsidia: {tmp_path / 'bad.ttl'}, row 2: not well-formed RDF: ")
    assert contents(own) == before


def test_a_new_store_is_made_empty_or_with_the_casebook(tmp_path: Path, tables: WriteTables) -> None:
    outcome = subsidia("load", tables(), "--empty", "--store", tmp_path / "new")
    assert (outcome.status, outcome.err) == (0, "")
    assert len(Store(tmp_path / "new").snapshot().instances("gov:Actor")) == 3
    outcome = subsidia("info", SUBSIDIA_STORE=str(tmp_path / "full"))
    assert (outcome.status, outcome.err) == (0, f"making {tmp_path / 'full'} with the casebook\n")
    assert len(Store(tmp_path / "full").snapshot().instances("gov:Actor")) > 200


# --- Checking --------------------------------------------------------------------------------------------------------


def test_validate_names_file_row_and_column_of_what_breaks_a_shape(small: Store, tables: WriteTables) -> None:
    actors = [
        MINIMAL["actors"][0],
        {**MINIMAL["actors"][1], "label": "The town|The city"},
        {**MINIMAL["actors"][2], "basis": "inferred"},
    ]
    folder = tables({"actors": actors})
    before = contents(small)
    outcome = subsidia("validate", folder, "--json", "--store", small.path)
    assert (outcome.status, outcome.err) == (
        INPUT,
        "2 violations, 0 warnings, 1 info; 1 are not shown: --severity info shows all\n",
    )
    file = str(folder / "actors.csv")
    found = {(row["file"], row["row"], row["column"], row["thing"]): row for row in json.loads(outcome.out)["data"]}
    assert set(found) == {
        (file, 3, "label", ACTOR + "es-town"),
        (file, 4, "", ACTOR + "es-ngo"),
    }
    two_names, no_note = found[file, 3, "label", ACTOR + "es-town"], found[file, 4, "", ACTOR + "es-ngo"]
    assert two_names["message"] == "An actor has one name a language; put the others in skos:altLabel."
    assert no_note["message"] == ("An inference must say whose judgement it is and why: add a note or a method.")
    assert {row["severity"] for row in found.values()} == {"violation"}
    assert contents(small) == before


def test_validate_is_content_with_what_meets_the_shapes(small: Store, tables: WriteTables) -> None:
    folder = tables()
    outcomes = all_of(
        {"source": ["validate", folder, "--store", small.path], "store": ["validate", "--store", small.path]}
    )
    one = "0 violations, 0 warnings, 1 info; 1 are not shown: --severity info shows all\n"
    assert set(outcomes.values()) == {Outcome(0, "", one)}
    shown = subsidia("validate", "--severity", "info", "--store", small.path)
    assert "A NUTS or LAU code would tell this European territory apart" in " ".join(shown.out.split())
    assert shown.err == "0 violations, 0 warnings, 1 info\n"


def test_validate_refuses_a_severity_that_there_is_not(small: Store) -> None:
    outcome = subsidia("validate", "--severity", "warnings", "--store", small.path)
    assert outcome.status == 2
    assert "severity=warnings: expected one of violation, warning, info; did you mean warning?" in outcome.err


NO_PLACE = "Say where the actor has authority or acts (gov:jurisdiction): without a place it is in no country's view."


def test_validate_names_the_thing_and_property_of_what_comes_from_rdf(small: Store, tmp_path: Path) -> None:
    file = tmp_path / "partner.ttl"
    file.write_text(
        "@prefix gov: <https://w3id.org/subsidia/def/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "@prefix prov: <http://www.w3.org/ns/prov#> .\n"
        f'<{ACTOR}x> a gov:Actor ; skos:prefLabel "X" ; gov:level <https://w3id.org/subsidia/def/level/local> ;\n'
        "  gov:basis <https://w3id.org/subsidia/def/basis/stated> ;\n"
        "  prov:hadPrimarySource <https://w3id.org/subsidia/id/passage/p1> .\n"
    )
    outcome = subsidia("validate", file, "--json", "--store", small.path)
    assert outcome.status == INPUT
    found = {(row["thing"], row["column"], row["message"]) for row in json.loads(outcome.out)["data"]}
    assert found == {
        (ACTOR + "x", "gov:actorType", "An actor is of exactly one type (gov:actorType)."),
        (ACTOR + "x", "", NO_PLACE),
    }


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the document that the passage p1 of the minimal tables is said to be in, with other words there."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "report.txt").write_text("The €\nfund pays\nthe town.\n" * 40, encoding="utf-8")
    return folder


def test_evidence_locate_prints_offsets_and_digest_that_match(texts: Path) -> None:
    (texts / "leaflet.txt").write_text("Who pays the town?", encoding="utf-8")
    commands: dict[str, list[object]] = {
        "plain": ["evidence", "locate", "pays the  town", "--sources", texts],
        "json": ["evidence", "locate", "pays the town?", "--sources", texts, "--json"],
        "nowhere": ["evidence", "locate", "pays the village", "--sources", texts],
    }
    outcomes = all_of(commands)
    # "The €\nfund pays\nthe town.\n" has 6 + 10 + 10 characters; the words stand at 11–24 of each 26
    places = locate("pays the town", texts)
    assert [(place.document, place.start, place.end) for place in places[:3]] == [
        ("leaflet.txt", 4, 17),
        ("report.txt", 11, 24),
        ("report.txt", 37, 50),
    ]
    lines = outcomes["plain"].out.splitlines()
    assert len(lines) == 41
    assert lines[1] == f"report.txt,11,24,{places[1].digest}  (line 2)"
    assert (texts / "report.txt").read_text(encoding="utf-8")[11:24] == "pays\nthe town"
    (row,) = json.loads(outcomes["json"].out)["data"]
    assert (row["document"], row["start"], row["end"], row["line"]) == ("leaflet.txt", 4, 18, 1)
    assert (outcomes["nowhere"].status, outcomes["nowhere"].out) == (INPUT, "")
    assert outcomes["nowhere"].err == f"subsidia: these words stand in no document of {texts}\n"


def test_evidence_check_tells_what_is_not_found_and_passes_over_pages(
    empty_store: Store, tables: WriteTables, texts: Path
) -> None:
    digest = locate("fund pays", texts)[0].digest
    by_page = {"key": "p2", "source": "report", "locator": "page 2"}
    found = {**MINIMAL["passages"][0], "start": "6", "end": "15", "digest": digest}
    empty_store.load(load_tables(tables({"passages": [found, by_page]})).quads)
    outcome = subsidia("evidence", "check", "--sources", texts, "--store", empty_store.path)
    assert outcome == Outcome(0, "", "1 of 2 passages found\n1 name a page or section only, for a reader to look up\n")
    empty_store.load(load_tables(tables(folder="wrong")).quads, replace=["https://w3id.org/subsidia/graph/report"])
    outcome = subsidia("evidence", "check", "--sources", texts, "--json", "--store", empty_store.path)
    assert outcome.status == INPUT
    assert outcome.err == "report: p1 (10–20): document differs\n0 of 1 passages found\n"
    assert json.loads(outcome.out)["data"] == [
        {
            "passage": "https://w3id.org/subsidia/id/passage/p1",
            "source": "https://w3id.org/subsidia/id/source/report",
            "start": 10,
            "end": 20,
            "state": "document differs",
        }
    ]


@pytest.mark.sources
def test_evidence_check_finds_every_passage_of_the_casebook(casebook_store: Store, sources_folder: Path) -> None:
    outcome = subsidia("evidence", "check", "--sources", sources_folder, "--store", casebook_store.path)
    # of the Council's conclusions there is no copy: eleven principles and their adoption are cited by number
    count = len(casebook_store.snapshot().instances("gov:Passage"))
    told = f"{count - 12} of {count} passages found\n12 name a page or section only, for a reader to look up\n"
    assert outcome == Outcome(0, "", told)


@pytest.mark.parametrize("name", ["ontology", "derived"])
def test_the_graphs_that_the_program_writes_are_not_loaded_into(tmp_path: Path, name: str) -> None:
    folder = write_tables(tmp_path / "tables", MINIMAL)
    store = tmp_path / "store"
    refused = subsidia("load", folder, "--graph", name, "--replace", "--empty", "--store", store)
    assert refused.status == 1
    assert f"the graph '{name}' is written by Subsidia itself" in refused.err
    assert Store(store).generation == 1


def test_the_address_of_a_server_is_not_taken_for_a_folder(tmp_path: Path) -> None:
    refused = subsidia("info", "--store", "http://127.0.0.1:9/sparql")
    assert refused.status == 3
    assert "http://127.0.0.1:9/sparql: cannot be reached" in refused.err
    assert not Path("http:").exists()


def test_an_empty_store_is_served_and_filled_like_any_other(tables: WriteTables, tmp_path: Path) -> None:
    place = tmp_path / "plain"
    with serving(place, "--empty", token="t") as service:
        assert service.get("SELECT * { ?s ?p ?o }").json()["results"]["bindings"] == []
        for path in ("/", "/flows", "/gaps", "/network", "/ontology", "/api/v1/stats", "/.well-known/void", "/dcat"):
            assert service.request("GET", path, Accept="*/*").status == 200, path
        done = installed("load", tables(), "--store", place)
        assert done.status == 0, done.err
        assert service.get("ASK { ?s ?p ?o }").json()["boolean"] is True, "the graphs are read together from then on"
    assert Store(place).snapshot().has_ontology
