"""Text in lists to choose from and in drawings is compared; a page's own date of update and reading time are not reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.case_player import CasePlayer

SOURCE = '[[source]]\nid = "page"\nkind = "page"\nurl = "{site}/page"\nevery = "1h"\n'
TEXT = "".join(
    f"<p>A license is required for valves of type {name}, as the rules say.</p>" for name in "abcdefgh"
)


def site(more: str, header: str = "") -> str:
    return (
        f"<html><head><title>Valves</title></head><body><header>{header}</header><main><h1>Valves</h1>{TEXT}{more}</main>"
        "</body></html>"
    )


def choice(*names: str, form: str = "") -> str:
    options = "".join(f"<option>{name}</option>" for name in names)
    return f"<form {form}><label>Countries free of a license <select>{options}</select></label></form>"


def drawing(words: str) -> str:
    return f"<figure><svg viewBox='0 0 9 9'><path d='M0 0'/><g><text x='1' y='1'>{words}</text></g></svg></figure>"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (choice("Chile", "Peru", "Ghana"), choice("Chile", "Ghana"), "Peru"),
        (drawing("Valves: license"), drawing("Valves: no license"), "no license"),
    ],
)
def test_options_and_words_of_a_drawing_are_compared(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(before)})
        player.step({"/page": site(after)})
        (change,) = player.changes()
        assert words in change["summary"]["en"]


def test_choices_of_the_site_itself_are_its_frame(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(choice("2025", "2024", form="class='list-filter'"), choice("English"))})
        new = choice("2026", "2025", "2024", form="class='list-filter'")
        player.step({"/page": site(new, choice("English", "Español"))})
        assert player.changes() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Last updated: May 4, 2026", "Last updated: May 9, 2026"),
        ("This page was last modified on 2026-05-04 at 10:12 AM EST", "This page was last modified on 2026-05-09 at 9:07 AM EST"),
        ("Page last reviewed 5/4/2026", "Page last reviewed 5/9/2026"),
        ("7 min read", "8 min read"),
        ("Reading time: 7 minutes", "Reading time: 8 minutes"),
    ],
)  # fmt: skip
def test_a_date_of_update_or_a_reading_time_alone_is_no_alert(
    tmp_path: Path, before: str, after: str
) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(f"<p>{before}</p>")})
        player.step({"/page": site(f"<p>{after}</p>")})
        player.step()
        assert [change for change in player.changes() if not change["editorial"]] == []
        assert player.alerts == []
        player.step({"/page": site(f"<p>{before}</p><p>Valves of type z need a license too.</p>")})
        change = player.changes()[-1]
        assert "type z" in change["summary"]["en"]
        assert before not in change["summary"]["en"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Effective date: May 4, 2026", "Effective date: May 9, 2026"),
        ("Comments close May 4, 2026", "Comments close May 9, 2026"),
        ("The list was last updated by the rule of May 4, 2026", "The list was last updated by the rule of May 9, 2026"),
        ("Hold each reading for 7 minutes.", "Hold each reading for 8 minutes."),
    ],
)  # fmt: skip
def test_a_date_or_a_duration_of_the_rules_is_reported(tmp_path: Path, before: str, after: str) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": site(f"<p>{before}</p>")})
        player.step({"/page": site(f"<p>{after}</p>")})
        player.step()
        assert len([change for change in player.changes() if not change["editorial"]]) == 1
