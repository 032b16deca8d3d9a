"""Alone: the wheel in an empty environment, from packages on the disk, in a process without a network.

Run by `tests.release.offline` as a script, with the interpreter that makes the environment: it imports nothing of ours.
Arguments: the wheel, the folder of downloaded packages, the lock file, an empty folder, and `cut` where the process has
been cut off from the network. It prints a line for each thing that was checked.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import subprocess
import sys
import time
import urllib.request
import venv
from contextlib import suppress
from pathlib import Path
from typing import Any


def main() -> None:
    """Check everything in turn; what fails ends it with an error."""
    wheel, packages, lock, folder = map(Path, sys.argv[1:5])
    if sys.argv[5:] == ["cut"]:
        loop_back()
    home = folder / "environment"
    venv.create(home, with_pip=True)
    pip: list[str | Path] = [home / "bin" / "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index"]
    run(*pip, "--find-links", packages, "--require-hashes", "--requirement", lock, cwd=folder)
    run(*pip, "--no-deps", wheel, cwd=folder)
    run(home / "bin" / "pip", "--disable-pip-version-check", "check", cwd=folder)
    subsidia, store = home / "bin" / "subsidia", folder / "store"
    said = run(subsidia, "version", cwd=folder).strip()
    assert wheel.name.startswith(f"subsidia-{said}-"), f"{wheel.name} says that it is {said}"
    print(f"  subsidia version: {said}")
    info = json.loads(run(subsidia, "info", "--json", "--store", store, cwd=folder))
    print(f"  a store with the casebook: {info['data']['things']['flow']} flows")
    gaps = json.loads(run(subsidia, "gaps", "--country", "NL", "--json", "--store", store, cwd=folder))
    served = asked(subsidia, store, "/api/v1/gaps?country=NL")
    assert served["data"] == gaps["data"], "the service and the command give other gaps"
    assert gaps["data"], "no gaps in the Netherlands"
    print(f"  subsidia gaps --country NL --json: {len(gaps['data'])} gaps, the same from the service")


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that must succeed, with nothing of the outer environment; give what it printed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=environment(cwd), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr.strip()[-500:]}")
    return done.stdout


def environment(home: Path) -> dict[str, str]:
    """Give the variables of a new user."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "PIP_NO_INDEX": "1"}


def asked(subsidia: Path, store: Path, path: str) -> Any:
    """Start the service, ask it once as soon as it is ready, and end it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(subsidia), "serve", "--port", str(port), "--store", str(store)]
    service = subprocess.Popen(command, env=environment(store.parent), cwd=store.parent, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and service.poll() is None:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).close()
                break
            time.sleep(0.2)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=120) as answer:
            return json.load(answer)
    finally:
        service.terminate()
        service.wait(30)


def loop_back() -> None:
    """Switch on the address of this machine to itself, which a new network has not; there must be no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, 0x8913, request))[1]  # SIOCGIFFLAGS
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", flags | 1))  # SIOCSIFFLAGS, IFF_UP
    others = [name for _, name in socket.if_nameindex() if name != "lo"]
    assert not others, f"there is a network: {', '.join(others)}"


if __name__ == "__main__":
    main()
