"""Notices around the main text, and what has no words, as a poll sees them."""

from __future__ import annotations

from pathlib import Path

from tests.case_player import CasePlayer, case_folder
from tests.recorded import recorded

LAW = "<h1>Licenses</h1>" + (
    "<p>The Export Administration Regulations decide which exports of equipment need a license.</p>" * 3
)
NOTICE = "BIS will deny licenses for exports of 3B001 equipment to China."
ONE = '[[source]]\nid = "page"\nkind = "page"\nurl = "{site}/page"\nevery = "1h"\n'
SOURCE = '[[source]]\nid = "site"\nkind = "page"\nurl = "{site}/start"\nfollow = "/page/"\nevery = "1h"\n'


def page(main: str = LAW, around: str = "") -> str:
    return f"<html><body>{around}<main>{main}</main><footer>Contact</footer></body></html>"


def test_the_recorded_case_of_notices(tmp_path: Path) -> None:
    with CasePlayer.of_folder(case_folder("notice-in-main-text"), tmp_path) as player:
        reports = player.play()
        assert all(report.ok for step in reports for report in step.values())
        for source in ("alert", "aside", "sidebar"):
            records = [change for change in player.changes() if change["source"] == source]
            assert len(records) == 3
            assert all("ownership rule" in change["summary"]["en"] for change in records)


def test_the_recorded_case_of_link_targets_as_a_polled_page(tmp_path: Path) -> None:
    with CasePlayer(ONE, tmp_path) as player:
        for name in ("before", "after-link", "after-annex", "after-image"):
            player.step({"/page": recorded(f"cases/link-target/{name}.html")})
        changes = player.changes()
        assert [change["level"] != "none" for change in changes] == [True] * 3
        assert "ownership-2026-11.pdf" in changes[0]["summary"]["en"]


def test_an_absolute_address_and_a_cache_breaker_make_no_record(tmp_path: Path) -> None:
    with CasePlayer(ONE, tmp_path) as player:
        for href in ("/files/forms.pdf", "{site}/files/forms.pdf", "/files/forms.pdf?v=8"):
            player.step({"/page": page(f"{LAW}<p>Read <a href='{href}'>Forms</a> first.</p>")})
        assert player.changes() == []


def test_a_notice_around_the_main_text_is_judged_by_its_own_words(tmp_path: Path) -> None:
    with CasePlayer(ONE, tmp_path) as player:
        player.step({"/page": page()})
        player.step({"/page": page(around=f"<div class='banner'>{NOTICE}</div>")})
        player.step({"/page": page()})
        player.step()  # a text that the page had before is confirmed by another poll
        added, went = player.changes()
    assert added["level"] == "high"
    assert NOTICE in added["summary"]["en"]
    assert NOTICE in went["summary"]["en"]


def test_words_of_no_field_around_the_main_text_are_low(tmp_path: Path) -> None:
    with CasePlayer(ONE, tmp_path) as player:
        player.step({"/page": page()})
        player.step({"/page": page(around="<div class='banner'>The cafeteria is closed today.</div>")})
        (change,) = player.changes()
    assert change["level"] == "low"
    assert "around the main text" in change["reason"]["en"]


def test_one_banner_on_many_pages_is_one_record(tmp_path: Path) -> None:
    links = "".join(f"<li><a href='/page/{n}'>Guide number {n}</a></li>" for n in range(5))
    start = f"<h1>Guides</h1><p>All guides of the agency, by number.</p><ul>{links}</ul>"

    def site(banner: str) -> dict[str, str]:
        around = f"<div class='banner'>{banner}</div>" if banner else ""
        pages = {f"/page/{n}": page(LAW.replace("Licenses", f"Guide {n}"), around) for n in range(5)}
        return {"/start": page(start, around), **pages}

    with CasePlayer(SOURCE, tmp_path) as player:
        player.step(site("Updated on Monday."))
        player.step(site("Updated on Tuesday."))
        records = player.changes()
        assert len([change for change in records if not change["editorial"]]) == 1
        assert len(player.alerts) == 1
        player.step(site("Updated on Wednesday."))
        assert len(player.alerts) == 2


def test_a_notice_that_appears_changes_and_disappears_is_three_records(tmp_path: Path) -> None:
    """The last text is the first one's: a server lags behind by one state, not by two."""
    with CasePlayer(ONE, tmp_path) as player:
        for words in ("", "The rule is suspended until May.", "The rule applies again.", ""):
            player.step({"/page": page(f"{LAW}<div role='alert'><p>{words}</p></div>")})
        assert len(player.changes()) == 3
