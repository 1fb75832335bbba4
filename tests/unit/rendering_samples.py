"""Changes written for the tests of what people see. Numbers and dates are facts, the text is ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from tracker.model import (
    Change,
    Classification,
    Direction,
    DocumentKind,
    DocumentRelation,
    Evidence,
    LegalDate,
    Level,
    LocalizedText,
    ProfileMatch,
    SnapshotRef,
    Status,
    Topic,
)


def affiliates_rule() -> Change:
    """A critical rule that is stayed, seen at public inspection the day before it was printed."""
    return Change(
        id="chg_0123456789abcdef",
        source="fr-bis",
        kind=DocumentKind.RULE,
        title="Expansion of End-User Controls To Cover Affiliates of Certain Listed Entities",
        url="https://www.federalregister.gov/d/2025-19001",
        detected_at=datetime(2025, 9, 29, 12, 45, 7, tzinfo=UTC),
        document_number="2025-19001",
        citation="90 FR 47201",
        agencies=("Industry and Security Bureau",),
        published=date(2025, 9, 30),
        abstract="Entities owned 50 percent or more by listed parties become subject to the same requirements.",
        profiles=(
            ProfileMatch(
                "vacuum-components",
                Level.CRITICAL,
                (Evidence("items classified under ECCN 3B001", "15 CFR 744.23(a)(4)"),),
            ),
        ),
        after=SnapshotRef("a" * 64, datetime(2025, 9, 29, 12, 45, 6, tzinfo=UTC)),
        tagging=Classification(
            level=Level.CRITICAL,
            topics=(
                Topic(
                    "entity-list",
                    0.97,
                    (Evidence("owned 50 percent or more by listed parties", "abstract"),),
                ),
                Topic("fdpr", 0.61, (Evidence("foreign direct product rules", "15 CFR 734.9(e)"),)),
            ),
            direction=Direction.RESTRICTION,
            japan_nexus=(Evidence("a subsidiary located in Japan", "15 CFR 744.11(a)(1)"),),
            dates=(
                LegalDate("published", date(2025, 9, 30)),
                LegalDate("effective", date(2025, 9, 29), quote="This rule is effective September 29, 2025."),
                LegalDate("comments-close", date(2025, 10, 29), quote="no later than October 29, 2025"),
                LegalDate(
                    "stay-ends", date(2026, 11, 9), note="744.11(a)(1)", quote="until November 9, 2026"
                ),
            ),
            status=(
                Status("in-force", date(2025, 9, 29), date(2025, 11, 9)),
                Status(
                    "stayed",
                    date(2025, 11, 10),
                    date(2026, 11, 9),
                    by="2025-19846",
                    quote="is stayed from November 10, 2025, until November 9, 2026",
                ),
            ),
            links=(DocumentRelation("amends", "15 CFR 744", "amends part 744"),),
            units=("15 CFR 744.11(a)(1)", "15 CFR 744.16(a)"),
            eccns=("3B001",),
            reason=LocalizedText(
                "エンティティー・リスト掲載者が50%以上を所有する子会社も対象となり、取引先の資本関係の確認が必要です。",
                "Subsidiaries owned 50 percent or more by listed parties are covered: owners of customers must be checked.",
            ),
            summary=LocalizedText(
                "50%ルール(関連会社規則)の導入", "Affiliates of listed parties become subject to licensing."
            ),
            version="1",
        ),
    )


def hostile_page() -> Change:
    """A page whose words try to act in whatever shows them."""
    trick = (
        "<!channel> <@U123> @everyone *bold* _it_ `code` [x](javascript:alert(1)) "
        "<script>alert(1)</script> \u202egnp.exe\u202c \x1b[31mred {0} {kind} & <https://evil.example|official>"
    )
    return Change(
        id="chg_00000000000000ff",
        source="page<b>",
        kind=DocumentKind.PAGE,
        title=f"Guidance {trick}",
        url="javascript:alert(document.cookie)",
        detected_at=datetime(2025, 9, 29, 12, 45, 7, tzinfo=UTC),
        agencies=(trick,),
        abstract=trick,
        tagging=Classification(
            level=Level.HIGH,
            topics=(Topic("enforcement", 0.8, (Evidence(trick, f"Home › {trick}"),)),),
            japan_nexus=(Evidence(trick, trick),),
            dates=(LegalDate("hearing", date(2025, 12, 1), note=trick, quote=trick),),
            status=(Status("published", date(2025, 9, 1), by=trick, quote=trick),),
            units=(trick,),
            reason=LocalizedText(trick, trick),
            summary=LocalizedText("", ""),
        ),
    )


def long_change() -> Change:
    """A summary longer than any place takes at once."""
    words = "。".join(f"第{number}項を改め、" + "& < > 規制を強化する" * 12 for number in range(400))
    change = affiliates_rule()
    return replace(
        change,
        tagging=replace(
            change.tagging, summary=LocalizedText("改正。" + words, "x"), reason=LocalizedText(words, "x")
        ),
    )
