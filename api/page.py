"""Pages: what every page is given besides its own data, and the response that carries it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from api.answers.citations import citations
from api.embeds import EMBED, is_embedded
from api.negotiation import best
from api.parameters import countries
from api.repeats import allow_repeats
from graph.labels import label_in
from graph.queries import query_text
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.time import year
from ontology.identifiers import compact, slug
from ontology.vocabulary import vocabulary
from visualisations.language import LANGUAGES, language
from visualisations.render import render
from visualisations.words import concept_word

__all__ = ["FILTER_NAMES", "actor_address", "as_page", "page", "problem_page", "waiting_page", "wants_page"]

FILTER_NAMES = ("country", "field", "level", "programme", "actor", "type", "basis", "at", "from", "to")
_CARRIED = ("lang", "mark")
"""Taken along to every page: the language, and what is selected: the end of its IRI, as `actor/es-municipalities`."""
_BAR = ("country", "field", "level", "programme", "basis", "at")
_HOME = "https://w3id.org/subsidia/"
_VARY = {"Vary": "Accept, Accept-Language"}
_LATE = {"X-Accel-Expires": "1"}
"""Lets nginx send a page as it was while it is made anew, where it is told to (docs/operations/nginx.conf)."""


def page(
    request: Request,
    snapshot: Snapshot,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    lasting: bool = True,
) -> Response:
    """Render a page with the frame: filter bar, generation, links that keep the state.

    `lasting` says that it rests on the address and the generation alone, and so may be sent again as it is; not so a
    page that shows the words of documents, which their owner may change.
    """
    embedded = is_embedded(request.scope)
    frame = {
        **_frame(request, snapshot),
        "layout": "embed.html" if embedded else "base.html",
        "countries": countries(snapshot),
        "programmes": _programmes(snapshot),
        "years": _years(snapshot),
        "evidence": lambda iri: citations(snapshot).get(iri, slug(iri)),
        "facts": lambda iri: _facts(snapshot, iri),
        "label": lambda iri: label_in(snapshot, iri, language()),
        "name_of": lambda iri: _name(snapshot, iri),
    }
    headers = dict(_VARY)
    if lasting:
        allow_repeats(request.scope, late=True)
        if status == 200 and request.app.state.settings.page_late:
            headers |= _LATE
    return HTMLResponse(render(template, {**frame, **context}), status, headers=headers)


def wants_page(request: Request) -> bool:
    """Say whether a refusal should be a page: the client prefers HTML, and did not ask the data API."""
    path = request.url.path.removeprefix(request.scope.get("root_path", "").rstrip("/"))
    if path.startswith(("/api/", "/health/", "/static/")):
        return False
    header = request.headers.get("accept")
    return bool(header) and best(header, ["application/problem+json", "text/html"]) == "text/html"


def as_page(request: Request, refusal: Response) -> Response:
    """Give a problem document as a page where the client wants one, else as it is."""
    if not wants_page(request):
        return refusal
    facts = json.loads(bytes(refusal.body))
    kept = {name: value for name, value in refusal.headers.items() if name not in ("content-type", "content-length")}
    return problem_page(
        request,
        facts.pop("status"),
        facts.pop("title"),
        facts.pop("detail"),
        kept,
        **{name: value for name, value in facts.items() if name in ("parameter", "near", "line", "column")},
    )


def problem_page(
    request: Request, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None, **facts: Any
) -> Response:
    """Render a refusal as a page; with `parameter` and `near` it links to the same page with a near match.

    It needs no store, so that it can say that the store is unreachable.
    """
    near = [
        {"value": value, "href": f"?{urlencode({**dict(request.query_params), facts['parameter']: value})}"}
        for value in facts.get("near") or []
    ]
    kept = {name: value for name, value in request.query_params.items() if name != facts.get("parameter")}
    context = {
        **_frame(request, None),
        "status": status,
        "title": title,
        "detail": detail,
        "near": near,
        "without": f"?{urlencode(kept)}" if kept else request.url.path,
        "facts": facts,
    }
    sent = {**_VARY, **(headers or {})}
    return HTMLResponse(render("problem.html", context), status, headers=sent)


def waiting_page(request: Request) -> Response:
    """Render the page that stands for one which is still being made; its script, or the browser, asks for that one."""
    headers = {**_VARY, "Cache-Control": "no-store", "Retry-After": "2"}
    return HTMLResponse(render("waiting.html", _frame(request, None)), 202, headers=headers)


def _frame(request: Request, snapshot: Snapshot | None) -> dict[str, Any]:
    root = request.scope.get("root_path", "").rstrip("/")
    path = request.url.path.removeprefix(root)
    # several boxes of one name are one parameter, its values divided by commas
    given = {name: [value for value in request.query_params.getlist(name) if value] for name in request.query_params}
    state = {
        name: ",".join(values) if name in ("kind", "place") else values[-1] for name, values in given.items() if values
    }
    site = str(request.base_url).rstrip("/")
    filters = {name: state[name] for name in FILTER_NAMES if name in state}

    def local(iri: str) -> str:
        """Give the address here of one of our IRIs; an IRI of others stays as it is."""
        return f"{root}/{quote(iri.removeprefix(_HOME))}" if iri.startswith(_HOME) else iri

    return {
        "root": root,
        "path": path,
        "address": str(request.url),
        "site": site,
        "state": state,
        "filters": filters,
        "language": language,
        "languages": LANGUAGES,
        "plain": lambda to: _address(f"{root}{to}", {name: state.get(name) for name in _CARRIED}),
        "embed": lambda **changes: _address(f"{site}{EMBED}{path}", {**state, "cursor": None, **changes}),
        "kept": {name: value for name, value in state.items() if name not in (*_BAR, "cursor")},
        "link": _linker(root, path, filters, {name: state.get(name) for name in _CARRIED}),
        "marked": f"{_HOME}id/{state['mark']}" if "mark" in state else None,
        "here": lambda **changes: _address(f"{root}{path}", {**state, "cursor": None, **changes}),
        "api": lambda where, **changes: _address(f"{root}/api/v1{where}", {**state, "cursor": None, **changes}),
        "local": local,
        "actor_page": lambda iri: actor_address(root, iri),
        "generation": snapshot.generation if snapshot else None,
        "version": version("subsidia"),
        "fields": vocabulary().schemes["field"],
        "levels": vocabulary().schemes["level"],
        "bases": vocabulary().schemes["basis"],
        "sparql": lambda query, form="csv": _address(f"{root}/sparql", {"query": query, "format": form}),
    }


def actor_address(root: str, iri: str) -> str:
    """Give the address of an actor's page; an actor with an IRI of others has none here, so its own IRI."""
    home = f"{_HOME}id/actor/"
    return f"{root}/actors/{quote(iri.removeprefix(home))}" if iri.startswith(home) else iri


def _linker(root: str, path: str, filters: Mapping[str, str], carried: Mapping[str, str | None]) -> Callable[..., str]:
    def link(to: str, **changes: Any) -> str:
        """Give the address of a page with today's filters, some changed; None takes one out.

        `type` means something else on each page, so it stays where it was chosen.
        """
        kept = {name: value for name, value in filters.items() if name != "type" or to == path}
        return _address(f"{root}{to}", {**kept, **carried, **changes})

    return link


def _address(path: str, parameters: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{path}{'?' + urlencode(sorted(kept.items())) if kept else ''}"


@remembered(2)
def _programmes(snapshot: Snapshot) -> list[tuple[str, str]]:
    found = [(slug(iri), snapshot.label(iri)) for iri in snapshot.instances("gov:Programme")]
    return sorted(found, key=lambda item: (item[1].casefold(), item[0]))


@remembered(2)
def _years(snapshot: Snapshot) -> tuple[int, int] | None:
    """Give the first and last year that any statement names; None where none is dated."""
    rows = snapshot.select(query_text("years"))
    found = [number for row in rows if (number := year(row["date"] or "")) is not None]
    return (min(found), max(found)) if found else None


def _facts(snapshot: Snapshot, iri: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for quad in snapshot.quads(subject=iri):
        found.setdefault(compact(quad.predicate.value), []).append(getattr(quad.object, "value", ""))
    return {name: sorted(set(values)) for name, values in sorted(found.items())}


def _name(snapshot: Snapshot, iri: str) -> str:
    """Name anything: a concept or term, a passage by document and place, a thing by its label."""
    if iri.startswith(f"{_HOME}def/"):
        scheme, _, name = iri.removeprefix(f"{_HOME}def/").partition("/")
        if name in vocabulary().schemes.get(scheme, {}):
            return concept_word(name, scheme)
        return vocabulary().label(iri) or _facts(snapshot, iri).get("dcterms:title", [iri])[0]
    return citations(snapshot).get(iri) or label_in(snapshot, iri, language())
