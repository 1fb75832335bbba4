"""The questions that were written before the rules of the search, over the recorded documents of the field and the recorded law."""

from __future__ import annotations

from pathlib import Path

from bench.eval_search import fill, fill_texts, measure, questions
from tests.recorded import recorded


def test_most_questions_are_answered_among_the_first_five(tmp_path: Path) -> None:
    recorded("labels/dev.tsv")  # skips where there is none
    fill(tmp_path, in_field=True)
    fill_texts(tmp_path)
    found = measure(tmp_path, rounds=1)
    assert found.asked == len(questions()) > 100
    assert found.answered >= 90, found.missed
    assert found.answered + found.offered >= 95, found.missed
