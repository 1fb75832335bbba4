"""The rules file: its ids, its labels, its words, and what is reported when it has a mistake."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from tracker.classification import RULES_VERSION
from tracker.classification import rules as rules_module
from tracker.classification.rules import LevelRule, rules
from tracker.documents.term_matching import compile_term
from tracker.errors import SettingsError
from tracker.model import TOPIC_IDS, Document, DocumentKind, Level


def test_the_topics_are_those_that_routes_and_digests_know() -> None:
    assert {rule.id for rule in rules().topics} == set(TOPIC_IDS)


def test_every_level_but_the_last_asks_for_something_and_the_last_is_outside_the_field() -> None:
    *entries, last = rules().levels
    assert last == LevelRule(last.name, Level.NONE, ja=last.ja)
    for entry in entries:
        assert entry != LevelRule(entry.name, entry.level, entry.direction, ja=entry.ja), entry.name


def test_the_names_of_levels_are_their_own() -> None:
    names = Counter(entry.name for entry in rules().levels)
    assert max(names.values()) == 1, names.most_common(1)


def test_every_level_gives_a_reason_in_both_languages() -> None:
    for entry in rules().levels:
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", entry.reason.ja), entry.name
        assert entry.reason.ja.endswith("。"), entry.name
        assert entry.reason.en.endswith("."), entry.name
        assert entry.reason.en[0].isupper(), entry.name


def test_the_version_follows_the_file() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", RULES_VERSION)


MISTAKES = (
    ('[contexts.japan-title]\ntitle = ["Japan*"]', '[contexts.japan-title]\ntitel = ["Japan*"]', 'contexts.japan-title: unknown key "titel"'),
    ('[contexts.russia]', '[contexts.rusia]', 'no context "russia"'),
    ('is = ["continued-emergency"]', 'is = ["continued-emergencies"]', 'an emergency is continued: no context "continued-emergencies"'),
    ('name = "duty on others"', 'name = "duty on others"\nreaches = ["japan"]', 'level duty on others: unknown key "reaches"'),
    ('name = "duty on others"', 'name = "duty on others"\nreach = ["japon"]', 'duty on others: no reach "japon"'),
    ('name = "duty on others"', 'name = "duty on others"\nverbs = ["imposes"]', 'duty on others: no verb "imposes"'),
    ('name = "duty on others"', 'name = "duty on others"\ntopics = ["tariffs"]', 'duty on others: no topic "tariffs"'),
    ('name = "one or a few parties removed or revised"\nlevel = "low"\noperands = ["listing"]', 'name = "one or a few parties removed or revised"\nlevel = "low"\noperands = ["list"]', 'one or a few parties removed or revised: no operand "list"'),
)  # fmt: skip


@pytest.fixture
def packaged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Puts another text in the place of a packaged file, for one test."""
    original = rules_module.load_packaged_rules

    def put(name: str, text: str) -> None:
        monkeypatch.setattr(
            rules_module,
            "load_packaged_rules",
            lambda file: text.encode() if file == name else original(file),
        )
        rules.cache_clear()

    yield put
    monkeypatch.undo()
    rules.cache_clear()


@pytest.mark.parametrize(("good", "bad", "said"), MISTAKES)
def test_a_mistake_in_the_file_is_named_with_its_table(
    packaged: Callable[[str, str], None], good: str, bad: str, said: str
) -> None:
    text = rules_module.load_packaged_rules("rules.toml").decode()
    assert good in text
    packaged("rules.toml", text.replace(good, bad, 1))
    with pytest.raises(SettingsError) as error:
        rules()
    assert any(said in line and line.startswith("rules.toml: ") for line in error.value.problems)


def test_all_mistakes_are_named_at_once(packaged: Callable[[str, str], None]) -> None:
    text = rules_module.load_packaged_rules("rules.toml").decode()
    for good, bad, _ in MISTAKES[:3]:
        text = text.replace(good, bad, 1)
    packaged("rules.toml", text)
    with pytest.raises(SettingsError) as error:
        rules()
    for _, _, said in MISTAKES[:3]:
        assert any(said in line for line in error.value.problems), said


def test_a_file_that_is_no_toml_is_a_settings_error(packaged: Callable[[str, str], None]) -> None:
    packaged("rules.toml", "[gate\n")
    with pytest.raises(SettingsError, match=r"rules\.toml"):
        rules()


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("entity list", "the Entity  List", True),
        ("EAR", "an ear infection", False),
        ("end-use", "end- use controls", True),
        ("semiconductor*", "semiconductors", True),
        ("tariff", "tariffs", False),
        ("extend* .. comment period", "extends, by thirty days, the comment period", True),
        ("extend* .. comment period", "extends the rule. The comment period is over", False),
        ("; correction$", "Additions; Correction", True),
        ("; correction$", "Additions; Correction of Entries", False),
        ("people's republic", "People’s Republic of China", True),
    ],
)
def test_terms_read_as_the_head_of_the_file_says(term: str, text: str, found: bool) -> None:
    assert (compile_term(term).find(text, text.lower()) is not None) is found


def test_a_document_of_nothing_is_outside_the_field() -> None:
    from tracker.classification import classify

    empty = Document(key="", kind=DocumentKind.NOTICE, title="", url="")
    assert classify(empty, today=date(2026, 1, 1)).level is Level.NONE
