"""The repository: what is in it, of which commit, and whether it may be released."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Final

__all__ = ["ROOT", "ReleaseRefused", "check_releasable", "commit_time", "copy_sources", "git", "version"]

ROOT: Final = Path(__file__).parent.parent.parent
_VENDOR: Final = Path("visualisations/static/vendor")


class ReleaseRefused(Exception):
    """This cannot be released; the message says why in one line."""


def git(root: Path, *words: str) -> str:
    """Run git in a repository; gives what it printed. Raises ReleaseRefused where git refuses."""
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseRefused(f"git {words[0]}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


def version(root: Path = ROOT) -> str:
    """Give the version of the program, which stands in pyproject.toml and nowhere else."""
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def commit_time(root: Path) -> int:
    """Give the time of the last commit, in seconds since 1970: that of everything in the archives."""
    return int(git(root, "log", "-1", "--format=%ct"))


def check_releasable(root: Path) -> None:
    """Refuse a working tree with changes, and a version that has its tag: ReleaseRefused."""
    changed = git(root, "status", "--porcelain").splitlines()
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise ReleaseRefused(f"the working tree is not what was committed: {changed[0][3:]}{more}")
    tag = f"v{version(root)}"
    if git(root, "tag", "--list", tag).strip():
        raise ReleaseRefused(f"{version(root)} is released already: there is a tag {tag}; raise it in pyproject.toml")


def copy_sources(root: Path, folder: Path) -> Path:
    """Copy every file that git has, and the front-end's files, to a folder; gives the folder.

    A copy may be executed by whom the umask lets, where the file may. Raises ReleaseRefused where the front-end's files
    are not there.
    """
    if not (root / _VENDOR / "built-from.sha256").is_file():
        raise ReleaseRefused(f"{_VENDOR} is not there: `make setup` fetches the front-end's files")
    for name in git(root, "ls-files", "-z").split("\0"):
        if name and (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, folder / name)
            if os.access(root / name, os.X_OK):
                (folder / name).chmod((folder / name).stat().st_mode | 0o100)
    shutil.copytree(root / _VENDOR, folder / _VENDOR)
    return folder
