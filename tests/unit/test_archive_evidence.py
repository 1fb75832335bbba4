"""The folder that proves one change."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.e2e.world import World
from tracker.archive.evidence import write_evidence
from tracker.errors import UsageError


@pytest.fixture
def proof(world: World, tmp_path: Path) -> Path:
    world.use("page", "fr-bis").poll()
    world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
    world.later(days=1)
    world.poll()
    (change,) = world.changes(source="page", baseline=False)
    folder = tmp_path / "proof"
    write_evidence(world.state, change["id"], folder, now=world.now, timezone="Asia/Tokyo")
    return folder


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", folder / "check.py"], capture_output=True, text=True, check=False
    )


def test_the_folder_holds_both_states_the_redline_and_who_was_sent(proof: Path) -> None:
    kept = json.loads((proof / "snapshots.json").read_text())
    sides = {one["side"]: (proof / one["file"]).read_bytes() for one in kept["snapshots"]}
    assert b"3B001" in sides["before"]
    assert b"3B002" in sides["after"]
    assert all(one["headers"] and one["request_headers"] for one in kept["snapshots"])
    for language in ("ja", "en"):
        assert "3B002" in (proof / f"redline.{language}.html").read_text("utf-8")
        with zipfile.ZipFile(io.BytesIO((proof / f"redline.{language}.docx").read_bytes())) as word:
            assert b"w:ins" in word.read("word/document.xml")
    (delivery,) = json.loads((proof / "deliveries.json").read_text())
    assert delivery["state"] == "sent"
    assert delivery["tries"][0]["ok"] == 1
    readme = (proof / "README.txt").read_text("utf-8")
    assert all(one["sha256"] in readme and one["chain"] in readme for one in kept["snapshots"])


def test_an_evidence_folder_can_be_checked_and_one_changed_byte_is_found(proof: Path) -> None:
    done = check(proof)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 answers, 0 problems" in done.stdout
    sums = [line.split("  ") for line in (proof / "SHA256SUMS").read_text().splitlines()]
    files = {str(path.relative_to(proof)) for path in proof.rglob("*") if path.is_file()}
    assert {name for _, name in sums} == files - {"SHA256SUMS"}
    for name in ("snapshots.json", next(name for _, name in sums if name.startswith("after/"))):
        old = (proof / name).read_bytes()
        (proof / name).write_bytes(old.replace(b"2026", b"2025", 1))
        assert check(proof).returncode == 1
        (proof / name).write_bytes(old)


def test_a_forgery_with_recomputed_hashes_is_found_by_the_chain(proof: Path) -> None:
    kept = json.loads((proof / "snapshots.json").read_text())
    kept["snapshots"][0]["fetched_at"] = "2020-01-01T00:00:00.000000Z"
    old = hashlib.sha256((proof / "snapshots.json").read_bytes()).hexdigest()
    (proof / "snapshots.json").write_text(json.dumps(kept))
    new = hashlib.sha256((proof / "snapshots.json").read_bytes()).hexdigest()
    (proof / "SHA256SUMS").write_text((proof / "SHA256SUMS").read_text().replace(old, new))
    done = check(proof)
    assert done.returncode == 1
    assert "does not give its chain value" in done.stdout


def test_the_exchanges_are_a_warc_that_its_own_digests_hold_for(proof: Path) -> None:
    data = (proof / "exchanges.warc").read_bytes()
    kinds = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        assert head.startswith(b"WARC/1.1\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        length = int(fields["Content-Length"])
        block, end = rest[:length], rest[length : length + 4]
        assert end == b"\r\n\r\n"
        digest = base64.b32encode(hashlib.sha256(block).digest()).decode()
        assert fields["WARC-Block-Digest"] == f"sha256:{digest}"
        if fields["WARC-Type"] == "response":
            body = block.partition(b"\r\n\r\n")[2]
            payload = base64.b32encode(hashlib.sha256(body).digest()).decode()
            assert fields["WARC-Payload-Digest"] == f"sha256:{payload}"
            assert fields["WARC-Target-URI"].endswith("/news/rule")
        kinds.append(fields["WARC-Type"])
        data = rest[length + 4 :]
    assert kinds == ["warcinfo", "response", "request", "response", "request"]


def test_a_document_of_the_federal_register_has_its_record_and_its_text(world: World, tmp_path: Path) -> None:
    world.use("fr-bis").poll()
    write_evidence(world.state, "2026-11001", tmp_path / "rule", now=world.now, timezone="Asia/Tokyo")
    names = sorted(path.name for path in (tmp_path / "rule" / "after").iterdir())
    assert names == ["1-fr-record.json", "2-fr-xml.xml"]
    assert not (tmp_path / "rule" / "before").exists()
    assert check(tmp_path / "rule").returncode == 0
    assert b"WARC-Type: conversion" in (tmp_path / "rule" / "exchanges.warc").read_bytes()


def test_a_folder_in_use_and_an_unknown_change_are_refused(world: World, proof: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not empty"):
        write_evidence(world.state, "2026-11001", proof, now=world.now, timezone="Asia/Tokyo")
    with pytest.raises(UsageError, match="no change is called"):
        write_evidence(world.state, "2099-1", tmp_path / "x", now=world.now, timezone="Asia/Tokyo")
