"""Facts in the Japanese sentence: what names a country, goods, a rate and a day, and when a slot is filled."""

from __future__ import annotations

from datetime import date

import pytest

from bench.eval_slots import (
    Slots,
    has,
    is_country,
    japanese,
    names_country,
    names_date,
    names_goods,
    names_rate,
)
from bench.judgement_cases import Case, Facts
from tracker.documents.labeled_examples import Label
from tracker.model import Classification, Document, DocumentKind, Level, LocalizedText

DAY = date(2025, 8, 7)


@pytest.mark.parametrize(
    ("text", "country", "named"),
    [
        ("インドの産品に", "India", True),
        ("EUの産品に", "European Union", True),
        ("キューバへの石油", "all countries that provide oil to Cuba", True),
        ("中国の産品に", "India", False),
        ("インドネシアの産品に", "India", False),
        ("懸念国向け", "countries of concern", True),
    ],
)
def test_a_country_is_named_in_japanese(text: str, country: str, named: bool) -> None:
    assert names_country(text, country) is named


def test_all_and_kinds_of_persons_are_no_countries() -> None:
    assert not is_country("all")
    assert not is_country("foreign importers of record")
    assert is_country("sub-Saharan Africa")


@pytest.mark.parametrize(
    ("text", "goods", "named"),
    [
        ("鉄鋼に追加関税", "steel", True),
        ("工作機械の関税", "machine tools and parts (HTS 8466)", True),
        ("ECCN 3B001の許可要件", "chip tools (3B001)", True),
        ("quartz surface productsに関税", "quartz surface products", True),
        ("先端ICの許可要件", "advanced ICs", True),
        ("公表publicの文書", "integrated circuits", False),
        ("関税", "steel", False),
        ("関税", "unheard-of goods", False),
    ],
)
def test_goods_are_named_by_word_number_or_in_english(text: str, goods: str, named: bool) -> None:
    assert names_goods(text, goods) is named


def test_words_in_latin_letters_are_found_by_themselves() -> None:
    assert has("AIチップ", "AI")
    assert not has("Taiwan", "AI")


@pytest.mark.parametrize(
    ("text", "rate", "named"),
    [
        ("25%の関税", "Canada 25 percent", True),
        ("25%の関税", "25%", True),
        ("125%の関税", "25 percent", False),
        ("50%、派生品25%または15%", "50 percent; derivatives 25 percent or 15 percent", True),
        ("50%", "50 percent; derivatives 25 percent", False),
        ("1個25ドル", "25 dollars", True),
    ],
)
def test_rates(text: str, rate: str, named: bool) -> None:
    assert names_rate(text, rate) is named


@pytest.mark.parametrize(
    ("text", "named"),
    [("2025年8月7日から", True), ("2025年7月1日、8月7日", True), ("8月7日", False), ("2025年18月7日", False)],
)
def test_days(text: str, named: bool) -> None:
    assert names_date(text, DAY) is named


def label(*levels: str) -> Label:
    return Label("1", DAY, frozenset(), frozenset(), levels, frozenset(), "no")


def test_slots_are_counted_for_documents_of_the_field_alone() -> None:
    document = Document("1", DocumentKind.NOTICE, "Duties on Steel", "")
    facts = Facts(("all", "India", "Japan"), ("steel", "copper"), ("25 percent", "Japan 15 percent"), (DAY,))
    output = Classification(
        Level.HIGH,
        headline=LocalizedText("インドと日本の鉄鋼に25%の関税。2025年8月7日から。", ""),
        summary=LocalizedText("文書「Duties on Steel」。", ""),
    )
    slots = Slots()
    slots.take(Case(label("high"), document, facts=facts), output)
    slots.take(Case(label("none", "low"), document, facts=facts), output)
    figures = slots.figures()
    assert slots.documents == 1
    assert (figures["country"], figures["goods"], figures["rate"], figures["date"]) == (1.0, 1.0, 0.0, 1.0)
    assert (figures["goods, each value"], figures["rate, each value"]) == (0.5, 0.5)
    assert slots.misses[0].startswith("1: rate: Japan 15 percent")


def test_a_quoted_title_and_topic_names_do_not_name_goods() -> None:
    output = Classification(
        Level.HIGH,
        reason=LocalizedText("追加関税(原文:「duty on steel」)", ""),
        summary=LocalizedText("文書「Duties on Steel」。分野は「半導体」。", ""),
    )
    text = japanese(output, "Duties on Steel")
    assert "追加関税" in text
    assert "steel" not in text.lower()
    assert "半導体" not in text
