"""Changes and the review log as PDF and CSV: everything is there, in both languages, and nothing in it does anything."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import NOW, cfr_change, hostile, hostile_operations, viewer
from tracker.cli import queries  # noqa: F401 - it registers the commands
from tracker.cli.app import app
from tracker.errors import UsageError
from tracker.model import Change, Evidence, Operation, Topic
from tracker.rendering import print_pdf
from tracker.rendering.redlines.model import Redline, RedlineSide
from tracker.sandbox.pool import Pool
from tracker.storage import reviews
from tracker.storage.database import Store
from tracker.storage.reviews import ReviewAction

TODAY = date(2025, 11, 20)
NASTY = "<img src=https://evil.example/x> \u202e=cmd|' /C calc'!A0"


@pytest.fixture(autouse=True)
def _extra() -> None:
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def made(change: Change, operations: tuple[Operation, ...], language: Any = "ja") -> Any:
    side = RedlineSide("c" * 12, "c" * 64, NOW)
    redline = Redline(change.title, change.source, change.url, side, side, operations, NOW)
    entry = {
        "id": 1, "change_id": change.id, "revision": 1, "at": "2025-11-20T03:00:00.000000Z", "who": "山田 花子",
        "action": "decide", "value": "applies", "note": NASTY, "chain": "e" * 64,
    }  # fmt: skip
    return pypdfium2.PdfDocument(
        print_pdf.change_pdf(change, redline, [entry], language=language, today=TODAY)
    )


def text_of(document: Any) -> str:
    """Without spaces: lines break anywhere in Japanese."""
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", ("緊急", "現在の法的状態", "対応要", "山田花子")), ("en", ("Critical", "Actionneeded"))],
)  # fmt: skip
def test_a_change_is_whole_on_paper(language: str, words: tuple[str, ...]) -> None:
    found = text_of(made(affiliates_rule(), cfr_change()[1], language))
    for expected in (*words, "Reexportsarecovered", affiliates_rule().id, "c" * 64):
        assert expected.replace(" ", "") in found, expected


def test_a_quote_that_shows_several_topics_is_printed_once_with_all_of_them() -> None:
    rule = affiliates_rule()
    long, short = (
        Evidence("The rule adds Some Co. to the Entity List.", "abstract"),
        Evidence("adds Some Co.", "abstract"),
    )
    topics = (Topic("entity-list", 1.0, (long, short)), Topic("fdpr", 1.0, (short,)))
    tagging = replace(rule.tagging, topics=topics, japan_nexus=(long,))
    printed = print_pdf._evidence(replace(rule, tagging=tagging), "en")
    assert printed.count("Some Co.") == 1
    assert (
        "Entity List and other party lists, Foreign direct product rules and de minimis, Link to Japan"
        in printed
    )


def test_hostile_words_are_only_words_on_paper() -> None:
    document = made(hostile(), hostile_operations())
    found = text_of(document)
    assert "<script>alert(1)</script>" in found
    assert "{{7*7}}" in found
    assert "\u202e" not in found
    assert document.count_attachments() == 0


def test_links_of_hostile_words_lead_nowhere() -> None:
    side = RedlineSide("c" * 12, "c" * 64, NOW)
    change = hostile()
    redline = Redline(change.title, change.source, change.url, side, side, hostile_operations(), NOW)
    data = print_pdf.change_pdf(change, redline, [], language="en", today=TODAY)
    for wrong in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/EmbeddedFile", b"/OpenAction"):
        assert wrong not in data


def test_a_missing_extra_is_one_line_with_its_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UsageError) as trouble:
        print_pdf.render_pdf("<p>x</p>")
    assert "tracker[pdf]" in trouble.value.line()


def test_a_redline_beyond_measure_is_refused() -> None:
    operations = hostile_operations() * (print_pdf.MOST + 1)
    with pytest.raises(UsageError, match="at most"):
        made(replace(hostile(), source="x"), operations)


@pytest.fixture
def reviewed(tmp_path: Path) -> tuple[TestClient, Path]:
    client = viewer(tmp_path, with_hostile=True)
    store = Store(tmp_path)
    with store.write() as connection:
        for who, change in (("=HYPERLINK(1)", hostile().id), ("山田 花子", cfr_change()[0].id)):
            reviews.add(connection, change, at=NOW, who=who, action=ReviewAction.COMMENT, note=NASTY)
    store.close()
    return client, tmp_path


def test_the_review_log_is_the_same_on_the_page_and_from_the_command_line(
    reviewed: tuple[TestClient, Path],
) -> None:
    client, state = reviewed
    answer = client.get("/reviews.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    found = text_of(pypdfium2.PdfDocument(answer.content))
    assert "山田花子" in found
    assert "<imgsrc=https://evil.example/x>" in found
    assert b"/URI" not in answer.content
    assert len(answer.content) < 1_000_000, "no font is embedded whole"
    cells = next(
        csv.reader(io.StringIO(client.get("/reviews.csv").content.decode("utf-8-sig").splitlines()[1]))
    )
    assert cells[2] == "'=HYPERLINK(1)"
    assert client.get("/reviews.exe").status_code == 404
    out = state / "log.pdf"
    assert run("reviews", "--state", str(state), "--format", "pdf", "-o", str(out)).exit_code == 0
    assert "山田花子" in text_of(pypdfium2.PdfDocument(out.read_bytes()))
    assert (
        run("reviews", "--state", str(state), "--format", "csv", "-o", str(state / "log.csv")).exit_code == 0
    )
    assert (state / "log.csv").read_bytes() == client.get("/reviews.csv").content
    alerted = run("reviews", hostile().id, "--state", str(state)).output
    assert "HYPERLINK" in alerted
    assert "山田" not in alerted
    assert "\u202e" not in alerted


def test_a_change_as_pdf_from_its_page_and_from_the_command_line(reviewed: tuple[TestClient, Path]) -> None:
    client, state = reviewed
    change = cfr_change()[0].id
    assert f'href="/changes/{change}/redline.pdf"' in client.get(f"/changes/{change}/redline").text
    answer = client.get(f"/changes/{change}/redline.pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="{change}.pdf"'
    assert "Reexportsarecovered" in text_of(pypdfium2.PdfDocument(answer.content))
    out = state / "change.pdf"
    assert run("diff", change, "--state", str(state), "--format", "pdf", "-o", str(out)).exit_code == 1
    assert "Reexportsarecovered" in text_of(pypdfium2.PdfDocument(out.read_bytes()))


def test_a_new_document_without_differences_is_a_pdf_too(reviewed: tuple[TestClient, Path]) -> None:
    _, state = reviewed
    out = state / "new.pdf"
    arguments = ("diff", affiliates_rule().id, "--state", str(state), "--format", "pdf", "-o", str(out))
    assert run(*arguments).exit_code == 0
    assert affiliates_rule().id in text_of(pypdfium2.PdfDocument(out.read_bytes()))


def test_the_command_line_and_the_viewer_find_the_same(tmp_path: Path) -> None:
    client = viewer(tmp_path)
    for question in ("真空バルブ", "関連会社規則", "15 CFR 744.21", '"Widget 1"', "744.21"):
        there = [found["id"] for found in client.get("/api/changes", params={"query": question}).json()]
        here = run("changes", "--state", str(tmp_path), "--query", question, "--json").output
        assert [found["id"] for found in json.loads(here)] == there, question
    assert there


def test_a_pdf_that_wants_more_than_its_bounds_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bounded = Pool(size=1, memory=print_pdf.MEMORY, seconds=1, patience=20)
    monkeypatch.setattr(print_pdf, "_workers", lambda: bounded)
    page = "<table>" + "<tr><td>a<td>b<td>c" * 20_000 + "</table>"
    with pytest.raises(UsageError, match="more time or memory than the limit"):
        print_pdf.render_pdf(page)
    bounded.close()
