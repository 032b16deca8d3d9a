"""The stages in their order, and the figures that come of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.stores import open_store
from tests.bench import measure, peers
from tests.bench.child import in_child
from tests.bench.generate import LevelSums, actors, flows, level_sums, write_graph
from tests.bench.report import SERVED, Figure
from tests.bench.served import Served, serve_all

__all__ = ["Asked", "run", "serving"]

_MEGA: Final = 10**6
_SERVERS: Final = ("rdflib-endpoint", "virtuoso", "oxigraph")
_Measured = dict[str, tuple[Any, int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure: flows of the graph, of rdflib's smaller one, the seed, point queries (rdflib: a tenth).

    Without `servers` the peers are not served.
    """

    flows: int
    slice: int
    seed: int
    points: int
    servers: bool = True


class Disagreement(Exception):
    """Two ways to add up the same flows gave different sums, so that their times say nothing."""


def run(asked: Asked, folder: Path, say: Callable[[str], None]) -> tuple[list[str], list[Figure]]:
    """Measure everything in a folder that may be thrown away; gives notes and figures.

    Raises Disagreement where anybody's sums differ from those made in plain Python of the generated flows.
    """
    found = dict(_stages(asked, folder, say))
    _agree(asked, found)
    quads, small = found["generate"][0], found["generate slice"][0]
    notes = [
        f"{asked.flows:,} flows, {quads:,} statements, seed {asked.seed}",
        f"rdflib works on {asked.slice:,} flows, {small:,} statements: compare its rates, not its times",
        "the servers in the last block have the smaller graph, the same for all, and one client",
        "pyoxigraph and rdflib answer in their own process, Subsidia over HTTP where it says so; medians",
        "a ratio says how many times better Subsidia is; all sums were compared with sums in plain Python",
    ]
    served, left_out = found["served"][0]
    figures = [*_loading(found), *_points(found), *_summing(asked, found), *_paging(found), *_memory(found)]
    return [*notes, *left_out], [*figures, *serving(served)]


def _stages(asked: Asked, folder: Path, say: Callable[[str], None]) -> Iterator[tuple[str, tuple[Any, int]]]:
    source, small = folder / "graph.nq", folder / "slice.nq"
    store, plain, casebook = folder / "store", folder / "plain", folder / "casebook"
    open_store(casebook)
    tenth = max(asked.points // 10, 5)
    stages: tuple[tuple[str, Callable[..., Any], tuple[Any, ...]], ...] = (
        ("generate", write_graph, (source, asked.flows, asked.seed)),
        ("generate slice", write_graph, (small, asked.slice, asked.seed)),
        ("load", measure.load, (source, store)),
        ("pyoxigraph load", peers.pyoxigraph_load, (source, plain)),
        ("columns", measure.build_columns, (store,)),
        ("sums", measure.sums, (store,)),
        ("pyoxigraph", peers.pyoxigraph_questions, (plain, asked.flows, asked.points)),
        ("rdflib", peers.rdflib_all, (small, asked.slice, tenth)),
    )
    for name, stage, inputs in stages:
        say(name)
        yield name, in_child(stage, *inputs)
    say("the smaller graph, served by everybody")
    yield "small load", in_child(measure.load, small, folder / "small")
    servers = serve_all(small, folder / "small", folder, asked.slice, asked.points, say) if asked.servers else ({}, [])
    yield "served", (servers, 0)
    say("over HTTP")
    for name, served, pages, count in (
        ("http", store, ("/", "/flows"), asked.flows),
        ("http casebook", casebook, measure.PAGES, 0),
    ):
        found = measure.over_http(served, count, asked.points, pages)
        yield name, (found, found["peak"])


def _agree(asked: Asked, found: _Measured) -> None:
    """Compare everybody's sums with those of the generator's rows, added in plain Python."""

    def expected(count: int, at: int | None = None) -> LevelSums:
        bodies = actors(count, asked.seed)
        return level_sums(flows(count, asked.seed, bodies), bodies, at)

    def complete(sums: LevelSums) -> LevelSums:
        """Leave out what the peers' query leaves out: flows without a payer or an amount."""
        return {key: each for key, each in sums.items() if key[0] and key[2]}

    whole = expected(asked.flows)
    for who, given, right in (
        ("the matrix", found["sums"][0]["sums"], whole),
        ("the matrix at 2010", found["sums"][0]["sums_2010"], expected(asked.flows, 2010)),
        ("pyoxigraph", found["pyoxigraph"][0]["sums"], complete(whole)),
        ("rdflib", found["rdflib"][0]["sums"], complete(expected(asked.slice))),
    ):
        if given != right:
            raise Disagreement(f"the sums of {who} are not those of the generated flows")


def _rates(stage: str, name: str, found: Mapping[str, tuple[float, float]], unit: str) -> Figure:
    """Make a figure of amounts and the seconds they took."""
    return Figure(stage, name, unit, {who: much / taken for who, (much, taken) in found.items()}, more_is_better=True)


def _loading(found: _Measured) -> Iterator[Figure]:
    loads = {"subsidia": found["load"][0], "pyoxigraph": found["pyoxigraph load"][0], "rdflib": found["rdflib"][0]}
    columns = found["columns"][0]
    yield _rates("Loading", "bulk load", {w: (f["quads"], f["seconds"]) for w, f in loads.items()}, "statements/s")
    yield Figure("Loading", "flow columns made, once a generation", "s", {"subsidia": columns["made"]})
    yield Figure("Loading", "flow columns read and opened", "s", {"subsidia": columns["opened"]})


def _points(found: _Measured) -> Iterator[Figure]:
    spreads = {
        "subsidia": found["http"][0]["point"],
        "pyoxigraph": found["pyoxigraph"][0]["point"],
        "rdflib": found["rdflib"][0]["point"],
    }
    stage = "One flow by its IRI (Subsidia over HTTP, in a stoppable reader)"
    for name in ("median", "p95"):
        yield Figure(stage, name, "ms", {who: each[name] * 1000 for who, each in spreads.items()})
    rates = {who: 1 / each["median"] for who, each in spreads.items()}
    yield Figure(stage, "one after the other", "queries/s", rates, more_is_better=True)


def serving(served: Mapping[str, Served]) -> Iterator[Figure]:
    """Make the figures of the servers, with the ratios that are wanted."""
    endpoint, virtuoso, oxigraph = _SERVERS
    for name, what, unit, factor, more, wanted in (
        ("one flow, one after the other", "point", "ms", 1000, False, {}),
        ("one flow, four at once", "points", "queries/s", 1, True, {endpoint: 3, virtuoso: 3}),
        ("the same query again, one after the other", "repeat", "ms", 1000, False, {}),
        ("the same query again, four at once", "repeats", "queries/s", 1, True, {endpoint: 8}),
        ("first byte of 100,000 rows", "first", "ms", 1000, False, {oxigraph: 1 / 1.5}),
    ):
        values = {who: each[what] * factor for who, each in served.items()}
        yield Figure(SERVED, name, unit, values, more_is_better=more, compared=_SERVERS, wanted=wanted)


def _summing(asked: Asked, found: _Measured) -> Iterator[Figure]:
    stage = "Sums from level to level"
    matrix = found["sums"][0]["matrix"]
    taken = {"subsidia": matrix["all years"]["median"]}
    taken |= {who: found[who][0]["sums_seconds"] for who in ("pyoxigraph", "rdflib")}
    times = {who: each * 1000 for who, each in taken.items()}
    sizes = {"subsidia": asked.flows, "pyoxigraph": asked.flows, "rdflib": asked.slice}
    yield Figure(stage, "all flows (theirs: plain SPARQL, once)", "ms", times, compared=("pyoxigraph",))
    yield _rates(stage, "the same as a rate", {who: (sizes[who], taken[who]) for who in taken}, "flows/s")
    for name in ("at 2010", "at 2010, one field"):
        yield Figure(stage, f"columns, {name}", "ms", {"subsidia": matrix[name]["median"] * 1000})
    for key, name in (("matrix", "JSON API, not asked before"), ("matrix_cached", "JSON API, asked before")):
        yield Figure(stage, name, "ms", {"subsidia": found["http"][0][key]["median"] * 1000})


def _paging(found: _Measured) -> Iterator[Figure]:
    for stage, name in (("Pages, the casebook", "http casebook"), ("Pages, the generated graph", "http")):
        for path, page in found[name][0]["pages"].items():
            if page and page["late"]:
                yield Figure(stage, f"{path}, given up after", "ms", {"subsidia": page["waited"] * 1000})
                continue
            yield Figure(stage, path, "ms", {"subsidia": page and page["median"] * 1000})
            if page:
                yield Figure(stage, f"{path}, the first time", "ms", {"subsidia": page["first"] * 1000})


def _memory(found: _Measured) -> Iterator[Figure]:
    stage = "Peak memory"
    for name, who in (
        ("generating", {"subsidia": "generate"}),
        ("loading (rdflib: and asking)", {"subsidia": "load", "pyoxigraph": "pyoxigraph load", "rdflib": "rdflib"}),
        ("making the columns", {"subsidia": "columns"}),
        ("sums", {"subsidia": "sums", "pyoxigraph": "pyoxigraph"}),
        ("serving, with readers", {"subsidia": "http"}),
        ("serving the casebook, with readers", {"subsidia": "http casebook"}),
    ):
        values = {peer: found[key][1] / _MEGA for peer, key in who.items()}
        yield Figure(stage, name, "MB", values, compared=("pyoxigraph",))
