"""Debian's nginx with the configuration that the guide gives (docs/operations/nginx.conf), in front of services."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

__all__ = ["behind_nginx"]

EXAMPLE: Final = Path(__file__).parents[1] / "docs" / "operations" / "nginx.conf"
CONFIGURATION: Final = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ }}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {example}
}}
"""


@contextmanager
def behind_nginx(folder: Path, *ports: int) -> Iterator[int]:
    """Run nginx in front of one or two services on the ports, as https://data.example.org/kg/; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = "user root;" if os.getuid() == 0 else ""
    text = CONFIGURATION.format(folder=folder, user=user, example=_example(folder, port, ports))
    (folder / "nginx.conf").write_text(text)
    process = subprocess.Popen([_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _nginx() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        words = "NO NGINX ON THIS MACHINE: nothing is tested behind a proxy (apt-get install nginx-light)"
        if os.environ.get("SUBSIDIA_REQUIRE_ENGINES"):
            pytest.fail(words)
        pytest.skip(words)
    return found


def _example(folder: Path, port: int, behind: Sequence[int]) -> str:
    """Give the configuration of the guide, its ports and what is said of the outside as the tests have them."""
    changes = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "127.0.0.1:8001": f"127.0.0.1:{behind[0]}",
        "    server 127.0.0.1:8002 max_fails=0;\n": "",
        "/var/lib/nginx/subsidia": f"{folder}/pages",
        "X-Forwarded-Proto $scheme": "X-Forwarded-Proto https",
        "X-Forwarded-Host $http_host": "X-Forwarded-Host data.example.org",
    }
    if len(behind) > 1:
        del changes["    server 127.0.0.1:8002 max_fails=0;\n"]
        changes["127.0.0.1:8002"] = f"127.0.0.1:{behind[1]}"
    text = EXAMPLE.read_text()
    for said, meant in changes.items():
        assert said in text
        text = text.replace(said, meant)
    return text


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/kg/health/live")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    pytest.fail("nginx did not start")
