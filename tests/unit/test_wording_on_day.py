"""A stored headline or summary never contradicts the status that is shown beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.rendering_samples import affiliates_rule
from tracker.model import DateMove, Language, LegalDate, LocalizedText, Status
from tracker.rendering.alert_message import what_changed
from tracker.rendering.words_on_day import worded_on
from tracker.wording import words_on

TODAY = date(2026, 1, 5)
FORCE = Status("in-force", date(2025, 9, 29), date(2025, 11, 9))
STAY = Status("stayed", date(2025, 11, 10), date(2026, 11, 9), by="90 FR 50000")
ENDED = Status("rescinded", date(2026, 1, 2), by="91 FR 100")
DELAYED = Status("delayed", date(2025, 9, 1), date(2026, 2, 1), by="91 FR 100")
UNLAWFUL = Status("declared-unlawful", date(2026, 1, 2), by="Sample v. United States")


@pytest.mark.parametrize(
    ("status", "text", "language", "wanted"),
    [
        (STAY, "規制を新設(2025年9月29日施行済み)", "ja", "規制を新設(2025年9月29日施行、現在は2026年11月9日まで効力停止中)"),
        (STAY, "規制を新設。2025年9月29日施行済み。意見提出期限:2025年10月29日。", "ja", "規制を新設。2025年9月29日施行。意見提出期限:2025年10月29日。現在は2026年11月9日まで効力停止中。"),
        (STAY, "追加関税を賦課(日本は税率15%、施行済み)", "ja", "追加関税を賦課(日本は税率15%、現在は2026年11月9日まで効力停止中)"),
        (STAY, "追加関税を賦課(2025年4月5日から適用中)", "ja", "追加関税を賦課(2025年4月5日から適用、現在は2026年11月9日まで効力停止中)"),
        (STAY, "規制を新設", "ja", "規制を新設(現在は2026年11月9日まで効力停止中)"),
        (STAY, "Adds controls (in force since September 29, 2025)", "en", "Adds controls (effective September 29, 2025; now stayed until November 9, 2026)"),
        (STAY, "Adds controls. In force since September 29, 2025. More.", "en", "Adds controls. Effective September 29, 2025. More. Now stayed until November 9, 2026."),
        (STAY, "Imposes a duty (in force)", "en", "Imposes a duty (now stayed until November 9, 2026)"),
        (STAY, "Imposes a duty. In force.", "en", "Imposes a duty. Now stayed until November 9, 2026."),
        (ENDED, "規制を新設(2025年9月29日施行済み、現在は2026年11月9日まで効力停止中)", "ja", "規制を新設(2025年9月29日施行、廃止済み)"),
        (ENDED, "Adds controls (effective September 29, 2025; now stayed until November 9, 2026)", "en", "Adds controls (effective September 29, 2025; since rescinded)"),
        (DELAYED, "規制を新設(2025年10月1日施行済み)", "ja", "規制を新設(当初の施行日:2025年10月1日、現在は2026年2月1日まで施行延期中)"),
        (UNLAWFUL, "Imposes a duty (in effect since April 5, 2025)", "en", "Imposes a duty (applies from April 5, 2025; declared unlawful)"),
        (Status("in-force", date(2025, 9, 29)), "規制を新設(2025年9月29日施行、現在は2025年12月31日まで効力停止中)", "ja", "規制を新設(2025年9月29日施行)"),
        (Status("in-force", date(2025, 9, 29)), "Adds controls (now stayed until December 31, 2025)", "en", "Adds controls"),
        (Status("in-force", date(2025, 9, 29)), "規制を新設(2025年9月29日施行済み)", "ja", "規制を新設(2025年9月29日施行済み)"),
        (replace(STAY, units=("15 CFR 744.11(a)(1)",)), "規制を新設(2025年9月29日施行済み)", "ja", "規制を新設(2025年9月29日施行済み)"),
    ],
)  # fmt: skip
def test_the_words_follow_the_status(status: Status, text: str, language: Language, wanted: str) -> None:
    known = (status,) if status.state == "in-force" else (replace(FORCE, until=None), status)
    assert words_on(text, known, TODAY, language) == wanted
    assert words_on(wanted, known, TODAY, language) == wanted


def test_a_record_is_worded_for_the_day_and_what_it_stays_itself_is_another() -> None:
    rule = affiliates_rule()
    told = replace(
        rule,
        tagging=replace(
            rule.tagging,
            headline=LocalizedText("規制を新設(2025年9月29日施行済み)", "Adds controls (in force since September 29, 2025)"),
            status=(FORCE, STAY),
        ),
    )  # fmt: skip
    assert what_changed(worded_on(told, TODAY), "ja")[0].endswith("現在は2026年11月9日まで効力停止中)")
    assert "in force" not in what_changed(worded_on(told, TODAY), "en")[0]
    assert what_changed(worded_on(told, date(2025, 10, 1)), "ja") == what_changed(told, "ja")
    own = replace(
        told, tagging=replace(told.tagging, status=(replace(STAY, by=rule.document_number or rule.citation),))
    )
    assert worded_on(own, TODAY) is own


@pytest.mark.parametrize(
    ("headline", "wanted"),
    [
        (
            LocalizedText("規制案を公表(意見提出期限2026年7月10日)", "Proposes controls (Comments close July 10, 2026)"),
            LocalizedText("規制案を公表(意見提出期限2026年8月14日)", "Proposes controls (Comments close August 14, 2026)"),
        ),
        # Another date of the same day, and a day without its name, stay.
        (LocalizedText("施行日2026年7月10日", "on July 10, 2026"), LocalizedText("施行日2026年7月10日", "on July 10, 2026")),
    ],
)  # fmt: skip
def test_a_headline_names_the_day_to_which_its_date_moved(
    headline: LocalizedText, wanted: LocalizedText
) -> None:
    first, second, last = date(2026, 7, 10), date(2026, 7, 31), date(2026, 8, 14)
    dates = (
        LegalDate("comments-close", first, superseded=True, moved=DateMove(second, "2026-11960")),
        LegalDate("comments-close", second, superseded=True, moved=DateMove(last, "2026-12000")),
        LegalDate("comments-close", last),
    )
    rule = affiliates_rule()
    tagging = replace(rule.tagging, dates=dates, headline=headline, status=())
    assert worded_on(replace(rule, tagging=tagging), TODAY).tagging.headline == wanted
