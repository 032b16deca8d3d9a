"""Audit: look every locked package up in PyPI's list of known vulnerabilities: `make audit`.

Status 0: nothing is known against any of them; 1: something is, and is printed; 2: it could not be asked of all of
them, as without a network. What could not be asked never passes for clean.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

__all__ = ["verdict"]

LOCK: Final = Path(__file__).parent.parent / "requirements" / "run.lock"
_ASKED: Final = "--require-hashes --disable-pip --strict --progress-spinner off"


def verdict(status: int, printed: str, complained: str) -> tuple[int, str]:
    """Give the status of the audit and what to say, from the status of pip-audit and what it printed on both streams.

    pip-audit ends with 1 in either case: a table of what it found, or no table and an error at the end.
    """
    last = (complained.strip().splitlines() or ["it said nothing"])[-1]
    if status == 0:
        return 0, last
    if printed.strip():
        return 1, printed.rstrip()
    why = "its list cannot be reached; this needs a network" if "ConnectionError" in last else last.split(":", 2)[-1]
    return 2, f"audit: not done: {why.strip()}"


def main() -> int:
    """Run the pip-audit that is named as the first argument."""
    command = [sys.argv[1], "--requirement", str(LOCK), *_ASKED.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    status, words = verdict(done.returncode, done.stdout, done.stderr)
    print(words, file=sys.stderr if status == 2 else sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main())
