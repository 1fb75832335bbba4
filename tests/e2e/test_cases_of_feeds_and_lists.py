"""The recorded cases of encodings, feeds and lists, played: what is right stands in each case's `expected.md`."""

from __future__ import annotations

from pathlib import Path

from tests.case_player import CasePlayer, case_folder


def test_the_recorded_case_of_encodings(tmp_path: Path) -> None:
    with CasePlayer.of_folder(case_folder("encodings"), tmp_path) as player:
        reports = player.play()
        assert all(report.ok for step in reports for report in step.values())
        told = {change["source"]: str(change) for change in player.changes()}
        assert len(player.changes()) == 4
    for source, words in (("sj", "髙"), ("sj", "①"), ("gb", "镕"), ("u16", "20 days"), ("feed", "①")):
        assert words in told[source]


def test_the_recorded_case_of_a_feed_with_one_id_for_all(tmp_path: Path) -> None:
    with CasePlayer.of_folder(case_folder("feed-same-guid"), tmp_path) as player:
        player.play()
        told = player.changes()
        assert sorted(change["title"] for change in told) == [
            "Denial order against a trader",
            "Rule on gate-all-around chips",
            "Section 232 duty on chips",
        ]
        assert sorted(change["url"].rpartition("/")[2] for change in told) == ["2", "3", "4"]
        assert len(player.changes(baseline=True)) == 4
