"""Repeats: what is sent again, and which page may be late, and for how long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest
from starlette.datastructures import State
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

import api.repeats
from api.app import create_app
from api.repeats import Repeats, allow_repeats
from api.settings import Settings
from graph.store import Store
from tests.layers import asked, told

_LATE: Final = 30.0


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let who waits for a page wait for long: a slow machine decides nothing here."""
    monkeypatch.setattr(api.repeats, "_SOON", 30.0)


class Site:
    """An application whose pages show the generation; /slow is answered when it is told to, /sparql is no page."""

    def __init__(self, late: float = _LATE) -> None:
        self.generation = 1
        self.made: list[tuple[str, int]] = []
        self.failing = False
        self.slow = asyncio.Event()
        self.slow.set()
        store = SimpleNamespace(remote=False, snapshot=self._snapshot)
        self.repeats = Repeats(self._app, State({"store": store}), 1_000_000, late)

    def _snapshot(self) -> SimpleNamespace:
        return SimpleNamespace(identity="store", generation=self.generation)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, generation = scope["path"], self.generation
        if path == "/slow":
            await self.slow.wait()
        if self.failing and path == "/a":
            raise ValueError("no")
        self.made.append((path, generation))
        status = 404 if path == "/gone" and generation > 1 else 200
        if status == 200:
            allow_repeats(scope, late=path != "/sparql")
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": f"{generation}".encode()})

    async def ask(self, path: str, accept: str = "*/*") -> int:
        """Ask for a page; gives the generation that it shows."""
        return int((await asked(self.repeats, path, {"accept": accept}))[1])

    async def status(self, path: str, accept: str = "*/*") -> int:
        """Ask for a page; gives the status."""
        return (await asked(self.repeats, path, {"accept": accept}))[0]

    @asynccontextmanager
    async def being_made_anew(self) -> AsyncIterator[None]:
        """Write, and let somebody wait for /slow meanwhile, who is answered in the end."""
        self.generation = 2
        self.slow.clear()
        first = asyncio.create_task(self.ask("/slow"))
        await asyncio.sleep(0)
        yield
        self.slow.set()
        assert await first == 2
        while self.repeats._making:
            await asyncio.sleep(0)


def test_a_page_is_made_once_a_generation() -> None:
    async def story(site: Site) -> None:
        assert [await site.ask("/a"), await site.ask("/a")] == [1, 1]
        assert site.made == [("/a", 1)]

    told(story(Site()))


def test_who_asks_when_no_page_is_being_made_gets_the_new_one() -> None:
    async def story(site: Site) -> None:
        await site.ask("/a")
        site.generation = 2
        assert await site.ask("/a") == 2

    told(story(Site()))


def test_who_asks_alone_waits_for_the_new_page_but_not_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(site: Site) -> None:
        await site.ask("/slow")
        site.generation = 2
        site.slow.clear()
        assert await site.ask("/slow") == 1
        site.slow.set()
        await asyncio.sleep(0.01)
        assert site.made == [("/slow", 1), ("/slow", 2)]
        assert await site.ask("/slow") == 2

    monkeypatch.setattr(api.repeats, "_SOON", 0.05)
    told(story(Site()))


def test_a_page_that_many_open_at_once_is_made_for_one_of_them_and_sent_to_all() -> None:
    async def story(site: Site) -> None:
        site.slow.clear()
        asking = [asyncio.create_task(site.ask("/slow", accept="text/html")) for _ in range(5)]
        await asyncio.sleep(0)
        site.slow.set()
        assert await asyncio.gather(*asking) == [1] * 5
        assert site.made == [("/slow", 1)]

    told(story(Site()))


def test_what_is_not_kept_is_made_for_each_who_asked_for_it_at_once() -> None:
    async def story(site: Site) -> None:
        site.generation = 2
        statuses = [site.status("/gone", accept="text/html") for _ in range(3)]
        assert await asyncio.gather(*statuses) == [404] * 3

    told(story(Site()))


def test_while_a_page_is_made_others_are_sent_as_they_were_and_made_behind_it_once() -> None:
    async def story(site: Site) -> None:
        for path in ("/slow", "/a", "/b"):
            await site.ask(path)
        async with site.being_made_anew():
            assert [await site.ask(path) for path in ("/slow", "/a", "/b", "/a")] == [1, 1, 1, 1]
        assert site.made[3:] == [("/slow", 2), ("/a", 2), ("/b", 2)]
        assert [await site.ask(path) for path in ("/slow", "/a", "/b")] == [2, 2, 2]
        assert len(site.made) == 6

    told(story(Site()))


@pytest.mark.parametrize(("late", "shown"), [(_LATE, 1), (0.0, 2)])
def test_nothing_is_late_where_that_is_set(late: float, shown: int) -> None:
    async def story(site: Site) -> None:
        await site.ask("/slow")
        await site.ask("/a")
        async with site.being_made_anew():
            assert await site.ask("/a") == shown

    told(story(Site(late)))


def test_a_page_is_late_for_so_many_seconds_after_the_write_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(site: Site) -> None:
        now = 1000.0
        monkeypatch.setattr(api.repeats, "time", SimpleNamespace(monotonic=lambda: now))
        for path in ("/slow", "/a", "/b"):
            await site.ask(path)
        async with site.being_made_anew():
            now += _LATE
            assert await site.ask("/a") == 1
            now += 0.001
            assert await site.ask("/b") == 2

    told(story(Site()))


def test_a_page_is_not_late_after_a_write_that_nobody_saw_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(site: Site) -> None:
        now = 1000.0
        monkeypatch.setattr(api.repeats, "time", SimpleNamespace(monotonic=lambda: now))
        await site.ask("/slow")
        await site.ask("/a")
        now += _LATE + 1
        async with site.being_made_anew():
            assert await site.ask("/a") == 2, "it was written at some time within these seconds"

    told(story(Site()))


def test_a_page_that_is_gone_is_not_sent_again_once_that_is_known() -> None:
    async def story(site: Site) -> None:
        await site.ask("/slow")
        assert await site.status("/gone") == 200
        site.generation = 2
        assert await site.status("/gone") == 404
        async with site.being_made_anew():
            assert await site.status("/gone") == 404

    told(story(Site()))


def test_a_page_that_fails_behind_is_logged_and_not_sent_again(caplog: pytest.LogCaptureFixture) -> None:
    async def story(site: Site) -> None:
        await site.ask("/slow")
        await site.ask("/a")
        async with site.being_made_anew():
            site.failing = True
            assert await site.ask("/a") == 1
            site.slow.set()
            await asyncio.sleep(0.01)
            with pytest.raises(ValueError, match="no"):
                await site.ask("/a")
            site.failing = False

    with caplog.at_level(logging.ERROR, "subsidia.repeats"):
        told(story(Site()))
    assert [record.message for record in caplog.records] == ["a page that nobody waited for failed"]


def test_an_answer_to_a_query_is_never_late() -> None:
    async def story(site: Site) -> None:
        await site.ask("/slow")
        assert [await site.ask("/sparql"), await site.ask("/sparql")] == [1, 1]
        assert site.made[1:] == [("/sparql", 1)]
        async with site.being_made_anew():
            assert await site.ask("/sparql") == 2

    told(story(Site()))


def test_who_writes_and_then_looks_sees_what_was_written(tmp_path: Path) -> None:
    settings = Settings(store=Store.create(tmp_path / "store").path, token="secret")
    update = "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> <urn:c> } }"
    with TestClient(create_app(settings), headers={"Accept": "text/html", "Authorization": "Bearer secret"}) as client:
        for generation in (1, 2, 3):
            assert client.post("/update", data={"update": update.replace("c>", f"{generation}>")}).is_success
            for _ in range(2):
                assert f"data generation {generation}." in client.get("/sources", headers={"Authorization": ""}).text
