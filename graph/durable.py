"""Files of a store that must survive a power cut, and a lock that is not waited for for ever."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path

from ontology.errors import SubsidiaError

__all__ = ["StoreBusy", "copy_database", "lock_within", "sync", "sync_folder", "write_durably"]


class StoreBusy(SubsidiaError):
    """Other writers did not end for as long as this one was willing to wait; nothing was changed."""


def lock_within(descriptor: int, patience: float) -> None:
    """Take a lock that others may hold for a while; there is no call that waits only so long."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise StoreBusy(f"other writes did not end within {patience:g} s; nothing was changed") from error
            time.sleep(0.02)
        else:
            return


def copy_database(source: Path, target: Path) -> None:
    """Copy a closed database: its immutable table files by hard link where the file system can, the rest by value."""

    def copy(origin: str, copy_to: str) -> None:
        if origin.endswith(".sst"):
            try:
                os.link(origin, copy_to)
            except OSError:
                shutil.copy2(origin, copy_to)
        elif not origin.endswith("LOCK"):
            shutil.copy2(origin, copy_to)

    shutil.copytree(source, target, copy_function=copy, ignore=shutil.ignore_patterns("LOG.old.*"))


def write_durably(path: Path, text: str) -> None:
    """Replace a small file so that after a power cut it holds the old text or the new, never a part."""
    draft = path.with_name(path.name + ".new")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


def sync_folder(folder: Path) -> None:
    """Have a closed generation on the disk before it is current; Oxigraph has synced its table files itself."""
    for item in folder.rglob("*"):
        if item.suffix != ".sst":
            sync(item)
    sync(folder)


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
