"""Charts from documents made by hand: what is drawn, what is not, and that no number changes on the way."""

from __future__ import annotations

import json
from typing import Any

import networkx as nx

from visualisations.matrix import funding_grid, gap_grid
from visualisations.network_page import network_picture, places_of
from visualisations.palette import DARK, LEVELS, PROVIDER, STATES, TIES, UNKNOWN, css
from visualisations.sankey import Sankey, sankey_chart
from visualisations.sentences import coverage_sentence, flows_headline

Row = dict[str, Any]
HOME = "https://w3id.org/subsidia/id/actor/"


NOTHING: Row = {"min": None, "max": None, "count": 0, "with_amount": 0}


def node(name: str, level: str | None, column: int) -> Row:
    return {
        "id": name,
        "role": "group",
        "actor": f"{HOME}{name}",
        "programme": None,
        "country": None,
        "name": name.title(),
        "level": level,
        "column": column,
        "received": NOTHING,
        "paid": NOTHING,
    }


def link(
    source: str, target: str, low: int | None, high: int | None, kind: str = "direct", basis: str = "stated"
) -> Row:
    known = 0 if high is None else 1
    return {
        "source": source,
        "target": target,
        "kind": kind,
        "basis": basis,
        "min": low,
        "max": high,
        "flows": [f"flow/{source}-{target}"],
        "count": 1,
        "with_amount": known,
        "phases": [],
        "begin": 2006,
        "end": 2006,
        "within": False,
        "in_cycle": False,
    }


STATE, REGION, TOWN, NGO = (
    node("state", "national", 2),
    node("region", "regional", 3),
    node("town", "local", 4),
    node("ngo", "local", 6),
)
LOST: Row = {**node("not-traced-region", "regional", 6), "role": "not-traced", "actor": None, "name": "Region"}
NODES = [STATE, REGION, TOWN, NGO, LOST]
LINKS = [
    link("state", "region", 100, 100),
    link("region", "town", 40, 45, "passed-on", "derived"),
    link("region", "not-traced-region", 55, 60, "not-traced", "derived"),
    link("town", "ngo", None, None, basis="inferred"),
]


def series(chart: Sankey) -> Row:
    found: Row = chart.option["series"][0]
    return found


def drawn(chart: Sankey) -> dict[tuple[str, str], Row]:
    """Give the links that are drawn; of a range, which is drawn in two pieces, the sure one."""
    return {(item["source"], item["target"]): item for item in reversed(series(chart)["links"])}


def test_numbers_are_those_of_the_document() -> None:
    chart = sankey_chart(NODES, LINKS, "EUR")
    assert {pair: (item["min"], item["max"]) for pair, item in drawn(chart).items()} == {
        (item["source"], item["target"]): (item["min"], item["max"]) for item in LINKS
    }
    widths: dict[tuple[str, str], float] = {}
    for item in series(chart)["links"]:
        if not item["unknown"]:
            widths[item["source"], item["target"]] = widths.get((item["source"], item["target"]), 0) + item["value"]
    assert widths == {("state", "region"): 100, ("region", "town"): 45, ("region", "not-traced-region"): 60}


def test_an_unknown_amount_is_a_hairline_and_says_so() -> None:
    chart = sankey_chart(NODES, LINKS, "EUR")
    unknown = drawn(chart)["town", "ngo"]
    assert unknown["unknown"]
    assert 0 < unknown["value"] < 1, "of a hundred that are drawn over some 200 pixels"
    assert "amount unknown" in unknown["tip"]
    assert unknown["lineStyle"]["color"] == UNKNOWN
    assert chart.unknown == 1


def test_where_no_amount_is_known_nothing_gets_a_width() -> None:
    chart = sankey_chart([STATE, TOWN, NGO], [link("state", "town", None, None), link("town", "ngo", None, None)], None)
    assert series(chart)["height"] <= 5
    assert chart.unknown == 2


def test_a_range_is_drawn_in_two_pieces_and_told_with_both_ends() -> None:
    pieces = [
        (item["value"], item["open"])
        for item in series(sankey_chart(NODES, LINKS, "EUR"))["links"]
        if (item["source"], item["target"]) == ("region", "town")
    ]
    # 40 to 45: 40 are sure, 5 may or may not be there
    assert pieces == [(40, False), (5, True)]
    tip = drawn(sankey_chart(NODES, LINKS, "EUR"))["region", "town"]["tip"]
    assert "40–45 EUR" in tip
    assert "a range: at least 40, at most 45" in tip


def test_hovering_tells_phase_basis_and_years() -> None:
    links = [{**link("state", "town", 5, 5), "phases": ["paid"], "begin": 2005, "end": 2006, "count": 3}]
    (item,) = series(sankey_chart([STATE, TOWN], links, "EUR"))["links"]
    assert item["tip"] == [
        "State → Town",
        "5 EUR",
        "paid directly; stated",
        "phase: paid",
        "2005–2006",
        "1 of 3 flows with an amount",
    ]
    assert item["edgeLabel"]["formatter"] == "5 EUR + 2 unknown"


def test_the_legend_names_what_occurs_and_nothing_else() -> None:
    assert sankey_chart(NODES, LINKS, "EUR").legend == (
        "direct",
        "passed-on",
        "range",
        "derived",
        "inferred",
        "not-traced",
        "unknown",
    )
    assert sankey_chart([STATE, REGION], [link("state", "region", 1, 1)], "EUR").legend == ("direct",)


def test_what_is_selected_is_marked() -> None:
    chart = sankey_chart(NODES, LINKS, "EUR", marked=f"{HOME}town")
    assert [item["name"] for item in series(chart)["data"] if item["marked"]] == ["town"]
    chart = sankey_chart(NODES, LINKS, "EUR", marked="flow/state-region")
    assert [pair for pair, item in drawn(chart).items() if item["marked"]] == [("state", "region")]


def test_what_is_passed_on_or_lost_or_derived_looks_different() -> None:
    links = drawn(sankey_chart(NODES, LINKS, "EUR"))
    paid, passed, lost = (links[pair]["lineStyle"] for pair in list_of(links, "direct", "passed-on", "not-traced"))
    assert paid["opacity"] > passed["opacity"] > lost["opacity"]
    assert paid["borderWidth"] == 0
    assert passed["borderType"] != links["town", "ngo"]["lineStyle"]["borderType"]
    assert lost["color"] == UNKNOWN


def list_of(links: dict[tuple[str, str], Row], *kinds: str) -> list[tuple[str, str]]:
    return [
        next(pair for pair, item in links.items() if item["kind"] == kind and not item["unknown"]) for kind in kinds
    ]


def test_levels_are_columns_from_the_union_down() -> None:
    nodes = {item["name"]: item for item in series(sankey_chart(NODES, LINKS, "EUR"))["data"]}
    depths = [nodes[name]["depth"] for name in ("state", "region", "town", "ngo")]
    assert depths == sorted(set(depths))
    assert nodes["state"]["itemStyle"]["color"] == LEVELS["national"]
    assert nodes["ngo"]["itemStyle"]["color"] == PROVIDER


def test_one_name_at_two_levels_is_two_nodes() -> None:
    nodes = [{**STATE, "name": "Same"}, {**TOWN, "name": "Same"}]
    chart = sankey_chart(nodes, [link("state", "town", 1, 1)], "EUR")
    assert [item["name"] for item in series(chart)["data"]] == ["state", "town"]
    assert {item["label"]["formatter"].split("\n")[0] for item in series(chart)["data"]} == {"{name|Same}"}


def test_within_a_level_who_pays_stands_before_who_is_paid() -> None:
    agency = node("agency", "national", 2)
    nodes = {
        item["name"]: item["depth"]
        for item in series(
            sankey_chart([STATE, agency, TOWN], [link("state", "agency", 5, 5), link("agency", "town", 5, 5)], "EUR")
        )["data"]
    }
    assert nodes["state"] < nodes["agency"] < nodes["town"]


def test_a_circle_is_turned_where_money_climbs_and_ends_at_a_node_of_its_own() -> None:
    links = [link("state", "town", 10, 10), link("town", "state", 3, 3), link("town", "town", 1, 1)]
    chart = sankey_chart([STATE, TOWN], links, "EUR")
    assert sorted(drawn(chart)) == [("state", "town"), ("town", "back-state"), ("town", "back-town")]
    assert [(item["source"], item["target"]) for item in chart.cut] == [("town", "state"), ("town", "town")]
    labels = {item["name"]: item["label"]["formatter"].split("\n")[0] for item in series(chart)["data"]}
    assert labels["back-state"] == "{name|↺ back to State}"
    assert "circle" in chart.legend
    assert {item["tip"][0] for item in series(chart)["links"]} == {"State → Town", "Town → State", "Town → Town"}


def test_money_within_one_group_is_listed_and_not_drawn() -> None:
    links = [link("state", "town", 10, 10), {**link("state", "state", 7, 7), "within": True}]
    chart = sankey_chart([STATE, TOWN], links, "EUR")
    assert list(drawn(chart)) == [("state", "town")]
    assert [(item["source"], item["max"]) for item in chart.within] == [("state", 7)]


def test_a_circle_within_one_level_loses_its_smallest_link() -> None:
    one, two = node("one", "local", 4), node("two", "local", 4)
    chart = sankey_chart([one, two], [link("one", "two", 10, 10), link("two", "one", 2, 2)], "EUR")
    assert [(item["source"], item["target"]) for item in chart.cut] == [("two", "one")]


def test_past_the_limit_the_smallest_are_left_out_and_counted() -> None:
    chart = sankey_chart(NODES, LINKS, "EUR", limit=2)
    assert set(drawn(chart)) == {("state", "region"), ("region", "not-traced-region")}
    assert chart.beyond == 2


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    chart = sankey_chart([], [], None)
    assert series(chart)["links"] == series(chart)["data"] == []
    assert chart.legend == ()


def test_the_same_document_gives_the_same_bytes() -> None:
    one = json.dumps(sankey_chart(NODES, LINKS, "EUR").option)
    other = json.dumps(sankey_chart(NODES, list(reversed(LINKS)), "EUR").option)
    assert one == other


def test_every_colour_has_a_counterpart_on_a_dark_ground() -> None:
    used = {*LEVELS.values(), *TIES.values(), PROVIDER, UNKNOWN, *(colour for colour, _ in STATES.values())}
    assert used <= DARK.keys()
    assert all(f"{colour};" in css() for colour in [*used, *DARK.values()])


def cell(payer: str | None, recipient: str | None, high: int | None) -> Row:
    return {"payer": payer, "recipient": recipient, "min": high, "max": high, "quantity": "transfer"}


def test_the_matrix_keeps_the_order_of_levels_and_every_cell() -> None:
    cells = [
        cell("local", None, 1),
        cell("national", "local", 2),
        cell("national", "local", None),
        cell("eu", "national", 3),
    ]
    grid = funding_grid(cells, "level")
    assert grid.payers == ("eu", "national", "local")
    assert grid.recipients == ("national", "local", None)
    assert [item["max"] for item in grid.cells["national", "local"]] == [2, None]
    assert sum(len(found) for found in grid.cells.values()) == len(cells)


def test_a_place_without_a_cell_is_not_assessed() -> None:
    cells = [
        {"country": "ES", "field": "housing", "state": "reported", "gaps": ["g"], "ties": 0},
        {"country": "NL", "field": "education", "state": "coordinated", "gaps": [], "ties": 2},
    ]
    grid = gap_grid([{"reported": 0, "indicated": 0, **cell} for cell in cells])
    assert grid.both == 0
    assert grid.rows == ("ES", "NL")
    assert grid.fields == ("education", "housing")
    assert grid.counts == {"reported": 1, "indicated": 0, "coordinated": 1, "not-assessed": 2}


def test_a_place_with_gaps_of_both_kinds_is_counted_as_such() -> None:
    cell = {"country": "NL", "field": "housing", "state": "reported", "gaps": ["a", "b"], "ties": 0}
    grid = gap_grid([{**cell, "reported": 1, "indicated": 1}, {**cell, "country": "ES", "reported": 2, "indicated": 0}])
    assert (grid.counts["reported"], grid.both) == (2, 1)


def test_the_headline_says_which_share_had_to_be_passed_on() -> None:
    whole = {"amount_min": 100, "amount_max": 100, "currency": "EUR", "begin": "2006", "end": "2006"}
    part = {"share": 0.4, "condition": "must be", "recipient_label": "Towns"}
    said = flows_headline((whole, part), [], {"flows": 2, "with_amount": 1})
    assert said == "Of 100 EUR in 2006, 40 % had to be passed on to Towns."


def test_without_one_total_the_headline_is_the_coverage() -> None:
    total = {"min": 5, "max": 6, "currency": "EUR", "phase": "paid", "period": "2005"}
    coverage = {"flows": 3, "with_amount": 1}
    assert flows_headline(None, [total], coverage) == "Transfers of 5–6 EUR paid are recorded (2005)."
    assert flows_headline(None, [total, total], coverage) == "1 of 3 flows that may be summed have an amount."
    assert coverage_sentence(coverage, [{"flows": 1}], 1, 2006) == (
        "1 of 3 flows that may be summed have an amount; 1 other is in no sum, for the reasons below; "
        "1 of all is undated, so shown for 2006 as for every year."
    )


def network() -> nx.MultiDiGraph[str]:
    found: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name, level, country in (("eu", "eu", "EU"), ("state", "national", "ES"), ("town", "local", "ES")):
        found.add_node(f"{HOME}{name}", label=name, level=level, country=country, type=None)
    for label in ("a", "b"):
        found.add_edge(f"{HOME}state", f"{HOME}town", key=label, kind="funding", label=label)
    found.add_edge(f"{HOME}eu", f"{HOME}state", key="c", kind="coordination", label="<script>alert(1)</script>")
    return found


def test_lanes_follow_the_levels_and_places_are_steady() -> None:
    places, frame = places_of(network())
    assert [lane["name"] for lane in frame["lanes"]] == ["European Union", "national", "local"]
    assert places[f"{HOME}eu"][1] < places[f"{HOME}state"][1] < places[f"{HOME}town"][1]
    assert [band["name"] for band in frame["bands"]] == ["EU", "ES"]
    turned: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    turned.add_nodes_from(reversed(list(network().nodes(data=True))))
    assert places_of(turned)[0] == places


def test_no_two_actors_stand_in_one_place() -> None:
    many: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for place in range(300):
        level = ("eu", "national", "regional", "local")[place % 4]
        many.add_node(f"{HOME}a{place}", label=f"a{place}", level=level, country=("ES", "NL", None)[place % 3])
    places, _ = places_of(many)
    assert len(set(places.values())) == len(places) == 300


def page_of(iri: str) -> str:
    return f"/actors/{iri.rsplit('/', 1)[1]}"


def test_pyvis_gives_data_and_nothing_that_runs() -> None:
    picture = network_picture(network(), page_of)
    markup = picture.markup
    assert (picture.nodes, picture.edges, picture.beyond) == (3, 2, 0)
    assert markup.count("<script") == markup.count('<script type="application/json"') == 3
    assert "<script>alert" not in markup
    assert "http" not in markup.replace(HOME, "")
    edges = json.loads(markup.split('id="network-edges">')[1].split("</script>")[0])
    assert [(edge["kind"], edge["count"]) for edge in edges] == [("coordination", 1), ("funding", 2)]
    options = json.loads(markup.split('id="network-options">')[1].split("</script>")[0])
    assert options["physics"] == {"enabled": False}
    assert network_picture(network(), page_of).markup == markup


def test_an_empty_network_has_a_picture() -> None:
    assert network_picture(nx.MultiDiGraph(), page_of).nodes == 0
