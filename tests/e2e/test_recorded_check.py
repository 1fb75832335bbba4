"""`tracker check --save` on a source of every kind, good and bad, and `tracker demo --replay` of what it kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests import japan_law_samples
from tests.court_samples import CAFC_FEED, CIT_FEED, put_feed, put_slips
from tests.e2e import (
    test_congress,
    test_courts,
    test_denied_persons,
    test_meti_matrix,
    test_ofac_list,
    test_uflpa_list,
)
from tests.e2e.test_csms import FIRST
from tests.e2e.test_csms import put as put_bulletins
from tests.e2e.world import SOURCES, World
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tests.tariff_samples import chapter_99, chapters, notes_pdf
from tracker.archive import recording
from tracker.cli import checking, running  # noqa: F401 - they register their commands
from tracker.cli.app import app
from tracker.config.source_kinds import source_kinds
from tracker.http.recording import without_secrets

KINDS = (
    "fr-bis", "inspection", "ear", "news", "feed", "hts", "csms", "dockets", "courts", "bills", "law", "matrix", "denied", "ofac", "uflpa",
    "list",
)  # fmt: skip


@dataclass(frozen=True)
class Saved:
    world: World
    folder: Path
    result: Result
    report: dict[str, dict[str, Any]]  # by source

    def findings(self, source: str) -> set[tuple[str, str]]:
        return {(one["what"], one["where"]) for one in self.report[source]["findings"]}


def save(world: World, folder: Path, *names: str) -> Saved:
    options = ("--config", str(world.config), "--state", str(world.state))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_NOW", world.now.isoformat())
        patch.setenv("REGULATIONS_GOV_KEY", world.standin.archive.dockets.key)
        patch.setenv("CONGRESS_KEY", world.standin.archive.bills.key)
        result = CliRunner().invoke(app, ["check", *names, "--save", str(folder), *options])
    path = folder / "report.json"
    report = json.loads(path.read_text("utf-8"))["sources"] if path.exists() else []
    return Saved(world, folder, result, {one["source"]: one for one in report})


def a_world(folder: Path, standin: StandIn) -> World:
    world = World(folder, standin, standin.now).use(*KINDS)
    standin.archive.tariff.publish("2026HTSRev13", world.now, [*chapters(), *chapter_99()], notes_pdf())
    dockets = standin.archive.dockets
    dockets.put_docket("BIS-2026-0041", "Export Controls on Advanced Computing Items", world.now)
    dockets.put_document(
        "BIS-2026-0041-0001",
        world.now,
        title="Export Controls on Advanced Computing Items",
        kind="Proposed Rule",
    )
    japan_law_samples.put(
        standin.archive, world.now - timedelta(days=90), japan_law_samples.first_text(), date(2026, 4, 1)
    )
    standin.archive.bills.put(test_congress.BILL, world.now, title=test_congress.TITLE)
    standin.archive.bills.put_text(test_congress.BILL, world.now, "ih", test_congress.FIRST)
    put_feed(standin.archive, world.now, CIT_FEED, [test_courts.DUMPING])
    put_feed(standin.archive, world.now, CAFC_FEED, [])
    put_slips(standin.archive, world.now, [])
    test_denied_persons.put(world, world.now.date(), test_denied_persons.FIRST)
    standin.archive.sanctions.publish(world.now, test_ofac_list.PARTIES, {1000: "add"})
    test_uflpa_list.put(world, test_uflpa_list.FIRST, test_uflpa_list.SECOND)
    test_meti_matrix.put(world, test_meti_matrix.ROWS)
    put_bulletins(world, [FIRST], a1="ACE is not available from 10:00 p.m. ET on Saturday, January 31, 2026.")
    return world


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    """A recording of a source of every kind, each as its adapter expects it."""
    folder = tmp_path_factory.mktemp("good")
    with StandIn(sample_archive(), now=SAMPLE_NOW) as standin:
        yield save(a_world(folder, standin), folder / "saved")


def test_every_kind_is_polled_whole_and_kept(good: Saved) -> None:
    assert good.result.exit_code == 0, good.result.output
    assert set(good.report) == set(KINDS)
    for source, report in good.report.items():
        assert report["polls"][0]["documents"] > 0, source
        assert not [one for one in report["findings"] if one["what"] not in {"unknown", "host"}], source
    exchange = next(
        one
        for one in recording.load(good.folder).exchanges("ear")
        if "/full/" in one.url and one.status == 200
    )
    assert exchange.header("content-encoding") == "gzip"
    assert exchange.body.startswith(b"\x1f\x8b"), "the bytes are those of the wire"
    assert good.report["ear"]["compared"] == {"structure of a title": 1, "text of a part": 1, "titles": 1}
    assert good.report["fr-bis"]["again"][0]["conditional"] == "304 not modified"
    assert not good.world.state.exists(), "nothing is stored"


def test_the_report_is_for_a_person(good: Saved) -> None:
    text = (good.folder / "report.md").read_text("utf-8")
    assert "| ear | ecfr | ok |" in text
    assert "robots.txt of http://127.0.0.1" in text
    assert "requested again:" in text


def test_what_was_saved_is_replayed_through_the_pipeline(
    good: Saved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good.world.standin.forget()
    monkeypatch.delenv("TRACKER_NOW", raising=False)
    state = tmp_path / "replayed"
    result = CliRunner().invoke(app, ["demo", "--once", "--replay", str(good.folder), "--state", str(state)])
    assert result.exit_code == 0, result.output
    assert "have no recorded answer" not in result.output
    assert good.world.standin.asked() == [], "nothing is requested from the real hosts"
    with sqlite3.connect(state / "tracker.db") as database:
        polled = dict(database.execute("SELECT source, count(*) FROM change GROUP BY source"))
    expected = {source: report["polls"][0]["documents"] for source, report in good.report.items()}
    assert {source: polled[source] for source in ("fr-bis", "ear", "list", "feed")} == {
        source: expected[source] for source in ("fr-bis", "ear", "list", "feed")
    }


def test_a_second_recording_is_replayed_as_a_later_poll(good: Saved, tmp_path: Path) -> None:
    with StandIn(sample_archive(), now=SAMPLE_NOW) as standin:
        world = a_world(tmp_path, standin).use("ear")
        first = save(world, tmp_path / "first")
        world.later(days=2)
        standin.edit_part(15, "744", before="Presumption of denial", after="Policy of denial")
        second = save(world, tmp_path / "second")
    replayed = ["--replay", str(second.folder), "--replay", str(first.folder)]
    state = tmp_path / "replayed"
    result = CliRunner().invoke(app, ["demo", "--once", *replayed, "--state", str(state)])
    # A first poll does not request the list of versions, which one after a change does.
    assert "versions: 403: not recorded" in result.output
    with sqlite3.connect(state / "tracker.db") as database:
        found = database.execute("SELECT record FROM change WHERE baseline = 0").fetchall()
    assert len(found) == 1
    assert "Policy of denial" in found[0][0]


def test_what_differs_is_named(tmp_path: Path) -> None:
    with StandIn(sample_archive(), now=SAMPLE_NOW) as standin:
        world = a_world(tmp_path, standin)
        rows = [{**row, "dutyNote": "see note"} for row in chapters()]
        for row in rows:
            row["rate"] = row.pop("general")
        standin.archive.tariff.publish("2026HTSRev13", world.now, [*rows, *chapter_99()], notes_pdf())
        standin.misbehave("consolidated", "request-access-200")
        standin.misbehave("/feed.xml", "410")
        saved = save(world, tmp_path / "saved")
    assert saved.result.exit_code == 1
    assert {
        ("missing", "rows of the export: [].general"),
        ("unknown", "rows of the export: [].rate"),
    } <= saved.findings("hts")
    assert ("unknown", "rows of the export: [].dutyNote") in saved.findings("hts")
    assert "wall" in {what for what, _ in saved.findings("list")}
    assert not saved.report["feed"]["polls"][0]["ok"]
    text = (saved.folder / "report.md").read_text("utf-8")
    assert "### expected and missing" in text
    assert "### a wall in place of the answer" in text


def test_only_the_named_sources_and_no_folder_with_files(good: Saved, tmp_path: Path) -> None:
    again = save(good.world, good.folder, "ear")
    assert again.result.exit_code == 2 or "is not empty" in str(again.result.exception)
    one = save(good.world, tmp_path / "one", "ear")
    assert set(one.report) == {"ear"}
    assert {path.name for path in (tmp_path / "one").iterdir()} >= {
        "recording.json",
        "ear.warc.gz",
        "report.md",
    }


def test_a_folder_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["demo", "--once", "--replay", str(tmp_path)])
    assert result.exit_code != 0
    assert "tracker check --save" in str(getattr(result.exception, "cure", ""))


def test_a_recording_that_was_cut_off_is_read_up_to_there(good: Saved, tmp_path: Path) -> None:
    whole = recording.warc_path(good.folder, "ear").read_bytes()
    (tmp_path / "ear.warc.gz").write_bytes(whole[: len(whole) - 20])
    kept = list(recording.read_exchanges(tmp_path / "ear.warc.gz"))
    assert 0 < len(kept) < len(list(recording.read_exchanges(recording.warc_path(good.folder, "ear"))))


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (
            "https://api.example.gov/v4/documents?api_key=SAMPLE&page=2",
            "https://api.example.gov/v4/documents?api_key=***&page=2",
        ),
        ("https://api.example.gov/a?Token=SAMPLE", "https://api.example.gov/a?Token=***"),
        ("https://www.example.gov/a?q=key%3D1&fields[]=x", "https://www.example.gov/a?q=key%3D1&fields[]=x"),
    ],
)
def test_secrets_in_addresses_are_not_kept(url: str, kept: str) -> None:
    assert without_secrets(url) == kept


def test_every_kind_of_source_is_recorded(good: Saved) -> None:
    assert {report["kind"] for report in good.report.values()} == {
        name for name, kind in source_kinds().items() if kind.adapter.startswith("tracker.sources.")
    }
    assert set(KINDS) <= set(SOURCES)


def test_the_plain_check_reports_each_kind_good_and_bad(tmp_path: Path) -> None:
    with StandIn(sample_archive(), now=SAMPLE_NOW) as standin:
        world = a_world(tmp_path, standin)
        options = ("--config", str(world.config), "--state", str(world.state), "--json")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TRACKER_NOW", world.now.isoformat())
            patch.setenv("REGULATIONS_GOV_KEY", standin.archive.dockets.key)
            patch.setenv("CONGRESS_KEY", standin.archive.bills.key)
            good = json.loads(CliRunner().invoke(app, ["check", *KINDS, *options]).output)["checks"]
            patch.delenv("CONGRESS_KEY")
            standin.misbehave("/", "request-access-200")
            bad = json.loads(CliRunner().invoke(app, ["check", *KINDS, *options]).output)["checks"]
    assert {one["id"]: one["ok"] for one in good} == dict.fromkeys(KINDS, True)
    said = {one["id"]: one["said"] for one in bad if not one["ok"]}
    assert set(KINDS) - set(said) <= {"bills"}, "a missing key is one line, and no failure"
    assert "its key is missing" in next(one["said"] for one in bad if one["id"] == "bills")
    assert all(
        "wall" in line or "Request Access" in line for name, line in said.items() if name != "bills"
    ), said
