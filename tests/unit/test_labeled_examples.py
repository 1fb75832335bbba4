"""Labeled examples: their table, and what is wrong in one."""

from __future__ import annotations

import pytest

from tracker.documents.labeled_examples import Answer, MissKind, Score, label_of, labels_in, misses, rows_of
from tracker.model import Level
from tracker.rendering.label_scores import MissedExample, score_page

HEAD = "document_number\tpublished\tmust\taccepted\tlevels\tdirections\tjapan_nexus\tlabellers\trecord"
ROW = "2026-1\t2026-05-01\tfdpr\tentity-list\tmedium,high\trestriction\tyes\t1\tchg_1"


def rows(*lines: str) -> list[dict[str, str | None]]:
    return [row for _, row in rows_of((HEAD, *lines))]


def test_a_row_gives_a_label() -> None:
    (row,) = rows(ROW)
    label = label_of(row)
    assert (label.number, label.record, label.nexus) == ("2026-1", "chg_1", "yes")
    assert label.accepted == {"fdpr", "entity-list"}
    assert label.ranks == (2, 3)


@pytest.mark.parametrize(
    ("old", "new", "output"),
    [
        ("medium,high", "grave", "level: 'grave' does not exist"),
        ("medium,high", "", "no level is given"),
        ("\tfdpr", "\tnothing", "topic: 'nothing' does not exist"),
        ("restriction", "up", "direction: 'up' does not exist"),
        ("yes", "perhaps", "japan_nexus: 'perhaps' does not exist"),
        ("2026-05-01", "May", "published: 'May' is no day"),
    ],
)
def test_a_wrong_cell_is_named(old: str, new: str, output: str) -> None:
    (row,) = rows(ROW.replace(old, new, 1))
    with pytest.raises(ValueError, match=output):
        label_of(row)


def test_a_wrong_line_is_named() -> None:
    with pytest.raises(ValueError, match="line 3: no level is given"):
        labels_in((HEAD, ROW, ROW.replace("medium,high", "")))


def test_a_table_without_a_needed_column_is_refused() -> None:
    with pytest.raises(ValueError, match="the column levels is missing"):
        list(rows_of((HEAD.replace("levels\t", ""), ROW)))


def test_a_page_shows_figures_and_misses_in_both_languages() -> None:
    (row,) = rows(ROW)
    label, score = label_of(row), Score()
    answer = Answer(frozenset({"biosecurity"}), Level.LOW, "relief", nexus=False)
    found = tuple(score.take(label, answer))
    assert found == tuple(misses(label, answer))
    assert {miss.kind for miss in found} == {
        MissKind.TOPIC_MISSING, MissKind.TOPIC_EXTRA, MissKind.LEVEL_LOW, MissKind.DIRECTION, MissKind.JAPAN_MISSING,
    }  # fmt: skip
    missed, unread = [MissedExample("chg_1", "Chips\x1b[2J", found)], [("chg_2", "gone")]
    english = score_page(score, missed, unread, "abc", "en")
    assert "Rules abc, 1 labeled examples" in english
    assert "level right: 0 of 1 (0%)" in english
    assert "level too low: Low; right: Medium, High" in english
    assert "topic missing: Foreign direct product rules and de minimis" in english
    assert "Not judged: 1\n  chg_2: gone" in english
    assert "\x1b" not in english
    japanese = score_page(score, missed, unread, "abc", "ja")
    assert "影響度が低すぎる:低(正解:中、高)" in japanese
    assert "方向の相違:緩和(正解:規制強化)" in japanese
