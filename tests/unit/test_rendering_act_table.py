"""The acts of a change as people read them, and what leads where acts were read or could not be."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pypdfium2
import pytest

from tests.unit.digest_samples import change as digest_change
from tests.unit.digest_samples import part as digest_part
from tests.unit.digest_samples import week
from tests.unit.rendering_samples import oil_order, unread_order
from tests.unit.web_samples import viewer
from tracker.digest import build_view
from tracker.i18n import label
from tracker.model import Act, ActVerb, Change, Direction, Evidence, Language, LocalizedText, Operand
from tracker.notifications.channels.slack import payloads
from tracker.notifications.formats import plain
from tracker.rendering import change_text, print_pdf
from tracker.rendering.act_table import COLUMNS, act_rows, columns, verb_label
from tracker.rendering.alert_message import Message, build_message, what_changed
from tracker.rendering.redlines.docx import render as word
from tracker.rendering.redlines.html import render as web_page
from tracker.rendering.redlines.model import Redline, RedlineSide
from tracker.serialization import change_to_json
from tracker.wording.phrases import noun

HEADLINE = (
    "大統領が、ロシア産原油の輸入を理由に、インドの産品に25%の追加関税を賦課。日本は対象外。2025年8月27日から"
)


def alerted(change: Change, language: Language = "ja") -> Message:
    now = datetime(2025, 8, 10, tzinfo=UTC)
    return build_message(change, language, now=now, timezone="Asia/Tokyo", viewer_url="http://127.0.0.1:8000")


def test_an_act_fills_each_column_in_japanese() -> None:
    row = act_rows(oil_order().tagging.acts, "ja")[0]
    assert row.cells == {
        "actor": "大統領",
        "verb": "賦課",
        "object": "追加関税:産品、HTS 9903.01.84",
        "of": "インド",
        "trigger": "ロシア産原油の輸入",
        "amount": "25%",
        "japan": "対象外",
        "force": "発効日から拘束力あり",
        "since": "2025年8月27日",
        "until": "",
    }
    assert row.quote.startswith("Articles of India shall be subject to")


def test_an_act_fills_each_column_in_english() -> None:
    row = act_rows(oil_order().tagging.acts, "en")[3]
    assert row.cells["verb"] == "Suspends"
    assert row.cells["object"] == "Earlier measure: E.O. 14257"
    assert row.cells["of"] == "All countries and parties"
    assert row.cells["amount"] == "10% → –"
    assert row.cells["japan"] == "Rate for Japan: 15%"
    assert row.direction is Direction.UNDETERMINED


def test_a_column_without_values_is_omitted() -> None:
    rows = act_rows(oil_order().tagging.acts[2:3], "ja")
    assert columns(rows) == ("actor", "verb", "object", "japan", "force")
    assert set(rows[0].cells) == set(COLUMNS)


def test_terms_are_named_next_to_many_goods() -> None:
    evidence = Evidence("reviewed with a presumption of denial", "742.6")
    act = Act(
        ActVerb.IMPOSE, Operand.REVIEW_POLICY, evidence, objects=tuple(f"goods {number}" for number in range(6)),
        eccns=("3A090", "4A090", "3B001", "3B002", "3B991"), terms=("presumption of denial",),
    )  # fmt: skip
    cell = act_rows([act], "ja")[0].cells["object"]
    assert cell.count("ほか") == 2
    assert "原則不許可" in cell


def test_parties_beyond_four_are_counted() -> None:
    evidence = Evidence("adds six entities", "abstract")
    names = tuple(f"Company {number}" for number in range(6))
    act = Act(ActVerb.ADD_PARTY, Operand.LISTING, evidence, parties=names, of=("china",), party_count=9)
    assert act_rows([act], "ja")[0].cells["of"] == (
        "中国、9者、Company 0、Company 1、Company 2、Company 3、ほか2件"
    )


def test_the_verb_is_worded_as_its_operand_requires() -> None:
    assert verb_label(ActVerb.IMPOSE, Operand.DUTY, "ja") == "賦課"
    assert verb_label(ActVerb.IMPOSE, Operand.LICENSE_REQUIREMENT, "ja") == "新設"
    assert verb_label(ActVerb.IMPOSE, None, "ja") == "新設"
    assert verb_label(ActVerb.IMPOSE, Operand.REVIEW_POLICY, "ja") == "設定"
    assert verb_label(ActVerb.IMPOSE, Operand.REVIEW_POLICY, "en") == "Sets"
    assert verb_label(ActVerb.RAISE, Operand.DUTY, "ja") == "引上げ"
    for verb in ActVerb:
        for operand in (None, *Operand):
            assert verb_label(verb, operand, "ja")
            assert verb_label(verb, operand, "en")


def test_the_table_uses_the_names_of_the_sentences() -> None:
    for operand in Operand:
        assert label("operand", operand, "ja") == noun(operand, "ja").word
    evidence = Evidence("License Exception NAC is no longer available", "744.1")
    act = Act(
        ActVerb.END, Operand.LICENSE_EXCEPTION, evidence, actor="bis", terms=("NAC",), eccns=("3B001",),
        amount_before="$800", amount_after="ninety days",
    )  # fmt: skip
    cells = act_rows([act], "ja")[0].cells
    assert cells["actor"] == "BIS"
    assert cells["object"].startswith("許可例外NAC")
    assert "ECCN 3B001(" in cells["object"]
    assert cells["amount"] == "800ドル → 90日"


def test_a_headline_leads_and_the_title_follows() -> None:
    assert what_changed(oil_order(), "ja") == (HEADLINE, "追加関税の賦課")
    message = alerted(oil_order())
    assert message.what == HEADLINE
    assert message.title.startswith("Addressing Threats")
    assert message.subject.startswith(f"[高・規制強化] {HEADLINE[:40]}")
    assert HEADLINE in payloads(message)[0]["text"]


def test_the_full_stop_of_a_headline_is_left_out_and_that_of_an_abbreviation_kept() -> None:
    assert what_changed(oil_order(), "en")[0].endswith("imports of Russian oil")
    order = oil_order()
    named = replace(order.tagging, headline=LocalizedText("", "Adds Hinode Co., Ltd."))
    assert what_changed(replace(order, tagging=named), "en")[0] == "Adds Hinode Co., Ltd."


def test_a_summary_that_the_headline_holds_is_not_reported_twice() -> None:
    order = oil_order()
    same = replace(
        order.tagging,
        headline=LocalizedText("関税を賦課。", ""),
        summary=LocalizedText("関税を賦課。次の文", ""),
    )
    assert what_changed(replace(order, tagging=same), "ja") == ("関税を賦課", "次の文")
    twice = LocalizedText("停止。確認は不要。", "")
    whole = replace(order.tagging, headline=twice, summary=twice)
    assert what_changed(replace(order, tagging=whole), "ja") == ("停止。確認は不要", "")


@pytest.mark.parametrize(
    ("language", "mark", "direction"),
    [("ja", "要確認:内容未判定", "方向未確定"), ("en", "Check: content not determined", "undetermined")],
)
def test_an_unread_document_is_marked_wherever_it_is_shown(
    language: Language, mark: str, direction: str, tmp_path: Path
) -> None:
    change = unread_order()
    message = alerted(change, language)
    assert mark in message.subject
    assert direction in message.badge
    assert mark in payloads(message)[0]["text"]
    assert message.points[0].strong
    assert message.points[0].value in plain(message)
    page = change_text.page(
        change_to_json(change), [], language, "Asia/Tokyo", date(2025, 8, 10), "http://127.0.0.1:8000"
    )
    assert mark in page
    client = viewer(tmp_path, with_acts=True)
    client.cookies.set("lang", language)
    for address in ("/", f"/changes/{change.id}", f"/feed.atom?lang={language}"):
        assert mark in client.get(address).text, address


def test_a_readable_document_has_no_such_mark(tmp_path: Path) -> None:
    client = viewer(tmp_path, with_acts=True)
    assert "要確認:内容未判定" not in client.get(f"/changes/{oil_order().id}").text
    assert "要確認" not in alerted(oil_order()).subject


def test_the_change_page_shows_three_acts_and_folds_the_rest(tmp_path: Path) -> None:
    html = viewer(tmp_path, with_acts=True).get(f"/changes/{oil_order().id}").text
    assert f"<h1>{HEADLINE}</h1>" in html
    before, folded = html.split("ほかの措置1件")
    assert before.count('class="judgement"') == 3
    assert folded.count('class="judgement"') == 1
    assert "Goods in transit before that day are not subject to it." in before
    assert "The earlier duty is suspended." in folded
    assert "&lt;b&gt;Commerce&lt;/b&gt;" in html
    assert '<span class="direction undetermined">方向未確定</span>' in folded


def test_show_prints_each_act_with_its_quote() -> None:
    page = change_text.page(
        change_to_json(oil_order()), [], "en", "Asia/Tokyo", date(2025, 8, 10), "http://127.0.0.1:8000"
    )
    for words in ("Does what", "Imposes", "Because of what", "Goods in transit before that day"):
        assert words in page


def test_the_pdf_has_the_headline_and_each_act() -> None:
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed")
    change = oil_order()
    now = datetime(2025, 8, 10, tzinfo=UTC)
    redline = Redline(change.title, change.source, change.url, None, RedlineSide("a"), (), now)
    data = print_pdf.change_pdf(change, redline, [], language="ja", today=now.date())
    found = "".join(
        "".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(data)
    )
    for words in (HEADLINE, "賦課", "ArticlesofIndiashallbesubject", "<b>Commerce</b>", "方向未確定"):
        assert words.replace(" ", "") in found, words


def test_the_word_file_and_the_page_of_a_redline_lead_with_the_headline() -> None:
    change = oil_order()
    now = datetime(2025, 8, 10, tzinfo=UTC)
    redline = Redline(
        change.title, "a", "", None, RedlineSide("a"), (), now, headline=change.tagging.headline
    )
    header = docx.Document(io.BytesIO(word(redline, "ja"))).paragraphs
    assert [paragraph.text for paragraph in header[:2]] == [change.tagging.headline.ja, change.title]
    html = web_page(redline, "en")
    assert f"<h1>{change.tagging.headline.en}</h1>" in html
    assert f'<p lang="en">{change.title}</p>' in html


def test_a_digest_line_begins_with_the_headline_and_names_the_document_below() -> None:
    order = oil_order()
    view = build_view(week(digest_change(1, title=order.title, headline=order.tagging.headline)), "ja")
    rows = [row for section in view.sections for group in section.groups for row in group.rows]
    named = next(row for row in rows if row.head == HEADLINE)
    assert named.notes[0].startswith("Addressing Threats")
    assert HEADLINE in view.sentences[1]


def test_a_digest_line_of_a_text_lists_its_places_and_does_not_repeat_a_title() -> None:
    headline = LocalizedText("BIS、許可要件を新設", "BIS imposes license requirements")
    text = digest_part(2, headline=headline)
    titled = digest_change(3, title="Some Rule", headline=LocalizedText("許可要件を新設:「Some Rule」", ""))
    view = build_view(week(text, titled), "ja")
    rows = [row for section in view.sections for group in section.groups for row in group.rows]
    notes = {row.head: row.notes[0] for row in rows}
    assert notes["BIS、許可要件を新設"].startswith("EAR第744部補遺第4号")
    assert notes["許可要件を新設:「Some Rule」"] == "2026-00003"


def test_a_digest_line_marks_an_unread_document() -> None:
    view = build_view(week(digest_change(1, needs_reading=True)), "ja")
    assert "要確認:内容未判定" in [
        mark
        for section in view.sections
        for group in section.groups
        for row in group.rows
        for mark in row.marks
    ]
