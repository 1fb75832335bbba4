"""Changes written for the tests of what people see. Numbers and dates are facts, the text is ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from tracker.model import (
    Act,
    ActVerb,
    Change,
    Classification,
    Direction,
    DocumentKind,
    DocumentRelation,
    Evidence,
    Force,
    JapanStanding,
    LegalDate,
    Level,
    LocalizedText,
    Operand,
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


def oil_order() -> Change:
    """A presidential order with four acts: a duty on another country's goods because of its trade, and three acts that accompany it."""
    duty = Act(
        ActVerb.IMPOSE, Operand.DUTY,
        Evidence("Articles of India shall be subject to an additional ad valorem rate of duty of 25 percent.", "Sec. 2(a)"),
        actor="president", objects=("articles of India",), hts=("9903.01.84",), of=("india",),
        trigger="importing crude oil of Russian origin", trigger_countries=("russia",), amount_after="25 percent",
        japan=JapanStanding.OUT, force=Force.BINDING_FROM, since=date(2025, 8, 27), direction=Direction.RESTRICTION,
        level=Level.HIGH,
    )  # fmt: skip
    exempt = Act(
        ActVerb.EXEMPT, Operand.DUTY, Evidence("Goods in transit before that day are not subject to it.", "Sec. 2(b)"),
        actor="president", objects=("goods in transit",), of=("india",), until=date(2025, 9, 17),
        direction=Direction.RELIEF, level=Level.LOW,
    )  # fmt: skip
    direct = Act(
        ActVerb.DIRECT_AGENCY, Operand.PROCEEDING, Evidence("The Secretary shall monitor imports.", "Sec. 3"),
        actor="Department of <b>Commerce</b>", force=Force.STATEMENT, level=Level.LOW,
    )  # fmt: skip
    suspend = Act(
        ActVerb.SUSPEND, Operand.EARLIER_ACT, Evidence("The earlier duty is suspended.", "Sec. 4"), actor="president",
        earlier_act="E.O. 14257", of=("all",), amount_before="10 percent", japan=JapanStanding.RATE,
        japan_rate="15 percent",
    )  # fmt: skip
    rule = affiliates_rule()
    return replace(
        rule,
        id="chg_00000000000000d1",
        source="fr-presidential",
        kind=DocumentKind.PRESIDENTIAL,
        title="Addressing Threats to the United States by the Government of the Russian Federation",
        document_number="2025-15267",
        citation="90 FR 38701",
        profiles=(),
        tagging=replace(
            rule.tagging,
            level=Level.HIGH,
            topics=(),
            japan_nexus=(),
            dates=(),
            status=(),
            links=(),
            units=(),
            eccns=(),
            headline=LocalizedText(
                "大統領が、ロシア産原油の輸入を理由に、インドの産品に25%の追加関税を賦課。日本は対象外。2025年8月27日から。",
                "The President imposes a 25 percent additional duty on articles of India because of imports of Russian oil.",
            ),
            summary=LocalizedText("追加関税の賦課", "An additional duty is imposed."),
            acts=(duty, exempt, direct, suspend),
        ),
    )


def unread_order() -> Change:
    """A presidential document in which no act could be read."""
    order = oil_order()
    return replace(
        order,
        id="chg_00000000000000d2",
        title="Conditions for the Export of Advanced Artificial Intelligence Models",
        document_number="2025-15999",
        citation=None,
        tagging=replace(
            order.tagging, level=Level.MEDIUM, direction=Direction.UNDETERMINED, acts=(), needs_reading=True,
            headline=LocalizedText("", ""), summary=LocalizedText("", ""), reason=LocalizedText("", ""),
        ),
    )  # fmt: skip
