"""The table of effects: nothing is lost, no poll touches what a person wrote, and lookups follow containment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.recorded import recorded
from tracker.documents.text_view import build_text_view
from tracker.effects import Affected, Affecting, Effect, EffectVerb, RecordedEffect
from tracker.legal_status.effect_reader import read_effects
from tracker.legal_status.register import status_on
from tracker.legal_status.stored_register import effects_on, status_of_units, unit_subject
from tracker.parsing.files import read_file
from tracker.serialization import effect_from_json, effect_to_json
from tracker.storage import effects, row_log
from tracker.storage.database import Store
from tracker.storage.effects import Gone, Origin

pytestmark = pytest.mark.databases

FIRST = datetime(2026, 3, 2, 13, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 13, tzinfo=UTC)
STAY = Effect(
    EffectVerb.STAYS,
    Affecting(document_number="2026-00020", citation="91 FR 1200", quote="is stayed", where="dates"),
    Affected(path="15 CFR 744.91(a)(1)"),
    date(2026, 3, 10),
    date(2026, 11, 9),
)
ORIGIN = Origin("fr:2026-00020", "chg_0000000000000001", "Stay of a rule", FIRST)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def test_an_effect_is_read_back_as_it_was_written(store: Store) -> None:
    moment = replace(STAY, from_=datetime(2026, 3, 10, 4, 1, tzinfo=UTC))
    with store.write() as connection:
        effects.write(connection, ORIGIN, [STAY, moment], FIRST)
    with store.read() as connection:
        found = effects.all_effects(connection)
    assert [one.effect for one in found] == [replace(one, known_at=FIRST) for one in (STAY, moment)]
    assert [one.title for one in found] == ["Stay of a rule"] * 2
    assert [effect_from_json(effect_to_json(one)) for one in found] == found


def test_the_same_document_again_writes_nothing(store: Store) -> None:
    with store.write() as connection:
        assert len(effects.write(connection, ORIGIN, [STAY], FIRST)) == 1
        assert effects.write(connection, ORIGIN, [STAY], LATER) == []


def test_a_later_version_keeps_when_each_effect_was_known(store: Store) -> None:
    longer = replace(STAY, until=date(2027, 5, 9))
    with store.write() as connection:
        effects.write(connection, ORIGIN, [STAY], FIRST)
        effects.write(connection, ORIGIN, [longer], LATER)
        found = effects.all_effects(connection)
    assert [(one.effect.until, one.effect.known_at, one.retracted_at) for one in found] == [
        (date(2026, 11, 9), FIRST, LATER),
        (date(2027, 5, 9), LATER, None),
    ]
    assert [one.ended_on for one in found] == [None, None]


def test_a_note_that_leaves_the_code_was_true_until_then_and_a_page_takes_nothing_back(store: Store) -> None:
    with store.write() as connection:
        effects.write(connection, replace(ORIGIN, owner="ear:15 CFR 744", gone=Gone.ENDED), [STAY], FIRST)
        effects.write(connection, replace(ORIGIN, owner="ear:15 CFR 744", gone=Gone.ENDED), [], LATER)
        effects.write(connection, replace(ORIGIN, owner="bis:news", gone=Gone.KEPT), [STAY], FIRST)
        effects.write(connection, replace(ORIGIN, owner="bis:news", gone=Gone.KEPT), [], LATER)
        found = effects.all_effects(connection)
    assert [(one.retracted_at, one.ended_on) for one in found] == [(LATER, date(2026, 4, 1)), (None, None)]


def test_a_poll_does_not_touch_effects_that_a_person_wrote_or_ended(store: Store) -> None:
    by_hand = replace(STAY, by_hand="Sato: read in the court's opinion", known_at=FIRST)
    with store.write() as connection:
        effects.write(connection, ORIGIN, [STAY], FIRST)
        (read,) = effects.all_effects(connection)
        effects.end_by_hand(connection, read, at=LATER, ended_on=None, who="Sato: misread")
        added = effects.add_by_hand(connection, by_hand, "Opinion")
        assert added is not None
        assert effects.add_by_hand(connection, by_hand, "Opinion") is None
        assert effects.write(connection, ORIGIN, [STAY], LATER) == []
        ended = effects.get(connection, read.id)
    assert ended is not None
    assert (ended.retracted_at, ended.ended_by_hand) == (LATER, "Sato: misread")


def test_lookups_by_both_sides_and_by_containment(store: Store) -> None:
    order = Effect(EffectVerb.ENDS, Affecting(executive_order="14950"), Affected(executive_order="14901"))
    part = replace(STAY, affected=Affected(path="15 CFR 744"), until=date(2026, 12, 1))
    other = replace(STAY, affected=Affected(path="15 CFR 744.9"))
    with store.write() as connection:
        effects.write(connection, ORIGIN, [STAY, order, part, other], FIRST)

        def paths(found: list[RecordedEffect]) -> set[str | None]:
            return {one.effect.affected.path for one in found}

        assert paths(effects.on_path(connection, "15 CFR 744.91(a)(1)(ii)")) == {
            "15 CFR 744.91(a)(1)",
            "15 CFR 744",
        }
        assert paths(effects.on_path(connection, "15 CFR 744.91")) == {"15 CFR 744"}
        assert paths(effects.on_path(connection, "15 CFR 744.91", below=True)) == {
            "15 CFR 744",
            "15 CFR 744.91(a)(1)",
        }
        assert len(effects.on_path(connection, "15 CFR 744", below=True)) == 3
        assert [one.effect.verb for one in effects.affected(connection, ["E.O. 14901"])] == [EffectVerb.ENDS]
        assert [one.effect.verb for one in effects.affecting(connection, ["E.O. 14950"])] == [EffectVerb.ENDS]
        assert len(effects.affecting(connection, ["91 FR 1200"])) == 3


def test_an_altered_row_is_found(store: Store) -> None:
    with store.write() as connection:
        effects.write(connection, ORIGIN, [STAY], FIRST)
    with store.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("UPDATE effect SET record = replace(record, '2026-11-09', '2027-11-09')")
        raw.commit()
    with store.read() as connection:
        assert list(row_log.verify(connection))


def test_each_note_of_the_recorded_part_is_on_exactly_its_units(store: Store) -> None:
    document = read_file("744.xml", recorded("ecfr/15-cfr-744/2026-07-18.xml.xz"))
    found = read_effects(build_text_view(document))
    now = datetime(2026, 7, 20, tzinfo=UTC)
    with store.write() as connection:
        effects.write(connection, replace(ORIGIN, owner="ear:15 CFR 744", gone=Gone.ENDED), found, now)
        states = status_of_units(connection, [unit.path for unit in document.units], date(2026, 7, 20))
    china = "Supp. No. 4 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF"
    marked = {
        path: [(one.state, one.part) for one in found_states if one.state != "in-force"]
        for path, found_states in states.items()
        if "Supp. No. 8" not in path
    }
    assert marked == {
        "15 CFR 744.8(a)(2)": [("stayed", "second and third sentences")],
        "15 CFR 744.8(b)": [("stayed", "first sentence")],
        "15 CFR 744.11(a)(1)": [("stayed", "")],
        "15 CFR 744.16(e)": [("stayed", "introductory text")],
        "15 CFR 744.21(a)(3)": [("stayed", "")],
        "15 CFR 744.21(b)(2)": [("stayed", "introductory text")],
        "15 CFR 744.21(d)": [("stayed", "last sentence")],
        "Supp. No. 4 to Part 744 ¶1": [("stayed", "")],
        f"{china} › Shanghai Micro Electronics Equipment (Group) Co., Ltd.": [("not-incorporated", "")],
        "Supp. No. 7 to Part 744 ¶1": [("stayed", "")],
    }
    with store.read() as connection:
        row = unit_subject(f"{china} › S2C Limited", printed=False)
        listed = status_on(row, effects_on(connection, row), date(2026, 7, 20))
    assert [(one.state, one.by) for one in listed] == [("not-incorporated", "89 FR 96836")]
