"""Whether a rule is in force on a day."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.rendering_samples import affiliates_rule
from tracker.legal_status.current import current_status, status_line
from tracker.model import Status

RULE = affiliates_rule().tagging.status
OPEN = (
    Status("published", date(2025, 9, 1)),
    Status("in-force", date(2025, 10, 1)),
    Status("stayed", date(2026, 1, 1), date(2026, 6, 30), by="2025-1"),
)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2025, 9, 1), "published"),
        (date(2025, 9, 30), "published"),
        (date(2025, 10, 1), "in-force"),
        (date(2025, 12, 31), "in-force"),
        (date(2026, 1, 1), "stayed"),
        (date(2026, 6, 30), "stayed"),
        (date(2026, 7, 1), "in-force"),
    ],
)
def test_the_state_of_the_day(today: date, state: str) -> None:
    found = current_status(OPEN, today).now
    assert found is not None
    assert found.state == state


def test_before_the_first_status_only_the_next_one_is_given() -> None:
    found = current_status(OPEN, date(2025, 8, 31))
    assert found.now is None
    assert found.ahead == OPEN[0]
    assert status_line(OPEN, date(2025, 8, 31), "ja") == "2025年9月1日から公表済み・未施行"


def test_what_waits_names_its_first_day_once() -> None:
    words = "Not yet effective: applies from October 1, 2025 (as of September 5, 2025)"
    for until in (None, date(2025, 9, 30)):
        waiting = (Status("published", date(2025, 9, 1), until), Status("in-force", date(2025, 10, 1)))
        assert status_line(waiting, date(2025, 9, 5), "en") == words
    assert status_line(waiting, date(2025, 9, 5), "en", dated=False) == words.partition(" (")[0]


def test_a_rule_effective_before_its_publication_is_in_force() -> None:
    statuses = (Status("in-force", date(2025, 9, 29)), Status("published", date(2025, 9, 30)))
    found = current_status(statuses, date(2025, 10, 1)).now
    assert found == statuses[0]


def test_the_end_of_a_rule_prevails_over_everything() -> None:
    statuses = (*OPEN, Status("rescinded", date(2026, 2, 1), by="2026-2"))
    line = status_line(statuses, date(2026, 3, 1), "en")
    assert line == "Ended by 2026-2 on February 1, 2026 (as of March 1, 2026)"


def test_a_stay_of_some_units_is_shown_with_the_force_of_the_others() -> None:
    statuses = (
        Status("in-force", date(2025, 10, 1)),
        Status("stayed", date(2026, 1, 1), units=("15 CFR 744.11(a)(1)",), by="2025-1"),
    )
    found = current_status(statuses, date(2026, 1, 2))
    assert found.now == statuses[0]
    assert found.parts == (statuses[1],)
    assert status_line(statuses, date(2026, 1, 2), "ja") == (
        "2025年10月1日から施行中(2026年1月2日現在)。"
        "2025-1により終了日を定めず効力停止(2026年1月1日から、対象: 15 CFR 744.11(a)(1))"
    )


def test_the_stayed_rule_of_the_sample_reads_the_same_in_both_languages() -> None:
    assert status_line(RULE, date(2025, 12, 1), "ja") == (
        "2025-19846により2026年11月9日まで効力停止(2025年12月1日現在、2025年11月10日から)"
    )
    assert status_line(RULE, date(2025, 12, 1), "en") == (
        "Stayed until November 9, 2026 by 2025-19846 (as of December 1, 2025, from November 10, 2025)"
    )


def test_after_the_last_end_the_status_names_what_ended() -> None:
    assert status_line(RULE, date(2026, 11, 10), "en") == "Stayed (ended on November 9, 2026)"


def test_a_document_without_status_is_reported_as_unknown() -> None:
    assert status_line((), date(2026, 1, 1), "ja") == "記載なし"


def test_a_state_of_somebodys_own_is_shown_as_it_is() -> None:
    line = status_line((Status("enjoined", date(2026, 1, 1)),), date(2026, 1, 2), "en")
    assert line.startswith("enjoined (as of January 2, 2026")


AFFILIATES = (
    Status("in-force", date(2025, 9, 29)),
    Status("stayed", date(2025, 11, 10), date(2026, 11, 9), by="90 FR 50857"),
)


@pytest.mark.parametrize(
    ("day", "english", "japanese"),
    [
        (
            date(2025, 11, 9),
            "In force from September 29, 2025 (as of November 9, 2025); Stayed from November 10, 2025",
            "2025年9月29日から施行中(2025年11月9日現在)。2025年11月10日から効力停止",
        ),
        (
            date(2025, 12, 1),
            "Stayed until November 9, 2026 by 90 FR 50857 (as of December 1, 2025, still printed in the CFR, from November 10, 2025)",
            "90 FR 50857により2026年11月9日まで効力停止(2025年12月1日現在、CFRには掲載されたまま、2025年11月10日から)",
        ),
        (
            date(2026, 11, 10),
            "In force again since November 10, 2026 (as of November 10, 2026, stayed until November 9, 2026 by 90 FR 50857)",
            "2026年11月10日から再び施行中(2026年11月10日現在、90 FR 50857による効力停止は2026年11月9日に終了)",
        ),
    ],
)  # fmt: skip
def test_a_stayed_rule_is_printed_in_the_cfr_and_is_in_force_again_afterwards(
    day: date, english: str, japanese: str
) -> None:
    assert status_line(AFFILIATES, day, "en", codified=True) == english
    assert status_line(AFFILIATES, day, "ja", codified=True) == japanese


def test_a_note_of_the_code_names_its_units_once_and_the_outcome_of_the_stay() -> None:
    notes = tuple(
        Status("stayed", date(2025, 11, 12), date(2026, 11, 9), "90 FR 50857", (unit,))
        for unit in ("15 CFR 744.11(a)(1)", "15 CFR 744.21(b)(4)")
    )
    output = status_line(notes, date(2026, 1, 1), "en", codified=True)
    assert output.startswith(
        "Stayed until November 9, 2026 by 90 FR 50857 (as of January 1, 2026, still printed in the CFR, "
    )
    assert "for 15 CFR 744.11(a)(1), 15 CFR 744.21(b)(4)" in output
    assert status_line(notes, date(2026, 11, 10), "en", codified=True).startswith(
        "In force again since November 10, 2026 ("
    )


def test_a_rule_that_is_not_enforced_shows_since_when_and_by_whom() -> None:
    held = (
        Status("in-force", date(2025, 1, 13)),
        Status("not-enforced", date(2025, 5, 13), by="Statement on the AI Diffusion Rule"),
    )
    assert status_line(held, date(2025, 6, 1), "en", codified=True) == (
        "Not enforced by Statement on the AI Diffusion Rule (as of June 1, 2025, still printed in the CFR, from May 13, 2025)"
    )
    assert status_line(held, date(2025, 6, 1), "ja", codified=True) == (
        "Statement on the AI Diffusion Ruleにより執行見合わせ(2025年6月1日現在、CFRには掲載されたまま、2025年5月13日から)"
    )
