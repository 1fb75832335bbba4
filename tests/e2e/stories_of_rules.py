"""Nine stories of rules and of the text of the CFR, in invented words and the shapes of their sources."""

from __future__ import annotations

from datetime import date

from tests.e2e.story_play import Action, Sight, Step, Story, codified, document, inspected, page

FORCE = "in-force"
PARTS = [{"title": 15, "part": 744}]
UNIT = "15 CFR 744.11(a)(1)"
END_OF_744_11 = '<CITA TYPE="N">[73 FR 49321'
OWNED = "The requirement reaches an entity that a listed entity owns."


def rule(
    number: str,
    title: str,
    abstract: str,
    start: int,
    effective: str,
    *paragraphs: str,
    action: str = "Final rule.",
    dates: str = "",
    regtext: str = "",
    kind: str = "RULE",
) -> Action:
    words = f"This rule is effective {date.fromisoformat(effective):%B} {date.fromisoformat(effective).day}, {effective[:4]}."
    return document(
        number, title, paragraphs or ("BIS explains its reasons.",), kind, abstract=abstract, action=action, dates=dates or words, effective_on=effective,
        start_page=start, cfr_references=PARTS, regtext=regtext,
    )  # fmt: skip


def instruction(number: int, words: str, text: str = "") -> str:
    return f"<REGTEXT TITLE='15' PART='744'><AMDPAR>{number}. {words}</AMDPAR>{text}</REGTEXT>"


AFFILIATES = Story(
    "affiliates",
    ("fr-all", "inspection", "ear"),
    {"2026-70101": "2026-70101", UNIT: "ear"},
    (
        Step(
            date(2026, 6, 16),
            (
                inspected(
                    "2026-70101", "Reaching Half-Owned Companies of Listed Parties", ["BIS revises § 744.11."], date(2026, 6, 18),
                    abstract="This interim final rule extends Entity List license requirements to companies that listed entities own by half or more.",
                    action="Interim final rule.", dates="This rule is effective June 18, 2026.", effective_on="2026-06-18", start_page=37101, cfr_references=PARTS,
                ),
            ),
            {},
            1,
        ),
        Step(
            date(2026, 6, 22),
            (codified(OWNED, "The requirement reaches an entity of which a listed entity owns half or more, as an affiliate."),),
            {},
        ),
        Step(date(2026, 6, 25), (), {"2026-70101": Sight(FORCE), UNIT: Sight(FORCE)}),
        Step(
            date(2026, 7, 14),
            (
                rule(
                    "2026-70140", "Reaching Half-Owned Companies of Listed Parties; Suspension", "BIS suspends, through December 31, 2026, the rule that it published on June 18, 2026 (91 FR 37101).",
                    37140, "2026-07-14", action="Final rule; suspension.",
                    dates="Effective July 14, 2026, the amendments of the interim final rule published at 91 FR 37101 are suspended through December 31, 2026.",
                    regtext=instruction(2, "In § 744.11, paragraph (a)(1) is suspended through December 31, 2026."),
                ),
            ),
            {
                "2026-70101": Sight("stayed", date(2026, 12, 31), ("91 FR 37140", "2026-70140"), ahead=(FORCE,), turned=True),
                UNIT: Sight("stayed", date(2026, 12, 31), ("91 FR 37140", "2026-70140")),
            },
            1,
        ),
        Step(date(2026, 10, 1), (), {
            "2026-70101": Sight("stayed", date(2026, 12, 31), ("91 FR 37140", "2026-70140"), ahead=(FORCE,)),
            UNIT: Sight("stayed", date(2026, 12, 31), ("91 FR 37140", "2026-70140")),
        }),
        Step(date(2026, 12, 31), (), {
            "2026-70101": Sight("stayed", date(2026, 12, 31), ("91 FR 37140", "2026-70140"), ahead=(FORCE,)),
            UNIT: Sight("stayed", date(2026, 12, 31), ("91 FR 37140", "2026-70140")),
        }),
        Step(date(2027, 1, 1), (), {"2026-70101": Sight(FORCE, ahead=("stayed",)), UNIT: Sight(FORCE, ahead=("stayed",))}),
    ),
)  # fmt: skip

DIFFUSION = Story(
    "diffusion",
    ("fr-all", "ear", "news"),
    {"2026-70201": "2026-70201"},
    (
        Step(
            date(2026, 6, 16),
            (
                rule(
                    "2026-70201", "Framework for Worldwide Sharing of Computing Power", "BIS adds worldwide license requirements for advanced chips and closed model weights (Computing Power Rule).",
                    37201, "2026-06-23", "BIS publishes this rule to govern computing power.", action="Interim final rule.",
                    regtext=instruction(1, "Section 744.23 is amended by adding paragraph (b) to read as follows:", "<SECTION><SECTNO>§ 744.23</SECTNO><P>(b) <I>Computing power.</I> A license is required to export computing power above the cap.</P></SECTION>"),
                ),
            ),
            {"2026-70201": Sight("published", date(2026, 6, 23))},
            1,
        ),
        Step(
            date(2026, 6, 25),
            (codified("for use in a fabrication facility.</P>", "for use in a fabrication facility.</P><P>(b) <I>Computing power.</I> A license is required to export computing power above the cap.</P>"),),
            {"2026-70201": Sight(FORCE)},
        ),
        Step(date(2026, 6, 29), (), {"2026-70201": Sight(FORCE)}),
        Step(
            date(2026, 7, 20),
            (page("/news/computing", "Department Announces Change of Course on the Computing Power Rule", "Washington, July 20, 2026.", "BIS has directed its officers not to enforce the Computing Power Rule.", "A replacement will follow."),),
            {"2026-70201": Sight("not-enforced", None, ("Department Announces Change of Course on the Computing Power Rule",), turned=True)},
            2,
        ),
        Step(date(2026, 8, 20), (), {"2026-70201": Sight("not-enforced", None, ("Department Announces Change of Course on the Computing Power Rule",))}),
        Step(
            date(2026, 9, 21),
            (
                rule(
                    "2026-70260", "Rescission of the Framework for Worldwide Sharing of Computing Power", "BIS rescinds the interim final rule published on June 16, 2026, at 91 FR 37201.",
                    37260, "2026-09-28", action="Final rule; rescission.", regtext=instruction(1, "Section 744.23 is amended by removing paragraph (b)."),
                ),
            ),
            {"2026-70201": Sight("not-enforced", None, ahead=("rescinded",))},
            1,
        ),
        Step(date(2026, 9, 29), (), {"2026-70201": Sight("rescinded", date(2026, 9, 28), ("91 FR 37260", "2026-70260"), turned=True)}),
    ),
)  # fmt: skip

LATER = "15 CFR 744.11(c)"
DELAYED = Story(
    "delayed",
    ("fr-all", "ear"),
    {"2026-70301": "2026-70301", LATER: "2026-70301"},
    (
        Step(
            date(2026, 6, 16),
            (
                rule(
                    "2026-70301", "Reports on Listed Entities", "BIS adds a duty to report exports to listed entities.", 37301, "2026-09-01",
                    regtext=instruction(1, "Section 744.11 is amended by adding paragraph (c) to read as follows:", "<SECTION><SECTNO>§ 744.11</SECTNO><P>(c) <I>Reports.</I> Report each export within 30 days.</P></SECTION>"),
                ),
            ),
            {"2026-70301": Sight("published", date(2026, 9, 1))},
            1,
        ),
        Step(
            date(2026, 8, 20),
            (
                rule(
                    "2026-70330", "Reports on Listed Entities; Delay of Effective Date", "BIS delays the effective date of the rule published on June 16, 2026 (91 FR 37301) to November 2, 2026.", 37330, "2026-08-20",
                    action="Final rule; delay of effective date.", dates="As of August 20, 2026, the effective date of the final rule published at 91 FR 37301 is delayed until November 2, 2026.",
                ),
            ),
            {"2026-70301": Sight("delayed", date(2026, 11, 2), ("91 FR 37330", "2026-70330"), turned=True)},
            1,
        ),
        Step(date(2026, 9, 2), (), {"2026-70301": Sight("delayed", date(2026, 11, 2), ("91 FR 37330", "2026-70330"))}),
        Step(
            date(2026, 10, 27),
            (
                rule(
                    "2026-70360", "Reports on Listed Entities; Further Delay of Effective Date", "BIS further delays the effective date of the rule published on June 16, 2026 (91 FR 37301) to January 15, 2027.", 37360, "2026-10-27",
                    action="Final rule; further delay of effective date.", dates="As of October 27, 2026, the effective date of the final rule published at 91 FR 37301 is further delayed until January 15, 2027.",
                ),
            ),
            {"2026-70301": Sight("delayed", date(2027, 1, 15), ("91 FR 37360", "2026-70360"))},
            1,
        ),
        Step(date(2026, 11, 3), (), {"2026-70301": Sight("delayed", date(2027, 1, 15), ("91 FR 37360", "2026-70360"))}),
        Step(date(2027, 1, 15), (), {"2026-70301": Sight(FORCE, ahead=("delayed",), turned=True)}),
    ),
)  # fmt: skip


def opinion(path: str, title: str, day: str, *words: str) -> Action:
    return page(
        path, title, "UNITED STATES DISTRICT COURT FOR THE DISTRICT OF COLUMBIA", f"Decided {day}", *words
    )


COURT_STAY = Story(
    "court-stay",
    ("fr-all", "news"),
    {"2026-70401": "2026-70401"},
    (
        Step(
            date(2026, 6, 16),
            (
                rule(
                    "2026-70401",
                    "Licensing of Lithography Parts",
                    "BIS requires licenses for lithography parts.",
                    37401,
                    "2026-06-16",
                ),
            ),
            {"2026-70401": Sight(FORCE)},
            1,
        ),
        Step(date(2026, 7, 1), (), {"2026-70401": Sight(FORCE)}),
        Step(
            date(2026, 7, 21),
            (
                opinion(
                    "/news/order-stay",
                    "Sample Optics v. Department of Commerce",
                    "July 21, 2026",
                    "For the reasons above, IT IS ORDERED that the final rule published at 91 FR 37401 is stayed pending the resolution of this case.",
                ),
            ),
            {"2026-70401": Sight("stayed", None, ("Sample Optics v. Department of Commerce",), turned=True)},
            1,
        ),
        Step(
            date(2026, 9, 1),
            (),
            {"2026-70401": Sight("stayed", None, ("Sample Optics v. Department of Commerce",))},
        ),
        Step(
            date(2026, 10, 13),
            (
                opinion(
                    "/news/order-lift",
                    "Sample Optics v. Department of Commerce: Order on Motion",
                    "October 13, 2026",
                    "IT IS HEREBY ORDERED that the stay of the final rule published at 91 FR 37401 is lifted.",
                ),
            ),
            {"2026-70401": Sight(FORCE, ahead=("stayed",))},
            1,
        ),
        Step(date(2026, 12, 1), (), {"2026-70401": Sight(FORCE, ahead=("stayed",))}),
    ),
)

WITHDRAWN = Story(
    "withdrawn",
    ("fr-all",),
    {"2026-70701": "2026-70701"},
    (
        Step(
            date(2026, 6, 16),
            (
                document(
                    "2026-70701",
                    "Proposed Reporting of Large Model Training",
                    ["BIS proposes to require reports."],
                    "PRORULE",
                    action="Proposed rule.",
                    start_page=37701,
                    cfr_references=PARTS,
                    dates="Comments must be received by July 31, 2026.",
                    comments_close_on="2026-07-31",
                    abstract="BIS proposes that developers of large AI models report their training runs.",
                ),
            ),
            {"2026-70701": Sight("proposed")},
            1,
        ),
        Step(date(2026, 7, 10), (), {"2026-70701": Sight("proposed")}),
        Step(date(2026, 8, 3), (), {"2026-70701": Sight("proposed")}),
        Step(
            date(2026, 9, 15),
            (
                document(
                    "2026-70740",
                    "Proposed Reporting of Large Model Training; Withdrawal",
                    ["BIS will take no further action on it."],
                    "PRORULE",
                    action="Proposed rule; withdrawal.",
                    start_page=37740,
                    cfr_references=PARTS,
                    dates="As of September 15, 2026, the proposed rule published on June 16, 2026, at 91 FR 37701, is withdrawn.",
                    abstract="BIS withdraws the proposed rule on reports of large model training.",
                ),
            ),
            {"2026-70701": Sight("withdrawn", date(2026, 9, 15), ("91 FR 37740", "2026-70740"), turned=True)},
            1,
        ),
        Step(
            date(2026, 12, 1),
            (),
            {"2026-70701": Sight("withdrawn", date(2026, 9, 15), ("91 FR 37740", "2026-70740"))},
        ),
    ),
)

FINAL = Story(
    "made-final",
    ("fr-all",),
    {"2026-70801": "2026-70801", "2026-70850": "2026-70850"},
    (
        Step(
            date(2026, 6, 16),
            (
                rule(
                    "2026-70801",
                    "Controls on Quantum Refrigerators",
                    "BIS controls quantum refrigerators and asks for comments.",
                    37801,
                    "2026-06-16",
                    action="Interim final rule; request for comments.",
                ),
            ),
            {"2026-70801": Sight(FORCE)},
            1,
        ),
        Step(date(2026, 7, 20), (), {"2026-70801": Sight(FORCE)}),
        Step(
            date(2026, 10, 5),
            (
                rule(
                    "2026-70850",
                    "Controls on Quantum Refrigerators",
                    "BIS adopts as final, with changes, the interim final rule published on June 16, 2026 (91 FR 37801).",
                    37850,
                    "2026-11-04",
                    action="Final rule.",
                ),
            ),
            {"2026-70801": Sight(FORCE), "2026-70850": Sight("published", date(2026, 11, 4))},
        ),
        Step(date(2026, 11, 4), (), {"2026-70801": Sight(FORCE), "2026-70850": Sight(FORCE)}),
        Step(date(2026, 12, 1), (), {"2026-70801": Sight(FORCE), "2026-70850": Sight(FORCE)}),
    ),
)

DATE = Story(
    "corrected-date",
    ("fr-all",),
    {"2026-70901": "2026-70901"},
    (
        Step(
            date(2026, 6, 16),
            (
                rule(
                    "2026-70901",
                    "Screening of Cloud Customers",
                    "BIS requires providers to screen cloud customers.",
                    37901,
                    "2026-09-08",
                ),
            ),
            {"2026-70901": Sight("published", date(2026, 9, 8))},
            1,
        ),
        Step(date(2026, 7, 1), (), {"2026-70901": Sight("published", date(2026, 9, 8))}),
        Step(
            date(2026, 7, 15),
            (
                document(
                    "C1-2026-70901",
                    "Screening of Cloud Customers",
                    [
                        "In rule document 2026-70901, appearing on page 37901 in the issue of Tuesday, June 16, 2026, make the following correction:",
                        "On page 37901, in the DATES section, “September 8, 2026” should read “September 28, 2026”.",
                    ],
                    "RULE",
                    action="Final rule; correction.",
                    start_page=37915,
                    correction_of="2026-70901",
                    cfr_references=PARTS,
                ),
            ),
            {"2026-70901": Sight("published", date(2026, 9, 28))},
            1,
        ),
        Step(date(2026, 9, 9), (), {"2026-70901": Sight("published", date(2026, 9, 28))}),
        Step(date(2026, 9, 28), (), {"2026-70901": Sight(FORCE)}),
        Step(date(2026, 12, 1), (), {"2026-70901": Sight(FORCE)}),
    ),
)

VACATED = Story(
    "vacated-in-part",
    ("fr-all", "news"),
    {"2026-71001": "2026-71001"},
    (
        Step(
            date(2026, 6, 16),
            (
                rule(
                    "2026-71001",
                    "Duties of Foreign Distributors",
                    "BIS requires foreign distributors to keep records and to report resales.",
                    38001,
                    "2026-06-16",
                ),
            ),
            {"2026-71001": Sight(FORCE)},
            1,
        ),
        Step(date(2026, 7, 20), (), {"2026-71001": Sight(FORCE)}),
        Step(date(2026, 9, 1), (), {"2026-71001": Sight(FORCE)}),
        Step(
            date(2026, 10, 20),
            (
                opinion(
                    "/news/vacatur",
                    "Sample Distributors v. Raimond",
                    "October 20, 2026",
                    "IT IS ORDERED that paragraph (c) of the final rule published at 91 FR 38001 is vacated; the remainder of the rule is unaffected.",
                ),
            ),
            {
                "2026-71001": Sight(
                    FORCE, by=("Sample Distributors v. Raimond",), beside=("declared-unlawful",), turned=True
                )
            },
            1,
        ),
        Step(
            date(2026, 12, 1),
            (),
            {
                "2026-71001": Sight(
                    FORCE, by=("Sample Distributors v. Raimond",), beside=("declared-unlawful",)
                )
            },
        ),
    ),
)

INDEFINITE = Story(
    "indefinite-delay",
    ("fr-all",),
    {"2026-71101": "2026-71101"},
    (
        Step(
            date(2026, 6, 16),
            (
                rule(
                    "2026-71101",
                    "Marking of Training Data",
                    "BIS requires marks on training data.",
                    38101,
                    "2026-08-17",
                ),
            ),
            {"2026-71101": Sight("published", date(2026, 8, 17))},
            1,
        ),
        Step(
            date(2026, 8, 10),
            (
                rule(
                    "2026-71130",
                    "Marking of Training Data; Indefinite Delay of Effective Date",
                    "BIS indefinitely delays the effective date of the rule published on June 16, 2026 (91 FR 38101).",
                    38130,
                    "2026-08-10",
                    action="Final rule; delay of effective date.",
                    dates="As of August 10, 2026, the effective date of the final rule published at 91 FR 38101 is delayed indefinitely.",
                ),
            ),
            {"2026-71101": Sight("delayed", None, ("91 FR 38130", "2026-71130"), turned=True)},
            1,
        ),
        Step(date(2026, 8, 18), (), {"2026-71101": Sight("delayed", None, ("91 FR 38130", "2026-71130"))}),
        Step(
            date(2026, 11, 2),
            (
                rule(
                    "2026-71160",
                    "Marking of Training Data; Effective Date",
                    "BIS announces that the rule published on June 16, 2026 (91 FR 38101), whose effective date was delayed indefinitely, is effective December 7, 2026.",
                    38160,
                    "2026-12-07",
                    action="Final rule; announcement of effective date.",
                    dates="The effective date of the final rule published at 91 FR 38101 is December 7, 2026.",
                ),
            ),
            {"2026-71101": Sight("delayed", date(2026, 12, 7), ahead=(FORCE,))},
        ),
        Step(date(2026, 12, 7), (), {"2026-71101": Sight(FORCE, ahead=("delayed",))}),
    ),
)

STORIES = (AFFILIATES, DIFFUSION, DELAYED, COURT_STAY, WITHDRAWN, FINAL, DATE, VACATED, INDEFINITE)
