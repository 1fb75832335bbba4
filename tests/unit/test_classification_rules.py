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


def test_every_level_but_the_last_has_an_action_and_the_last_is_outside_the_field() -> None:
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


ENTRY = '[[level]]\nname = "a sample"\nlevel = "low"\n'
SIGNAL = '[[topic]]\nid = "sample"\n[[topic.signal]]\nweight = {}\ntext = ["x"]\n'
MISTAKES = (
    ('[contexts.sample]\ntitel = ["Japan*"]', 'contexts.sample: unknown key "titel"'),
    ('[contexts.sample]\nis = ["no-such"]', 'sample: no context "no-such"'),
    ('[contexts.sample]\noperands = ["dutys"]', 'sample: no operand "dutys"'),
    (f'{ENTRY}reaches = ["japan"]', 'level a sample: unknown key "reaches"'),
    (f'{ENTRY}reach = ["japon"]', 'a sample: no reach "japon"'),
    (f'{ENTRY}verbs = ["imposes"]', 'a sample: no verb "imposes"'),
    (f'{ENTRY}topics = ["tariffs"]', 'a sample: no topic "tariffs"'),
    (f'{ENTRY}operands = ["list"]', 'a sample: no operand "list"'),
    (f'{ENTRY}force = ["firm"]', 'a sample: no force "firm"'),
    (f'{ENTRY}is_not = ["no-such"]', 'a sample: no context "no-such"'),
    (f'{ENTRY}directions = ["up"]', 'a sample: no direction "up"'),
    (f'{ENTRY}direction = "up"', 'level a sample: no direction "up"'),
    ('[[level]]\nname = "a sample"\nlevel = "hihg"', 'level a sample: no level "hihg"'),
    ('[[level]]\nname = "a sample"', 'level a sample: no level ""'),
    ('[[level]]\nlevel = "low"', "level : it has no name"),
    (f'{ENTRY}count = "many"', "level a sample: count is a number"),
    (SIGNAL.format('"heavy"'), "topic sample: weight is a number from 0 to 1"),
    (SIGNAL.format("7"), "topic sample: weight is a number from 0 to 1"),
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


@pytest.mark.parametrize(("added", "said"), MISTAKES)
def test_a_mistake_in_the_file_is_named_with_its_table(
    packaged: Callable[[str, str], None], added: str, said: str
) -> None:
    text = rules_module.load_packaged_rules("rules.toml").decode()
    packaged("rules.toml", f"{text}\n{added}\n")
    with pytest.raises(SettingsError) as error:
        rules()
    assert [line for line in error.value.problems if said in line and line.startswith("rules.toml: ")]


def test_all_mistakes_are_named_at_once(packaged: Callable[[str, str], None]) -> None:
    text = rules_module.load_packaged_rules("rules.toml").decode()
    several = MISTAKES[3:6]
    packaged("rules.toml", "\n".join((text, *(added for added, _ in several))))
    with pytest.raises(SettingsError) as error:
        rules()
    for _, said in several:
        assert any(said in line for line in error.value.problems), said


@pytest.mark.parametrize("table", ["gate", "publishers", "contexts"])
def test_a_table_that_is_not_there_is_named(packaged: Callable[[str, str], None], table: str) -> None:
    text = rules_module.load_packaged_rules("rules.toml").decode()
    packaged("rules.toml", re.sub(rf"^\[(\[?){table}\b", rf"[\1other-{table}", text, flags=re.M))
    with pytest.raises(SettingsError, match=table):
        rules()


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
        ("tariff*", "İZMİR: the Tariffs", True),
        ("Entity List*", "İZMİR on the Entity Lists", True),
        ("entity list", "entity and entity list", True),
        ("people's republic", "People’s Republic of China", True),
    ],
)
def test_terms_have_the_shape_that_the_file_describes(term: str, text: str, found: bool) -> None:
    assert (compile_term(term).find(text, text.lower()) is not None) is found


def test_a_document_of_nothing_is_outside_the_field() -> None:
    from tracker.classification import classify

    empty = Document(key="", kind=DocumentKind.NOTICE, title="", url="")
    assert classify(empty, today=date(2026, 1, 1)).level is Level.NONE
