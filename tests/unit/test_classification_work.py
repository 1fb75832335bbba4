"""How much work a text is given, counted in calls: no test asserts elapsed time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from time import sleep
from typing import Any

import pytest

from tracker.classification import act_facts, classify, judgement
from tracker.countries import foreign_names, most_words, national_adjectives, place_of
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.terms import phrase_items, phrase_ja
from tracker.terms.law import agency_id
from tracker.terms.phrase_words import PREPOSITIONS, phrases
from tracker.terms.table import once

SENTENCES = (
    "The Bureau imposes a license requirement on exports of item {} to foreign entities and revises the review policy.",
    "The Bureau removes the license exception for semiconductor technology {} and adds a reporting requirement.",
    "The Secretary shall end the license requirement for transfers of software {} after a determination.",
)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], Counter[str]]:
    """Counts the calls of a function of a module."""
    count: Counter[str] = Counter()

    def counted(module: Any, name: str) -> Counter[str]:
        function = getattr(module, name)

        def call(*given: Any) -> Any:
            count[name] += 1
            return function(*given)

        monkeypatch.setattr(module, name, call)
        return count

    return counted


def page(sentences: int) -> Document:
    units = tuple(
        Unit(f"p{n}", UnitKind.PARAGRAPH, SENTENCES[n % len(SENTENCES)].format(n)) for n in range(sentences)
    )
    return Document("k", DocumentKind.PAGE, "Guidance on the Export Administration Regulations", "", units)


def test_a_phrase_is_cut_out_of_the_acts_that_are_shown_and_of_no_other(
    calls: Callable[[Any, str], Counter[str]],
) -> None:
    built = calls(judgement, "build_act")
    cut = calls(judgement, "phrase_of")
    found = classify(page(60), today=date(2026, 1, 1))
    assert built["build_act"] > 60
    assert 0 < len(found.acts) == cut["phrase_of"] <= 12
    assert any(act.phrase for act in found.acts)


def test_the_actor_is_looked_up_once_for_each_text_that_may_name_it() -> None:
    agency_id.cache_clear()
    classify(page(60), today=date(2026, 1, 1))
    assert agency_id.cache_info().misses < 20


def test_the_goods_of_a_title_are_read_once() -> None:
    act_facts.goods_of_title.cache_clear()
    classify(page(60), today=date(2026, 1, 1))
    assert act_facts.goods_of_title.cache_info().misses == 1


def test_a_phrase_asks_for_places_only_at_words_that_begin_one(
    calls: Callable[[Any, str], Counter[str]],
) -> None:
    asked = calls(phrase_items, "place_of")
    assert phrase_ja("the revision of the license requirements for semiconductor technology")
    assert asked["place_of"] == 0
    assert phrase_ja("the duty on imports of steel from Japan")
    assert asked["place_of"] == 2


def test_a_preposition_or_fixed_phrase_is_sought_as_far_as_it_goes() -> None:
    entries = [*map(str.split, PREPOSITIONS), *map(list, phrases()[0])]
    short = [words for words in entries if phrase_items._most_words(words[0].rstrip(","))[0] < len(words)]
    assert len(entries) > 4_000
    assert short == []


def test_a_destination_is_sought_as_far_as_its_name_goes() -> None:
    known = (name.removeprefix("the ") for name in (*foreign_names(), *national_adjectives()))
    names = [name for name in known if place_of(name) is not None]
    short = [name for name in names if most_words(name.split(" ")[0]) < len(name.split(" "))]
    assert len(names) > 200
    assert short == []


def test_threads_that_need_a_table_at_once_make_it_once() -> None:
    made: list[int] = []
    together = Barrier(4)

    @once
    def table() -> int:
        made.append(1)
        sleep(0)
        return len(made)

    def ask(_: int) -> int:
        together.wait(10)
        return table()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == [1, 1, 1, 1]
    assert made == [1]
