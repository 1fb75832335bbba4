"""Every act has a grammatical sentence in both languages that names all its facts, whichever fields are missing."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.countries import country_named
from tracker.i18n import format_day
from tracker.model import Act, ActVerb, Direction, Evidence, Force, JapanStanding, Level, Operand, Status
from tracker.wording import DocumentFacts, act_sentence, headline, reason, summary

TODAY = date(2026, 11, 30)
PARTIES = ("Hinode Precision Co., Ltd.", "Alpha Tech", "Beta Semiconductor", "Gamma FZE")
COUNTRIES = ("china", "hong-kong", "japan", "european-union", "russia", "saudi-arabia", "all")
ECCNS = ("3B001", "3A090", "2B999", "9A012", "4E091")
OBJECTS = (
    "steel articles",
    "semiconductors",
    "crude oil",
    "articles",
    "tapered roller housings",
    "all items subject to the EAR",
)
TERMS = ("STA", "presumption of denial", "D:5", "section 232", "NAC", "case-by-case", "some other term")
UNITS = (
    "15 CFR 744.23(a)(4)",
    "15 CFR 734.9(h)",
    "15 CFR 742.4",
    "Supp. No. 4 to Part 744 › CHINA › Alpha Tech",
    "31 CFR 850.210",
)
EARLIER = ("", "E.O. 14257", "90 FR 47201", "Adjusting Imports of Steel")
TRIGGERS = ("", "importing Russian Federation oil", "diversion to Iran", "painting bridges")
AMOUNTS = ("", "Canada 35 percent", "25 percent", "$1.5 million", "ninety days", "4800 TOPS")


def subsets(values: tuple[str, ...], most: int = 4) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=most).map(tuple)


DAYS = st.none() | st.dates(date(2025, 1, 1), date(2028, 12, 31))
ACTS = st.builds(
    Act,
    verb=st.sampled_from(ActVerb),
    operand=st.none() | st.sampled_from(Operand),
    evidence=st.sampled_from(
        [Evidence("An entry is added to the Entity List.", "¶1"), Evidence("It is ordered.", "¶1")]
    ),
    actor=st.sampled_from(["", "president", "bis", "ofac", "Some Other Agency"]),
    objects=subsets(OBJECTS),
    eccns=subsets(ECCNS),
    hts=subsets(("8542.31", "9903.01.25", "8703.23")),
    parties=subsets(PARTIES),
    party_count=st.sampled_from([None, 5, 27]),
    of=subsets(COUNTRIES),
    trigger=st.sampled_from(TRIGGERS),
    trigger_countries=subsets(("iran", "russia"), 2),
    amount_before=st.sampled_from(AMOUNTS),
    amount_after=st.sampled_from(AMOUNTS),
    japan=st.sampled_from(JapanStanding),
    japan_rate=st.sampled_from(["", "15 percent"]),
    force=st.sampled_from(Force),
    since=DAYS,
    until=DAYS,
    earlier_act=st.sampled_from(EARLIER),
    units=subsets(UNITS),
    terms=subsets(TERMS),
    direction=st.sampled_from(Direction),
    level=st.sampled_from(Level),
)
STATUSES = st.sampled_from(
    [
        (),
        (Status("in-force", since=date(2026, 1, 1)),),
        (Status("stayed", since=date(2026, 1, 1), until=date(2027, 1, 1)),),
        (Status("withdrawn", since=date(2026, 1, 1)),),
        (Status("delayed", since=date(2026, 1, 1), until=date(2027, 1, 1)),),
    ]
)
FACTS = st.sampled_from(
    [
        DocumentFacts(),
        DocumentFacts(agencies=("Industry and Security Bureau",), comments_close=date(2026, 1, 5)),
        DocumentFacts(japan_parties=("Gamma FZE",), comments_close=date(2027, 1, 5)),
    ]
)

# Runs that no correct Japanese sentence has.
BROKEN_JA = re.compile(
    r"(?!への)[をがにのへ]{2}|[をがにの]と表明|、[、。)をがに]|。[。、)をがにの]|[((]\s*[))]|「\s*」|[((][、。・]|[、・][))]|・[、。・]"
    r"|[{}\[\]|]|None|^[をがにのへ、。・:]|:[。、]|[はが]。"
)
BROKEN_EN = re.compile(
    r"  | [,.;)]|\( |\(\)|“”|\.\.|,,|[{}\[\]|]|None|\b(\w+) \1\b|\b(?:on|of|to|for|from|over|under|with|by|and)[.,;]"
)
ENUM_WORDS = sorted(
    {str(value) for value in (*ActVerb, *Operand, *JapanStanding, *Force) if "-" in str(value)}
    | {"programme"}
)
QUOTED = re.compile(r"「[^」]*」|“[^”]*”")


def check_ja(words: str) -> None:
    plain = words
    for name in (*PARTIES, "Some Other Agency"):
        plain = plain.replace(name, "X社")
    plain = QUOTED.sub("「原文」", plain)
    assert not BROKEN_JA.search(plain), plain
    check_ids(plain)
    assert not re.search(r"[a-z]{4,}", plain), plain  # no English word outside names and quotations


def check_en(words: str) -> None:
    plain = QUOTED.sub("“quote”", words)
    assert not BROKEN_EN.search(plain), plain
    assert plain[0].isupper() or plain[0].isdigit(), plain
    check_ids(plain)
    assert not re.search(r"[ぁ-んァ-ヶ一-龠。、]", plain), plain


def check_ids(plain: str) -> None:
    for word in (*ENUM_WORDS, "hong-kong", "saudi-arabia"):
        assert not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", plain), (word, plain)


@settings(max_examples=250, deadline=None)
@given(ACTS, STATUSES, FACTS)
def test_sentences_are_whole(act: Act, status: tuple[Status, ...], facts: DocumentFacts) -> None:
    for text in (
        act_sentence(act, today=TODAY, status=status, facts=facts),
        summary((act, act), facts, today=TODAY, status=status),
    ):
        check_ja(text.ja)
        check_en(text.en)
        assert text.ja.endswith("。")
        assert text.en.endswith(".")
    line = headline(act, facts, today=TODAY, status=status)
    check_ja(line.ja)
    check_en(line.en)
    assert not line.ja.endswith("。")


@settings(max_examples=150, deadline=None)
@given(ACTS, st.sampled_from(Level), st.sampled_from(Direction))
def test_reasons_are_whole(act: Act, level: Level, direction: Direction) -> None:
    text = reason(act, level, direction)
    check_ja(text.ja)
    check_en(text.en)


@settings(max_examples=250, deadline=None)
@given(ACTS, FACTS)
def test_all_given_facts_are_reported(act: Act, facts: DocumentFacts) -> None:
    text = act_sentence(act, today=TODAY, facts=facts)
    for country in sorted((one for one in act.of if one != "all"), key=lambda one: one != "japan")[:3]:
        named = country_named(country)
        assert named is not None
        assert named.ja.removeprefix("欧州連合(").removesuffix(")") in text.ja
        assert named.en.removeprefix("the ") in text.en
    if act.parties:
        # Those in Japan first; at most two are named, the number gives the rest.
        named_ja = [name for name in act.parties if name in text.ja]
        named_en = [name for name in act.parties if name in text.en]
        assert len(named_ja) >= min(len(act.parties), 2)
        assert len(named_en) >= min(len(act.parties), 2)
        if set(facts.japan_parties) & set(act.parties):
            assert facts.japan_parties[0] in text.ja
            assert facts.japan_parties[0] in text.en
    elif act.party_count:
        assert str(act.party_count) in text.ja
    for code in act.eccns[:2]:
        assert code in text.ja
        assert code in text.en
    for heading in act.hts[:2]:
        assert heading in text.ja
        assert heading in text.en
    for amount, ja, en in (
        ("25 percent", "25%", "25%"),
        ("$1.5 million", "150万ドル", "$1.5 million"),
        ("ninety days", "90日", "ninety days"),
        ("Canada 35 percent", "カナダ35%", "35%"),
        ("4800 TOPS", "4800 TOPS", "4800 TOPS"),
    ):
        if amount in (act.amount_before, act.amount_after):
            assert ja in text.ja
            assert en in text.en
    if act.japan_rate:
        assert "15%" in text.ja
        assert "15%" in text.en
    if act.japan is JapanStanding.OUT and "japan" not in act.of:
        assert "日本は対象外" in text.ja
        assert "Japan is not covered" in text.en
    for day in (act.since, act.until):
        if day:
            assert format_day(day, "ja") in text.ja
            assert format_day(day, "en") in text.en
    if act.trigger == "diversion to Iran":
        assert "懸念先への転用・迂回輸出" in text.ja
        assert "diversion to Iran" in text.en
    if act.earlier_act == "E.O. 14257":
        assert "大統領令第14257号" in text.ja
        assert "E.O. 14257" in text.en
    for term, ja in (
        ("STA", "STA(戦略的貿易許可"),
        ("section 232", "通商拡大法232条"),
        ("D:5", "D:5(武器禁輸国)"),
    ):
        if term in act.terms:
            assert ja in text.ja
    if "presumption of denial" in act.terms:
        assert "原則不許可" in text.ja
        assert "presumption of denial" in text.en
    for unit in [one for one in act.units if "›" not in one][:2]:
        if act.operand is not Operand.LISTING:
            assert unit.removeprefix("15 CFR ").removeprefix("31 CFR ") in text.en
    if act.force is Force.PROPOSED and act.verb not in (
        ActVerb.REQUEST_COMMENTS,
        ActVerb.INVESTIGATE,
        ActVerb.NEGOTIATE,
        ActVerb.REPORT,
        ActVerb.COMMEMORATE,
    ):
        assert "案" in text.ja
        assert "propose" in text.en


@pytest.mark.parametrize("verb", list(ActVerb), ids=str)
def test_each_verb_combines_with_each_operand(verb: ActVerb) -> None:
    for operand, force in itertools.product([None, *Operand], Force):
        bare = Act(verb, operand, Evidence("", "title"), force=force)
        full = replace(
            bare,
            actor="bis",
            of=("china",),
            objects=("semiconductors",),
            eccns=("3B001",),
            amount_before="10 percent",
            amount_after="25 percent",
            trigger="diversion",
            since=date(2027, 1, 5),
        )
        for act in (bare, full):
            text = act_sentence(act, today=TODAY)
            check_ja(text.ja)
            check_en(text.en)
