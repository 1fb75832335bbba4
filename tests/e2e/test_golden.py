"""What the demo gives a user is the same as before, to the letter: `tests/golden/`."""

from pathlib import Path

import pytest

from tests.e2e import golden


def test_the_demo_gives_the_golden_files(tmp_path: Path) -> None:
    names = set()
    for name, text in golden.outputs(tmp_path / "state"):
        names.add(name)
        if text != (golden.FOLDER / name).read_text(encoding="utf-8"):
            (tmp_path / name).write_text(text, encoding="utf-8")
            pytest.fail(
                f"{name} differs: diff {golden.FOLDER / name} {tmp_path / name}; if it is wanted: python -m tests.e2e.golden"
            )
    assert names == {path.name for path in golden.FOLDER.iterdir()}
