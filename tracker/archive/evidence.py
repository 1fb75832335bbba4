"""Writes a folder that proves, for one change, what was retrieved and when. It can be checked without this
program.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from tracker import __version__
from tracker.archive.backup import sync
from tracker.archive.warc import PIECES, warc
from tracker.errors import StoreError, UsageError
from tracker.model import Fetched, Language
from tracker.rendering.delivery_hold import deliveries_to_json
from tracker.rendering.redlines import render
from tracker.rendering.redlines.stored import load_redline, with_texts
from tracker.serialization import change_from_json
from tracker.storage import integrity, reviews, row_log, snapshots, versions
from tracker.storage.database import Store
from tracker.storage.instants import to_text
from tracker.storage.read_queries import open_reader
from tracker.storage.schema import CHANGE, DELIVERY, SNAPSHOT, VERSION

SUMS = "SHA256SUMS"
_LANGUAGES: tuple[Language, ...] = ("ja", "en")
_ENDINGS = {"text/html": "html", "application/xml": "xml", "text/xml": "xml", "application/pdf": "pdf",
            "application/json": "json", "text/plain": "txt"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvidenceFolder:
    """The result. `sha256` is the hash of SHA256SUMS: with this value noted elsewhere, any later alteration of
    the folder can be shown.
    """

    folder: Path
    files: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _ChainedSnapshot:
    """One snapshot with its place in the hash chain."""

    side: str
    fetched: Fetched
    row: dict[str, Any]
    previous: str


def write_evidence(
    state: Path, reference: str, folder: Path, *, now: datetime, timezone: str
) -> EvidenceFolder:
    """Write the folder, which must be new or empty.

    Raises UsageError for an unknown change or a folder that is in use; StoreError where the stored bytes or
    rows fail the integrity check, or the folder cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty", cure="use a new or empty folder")
    with open_reader(state) as opened:
        record = opened.change(reference)
        deliveries = deliveries_to_json(opened.deliveries(record["id"]))
        looked = opened.reviews([record["id"]])
    store = Store(state)
    try:
        with store.read() as connection:
            _require_intact(connection, record["id"])
            kept = _snapshots(connection, record["id"], gone=record["after"] is None)
            files = _redlines(connection, record, now, timezone)
            head = connection.execute(
                select(SNAPSHOT.c.id, SNAPSHOT.c.chain).order_by(SNAPSHOT.c.id.desc()).limit(1)
            ).one()
    finally:
        store.close()
    for number, one in enumerate(kept, 1):
        one.row["file"] = f"{one.side}/{number}-{_name(one.fetched)}"
        files[one.row["file"]] = one.fetched.answer.body
    files["change.json"] = _json(record)
    files["deliveries.json"] = _json(deliveries)
    files["reviews.json"] = _json(looked)
    files["snapshots.json"] = _json(
        {
            "exported_at": to_text(now),
            "head": {"id": head.id, "chain": head.chain},
            "snapshots": [{**one.row, "side": one.side, "chain_before": one.previous} for one in kept],
        }
    )
    software = f"tracker {__version__}"
    files["exchanges.warc"] = warc([one.fetched for one in kept], software, now)
    files["check.py"] = resources.files(__package__).joinpath("check.txt").read_bytes()
    files["README.txt"] = _readme(record, kept, now, software).encode()
    return _write_files(folder, files)


def _require_intact(connection: Connection, change_id: str) -> None:
    """Raise StoreError where the hash chains do not confirm what the folder would prove: snapshots, versions,
    deliveries, reviews.
    """
    row = connection.execute(select(CHANGE.c.document_id).where(CHANGE.c.id == change_id)).one()
    read = connection.execute(select(VERSION.c.id).where(VERSION.c.document_id == row.document_id)).scalars()
    delivery_ids = connection.execute(
        select(DELIVERY.c.id).where(DELIVERY.c.subject_id == change_id)
    ).scalars()
    for problem in chain(
        snapshots.verify_chain(connection),
        row_log.verify_chain(connection),
        row_log.verify_rows(connection, "version", [row_log.key(number) for number in read]),
        row_log.verify_rows(connection, "delivery", [row_log.key(number) for number in delivery_ids]),
        integrity.verify_change(connection, change_id),
        integrity.verify_attempts(connection),
        reviews.verify(connection),
    ):
        raise StoreError(
            f"no evidence for {change_id}: {problem}", cure="it is not what was written: run `tracker verify`"
        )


def _snapshots(connection: Connection, change_id: str, *, gone: bool = False) -> list[_ChainedSnapshot]:
    """Return the snapshots before and after the change, oldest first, each with the chain value that it was
    linked to. A record of a removal has no snapshot after it.
    """
    row = connection.execute(
        select(CHANGE.c.document_id, CHANGE.c.version).where(CHANGE.c.id == change_id)
    ).one()
    kept = []
    later = versions.get(connection, row.document_id, row.version)
    earlier = (
        snapshots.compared_version(connection, later.snapshots[0], row.version) if later else row.version - 1
    )
    sides = (("before", earlier), ("after", row.version))
    for side, ordinal in sides[:1] if gone else sides:
        version = versions.get(connection, row.document_id, ordinal)
        for identity in version.snapshots if version else ():
            fetched = snapshots.load(connection, [identity])
            found = connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.id == identity)).one()
            previous = connection.execute(
                select(SNAPSHOT.c.chain)
                .where(SNAPSHOT.c.id < identity)
                .order_by(SNAPSHOT.c.id.desc())
                .limit(1)
            ).scalar()
            values = {**found._mapping, "fetched_at": to_text(found.fetched_at)}
            kept.append(_ChainedSnapshot(side, fetched, values, str(previous or integrity.START)))
    if not any(one.side == ("before" if gone else "after") for one in kept):
        raise StoreError(f"{change_id}: its snapshots are missing", cure="run `tracker verify`")
    return kept


def _redlines(
    connection: Connection, record: dict[str, Any], now: datetime, timezone: str
) -> dict[str, bytes]:
    change = change_from_json(record)
    redline = load_redline(connection, change, now=now, timezone=timezone)
    whole = with_texts(connection, change, redline) or redline
    files = {}
    for language in _LANGUAGES:
        for form in ("html", "docx"):
            made = render(whole, form, language)
            files[f"redline.{language}.{form}"] = made.encode() if isinstance(made, str) else made
    return files


def _name(fetched: Fetched) -> str:
    """Return a file name made of our own parts only, never of text from outside."""
    if fetched.role in PIECES:
        return f"{fetched.role}.json"
    kind = (fetched.answer.header("content-type") or "").partition(";")[0].strip().lower()
    return f"{fetched.role}.{_ENDINGS.get(kind, 'bin')}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _write_files(folder: Path, files: dict[str, bytes]) -> EvidenceFolder:
    """Write the files. SHA256SUMS comes last: a folder without it is incomplete."""
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    try:
        for name, data in [*files.items(), (SUMS, sums.encode())]:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            sync(path)
        sync(folder)
    except OSError as error:
        raise StoreError(
            f"{folder}: not written: {error}", cure="check free space and write permission"
        ) from error
    return EvidenceFolder(folder, len(files) + 1, hashlib.sha256(sums.encode()).hexdigest())


def _certificate_line(tls: dict[str, str] | None) -> str:
    if not tls:
        return ""
    peer = f"{tls['version']}, certificate {tls['sha256']}\n              of {tls['subject']}, issued by {tls['issuer']}"
    return f"\n    TLS       {peer}\n              valid {tls['not_before']} to {tls['not_after']}"


def _readme(record: dict[str, Any], kept: Sequence[_ChainedSnapshot], now: datetime, software: str) -> str:
    lines = [
        f"{one.row['file']}\n    requested {one.fetched.answer.url}\n    received  {one.row['fetched_at']} with status {one.row['status']}{_certificate_line(one.row['tls'])}"
        f"\n    SHA-256   {one.row['sha256']}\n    chain     {one.row['chain']} (record {one.row['id']})"
        for one in kept
    ]
    return _README.format(
        id=record["id"], title=" ".join(record["title"].split()), url=record["url"], found=record["detected_at"],
        made=to_text(now), software=software, answers="\n".join(lines),
    )  # fmt: skip


_README = """EVIDENCE FOR ONE CHANGE / 一件の変更に関する証跡

{id}  {title}
{url}
first seen (UTC) / 検知日時: {found}
this folder was made (UTC) / 作成日時: {made} by {software}

THE ANSWERS AS RECEIVED / 取得した応答

{answers}

CONTENTS / 内容

before/, after/   the raw bytes of the answers that the change is based on, after content decoding. Records of the Federal
                  Register, of feeds and of lists are cut out of a longer answer, with sorted keys. / 変更前後の取得データ原本
snapshots.json    for each: address, status, request and response headers, time, SHA-256, place in the chain / 取得記録
exchanges.warc    the same exchanges as a WARC 1.1 file; headers of the transfer begin with X-Archive-Orig-
redline.*         the differences, as a page and as a Word file with tracked changes / 新旧対照
change.json       the record; deliveries.json: who was alerted when; reviews.json: who reviewed it when / 変更記録、通知履歴、確認履歴
SHA256SUMS        the SHA-256 of every file / 全ファイルのハッシュ値

HOW TO CHECK / 検証方法

    sha256sum -c SHA256SUMS
    python3 check.py

check.py needs nothing but Python. It hashes the files, compares the bytes with the record of each answer, and computes each
record's chain value again: SHA-256 over the chain value before it and everything that was recorded of the answer. The next answer
that was stored anywhere by the same tracker was linked to that value, and so on to "head" in snapshots.json: an answer that
was altered or put in later does not fit a chain value that was noted elsewhere (in an earlier folder like this one, on paper,
with a notary). `tracker verify` on the full state walks the whole chain.

The certificate of the server (TLS) was checked against the machine's authorities when the connection was made; its SHA-256,
subject, issuer and validity are part of the record and of the chain ("tls" in snapshots.json). The SHA-256 can be looked up in
the public logs of certificates (Certificate Transparency). / サーバー証明書は接続時に検証し、その情報を記録に含めています。

Not proven: that no one with the server's key impersonated it, and that the machine's clock was right.
Answers without a TLS line were received over plain HTTP, or were stored before certificates were recorded.

Information, not legal advice. / 本資料は情報提供であり、法的助言ではありません。
"""
