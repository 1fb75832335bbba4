"""`tracker law` and `tracker effects`, `/api/law` and `/api/effects`: the register asked from outside."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient
from lxml import etree

from tests.unit.test_web_regulations import law as stored_law
from tests.unit.web_samples import NOW, cfr_change, settings
from tracker.cli.effects import effects as effects_command
from tracker.cli.effects import law as law_command
from tracker.effects import Affected, Affecting, Applied, Certainty, Effect, EffectVerb
from tracker.errors import UsageError
from tracker.storage import audit_log, effects
from tracker.storage.database import Store
from tracker.storage.effects import Origin
from tracker.web.app import create_app

PARAGRAPH = "15 CFR 744.21(f)"
KNOWN = datetime(2025, 11, 12, 13, 45, tzinfo=UTC)
STAY = Effect(
    EffectVerb.STAYS,
    Affecting(document_number="2025-19846", citation="90 FR 50857", quote="paragraph (f) is stayed"),
    Affected(path=PARAGRAPH),
    date(2025, 11, 10),
    date(2026, 11, 9),
)
ENDS = Effect(
    EffectVerb.ENDS,
    Affecting(executive_order="14950", document_number="2025-20001", quote="shall no longer be in effect"),
    Affected(executive_order="14901", part="the duties"),
    date(2025, 12, 1),
    applied=Applied.NOT_APPLICABLE,
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    store = Store(tmp_path)
    stored_law(store)
    with store.write() as connection:
        for owner, effect in (("fr:2025-19846", STAY), ("fr:2025-20001", ENDS)):
            effects.write(
                connection, Origin(owner, "chg_0000000000000001", "An order", KNOWN), [effect], KNOWN
            )
    store.close()
    return tmp_path


def run(state: Path, *words: str) -> Result:
    command = {"law": law_command, "effects": effects_command}[words[0]]
    return CliRunner().invoke(
        command, [*words[1:], "--state", str(state), "--config", str(state / "none.toml")]
    )


def law(state: Path, *words: str) -> dict:  # type: ignore[type-arg]
    outcome = run(state, "law", *words, "--json")
    assert outcome.exit_code == 0, outcome.output
    found: dict[str, object] = json.loads(outcome.stdout)
    return found


def test_a_paragraph_has_its_words_its_status_and_its_effects(state: Path) -> None:
    found = law(state, PARAGRAPH, "--as-of", "2025-11-19")
    assert found["text"] == "(f) No license is required."
    assert found["text_as_of"] == "2025-11-19"
    (status,) = found["status"]
    assert (status["state"], status["from"], status["until"], status["by"]) == (
        "stayed", "2025-11-10", "2026-11-09", "2025-19846",
    )  # fmt: skip
    assert status["quote"] == "paragraph (f) is stayed"
    assert [one["verb"] for one in found["effects"]] == ["stays"]
    assert found["effects"][0]["affected"]["path"] == PARAGRAPH
    assert [(one["from"], one["op"]) for one in found["history"]] == [("2025-11-19", "changed")]


def test_five_days_of_a_stay(state: Path) -> None:
    days = {
        "2025-10-02": ("in-force", "(f) A license is required."),
        "2025-11-09": ("in-force", "(f) A license is required."),
        "2025-11-10": ("stayed", "(f) A license is required."),
        "2026-11-09": ("stayed", "(f) No license is required."),
        "2026-11-10": ("in-force", "(f) No license is required."),
    }
    for day, (status, text) in days.items():
        found = law(state, PARAGRAPH, "--as-of", day)
        assert ([one["state"] for one in found["status"]], found["text"]) == ([status], text), day
    assert law(state, PARAGRAPH, "--as-of", "2025-11-09")["next"][0]["from"] == "2025-11-10"


def test_knowledge_on_an_earlier_day(state: Path) -> None:
    found = law(state, PARAGRAPH, "--as-of", "2025-11-11", "--known-at", "2025-11-11")
    assert [one["state"] for one in found["status"]] == ["in-force"]
    assert found["effects"] == []
    found = law(state, PARAGRAPH, "--as-of", "2025-11-11", "--known-at", "2025-11-12T14:00:00Z")
    assert [one["state"] for one in found["status"]] == ["stayed"]


def test_an_order_that_is_not_stored_has_the_status_that_others_give_it(state: Path) -> None:
    found = law(state, "E.O.", "14901", "--as-of", "2025-12-01")
    assert found["path"] == "E.O. 14901"
    assert found["text"] is None
    assert [(one["state"], one["by"]) for one in found["status"]] == [("rescinded", "E.O. 14950")]
    assert law(state, "Executive Order 14901", "--as-of", "2025-12-01")["status"] == found["status"]
    caused = law(state, "E.O. 14950")["caused"]
    assert [one["affected"]["executive_order"] for one in caused] == ["14901"]


def test_the_page_says_it_in_both_languages(state: Path) -> None:
    english = run(state, "law", PARAGRAPH, "--as-of", "2025-11-19", "--lang", "en").stdout
    assert "Stayed until November 9, 2026 by 2025-19846" in english
    assert "“paragraph (f) is stayed”" in english
    japanese = run(state, "law", PARAGRAPH, "--as-of", "2025-11-19", "--lang", "ja").stdout
    assert "2025-19846により2026年11月9日まで効力停止" in japanese


def test_an_unstored_subject_is_reported_in_one_line(state: Path) -> None:
    outcome = run(state, "law", "E.O. 19999")
    assert outcome.exit_code == 1
    assert len(outcome.stderr.splitlines()) == 1
    assert "E.O. 19999" in outcome.stderr
    outcome = run(state, "law", "E.O. 19999", "--json")
    assert (outcome.exit_code, json.loads(outcome.stdout)["found"]) == (1, False)


def test_the_effects_by_unit_document_and_day(state: Path) -> None:
    def verbs(*words: str) -> list[str]:
        return [one["verb"] for one in json.loads(run(state, "effects", *words, "--json").stdout)]

    assert verbs() == ["stays", "ends"]
    assert verbs("--unit", "15 CFR 744.21") == ["stays"]
    assert verbs("--unit", "15 CFR 744.22") == []
    assert verbs("--document", "90 FR 50857") == ["stays"]
    assert verbs("--document", "E.O. 14901") == ["ends"]
    assert verbs("--since", "2025-11-12") == ["stays", "ends"]
    assert verbs("--since", "2025-11-13") == []
    assert (
        run(state, "effects", "--since", "2025-11-13", "--lang", "en").stdout == "no recorded effect fits\n"
    )
    table = run(state, "effects", "--lang", "en").stdout.splitlines()
    assert len(table) == 3
    assert "E.O. 14901 (the duties)" in table[2]
    rows = list(csv.DictReader(io.StringIO(run(state, "effects", "--format", "csv").stdout)))
    assert [row["affected_path"] for row in rows] == [PARAGRAPH, ""]


def test_a_correction_by_hand_is_logged_marked_and_kept(state: Path) -> None:
    said = ("--who", "Sato", "--reason", "the court's order", "--source", "https://www.cit.example.gov/1")
    outcome = run(
        state, "effects", "--add", "declares-unlawful", "--by", "Sample Co. v. United States", "--on", "E.O. 14901",
        "--from", "2025-11-20", *said, "--json",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.output
    (added,) = json.loads(outcome.stdout)
    assert added["by_hand"] == "Sato: the court's order (https://www.cit.example.gov/1)"
    found = law(state, "E.O. 14901", "--as-of", "2025-11-25")
    assert [(one["state"], one["by"]) for one in found["status"]] == [
        ("declared-unlawful", "Sample Co. v. United States")
    ]
    stay = next(one for one in json.loads(run(state, "effects", "--json").stdout) if one["verb"] == "stays")
    outcome = run(state, "effects", "--end", stay["id"], "--until", "2025-12-31", *said)
    assert outcome.exit_code == 0, outcome.output
    later = datetime(2030, 1, 1, tzinfo=UTC)
    store = Store(state)
    with store.write() as connection:
        effects.write(connection, Origin("fr:2025-19846", "chg_0000000000000001", "x", KNOWN), [STAY], later)
        log = audit_log.entries(connection, audit_log.Event.EFFECT_ADDED, audit_log.Event.EFFECT_ENDED)
    store.close()
    assert [(one.who, one.action) for one in log] == [("Sato", "effect-ended"), ("Sato", "effect-added")]
    assert all("the court's order" in one.value for one in log)
    assert [one["state"] for one in law(state, PARAGRAPH, "--as-of", "2026-01-01")["status"]] == ["in-force"]
    assert [one["state"] for one in law(state, PARAGRAPH, "--as-of", "2025-12-31")["status"]] == ["stayed"]
    assert "recorded by hand: Sato" in run(state, "effects", "--lang", "en").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("effects", "--add", "stays", "--by", "x", "--on", "y"),
        (
            "effects",
            "--add",
            "stops",
            "--by",
            "x",
            "--on",
            "y",
            "--who",
            "S",
            "--reason",
            "r",
            "--source",
            "s",
        ),
        ("effects", "--add", "stays", "--who", "S", "--reason", "r", "--source", "s"),
        ("effects", "--end", "eff_none", "--who", "S", "--reason", "r", "--source", "s"),
        ("effects", "--end", "eff_none", "--add", "stays"),
        ("effects", "--by", "x"),
        ("effects", "--format", "xml"),
        ("law", PARAGRAPH, "--as-of", "yesterday"),
        ("law", PARAGRAPH, "--known-at", "2026-13-01T"),
        ("law", PARAGRAPH, "--known-at", "9999-12-31"),
    ],
)
def test_a_mistake_is_one_line(state: Path, words: tuple[str, ...]) -> None:
    outcome = run(state, *words)
    assert isinstance(outcome.exception, UsageError), outcome.output
    assert "\n" not in outcome.exception.line()


@pytest.fixture
def client(state: Path) -> TestClient:
    return TestClient(create_app(settings(), state, now=lambda: NOW), base_url="http://127.0.0.1:8000")


def test_a_correction_by_hand_reaches_the_stored_record(client: TestClient, state: Path) -> None:
    change, _ = cfr_change()
    unit = change.tagging.units[0]
    before = client.get(f"/api/changes/{change.id}").json()["status"]
    said = ("--who", "Sato", "--reason", "r", "--source", "91 FR 1")
    outcome = run(
        state, "effects", "--add", "does-not-enforce", "--by", "2026-00001", "--on", unit,
        "--from", "2026-01-05", *said, "--json",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.output
    (added,) = json.loads(outcome.stdout)
    after = client.get(f"/api/changes/{change.id}").json()["status"]
    assert ("not-enforced", [unit], "2026-00001") in [
        (one["state"], one["units"], one["by"]) for one in after
    ]
    assert run(state, "effects", "--end", added["id"], *said).exit_code == 0
    ended = client.get(f"/api/changes/{change.id}").json()["status"]
    assert "not-enforced" not in [one["state"] for one in ended]
    assert len(ended) <= len(after)
    assert [one for one in before if one["state"] != "stayed"] == [
        one for one in ended if one["state"] != "stayed"
    ]


def test_a_record_has_the_effects_of_its_document(client: TestClient, state: Path) -> None:
    change, _ = cfr_change()
    store = Store(state)
    with store.write() as connection:
        effects.write(connection, Origin("fr:x", change.id, "x", KNOWN), [ENDS], KNOWN)
    store.close()
    shown = client.get(f"/api/changes/{change.id}").json()["effects"]
    assert [one["verb"] for one in shown] == ["ends"]


def test_the_api_knows_the_last_hour_of_a_day_on_which_the_clock_is_set_back(
    client: TestClient, state: Path
) -> None:
    late = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)  # 11:30 p.m. in New York on 1 November, a day of 25 hours
    ended = replace(ENDS, affected=Affected(executive_order="14902"))
    store = Store(state)
    with store.write() as connection:
        effects.write(connection, Origin("fr:late", "chg_0000000000000002", "An order", late), [ended], late)
    store.close()
    asked = {"path": "E.O. 14902", "as_of": "2026-11-02", "known_at": "2026-11-01"}
    assert client.get("/api/law", params=asked).json()["found"] is True
    words = ("E.O.", "14902", "--as-of", "2026-11-02", "--known-at", "2026-11-01")
    assert law(state, *words)["found"] is True


def test_an_effect_that_two_documents_state_is_one_line_of_the_page(client: TestClient, state: Path) -> None:
    change, _ = cfr_change()
    store = Store(state)
    with store.write() as connection:
        for owner in ("fr:2025-20001", "cfr:note"):
            effects.write(connection, Origin(owner, change.id, "x", KNOWN), [STAY], KNOWN)
    store.close()
    page = client.get(f"/changes/{change.id}").text
    assert page.count("2025-19846 → 15 CFR 744.21(f)") == 1


def test_the_api_answers_as_the_commands_do(client: TestClient, state: Path) -> None:
    found = client.get("/api/law", params={"path": PARAGRAPH, "as_of": "2025-11-19"})
    assert found.json() == law(state, PARAGRAPH, "--as-of", "2025-11-19")
    listed = client.get("/api/effects", params={"limit": 1})
    assert listed.headers["x-total-count"] == "2"
    assert 'rel="next"' in listed.headers["link"]
    assert listed.json() == json.loads(run(state, "effects", "--json").stdout)[:1]
    assert client.get("/api/effects", params={"format": "csv"}).text.startswith(
        "id,affecting_document_number"
    )
    assert client.get("/api/law", params={"path": "E.O. 19999"}).json()["found"] is False


def test_the_feed_has_an_entry_for_each_effect_and_another_when_it_ends(
    client: TestClient, state: Path
) -> None:
    names = {"a": "http://www.w3.org/2005/Atom"}

    def entries() -> list[str]:
        answer = client.get("/effects.atom", params={"lang": "en"})
        assert answer.headers["content-type"].startswith("application/atom+xml")
        root = etree.fromstring(answer.content)
        return [str(one.text) for one in root.findall("a:entry/a:id", names)]

    before = entries()
    assert len(before) == 2
    store = Store(state)
    with store.write() as connection:
        (stay,) = effects.on_path(connection, PARAGRAPH)
        effects.end_by_hand(connection, stay, at=NOW, ended_on=None, who="Sato")
    store.close()
    after = entries()
    assert len(after) == 2
    assert len(set(after) - set(before)) == 1


def test_words_of_a_source_are_escaped_and_no_spreadsheet_runs_them(client: TestClient, state: Path) -> None:
    store = Store(state)
    bad = replace(
        ENDS,
        affecting=Affecting(citation="=1+1", quote="<b>&"),
        certainty=Certainty.UNCLEAR,
        from_=date(2025, 12, 9),
    )
    with store.write() as connection:
        effects.write(connection, Origin("fr:x", "chg_0000000000000002", "<i>", KNOWN), [bad], KNOWN)
    store.close()
    assert "'=1+1" in client.get("/api/effects", params={"format": "csv"}).text
    assert "&lt;b&gt;&amp;" in client.get("/effects.atom").text
