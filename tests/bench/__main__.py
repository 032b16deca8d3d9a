"""Run the benchmark: `python -m tests.bench [--flows 500000] [--seed 1]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.report import as_table, machine, write_json
from tests.bench.stages import Asked, run


def main() -> None:
    """Measure in a temporary folder, write the figures as JSON and print them as a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure Subsidia beside its peers.")
    parser.add_argument("--flows", type=int, default=500_000, help="flows of the generated graph")
    parser.add_argument("--slice", type=int, default=13_500, help="flows of the smaller graph that rdflib works on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=int, default=500, help="queries for one flow")
    parser.add_argument("--output", type=Path, default=Path("bench-results.json"))
    given = parser.parse_args()
    asked = Asked(given.flows, min(given.slice, given.flows), given.seed, given.points)
    with TemporaryDirectory(prefix="subsidia-bench-") as folder:
        notes, figures = run(asked, Path(folder), lambda words: print(f"… {words}", file=sys.stderr, flush=True))
    facts = {"machine": machine(), "notes": notes}
    write_json(given.output, facts, figures)
    print(as_table(facts, figures))


if __name__ == "__main__":
    main()
