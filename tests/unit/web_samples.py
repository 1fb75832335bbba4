"""A small state folder for tests of the viewer, made with the store itself; and a client that knows its name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from tests.unit.rendering_samples import affiliates_rule, oil_order, unread_order
from tracker.config.models import Channel, Settings, Source, ViewerAccess
from tracker.diffing import compare
from tracker.model import (
    Act,
    ActVerb,
    Change,
    Classification,
    Document,
    DocumentKind,
    DocumentRelation,
    Evidence,
    LegalDate,
    Level,
    LocalizedText,
    Operand,
    Operation,
    Profile,
    SnapshotRef,
    Status,
    Topic,
    Unit,
    UnitKind,
)
from tracker.storage import changes, outbox, reviews, source_state
from tracker.storage.database import Store
from tracker.web.app import create_app

NOW = datetime(2025, 11, 20, 3, 0, tzinfo=UTC)
SECRET = "https://hooks.example.test/T0/B0/very-secret"


def settings(path: Path = Path("sources.toml"), access: ViewerAccess = ViewerAccess()) -> Settings:  # noqa: B008 - frozen
    return Settings(
        path=path,
        access=access,
        sources=(
            Source("fr-bis", "federal-register", base_url="https://www.federalregister.gov/api/v1"),
            Source("ear", "ecfr", base_url="https://www.ecfr.gov", title=15, parts=((730, 774),)),
        ),
        channels=(Channel("slack-trade", SECRET),),
        profiles=(Profile("vacuum-components", eccns=("3B001",)),),
    )


def cfr_change() -> tuple[Change, tuple[Operation, ...]]:
    """Section 744.21 with a paragraph added, its successor pushed on, and words changed."""
    before = _text(
        "(a) A license is required for items listed in paragraph (d).", "(b) Exports to Japan are excluded."
    )
    after = _text(
        "(a) A license is required for items listed in paragraph (e).",
        "(b) Reexports are covered.",
        "(c) Exports to Japan are excluded.",
    )
    change = Change(
        id="chg_00000000000000cf",
        source="ear",
        kind=DocumentKind.CFR,
        title="15 CFR Part 744",
        url="https://www.ecfr.gov/current/title-15/part-744",
        detected_at=NOW - timedelta(days=1),
        published=date(2025, 11, 19),
        before=SnapshotRef("b" * 64, NOW - timedelta(days=30)),
        after=SnapshotRef("c" * 64, NOW - timedelta(days=1)),
        tagging=Classification(
            Level.HIGH,
            topics=(Topic("end-use-end-user", 0.8, ()),),
            units=("15 CFR 744.21(a)", "15 CFR 744.21(b)"),
            summary=LocalizedText(
                "15 CFR 744.21:(a)を変更、(b)を追加。", "15 CFR 744.21: (a) changed, (b) added."
            ),
        ),
    )
    return change, compare(before, after)


def _text(*paragraphs: str) -> Document:
    units = [Unit("15 CFR 744.21", UnitKind.HEADING, "§ 744.21 Restrictions on certain end uses.")]
    units += [
        Unit(f"15 CFR 744.21{text[:3]}", UnitKind.PARAGRAPH, text, depth=1, marker=text[:3])
        for text in paragraphs
    ]
    return Document("15 CFR 744", DocumentKind.CFR, "15 CFR Part 744", "", tuple(units))


def proposal(number: int = 1) -> Change:
    return Change(
        id=f"chg_{number:016x}",
        source="fr-bis",
        kind=DocumentKind.PROPOSED_RULE,
        title=f"Proposed Controls on Widget {number}",
        url=f"https://www.federalregister.gov/d/2025-3{number:04}",
        detected_at=NOW - timedelta(days=20, minutes=number),
        document_number=f"2025-3{number:04}",
        published=date(2025, 11, 1),
        baseline=True,
        tagging=Classification(
            Level.LOW,
            topics=(Topic("ear-other", 0.6, ()),),
            dates=(LegalDate("comments-close", date(2025, 12, 15), quote="by December 15, 2025"),),
            status=(Status("proposed", date(2025, 11, 1)),),
        ),
    )


def stay() -> Change:
    """The document that stays the affiliates rule."""
    return Change(
        id="chg_00000000000000aa",
        source="fr-bis",
        kind=DocumentKind.RULE,
        title="One-Year Suspension of the Affiliates Rule",
        url="https://www.federalregister.gov/d/2025-19846",
        detected_at=NOW - timedelta(days=9),
        document_number="2025-19846",
        published=date(2025, 11, 12),
        tagging=Classification(Level.HIGH, links=(DocumentRelation("stays", "2025-19001", "is stayed"),)),
    )


def hostile() -> Change:
    """Return a record with hostile text in every field."""
    nasty = "<script>alert(1)</script>\u202eevil\x07 \"quoted\" 'single' {{ 7 * 7 }} " + "x" * 3000
    return replace(
        affiliates_rule(),
        id="chg_00000000000000ee",
        title=nasty,
        url="javascript:alert(1)",
        abstract=nasty,
        source="<b>fr</b>",
        document_number="2025-66666",
        citation=None,
        agencies=(nasty,),
        tagging=replace(
            affiliates_rule().tagging,
            summary=LocalizedText(nasty, nasty),
            reason=LocalizedText(nasty, nasty),
            acts=(
                Act(
                    ActVerb.RAISE,
                    Operand.DUTY,
                    Evidence(nasty, nasty),
                    actor=nasty,
                    objects=(nasty,),
                    eccns=(nasty,),
                    hts=(nasty,),
                    parties=(nasty,),
                    of=(nasty,),
                    trigger=nasty,
                    trigger_countries=(nasty,),
                    amount_before=nasty,
                    amount_after=nasty,
                    japan_rate=nasty,
                    earlier_act=nasty,
                    terms=(nasty,),
                ),
            ),
            links=(),
        ),
    )


def fill(store: Store, *, proposals: int = 1, with_hostile: bool = False, with_acts: bool = False) -> None:
    changed, operations = cfr_change()
    source_state.ensure(store, ["fr-bis", "ear"])
    with store.write() as connection:
        for change in [affiliates_rule(), stay(), *(proposal(number) for number in range(1, proposals + 1))]:
            changes.save(connection, changes.ChangeEntry(change, f"fr:{change.document_number}", 1))
        changes.save(connection, changes.ChangeEntry(changed, "ear:15 CFR 744", 2), operations)
        for change in (oil_order(), unread_order()) if with_acts else ():
            changes.save(connection, changes.ChangeEntry(change, f"fr:{change.document_number}", 1))
        if with_hostile:
            changes.save(connection, changes.ChangeEntry(hostile(), "fr:hostile", 1), hostile_operations())
        outbox.enqueue(
            connection,
            subject_id=affiliates_rule().id,
            revision=1,
            channel="slack-trade",
            reason={"code": "route", "route": 1, "level": "critical", "at_least": "high"},
            now=NOW,
        )


def hostile_operations() -> tuple[Operation, ...]:
    path = 'Supp. No. 4 to Part 744 › <img src=x onerror=alert(1)> › "A" & B'
    before = Document("x", DocumentKind.LIST, "", "", (Unit(path, UnitKind.ROW, "<i>old</i> row", key="a"),))
    after = Document(
        "x", DocumentKind.LIST, "", "", (Unit(path, UnitKind.ROW, "<i>new</i>\u202e row", key="a"),)
    )
    return compare(before, after)


def viewer(
    state: Path,
    *,
    proposals: int = 1,
    with_hostile: bool = False,
    with_acts: bool = False,
    empty: bool = False,
    access: ViewerAccess = ViewerAccess(),  # noqa: B008 - frozen
    peer: str = "127.0.0.1",
) -> TestClient:
    store = Store(state)
    if not empty:
        fill(store, proposals=proposals, with_hostile=with_hostile, with_acts=with_acts)
    store.close()
    app = create_app(settings(access=access), state, lambda: NOW)
    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False, client=(peer, 50_000))


def review_log(state: Path, change_id: str) -> list[tuple[str, str, str]]:
    """Who did what with a change, oldest first, from a log whose chain holds."""
    store = Store(state)
    with store.read() as connection:
        entries = reviews.of_change(connection, change_id)
        assert not list(reviews.verify(connection))
    store.close()
    return [(entry["who"], entry["action"], entry["value"]) for entry in entries]
