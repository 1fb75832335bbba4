"""Lines that several threads log at the start all go to standard error."""

from __future__ import annotations

import threading
import time

import pytest

from tracker import logs


def test_no_line_is_logged_before_the_configuration_is_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = logs._configure

    def slow(json_lines: bool, level: str) -> None:
        time.sleep(0.05)
        honest(json_lines, level)

    monkeypatch.setattr(logs, "_configure", slow)
    logs.configure(json_lines=True)
    threads = [threading.Thread(target=lambda: logs.Logger().info("elected")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("elected") == 4
