"""Sentences, headlines, summaries and reasons of acts, word for word."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tracker.i18n import t
from tracker.model import (
    Act,
    ActVerb,
    Direction,
    Document,
    DocumentKind,
    Evidence,
    Force,
    JapanStanding,
    Level,
    Operand,
    Status,
    Unit,
    UnitKind,
)
from tracker.wording import (
    DocumentFacts,
    ReadState,
    act_sentence,
    headline,
    reason,
    summary,
    unread,
)
from tracker.wording.phrases import noun

BEFORE = date(2025, 8, 1)
LATER = date(2026, 11, 30)
SEEN = Evidence("It is ordered.", "¶1")

INDIA = Act(
    ActVerb.IMPOSE,
    Operand.DUTY,
    SEEN,
    actor="president",
    of=("india",),
    amount_after="25 percent",
    trigger="directly or indirectly importing Russian Federation crude oil",
    trigger_countries=("russia",),
    japan=JapanStanding.OUT,
    force=Force.BINDING_FROM,
    since=date(2025, 8, 27),
)
PAKISTAN = Act(
    ActVerb.ADD_CONTROL,
    Operand.LICENSE_REQUIREMENT,
    SEEN,
    actor="bis",
    of=("pakistan",),
    eccns=("2B999", "3A999", "3A991", "3A992", "4A994", "5A992"),
    force=Force.BINDING_FROM,
    since=date(2024, 11, 25),
)
LISTED = Act(
    ActVerb.ADD_PARTY,
    Operand.LISTING,
    Evidence("The following entry is added to the Entity List.", "¶1"),
    actor="bis",
    of=("japan",),
    parties=("Hinode Precision Co., Ltd.",),
    objects=("all items subject to the EAR",),
    terms=("presumption of denial",),
)
MANY = replace(
    LISTED,
    of=("china", "japan"),
    parties=("Alpha Tech", "Beta Semi", "Gamma Chip", "Hinode Precision Co., Ltd."),
    party_count=27,
)
CHIPS = Act(
    ActVerb.ADD_CONTROL,
    Operand.LICENSE_REQUIREMENT,
    SEEN,
    actor="bis",
    of=("china",),
    eccns=("3B001.c.1.a",),
    force=Force.PROPOSED,
    terms=("presumption of denial",),
    units=("15 CFR 744.23(a)(4)",),
)
TRUCE = Act(
    ActVerb.SUSPEND,
    Operand.DUTY,
    SEEN,
    actor="president",
    of=("china",),
    amount_after="24 percent",
    earlier_act="E.O. 14257",
    since=date(2025, 11, 10),
    until=date(2026, 11, 10),
)
COMMENTS = Act(
    ActVerb.REQUEST_COMMENTS,
    Operand.PROCEEDING,
    SEEN,
    actor="bis",
    objects=("robotics and industrial machinery",),
    terms=("section 232",),
    until=date(2025, 10, 17),
)


@pytest.mark.parametrize(
    ("act", "today", "ja"),
    [
        (
            INDIA,
            BEFORE,
            "大統領が、ロシア産原油の輸入を理由に、インドの産品に25%の追加関税を賦課。日本は対象外。2025年8月27日から適用。",
        ),
        (
            PAKISTAN,
            date(2024, 11, 20),
            "BISがパキスタン向けのECCN 2B999(特定の加工装置)、3A999(特定の加工装置・周波数変換器等)等6品目に"
            "許可要件を新設。2024年11月25日施行。",
        ),
        (
            LISTED,
            BEFORE,
            "BISがエンティティー・リストに日本所在のHinode Precision Co., Ltd.を追加。許可要件:EAR対象品目すべて。"
            "審査方針:原則不許可。",
        ),
        (
            CHIPS,
            BEFORE,
            "BISが規則案を公表。案では、中国向けのECCN 3B001.c.1.a(半導体製造装置)に許可要件を新設。審査方針:原則不許可。"
            "対象条項:EAR第744.23条(a)(4)(半導体製造装置の最終用途規制)。",
        ),
        (
            TRUCE,
            date(2025, 11, 11),
            "大統領が中国の産品への追加関税(24%、大統領令第14257号)を2025年11月10日から2026年11月10日まで停止。",
        ),
        (
            TRUCE,
            LATER,
            "大統領が中国の産品への追加関税(24%、大統領令第14257号)を2025年11月10日から2026年11月10日まで停止。"
            "期間は終了済み。",
        ),
        (
            replace(
                INDIA,
                verb=ActVerb.RAISE,
                amount_before="10 percent",
                trigger="",
                trigger_countries=(),
                objects=("steel articles", "aluminum articles"),
                of=("all",),
                japan=JapanStanding.RATE,
                japan_rate="15 percent",
            ),
            BEFORE,
            "大統領が全ての国・地域の鉄鋼・アルミニウムへの追加関税を10%から25%へ引上げ。日本は税率15%。2025年8月27日から適用。",
        ),
        (
            replace(INDIA, force=Force.STATEMENT, since=None),
            BEFORE,
            "大統領が、ロシア産原油の輸入を理由に、インドの産品に25%の追加関税を賦課すると表明。日本は対象外。",
        ),
        (
            replace(
                INDIA,
                actor="ustr",
                force=Force.STUDIED,
                since=None,
                trigger="unfair trade practices",
                trigger_countries=(),
            ),
            BEFORE,
            "USTRが調査・検討。検討対象の措置:不公正な貿易慣行を理由に、インドの産品に25%の追加関税を賦課。日本は対象外。",
        ),
        (
            COMMENTS,
            BEFORE,
            "BISがロボット・産業機械について意見を募集。根拠:通商拡大法232条。意見提出期限:2025年10月17日。",
        ),
        (
            COMMENTS,
            LATER,
            "BISがロボット・産業機械について意見を募集。根拠:通商拡大法232条。意見募集は終了(2025年10月17日締切)。",
        ),
    ],
)
def test_the_japanese_sentence(act: Act, today: date, ja: str) -> None:
    assert act_sentence(act, today=today).ja == ja


def test_the_english_sentence() -> None:
    assert act_sentence(INDIA, today=BEFORE).en == (
        "The President imposes additional duties of 25% on products of India, citing “directly or indirectly importing "
        "Russian Federation crude oil”. Japan is not covered. Applies from August 27, 2025."
    )
    assert act_sentence(MANY, today=BEFORE).en == (
        "BIS adds 27 parties in Japan and China (Alpha Tech, Beta Semi, and 25 more) to the Entity List. "
        "License requirement: all items subject to the EAR. License review policy: presumption of denial."
    )


def test_parties_in_japan_are_first_and_highlighted() -> None:
    text = act_sentence(
        MANY, today=BEFORE, facts=DocumentFacts(japan_parties=("Hinode Precision Co., Ltd.",))
    )
    assert text.ja.startswith(
        "BISがエンティティー・リストに日本・中国所在の27者(Hinode Precision Co., Ltd.、Alpha Techほか25者)を追加。"
        "うち日本所在:Hinode Precision Co., Ltd.。"
    )


def test_the_headline_has_japan_and_the_date_in_brackets() -> None:
    line = headline(INDIA, today=BEFORE)
    assert line.ja == (
        "大統領、ロシア産原油の輸入を理由に、インドの産品に25%の追加関税を賦課(日本は対象外、2025年8月27日から適用)"
    )
    assert headline(CHIPS, today=BEFORE).ja == (
        "BISの規則案:中国向けのECCN 3B001.c.1.a(半導体製造装置)に許可要件を新設"
    )


@pytest.mark.parametrize(
    ("status", "end"),
    [
        ((), "(2024年11月25日施行済み)"),
        (
            (Status("stayed", since=date(2025, 1, 1), until=date(2027, 1, 1)),),
            "(2024年11月25日施行、現在は2027年1月1日まで効力停止中)",
        ),
        (
            (Status("delayed", since=date(2024, 11, 1), until=date(2027, 1, 1)),),
            "(当初の施行日:2024年11月25日、現在は2027年1月1日まで施行延期中)",
        ),
        ((Status("not-enforced", since=date(2025, 1, 1)),), "(2024年11月25日施行、現在は執行見合わせ中)"),
        ((Status("rescinded", since=date(2025, 1, 1)),), "(2024年11月25日施行、廃止済み)"),
    ],
)
def test_the_words_follow_the_legal_status(status: tuple[Status, ...], end: str) -> None:
    assert headline(PAKISTAN, today=LATER, status=status).ja.endswith("許可要件を新設" + end)


def test_a_stayed_rule_without_a_date_of_its_own_is_not_reported_to_be_in_force() -> None:
    act = replace(PAKISTAN, since=None)
    assert (
        "施行済み" in act_sentence(act, today=LATER, status=(Status("in-force", since=date(2025, 1, 1)),)).ja
    )
    stayed = act_sentence(act, today=LATER, status=(Status("stayed", since=date(2025, 1, 1)),)).ja
    assert stayed.endswith("現在は効力停止中。")
    assert "施行済み" not in stayed


def test_the_summary_lists_the_other_acts_and_the_end_of_comments() -> None:
    facts = DocumentFacts(comments_close=date(2026, 12, 25))
    text = summary((PAKISTAN, replace(PAKISTAN, of=("china",), eccns=("3B001",)), LISTED), facts, today=LATER)
    assert text.ja.endswith(
        "ほかの措置:(1)エンティティー・リストに日本所在のHinode Precision Co., Ltd.を追加、"
        "(2)中国向けのECCN 3B001(半導体製造装置)に許可要件を新設。意見提出期限:2026年12月25日。"
    )
    assert summary((PAKISTAN,), facts, today=date(2027, 1, 1)).ja.endswith(
        "意見募集は終了(2026年12月25日締切)。"
    )
    assert summary((), facts, today=LATER).ja == ""


def test_the_reason_names_the_effect_and_japans_place() -> None:
    assert reason(INDIA, Level.HIGH, Direction.RESTRICTION).ja == (
        "インドの産品を米国に輸出するコストが上がる。対象国に生産拠点を持つ企業にも影響。"
        "日本は対象外だが、第三国の拠点・取引先を通じた影響はあり得る。関係する取引の有無の確認が必要。"
    )
    assert reason(PAKISTAN, Level.HIGH, Direction.RESTRICTION).ja == (
        "パキスタン向けのEAR対象品目の輸出・再輸出・国内移転に米国の許可が必要になる。日本からの再輸出も対象になり得る。"
        "関係する取引の有無の確認が必要。"
    )
    fine = Act(ActVerb.PENALIZE, Operand.LICENSE_REQUIREMENT, SEEN, parties=("Alpha Tech",))
    assert (
        reason(fine, Level.MEDIUM, Direction.RESTRICTION).ja
        == "違反とされた取引と同種の取引が自社にないかの確認が必要。"
    )
    assert "拘束力はまだない" in reason(CHIPS, Level.HIGH, Direction.RESTRICTION).ja
    assert "方向" not in reason(TRUCE, Level.MEDIUM, Direction.UNDETERMINED).ja
    assert "確定できない" in reason(TRUCE, Level.MEDIUM, Direction.UNDETERMINED).ja


LIST_CHANGE = Act(
    ActVerb.REVISE,
    None,
    Evidence("c.1.a. Equipment for isotropic dry etching", "Supp. No. 1 to Part 774 › 3B001 › c.1.a"),
    eccns=("3B001",),
    units=("Supp. No. 1 to Part 774 › 3B001 › c.1.a",),
)


def test_an_act_of_a_change_of_text_names_the_provision() -> None:
    facts = DocumentFacts(DocumentKind.CFR, "15 CFR 774")
    line = headline(LIST_CHANGE, facts, today=LATER)
    assert line.ja == "ECCN 3B001.c.1.a(半導体製造装置)の規定を変更"
    assert line.en == "The CFR text revises the provisions of ECCN 3B001.c.1.a"
    section = replace(LIST_CHANGE, operand=Operand.REVIEW_POLICY, eccns=(), units=("15 CFR 742.6(a)(6)",))
    assert headline(section, facts, today=LATER).ja == (
        "EAR第742.6条(a)(6)(先端コンピューティング・半導体製造装置のRS規制)の審査方針を変更"
    )
    group = replace(
        LIST_CHANGE, eccns=(), of=("japan",), units=("Supp. No. 1 to Part 740 › Country Group A › Japan",)
    )
    assert headline(group, facts, today=LATER).ja == (
        "EAR第740部補遺第1号(カントリーグループ)の日本に関する規定を変更"
    )


def test_a_page_is_named_where_its_act_names_nothing() -> None:
    act = Act(
        ActVerb.LOWER,
        Operand.REPORTING_DUTY,
        SEEN,
        actor="bis",
        amount_before="ninety days",
        amount_after="thirty days",
        units=("Advanced chips › ¶2",),
    )
    facts = DocumentFacts(DocumentKind.PAGE, "Guidance on Chips – Bureau of Industry and Security")
    line = headline(act, facts, today=LATER)
    assert line.ja == "BIS、報告義務の期限を90日から30日へ変更:「チップに関する指針」"


def test_a_verb_against_the_direction_is_not_reported() -> None:
    act = Act(ActVerb.WIDEN, Operand.LICENSE_EXCEPTION, SEEN, terms=("STA",), direction=Direction.RESTRICTION)
    assert act_sentence(act, today=LATER).ja == "許可例外STA(戦略的貿易許可)を変更。"
    relief = replace(act, direction=Direction.RELIEF)
    assert act_sentence(relief, today=LATER).ja == "許可例外STA(戦略的貿易許可)の対象を拡大。"


def test_pieces_of_a_sentence_are_not_reported_to_be_goods() -> None:
    act = replace(INDIA, objects=("into the United States", "goods are not subject"))
    assert "「" not in act_sentence(act, today=BEFORE).ja
    assert "インドの産品に25%の追加関税を賦課" in act_sentence(act, today=BEFORE).ja


def test_rows_under_japan_are_the_parties_located_there() -> None:
    document = Document(
        "15 CFR 744",
        DocumentKind.CFR,
        "15 CFR 744",
        "https://www.example.gov/",
        units=(
            Unit("Supp. No. 4 to Part 744 › JAPAN › Hinode K.K.", UnitKind.ROW, "Hinode K.K."),
            Unit("Supp. No. 4 to Part 744 › CHINA › Alpha Tech", UnitKind.ROW, "Alpha Tech"),
        ),
    )
    assert DocumentFacts.of(document).japan_parties == ("Hinode K.K.",)


def test_an_operand_has_one_word_in_sentences_the_table_of_acts_and_the_glossary() -> None:
    page = (Path(__file__).parents[2] / "docs/glossary.md").read_text("utf-8")
    rows = dict(
        re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| ([^|]+) \|$", page.split("措置の対象\n")[1], re.MULTILINE)
    )
    for operand in Operand:
        word = noun(operand, "ja").word
        assert rows[operand] == word
        assert t(f"operand.{operand}", "ja") == word


def test_japans_rate_is_shown_where_only_a_further_act_has_it() -> None:
    general = replace(INDIA, of=("all",), japan=JapanStanding.NOT_NAMED, trigger="", trigger_countries=())
    own = replace(
        general,
        verb=ActVerb.REVISE,
        japan=JapanStanding.RATE,
        japan_rate="15 percent",
        amount_after="15 percent",
    )
    assert headline(general, today=BEFORE, others=(own,)).ja.endswith(
        "、日本は税率15%、2025年8月27日から適用)"
    )
    assert "日本は税率15%" in summary((general, own), today=BEFORE).ja
    assert "日本に適用される税率は15%" in reason(general, Level.HIGH, Direction.RESTRICTION, others=(own,)).ja
    listing = replace(own, operand=Operand.LISTING)
    assert "日本" not in headline(general, today=BEFORE, others=(listing,)).ja


def test_the_further_acts_that_add_most_are_first() -> None:
    plain = replace(INDIA, japan=JapanStanding.NOT_NAMED, verb=ActVerb.EXTEND)
    rate = replace(plain, operand=Operand.QUOTA, verb=ActVerb.RAISE, amount_after="50 percent")
    other = replace(plain, operand=Operand.EXCLUSION)
    text = summary((INDIA, other, rate), today=BEFORE)
    assert text.ja.index("50%") < text.ja.index("延長")


def test_no_rate_of_several_is_said_to_be_that_of_the_whole() -> None:
    buses = replace(INDIA, verb=ActVerb.LOWER, objects=("buses",), amount_after="10 percent")
    said = headline(INDIA, today=BEFORE, others=(buses,))
    assert "税率は品目・国により10%・25%" in said.ja
    assert "25%の追加関税を賦課" not in said.ja
    text = summary((INDIA, buses), today=BEFORE).ja
    assert "10%・25%" in text
    assert "10%へ" not in text


def test_an_english_title_is_followed_by_japanese_keywords() -> None:
    act = Act(ActVerb.ADD_CONTROL, Operand.SANCTION, SEEN, actor="president")
    facts = DocumentFacts(
        DocumentKind.PAGE, "Regarding the Acquisition of Drone Makers in China – The White House"
    )
    assert summary((act,), facts, today=LATER).ja == (
        "大統領が制裁を発動。文書名:「Regarding the Acquisition of Drone Makers in China」(キーワード:中国・買収・無人航空機)。"
    )
    assert "(キーワード:中国・買収・無人航空機)" in unread(facts, ReadState.NO_TEXT).summary.ja


def test_a_lower_threshold_that_restricts_is_shown_as_a_number() -> None:
    act = Act(
        ActVerb.LOWER,
        Operand.LICENSE_REQUIREMENT,
        SEEN,
        units=("Supp. No. 1 to Part 774 › 3A090 › c",),
        amount_before="2",
        amount_after="1.6",
        direction=Direction.RESTRICTION,
    )
    facts = DocumentFacts(DocumentKind.CFR, "PART 774—THE COMMERCE CONTROL LIST")
    assert headline(act, facts, today=LATER).ja == "ECCN 3A090.c(先端IC)の許可要件の基準を2から1.6へ引下げ"
    vague = replace(act, amount_before="", amount_after="")
    assert headline(vague, facts, today=LATER).ja == "ECCN 3A090.c(先端IC)の許可要件を変更"


def test_two_review_policies_are_listed_and_not_shown_as_set() -> None:
    act = replace(
        CHIPS, verb=ActVerb.REVISE, operand=Operand.REVIEW_POLICY, force=Force.BINDING_NOW, units=()
    )
    assert (
        act_sentence(act, today=LATER).ja
        == "BISが中国向けのECCN 3B001.c.1.a(半導体製造装置)の審査方針を原則不許可に変更。"
    )
    both = replace(act, terms=("presumption of denial", "case-by-case"))
    assert act_sentence(both, today=LATER).ja == (
        "BISが中国向けのECCN 3B001.c.1.a(半導体製造装置)の審査方針を変更。審査方針:原則不許可・個別審査。"
    )


def test_the_bureau_acts_where_its_department_is_named() -> None:
    facts = DocumentFacts(DocumentKind.RULE, agencies=("Commerce Department", "Industry and Security Bureau"))
    assert act_sentence(replace(PAKISTAN, actor="commerce"), today=LATER, facts=facts).ja.startswith("BISが")
    assert act_sentence(replace(PAKISTAN, actor=""), today=LATER, facts=facts).ja.startswith("BISが")
    assert act_sentence(replace(PAKISTAN, actor="state"), today=LATER, facts=facts).ja.startswith("国務省が")
