"""The example plug-in, built and installed from its own folder, in a run of its own: source, channel and exporter."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.standin.server import StandIn

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "plugin"
BROKEN = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "tracker-broken"
version = "1.0"
[project.entry-points."tracker.sources"]
broken = "no_such_module:KIND"
odd = "tracker.sources.feed:LISTING"
twin = "tracker.sources.page:KIND"
[project.entry-points."tracker.exporters"]
broken = "no_such_module:export"
[tool.setuptools]
py-modules = []
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment, into which pip installs both plug-ins from their folders, without any network. The
    packages of tracker itself are those of this environment."""
    folder = tmp_path_factory.mktemp("plugins")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "tracker-under-test.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n", "utf-8")
    shutil.copytree(EXAMPLE, folder / "example", ignore=shutil.ignore_patterns("build", "*.egg-info"))
    (folder / "broken").mkdir()
    (folder / "broken" / "pyproject.toml").write_text(BROKEN, "utf-8")
    for name in ("example", "broken"):
        subprocess.run(
            [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--disable-pip-version-check", "--no-deps",
             "--no-build-isolation", "--no-index", folder / name],
            check=True, capture_output=True,
        )  # fmt: skip
    return python


def tracker(fresh: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TRACKER_STATE": str(folder / "state")}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [fresh, "-m", "tracker", *arguments, "--config", str(folder / "sources.toml")],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def board(*titles: str) -> bytes:
    notices: list[dict[str, Any]] = [
        {
            "number": f"N-{number}",
            "title": title,
            "link": f"https://board.example/{number}",
            "day": "2026-05-04",
            "text": f"{title}. The Bureau of Industry and Security amends the Export Administration Regulations.",
        }
        for number, title in enumerate(titles)
    ]
    return json.dumps({"notices": notices}).encode()


def test_the_example_is_polled_delivered_and_exported(fresh: Path, tmp_path: Path, standin: StandIn) -> None:
    (tmp_path / "spool").mkdir()
    host = standin.url.partition("//")[2]
    (tmp_path / "sources.toml").write_text(
        f'[tracker]\ncontact = "test@example.co.jp"\n[[host]]\nname = "{host}"\nrate = 500\n'
        f'[[source]]\nid = "board"\nkind = "notice-board"\nurl = "{standin.url}/notices.json"\n'
        f'[[channel]]\nid = "files"\nurl = "spool://{tmp_path}/spool"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["files"]\n',
        "utf-8",
    )
    standin.put_page("/notices.json", board("New license requirement for gate valves under ECCN 3B001"))
    first = tracker(fresh, tmp_path, "poll")
    assert first.returncode == 0, first.stderr
    assert not list((tmp_path / "spool").iterdir()), "a baseline alerts nobody"
    standin.put_page(
        "/notices.json",
        board(
            "New license requirement for gate valves under ECCN 3B001",
            "BIS adds a license requirement for vacuum pumps under ECCN 2B999",
        ),
    )
    second = tracker(fresh, tmp_path, "poll")
    assert second.returncode == 0, second.stderr
    (alert,) = (json.loads(path.read_text("utf-8")) for path in (tmp_path / "spool").glob("*.json"))
    assert "vacuum pumps" in alert["title"]
    standin.put_page("/notices.json", b"<html>maintenance</html>")
    third = tracker(fresh, tmp_path, "poll")
    assert third.returncode == 1
    assert "not a board of notices" in third.stdout + third.stderr
    exported = tracker(fresh, tmp_path, "export", "--with", "csv", "-o", str(tmp_path / "out"))
    assert exported.returncode == 0, exported.stderr
    text = (tmp_path / "out" / "changes.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["title"] for row in rows} >= {
        "BIS adds a license requirement for vacuum pumps under ECCN 2B999"
    }


def test_a_plug_in_that_cannot_be_loaded_says_why_and_stops_nothing_else(fresh: Path, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(
        '[tracker]\ncontact = "test@example.co.jp"\n[[source]]\nid = "x"\nkind = "broken"\nurl = "https://a.example/"\n',
        "utf-8",
    )
    refused = tracker(fresh, tmp_path, "check")
    assert refused.returncode == 2
    assert "plug-in broken (no_such_module:KIND) cannot be loaded: ModuleNotFoundError" in refused.stderr
    assert "no_such_module" in tracker(fresh, tmp_path, "export", "--with", "broken", "-o", "out").stderr
    unknown = tracker(fresh, tmp_path, "export", "--with", "xml", "-o", "out").stderr
    assert "no exporter has the name 'xml': csv" in unknown
