"""The house as `docs/architecture.md` draws it: who may import whom, and how large a room may be."""

from __future__ import annotations

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
LIMIT = 500


def test_nothing_imports_what_stands_above_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    verdict = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert verdict == 0, capsys.readouterr().out


def test_no_module_is_longer_than_somebody_reads_in_one_sitting() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text("utf-8").splitlines())
        for folder in ("tracker", "tests", "bench", "fuzz")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert lengths
    assert {path: length for path, length in lengths.items() if length > LIMIT} == {}


def test_every_module_says_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in (ROOT / "tracker").rglob("*.py")
        if path.read_text("utf-8").strip()
        and not path.read_text("utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert silent == []
