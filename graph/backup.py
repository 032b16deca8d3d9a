"""Backups: one generation of a store in one file, and a store made of it again.

A backup is a tar file. It begins with `manifest.json`: the format of the store, the generation, how many statements it
has, and name, size and SHA-256 of every file that follows. A generation never changes, so it is read while the store
is served and written to. What can be made anew, such as the columns of flows, is left out.
"""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

import pyoxigraph

from graph.store import FORMAT, Store
from ontology.errors import CellProblem, InputRefused

__all__ = ["Backup", "read_manifest", "restore_backup", "write_backup"]

_BACKUP_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_MANIFEST_BYTES: Final = 64 * 1024 * 1024
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says that it holds: a generation, its statements, and the files of its database."""

    generation: int
    statements: int
    files: tuple[_File, ...]

    @property
    def size(self) -> int:
        """The bytes of its files together."""
        return sum(file.size for file in self.files)


def write_backup(store: Store, target: Path) -> Backup:
    """Write the current generation of a store to a file; the same generation gives the same bytes.

    The file must not exist. OSError where it cannot be written; what was begun is then removed.
    """
    snapshot = store.snapshot()  # held until the end, so that its folder stays
    folder = snapshot.folder / "graph"
    paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(("LOCK", "LOG")))
    files = tuple(_described(path) for path in paths)
    backup = Backup(snapshot.generation, len(snapshot.database), files)
    stated = {"backup": _BACKUP_FORMAT, "store": FORMAT, **asdict(backup)}
    manifest = json.dumps(stated, indent=1, sort_keys=True).encode()
    with target.open("xb") as sink:
        try:
            with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as archive:
                archive.addfile(_entry(_MANIFEST, len(manifest)), io.BytesIO(manifest))
                for path, file in zip(paths, files, strict=True):
                    with path.open("rb") as source:
                        archive.addfile(_entry(f"graph/{file.name}", file.size), source)
        except BaseException:
            target.unlink()
            raise
    return backup


def _described(path: Path) -> _File:
    with path.open("rb") as source:
        return _File(path.name, path.stat().st_size, file_digest(source, "sha256").hexdigest())


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o600
    return entry


def read_manifest(source: Path) -> Backup:
    """Check a backup whole, every digest of it, and give what it holds.

    Raises InputRefused for a file that is none, is cut short or changed, or is of a format that is not read here.
    """
    with _opened(source) as archive:
        backup = _manifest(source, archive)
        for file, content in _contents(source, archive, backup):
            for _ in content:
                pass
            del file
    return backup


def restore_backup(source: Path, path: Path) -> int:
    """Make a store at `path` of a backup, or, where there is one, its next generation; gives the generation's number.

    Everything is checked before anything is changed, and again while it is written. Raises InputRefused as
    `read_manifest` does, StoreUnreachable where the store cannot be written.
    """
    backup = read_manifest(source)
    store = Store(path) if Store.exists(path) else Store.create(path)

    def change(draft: Path, _: Path) -> None:
        shutil.rmtree(draft / "graph")
        (draft / "graph").mkdir()
        with _opened(source) as archive:
            _manifest(source, archive)
            for file, content in _contents(source, archive, backup):
                with (draft / "graph" / file.name).open("wb") as sink:
                    sink.writelines(content)
        database = pyoxigraph.Store.read_only(str(draft / "graph"))
        if len(database) != backup.statements:
            raise _refused(source, f"it has {len(database)} statements, and says that it has {backup.statements}")

    return store.commit_folder(change)


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, mode="r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise _refused(source, f"it is no backup, or is cut short ({error})") from error
    except IsADirectoryError as error:
        raise _refused(source, "it is a folder, and a backup is a file") from error
    except FileNotFoundError as error:
        raise _refused(source, "there is no such file") from error


def _manifest(source: Path, archive: tarfile.TarFile) -> Backup:
    entry = archive.next()
    content = archive.extractfile(entry) if entry and entry.name == _MANIFEST and entry.isreg() else None
    if entry is None or content is None or entry.size > _MANIFEST_BYTES:
        raise _refused(source, f"it is no backup: it does not begin with {_MANIFEST}")
    try:
        stated: dict[str, Any] = json.loads(content.read())
        formats = stated["backup"], stated["store"]
        files = tuple(_File(str(each["name"]), int(each["size"]), str(each["sha256"])) for each in stated["files"])
        backup = Backup(int(stated["generation"]), int(stated["statements"]), files)
    except (ValueError, KeyError, TypeError) as error:
        raise _refused(source, f"its {_MANIFEST} cannot be read ({error})") from error
    if formats != (_BACKUP_FORMAT, FORMAT):
        raise _refused(
            source,
            f"it is a backup of format {formats[0]} of a store of format {formats[1]}, "
            f"and this version reads formats {_BACKUP_FORMAT} and {FORMAT}",
        )
    return backup


def _contents(source: Path, archive: tarfile.TarFile, backup: Backup) -> Iterator[tuple[_File, Iterator[bytes]]]:
    """Give each file that the manifest names with its bytes, which are checked when they have been taken."""
    for file in backup.files:
        entry = archive.next()
        if Path(file.name).name != file.name or file.name in (".", ".."):
            raise _refused(source, f"{file.name!r} is not the name of a file of a database")
        content = archive.extractfile(entry) if entry and entry.isreg() else None
        if entry is None or content is None or (entry.name, entry.size) != (f"graph/{file.name}", file.size):
            raise _refused(source, f"{file.name} is not where its {_MANIFEST} says, or not as long")
        yield file, _checked(source, file, content)
    if archive.next() is not None:
        raise _refused(source, f"it holds more than its {_MANIFEST} says")


def _checked(source: Path, file: _File, content: Any) -> Iterator[bytes]:
    digest = sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != file.sha256:
        raise _refused(source, f"{file.name} is not what was saved: its SHA-256 is {digest.hexdigest()}")


def _refused(source: Path, reason: str) -> InputRefused:
    return InputRefused([CellProblem(str(source), 0, "", "", reason)])
