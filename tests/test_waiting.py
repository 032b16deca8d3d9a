"""Waiting: which pages a browser is told to wait for, and that they come by themselves."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

import api.waiting
from api.app import create_app
from api.settings import Settings
from api.waiting import Waiting
from graph.store import Store
from tests.layers import asked, told
from tests.service import serving

_SOON: Final = 0.05
_OPENED: Final = {"sec-fetch-dest": "document", "accept": "text/html,*/*;q=0.8"}
_FETCHED: Final = {"sec-fetch-dest": "empty", "accept": "text/html"}


class Site:
    """An application whose pages are made when it is told so."""

    def __init__(self) -> None:
        self.made = 0
        self.may_be_made = asyncio.Event()
        self.error: Exception | None = None
        self.waiting = Waiting(self._app, _SOON)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.may_be_made.wait()
        self.made += 1
        if self.error:
            raise self.error
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    async def ask(self, path: str = "/gaps", given: dict[str, str] = _OPENED, query: str = "") -> tuple[int, str]:
        """Ask for a page; gives the status and the text."""
        return await asked(self.waiting, path, given, query)


def test_a_page_that_is_made_in_time_is_sent() -> None:
    async def story(site: Site) -> None:
        site.may_be_made.set()
        assert await site.ask() == (200, "one two")
        assert await site.ask("") == (200, "one two"), "the front page below a proxy's path, without a slash"
        assert site.made == 2

    told(story(Site()))


def test_who_opens_a_page_that_takes_long_is_told_and_gets_it_when_asking_again_made_once() -> None:
    async def story(site: Site) -> None:
        status, text = await site.ask()
        assert status == 202
        assert "This page is being made" in text
        assert "</html>" in text
        again = asyncio.create_task(site.ask(given=_FETCHED))
        assert (await site.ask())[0] == 202, "a browser without script, which asks anew"
        assert site.made == 0
        site.may_be_made.set()
        assert await again == (200, "one two")
        assert site.made == 1
        assert await site.ask() == (200, "one two")
        assert site.made == 2, "those who waited have it: it is not kept"

    told(story(Site()))


def test_who_asks_next_gets_what_was_made_when_nobody_waited_once() -> None:
    async def story(site: Site) -> None:
        assert (await site.ask())[0] == 202
        site.may_be_made.set()
        await asyncio.sleep(_SOON)
        assert site.made == 1
        assert await site.ask() == (200, "one two")
        assert site.made == 1
        assert await site.ask() == (200, "one two")
        assert site.made == 2

    told(story(Site()))


def test_what_nobody_comes_for_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(site: Site) -> None:
        assert (await site.ask())[0] == 202
        site.may_be_made.set()
        await asyncio.sleep(3 * _SOON)
        assert await site.ask() == (200, "one two")
        assert site.made == 2

    monkeypatch.setattr(api.waiting, "_LEFT", _SOON)
    told(story(Site()))


def test_all_who_open_a_page_at_once_are_told_and_it_is_made_once() -> None:
    async def story(site: Site) -> None:
        assert [status for status, _ in await asyncio.gather(*(site.ask() for _ in range(5)))] == [202] * 5
        asking = [asyncio.create_task(site.ask(given=_FETCHED)) for _ in range(5)]
        await asyncio.sleep(0)
        site.may_be_made.set()
        assert await asyncio.gather(*asking) == [(200, "one two")] * 5
        assert site.made == 1

    told(story(Site()))


@pytest.mark.parametrize("header", ["accept-language", "accept-encoding", "host"])
def test_nobody_gets_the_page_that_another_asked_for_otherwise(header: str) -> None:
    async def story(site: Site) -> None:
        assert (await site.ask())[0] == 202
        other = asyncio.create_task(site.ask(given={**_FETCHED, header: "de"}))
        await asyncio.sleep(0)
        site.may_be_made.set()
        assert await other == (200, "one two")
        assert site.made == 2

    told(story(Site()))


def test_no_more_pages_are_made_for_those_who_wait_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(site: Site) -> None:
        assert [(await site.ask(query=f"at={year}"))[0] for year in (2000, 2001)] == [202, 202]
        more = asyncio.create_task(site.ask(query="at=2002"))
        await asyncio.sleep(3 * _SOON)
        assert not more.done()
        site.may_be_made.set()
        assert await more == (200, "one two")

    monkeypatch.setattr(api.waiting, "_MOST", 2)
    told(story(Site()))


def test_it_is_told_in_the_language_asked_for() -> None:
    async def story(site: Site) -> None:
        assert "Diese Seite wird gerade erstellt" in (await site.ask(query="lang=de"))[1]
        site.may_be_made.set()

    told(story(Site()))


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/gaps", {"accept": "text/html"}),
        ("/gaps", _FETCHED),
        ("/gaps", {**_OPENED, "sec-fetch-dest": "iframe"}),
        ("/gaps", {**_OPENED, "accept": "application/json"}),
        ("/api/v1/gaps", _OPENED),
        ("/sparql", _OPENED),
        ("/report", _OPENED),
        ("/embed/gaps", _OPENED),
        ("/graph/casebook", _OPENED),
    ],
)
def test_programs_frames_and_files_are_never_told_to_wait(path: str, given: dict[str, str]) -> None:
    async def story(site: Site) -> None:
        asked = asyncio.create_task(site.ask(path, given))
        await asyncio.sleep(3 * _SOON)
        assert not asked.done()
        site.may_be_made.set()
        assert await asked == (200, "one two")

    told(story(Site()))


def test_what_fails_before_it_is_late_fails_as_ever() -> None:
    async def story(site: Site) -> None:
        site.error = ValueError("no")
        site.may_be_made.set()
        with pytest.raises(ValueError, match="no"):
            await site.ask()

    told(story(Site()))


def test_what_fails_while_somebody_waits_is_logged_and_asked_anew(caplog: pytest.LogCaptureFixture) -> None:
    async def story(site: Site) -> None:
        site.error = ValueError("no")
        assert (await site.ask())[0] == 202
        site.may_be_made.set()
        with pytest.raises(ValueError, match="no"):
            await site.ask(given=_FETCHED)

    with caplog.at_level(logging.ERROR, "subsidia.waiting"):
        told(story(Site()))
    assert [record.message for record in caplog.records] == ["a page that a browser waits for failed"]


def test_a_page_of_the_application_is_counted_by_its_route_and_one_that_is_told_of_apart(casebook_store: Store) -> None:
    settings = Settings(store=casebook_store.path, page_wait=0.02, cache_bytes=0)
    with TestClient(create_app(settings), headers=_OPENED) as client:
        while (answer := client.get("/gaps?country=FR")).status_code == 202:
            pass
        assert answer.status_code == 200
        counts = [line for line in client.get("/metrics").text.splitlines() if "request_seconds_count" in line]
    told_of = [line for line in counts if 'route="waiting",status="202"' in line]
    made = [line for line in counts if 'route="/gaps",status="200"' in line]
    assert len(told_of) == 1
    assert len(made) == 1
    assert made[0].endswith(" 1.0")


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_in_a_browser_the_page_comes_by_itself(casebook_store: Store, browser: Browser, script: bool) -> None:
    complaints: list[Any] = []
    with (
        serving(casebook_store.path, page_wait="0.02") as service,
        browser.new_context(java_script_enabled=script) as context,
    ):
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(error))
        answer = page.goto(f"http://127.0.0.1:{service.port}/network?country=ES")
        assert answer is not None
        assert answer.status == 202
        expect(page.locator("h1")).to_contain_text("actors", timeout=60_000)
        assert page.url.endswith("/network?country=ES")
        expect(page.locator("#filters")).to_have_count(1)
        if script:
            expect(page.locator("#network-canvas")).to_have_attribute("data-drawn", re.compile("[1-9]"), timeout=60_000)
            assert page.evaluate("getComputedStyle(document.querySelector('#network-canvas')).height") != "auto"
        assert complaints == []
