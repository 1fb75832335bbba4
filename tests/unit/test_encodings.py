from __future__ import annotations

import pytest
import webencodings
from hypothesis import given
from hypothesis import strategies as st

from tracker.text import encodings
from tracker.text.encodings import as_utf_8, decoded, encoding_of, label_of, xml_as_utf_8

JAPANESE = "輸出許可が必要な品目に①と髙い性能の半導体を加えます。"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Shift_JIS", "shift_jis"),
        ("x-sjis", "shift_jis"),
        ("windows-31j", "shift_jis"),
        ("gb2312", "gbk"),
        ("iso-8859-1", "windows-1252"),
        ("us-ascii", "windows-1252"),
        ("latin1", "windows-1252"),
        ("ks_c_5601-1987", "euc-kr"),
        ("UTF8", "utf-8"),
        ("no-such-thing", ""),
        ("", ""),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, name: str) -> None:
    assert encodings.encoding_name(label) == name


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (JAPANESE.encode("cp932"), "Shift_JIS", JAPANESE),
        ("朱镕基".encode("gb18030"), "gb2312", "朱镕基"),
        ("똠방각하".encode("cp949"), "euc-kr", "똠방각하"),
        (b"\x93quoted\x94 \x97 10 \x80", "iso-8859-1", "“quoted” — 10 €"),
        (b"a\x81b", "windows-1252", "a\x81b"),
        (b"\xad\xa1 \xa4\xa2", "euc-jp", "① あ"),
        (b"\xfc\xe2", "euc-jp", "髙"),
        (b"\x1b$B-!\x1b(B", "iso-2022-jp", "①"),
        (b"\xff\xfe" + "20 days".encode("utf-16-le"), "utf-8", "20 days"),
        (b"\xfe\xff" + "20 days".encode("utf-16-be"), "shift_jis", "20 days"),
        (b"\xef\xbb\xbf" + "é".encode(), "windows-1252", "é"),
        (b"plain", "no-such-thing", "plain"),
    ],
)
def test_bytes_are_read_as_browsers_read_them(data: bytes, label: str, text: str) -> None:
    assert decoded(data, label) == text
    assert as_utf_8(data, label) == text.encode()


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "shift_jis", "gb2312", "euc-jp", ""])
def test_bytes_that_are_plainly_utf_8_are_read_so_under_any_label(label: str) -> None:
    text = "the “end-user’s” license — see § 744.11"
    assert decoded(text.encode(), label) == text
    assert decoded(JAPANESE.encode(), label) == JAPANESE


def test_utf_8_whose_last_character_is_cut_off_is_still_utf_8() -> None:
    assert decoded("don’t — “".encode()[:-1], "iso-8859-1") == "don’t — \ufffd"


def test_ambiguous_characters_are_decoded_by_the_label() -> None:
    assert decoded("联通".encode("gbk"), "gb2312") == "联通"
    assert decoded("café".encode(), "windows-1252") == "café"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b'<html><head><meta charset="x-sjis"></head>\x83\x41', "shift_jis"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">\xd6\xd0', "gbk"),
        (b'<!-- <meta charset="gb2312"> --><meta charset=euc-kr>\xb0\xa1\xff', "euc-kr"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><a>\x83\x41</a>', "shift_jis"),
        (b'<meta charset="utf-16">ascii', "utf-8"),
        ('<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16-le"), "utf-16le"),
        (b"caf\xe9", "windows-1252"),
        (b"ascii", "utf-8"),
    ],
)
def test_a_text_declares_its_encoding(data: bytes, name: str) -> None:
    assert encoding_of(data) == name


@pytest.mark.parametrize("name", ["cp932", "euc_jp", "iso2022_jp", "utf-8"])
def test_japanese_without_a_label_is_known_by_its_kana(name: str) -> None:
    text = "この規則により、輸出管理の対象となる品目が追加されました。"
    assert decoded(text.encode(name)) == text


@pytest.mark.parametrize(
    "text", ["“All” exporters’ licenses — “No” fee", "Société Générale à l’étranger", "naïve “ƒ‚” test ‚ƒ"]
)
def test_western_text_without_a_label_is_not_decoded_as_japanese(text: str) -> None:
    assert decoded(text.encode("cp1252")) == text


def test_xml_in_utf_8_no_longer_names_its_old_encoding() -> None:
    data = '<?xml version="1.0" encoding="Shift_JIS" standalone="yes"?><a>①</a>'.encode("cp932")
    assert xml_as_utf_8(data) == '<?xml version="1.0" standalone="yes"?><a>①</a>'.encode()
    assert xml_as_utf_8(b"<a>\xe9</a>") == b"<a>\xe9</a>", "XML that says nothing is UTF-8"


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("text/html; charset=utf-8", "utf-8"),
        ('text/html;Charset="x-sjis"', "x-sjis"),
        ("text/html", ""),
        (None, ""),
    ],
)
def test_the_charset_of_a_header(header: str | None, label: str) -> None:
    assert label_of(header) == label


LABELS = sorted({*webencodings.LABELS, "", "no-such-thing"})


@given(st.binary(max_size=60), st.sampled_from(LABELS))
def test_no_bytes_under_any_label_fail(data: bytes, label: str) -> None:
    assert as_utf_8(data, label).decode() == decoded(data, label).encode("utf-8", "replace").decode()
    xml_as_utf_8(data, label)
    encodings.misread(decoded(data, label))


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=60), st.sampled_from(LABELS)
)
def test_utf_8_with_characters_of_three_bytes_is_utf_8_under_any_label(text: str, label: str) -> None:
    text += "—"
    assert decoded(text.encode(), label) == text


@given(st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x3093), min_size=2, max_size=60))
def test_japanese_is_read_under_its_own_labels(text: str) -> None:
    for label in ("Shift_JIS", "euc-jp", "iso-2022-jp"):
        assert decoded(text.encode({"Shift_JIS": "cp932"}.get(label, label)), label) == text
