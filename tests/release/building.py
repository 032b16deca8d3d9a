"""Building: the wheel and the sdist, twice, from two folders, with the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.release.repository import ReleaseRefused, copy_sources

__all__ = ["build", "build_twice", "sha256_of"]


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal digits."""
    return sha256(path.read_bytes()).hexdigest()


def build(sources: Path, target: Path, epoch: int) -> dict[str, str]:
    """Build the sdist from a folder, and the wheel from the sdist; gives their names with their SHA-256.

    All times in them are `epoch`, seconds since 1970. Nothing is fetched: what builds is in this environment. Raises
    ReleaseRefused with the last line of what failed.
    """
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(sources)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "PIP_NO_INDEX": "1"}
    done = subprocess.run(command, env=environment, cwd=sources, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseRefused(f"the build failed: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
    return {path.name: sha256_of(path) for path in sorted(target.iterdir())}


def build_twice(root: Path, target: Path, epoch: int) -> dict[str, tuple[str, str]]:
    """Build in two folders of other names, rights and places of files; gives both SHA-256 of each archive.

    The first build's archives are in `target`. The caller compares.
    """
    with _copy(root, 0o022) as one, _copy(root, 0o077) as other, TemporaryDirectory() as again:
        first, second = build(one, target, epoch), build(other, Path(again), epoch)
    return {name: (digest, second.get(name, "not built")) for name, digest in first.items()}


@contextmanager
def _copy(root: Path, umask: int) -> Iterator[Path]:
    with TemporaryDirectory(prefix=f"subsidia-{umask}-") as folder:
        before = os.umask(umask)
        try:
            yield copy_sources(root, Path(folder) / f"of-{umask}")
        finally:
            os.umask(before)
