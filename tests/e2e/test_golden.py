"""What the demo gives a user is the same as before, to the letter, on both databases: `tests/golden/`."""

from pathlib import Path

import pytest

from tests.e2e import golden
from tests.shared_state import demo_state, play_in_order, played_demo


@pytest.mark.databases
def test_the_demo_gives_the_golden_files(
    database: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if database == "sqlite":
        state, played = demo_state(tmp_path_factory), played_demo(tmp_path_factory)
    else:
        state = played = tmp_path / "state"
        play_in_order(state)
    names = set()
    for name, text in golden.outputs(state, played):
        names.add(name)
        if text != (golden.FOLDER / name).read_text(encoding="utf-8"):
            (tmp_path / name).write_text(text, encoding="utf-8")
            pytest.fail(
                f"{name} differs: diff {golden.FOLDER / name} {tmp_path / name}; if it is wanted: python -m tests.e2e.golden"
            )
    assert names == {path.name for path in golden.FOLDER.iterdir()}
