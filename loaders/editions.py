"""Editions: the states of the casebook that can be cited, each with its version, its day and its digest.

They stand in `loaders/casebook/EDITIONS`, one a line, the newest last. The version is that of the data, apart from that
of the program: the first number grows when rows are taken out or mean something else, the second when rows are added,
the third when rows are put right. `python -m loaders.editions VERSION` adds the casebook as it is now; no line
ever changes.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from loaders.digest import tables_digest
from ontology.errors import SubsidiaError
from ontology.identifiers import graph_name

__all__ = [
    "CASEBOOK",
    "CREATOR",
    "DESCRIPTION",
    "EDITIONS",
    "KEYWORDS",
    "TITLE",
    "Edition",
    "EditionRefused",
    "casebook_graphs",
    "editions",
    "next_edition",
]

CASEBOOK: Final = Path(__file__).parent / "casebook"
EDITIONS: Final = CASEBOOK / "EDITIONS"

TITLE: Final = "Casebook of multilevel governance of migrant integration in Europe"
DESCRIPTION: Final = (
    "Who may act, who pays and who coordinates in the governance of migrant integration, from the European Union to "
    "the town hall, read statement by statement in five documents and the Common Basic Principles of the Council, "
    "each statement with the passage that it rests on."
)
KEYWORDS: Final = ("multilevel governance", "migrant integration", "public funding", "coordination", "linked data")
CREATOR: Final = "Subsidia developers"


class EditionRefused(SubsidiaError):
    """A version that the casebook cannot have; the message says why."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A state of the casebook: `digest` is the SHA-256 of its sorted N-Quads, in hexadecimal digits."""

    version: str
    issued: date
    digest: str

    def __str__(self) -> str:
        """Write it as its line in the file.

        >>> str(Edition("4.2.1", date(2026, 11, 23), "ab" * 32))[:20]
        '4.2.1 2026-11-23 aba'
        """
        return f"{self.version} {self.issued} {self.digest}"

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers, which can be put in order; EditionRefused where it is not three of them."""
        parts = self.version.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
            raise EditionRefused(f"a version of the data is three numbers, as in 4.2.1, and not {self.version!r}")
        return tuple(map(int, parts))


def editions(text: str | None = None) -> list[Edition]:
    """Read the editions, the newest last: those of the casebook, or of a text of the same form."""
    lines = (EDITIONS.read_text(encoding="utf-8") if text is None else text).splitlines()
    return [Edition(version, date.fromisoformat(day), digest) for version, day, digest in map(str.split, lines)]


def next_edition(known: list[Edition], version: str, issued: date, digest: str) -> Edition:
    """Give the edition that comes after those that are known.

    Raises EditionRefused where its version is not above the last one's, or where nothing has changed since that.
    """
    found = Edition(version, issued, digest)
    numbers = found.numbers
    if known and numbers <= known[-1].numbers:
        raise EditionRefused(f"{version} is not above {known[-1].version}, the casebook's last version")
    if known and digest == known[-1].digest:
        raise EditionRefused(f"the casebook has not changed since {known[-1].version}")
    return found


def casebook_graphs() -> Iterator[str]:
    """Give the IRIs of the graphs that the casebook fills: one for what they share, one for each source."""
    yield graph_name("casebook")
    with (CASEBOOK / "sources.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield graph_name(row["key"])


def main() -> int:
    """Add the casebook as it is now to its editions, under the version that is given; 1 where that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m loaders.editions", description="Give the casebook a version.")
    parser.add_argument("version", help="three numbers, above the last version")
    given = parser.parse_args()
    try:
        found = next_edition(editions(), given.version, datetime.now(UTC).date(), tables_digest(CASEBOOK))
    except EditionRefused as error:
        print(error, file=sys.stderr)
        return 1
    with EDITIONS.open("a", encoding="utf-8") as file:
        file.write(f"{found}\n")
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
