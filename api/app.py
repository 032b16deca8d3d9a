"""The application: routers, errors and static files around one store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import State
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from api.embeds import Embeds
from api.forwarded import Forwarded
from api.headers import SecurityHeaders
from api.languages import Languages
from api.metrics import Metrics
from api.problems import add_problem_handlers
from api.rate_limit import RateLimit
from api.repeats import Repeats
from api.requests import LOGGER, Requests, Routes, prepare_log
from api.routers import (
    data,
    descriptions,
    docs,
    graph_store,
    health,
    linked_data,
    metrics,
    ontology,
    pages,
    reconcile,
    sparql,
    update,
)
from api.settings import Settings
from api.shutdown import ending_with_parent, told_of_signals
from api.stores import open_store
from api.waiting import Waiting
from api.writes import Writes
from graph.answer_cache import AnswerCache
from graph.columns import columns_of
from graph.readers import Limits, Readers
from graph.writer import WriteLimits
from visualisations.render import STATIC

__all__ = ["create_app"]

_REPEATS: Final = 4  # the part of what is kept that is kept as it was sent


def create_app(settings: Settings) -> FastAPI:
    """Make the application; the store is opened (and made, with the casebook, where there is none) at start-up."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ending_with_parent()
        _open(app.state, settings)
        try:
            with told_of_signals(app.state.readers.close):
                yield
        finally:
            app.state.writes.close()
            app.state.readers.close()

    app = FastAPI(
        title="Subsidia",
        version=version("subsidia"),
        description="Who may act, who pays and who coordinates, each statement with its evidence.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    add_problem_handlers(app)
    # routes are tried in this order, and /sparql is asked most
    for module in (
        sparql,
        health,
        data,
        descriptions,
        update,
        graph_store,
        linked_data,
        ontology,
        reconcile,
        pages,
        docs,
        metrics,
    ):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _wrap(app, settings)
    return app


def _open(state: State, settings: Settings) -> None:
    """Open the store, and start what answers queries and writes."""
    state.store = open_store(settings.store, engine=settings.engine)
    snapshot = state.store.snapshot()
    columns_of(snapshot)
    state.edition = f"{version('subsidia')}-{snapshot.identity[:8]}"
    limits = Limits(
        settings.query_timeout,
        settings.query_memory,
        settings.result_bytes,
        settings.readers,
        settings.query_length,
        hosts=settings.federation,
    )
    state.answers = AnswerCache(settings.cache_bytes - settings.cache_bytes // _REPEATS)
    state.readers = Readers(limits, str(snapshot.folder))
    waiting = settings.update_timeout
    state.writes = Writes(state.store, WriteLimits(settings.update_timeout, settings.update_memory, waiting))


def _wrap(app: FastAPI, settings: Settings) -> None:
    """Put the layers around the application, the innermost first."""
    app.add_middleware(Routes)
    app.add_middleware(Embeds)
    app.add_middleware(Languages)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(Repeats, state=app.state, most=settings.cache_bytes // _REPEATS, late=settings.page_late)
    app.add_middleware(Waiting, seconds=settings.page_wait)
    if settings.rate_limit:
        app.add_middleware(RateLimit, count=settings.rate_limit[0], seconds=settings.rate_limit[1])
    if settings.cors:
        origins = [origin.strip() for origin in settings.cors.split(",")]
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
            allow_headers=["Accept", "Authorization", "Content-Type", "If-None-Match"],
            expose_headers=["ETag", "Location", "Retry-After", "Subsidia-Generation"],
        )
    app.add_middleware(SecurityHeaders)
    if settings.proxies:
        app.add_middleware(Forwarded, trusted=settings.proxies)
    app.state.metrics = Metrics(app.state)
    if settings.log_requests:
        prepare_log(LOGGER)
    app.add_middleware(Requests, metrics=app.state.metrics, log=settings.log_requests)
