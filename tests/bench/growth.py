"""Report how Subsidia grows: `python -m tests.bench.growth 10000 100000 1000000`.

Made-up graphs of those sizes, with governance that wakes every rule, are generated, loaded, projected into columns,
summed, asked by every rule, and served; each stage in a process of its own, within a limit of processor time. What does
not end is told as such, and not tried at a larger size. Told are seconds of processor and of the clock, the peak of
memory, bytes on the disk, the exponents of a power law fitted to them (least squares of the logarithms), and what broke
first. The sums of the matrix are held to those that plain Python makes of the generated flows.

`--output` gets everything as JSON after each stage; `--markdown` the tables. `--stages` takes only some questions.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.exponents import as_markdown
from tests.bench.growing import PAGES, PARTS, Limits, Taken, size_up
from tests.bench.report import machine

__all__ = ["SHORT", "grow"]

SHORT: Final = (1_000, 10_000, 100_000)
_PLACE_A_FLOW: Final = 8_000  # bytes on the disk while a size is measured: N-Quads, store and draft


def grow(
    sizes: Iterable[int],
    limits: Limits,
    told: Callable[[Taken], None],
    names: Sequence[str] = (*PARTS, *PAGES),
    folder: Path | None = None,
) -> list[Taken]:
    """Measure each size in turn, the smallest first; `told` hears of each stage as it ends.

    A size for which there is no room on the disk is told as such, and those above it are not begun.
    """
    taken: list[Taken] = []
    for count in sorted(set(sizes)):
        with TemporaryDirectory(prefix="subsidia-growth-", dir=folder) as place:
            room = shutil.disk_usage(place).free
            if room < count * _PLACE_A_FLOW:
                taken.append(Taken("generate", count, why=f"no room: {room / 1e9:.0f} GB are free"))
                told(taken[-1])
                break
            left_out = {each.stage for each in taken if each.why}
            for each in size_up(count, Path(place), limits, left_out, names):
                taken.append(each)
                told(each)
            if taken[-1].stage in {"generate", "load"}:
                break
    return taken


def main() -> None:
    """Measure, tell each stage as it ends, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description="Report how Subsidia grows.")
    parser.add_argument("sizes", nargs="*", type=int, default=list(SHORT), metavar="FLOWS")
    parser.add_argument("--limit", type=int, default=Limits().question, help="seconds of processor for a question")
    parser.add_argument("--load-limit", type=int, default=Limits().load, help="the same to generate, load or project")
    parser.add_argument("--stages", nargs="+", choices=(*PARTS, *PAGES), default=[*PARTS, *PAGES], metavar="STAGE")
    parser.add_argument("--folder", type=Path, help="where there is room; else the folder for temporary files")
    parser.add_argument("--output", type=Path, default=Path("growth-results.json"))
    parser.add_argument("--markdown", type=Path, help="a file for the tables")
    given = parser.parse_args()
    found: list[Taken] = []

    def told(each: Taken) -> None:
        found.append(each)
        print(f"… {each}", file=sys.stderr, flush=True)
        text = json.dumps({"machine": machine(), "stages": [asdict(one) for one in found]}, indent=1)
        given.output.write_text(text + "\n", encoding="utf-8")

    try:
        grow(given.sizes, Limits(given.limit, given.load_limit), told, given.stages, given.folder)
    except KeyboardInterrupt:
        print("… stopped: the tables are of what was measured until then", file=sys.stderr)
    tables = as_markdown(found)
    if given.markdown:
        given.markdown.write_text(tables, encoding="utf-8")
    print(tables)


if __name__ == "__main__":
    main()
