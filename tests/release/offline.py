"""Off line: fetch the locked packages once, and check the wheel with nothing but them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.release.repository import ROOT, ReleaseRefused

__all__ = ["check_alone", "download"]

LOCK: Final = ROOT / "requirements" / "run.lock"
_CUT: Final = ("unshare", "--net", "--map-root-user")


def download(packages: Path, say: Callable[[str], None]) -> None:
    """Bring a folder to hold every locked package as a wheel, checked by its hash; ReleaseRefused where that fails.

    What is there already is not fetched again, so that with a filled folder no network is needed.
    """
    packages.mkdir(parents=True, exist_ok=True)
    wanted = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCK)]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--dest", str(packages), *wanted]
    here = [*pip, "--no-index", "--find-links", str(packages)]
    if subprocess.run(here, capture_output=True, check=False).returncode == 0:
        return
    say("fetching the locked packages")
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseRefused(f"the locked packages cannot be fetched: {done.stderr.strip().splitlines()[-1]}")


def check_alone(wheel: Path, packages: Path, say: Callable[[str], None]) -> None:
    """Install the wheel in an empty environment and use it, cut off from the network; ReleaseRefused where that fails.

    Where this machine lets nobody make a network of their own, that is said, and packages are still taken from the
    folder alone.
    """
    cut = _can_cut()
    say("in a process without a network" if cut else f"NOT CUT OFF from the network: {' '.join(_CUT)} is not allowed")
    with TemporaryDirectory(prefix="subsidia-release-") as folder:
        script = [sys.executable, str(Path(__file__).with_name("alone.py"))]
        inputs = [str(wheel.resolve()), str(packages.resolve()), str(LOCK), folder]
        command = [*_CUT, *script, *inputs, "cut"] if cut else [*script, *inputs]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    say(done.stdout.rstrip())
    if done.returncode:
        raise ReleaseRefused(f"the wheel does not stand alone: {done.stderr.strip().splitlines()[-1]}")


def _can_cut() -> bool:
    try:
        return subprocess.run([*_CUT, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
