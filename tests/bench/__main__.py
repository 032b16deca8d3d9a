"""Run the benchmark, growth and peers: `python -m tests.bench [--flows 500000] [--seed 1] [--growth FLOWS …]`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.exponents import as_markdown
from tests.bench.growing import Limits
from tests.bench.growth import SHORT, grow
from tests.bench.report import as_table, machine, write_json
from tests.bench.stages import Asked, run

_QUESTION = 20  # seconds of processor time for a question of the growth table, which is the short form of a report


def main() -> None:
    """Measure growth, then Subsidia beside its peers; write the figures as JSON and print them as tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure Subsidia beside its peers.")
    parser.add_argument("--flows", type=int, default=500_000, help="flows of the generated graph")
    parser.add_argument("--slice", type=int, default=13_500, help="flows of the smaller graph that rdflib works on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=int, default=500, help="queries for one flow")
    parser.add_argument("--output", type=Path, default=Path("bench-results.json"))
    parser.add_argument("--growth", type=int, nargs="*", default=list(SHORT), help="sizes of the growth table")
    given = parser.parse_args()
    asked = Asked(given.flows, min(given.slice, given.flows), given.seed, given.points)
    grown = grow(given.growth, Limits(_QUESTION), lambda each: print(f"… {each}", file=sys.stderr, flush=True))
    with TemporaryDirectory(prefix="subsidia-bench-") as folder:
        notes, figures = run(asked, Path(folder), lambda words: print(f"… {words}", file=sys.stderr, flush=True))
    facts = {"machine": machine(), "notes": notes, "growth": [asdict(each) for each in grown]}
    write_json(given.output, facts, figures)
    print(as_table(facts, figures))
    if grown:
        print(f"\n{as_markdown(grown)}")


if __name__ == "__main__":
    main()
