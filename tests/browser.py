"""A served casebook and a real Chromium for the tests of pages: the fixtures `site`, `browser` and `watched`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

__all__ = ["ARGUMENTS", "SIZES", "Watched", "api", "browser", "chromium", "run", "site", "watched"]

ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES: Final[dict[str, ViewportSize]] = {
    "desktop": {"width": 1440, "height": 900},
    "phone": {"width": 360, "height": 740},
}


def chromium() -> str:
    """Give the path of a Chromium; skips, or in continuous integration fails, where there is none."""
    names = (os.environ.get("SUBSIDIA_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        reason = "NO CHROMIUM ON THIS MACHINE: the pages are NOT tested; set SUBSIDIA_CHROMIUM or install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a fresh store with the casebook on a free port; give the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("pages")
    log = folder / "server.log"
    command = [sys.executable, "-m", "uvicorn", "api.asgi:app", "--port", str(port), "--log-level", "warning"]
    # tests read what they open: tests/test_waiting.py has the page that a browser is shown meanwhile
    environment = {**os.environ, "SUBSIDIA_STORE": str(folder / "store"), "SUBSIDIA_PAGE_WAIT": "0"}
    with (
        log.open("wb") as sink,
        subprocess.Popen(command, env=environment, stdout=sink, stderr=sink, cwd=Path(__file__).parents[1]) as server,
    ):
        try:
            _wait_for(port, server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one Chromium for all tests."""
    executable = chromium()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield found
        found.close()


class Watched:
    """A page whose complaints and requests are kept."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", "data:", "blob:")):
            self.complaints.append(f"left the host: {request.url}")

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.site + path, wait_until="load")
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        return self.page


@pytest.fixture
def watched(browser: Browser, site: str) -> Iterator[Watched]:
    """Give a page at desktop size; afterwards nothing may have gone wrong in it."""
    with browser.new_context(viewport=SIZES["desktop"]) as context:
        found = Watched(context, site)
        yield found
        assert found.complaints == []


def api(watched: Watched, path: str, **parameters: Any) -> Any:
    """Ask the API for a document."""
    answer = watched.page.request.get(f"{watched.site}/api/v1{path}?{urlencode(parameters)}")
    assert answer.ok, answer.text()
    return answer.json()


def run(watched: Watched, query: str) -> list[dict[str, str]]:
    """Run a printed query at the endpoint."""
    answer = watched.page.request.get(f"{watched.site}/sparql?query={quote(query)}&format=json")
    assert answer.ok, answer.text()
    rows = answer.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]
