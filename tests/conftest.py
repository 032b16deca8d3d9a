"""What several tests share: the casebook in a store, an empty store, a small valid folder of tables, the documents."""

from __future__ import annotations

import gc
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.stores import open_store
from graph.snapshot import Snapshot
from graph.store import Store
from tests.browser import browser, site, watched
from tests.small_graphs import Rows, write_tables

__all__ = ["MINIMAL", "WriteTables", "assert_parameter_refused", "browser", "site", "watched", "with_cells"]

_PASSAGE_DIGEST: Final = "sha256:" + 64 * "a"
_SAID: Final = {"basis": "stated", "passage": "p1"}

# One row or few of each table. The town pays nothing and is paid by the state; the NGO only meets them.
MINIMAL: Final[Rows] = {
    "sources": [
        {"key": "report", "title": "A report", "issued": "2014", "file": "report.txt", "characters": "1000"},
    ],
    "passages": [
        {"key": "p1", "source": "report", "start": "10", "end": "20", "digest": _PASSAGE_DIGEST, "locator": "page 1"},
    ],
    "mentions": [{"key": "m1", "source": "report", "kind": "figure", "line": "1", "start": "10", "end": "20"}],
    "territories": [
        {"key": "es", "label": "Spain", "level": "national", "within": "", "country_code": "ES"},
        {"key": "es-town", "label": "A town", "level": "local", "within": "es", "country_code": ""},
    ],
    "actors": [
        {"key": "es-state", "label": "The state", "level": "national", "type": "state", "territory": "es", **_SAID},
        {"key": "es-town", "label": "The town", "level": "local", "type": "municipality", "territory": "es-town"}
        | _SAID,
        {"key": "es-ngo", "label": "The helpers", "level": "local", "type": "ngo", "territory": "es-town", **_SAID},
    ],
    "programmes": [{"key": "es-fund", "label": "The fund", "operated_by": "es-state", **_SAID}],
    "competences": [
        {"key": "es-town-housing", "holder": "es-town", "fields": "housing", "aspect": "delivery", "modality": "is"}
        | {"territory": "es-town", **_SAID},
    ],
    "flows": [
        {"key": "fund-2006", "payer": "es-state", "recipient": "es-town", "programme": "es-fund", "fields": "housing"}
        | {"amount_min": "1000000", "amount_max": "1500000.50", "currency": "EUR", "quantity": "transfer"}
        | {"per": "total", "valid_from": "2006", "valid_to": "2006", **_SAID},
    ],
    "mechanisms": [
        {"key": "es-table", "label": "The round table", "participants": "es-ngo|es-town", "direction": "public-private"}
        | {"formality": "informal", **_SAID},
    ],
    "measures": [{"key": "es-plan", "label": "The plan", "fields": "housing", "initiator": "es-town", **_SAID}],
    "events": [
        {"key": "es-start", "label": "The fund begins", "type": "creation", "actors": "es-state"}
        | {"affects": "programme/es-fund|flow/fund-2006", "date": "2006-03-01", **_SAID},
    ],
    "gaps": [
        {"key": "es-gap", "label": "The town is not asked", "type": "policy", "between": "es-state|es-town"}
        | {"levels": "national|local", **_SAID},
    ],
    "identities": [
        {"key": "es-same", "one": "actor/es-ngo", "other": "actor/es-town", "basis": "inferred", "passage": "p1"}
        | {"note": "ours: the helpers have the town's address"},
    ],
    "scopes": [{"key": "es-scope", "territory": "es", "fields": "housing", "ties": "funding", **_SAID}],
}


class WriteTables(Protocol):
    """Writes the minimal tables, changed, into a new folder of that name, and gives the folder."""

    def __call__(self, changes: Rows | None = None, folder: str = "report-tables") -> Path: ...


def with_cells(table: str, row: int = 0, **cells: str) -> Rows:
    """Give the minimal rows of one table with some cells of one row changed."""
    rows: list[Mapping[str, str]] = list(MINIMAL[table])
    rows[row] = {**rows[row], **cells}
    return {table: rows}


def assert_parameter_refused(client: TestClient, address: str, parameter: str, near: str | None) -> None:
    """Check that an address is refused as a problem that names the parameter, with a near match where there is one."""
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["parameter"] == parameter
    assert near is None or near in answer.json()["near"]


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_to_other_threads() -> Iterator[None]:
    """Let go here of what exceptions hold in circles: the solutions of a query may not end in another thread."""
    yield
    gc.collect()


@pytest.fixture
def tables(tmp_path: Path) -> WriteTables:
    """Give a writer of small valid tables; a table in the changes replaces the minimal one, and [] leaves it out."""

    def write(changes: Rows | None = None, folder: str = "report-tables") -> Path:
        return write_tables(tmp_path / folder, {**MINIMAL, **(changes or {})})

    return write


@pytest.fixture(scope="session")
def casebook_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Make a store with the casebook, once; it is read by many tests and changed by none."""
    return open_store(tmp_path_factory.mktemp("casebook") / "store")


@pytest.fixture(scope="session")
def casebook(casebook_store: Store) -> Snapshot:
    """Open the casebook for reading."""
    return casebook_store.snapshot()


@pytest.fixture(scope="session")
def client(casebook_store: Store) -> Iterator[TestClient]:
    """Serve the casebook as it is set up by default; modules that need other settings make a client of their own."""
    with TestClient(create_app(Settings(store=casebook_store.path))) as found:
        yield found


@pytest.fixture
def empty_store(tmp_path: Path) -> Store:
    """Make a store without any statement, at generation 0."""
    return Store.create(tmp_path / "empty-store")


@pytest.fixture(scope="session")
def sources_folder() -> Path:
    """Give the folder of source documents, or skip: they are not part of the repository."""
    given = os.environ.get("SUBSIDIA_SOURCES")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "sources"
    if not any(folder.glob("*.txt")):
        pytest.skip(f"no source documents in {folder}: set SUBSIDIA_SOURCES to a folder with copies of them")
    return folder


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """Listen on a loopback port; gives the port, and the list of what was received there."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    received.append(connection.recv(64))

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], received
