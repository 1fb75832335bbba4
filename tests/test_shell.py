"""What a stranger meets first: make, the lock, the container, the CI script."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from bench import report

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
NORMAL = re.compile(r"[-_.]+")

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def name_of(requirement: str) -> str:
    """The normalized package name at the start of a requirement."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None, requirement
    return NORMAL.sub("-", found[0]).lower()


def locked() -> dict[str, str]:
    """Each locked package with its block of lines."""
    blocks = re.findall(r"^[a-z0-9][^\n]*(?:\n +[^\n]*)*", LOCK, re.MULTILINE)
    return {name_of(block): block for block in blocks}


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


# --- the lock -----------------------------------------------------------------------------------


def test_every_requirement_of_pyproject_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    missing = {name_of(requirement) for requirement in wanted} - set(locked())
    assert missing == set(), "run `make lock`"


def test_everything_locked_has_a_version_and_hashes() -> None:
    assert locked()
    for name, block in locked().items():
        assert re.match(r"\S+==\S+", block), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), name


def test_the_lock_names_no_index_and_no_machine() -> None:
    foreign = [
        line
        for line in LOCK.splitlines()
        if "://" in line or "/tmp" in line or re.match(r"\s*-(?!-hash)", line)
    ]
    assert foreign == []


# --- make ---------------------------------------------------------------------------------------


@needs_make
def test_make_alone_explains_itself() -> None:
    output = make().stdout
    for target in ("demo", "run", "test", "check", "bench"):
        assert f"make {target}" in output


def fake_python(folder: Path, script: str) -> Path:
    path = folder / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


@needs_make
@pytest.mark.parametrize(
    ("script", "output"),
    [
        (
            'case "$*" in --version) echo Python 3.9.2;; *version_info*) exit 1;; esac',
            "Python 3.9.2 is too old",
        ),
        ('case "$*" in *ensurepip*) exit 1;; esac', "apt install python3-venv"),
    ],
)
def test_a_missing_part_is_reported_in_one_line(tmp_path: Path, script: str, output: str) -> None:
    outcome = make("test", f"VENV={tmp_path / 'venv'}", f"PYTHON={fake_python(tmp_path, script)}")
    assert outcome.returncode != 0
    lines = [line for line in outcome.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    assert output in lines[0]


@needs_make
def test_no_python_at_all_is_reported_in_one_line(tmp_path: Path) -> None:
    outcome = make("demo", f"VENV={tmp_path / 'venv'}", "PYTHON=no-such-python")
    assert outcome.returncode != 0
    lines = [line for line in outcome.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    assert "no-such-python is not installed" in lines[0]


# --- the container and CI -----------------------------------------------------------------------


def test_files_that_the_container_copies_exist_and_reach_the_builder() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    kept = {
        line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")
    }
    names = [name for line in copied for name in line.split()]
    assert names
    for name in names:
        assert (ROOT / name).exists(), name
        assert name in kept, f"{name} is held back by .dockerignore"


def test_the_container_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in {"root", "0"}


def test_the_container_installs_only_locked_packages_and_writes_only_its_state() -> None:
    building = (ROOT / "Dockerfile").read_text("utf-8")
    fetched = [
        line for line in building.splitlines() if re.search(r"\bpip\b.*\b(install|download|wheel)\b", line)
    ]
    fetched = [line for line in fetched if not line.startswith("#")]
    assert fetched
    assert all("--require-hashes" in line or "--no-index" in line for line in fetched), fetched
    composed = (ROOT / "compose.yaml").read_text("utf-8")
    for line in (
        "read_only: true",
        "tmpfs: [/tmp]",
        "cap_drop: [ALL]",
        'security_opt: ["no-new-privileges:true"]',
    ):
        assert line in composed


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    for command in ("make test", "make check"):
        assert command in script.read_text("utf-8")
        assert command in (ROOT / "README.md").read_text("utf-8")


# --- the benchmarks' page -----------------------------------------------------------------------


def test_a_benchmark_writes_its_own_block_and_no_other(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    report.write("one", "first", command="make one", page=page)
    report.write("two", "second", command="make two", page=page)
    page.write_text(page.read_text("utf-8") + "\nwritten by hand\n", "utf-8")
    report.write("one", "third", command="make one", page=page)
    text = page.read_text("utf-8")
    assert "first" not in text
    assert text.index("third") < text.index("second") < text.index("written by hand")
    assert text.count("make one") == 1


def test_a_block_that_was_left_open_is_not_guessed_at(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("<!-- bench: one -->\nfigures", "utf-8")
    with pytest.raises(ValueError, match="not closed"):
        report.write("one", "new", command="make one", page=page)
    assert page.read_text("utf-8") == "<!-- bench: one -->\nfigures"


# --- the tree -----------------------------------------------------------------------------------


def committed() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git here: what is committed cannot be told")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


# Written with brackets, so that this file does not name what no file may name.
REGISTRIES = re.compile(r"p[y]pi\.org|p[y]thonhosted|registry\.n[p]mjs|d[e]b\.debian")
MACHINES = re.compile(r"(?<![\w.])/(?:root|work|home/\w+)/\w")


def test_no_committed_file_names_a_registry_or_somebodys_machine() -> None:
    found = []
    for path in committed():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
            for number, line in enumerate(text.splitlines(), 1)
            if REGISTRIES.search(line) or MACHINES.search(line)
        ]
    assert found == []
