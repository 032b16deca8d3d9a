"""Lock: writes the hash-pinned requirements files again from what pyproject.toml and requirements/*.in ask for.

Run with `make lock`. The files name packages, versions and hashes, and no address.
"""

from __future__ import annotations

import subprocess
import sys

_COMMON = (
    "--quiet --generate-hashes --no-emit-index-url --no-emit-find-links "
    "--strip-extras --allow-unsafe --no-header --newline=lf"
)
_FILES = (
    ("requirements/build.lock", "requirements/build.in"),
    ("requirements/run.lock", "pyproject.toml"),
    ("requirements/node.lock", "requirements/node.in"),
    ("requirements/audit.lock", "requirements/audit.in"),
    ("requirements/dev.lock", "-c requirements/run.lock pyproject.toml requirements/dev.in requirements/build.in"),
)


def main() -> None:
    """Compile each lock file in turn; the development one keeps to the product's versions."""
    for target, inputs in _FILES:
        command = [
            sys.executable,
            "-m",
            "piptools",
            "compile",
            *_COMMON.split(),
            "--output-file",
            target,
            *inputs.split(),
        ]
        print(target)
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
