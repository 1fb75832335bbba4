"""Redlines as text, page and JSON."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from tests.unit.diffing_samples import (
    DEFINED,
    EXPORT,
    INSERTED,
    NOTICE,
    POWER,
    REVIEW,
    country,
    entities,
    heading,
    party,
    plain,
    redline,
    section,
)
from tracker.rendering.redlines import diff_json, html, text
from tracker.rendering.redlines.model import merge_in_reading_order

BEFORE = section(EXPORT, DEFINED, REVIEW, POWER)
AFTER = section(POWER.replace("4,800", "4,900"), EXPORT, INSERTED, REVIEW, NOTICE)
TYPOGRAPHY = section(EXPORT.replace("license.", "license"), DEFINED)
HOSTILE = "<script>alert(1)</script> \x1b[31mred\x1b[0m \u202edesrever <img src=x onerror=y>"


def test_text_without_color_marks_words_as_git_does() -> None:
    output = text.render(redline(section(POWER), section(POWER.replace("4,800", "4,900"))), "en")
    assert "[-4,800-]{+4,900+}" in output
    assert "\x1b" not in output
    assert "15 CFR 744.21: (a) changed." in output


def test_text_with_color_uses_it_and_ends_it() -> None:
    output = text.render(redline(section(POWER), section(POWER.replace("4,800", "4,900"))), "en", color=True)
    assert "\x1b[9;31m4,800\x1b[0m\x1b[4;32m4,900\x1b[0m" in output
    assert output.count("\x1b[0m") == len(re.findall("\x1b\\[(?!0m)", output))


def test_control_characters_of_a_page_never_reach_the_terminal() -> None:
    output = text.render(redline(section(EXPORT), section(f"{EXPORT} {HOSTILE}")), "ja")
    assert "\x1b" not in output
    assert "\u202e" not in output


def test_text_names_what_moved_and_what_follows() -> None:
    output = text.render(redline(BEFORE, AFTER), "en")
    assert "↕ (a) [Moved, was (d)]" in output
    assert "# (b) [Renumbered, was (a), follows (a)]" in output


def test_editorial_differences_are_counted_and_shown_on_request() -> None:
    made = redline(section(EXPORT, DEFINED), TYPOGRAPHY)
    assert "1 editorial difference is left out." in text.render(made, "en")
    assert "[-.-]" in text.render(made, "en", editorial=True)


class Page(HTMLParser):
    """Tags that were opened, their attributes, and the words in some of them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: dict[str, list[str]] = {}
        self._open = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.words.setdefault(self._open, []).append(data)


def test_the_page_escapes_everything_and_loads_nothing_external() -> None:
    source = html.render(redline(section(EXPORT), section(f"{EXPORT} {HOSTILE}")), "en")
    page = Page(source)
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in ("src", "style") or name.startswith("on")]
    assert [value for name, value in page.attributes if name == "href"] == [
        "https://example.gov/744?a=1&b=2",
        "https://www.ecfr.gov/current/title-15/section-744.21",  # in the annex
    ]
    assert "default-src 'none'" in source
    assert "url(" not in source
    assert "\x1b" not in source
    assert "<title>15 CFR 744.21 &lt;&amp;&gt; test</title>" in source


def test_a_link_that_is_not_to_the_web_is_no_link() -> None:
    made = redline(section(EXPORT), section(DEFINED))
    hostile = type(made)(
        **{name: getattr(made, name) for name in made.__slots__} | {"url": "javascript:alert(1)"}
    )
    links = [value for name, value in Page(html.render(hostile, "en")).attributes if name == "href"]
    assert links == ["https://www.ecfr.gov/current/title-15/section-744.21"]


def test_the_page_shows_words_inline_and_side_by_side() -> None:
    page = Page(html.render(redline(section(POWER), section(POWER.replace("4,800", "4,900"))), "ja"))
    assert page.words["del"] == ["4,800", "4,800"]
    assert page.words["ins"] == ["4,900", "4,900"]
    assert {"inline", "side"} <= {value for name, value in page.attributes if name == "id"}
    assert ("lang", "ja") in page.attributes


def test_editorial_differences_are_in_the_page_but_hidden() -> None:
    source = html.render(redline(section(EXPORT, DEFINED), TYPOGRAPHY), "en")
    assert 'class="op changed l1 editorial"' in source
    assert 'type="checkbox" id="editorial"' in source
    assert 'type="checkbox"' not in html.render(redline(section(EXPORT), section(DEFINED)), "en")


def test_new_ordinals_of_paragraphs_that_stayed_are_not_shown() -> None:
    before = [heading(), plain(1, EXPORT), plain(2, DEFINED)]
    made = redline(before, [heading(), plain(1, INSERTED), plain(2, EXPORT), plain(3, DEFINED)])
    assert len(made.operations) == 3
    assert "left out" not in text.render(made, "en")
    assert html.render(made, "en").count("<article") == 1


def test_a_file_names_each_unit_by_its_citation_and_has_the_hashes_at_its_end() -> None:
    source = html.render(redline(BEFORE, AFTER, whole=False), "en")
    head, annex = source.split('<section class="annex">')
    assert '<span class="cite">15 C.F.R. § 744.21</span> <small>' in head
    assert "15 C.F.R. § 744.21(b)" in head
    assert "SHA-256" not in head
    assert "ab" * 32 in annex


def test_rows_of_a_list_are_rows_of_a_table() -> None:
    before = entities(country("JAPAN"), party("JAPAN", "A Co.", "1 Street"))
    after = entities(country("JAPAN"), party("JAPAN", "A Co.", "2 Street"))
    source = html.render(redline(before, after, whole=False), "en")
    table = source.split('<table class="w5">')[1].split("</table>")[0]
    assert "<th>License review policy</th>" in table
    assert "<b>JAPAN</b>" in table
    assert "<del>1</del><ins>2</ins>" in table


def test_raised_words_are_raised_on_the_page() -> None:
    source = html.render(redline(section("(a) 10^(-x) Pa"), section("(a) 10^(-x) kPa")), "en")
    assert "10<sup>-x</sup>" in source


def test_equal_texts_are_reported_as_equal() -> None:
    assert "相違はありません。" in html.render(redline(BEFORE, BEFORE), "ja")
    assert "No difference." in text.render(redline(BEFORE, BEFORE), "en")


def test_json_has_the_documented_shape() -> None:
    found = json.loads(diff_json.render(redline(BEFORE, AFTER)))
    assert {tuple(item) for item in found} == {
        ("path", "op", "from_path", "before", "after", "editorial", "spans", "kind", "follows")
    }
    moved = next(item for item in found if item["op"] == "moved")
    assert (moved["from_path"], moved["path"]) == ("15 CFR 744.21(d)", "15 CFR 744.21(a)")
    assert ["delete", "4,800"] in moved["spans"]
    assert moved["editorial"] is False
    assert json.loads(diff_json.render(redline(BEFORE, BEFORE))) == []


def test_both_texts_are_read_in_one_order() -> None:
    lines = list(merge_in_reading_order(redline(BEFORE, AFTER)))
    old = [line.unit.text if line.operation is None else line.operation.before
           for line in lines if line.status not in ("added", "moved-here")]  # fmt: skip
    new = [line.unit.text if line.operation is None else line.operation.after
           for line in lines if line.status not in ("removed", "moved-away")]  # fmt: skip
    assert old == [unit.text for unit in BEFORE]
    assert new == [unit.text for unit in AFTER]
