"""The page of the network: actors and their ties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import networkx as nx
from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.answers.measures import measure_document
from api.answers.network import network_query, selected_network
from api.answers.path import known_actor, path_document
from api.dependencies import FiltersGiven, PageAsked, SnapshotGiven
from api.page import actor_address, page
from api.parameters import ParameterRefused, one_of, read_filters
from api.routers.pages.parts import GET, PartGiven, scheme
from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.measures import MEASURES
from graph.network import KINDS, Kind
from graph.snapshot import Snapshot
from ontology.identifiers import ID, mint, slug
from visualisations.network_page import LIMIT, SIGNS, Look, Picture, network_picture, number_words, tie_word

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_MOST_TIES: Final = 2000
_FIRST: Final = 150
_ROWS: Final = 100
_ROWS_OF_ONE: Final = 400
SIZES: Final = (
    "degree",
    "ties",
    "in-degree",
    "out-degree",
    "betweenness",
    "cross-level-betweenness",
    "brokerage",
    "constraint",
    "effective-size",
    "core-number",
    "multiplexity",
)
"""The measures that a size can show: a number for each actor, 0 or above. Brokerage is the sum of its roles."""
COLOURS: Final = ("level", "community")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for, besides the filters: kinds of tie, looks, and whom to draw beyond the first."""

    kinds: tuple[Kind, ...]
    left_out: int
    size: str
    colour: str
    most: int
    grown: tuple[str, ...]


@router.api_route("/network", methods=GET)
def network(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    part: PartGiven,
    kind: Annotated[list[str] | None, Query()] = None,
    size: str = "degree",
    colour: str = "level",
    more: str = "",
    of: str | None = None,
    path: str | None = None,
    start: str | None = None,
    goal: str | None = None,
) -> Response:
    """Show the actors and their ties, levels as lanes; the neighbours of one; the path between two."""
    if start is not None or goal is not None:
        return _with_path(request, snapshot, start or "", goal or "")
    whole = read_filters(snapshot, raw, "actorType")
    centre = known_actor(snapshot, "of", of) if of else None
    filters = replace(whole, actor=centre) if centre else whole
    kinds, left_out = _kinds(snapshot, filters, kind, narrowed=bool(centre))
    most, grown = _more(snapshot, more)
    asked = _Asked(kinds, left_out, one_of("size", size, SIZES), one_of("colour", colour, COLOURS), most, grown)
    context = {
        **_drawn(request, snapshot, filters, whole, asked, path, part),
        "centre": mint("actor", centre) if centre else None,
        "all_kinds": KINDS,
        "sizes": {name: MEASURES[name] for name in SIZES},
        "colours": COLOURS,
        "types": scheme("actorType"),
        "tie_word": tie_word,
        "number_words": number_words,
        "slug": slug,
    }
    return page(request, snapshot, "network.html", context)


def _with_path(request: Request, snapshot: Snapshot, start: str, goal: str) -> Response:
    """Send two names that were typed to the address of the path between them."""
    ends = [known_actor(snapshot, name, value.strip()) for name, value in (("start", start), ("goal", goal))]
    kept = [(name, value) for name, value in request.query_params.multi_items() if value]
    kept = [(name, value) for name, value in kept if name not in ("start", "goal", "path", "cursor")]
    return RedirectResponse(f"?{urlencode([*kept, ('path', '..'.join(ends))])}", 303)


def _kinds(
    snapshot: Snapshot, filters: Filters, given: list[str] | None, *, narrowed: bool
) -> tuple[tuple[Kind, ...], int]:
    """Read the kinds of tie, and count the ties of competence that are left out where none was asked for."""
    words = [word.strip() for value in given or [] for word in value.split(",") if word.strip()]
    if words and words != ["all"]:
        found = {one_of("kind", word, KINDS) for word in words}
        return tuple(word for word in KINDS if word in found), 0
    whole = selected_network(snapshot, filters, KINDS).number_of_edges()
    if words or narrowed or whole <= _MOST_TIES:
        return KINDS, 0
    # who shares a field in nested places: by far the most ties, and the only ones that no source states as such
    kinds = tuple(word for word in KINDS if word != "competence")
    return kinds, whole - selected_network(snapshot, filters, kinds).number_of_edges()


def _more(snapshot: Snapshot, given: str) -> tuple[int, tuple[str, ...]]:
    """Read how far the picture has grown: a number of actors, and actors whose neighbours are drawn too."""
    words = [word.strip() for word in given.split(",") if word.strip()]
    counts = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 6]
    actors = [known_actor(snapshot, "more", word) for word in words if not (word.isascii() and word.isdigit())]
    return min(max([_FIRST, *counts]), LIMIT), tuple(mint("actor", actor) for actor in actors)


def _drawn(
    request: Request,
    snapshot: Snapshot,
    filters: Filters,
    whole: Filters,
    asked: _Asked,
    path: str | None,
    part: PageAsked,
) -> dict[str, Any]:
    """Gather the picture, its legend, and the tables that say the same.

    Measures are taken, and paths are looked for, in the `whole` that the ties of one actor are shown of.
    """
    graph = selected_network(snapshot, filters, asked.kinds)
    values, measure = _values(snapshot, whole, asked)
    parts, split = _communities(snapshot, whole, asked)
    way = _path(snapshot, whole, asked.kinds, path)
    marked = _marked(snapshot, request, filters)
    always = {*marked, *(other for actor in asked.grown for other in _around(graph, actor))}
    if filters.actor:
        always.add(mint("actor", filters.actor))
    steps = tuple(way["meta"]["path"]) if way else ()
    look = Look(values, measure["label"], parts, asked.most, tuple(sorted(always)), steps)
    root = request.scope.get("root_path", "").rstrip("/")
    picture = network_picture(graph, lambda iri: actor_address(root, iri), look)
    ranked = sorted(graph.nodes, key=lambda actor: (values.get(actor) is None, -(values.get(actor) or 0), actor))
    ties = nsmallest(
        _ROWS if filters == whole else _ROWS_OF_ONE, graph.edges(keys=True, data=True), key=lambda tie: tie[:3]
    )
    return {
        "meta": {"nodes": graph.number_of_nodes(), "rows": graph.number_of_edges()},
        "query": network_query(filters, asked.kinds),
        "picture": picture,
        "groups": _legend(graph, picture, parts),
        "groups_of_levels": {graph.nodes[actor]["level"] for actor in picture.drawn},
        "marks": sorted(marked),
        "facts_of": graph.nodes,
        "values": values,
        "measure": measure,
        "communities": parts,
        "split": split,
        "way": way,
        "ranked": ranked[part.offset : part.offset + _ROWS],
        "offset": part.offset,
        "next": part.offset + _ROWS if part.offset + _ROWS < len(ranked) else None,
        "names": sorted(snapshot.label(actor) for actor in graph.nodes)[:LIMIT],
        "shown": [{"source": one, "target": other, **facts} for one, other, _, facts in ties],
        "undated": sum(facts["begin"] is None and facts["end"] is None for _, _, facts in graph.edges(data=True)),
        "kinds": asked.kinds,
        "kind_words": [tie_word(kind) for kind in asked.kinds],
        "kind": None if asked.kinds == KINDS else ",".join(asked.kinds),
        "size": asked.size,
        "colour": asked.colour,
        "left_out": asked.left_out,
        "first": _FIRST,
        "most": asked.most,
        "grown": [slug(actor) for actor in asked.grown],
        "limit": LIMIT,
    }


def _values(snapshot: Snapshot, filters: Filters, asked: _Asked) -> tuple[dict[str, float | None], dict[str, Any]]:
    """Take the measure that size shows; its values are those that the API gives for the same network."""
    document = measure_document(
        snapshot,
        filters,
        asked.size,
        network=",".join(asked.kinds),
        undirected="both" if MEASURES[asked.size].directed else "refuse",
    )
    return {row["actor"]: _number(row["value"]) for row in document.data}, document.more["measure"]


def _number(value: Any) -> float | None:
    if isinstance(value, Mapping):
        return float(sum(value.values()))
    return None if value is None else float(value)


def _communities(
    snapshot: Snapshot, filters: Filters, asked: _Asked
) -> tuple[dict[str, int] | None, dict[str, Any] | None]:
    if asked.colour != "community":
        return None, None
    document = measure_document(snapshot, filters, "communities", network=",".join(asked.kinds))
    return {row["actor"]: int(row["value"]) for row in document.data}, document.more["whole"]


def _path(snapshot: Snapshot, filters: Filters, kinds: tuple[Kind, ...], given: str | None) -> dict[str, Any] | None:
    if not given:
        return None
    start, divided, goal = given.partition("..")
    if not divided:
        raise ParameterRefused("path", given, "two actors divided by two dots, as nl-state..nl-municipalities")
    ends = known_actor(snapshot, "path", start), known_actor(snapshot, "path", goal)
    return path_document(snapshot, filters, kinds, *ends).as_dict()


def _marked(snapshot: Snapshot, request: Request, filters: Filters) -> set[str]:
    """Give the actors that are selected: the one that is, or those that a selected gap lies between."""
    selected = request.query_params.get("mark", "")
    if selected.startswith("actor/"):
        return {f"{ID}{selected}"}
    if selected.startswith("gap/"):
        wanted = f"{ID}{selected}"
        return {
            actor for gap in find_gaps(snapshot, Filters(at=filters.at)) if gap.id == wanted for actor in gap.between
        }
    return set()


def _around(graph: nx.MultiDiGraph[str], actor: str) -> set[str]:
    return {actor, *graph.successors(actor), *graph.predecessors(actor)} if actor in graph else set()


def _legend(graph: nx.MultiDiGraph[str], picture: Picture, parts: Mapping[str, int] | None) -> list[dict[str, Any]]:
    """Give the largest communities of the picture: number, sign, how many of its actors, the best connected of them."""
    if parts is None:
        return []
    found: dict[int, list[str]] = {}
    for actor in picture.drawn:
        found.setdefault(parts[actor], []).append(actor)

    def best(number: int) -> list[str]:
        ranked = sorted(found[number], key=lambda actor: (-graph.degree(actor), actor))
        return [graph.nodes[actor]["label"] for actor in ranked[:2]]

    return [
        {"number": number, "sign": SIGNS[number - 1], "actors": len(found[number]), "names": best(number)}
        for number in sorted(found)
        if number <= len(SIGNS)
    ]
