"""A short text in place of a long one, and pages that only speak of walls and maintenance, are reported; walls, notices and empty
shells are a state of the source for as long as they last."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.case_player import Answer, CasePlayer
from tracker.storage import changes
from tracker.storage.database import Store

SOURCE = '[[source]]\nid = "page"\nkind = "page"\nurl = "{site}/page"\nevery = "1h"\n'
TEXT = [
    f"A person may not export valves of type {name} without a license from the Bureau, as section {n} of the rules says."
    for n, name in enumerate(("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"))
]  # fmt: skip


def site(*lines: str, title: str = "Valves", head: str = "") -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f"<html><head><title>{title} | Bureau of Valves</title>{head}</head><body><header><a href='/'>Bureau of Valves</a></header>"
        f"<main><h1>{title}</h1>{body}</main><footer><p>Bureau of Valves</p></footer></body></html>"
    )


def reported(player: CasePlayer) -> list[str]:
    """Return the added words, by change, oldest first."""
    with Store(player.state).read() as connection:
        return [
            " | ".join(operation.after for operation in changes.operations(connection, change["id"]))
            for change in player.changes()
        ]


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("These instructions are withdrawn as of today.", "high"),
        ("Revoked.", "high"),
        ("The instructions moved to another chapter of the handbook of the Bureau.", "medium"),
    ],
)
def test_a_short_text_in_place_of_a_long_one_is_reported_by_the_next_poll(
    tmp_path: Path, words: str, level: str
) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(*TEXT)})
        first = player.step({"/page": site(words)})["page"]
        assert (first.state, player.changes()) == ("changed-shape", [])
        assert "believed if it is still so" in first.reason
        assert player.step({}, minutes=5)["page"].state == "changed-shape", "ten minutes at least"
        assert player.step()["page"].state == "healthy"
        (change,) = player.changes()
        assert change["summary"]["en"].startswith("Most of the text is gone")
        assert words in change["summary"]["en"]
        assert (change["level"], change["direction"]) == (level, None)
        player.step({"/page": site(words, "A license is no longer needed for valves.")})
        assert len(player.changes()) == 2


def test_short_texts_that_differ_confirm_nothing_and_a_page_cut_off_is_never_believed(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(*TEXT)})
        for n in (1, 2, 3):
            assert player.step({"/page": site(*TEXT[:n])})["page"].state == "changed-shape"
        cut = site(*TEXT)[:600]
        for _ in range(3):
            assert "ends in the middle" in player.step({"/page": cut})["page"].reason
        assert player.step({"/page": site(*TEXT)})["page"].state == "healthy"
        assert player.changes() == []


def test_a_page_that_leaves_its_closing_tags_out_is_read_on(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(*TEXT)})
        closed = site(*TEXT, "Valves of type lambda need no license.")
        open_ = closed.replace("</body></html>", "")
        assert player.step({"/page": open_})["page"].state == "changed-shape"
        assert player.step()["page"].state == "healthy"
        assert len(player.changes()) == 1


NOTICES = [
    "The filing system is temporarily unavailable.",
    "The filing system undergoes scheduled maintenance on Friday; file valve licenses by mail.",
    "Lists of access denied to the port are published here.",
    "The portal may show a CAPTCHA before it takes an application.",
    "This website is down for maintenance every Sunday.",
    "If a page is not found, an error occurred, or you see 404 not found, write to the Bureau.",
]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_on_the_known_page_is_reported_at_once_and_hides_nothing_after_it(
    tmp_path: Path, notice: str
) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(*TEXT)})
        assert player.step({"/page": site(notice, *TEXT)})["page"].state == "healthy"
        player.step({"/page": site(notice, *TEXT[1:], "Valves of type alpha are free of any license.")})
        found = reported(player)
        assert len(found) == 2
        assert notice[:40] in found[0]
        assert "type alpha are free" in found[1]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_page_that_has_such_a_notice_from_the_beginning_is_watched(tmp_path: Path, notice: str) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        assert player.step({"/page": site(notice, *TEXT)})["page"].state == "healthy"
        player.step({"/page": site(notice, *TEXT[1:], "Valves of type alpha are free of any license.")})
        assert "type alpha are free" in reported(player)[0]


@pytest.mark.parametrize(
    "title",
    [
        "Aircraft Valve Maintenance",
        "Maintenance and Repair of Valves Abroad",
        "CAPTCHA Rules for Filing Robots",
        "Access Denied Lists of the Bureau",
        "Request Access to Controlled Drawings",
        "Page Not Found: What to Do",
        "Security Check of Consignees",
        "An Error Occurred in the Valve List",
    ],
)
def test_the_words_of_a_title_keep_no_page_from_being_read(tmp_path: Path, title: str) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        assert player.step({"/page": site(*TEXT, title=title)})["page"].state == "healthy"
        player.step({"/page": site(*TEXT[1:], "Valves of type alpha are free of any license.", title=title)})
        assert "type alpha are free" in reported(player)[0]


@pytest.mark.parametrize(
    "body",
    [
        site("We are sorry. This website is down for scheduled maintenance.", "Please come back later."),
        site("You don't have permission to access this page.", title="Access Denied"),
        site("Verify that you are human.", "Reference 0123456789.", title="Just a moment..."),
        site("Please log in to continue.", "User name", "Password", title="Welcome"),
        site("The page you requested could not be found.", "Use the search."),
        site("Something went wrong. Please try again later.", title="Valves"),
    ],
)
def test_a_wall_or_a_notice_alone_is_quarantined_while_it_lasts(tmp_path: Path, body: str) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(*TEXT)})
        for _ in range(4):
            assert player.step({"/page": body})["page"].state in {"changed-shape", "blocked"}
        assert player.changes() == []
        player.step({"/page": site(*TEXT[1:], "Valves of type alpha are free of any license.")})
        assert "type alpha are free" in reported(player)[0]


def test_a_text_that_may_be_a_notice_is_reported_with_the_doubt(tmp_path: Path) -> None:
    words = "License exception VLV is temporarily unavailable. Exports of valves need a license from today."
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(*TEXT[:3])})
        assert player.step({"/page": site(words)})["page"].state == "changed-shape"
        assert player.step()["page"].state == "healthy"
        (change,) = player.changes()
        assert "may be a notice that the service is unavailable" in change["summary"]["en"]
        assert "サービス停止" in change["summary"]["ja"]
        assert "Exports of valves need a license from today" in change["summary"]["en"]


SHELLS = [
    "<html><head><title>Valves</title><script src='/app.js'></script></head><body><div id='root'></div></body></html>",
    "<html><head><title>Valves</title></head><body><main><h1>Valves</h1><div class='spin'>Loading…</div></main>"
    "<script type='application/json'>{\"text\": \"A license is needed\"}</script></body></html>",
    "<html><head><title>Valves</title></head><body><div id='__next'><p>Loading...</p></div>"
    "<script id='__NEXT_DATA__' type='application/json'>{\"page\": \"A license is needed\"}</script></body></html>",
    "<html><head><title>Valves</title><meta http-equiv='refresh' content='0; url=/elsewhere'></head><body><p>This page has moved. "
    "<a href='/elsewhere'>Go on</a></p></body></html>",
]  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_that_scripts_fill_is_a_state_from_the_first_poll(tmp_path: Path, shell: str) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        for _ in range(3):
            report = player.step({"/page": shell})["page"]
            assert report.state == "changed-shape"
            assert "scripts" in report.reason or "redirects browsers" in report.reason
        assert player.step({"/page": site(*TEXT)})["page"].state == "healthy"
        for _ in range(3):
            assert player.step({"/page": shell})["page"].state == "changed-shape"
        assert player.changes() == []


def test_one_answer_in_utf_16_is_no_page_cut_off(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(*TEXT)})
        wide = Answer(site(*TEXT).encode("utf-16"), type="text/html; charset=utf-8")
        assert player.step({"/page": wide})["page"].state == "healthy"
        assert player.changes() == []


def test_a_selector_that_matches_nothing_any_more_is_a_changed_shape(tmp_path: Path) -> None:
    with CasePlayer(SOURCE + 'content = "main"\n', tmp_path) as player:
        player.step({"/page": site(*TEXT)})
        for _ in range(2):
            report = player.step({"/page": site(*TEXT).replace("main>", "article>")})["page"]
            assert (report.state, report.errors) == ("changed-shape", [])
            assert "matches nothing" in report.reason
        player.step({"/page": site(*TEXT[1:], "Valves of type alpha are free of any license.")})
        assert "type alpha are free" in reported(player)[0]
