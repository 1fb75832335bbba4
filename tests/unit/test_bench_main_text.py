"""The benchmark of main texts: its pages and its score."""

from __future__ import annotations

from bench.main_text import ours, row, score
from bench.main_text_pages import CONTENTS, NOTICE, NOTICES, SHAPES, written


def test_the_score_counts_found_words_and_right_words() -> None:
    assert score("the law of exports", "the law of exports") == (1.0, 1.0)
    assert score("the law home news", "the law of exports") == (0.5, 0.5)
    assert score("", "the law") == (0.0, 0.0)


def test_its_pages_are_marked_and_carry_their_notice() -> None:
    pages = list(written())
    assert len(pages) == len(SHAPES) * len(CONTENTS) * len(NOTICES)
    assert all(page.truth and b"data-main" not in page.html for page in pages)
    assert all((NOTICE in page.truth) == bool(page.notice) for page in pages)


def test_no_notice_of_its_pages_is_lost() -> None:
    pages = list(written())[:: len(CONTENTS)]
    texts, seconds = ours(pages)["**tracker**, with the rest of the page"]
    found = row("tracker", texts, seconds, pages)
    noticed = sum(bool(page.notice) for page in pages)
    assert found[5] == f"{noticed} of {noticed}"
