"""A service that may be written, and a token for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.stores import open_store

__all__ = ["AS_PARTNER", "serving"]

AS_PARTNER: Final = {"Authorization": "Bearer s3cret"}


@contextmanager
def serving(path: Path, **settings: Any) -> Iterator[TestClient]:
    """Serve a store, made with the ontology alone where there is none, that takes writes with two tokens."""
    open_store(path, empty=True)
    given = {"token": "partner:s3cret, other:0ther", "readers": 1, **settings}
    with TestClient(create_app(Settings(store=path, **given)), raise_server_exceptions=False) as client:
        yield client
