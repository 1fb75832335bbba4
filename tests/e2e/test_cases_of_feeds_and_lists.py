"""The recorded cases of encodings, feeds and lists, played: each case's `expected.md` has the expected result."""

from __future__ import annotations

from pathlib import Path

from tests.case_player import CasePlayer, case_folder


def test_the_recorded_case_of_encodings(tmp_path: Path) -> None:
    with CasePlayer.of_folder(case_folder("encodings"), tmp_path) as player:
        reports = player.play()
        assert all(report.ok for step in reports for report in step.values())
        alerted = {change["source"]: str(change) for change in player.changes()}
        assert len(player.changes()) == 4
    for source, words in (("sj", "髙"), ("sj", "①"), ("gb", "镕"), ("u16", "20 days"), ("feed", "①")):
        assert words in alerted[source]


def test_the_recorded_case_of_a_feed_with_one_id_for_all(tmp_path: Path) -> None:
    with CasePlayer.of_folder(case_folder("feed-same-guid"), tmp_path) as player:
        player.play()
        alerted = player.changes()
        assert sorted(change["title"] for change in alerted) == [
            "Denial order against a trader",
            "Rule on gate-all-around chips",
            "Section 232 duty on chips",
        ]
        assert sorted(change["url"].rpartition("/")[2] for change in alerted) == ["2", "3", "4"]
        assert len(player.changes(baseline=True)) == 4


def test_the_recorded_case_of_a_list_that_is_missing_once(tmp_path: Path) -> None:
    with CasePlayer.of_folder(case_folder("list-part-missing"), tmp_path) as player:
        reports = [step["csl"] for step in player.play()]
        assert [report.state for report in reports] == [
            "healthy", "changed-shape", "healthy", "changed-shape", "healthy",
        ]  # fmt: skip
        assert "the list Entity List (EL)" in reports[1].reason
        assert "is no longer in the file" in reports[1].reason
        assert "the list Military End User (MEU) List" in reports[3].reason
        assert player.changes() == []
        assert [alert for alert in player.alerts if "level" in alert] == []


def test_the_recorded_case_of_half_a_page_and_half_a_list_for_once(tmp_path: Path) -> None:
    with CasePlayer.of_folder(case_folder("half-once"), tmp_path) as player:
        first, second, third = player.play()
        assert {report.state for report in (*first.values(), *third.values())} == {"healthy"}
        assert {report.state for report in second.values()} == {"changed-shape"}
        assert "27 of 60 parties" in second["csl"].reason
        assert player.changes() == []
