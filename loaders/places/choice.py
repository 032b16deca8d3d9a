"""Choice: which reader a file of places is for, and which mapping goes with it."""

from __future__ import annotations

from pathlib import Path

from loaders.places.files import refuse
from loaders.places.lau import LAU_SUFFIXES, LauReader
from loaders.places.nuts import NUTS_SUFFIXES, NutsReader
from loaders.records import Reader

__all__ = ["open_places"]


def open_places(path: Path, vintage: str | None = None, geometry: Path | None = None) -> tuple[Reader, str]:
    """Open a list of NUTS regions or of local administrative units, by the end of its name.

    Returns the reader and the name of the mapping that goes with it. `vintage` and `geometry` are those of NutsReader.
    Raises InputRefused for a name that tells neither, and where the reader does.
    """
    name = path.name.casefold()
    if name.endswith(LAU_SUFFIXES):
        return LauReader(path), "lau"
    if not name.endswith(NUTS_SUFFIXES):
        refuse(path, f"lists of places are read from files that end in {', '.join((*NUTS_SUFFIXES, *LAU_SUFFIXES))}")
    return NutsReader(path, vintage, geometry), "nuts"
