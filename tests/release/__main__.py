"""Make a release in dist/: `python -m tests.release`, what `make release` runs. It neither tags nor pushes.

dist/ gets the wheel and the sdist, built twice with the same bytes and checked alone; the casebook as N-Quads with what
a repository wants to know of it (DataCite); CITATION.cff with version and day; NOTES.md; SHA256SUMS of all of them.
All times in them are that of the last commit, so that the same commit gives the same files.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from api.stores import open_store
from loaders.digest import n_quads
from loaders.editions import CASEBOOK, editions
from tests.release.building import build_twice, sha256_of
from tests.release.metadata import citation, datacite
from tests.release.notes import release_notes
from tests.release.offline import check_alone, download
from tests.release.repository import ROOT, ReleaseRefused, check_releasable, commit_time, version

__all__ = ["release"]


def release(root: Path, say: Callable[[str], None]) -> Path:
    """Build, check and describe what is committed; gives the folder. Raises ReleaseRefused, and then leaves dist/."""
    check_releasable(root)
    epoch, number = commit_time(root), version(root)
    day = datetime.fromtimestamp(epoch, UTC).date()
    notes = release_notes((root / "CHANGELOG.md").read_text(encoding="utf-8"), f"Subsidia {number} ({day})")
    with TemporaryDirectory(prefix="subsidia-dist-") as folder:
        made = Path(folder)
        say(f"building {number} twice, as of {day}")
        _compare(build_twice(root, made, epoch), say)
        packages = root / "build" / "packages"
        download(packages, say)
        (wheel,) = made.glob("*.whl")
        check_alone(wheel, packages, say)
        _describe_data(made, say)
        (made / "NOTES.md").write_text(notes, encoding="utf-8")
        cited = citation((root / "CITATION.cff").read_text(encoding="utf-8"), number, day)
        (made / "CITATION.cff").write_text(cited, encoding="utf-8")
        sums = "".join(f"{sha256_of(path)}  {path.name}\n" for path in sorted(made.iterdir()))
        (made / "SHA256SUMS").write_text(sums, encoding="utf-8")
        target = root / "dist"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        for path in made.iterdir():
            shutil.copyfile(path, target / path.name)
        return target


def _compare(archives: dict[str, tuple[str, str]], say: Callable[[str], None]) -> None:
    for name, (first, second) in archives.items():
        say(f"  {name}\n    {first}\n    {second}")
        if first != second:
            raise ReleaseRefused(f"two builds of {name} have different bytes")


def _describe_data(folder: Path, say: Callable[[str], None]) -> None:
    """Write the casebook's newest edition and its metadata; ReleaseRefused where the tables are not that edition."""
    edition = editions()[-1]
    data = folder / f"subsidia-casebook-{edition.version}.nq"
    data.write_bytes(n_quads(CASEBOOK))
    if sha256_of(data) != edition.digest:
        raise ReleaseRefused(f"the casebook is not its version {edition.version}: python -m loaders.editions VERSION")
    with TemporaryDirectory() as place:
        about = datacite(open_store(Path(place) / "store").snapshot(), edition, data.stat().st_size)
    text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
    data.with_suffix(".datacite.json").write_text(text, encoding="utf-8")
    say(f"the casebook, version {edition.version} of {edition.issued}")


def main() -> int:
    """Make the release; 1 with one line where it is refused."""
    try:
        folder = release(ROOT, lambda words: print(words, flush=True))
    except ReleaseRefused as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    for path in sorted(folder.iterdir()):
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
