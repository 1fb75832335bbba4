"""PDF annexes of a page: fetched with it, compared with it, never lost for a bad hour; and the index that lists pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.case_player import Answer, Answers, CasePlayer
from tests.unit.pdf_samples import pdf

INDEX = '[[source]]\nid = "site"\nkind = "page"\nurl = "{site}/actions"\nfollow = "/actions/2026/"\nevery = "1h"\n'
ORDER = "".join(
    f"<p>({n}) The duty on semiconductors is {n}0 percent of the value of the goods named in the Annex.</p>"
    for n in range(1, 6)
)


def order(annex: str = "") -> str:
    return (
        f"<html><body><main><h1>Adjusting imports of semiconductors</h1>{ORDER}{annex}</main></body></html>"
    )


def annex(*lines: str) -> Answer:
    return Answer(pdf(list(lines)), type="application/pdf")


def listing(*numbers: int) -> str:
    entries = "".join(
        f"<li><h2><a href='/actions/2026/{n}'>Adjusting imports of semiconductors {n}</a></h2><p>August {n}, 2026</p></li>"
        for n in numbers
    )
    return f"<html><body><main><h1>Actions</h1><ul>{entries}</ul></main></body></html>"


LINK = "<p><a href='/wp-content/uploads/2026/04/ANNEX.pdf'>ANNEX</a></p>"
FILE = "/wp-content/uploads/2026/04/ANNEX.pdf"
OTHER = "/wp-content/uploads/2026/05/ANNEX-revised.pdf"
FIRST = "Goods of heading 8541.10 are covered by this annex."
SECOND = "Goods of heading 8542.31 are covered by this annex."


def start(player: CasePlayer, **more: Answers) -> None:
    reports = player.step(
        {"/actions": listing(1), "/actions/2026/1": order(LINK), FILE: annex(FIRST), **more}
    )
    assert all(report.ok for report in reports.values()), reports


def test_an_annex_replaced_at_its_address_is_sent_with_its_words(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        start(player)
        player.step({FILE: annex(SECOND)})
        (change,) = player.changes()
        assert "8542.31" in change["summary"]["en"]
        assert any(unit.startswith("Annexes › ANNEX") for unit in change["units"])
        player.step()
        assert len(player.changes()) == 1


def test_an_annex_replaced_by_the_same_words_elsewhere_is_a_change_of_its_link(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        start(player)
        player.step({"/actions/2026/1": order(LINK.replace(FILE, OTHER)), OTHER: annex(FIRST)})
        (change,) = player.changes()
        assert change["units"] == ["Links › ANNEX"]
        assert OTHER in change["summary"]["en"]
        assert change["level"] == "medium"


def test_an_annex_first_attached_is_sent_with_its_text(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        player.step({"/actions": listing(1), "/actions/2026/1": order()})
        player.step({"/actions/2026/1": order(LINK), FILE: annex(FIRST)})
        (change,) = player.changes()
        assert "Annexes › ANNEX › Text ¶1" in change["units"]


def test_an_annex_unavailable_for_an_hour_is_never_removed(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        start(player)
        player.step({FILE: Answer("busy", status=503)})
        player.step({FILE: Answer("<html>no pdf</html>", status=200)})
        player.step({"/actions/2026/1": order(LINK + "<p>Amended on May 1, 2026, by the President.</p>")})
        (change,) = player.changes()
        assert not any("Annexes" in unit for unit in change["units"])
        player.step({FILE: annex(SECOND)})
        assert "8542.31" in player.changes()[-1]["summary"]["en"]
        assert len(player.changes()) == 2


def test_an_annex_that_failed_in_the_first_poll_is_no_news_when_it_is_read(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        player.step(
            {"/actions": listing(1), "/actions/2026/1": order(LINK), FILE: Answer("busy", status=503)}
        )
        player.step({FILE: annex(FIRST)})
        assert [change for change in player.changes() if not change["editorial"]] == []
        player.step({FILE: annex(SECOND)})
        assert "8542.31" in player.changes()[-1]["summary"]["en"]


def test_an_annex_that_follows_its_link_is_sent(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        player.step({"/actions": listing(1), "/actions/2026/1": order()})
        player.step({"/actions/2026/1": order(LINK), FILE: Answer("", status=404)})
        player.step({FILE: annex(FIRST)})
        link, text = player.changes()
        assert link["units"] == ["Links › ANNEX"] or "ANNEX" in str(link["units"])
        assert "8541.10" in text["summary"]["en"]


def test_a_new_entry_of_an_index_and_its_page_are_one_record(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        start(player)
        player.step({"/actions": listing(2, 1), "/actions/2026/2": order()})
        (change,) = player.changes()
        assert change["url"].endswith("/actions/2026/2")
        player.step({"/actions": listing(1, 2)})
        assert len(player.changes()) == 1


def test_files_of_the_frame_and_of_other_hosts_are_no_annexes(tmp_path: Path) -> None:
    frame = "<footer><a href='/privacy.pdf'>Privacy</a></footer><p><a href='https://elsewhere.example/x.pdf'>Study</a></p>"
    with CasePlayer(INDEX, tmp_path) as player:
        reports = player.step({"/actions": listing(1), "/actions/2026/1": order() + frame})
        assert all(report.ok for report in reports.values())
        assert not any("pdf" in path for path in player.site.requests)


def test_an_annex_that_is_no_longer_linked_is_sent_and_holds_nothing_for_good(tmp_path: Path) -> None:
    long = annex(*(f"Goods of heading {n:04}.10 are covered by this annex." for n in range(8000, 8050)))
    with CasePlayer(INDEX, tmp_path) as player:
        player.step({"/actions": listing(1), "/actions/2026/1": order(LINK), FILE: long})
        player.step({"/actions/2026/1": order()})
        reports = player.step()
        assert all(report.ok for report in reports.values())
        (change,) = player.changes()
        assert any("Annexes" in unit for unit in change["units"])


LINES = [f"Goods of heading 85{n:02}.10 of the valve schedule are covered by this annex." for n in range(12)]


@pytest.mark.parametrize(
    "element",
    [
        "<object data='{}' type='application/pdf' title='ANNEX'></object>",
        "<iframe src='{}' title='ANNEX'></iframe>",
        "<embed src='{}' type='application/pdf' title='ANNEX'>",
    ],
)
def test_an_embedded_annex_replaced_in_place_is_reported(tmp_path: Path, element: str) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        player.step(
            {"/actions": listing(1), "/actions/2026/1": order(element.format(FILE)), FILE: annex(FIRST)}
        )
        player.step({FILE: annex(SECOND)})
        (change,) = player.changes()
        assert "8542.31" in change["summary"]["en"]


def test_a_truncated_annex_is_quarantined_alone_while_its_page_is_processed(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        player.step({"/actions": listing(1), "/actions/2026/1": order(LINK), FILE: annex(*LINES)})
        whole = pdf(LINES)
        for end in (len(whole) // 2, len(whole) - 8):
            report = player.step({FILE: Answer(whole[:end], type="application/pdf")})["site"]
            assert report.state in {"changed-shape", "failing"}, report
            assert player.changes() == []
        amended = order(LINK + "<p>Amended on May 1, 2026, by the President.</p>")
        assert player.step({"/actions/2026/1": amended})["site"].state != "healthy"
        (change,) = player.changes()
        assert not any("Annexes" in unit for unit in change["units"])
        player.step({FILE: annex(*LINES)})
        assert len(player.changes()) == 1
        player.step({FILE: annex(SECOND, *LINES[1:])})
        assert "8542.31" in player.changes()[-1]["summary"]["en"]


def test_a_large_loss_in_an_annex_is_reported_when_confirmed(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        player.step({"/actions": listing(1), "/actions/2026/1": order(LINK), FILE: annex(*LINES)})
        assert player.step({FILE: annex(*LINES[:2])})["site"].state == "changed-shape"
        assert player.step({FILE: annex(*LINES)})["site"].state == "healthy"
        assert player.changes() == []
        player.step({FILE: annex(*LINES[:2])})
        report = player.step()["site"]
        assert report.state == "healthy", report.held
        (change,) = player.changes()
        assert "characters of the annex ANNEX are gone at once" in change["summary"]["en"]
        assert "別紙「ANNEX」" in change["summary"]["ja"]
