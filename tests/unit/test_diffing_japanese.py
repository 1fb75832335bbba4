"""Japanese words are compared as a lawyer reads them: numbers, provisions, katakana words and letters whole, no islands of kana."""

from __future__ import annotations

import pytest

from tracker.diffing.word_diff import tokens, word_spans


def shown(before: str, after: str) -> str:
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return "".join(marks[kind].format(words) for kind, words in word_spans(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("総価額が百万円以下", "総価額が五百万円以下", "総価額が[-百万-]{+五百万+}円以下"),
        ("内径が三十八センチメートル以上のもの", "内径が四十センチメートル以上のもの", "内径が[-三十八-]{+四十+}センチメートル以上のもの"),
        ("第四条第一項第二号イに掲げる", "第四条第一項第三号イに掲げる", "第四条第一項[-第二号-]{+第三号+}イに掲げる"),
        ("別表第一の二の項の中欄", "別表第一の三の項の中欄", "別表第一の[-二-]{+三+}の項の中欄"),
        ("１０マイクロメートル以下", "１５マイクロメートル以下", "[-１０-]{+１５+}マイクロメートル以下"),
        ("ベローズ弁を有するもの", "ダイヤフラム弁を有するもの", "[-ベローズ-]{+ダイヤフラム+}弁を有するもの"),
        ("経済産業大臣の許可を受けなければならない。", "財務大臣の許可を受けなければならない。", "[-経済産業-]{+財務+}大臣の許可を受けなければならない。"),
        ("第二十条の二、第三十条", "第二十条の三、第三十条", "[-第二十条の二-]{+第二十条の三+}、第三十条"),
        (
            "次のいずれかに該当する貨物を輸出しようとするとき。",
            "経済産業省令で定める地域を仕向地とする場合に限る。",
            "[-次のいずれかに該当する貨物を輸出しよう-]{+経済産業省令で定める地域を仕向地+}とする[-とき-]{+場合に限る+}。",
        ),
    ],
)  # fmt: skip
def test_the_changed_words_are_whole(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


def test_a_token_is_a_number_a_provision_or_a_katakana_word() -> None:
    assert tokens("第十四条の二第一項第一号イ及びロ") == [
        "第十四条の二",
        "第一項",
        "第一号",
        "イ",
        "及",
        "び",
        "ロ",
    ]
    assert tokens("アクチュエーターの二十五個") == ["アクチュエーター", "の", "二十五", "個"]
    assert tokens("イからハまで") == ["イ", "か", "ら", "ハ", "ま", "で"]
