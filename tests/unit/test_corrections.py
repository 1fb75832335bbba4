"""A reviewer's correction leads everywhere, the result of the rules is kept, and both can be distinguished."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from sqlalchemy import update

from tests.unit.digest_samples import PERIOD, week
from tests.unit.rendering_samples import affiliates_rule, unread_order
from tests.unit.test_web_review import token
from tests.unit.web_samples import NOW, viewer
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive
from tracker.cli import corrections as commands  # noqa: F401 - it registers the commands
from tracker.cli import queries  # noqa: F401 - as above
from tracker.cli.app import app
from tracker.config.models import ViewerAccess
from tracker.digest import build_view
from tracker.documents.labeled_examples import labels_in
from tracker.errors import UsageError
from tracker.ingest.corrections import correct
from tracker.model import Direction, Level, LocalizedText
from tracker.model.corrections import (
    CorrectedFields,
    corrections_from_json,
    decode,
    leading,
)
from tracker.notifications.channels.slack import payloads
from tracker.rendering.alert_message import build_message
from tracker.serialization import change_from_json, change_to_json
from tracker.storage import alert_queries, changes, corrections, integrity, reviews
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader
from tracker.storage.schema import CHANGE

CHANGE_ID = affiliates_rule().id
PAGE = f"/changes/{CHANGE_ID}"
GIST = "50%ルールの効力を1年間停止"
CORRECTED = CorrectedFields(Level.LOW, Direction.RELIEF, ("ear-other", "fdpr"), GIST)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    with opened.write() as connection:
        for change in (affiliates_rule(), unread_order()):
            changes.save(connection, changes.ChangeEntry(change, f"fr:{change.document_number}", 1))
    yield opened
    opened.close()


def write(
    store: Store, wanted: CorrectedFields = CORRECTED, reason: str = "停止の規則である", **more: Any
) -> None:
    with store.write() as connection:
        correct(
            connection,
            more.pop("change", CHANGE_ID),
            at=NOW,
            who=more.pop("who", "山田"),
            wanted=wanted,
            reason=reason,
        )


def record(store: Store, path: Path) -> dict[str, Any]:
    with open_reader(path) as reader:
        return reader.change(CHANGE_ID)


# --- fields -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields", [CorrectedFields(), CORRECTED, CorrectedFields(topics=()), CorrectedFields(level=Level.NONE)]
)
def test_fields_are_written_and_read_back(fields: CorrectedFields) -> None:
    assert decode(fields.encode()) == fields


@pytest.mark.parametrize(
    "value",
    ['{"level":"huge"}', '{"direction":"up"}', '{"topics":"fdpr"}', '{"topics":[""]}', '{"gist_ja":""}', '{"x":1}', "[]", "no",
     json.dumps({"gist_ja": "x" * 301})],
)  # fmt: skip
def test_an_invalid_correction_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        decode(value)


# --- stored -------------------------------------------------------------------------------------


def test_a_correction_leads_in_the_record_and_the_result_of_the_rules_is_kept(
    store: Store, tmp_path: Path
) -> None:
    write(store)
    found = record(store, tmp_path)
    assert (found["level"], found["direction"]) == ("low", "relief")
    assert [topic["id"] for topic in found["topics"]] == ["ear-other", "fdpr"]
    assert found["topics"][1]["evidence"][0]["quote"] == "foreign direct product rules"
    assert found["headline"]["ja"] == found["summary"]["ja"] == GIST
    assert found["summary"]["en"] == affiliates_rule().tagging.summary.en
    assert found["reason"]["ja"] == "停止の規則である (山田)"
    assert found["corrections"] == [
        {
            "at": "2025-11-20T03:00:00Z", "who": "山田", "revision": 1, "reason": "停止の規則である", "level": "low",
            "direction": "relief", "topics": ["ear-other", "fdpr"], "gist_ja": GIST,
        }
    ]  # fmt: skip
    by_rules = found["found_by_rules"]
    assert (by_rules["level"], by_rules["direction"]) == ("critical", "restriction")
    assert by_rules["topics"] == ["entity-list", "fdpr"]
    assert by_rules["gist_ja"] == "50%ルール(関連会社規則)の導入"
    assert by_rules["profiles"] == {"vacuum-components": "critical"}
    assert found["profile_matches"][0]["level"] == "low"
    with store.read() as connection:
        assert changes.get(connection, CHANGE_ID) == affiliates_rule()


def test_a_corrected_record_is_read_and_written_without_loss(store: Store, tmp_path: Path) -> None:
    write(store)
    found = record(store, tmp_path)
    change = change_from_json(found)
    assert change.tagging.level is Level.LOW
    assert change_to_json(change) == {key: value for key, value in found.items() if key != "story"}
    lead = leading(change.corrections)
    assert lead is not None
    assert lead.fields == CORRECTED
    assert corrections_from_json(change_to_json(affiliates_rule())) == ()


def test_a_corrected_change_is_found_by_what_leads(store: Store, tmp_path: Path) -> None:
    write(store)
    with open_reader(tmp_path) as reader:

        def ids(**wanted: Any) -> list[str]:
            return [row["id"] for row in reader.changes(ChangeQuery(**wanted))]

        assert CHANGE_ID not in ids(level=Level.MEDIUM)
        assert CHANGE_ID in ids(level=Level.LOW)
        assert CHANGE_ID in ids(topic="ear-other")
        assert CHANGE_ID not in ids(topic="entity-list")
        assert CHANGE_ID in ids(query="1年間停止")
        assert CHANGE_ID not in ids(profile="vacuum-components", level=Level.HIGH)
        assert reader.levels()[Level.LOW.rank] == 1


def test_a_further_correction_takes_it_back(store: Store, tmp_path: Path) -> None:
    write(store)
    write(store, CorrectedFields(), "見直した", who="佐藤")
    found = record(store, tmp_path)
    assert (found["level"], found["direction"]) == ("critical", "restriction")
    assert "found_by_rules" not in found
    assert [entry["who"] for entry in found["corrections"]] == ["山田", "佐藤"]
    with open_reader(tmp_path) as reader:
        assert len(reader.changes(ChangeQuery(level=Level.CRITICAL))) == 1
        assert len(reader.changes(ChangeQuery(topic="entity-list"))) == 1
        assert reader.changes(ChangeQuery(query="1年間停止")) == []
    with store.read() as connection:
        assert list(integrity.verify(connection))[:-1] == []


def test_fields_that_are_as_the_rules_found_them_are_no_correction(store: Store, tmp_path: Path) -> None:
    same = CorrectedFields(
        Level.CRITICAL, Direction.RELIEF, ("fdpr", "entity-list"), "50%ルール(関連会社規則)の導入"
    )
    write(store, same)
    (entry,) = record(store, tmp_path)["corrections"]
    assert (entry["level"], entry["direction"], entry["topics"], entry["gist_ja"]) == (
        None,
        "relief",
        None,
        None,
    )


def test_a_gist_of_the_rules_that_is_longer_than_a_correction_may_be_is_left_as_it_is(store: Store) -> None:
    rule = affiliates_rule()
    long = LocalizedText("長い  表題" * 99, "long")
    with store.write() as connection:
        tagging = replace(rule.tagging, headline=long)
        changes.save(connection, changes.ChangeEntry(replace(rule, tagging=tagging), "fr:2025-19001", 1))
    write(store, CorrectedFields(level=Level.LOW, gist_ja="長い 表題" * 99))
    with store.read() as connection:
        assert corrections.fields(connection, CHANGE_ID, 1) == CorrectedFields(level=Level.LOW)
    with pytest.raises(UsageError):
        write(store, CorrectedFields(gist_ja="別の" * 200))


@pytest.mark.parametrize(
    ("wanted", "reason", "more"),
    [
        (CORRECTED, " ", {}),
        (CORRECTED, "why", {"who": ""}),
        (CORRECTED, "why", {"change": "chg_ffffffffffffffff"}),
        (CorrectedFields(), "why", {}),
        (CorrectedFields(level=Level.CRITICAL), "why", {}),
        (CorrectedFields(topics=("no-such-topic",)), "why", {}),
    ],
)
def test_a_correction_without_effect_is_not_written(
    store: Store, wanted: CorrectedFields, reason: str, more: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        write(store, wanted, reason, **more)
    with store.read() as connection:
        assert corrections.entries(connection, CHANGE_ID) == []


def test_the_same_correction_twice_is_refused(store: Store) -> None:
    write(store)
    with pytest.raises(UsageError):
        write(store)


def test_another_revision_is_shown_as_the_rules_find_it(store: Store, tmp_path: Path) -> None:
    write(store)
    with store.write() as connection:
        revised = replace(affiliates_rule(), revision=2)
        changes.save(connection, changes.ChangeEntry(revised, "fr:2025-19001", 2))
        assert list(integrity.verify(connection))[:-1] == []
    found = record(store, tmp_path)
    assert found["level"] == "critical"
    assert len(found["corrections"]) == 1
    assert "found_by_rules" not in found
    with open_reader(tmp_path) as reader:
        assert len(reader.changes(ChangeQuery(level=Level.CRITICAL))) == 1


def test_a_new_status_of_the_same_revision_leaves_the_correction(store: Store, tmp_path: Path) -> None:
    write(store)
    with store.write() as connection:
        tagging = replace(affiliates_rule().tagging, status=())
        changes.save(
            connection, changes.ChangeEntry(replace(affiliates_rule(), tagging=tagging), "fr:2025-19001", 1)
        )
    found = record(store, tmp_path)
    assert (found["level"], found["status"]) == ("low", [])


def test_a_corrected_change_is_never_stored_as_a_finding(store: Store, tmp_path: Path) -> None:
    write(store)
    corrected = change_from_json(record(store, tmp_path))
    with store.write() as connection, pytest.raises(ValueError, match="what the rules found"):
        changes.save(connection, changes.ChangeEntry(corrected, "fr:2025-19001", 1))


def test_a_corrected_change_needs_no_reading(store: Store, tmp_path: Path) -> None:
    write(store, CorrectedFields(level=Level.HIGH), change=unread_order().id)
    with open_reader(tmp_path) as reader:
        found = reader.change(unread_order().id)
    assert (found["level"], found["needs_reading"]) == ("high", False)
    assert found["found_by_rules"]["needs_reading"] is True


def test_an_altered_level_of_a_corrected_change_is_found(store: Store) -> None:
    write(store)
    with store.write() as connection:
        assert list(reviews.verify(connection)) == []
        assert list(integrity.verify(connection))[:-1] == []
        row = connection.execute(CHANGE.select().where(CHANGE.c.id == CHANGE_ID)).mappings().one()
        altered = {**row, "level": Level.HIGH.rank}
        connection.execute(
            update(CHANGE)
            .where(CHANGE.c.id == CHANGE_ID)
            .values(level=altered["level"], row_hash=integrity.change_hash(altered))
        )
        assert [line for line in integrity.verify(connection) if CHANGE_ID in str(line)] == [
            f"change {CHANGE_ID}: level is not what its record says"
        ]


def test_reminders_and_pending_alerts_show_the_leading_level(store: Store) -> None:
    write(store)
    with store.read() as connection:
        stored = changes.get(connection, CHANGE_ID)
        assert stored is not None
        seen = corrections.with_leading(connection, stored)
        first = NOW.date()
        dated = alert_queries.changes_with_dates(connection, first, first + timedelta(days=400))
    assert [change.tagging.level for change in dated] == [Level.LOW]
    message = build_message(seen, "ja", now=NOW, timezone="Asia/Tokyo", viewer_url="http://x.test")
    assert message.subject.startswith(f"[低・緩和] {GIST}")
    assert GIST in payloads(message)[0]["text"]
    shown_text = [point.value for point in message.points if point.label == "訂正"]
    assert shown_text == [
        "山田: 影響度 低(判定ルール: 緊急); 方向 緩和(判定ルール: 規制強化); "
        "トピック その他のEAR改正、外国直接製品ルール(FDPR)・デミニミス(判定ルール: "
        "エンティティー・リスト等、外国直接製品ルール(FDPR)・デミニミス); "
        f"要旨(日本語) {GIST}(判定ルール: 50%ルール(関連会社規則)の導入)"
    ]


# --- in the viewer ------------------------------------------------------------------------------


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    opened = viewer(tmp_path, with_acts=True)
    opened.post("/reviewer", data={"who": "山田 <b>花子</b>", "form": token(opened), "back": "/"})
    return opened


def send(client: TestClient, **fields: Any) -> int:
    form = {
        "level": "low",
        "direction": "relief",
        "topic": ["fdpr"],
        "gist": GIST,
        "note": "<i>停止</i>",
        **fields,
    }
    return client.post(f"{PAGE}/correction", data={"form": token(client), **form}).status_code


def test_a_reviewer_corrects_a_change_and_takes_it_back(client: TestClient) -> None:
    assert send(client) == 303
    html = client.get(PAGE).text
    assert f"<h1>{GIST}</h1>" in html
    assert '<span class="level low">低・緩和</span>' in html
    for words in (
        "山田 &lt;b&gt;花子&lt;/b&gt;が訂正",
        "&lt;i&gt;停止&lt;/i&gt;",
        "判定ルールの結果",
        "緊急",
        "規制強化",
    ):
        assert words in html, words
    assert '<option value="low" selected>' in html
    inbox = client.get("/").text
    assert GIST in inbox
    assert "訂正済み" in inbox
    assert GIST in client.get("/feed.atom?lang=ja").text
    assert "影響度: 低" in client.get("/reviews").text
    answer = client.get(f"/api/changes/{CHANGE_ID}").json()
    assert answer["level"] == "low"
    assert answer["found_by_rules"]["level"] == "critical"
    listed = client.get("/api/changes").json()
    assert next(row for row in listed if row["id"] == CHANGE_ID)["level"] == "low"
    assert client.get("/api/changes?level=critical").json() == []
    assert send(client, withdraw="1", note="見直し") == 303
    html = client.get(PAGE).text
    assert '<span class="level critical">緊急・規制強化</span>' in html
    assert "訂正を取り消し" in html
    assert "訂正済み" not in html


def test_a_change_without_corrections_has_an_empty_list(client: TestClient) -> None:
    answer = client.get(f"/api/changes/{CHANGE_ID}").json()
    assert answer["corrections"] == []
    assert "found_by_rules" not in answer


@pytest.mark.parametrize(
    "fields",
    [
        {"note": " "},
        {"level": "huge"},
        {"level": ""},
        {"direction": "up"},
        {"topic": ["<script>"]},
        {"topic": ["fdpr"] * 61},
        {"gist": "x" * 301},
        {"note": "x" * 4_050},
    ],
)
def test_an_invalid_correction_form_is_refused(client: TestClient, fields: dict[str, Any]) -> None:
    assert send(client, **fields) == 422
    assert client.get(f"/api/changes/{CHANGE_ID}").json()["corrections"] == []


def test_only_our_own_form_corrects(client: TestClient) -> None:
    good = {"level": "low", "note": "why", "form": token(client)}
    address = f"{PAGE}/correction"
    assert client.post(address, data={**good, "form": "made.up"}).status_code == 403
    assert client.post(address, data={**good, "form": ""}).status_code in {403, 422}
    assert client.post(address, data=good, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.get(address).status_code == 405
    generic = {"action": "correct", "value": '{"level":"low"}', "note": "why", "form": token(client)}
    assert client.post(f"{PAGE}/review", data=generic).status_code == 422


def test_readers_do_not_correct(tmp_path: Path) -> None:
    from tracker.storage import accounts
    from tracker.storage.accounts import UserRole
    from tracker.web.passwords import hash_password

    opened = viewer(tmp_path, access=ViewerAccess("accounts"))
    store = Store(tmp_path)
    with store.write() as connection:
        accounts.add(connection, "Reader", UserRole.READER, hash_password("correct horse battery"), NOW)
    store.close()
    form = token(opened, "/sign-in")
    opened.post("/sign-in", data={"name": "Reader", "password": "correct horse battery", "form": form})
    html = opened.get(PAGE).text
    assert "/correction" not in html
    assert (
        opened.post(f"{PAGE}/correction", data={"level": "low", "note": "why", "form": "x"}).status_code
        == 403
    )


# --- commands -----------------------------------------------------------------------------------


def run(tmp_path: Path, *arguments: str) -> Any:
    config = str(tmp_path / "none.toml")
    return CliRunner().invoke(app, [*arguments, "--state", str(tmp_path), "--config", config])


def test_show_and_changes_lead_with_the_correction(store: Store, tmp_path: Path) -> None:
    write(store)
    shown = run(tmp_path, "show", CHANGE_ID, "--lang", "en").output
    assert "Low, relief" in shown
    assert "Corrected 山田: Impact Low (by the rules: Critical)" in " ".join(shown.split())
    assert (
        json.loads(run(tmp_path, "show", CHANGE_ID, "--json").output)["found_by_rules"]["level"] == "critical"
    )
    assert "訂正済み" in run(tmp_path, "changes", "--lang", "ja").output
    assert "影響度: 低" in run(tmp_path, "reviews", "--lang", "ja").output


HEAD = (
    "document_number\tpublished\tmust\taccepted\tlevels\tdirections\tjapan_nexus\tlabellers\trecord\tgist_ja"
)


def test_leading_corrections_are_exported_as_labelled_examples(store: Store, tmp_path: Path) -> None:
    write(store)
    write(store, replace(CORRECTED, gist_ja="=cmd()"), "もう一度", who="佐藤")
    write(store, CorrectedFields(level=Level.HIGH), change=unread_order().id)
    write(store, CorrectedFields(), "取消", change=unread_order().id)
    file = tmp_path / "labels.tsv"
    assert run(tmp_path, "corrections", "export", "--out", str(file)).exit_code == 0
    assert file.read_text("utf-8").splitlines() == [
        HEAD,
        f"2025-19001\t2025-09-30\tear-other,fdpr\tear-other,fdpr\tlow\trelief\tyes\t2\t{CHANGE_ID}\t'=cmd()",
    ]
    assert run(tmp_path, "corrections", "export").output.splitlines()[0] == HEAD


def test_tracker_eval_reads_exported_corrections(store: Store, tmp_path: Path) -> None:
    page = replace(affiliates_rule(), id="chg_00000000000000a9", document_number=None, published=None)
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(page, "page:1", 1))
    write(store)
    write(store, change=page.id)
    first, second = labels_in(run(tmp_path, "corrections", "export").output.splitlines())
    assert (first.number, first.record, first.must) == (
        "2025-19001",
        CHANGE_ID,
        frozenset({"ear-other", "fdpr"}),
    )
    assert (first.levels, first.directions, first.nexus) == (("low",), frozenset({"relief"}), "yes")
    assert (second.number, second.published.isoformat()) == (page.id, "2025-09-29")


def test_without_a_correction_the_file_has_its_head_alone(store: Store, tmp_path: Path) -> None:
    assert run(tmp_path, "corrections", "export").output == HEAD + "\n"


# --- archives -----------------------------------------------------------------------------------


def test_a_correction_travels_with_an_archive(store: Store, tmp_path: Path) -> None:
    write(store)
    export_archive(tmp_path, tmp_path / "all.zip")
    import_archive(tmp_path / "all.zip", tmp_path / "other")
    found = record(store, tmp_path / "other")
    assert found == record(store, tmp_path)
    assert found["found_by_rules"]["level"] == "critical"
    with open_reader(tmp_path / "other") as reader:
        assert [row["id"] for row in reader.changes(ChangeQuery(query="1年間停止"))] == [CHANGE_ID]
    with closing(Store(tmp_path / "other")) as copy, copy.read() as connection:
        assert list(integrity.verify(connection))[:-1] == []
        assert list(reviews.verify(connection)) == []


def test_a_digest_marks_a_corrected_item(store: Store, tmp_path: Path) -> None:
    write(store)
    corrected = change_from_json(record(store, tmp_path))
    shown = replace(corrected, detected_at=PERIOD.start + timedelta(hours=12))
    view = build_view(week(shown), "ja")
    rows = [row for section in view.sections for group in section.groups for row in group.rows]
    row = next(row for row in rows if row.head == GIST)
    assert (row.level, row.badge) == (Level.LOW, "低・緩和")
    assert "訂正済み" in row.marks
