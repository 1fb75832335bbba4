"""The recorded case of a mail channel with two recipients, one of which is put off once."""

from __future__ import annotations

from pathlib import Path

from tests.case_player import CasePlayer, case_folder
from tracker.storage.read_queries import open_reader


def test_each_of_two_recipients_gets_the_alert_exactly_once(tmp_path: Path) -> None:
    with CasePlayer.of_folder(case_folder("mail-two-recipients"), tmp_path) as player:
        player.play()
        got = sorted(name for recipients, _ in player.smtp.mails for name in recipients)
        assert got == ["legal@example.test", "trade@example.test"]
        with open_reader(player.state) as opened:
            (sent,) = [row for row in opened.deliveries_in("sent") if row["channel"] == "mail"]
        assert {row["recipient"]: row["state"] for row in sent["recipients"]} == dict.fromkeys(got, "sent")
