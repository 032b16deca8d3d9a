"""Screenshots for the README: `python -m tests.screenshots docs/images` serves the casebook and photographs pages."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import ViewportSize, sync_playwright

from api.stores import open_store
from tests.browser import ARGUMENTS, chromium
from tests.service import serving

__all__ = ["SHOTS", "take"]

SHOTS: Final = {
    "flows": "/flows?country=ES&at=2006",
    "gaps": "/gaps?country=NL",
    "map": "/map",
}
_SIZE: Final[ViewportSize] = {"width": 1280, "height": 800}


def take(folder: Path) -> list[Path]:
    """Write one picture a page into the folder; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with TemporaryDirectory() as place, sync_playwright() as playwright:
        open_store(Path(place) / "store")
        with serving(Path(place) / "store") as service:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            page = browser.new_page(viewport=_SIZE, locale="en-GB", color_scheme="light", reduced_motion="reduce")
            for name, path in SHOTS.items():
                page.goto(f"http://127.0.0.1:{service.port}{path}", wait_until="networkidle")
                page.wait_for_timeout(800)
                taken.append(folder / f"{name}.png")
                page.screenshot(path=taken[-1], animations="disabled")
            browser.close()
    return taken


if __name__ == "__main__":
    for picture in take(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")):
        print(picture)
