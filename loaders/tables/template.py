"""Template: empty governance tables with a worked example, for whoever adds a country."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from loaders.tables.schema import CASEBOOK_TABLES
from ontology.errors import CellProblem, InputRefused

__all__ = ["TEMPLATE", "write_template"]

TEMPLATE: Final = Path(__file__).parents[1] / "template"
"""The folder with the guide (README.md) and the worked example."""


def write_template(folder: Path) -> list[Path]:
    """Write one empty CSV file a table, the guide and the worked example into a new or empty folder.

    Returns the files that were written, in the order of the tables. Raises InputRefused where the folder holds
    something already, or cannot be written; nothing of it is changed then.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            raise _refused(folder, "is not empty; name a new folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as draft:
            whole = Path(draft) / "template"
            shutil.copytree(TEMPLATE, whole)
            for table in CASEBOOK_TABLES:
                header = ",".join(column.name for column in table.columns)
                (whole / f"{table.name}.csv").write_text(f"{header}\n", encoding="utf-8")
            whole.replace(folder)
    except OSError as error:
        raise _refused(folder, f"cannot be written ({error.strerror})") from error
    return [folder / name for name in (*(f"{table.name}.csv" for table in CASEBOOK_TABLES), "README.md", "example")]


def _refused(folder: Path, reason: str) -> InputRefused:
    return InputRefused([CellProblem(str(folder), 0, "", "", reason)])
