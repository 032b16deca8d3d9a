"""Commands for those who keep a service: a backup of the store, and a store of a backup."""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import StorePath, note, place_of, store_at
from api.parameters import ParameterRefused
from graph.backup import restore_backup, write_backup
from ontology.errors import CellProblem, InputRefused

__all__ = ["backup", "restore"]


def backup(
    file: Annotated[Path, typer.Argument(help="a new file, by custom with the ending .tar")], store: StorePath = None
) -> None:
    """Write the current generation of the store to one file, also while it is served and written to."""
    _local(store)
    try:
        saved = write_backup(store_at(store), file)
    except FileExistsError as error:
        raise InputRefused([CellProblem(str(file), 0, "", "", "is there already; a backup is a new file")]) from error
    except OSError as error:
        raise InputRefused([CellProblem(str(file), 0, "", "", f"cannot be written ({error.strerror})")]) from error
    with file.open("rb") as written:
        print(f"{file_digest(written, 'sha256').hexdigest()}  {file}")
    note(f"generation {saved.generation}: {saved.statements:,} statements, {saved.size:,} bytes")


def restore(file: Annotated[Path, typer.Argument(help="what `backup` wrote")], store: StorePath = None) -> None:
    """Make the store what a backup holds, as its next generation; a store that does not exist yet is made."""
    place = _local(store)
    generation = restore_backup(file, place)
    note(f"{place} is at generation {generation}, which holds what {file} holds")


def _local(store: str | None) -> Path:
    place = place_of(store)
    if isinstance(place, str):
        raise ParameterRefused("store", place, "a folder: a server's store is backed up with the tools of that server")
    return place
