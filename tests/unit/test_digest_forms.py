"""The forms of a digest: mail that clients keep, a page without style or script, Markdown, paper. Nothing in any acts."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt

from tests.unit.digest_samples import MONDAY, PERIOD, full_week, hostile, part, week
from tracker.digest import STYLE, build_view, markdown, page, pdf, render_email, render_mail
from tracker.digest.markdown import escape
from tracker.digest.week import SourceHealth, Week
from tracker.errors import UsageError
from tracker.model import Language, LocalizedText, Topic
from tracker.notifications.formats import defuse_mentions
from tracker.rendering import print_pdf
from tracker.sanitize import sanitize_line

reading: Any = html  # lxml's stubs type what XPath gives as all that it may ever give
LANGUAGES: tuple[Language, ...] = ("ja", "en")
TRICK = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> <!channel> @everyone [x](javascript:alert(1)) "
    "**bold** `code` | cell | ](http://evil.example) http://evil.example \r\nBcc: a@example.org \u202egnp.exe "
    "</title></style></svg> {{ 7*7 }} {% raw %} & &amp; \"quoted\" 'single'"
)


def busy(count: int = 120, length: int = 1) -> Week:
    from tests.unit.digest_samples import change
    from tracker.model import Level, Topic

    levels = (Level.LOW, Level.MEDIUM, Level.HIGH, Level.CRITICAL)
    return week(
        *(
            change(
                number,
                levels[number % 4],
                title="長い表題" * length,
                topics=(Topic(f"topic-{number % 9}", 0.5, ()),),
            )
            for number in range(1, count + 1)
        )
    )


# --- what is reported -------------------------------------------------------------------------------


def test_three_sentences_summarize_the_week() -> None:
    alerted = build_view(full_week(), "en")
    assert alerted.sentences == (
        "4 changes in the field this week (1 critical, 1 high, 1 medium, 1 low), against 0 the week before.",
        "The most important: Supp. No. 4 to Part 744: 1 party added (Critical, restriction).",
        "2 items need action; the nearest date is May 25, 2026 (8 days left), Effective: Rule number 1.",
    )
    assert build_view(full_week(), "ja").sentences[0] == (
        "今週は対象分野で変更4件を検知しました(緊急1件、高1件、中1件、低1件)。前週は0件でした。"
    )


def test_the_sections_are_in_the_order_of_use() -> None:
    assert [section.id for section in build_view(full_week(), "en").sections] == [
        "actions", "topics", "turns", "parties", "sections", "proposals", "coming", "sources",
    ]  # fmt: skip


def test_an_empty_week_reports_that_the_sources_were_watched() -> None:
    alerted = build_view(week(), "en")
    assert alerted.sentences[0] == "No change in the field was found this week."
    assert (
        alerted.sentences[1] == "1 of 1 sources are healthy and delivered 3 new or changed texts this week."
    )
    assert "no changes in the field" in alerted.subject
    for text in (render_mail(alerted), markdown(alerted), page(week(), "en")):
        assert "Nothing needs action this week." in text


def test_an_empty_week_with_a_source_that_failed_warns_first() -> None:
    failing = SourceHealth("fr-bis", "failing", PERIOD.start, "504 Gateway Timeout")
    alerted = build_view(week(sources=(failing,)), "ja")
    assert alerted.warning == "1件の情報源に問題があり、今週の変更を見落としているおそれがあります: fr-bis"
    for text in (render_mail(alerted), markdown(alerted)):
        assert text.index("見落と") < text.index("今週、対象分野の変更は")
        assert "504 Gateway Timeout" in text


def test_a_possible_repeat_is_marked() -> None:
    alerted = build_view(full_week(), "en", repeated=True)
    assert "(possibly repeated)" in alerted.subject
    assert "possibly repeated" in render_mail(alerted)


def test_an_unfinished_week_is_marked() -> None:
    assert "week still running" in build_view(full_week(now=MONDAY - timedelta(days=3)), "en").marks


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [120, 1000])
def test_a_busy_week_is_one_mail_and_names_what_it_omits(language: Language, count: int) -> None:
    alerted, html = render_email(busy(count, 200), language)
    assert len(html.encode()) < 102_000  # where Gmail cuts a mail
    topics = next(section for section in alerted.sections if section.id == "topics")
    left_out = re.findall(r"\d+", " ".join(group.more for group in topics.groups))
    assert sum(map(int, left_out)) + sum(len(group.rows) for group in topics.groups) == count


def test_japanese_pages_are_japanese_except_for_quotes() -> None:
    text = markdown(build_view(full_week(), "ja"))
    for word in ("Changes", "Sources", "Nothing", "action", "week"):
        assert not re.search(rf"(?<![\w/.-]){word}", text), word
    assert "EAR第744.23条" in text


# --- mail ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("alerted", [full_week(), week(), busy()], ids=["full", "empty", "busy"])
def test_a_mail_has_only_what_clients_keep(alerted: Week, language: Language) -> None:
    """By what Gmail, Outlook and Apple Mail strip: style sheets, classes, scripts, SVG, forms, remote resources,
    positions, flex and grid, CSS variables."""
    text = render_mail(build_view(alerted, language))
    root = reading.document_fromstring(text)
    allowed = {
        "html", "head", "meta", "title", "body", "table", "tbody", "tr", "td", "th", "p", "h1", "h2", "h3",
        "span", "a", "br", "div",
    }  # fmt: skip
    assert {element.tag for element in root.iter() if isinstance(element.tag, str)} <= allowed
    for element in root.iter():
        assert not {name for name in element.attrib if name.startswith("on")}
        assert not {"src", "background", "id"} & set(element.attrib)
        style = element.get("style", "")
        assert not re.search(r"url\(|var\(|flex|grid|position|float|@|expression|;;", style), style
    for element in root.iter():
        # A ground without an ink of its own is what dark modes make unreadable.
        style = element.get("style", "")
        bare = "background" in style and not re.search(r"(?<![-\w])color:", style)
        assert not (bare and (element.text or "").strip()), style
    assert all(address.startswith("https://") for address in root.xpath("//@href"))
    assert root.xpath("//html/@lang") == [language]
    assert root.xpath("//meta[@name='color-scheme']/@content") == ["light"]
    assert len(text.encode()) < 102_000
    for table in root.iter("table"):  # Outlook adds space of its own where these are not set
        assert table.get("cellpadding") == table.get("cellspacing") == "0"


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_of_a_mail_is_dark_enough_on_its_ground(language: Language) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1, wherever a color and its ground are reported together."""
    leaves = [
        render_mail(build_view(alerted, language)) for alerted in (busy(), week(busy().items[0].change))
    ]
    for element in (one for leaf in leaves for one in reading.document_fromstring(leaf).iter()):
        style = dict(re.findall(r"([\w-]+)\s*:\s*([^;]+)", element.get("style", "")))
        ground, ink = style.get("background", ""), style.get("color", "")
        if ground.startswith("#") and ink.startswith("#") and (element.text or "").strip() not in {"", "·"}:
            assert contrast(ink, ground) >= 4.5, (ink, ground, element.text)


def contrast(first: str, second: str) -> float:
    def light(color: str) -> float:
        parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dark = sorted((light(first), light(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


# --- page ---------------------------------------------------------------------------------------


class _Balanced(HTMLParser):
    """Fails on a tag that is closed without having been opened, or the other way round."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"br", "meta"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_holds_to_a_strict_content_policy(language: Language) -> None:
    text = page(full_week(), language)
    for element in reading.fragment_fromstring(text).iter():
        assert element.tag not in {"style", "script", "img", "link", "iframe"}
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}
    parser = _Balanced()
    parser.feed(text)
    assert parser.open == []
    assert "<svg" in text


def test_every_class_of_the_page_has_its_style() -> None:
    used = set(" ".join(reading.fragment_fromstring(page(full_week(), "en")).xpath("//@class")).split())
    styled = set(re.findall(r"\.([a-z][a-z0-9-]*)", STYLE))
    # `scroll` is the viewer's own; parts are named for anyone who wants to style them.
    assert {name for name in used - styled if not name.startswith("part-")} <= {"scroll", "what"}


def test_charts_are_sent_to_those_who_do_not_see_them() -> None:
    root = reading.fragment_fromstring(page(full_week(), "en"))
    (drawing,) = root.xpath("//*[name()='svg'][@role='img']")
    (name,) = drawing.xpath("./*[name()='title']")
    assert drawing.get("aria-labelledby") == name.get("id")
    assert name.text == "Changes per week, by level: 4 this week; average of the weeks before (12): 0.0"


# --- what acts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_from_outside_stay_words(language: Language) -> None:
    alerted = week(
        hostile(TRICK),
        profile=TRICK,
        affected=(hostile(TRICK),),
        sources=(SourceHealth(TRICK, "failing", PERIOD.start, TRICK),),
    )
    leaf = build_view(alerted, language)
    assert not re.search(r"[\r\n\u202e]", leaf.subject)
    for text in (render_mail(leaf), page(alerted, language)):
        root = reading.document_fromstring(text)
        assert not root.xpath("//script | //img | //*[@onerror] | //style")
        assert all(address.startswith("https://tracker.example.co.jp/") for address in root.xpath("//@href"))
        assert "\u202e" not in text
    text = markdown(leaf)
    assert "\u202e" not in text
    assert not re.search(r"(?<!\\)@everyone|<!channel>|(?<![(\\])\bhttps?://", text)
    shown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    root = reading.document_fromstring(shown)
    assert not root.xpath("//script | //img | //code | //s")
    assert all(address.startswith("https://tracker.example.co.jp/") for address in root.xpath("//@href"))
    assert "<script>alert(1)</script>" in root.text_content()


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a*b_c", r"a\*b\_c"),
        ("# no heading", r"\# no heading"),
        ("- no list", r"\- no list"),
        ("1. no list", r"1\. no list"),
        ("AT&T &amp; R&D", r"AT&T \&amp; R&D"),
        ("www.example.org", r"www\.example.org"),
        ("15 CFR 744.23(a)(3)", "15 CFR 744.23(a)(3)"),
        ("半導体製造装置", "半導体製造装置"),
    ],
)
def test_markdown_shows_just_the_text(text: str, escaped: str) -> None:
    assert escape(text) == escaped
    assert reading.fragment_fromstring(MarkdownIt().render(escape(text))).text_content() == text


@given(
    st.text(
        alphabet=st.characters() | st.sampled_from("-+=#>*_`~[]()|\\&;1. "),
        max_size=40,
    )
)
@settings(max_examples=300, deadline=None)
@example("===")
@example("--- | ---")
@example("1) x")
def test_any_text_reads_as_it_is_in_markdown(words: str) -> None:
    """As rows and their notes appear in a list; `uncalled` may have replaced signs that mention people."""
    output = sanitize_line(words)
    shown = reading.fragment_fromstring(
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .render(f"- x {escape(output)}  \n  {escape(output)}"),
        create_parent="div",
    )
    assert sanitize_line(shown.text_content()) == sanitize_line(
        f"x {defuse_mentions(output)} {defuse_mentions(output)}"
    )
    assert {element.tag for element in shown.iter()} <= {"div", "ul", "li", "br"}


# --- paper --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_holds_the_words(language: Language) -> None:
    pytest.importorskip("weasyprint")
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf(build_view(full_week(), language)))
    try:
        text = "".join(leaf.get_textpage().get_text_range() for leaf in document)
    finally:
        document.close()
    assert "Sample Seimitsu K.K." in text
    assert ("週報" if language == "ja" else "Weekly digest 2026, week 20") in text


def test_a_pdf_of_a_busy_and_hostile_week_is_made_all_the_same() -> None:
    pytest.importorskip("weasyprint")
    alerted = week(*(item.change for item in busy().items), hostile(TRICK), profile=TRICK)
    assert pdf(build_view(alerted, "en")).startswith(b"%PDF")


def test_a_missing_extra_is_one_line_with_its_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UsageError) as raised:
        pdf(build_view(week(), "en"))
    assert raised.value.line().startswith("a PDF needs the extra `pdf` (pip install 'tracker[pdf]'")
    assert "\n" not in raised.value.line()


def test_nothing_is_fetched_for_a_pdf() -> None:
    with pytest.raises(ValueError, match="not fetched"):
        print_pdf._refuse_resource("https://evil.example/x.png")


def test_a_change_of_listed_parties_is_under_the_lists_and_sections_are_cited_in_japanese() -> None:
    parties = part(
        1, units=("Supp. No. 4 to Part 744 › JAPAN › Sample K.K.",),
        topics=(Topic("semiconductor-subsystems", 0.95, ()), Topic("entity-list", 0.9, ())),
    )  # fmt: skip
    words = "15 CFR 734.9:1段落を変更((e))。15 CFR 734.13:1段落を変更((a)(2))。改正前「a」→改正後「b」"
    text = part(
        2, units=("15 CFR 734.9(e)", "15 CFR 734.13(a)(2)"), topics=(Topic("fdpr", 0.9, ()),), summary=LocalizedText(words, "")
    )  # fmt: skip
    (topics,) = (found for found in build_view(week(parties, text), "ja").sections if found.id == "topics")
    heads = {group.title: [row.head for row in group.rows] for group in topics.groups}
    assert heads == {
        "エンティティー・リスト等": ["EAR第744部補遺第4号:JAPANに1者を追加"],
        "外国直接製品ルール(FDPR)・デミニミス": ["EAR第734.9条:1段落を変更((e))、EAR第734.13条(a)(2)"],
    }
