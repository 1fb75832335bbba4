"""Japanese names of law terms, ECCNs, sections and goods: complete, short, one word for one subject."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recorded import recorded
from tracker.countries import countries_in
from tracker.terms import (
    agency_id,
    agency_name,
    conduct_name,
    country_group_name,
    eccn_label,
    eccn_name,
    goods_ja,
    goods_name,
    goods_of,
    legal_basis_name,
    license_exception_name,
    phrase_ja,
    place_label,
    plain_goods,
    reason_for_control_name,
    review_policy_name,
    section_name,
)
from tracker.terms.table import tables

ROOT = Path(__file__).parents[2]
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


# --- ECCNs --------------------------------------------------------------------------------------


def test_every_entry_of_the_recorded_commerce_control_list_has_a_name() -> None:
    entries = json.loads(recorded("ecfr/ccl-2026-07-23.json.xz"))["entries"]
    names = tables("ccl_names")["names"]
    assert len(entries) > 600
    assert [entry["eccn"] for entry in entries if entry["eccn"] not in names] == []


def test_each_eccn_has_its_own_short_japanese_name() -> None:
    names = {code: value[0] for code, value in tables("ccl_names")["names"].items()}
    assert [code for code in names if not re.fullmatch(r"[0-9][A-E][0-9]{3}", code)] == []
    assert [name for name, count in Counter(names.values()).items() if count > 1] == []
    assert [name for name in names.values() if len(name) > 26 or not JAPANESE.search(name)] == []


def test_software_and_technology_entries_are_labeled() -> None:
    for code, (name,) in tables("ccl_names")["names"].items():
        if code == "4E091":
            continue  # model weights are controlled as technology
        if code[1] == "D":
            assert "ソフトウェア" in name or "ソースコード" in name, (code, name)
        elif code[1] == "E":
            assert "技術" in name, (code, name)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("3B001", "半導体製造装置"),
        ("3B001.c.1.a", "半導体製造装置"),
        ("ECCN 2B999", "特定の加工装置"),
        ("3A090", "先端IC"),
        ("4E091", "AIモデルウエート"),
        ("1C350", "化学兵器前駆物質"),
        ("9A012", "無人航空機"),
        ("3B777", "エレクトロニクスの試験・検査・製造装置"),
        ("EAR99", ""),
        ("15 CFR 744", ""),
    ],
)
def test_the_name_of_an_eccn(code: str, name: str) -> None:
    assert eccn_name(code) == name


def test_an_eccn_with_its_name() -> None:
    assert eccn_label("3B001.a.4", "ja") == "ECCN 3B001.a.4(半導体製造装置)"
    assert eccn_label("ECCN 3B001", "en").startswith("ECCN 3B001 (electronics")
    assert eccn_label("EAR99", "ja") == "ECCN EAR99"


# --- sections -----------------------------------------------------------------------------------


def test_every_section_and_supplement_of_the_recorded_ear_has_a_name() -> None:
    structure = json.loads(recorded("ecfr/api/structure-title-15-2025-04-29.json.xz"))
    missing, seen = [], 0

    def walk(node: dict[str, object], part: int) -> None:
        nonlocal seen
        kind, identity = node.get("type"), str(node.get("identifier"))
        if kind == "part":
            part = int(identity) if identity.isdigit() else 0
        inside = 730 <= part <= 774 or part == 791
        if inside and not node.get("reserved") and kind in ("part", "section", "appendix"):
            path = {"part": f"15 CFR {identity}", "section": f"15 CFR {identity}"}.get(str(kind), identity)
            seen += 1
            if not section_name(path):
                missing.append(path)
        children = node.get("children", [])
        assert isinstance(children, list)
        for child in children:
            walk(child, part)

    walk(structure, 0)
    assert seen > 350
    assert missing == []


def test_the_sections_of_later_recorded_texts_have_a_name() -> None:
    sections = json.loads(recorded("ecfr/ear-sections/2026-02-10.json.xz"))
    assert [
        number
        for number, text in sections.items()
        if "Reserved" not in text["heading"] and not section_name(f"15 CFR {number}")
    ] == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("15 CFR 744.21(b)(2)", "軍事最終用途・軍事最終使用者規制"),
        ("§ 744.21(b)", "軍事最終用途・軍事最終使用者規制"),
        ("15 CFR 734.9(h)(1)(i)", "先端コンピューティングFDPR"),
        ("15 CFR 734.9", "外国直接製品ルール(FDPR)"),
        ("Supp. No. 4 to Part 744 › JAPAN › Some Co., Ltd.", "エンティティー・リスト"),
        ("Supplement No. 4 to part 744", "エンティティー・リスト"),
        ("15 CFR 744", "最終用途・最終使用者規制"),
        ("31 CFR 850.101", ""),
        ("31 CFR 850", "対外投資規則"),
        ("15 CFR 999.1", ""),
        ("Press release › ¶2", ""),
    ],
)
def test_the_name_of_a_section(path: str, name: str) -> None:
    assert section_name(path) == name


@pytest.mark.parametrize(
    ("path", "ja", "en"),
    [
        (
            "15 CFR 744.21(b)(2)",
            "EAR第744.21条(b)(2)(軍事最終用途・軍事最終使用者規制)",
            "15 CFR 744.21(b)(2) (military end uses and end users)",
        ),
        ("§ 734.9(k)", "EAR第734.9条(k)(半導体製造装置FDPR)", None),
        ("Supp. No. 1 to Part 774 › 3B001 › c.1.a", "ECCN 3B001.c.1.a(半導体製造装置)", None),
        ("Supp. No. 1 to Part 774", "規制品目リスト(CCL、EAR第774部補遺第1号)", None),
        (
            "Supp. No. 4 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF › Some Co., Ltd.",
            "エンティティー・リスト:Some Co., Ltd.(中国)",
            "Entity List: Some Co., Ltd. (China)",
        ),
        ("Supp. No. 6 to Part 744 › JAPAN", "未検証リスト:日本", "Unverified List: Japan"),
        ("15 CFR 999.1", "連邦規則集第15編第999.1条", "15 CFR 999.1"),
    ],
)
def test_a_place_is_named_with_its_subject(path: str, ja: str, en: str | None) -> None:
    assert place_label(path, "ja") == ja
    if en is not None:
        assert place_label(path, "en") == en


# --- law terms ----------------------------------------------------------------------------------


def test_terms_of_the_law() -> None:
    assert license_exception_name("STA") == "許可例外STA(戦略的貿易許可)"
    assert (
        license_exception_name("License Exception NAC", "en")
        == "License Exception NAC (notified advanced computing)"
    )
    assert license_exception_name("XYZ") == ""
    assert review_policy_name("reviewed under a presumption of denial") == "原則不許可"
    assert review_policy_name("reviewed case by case", "en") == "case-by-case review"
    assert review_policy_name("a policy") == ""
    assert country_group_name("Country Group D:5") == "カントリーグループD:5(武器禁輸国)"
    assert country_group_name("Z:1") == ""
    assert reason_for_control_name("NS") == "国家安全保障(NS)"
    assert reason_for_control_name("XX") == ""
    assert legal_basis_name("Section 232 of the Trade Expansion Act of 1962") == "通商拡大法232条"
    assert legal_basis_name("section-338") == "関税法338条"
    assert legal_basis_name("section 2321") == ""


@pytest.mark.parametrize(
    ("words", "short"),
    [
        ("bis", "BIS"),
        ("Industry and Security Bureau, Commerce Department", "BIS"),
        ("Commerce Department", "商務省"),
        ("Department of the Treasury", "財務省"),
        ("Foreign Assets Control Office", "OFAC"),
        ("Office of the United States Trade Representative", "USTR"),
        ("Executive Office of the President", "大統領"),
        ("president", "大統領"),
        ("CAPITAL PROJECTS", ""),
        ("Fish and Wildlife Service", ""),
    ],
)
def test_the_most_particular_agency_is_named(words: str, short: str) -> None:
    assert agency_name(words, "ja", short=True) == short


def test_an_agency_has_a_full_and_a_short_name() -> None:
    assert agency_name("bis", "ja") == "米国商務省産業安全保障局(BIS)"
    assert agency_name("bis", "en") == "Bureau of Industry and Security"
    assert agency_id("U.S. Customs and Border Protection") == "cbp"


# --- goods and conduct --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "ja"),
    [
        ("certain steel articles", "鉄鋼"),
        ("timber, lumber, and their derivative products", "木材・製材・派生品"),
        ("semiconductor manufacturing equipment", "半導体製造装置"),
        ("semiconductors and semiconductor manufacturing equipment", "半導体・半導体製造装置"),
        ("medium- and heavy-duty trucks", "中・大型トラック"),
        ("articles of Brazil", "産品"),
        ("Russian Federation origin crude oil", "原油"),
        ("batteries", "蓄電池"),
        ("all items subject to the EAR", "EAR対象品目すべて"),
        ("steel, aluminum, copper, and timber", "鉄鋼・アルミニウム・銅等"),
        ("unwrought aluminum foil", "アルミニウム塊箔"),
        ("tapered roller housings", "テーパー付きローラーハウジング"),
        ("Timber, Lumber – The White House", "木材・製材"),
        ("into the United States", ""),
        ("by heading 9903", ""),
        ("goods are not subject", ""),
        ("半導体", "半導体"),
        ("", ""),
    ],
)
def test_goods_in_japanese(words: str, ja: str) -> None:
    assert goods_ja(words) == ja


def test_generic_words_name_no_goods() -> None:
    assert goods_of("all articles and products").generic
    assert not goods_of("steel products").generic


@given(st.text())
def test_goods_of_any_text_are_found_without_loss(words: str) -> None:
    shown = goods_ja(words)
    plain = plain_goods(words)
    if not goods_of(plain).whole and not phrase_ja(plain) and shown:
        assert plain in shown


def test_goods_of_a_title_are_lower_case_in_english() -> None:
    assert goods_name("Medium- And Heavy-Duty Vehicles", "en") == "medium- and heavy-duty vehicles"
    assert goods_name("SEMICONDUCTORS", "en") == "semiconductors"
    assert goods_name("MHDVs", "en") == "MHDVs"
    assert goods_name("H20 integrated circuits", "en") == "H20 integrated circuits"


def test_the_dictionary_of_goods_is_rich_and_each_entry_is_found_by_its_words() -> None:
    entries = {words: names[0] for table in tables("goods").values() for words, names in table.items()}
    assert len(entries) > 400
    for words, ja in entries.items():
        found = goods_of(words)
        assert found.whole, words
        assert found.names == (ja,), words


@pytest.mark.parametrize(
    ("words", "country", "ja"),
    [
        ("directly or indirectly importing Russian Federation oil", "ロシア", "ロシア産石油の輸入"),
        ("failure to stop the flow of fentanyl", "中国", "フェンタニル等の違法薬物の流入"),
        ("importing", "ロシア", "「importing」"),
        ("imports of crude oil from Iran", "", "イラン産原油の輸入"),
        ("purchases of Venezuelan crude oil", "ベネズエラ", "ベネズエラ産原油の輸入"),
        ("illegal migration and illicit drugs", "", "フェンタニル等の違法薬物の流入・不法移民の流入"),
        ("painting the bridge", "", "「painting the bridge」"),
        ("", "", ""),
    ],
)
def test_conduct_in_japanese(words: str, country: str, ja: str) -> None:
    assert conduct_name(words, country) == ja


# --- one word, one meaning


def table_under(heading: str) -> dict[str, str]:
    page = (ROOT / "docs/glossary.md").read_text("utf-8")
    body = re.split(r"^#{2,3} ", page.split(f"# {heading}\n", 1)[1], flags=re.MULTILINE)[0]
    cells = [
        [cell.strip() for cell in line.strip("| ").split("|")]
        for line in body.splitlines()
        if line.startswith("|")
    ]
    return {row[0]: row[1] for row in cells[2:]}


@pytest.mark.parametrize(
    ("heading", "table", "key"),
    [
        ("License exceptions · 許可例外", "license-exceptions", "id"),
        ("Review policies · 審査方針", "review-policies", "name"),
        ("Country groups · カントリーグループ", "country-groups", "id"),
        ("Reasons for control · 規制理由", "reasons-for-control", "id"),
        ("Statutes · 根拠法令", "legal-bases", "last"),
    ],
)
def test_the_glossary_shows_the_terms(heading: str, table: str, key: str) -> None:
    terms = tables("law_terms")[table]
    shown = {
        "id": {identity: names[0] for identity, names in terms.items()},
        "name": {names[1]: names[0] for names in terms.values()},
        "last": {names[-1].removeprefix("the "): names[0] for names in terms.values()},
    }[key]
    assert table_under(heading) == shown


def test_one_japanese_word_for_one_meaning() -> None:
    avoided = [
        word for words in table_under("One word, one meaning · 用語の統一") for word in words.split("、")
    ]
    assert len(avoided) > 20
    pages = [
        ROOT / "tracker/i18n/ja.toml",
        *(ROOT / "tracker/terms").glob("*.toml"),
        *(ROOT / "tracker/wording").glob("*.py"),
        *(ROOT / "tracker/wording").glob("*.toml"),
    ]
    wrong = [(page.name, word) for page in pages for word in avoided if word in page.read_text("utf-8")]
    assert wrong == []


def test_agencies_and_statuses_have_the_words_of_the_glossary() -> None:
    page = (ROOT / "docs/glossary.md").read_text("utf-8")
    catalog = tomllib.loads((ROOT / "tracker/i18n/ja.toml").read_text("utf-8"))
    for names in tables("law_terms")["agencies"].values():
        if f"| {names[1]}" in page:
            assert names[0].removeprefix("米国") in page or names[0] in page, names[0]
    for state, word in table_under("Legal status · 効力").items():
        assert state.strip("`")
        assert word
    for key, word in catalog.items():
        if key.startswith("status."):
            assert f"| `{key.removeprefix('status.')}` |" in page
            assert f"| {word} |" in page, key


@pytest.mark.parametrize(
    ("name", "ja"),
    [("TÜRKİYE", "トルコ"), ("Türkiye", "トルコ"), ("türkiye", "トルコ"), ("\N{KELVIN SIGN}ENYA", "ケニア"), ("Kenya", "ケニア")],
)  # fmt: skip
def test_a_country_is_found_in_any_case(name: str, ja: str) -> None:
    assert [one.ja for one in countries_in(f"an entry under {name}")] == [ja]
