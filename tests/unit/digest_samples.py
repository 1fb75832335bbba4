"""Changes of one week, written here in the shapes that the store keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tracker.digest.period import Period, read_week
from tracker.digest.week import DigestMaterial, SourceHealth, Week, build_week
from tracker.model import (
    Change,
    Classification,
    Direction,
    DocumentKind,
    LegalDate,
    Level,
    LocalizedText,
    Op,
    Operation,
    Status,
    Topic,
    UnitKind,
)

PERIOD = read_week("2026-W20", "Asia/Tokyo")  # 11 to 17 May 2026
MONDAY = datetime(2026, 5, 17, 23, tzinfo=UTC)  # 18 May, 08:00 in Tokyo
VIEWER = "https://tracker.example.co.jp"


def change(number: int, level: Level = Level.HIGH, **values: Any) -> Change:
    """Return a rule of the week. Keywords may be fields of the change or of its classification."""
    tagging = {name: values.pop(name) for name in tuple(values) if name in Classification.__slots__}
    tagging.setdefault("topics", (Topic("fdpr", 0.9, ()),))
    tagging.setdefault("direction", Direction.RESTRICTION)
    tagging.setdefault("reason", LocalizedText(f"理由{number}", f"Reason {number}"))
    values.setdefault("kind", DocumentKind.RULE)
    values.setdefault("title", f"Rule number {number}")
    values.setdefault("detected_at", PERIOD.start + timedelta(hours=12 + number))
    return Change(
        id=f"chg_{number:016x}",
        source="fr-bis",
        url=f"https://www.federalregister.gov/d/2026-{number:05}",
        document_number=None if values["kind"] in {DocumentKind.CFR, DocumentKind.LIST} else f"2026-{number:05}",
        tagging=Classification(level=level, **tagging),
        **values,
    )  # fmt: skip


def part(number: int, level: Level = Level.CRITICAL, **values: Any) -> Change:
    """Part 744 with changes; its parties are in `party_rows`."""
    values.setdefault("title", "PART 744—CONTROL POLICY")
    values.setdefault("topics", (Topic("entity-list", 0.9, ()),))
    values.setdefault(
        "summary",
        LocalizedText(
            "Supp. No. 4 to Part 744:JAPANに1者を追加。", "Supp. No. 4 to Part 744: 1 party added."
        ),
    )
    return change(number, level, kind=DocumentKind.CFR, **values)


def row(op: Op, country: str, name: str, register: str = "Supp. No. 4 to Part 744") -> Operation:
    return Operation(f"{register} › {country} › {name}", op, after=name, kind=UnitKind.ROW)


def week(
    *changes: Change, profile: str = "", now: datetime = MONDAY, period: Period = PERIOD, **material: Any
) -> Week:
    material.setdefault("sources", (SourceHealth("fr-bis", "healthy", PERIOD.start, taken=3),))
    material.setdefault("planned", changes)
    material.setdefault("affected", changes)
    return build_week(
        period, DigestMaterial(changes=changes, **material), now=now, profile=profile, viewer_url=VIEWER
    )


def full_week(**values: Any) -> Week:
    """Return a week with one entry of every kind that a digest shows."""
    rule = change(
        1,
        Level.HIGH,
        dates=(LegalDate("effective", date(2026, 5, 25), quote="effective May 25, 2026"),),
        status=(
            Status("published", date(2026, 5, 12), date(2026, 5, 24)),
            Status("in-force", date(2026, 5, 25)),
        ),
    )
    proposal = change(
        2,
        Level.MEDIUM,
        kind=DocumentKind.PROPOSED_RULE,
        title="A proposal",
        topics=(Topic("comment-opportunity", 0.8, ()),),
        direction=Direction.PROCEDURE,
        dates=(LegalDate("comments-close", date(2026, 6, 10), quote="by June 10, 2026"),),
        status=(Status("proposed", date(2026, 5, 13)),),
    )
    book = part(3)
    small = change(4, Level.LOW, title="A correction", direction=Direction.PROCEDURE)
    stayed = change(
        5,
        Level.CRITICAL,
        title="An older rule",
        detected_at=PERIOD.start - timedelta(days=100),
        status=(
            Status("in-force", date(2026, 1, 1), date(2026, 5, 13)),
            Status("stayed", date(2026, 5, 14), date(2027, 5, 13), by="2026-00001"),
        ),
    )
    operations = {
        book.id: (
            row(Op.ADDED, "CHINA, PEOPLE'S REPUBLIC OF", "Another Sample Co."),
            row(Op.ADDED, "JAPAN", "Sample Seimitsu K.K."),
            Operation("15 CFR 744.23(a)(3)", Op.CHANGED, before="a", after="b"),
        )
    }
    values.setdefault("planned", (rule, proposal))
    values.setdefault("affected", (stayed, rule))
    return week(rule, proposal, book, small, operations=operations, **values)


def hostile(text: str) -> Change:
    """A change all of whose words try to act."""
    trick = change(9, Level.CRITICAL, kind=DocumentKind.PAGE, title=text, summary=LocalizedText("", ""))
    return replace(
        trick,
        source=text,
        url="javascript:alert(1)",
        tagging=replace(
            trick.tagging,
            reason=LocalizedText(text, text),
            units=(text,),
            dates=(LegalDate("effective", date(2026, 5, 20), note=text, quote=text),),
            status=(Status("stayed", date(2026, 5, 14), by=text, units=(text,)),),
        ),
    )
