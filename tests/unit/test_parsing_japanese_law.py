"""Laws of Japan: each provision is a unit by 条, 項, 号 and イロハ, each numbered entry of a table too, and no words are lost."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from lxml import etree

from tests import japan_law_samples as samples
from tracker.demo.egov import _tree
from tracker.documents.effect_names import ancestors
from tracker.documents.japanese_law_paths import (
    is_japanese_law,
    japanese_path,
    level_of,
    names_of,
    section_of,
)
from tracker.errors import ParseError
from tracker.parsing.japanese_law import law_in, law_units
from tracker.text.kanji_numbers import kanji_number


def answer(text: str) -> dict[str, Any]:
    return {"law_full_text": base64.b64encode(text.encode()).decode()}


def units(text: str) -> dict[str, str]:
    found = law_units(law_in(answer(text), "law"), samples.NAME, "改正する政令")
    return {unit.path.removeprefix(f"{samples.NAME} › "): unit.text for unit in found}


def test_provisions_are_named_as_lawyers_cite_them() -> None:
    found = units(samples.first_text())
    assert found["第一章"] == "第一章　総則"
    assert found["第一条"] == "第一条（輸出の許可）"
    assert found["第一条第二項"].startswith("２　前項の許可を")
    assert found["第一条第二項"].endswith(
        "申請しなければならない。ただし、次に掲げる場合は、この限りでない。"
    )
    assert found["第一条第二項第一号"] == "一　総価額が百万円以下の貨物を輸出しようとするとき。"
    assert found["第一条第二項第二号ロ"].startswith("ロ　国際機関が")
    assert found["附則 › 第一項"] == "この政令は、公布の日から施行する。"


def test_rows_and_their_numbered_entries_are_units_however_they_are_marked_up() -> None:
    found = units(samples.second_text())
    assert found["別表第一"] == "別表第一（第一条関係）"
    assert found["別表第一 › 一の項"] == "一\u2003次に掲げる貨物\u2003全地域"
    assert found["別表第一 › 一の項（二）"] == "（二）　爆発物"
    assert found["別表第一 › 二の項（三）"].startswith("（三）　圧力計")
    assert found["附則（令和八年政令第三百号） › 第一項"].endswith("令和九年四月一日から施行する。")


def test_no_words_are_lost() -> None:
    text = samples.second_text()
    root = etree.fromstring(text.encode())
    toc = root.find(".//TOC")
    assert toc is not None
    assert toc.getparent() is not None
    toc.getparent().remove(toc)  # type: ignore[union-attr]
    read = re.sub(r"\s", "", "".join(units(text).values()))
    for element in root.iter("Sentence", "ArticleCaption", "ItemTitle", "Subitem1Title", "EnactStatement"):
        assert re.sub(r"\s", "", "".join(map(str, element.itertext()))) in read


def test_the_tree_of_tags_gives_the_same_units_as_the_xml() -> None:
    text = samples.second_text()
    tree = {"law_full_text": _tree(etree.fromstring(text.encode()))}
    assert law_units(law_in(tree, "law"), "令", "x") == law_units(law_in(answer(text), "law"), "令", "x")


def test_readings_are_left_out_and_exponents_stay() -> None:
    text = samples.first_text().replace(
        "爆発物", "<Ruby>錐<Rt>きり</Rt></Ruby>及び１０<Sup>－６</Sup>Ｐａの容器"
    )
    assert units(text)["別表第一 › 一の項（二）"] == "（二）　錐及び１０^(－６)Ｐａの容器"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"law_full_text": "%%%"},
        {"law_full_text": base64.b64encode(b"<Law/>").decode()},
        {"law_full_text": {"tag": "a b"}},
        [],
    ],
)
def test_anything_but_a_law_is_refused(value: Any) -> None:
    with pytest.raises(ParseError):
        law_units(law_in(value, "law"), "令", "x")


def test_numbers_are_written_as_the_law_writes_them() -> None:
    assert [kanji_number(n) for n in (1, 10, 11, 20, 48, 100, 110, 1000, 3999)] == [
        "一", "十", "十一", "二十", "四十八", "百", "百十", "千", "三千九百九十九",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("輸出貿易見本令第1条第2項第1号", "輸出貿易見本令 › 第一条第二項第一号"),
        ("見本令別表第1の2の項(3)", "輸出貿易見本令 › 別表第一 › 二の項（三）"),
        ("輸出貿易見本令 › 第十条の二第２項第１号の二イ", "輸出貿易見本令 › 第十条の二第二項第一号の二イ"),
        ("見本令", "輸出貿易見本令"),
        ("見本令第1条第2項第2号イ（１）", "輸出貿易見本令 › 第一条第二項第二号イ（1）"),
        ("外国為替令第17条", ""),
    ],
)
def test_a_unit_is_found_in_the_forms_in_which_people_write_it(written: str, path: str) -> None:
    assert japanese_path(written, names_of([("輸出貿易見本令", "", ["見本令"])])) == path


def test_a_unit_has_its_article_its_level_and_what_contains_it() -> None:
    item = "輸出貿易見本令 › 第一条第二項第一号イ"
    assert section_of(item) == ("輸出貿易見本令 › 第一条", "第二項第一号イ")
    assert level_of(item) == 3
    assert section_of("輸出貿易見本令 › 別表第一 › 二の項（三）") == (
        "輸出貿易見本令 › 別表第一",
        "二の項（三）",
    )
    assert level_of("輸出貿易見本令 › 別表第一 › 二の項（三）") == 2
    assert section_of("輸出貿易見本令 › 附則（令和八年政令第三百号） › 第一項")[1] == "第一項"
    assert list(ancestors(item)) == [
        item, "輸出貿易見本令 › 第一条第二項第一号", "輸出貿易見本令 › 第一条第二項", "輸出貿易見本令 › 第一条", "輸出貿易見本令",
    ]  # fmt: skip
    assert not is_japanese_law("15 CFR 744.21(b)")
    assert not is_japanese_law("Supp. No. 4 to Part 744 › JAPAN › 株式会社見本")
