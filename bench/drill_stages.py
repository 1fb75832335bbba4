"""The crash drill: every stage between an answer and its alert fails once for each of thirty documents.

Fifteen parts of the code and fifteen rules whose text is corrected in place, on a server with ETags and 304s. In each
round one stage fails for all of them, in the poll and in the audit that follows it; after the last round it is fixed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from unittest.mock import patch

from structlog.testing import capture_logs

from bench.drill_kit import Drill, Outcome, clean
from tests.e2e.world import World
from tracker.demo.model import FrDocument
from tracker.ingest.poll import PollContext
from tracker.reconciliation import gap_filling
from tracker.reconciliation.govinfo_crosscheck import IssueCache
from tracker.scheduler.schedule import load_checked
from tracker.storage.database import Store

PARTS = tuple(str(number) for number in range(801, 816))
RULES = tuple(f"2026-120{number:02}" for number in range(1, 16))
# Where each stage is entered; `store` fails after its rows are written, so that they have to be rolled back.
STAGES = {
    "parse": "tracker.parsing.read",
    "diff": "tracker.diffing.compare",
    "tag": "tracker.classification.classify",
    "assess": "tracker.ingest.assess.assess",
    "route": "tracker.alerts.enqueue.enqueue_alerts",
    "store": "tracker.storage.changes.save",
}
BIS = ("commerce-department", "industry-and-security-bureau")
_NAME = re.compile(r"2026-120\d\d|(?<!\d)8\d\d(?!\d)")
_SOURCE = '[[source]]\nid = "code"\nkind = "ecfr"\nbase_url = "{base}"\ntitle = 15\nparts = "801-815"\n'
_PART = """<?xml version="1.0"?>
<DIV5 N="{part}" TYPE="PART"><HEAD>PART {part}&#x2014;SAMPLE CONTROLS</HEAD>
<DIV8 N="{part}.1" TYPE="SECTION"><HEAD>&#xA7; {part}.1 Semiconductor manufacturing end use.</HEAD>
<P>(a) You may not export an item subject to the EAR for use in a fabrication facility of kind {part}.</P></DIV8></DIV5>"""


@dataclass(slots=True)
class Played:
    """What happened. `failed`: the documents that each stage failed on; `named` and `held`: those that the audit, and the
    polls, named in the meantime; `early`: alerts before the fix; `sent`: how often each document was sent after it."""

    failed: dict[str, set[str]] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)
    early: int = 0
    alerted: dict[str, int] = field(default_factory=dict)
    again: int = 0  # alerts after a further poll
    not_modified: int = 0  # 304s of that poll
    sound: bool = False  # the result of `tracker verify`


def _names(value: Any) -> Iterator[str]:
    """The documents that an argument of a stage speaks of."""
    for holder in (value, getattr(value, "change", None)):
        for name in ("key", "identity", "document_number", "title"):
            text = getattr(holder, name, None)
            if isinstance(text, str):
                yield from _NAME.findall(text)


@contextmanager
def failing(stage: str, failed: set[str]) -> Iterator[None]:
    """The stage raises for each of the documents, and notes which."""
    target = STAGES[stage]
    module, _, name = target.rpartition(".")
    honest: Callable[..., Any] = getattr(__import__(module, fromlist=[name]), name)

    def stand_in(*arguments: Any, **named: Any) -> Any:
        done = honest(*arguments, **named) if stage == "store" else None
        found = {name for argument in arguments for name in _names(argument)}
        if found:
            failed.update(found)
            raise ValueError(f"{stage} fails on {', '.join(sorted(found))}")
        return done if stage == "store" else honest(*arguments, **named)

    with patch(target, stand_in):
        yield


def _audited(world: World) -> set[str]:
    """The documents that an audit names as missing."""
    settings, store = load_checked(world.config), Store(world.state)
    context = PollContext(settings, store, world.client(settings), lambda: world.now, lambda _: None)
    named, issues = set[str](), IssueCache()
    try:
        for source in settings.sources:
            found = gap_filling.audit(source, context, date(2026, 6, 1), issues)
            named |= {name for gap in found.gaps for name in _NAME.findall(gap.expected.key)}
    finally:
        context.client.close()
        store.close()
    return named


def _alerted(world: World) -> dict[str, int]:
    """Count the alerts for each document's change."""
    ids: dict[str, str] = {}
    for change in world.changes():
        name = change["document_number"] or next(iter(_NAME.findall(" ".join(change["units"]))), "")
        if name in RULES or (name in PARTS and not change["baseline"]):
            ids[change["id"]] = name
    alerted = dict.fromkeys((*PARTS, *RULES), 0)
    for alert in world.alerts:
        for change_id, name in ids.items():
            alerted[name] += change_id in alert
    return alerted


def prepare(world: World) -> None:
    """Thirty documents that are known, and then change."""
    for part in PARTS:
        world.standin.archive.put_part(15, part, date(2026, 3, 25), _PART.format(part=part))
    for number in RULES:
        title = f"Controls on Sample Reactors, {number}"
        document = FrDocument(number, world.now.date(), title, "RULE", BIS, "BIS amends the EAR.")
        world.standin.add_document(document, [f"BIS controls reactors of ECCN 3B001 in {number}."])
    world.use("fr-bis", extra=_SOURCE.format(base=world.standin.url)).poll()
    world.later(days=2)
    for part in PARTS:
        world.standin.edit_part(15, part, "fabrication facility", "fabrication plant of ECCN 3B001")
    for number in RULES:
        world.standin.patch_xml(number, "ECCN 3B001", "ECCNs 3B001 and 3B090")
    world.later(days=2)


def play(world: World) -> Played:
    prepare(world)
    played = Played()
    for stage in STAGES:
        failed = played.failed.setdefault(stage, set())
        with failing(stage, failed), capture_logs():  # of 360 traces, each with its frames
            reports = world.poll()
            keys = {error["key"] for report in reports.values() for error in report.errors}
            played.held[stage] = {name for key in keys for name in _NAME.findall(key)}
            played.named[stage] = _audited(world)
        world.later(hours=1)
    played.early = sum(_alerted(world).values())
    world.poll()
    played.alerted = _alerted(world)
    world.later(hours=1)
    played.not_modified = sum(report.not_modified for report in world.poll().values())
    played.again = sum(_alerted(world).values()) - sum(played.alerted.values())
    played.sound = clean(world)
    return played


def wrong(played: Played) -> list[str]:
    """What did not end as it should."""
    everything = {*PARTS, *RULES}
    found = []
    for what, by_stage in (
        ("raised", played.failed),
        ("named by the audit", played.named),
        ("held", played.held),
    ):
        found += [
            f"{stage}: {len(names & everything)} of {len(everything)} {what}"
            for stage, names in by_stage.items()
            if not everything <= names
        ]
    if played.early or played.again:
        found.append(f"{played.early} alerts before the mend, {played.again} again after it")
    found += [f"{name} sent {times} times" for name, times in played.alerted.items() if times != 1]
    if not played.not_modified:
        found.append("no 304 after the mend")
    return found if played.sound else [*found, "verify finds problems"]


def _drill(world: World) -> Outcome:
    played = play(world)
    problems = wrong(played)
    if problems:
        return Outcome("; ".join(problems), ok=False)
    pairs = sum(map(len, played.failed.values()))
    alerted = sum(played.alerted.values())
    output = f"{pairs} failures of {len(STAGES)} stages, each named by the audit; nothing sent before, {alerted} sent after the fix, each once"
    return Outcome(output, ok=True)


DRILLS = [
    Drill(
        "each stage fails once on each of 30 documents, with ETags and 304s",
        "nothing counts as known; the audit names all; sent once after the fix",
        _drill,
    )
]
