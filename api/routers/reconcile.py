"""The Reconciliation Service API 0.2 at /reconcile, as OpenRefine and other clients ask it.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/ Without JSONP, which 0.2 leaves open:
browsers ask across origins as the setting for CORS says. Without flyouts and without data extension.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.answers.reconcile import MOST_QUERIES, description, matches, read_batch, types
from api.answers.suggestions import suggested_entities, suggested_properties, suggested_types
from api.body import BodyRefused, media_type_of, read_body
from api.dependencies import SettingsGiven, SnapshotGiven
from api.parameters import ParameterRefused
from api.problems import NotFound
from api.protocol import FORM, decoded_pairs
from api.settings import Settings
from graph.reconciliation.index import KINDS, Thing, index_of
from graph.snapshot import Snapshot
from ontology.errors import near_matches
from ontology.identifiers import DEF, ID
from visualisations.render import render

__all__ = ["router"]

_LARGEST: Final = 2**20
_PROBLEM: Final[dict[str, Any]] = {"content": {"application/problem+json": {}}}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {}}, "description": "the manifest, or the candidates of each query"},
    400: {"description": "no JSON", **_PROBLEM},
    422: {"description": "a query that is not understood, with near matches", **_PROBLEM},
    429: {"description": "too many requests", **_PROBLEM},
    503: {"description": "the store cannot be read", **_PROBLEM},
}
_TOO_LARGE: Final[dict[int | str, dict[str, Any]]] = {413: {"description": "too many queries", **_PROBLEM}}
_OF_BODIES: Final[dict[int | str, dict[str, Any]]] = {
    **_TOO_LARGE,
    408: {"description": "the body did not arrive in time", **_PROBLEM},
    415: {"description": "the body is no form", **_PROBLEM},
}
_FORM_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {"schema": {"type": "object", "properties": {"queries": {"type": "string"}}, "required": ["queries"]}}
        },
    }
}
_SIZE: Final = (420, 180)

router = APIRouter(prefix="/reconcile", tags=["reconciliation"], responses=_RESPONSES, default_response_class=Response)

Prefix = Annotated[str, Query(max_length=200, description="what has been typed")]
Cursor = Annotated[int, Query(ge=0, le=10_000, description="suggestions to leave out")]
Id = Annotated[str, Query(alias="id", min_length=1, max_length=2000, description="id of a candidate, or an IRI")]


@router.get("", responses=_TOO_LARGE)
def manifest_or_queries(
    request: Request,
    snapshot: SnapshotGiven,
    queries: Annotated[str | None, Query(description="a batch of queries as JSON; without it the manifest")] = None,
) -> Response:
    """Describe the service; with `queries`, give the candidates of each."""
    if queries is not None:
        return _answered(snapshot, queries)
    for name in ("query", "extend", "callback"):
        if name in request.query_params:
            raise ParameterRefused(name, request.query_params[name][:80], _NOT_TAKEN[name])
    return _json(_manifest(request))


_NOT_TAKEN: Final[Mapping[str, str]] = {
    "query": 'queries, as queries={"q0": {"query": "Rotterdam"}}',
    "extend": "no such parameter: data are not extended here, but asked at /sparql and /api/v1",
    "callback": "no such parameter: JSONP is not given; browsers ask across origins by CORS",
}


@router.post("", responses=_OF_BODIES, openapi_extra=_FORM_BODY)
async def queries_by_post(request: Request, snapshot: SnapshotGiven, settings: SettingsGiven) -> Response:
    """Give the candidates of each query of a batch, sent as the form field `queries`."""
    media_type_of(request.headers.get("content-type", ""), [FORM])
    pairs = decoded_pairs(await read_body(request, _LARGEST, settings.body_timeout))
    given = [value for name, value in pairs if name == "queries"]
    if len(given) != 1:
        raise BodyRefused("send exactly one form field `queries`, a batch of queries as JSON")
    return await run_in_threadpool(_answered, snapshot, given[0])


@router.get("/suggest/entity")
def suggest_entity(
    snapshot: SnapshotGiven,
    prefix: Prefix = "",
    cursor: Cursor = 0,
    kind: Annotated[str | None, Query(alias="type", max_length=200, description="a type of entity")] = None,
) -> Response:
    """Suggest things by the beginning of a name, or a name that is alike."""
    wanted = kind.removeprefix(DEF) if kind else None
    known = [each["id"] for each in types()]
    if wanted is not None and wanted not in known:
        raise ParameterRefused("type", wanted, f"one of {', '.join(KINDS)}, actorType/…", near_matches(wanted, known))
    return _json({"result": suggested_entities(snapshot, prefix, cursor, wanted)})


@router.get("/suggest/type")
def suggest_type(prefix: Prefix = "", cursor: Cursor = 0) -> Response:
    """Suggest types."""
    return _json({"result": suggested_types(prefix, cursor)})


@router.get("/suggest/property")
def suggest_property(prefix: Prefix = "", cursor: Cursor = 0) -> Response:
    """Suggest properties that queries can be narrowed by."""
    return _json({"result": suggested_properties(prefix, cursor)})


@router.get(
    "/preview",
    responses={
        200: {"content": {"text/html": {}}, "description": "a small page to show in a frame"},
        404: {"description": "nothing of that id", **_PROBLEM},
    },
)
def preview(request: Request, snapshot: SnapshotGiven, settings: SettingsGiven, name: Id) -> Response:
    """Show a thing in a small page, which the origins that may ask from a browser may frame."""
    thing = _thing(snapshot, name)
    context = {
        "name": thing.label,
        "description": description(thing),
        "names": [text for text in index_of(snapshot).texts(thing) if text != thing.label][:5],
        "identifiers": sorted(thing.identifiers)[:5],
        "iri": thing.iri,
        "view": f"{_site(request)}/reconcile/view?id={quote(thing.id, safe='')}",
    }
    return HTMLResponse(render("preview.html", context), headers={"Content-Security-Policy": _framed_by(settings)})


@router.get(
    "/view",
    status_code=303,
    responses={
        200: {"description": "never: the answer is 303"},
        303: {"description": "see the thing"},
        404: {"description": "nothing of that id", **_PROBLEM},
    },
)
def view(request: Request, snapshot: SnapshotGiven, name: Id) -> Response:
    """Lead to the page of a thing; to its own address where that is not one of ours."""
    thing = _thing(snapshot, name)
    if thing.iri.startswith(ID):
        return RedirectResponse(f"{_site(request)}/id/{quote(thing.id)}", status_code=303)
    if not thing.iri.startswith(("http://", "https://")):
        raise NotFound(f"{thing.iri} has no address")
    return RedirectResponse(thing.iri, status_code=303)


def _thing(snapshot: Snapshot, name: str) -> Thing:
    found = index_of(snapshot).thing(name)
    if found is None:
        raise NotFound(f"nothing has the id {name[:200]}")
    return found


def _answered(snapshot: Snapshot, text: str) -> Response:
    batch = read_batch(text)
    return _json({key: {"result": matches(snapshot, asked)} for key, asked in batch.items()})


def _json(data: Mapping[str, Any]) -> Response:
    return Response(json.dumps(data, allow_nan=False), media_type="application/json", headers=_HEADERS)


_HEADERS: Final = {"Cache-Control": "no-cache"}


def _site(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _framed_by(settings: Settings) -> str:
    origins = " ".join(origin.strip() for origin in settings.cors.split(",") if origin.strip()) or "'none'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors {origins}"
    )


def _manifest(request: Request) -> dict[str, Any]:
    site = _site(request)
    known = types()
    return {
        "versions": ["0.1", "0.2"],
        "name": "Subsidia: bodies, programmes and places of multilevel governance",
        "identifierSpace": ID,
        "schemaSpace": DEF,
        "defaultTypes": known[: len(KINDS)],
        "documentation": f"{site}/docs",
        "serviceVersion": version("subsidia"),
        "batchSize": MOST_QUERIES,
        "view": {"url": f"{site}/reconcile/view?id={{{{id}}}}"},
        "preview": {"url": f"{site}/reconcile/preview?id={{{{id}}}}", "width": _SIZE[0], "height": _SIZE[1]},
        "suggest": {
            name: {"service_url": site, "service_path": f"/reconcile/suggest/{name}"}
            for name in ("entity", "type", "property")
        },
    }
