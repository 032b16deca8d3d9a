"""The archives: two builds give the same bytes; the wheel, away from the checkout, is the whole product."""

from __future__ import annotations

import json
import site
import subprocess
import tarfile
import venv
from pathlib import Path

import pytest

from tests.release.building import build_twice
from tests.release.repository import ROOT


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that must succeed, with no package index to ask; give what it printed."""
    environment = {"PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1", "HOME": str(cwd)}
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_brings_everything_that_the_command_needs(tmp_path: Path) -> None:
    archives = build_twice(ROOT, tmp_path, 1_700_000_000)
    assert {Path(name).suffix for name in archives} == {".whl", ".gz"}
    for name, (first, second) in archives.items():
        assert first == second, f"two builds of {name} have different bytes"
    (wheel,), (sdist,) = tmp_path.glob("subsidia-*.whl"), tmp_path.glob("subsidia-*.tar.gz")
    with tarfile.open(sdist) as archive:
        modes = {name.partition("/")[2]: archive.getmember(name).mode for name in archive.getnames()}
    assert (modes[".ci/run"], modes["pyproject.toml"]) == (0o755, 0o644)
    home = tmp_path / "elsewhere"
    venv.create(home, with_pip=True)
    run(home / "bin" / "pip", "install", "--quiet", "--no-deps", wheel, cwd=tmp_path)
    # the dependencies are those of this environment, so that no index is asked; the checkout itself is not on the path
    (packages,) = (home / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")

    where = run(home / "bin" / "python", "-c", "import api.app; print(api.app.__file__)", cwd=tmp_path)
    assert where.startswith(str(home))
    guide = "from api.documents import document; print(document('start', '').title)"
    assert run(home / "bin" / "python", "-c", guide, cwd=tmp_path) == "Start in five minutes\n"
    info = json.loads(run(home / "bin" / "subsidia", "info", "--json", cwd=tmp_path))
    assert info["data"]["things"]["flow"] > 90
    static = json.loads(
        run(
            home / "bin" / "python",
            "-c",
            "import json; from visualisations.render import STATIC; "
            "print(json.dumps(sorted(p.name for p in (STATIC / 'vendor').iterdir())))",
            cwd=tmp_path,
        )
    )
    assert any("echarts" in name for name in static)
    assert any("vis-network" in name for name in static)
