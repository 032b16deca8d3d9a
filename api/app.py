"""The application: routers, errors and static files around one store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from api.headers import SecurityHeaders
from api.problems import add_problem_handlers
from api.routers import data, docs, health, linked_data, ontology, pages, sparql
from api.settings import Settings
from api.stores import open_store
from graph.columns import columns_of
from graph.readers import Limits, Readers
from visualisations.render import STATIC

__all__ = ["create_app"]


def create_app(settings: Settings) -> FastAPI:
    """Make the application; the store is opened (and made, with the casebook, where there is none) at start-up."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.store = open_store(settings.store)
        snapshot = app.state.store.snapshot()
        columns_of(snapshot)
        app.state.edition = f"{version('subsidia')}-{snapshot.identity[:8]}"
        limits = Limits(settings.query_timeout, settings.query_memory, settings.result_bytes, settings.readers)
        app.state.readers = Readers(limits)
        try:
            yield
        finally:
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
    for module in (data, sparql, health, linked_data, ontology, pages, docs):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    if settings.cors:
        origins = [origin.strip() for origin in settings.cors.split(",")]
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
            allow_headers=["Accept", "Content-Type", "If-None-Match"],
            expose_headers=["ETag"],
        )
    app.add_middleware(SecurityHeaders)
    return app
